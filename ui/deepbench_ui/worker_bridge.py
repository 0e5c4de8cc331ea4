"""The window's end of a worker process: questions out, answers in, drained by a timer.

A reader thread that emits Qt signals crashed one start in four (design.md, section 2); a timer
never did. Each question gets exactly one of three answers: done, failed or stopped.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from deepbench.errors import WorkerError
from deepbench.messages import (
    Event,
    JobCancelled,
    JobFailed,
    JobFinished,
    JobRequest,
    Pong,
    Ready,
)
from deepbench.worker.client import Worker
from deepbench.worker.process import JOB_FUNCTIONS

BUSY_MILLISECONDS = 30
IDLE_MILLISECONDS = 500
PING_SECONDS = 2.0
#: Without an answer for so long, the process hangs: it answers also in the middle of a job.
STUCK_SECONDS = 20.0
_EVENTS_A_TICK = 120
#: A large answer takes this long to decode alone; it is shown at the next tick.
_TURN_SECONDS = 0.01
_SLEPT_SECONDS = 5.0

Answer = Callable[[dict[str, Any]], None]
Failure = Callable[[JobFailed], None]


@dataclass(frozen=True)
class Question:
    """A request with what to call when it is answered."""

    request: JobRequest
    done: Answer
    failed: Failure
    stopped: Callable[[], None]
    heard: Callable[[Event], None]


def _ignore(*_: object) -> None:
    """Do nothing."""


class WorkerBridge(QObject):
    """A worker process that starts when first asked and again after its death.

    Args:
        jobs: Name of a request → function that does it (`Worker`).
        parent: Owner.
    """

    #: The process does not answer (True), or answers again (False).
    stuck_changed = Signal(bool)
    #: Versions of the libraries, when the process has started.
    ready = Signal(dict)

    def __init__(
        self, jobs: Mapping[str, str] = JOB_FUNCTIONS, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._worker = Worker(jobs, background=True)
        self._open: deque[Question] = deque()
        self._waiting_events: deque[Event] = deque()
        self._asked = self._heard = self._ticked = 0.0
        self._stuck = False
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.drain)

    # --- asking -----------------------------------------------------------------------

    def ask(
        self,
        request: JobRequest,
        *,
        done: Answer = _ignore,
        failed: Failure = _ignore,
        stopped: Callable[[], None] = _ignore,
        heard: Callable[[Event], None] = _ignore,
    ) -> None:
        """Send a request; one of ``done``, ``failed`` and ``stopped`` will be called.

        Args:
            request: What to do.
            done: Takes the job's result.
            failed: Takes what went wrong, also when the process died or cannot be started.
            stopped: Called when the job was stopped at the user's wish.
            heard: Takes every event on the way.
        """
        question = Question(request, done, failed, stopped, heard)
        try:
            if not self._worker.alive:
                self._forget()
                self._worker.start()
                self._heard = self._asked = time.monotonic()
            self._worker.send(request)
        except WorkerError as error:
            problem = JobFailed("WorkerError", error.message, error.hint, 1)
            QTimer.singleShot(0, self, lambda: failed(problem))
            return
        self._open.append(question)
        self._timer.start(BUSY_MILLISECONDS)

    def _forget(self) -> None:
        """Answer what a dead process left unanswered before a new one is started."""
        self._waiting_events.extend(self._worker.poll(0.0))
        while self._waiting_events:
            self._take(self._waiting_events.popleft())
        while self._open:
            self._fail_all(JobFailed("worker died", "The calculation process stopped.", "", 1))

    @property
    def busy(self) -> bool:
        """Whether a question is open."""
        return bool(self._open)

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self._worker.alive

    @property
    def pid(self) -> int | None:
        """Number of the process."""
        return self._worker.pid

    @property
    def stuck(self) -> bool:
        """Whether the process does not answer."""
        return self._stuck

    # --- stopping ---------------------------------------------------------------------

    def cancel(self) -> None:
        """Ask the process to stop what it does."""
        self._worker.cancel()

    def pause(self) -> None:
        """Ask the process to begin nothing new."""
        self._worker.pause()

    def resume(self) -> None:
        """Ask the process to go on."""
        self._worker.resume()

    def kill(self) -> None:
        """End the process at once; what it has finished is on disk."""
        self._worker.kill()
        self._timer.start(BUSY_MILLISECONDS)

    def close(self) -> None:
        """End the process and forget its questions."""
        self._timer.stop()
        self._open.clear()
        self._worker.close()

    # --- listening --------------------------------------------------------------------

    def drain(self) -> None:
        """Take what the process has said; as much as one turn allows, so that nothing waits."""
        end = time.monotonic() + _TURN_SECONDS
        self._waiting_events.extend(self._worker.poll(0.0))
        for _ in range(min(_EVENTS_A_TICK, len(self._waiting_events))):
            if time.monotonic() > end:
                break
            self._take(self._waiting_events.popleft())
        self._watch()
        if not self._open and not self._waiting_events:
            self._timer.setInterval(IDLE_MILLISECONDS)

    def _take(self, event: Event) -> None:
        self._heard = time.monotonic()
        if isinstance(event, Ready):
            self.ready.emit(event.versions)
        elif isinstance(event, JobFailed) and event.kind == "worker died":
            self._fail_all(event)
        elif isinstance(event, JobFinished | JobFailed | JobCancelled):
            self._end(event)
        elif self._open and not isinstance(event, Pong):
            self._open[0].heard(event)

    def _end(self, event: JobFinished | JobFailed | JobCancelled) -> None:
        if not self._open:
            return
        question = self._open.popleft()
        if isinstance(event, JobFinished):
            question.done(event.result)
        elif isinstance(event, JobFailed):
            question.failed(event)
        else:
            question.stopped()
            if not self._worker.alive:
                while self._open:
                    self._open.popleft().stopped()

    def _fail_all(self, event: JobFailed) -> None:
        while self._open:
            self._open.popleft().failed(event)

    def _watch(self) -> None:
        """Ask for a sign of life while a job is open, and say when none comes."""
        now = time.monotonic()
        slept = now - self._ticked > _SLEPT_SECONDS
        self._ticked = now
        if slept:
            self._heard = now  # the computer was asleep, and the process with it
        if self._open and self._worker.alive:
            if now - self._asked >= PING_SECONDS:
                self._asked = now
                self._worker.ping()
            stuck = now - self._heard > STUCK_SECONDS
        else:
            self._heard = now
            stuck = False
        if stuck != self._stuck:
            self._stuck = stuck
            self.stuck_changed.emit(stuck)
