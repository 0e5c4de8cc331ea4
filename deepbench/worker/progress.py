"""How a job says how far it is. Reporting is also where a job is paused and stopped."""

from __future__ import annotations

import math
import queue
import threading
import time
from collections.abc import Callable
from typing import Protocol

from deepbench import messages
from deepbench.errors import Cancelled

MIN_INTERVAL = 0.05


class Pausable(Protocol):
    """Something that works beside the job and has to pause with it."""

    def pause(self) -> None:
        """Begin nothing new; may be called again."""

    def resume(self) -> None:
        """Go on; may be called again."""


class JobControl:
    """What the user wants of one job: to stop, to pause, to go on.

    Told by other threads. ``cancel`` may also be called from a signal handler, so it takes no
    lock: the one inside `threading.Event` could already be held by the thread that the handler
    interrupts. A `queue.SimpleQueue` may be filled from anywhere.
    """

    def __init__(self) -> None:
        self._cancelled = False
        self._paused = False
        self._news: queue.SimpleQueue[None] = queue.SimpleQueue()
        # Pausing and following only: neither happens in a signal handler.
        self._following = threading.Lock()
        self._followers: list[Pausable] = []

    @property
    def cancelled(self) -> bool:
        """Whether the job was asked to stop."""
        return self._cancelled

    @property
    def paused(self) -> bool:
        """Whether the job was asked to pause."""
        return self._paused

    def cancel(self) -> None:
        """Ask the job to stop, also while it is paused."""
        self._cancelled = True
        self._news.put(None)

    def pause(self) -> None:
        """Ask the job to begin nothing new."""
        with self._following:
            self._paused = True
            for follower in self._followers:
                follower.pause()

    def resume(self) -> None:
        """Ask the job to go on."""
        with self._following:
            self._paused = False
            for follower in self._followers:
                follower.resume()
        self._news.put(None)

    def follow(self, follower: Pausable) -> None:
        """Pause and resume something with the job from now on."""
        with self._following:
            self._followers.append(follower)
            if self._paused:
                follower.pause()

    def wait_while_paused(self) -> None:
        """Return when the job may go on or has to stop. Only the job's own thread waits here."""
        while self._paused and not self._cancelled:
            self._news.get()


def _discard(event: messages.Event) -> None:
    """Send an event nowhere: a job used as a library function, without a screen."""


class Progress:
    """Handed to every job. All its reports but ``notice`` wait in a pause and raise to stop.

    Args:
        send: Takes the events.
        control: Told from elsewhere when the job has to stop or to pause.
        clock: Seconds that only grow.
        min_interval: Seconds that lie at least between two `messages.Progress`; the other
            events are always sent.
    """

    def __init__(
        self,
        send: Callable[[messages.Event], None] = _discard,
        control: JobControl | None = None,
        clock: Callable[[], float] = time.monotonic,
        min_interval: float = MIN_INTERVAL,
    ) -> None:
        self._send = send
        self._control = control or JobControl()
        self._clock = clock
        self._min_interval = min_interval
        self._began = clock()
        self._stage = 0
        self._total = 0
        self._best = ""
        self._last_sent = -math.inf
        self._last_done = -1
        self._pace_from: tuple[float, int, int] | None = None
        self._last_point = self._began
        self._waiting = False
        self._paused_seconds = 0.0

    @property
    def cancelled(self) -> bool:
        """Whether the user asked to stop."""
        return self._control.cancelled

    @property
    def waiting(self) -> bool:
        """Whether the job has come to a point where it waits for the end of a pause."""
        return self._waiting

    @property
    def quiet_seconds(self) -> float:
        """Seconds since the job last came to a point where it pauses and stops; 0 in a pause."""
        return 0.0 if self._waiting else max(0.0, self._clock() - self._last_point)

    def seconds(self) -> float:
        """Return the seconds since the job began, pauses left out."""
        return self._clock() - self._began - self._paused_seconds

    def follow_pauses(self, follower: Pausable) -> None:
        """Pause and resume something with this job, at once and from another thread."""
        self._control.follow(follower)

    def check_cancelled(self) -> None:
        """Wait while the user wants a pause; raise when the user asked to stop.

        Raises:
            Cancelled: the user asked to stop.
        """
        if self._control.paused and not self._control.cancelled:
            self._wait()
        self._last_point = self._clock()
        if self._control.cancelled:
            raise Cancelled

    def _wait(self) -> None:
        began = self._clock()
        self._waiting = True
        self._control.wait_while_paused()
        self._paused_seconds += self._clock() - began
        # Before it counts as working again, or it would look quiet for as long as it was paused.
        self._last_point = self._clock()
        self._waiting = False

    def stage_started(self, number: int, key: str, title: str, total: int) -> None:
        """Say that a stage begins; ``total`` is the number of the last stage."""
        self._stage, self._total, self._best = number, 0, ""
        self._last_sent, self._last_done, self._pace_from = -math.inf, -1, None
        self._send(messages.StageStarted(number, key, title, total))
        self.check_cancelled()

    def stage_skipped(self, number: int, key: str, reason: str) -> None:
        """Say that a stage is not run and why."""
        self._send(messages.StageSkipped(number, key, reason))
        self.check_cancelled()

    def stage_finished(self, number: int, key: str, seconds: float, sentence: str) -> None:
        """Say that a stage is done and on disk."""
        self._send(messages.StageFinished(number, key, seconds, sentence))
        self.check_cancelled()

    def trial_finished(
        self, family: str, number: int, score: float | None, seconds: float
    ) -> None:
        """Say that a trial is done and on disk; a score that is not finite is sent as None."""
        finite = score if score is not None and math.isfinite(score) else None
        self._send(messages.TrialFinished(family, number, finite, seconds))
        self.check_cancelled()

    def notice(self, text: str) -> None:
        """Tell the user something; never raises `Cancelled`, so that clean-up may use it."""
        self._send(messages.Notice(text))

    def report(
        self,
        done: int,
        total: int | None = None,
        what: str = "",
        best: str | None = None,
        remaining: float | None = None,
        *,
        begins: bool = False,
    ) -> None:
        """Say how far the stage is; sent at most every ``min_interval`` seconds.

        Args:
            done: Steps done.
            total: Steps in all; the last one given in this stage if None, 0 if not known.
            what: What is being done, in words.
            best: Best score so far, in words; the last one given in this stage if None.
            remaining: Seconds until the stage ends; estimated from the pace so far if None.
            begins: Something else begins, which may take long: sent in any case.
        """
        if total is not None:
            self._total = total
        if best is not None:
            self._best = best
        now = self.seconds()
        pace = self._estimate(now, done)
        left = pace if remaining is None else remaining
        completes = 0 < self._total <= done != self._last_done
        if begins or completes or now - self._last_sent >= self._min_interval:
            self._last_sent, self._last_done = now, done
            finite = left if left is not None and math.isfinite(left) else None
            self._send(
                messages.Progress(self._stage, done, self._total, what, self._best, now, finite)
            )
        self.check_cancelled()

    def _estimate(self, now: float, done: int) -> float | None:
        """Return the seconds left at the pace since this count of steps began, pauses left out.

        Steps that were already done at the first report (a study that is continued) say nothing
        about the pace.
        """
        if self._pace_from is None or self._pace_from[2] != self._total:
            self._pace_from = (now, done, self._total)
        since, first_done, total = self._pace_from
        if done <= first_done or total <= 0:
            return None
        return max(0.0, (now - since) / (done - first_done) * (total - done))
