"""Steps of a stage: one count for all its parts, so that a progress bar never runs backwards.

A part says beforehand how many steps it may take. Steps that turn out not to be needed come off
the total, which moves the bar forwards too.
"""

from __future__ import annotations

from deepbench.worker.progress import Progress

# Before the first step processes start and libraries load, which happens once: from this many
# further steps on, the pace is that after the first.
_ENOUGH_FOR_A_PACE = 8


class Steps:
    """Counts the steps of a stage and reports them, with the seconds left at the pace so far.

    Args:
        progress: Where they are reported, and where a cancel arrives.
        total: Steps in all, as far as known beforehand.
        done: Steps that an earlier run did. They will not be counted again, and say nothing
            about the pace.
    """

    def __init__(self, progress: Progress, total: int, done: int = 0) -> None:
        self._progress = progress
        self._total = total
        self._done = min(done, total)
        self._fresh = 0
        self._began = progress.seconds()
        self._first: tuple[float, int] | None = None
        self._what = ""

    def say(self, what: str, best: str | None = None) -> None:
        """Say what begins now."""
        self._report(what, best, begins=True)

    def add(self, count: int, what: str | None = None, best: str | None = None) -> None:
        """Count steps that are done, and say ``what`` was done (None: what was said last)."""
        self._done = min(self._done + count, self._total)
        self._fresh += count
        if self._first is None:
            self._first = (self._progress.seconds(), self._fresh)
        self._report(self._what if what is None else what, best, begins=False)

    def drop(self, count: int) -> None:
        """Take steps off the total that turned out not to be needed."""
        self._total = max(self._total - count, self._done)

    def _report(self, what: str, best: str | None, *, begins: bool) -> None:
        self._what = what
        left = self._remaining()
        self._progress.report(self._done, self._total, what, best, left, begins=begins)

    def _remaining(self) -> float | None:
        if self._first is None:
            return None
        since, steps_before = self._first
        if self._fresh - steps_before < _ENOUGH_FOR_A_PACE:
            since, steps_before = self._began, 0
        pace = (self._progress.seconds() - since) / (self._fresh - steps_before)
        return pace * (self._total - self._done)
