"""How a job says how far it is. Reporting is also where a job can be stopped."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from deepbench import messages
from deepbench.errors import Cancelled

MIN_INTERVAL = 0.05


class CancelFlag:
    """Whether the user asked to stop.

    Only an attribute is written, so that a signal handler may set it too: the lock inside
    `threading.Event` could already be held by the thread that the handler interrupts.
    """

    def __init__(self) -> None:
        self._is_set = False

    def set(self) -> None:
        """Ask the job to stop."""
        self._is_set = True

    def is_set(self) -> bool:
        """Say whether the job was asked to stop."""
        return self._is_set


def _discard(event: messages.Event) -> None:
    """Send an event nowhere: a job used as a library function, without a screen."""


class Progress:
    """Handed to every job. All methods but ``notice`` raise `Cancelled` once asked to stop.

    Args:
        send: Takes the events.
        cancel: Set from elsewhere when the job has to stop.
        clock: Seconds that only grow.
        min_interval: Seconds that lie at least between two `messages.Progress`; the other
            events are always sent.
    """

    def __init__(
        self,
        send: Callable[[messages.Event], None] = _discard,
        cancel: CancelFlag | None = None,
        clock: Callable[[], float] = time.monotonic,
        min_interval: float = MIN_INTERVAL,
    ) -> None:
        self._send = send
        self._cancel = cancel or CancelFlag()
        self._clock = clock
        self._min_interval = min_interval
        self._began = clock()
        self._stage = 0
        self._total = 0
        self._best = ""
        self._last_sent = -math.inf
        self._last_done = -1
        self._pace_from: tuple[float, int, int] | None = None

    @property
    def cancelled(self) -> bool:
        """Whether the user asked to stop."""
        return self._cancel.is_set()

    def check_cancelled(self) -> None:
        """Raise when the user asked to stop.

        Raises:
            Cancelled: the user asked to stop.
        """
        if self._cancel.is_set():
            raise Cancelled

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
    ) -> None:
        """Say how far the stage is; sent at most every ``min_interval`` seconds.

        Args:
            done: Steps done.
            total: Steps in all; the last one given in this stage if None, 0 if not known.
            what: What is being done, in words.
            best: Best score so far, in words; the last one given in this stage if None.
            remaining: Seconds until the stage ends; estimated from the pace so far if None.
        """
        if total is not None:
            self._total = total
        if best is not None:
            self._best = best
        now = self._clock()
        pace = self._estimate(now, done)
        left = pace if remaining is None else remaining
        completes = 0 < self._total <= done != self._last_done
        if completes or now - self._last_sent >= self._min_interval:
            self._last_sent, self._last_done = now, done
            finite = left if left is not None and math.isfinite(left) else None
            elapsed = now - self._began
            self._send(
                messages.Progress(
                    self._stage, done, self._total, what, self._best, elapsed, finite
                )
            )
        self.check_cancelled()

    def _estimate(self, now: float, done: int) -> float | None:
        """Return the seconds left at the pace since this count of steps began.

        Steps that were already done at the first report (a study that is continued) say nothing
        about the pace.
        """
        if self._pace_from is None or self._pace_from[2] != self._total:
            self._pace_from = (now, done, self._total)
        since, first_done, total = self._pace_from
        if done <= first_done or total <= 0:
            return None
        return max(0.0, (now - since) / (done - first_done) * (total - done))
