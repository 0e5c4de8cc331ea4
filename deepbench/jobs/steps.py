"""Steps of a stage: one count for all its parts, so that a progress bar never runs backwards.

A part says beforehand how many steps it may take. Steps that turn out not to be needed come off
the total, which moves the bar forwards too.

The count is a plain count; the seconds left are not. A forest costs a hundred times as much as
naive Bayes, so steps are of *kinds*: what a step of a kind costs is what such steps cost so far,
or what an estimate said beforehand. All costs are seconds of one processor core; how many seconds
on the clock they take follows from the pace so far.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from deepbench.worker.progress import Progress

# Before the first step processes start and libraries load, which happens once: from this many
# further steps on, the pace is that after the first.
_ENOUGH_FOR_A_PACE = 8
# An estimate weighs as much as this many steps that were seen.
_WEIGHT_OF_AN_ESTIMATE = 2.0
_ANY = ""


@dataclass(frozen=True)
class Part:
    """Steps of one kind that a stage may take.

    Attributes:
        steps: How many, those done by an earlier run included.
        done: How many of them an earlier run did.
        seconds: What one is expected to cost, in seconds of one core; None if nothing is known.
    """

    steps: int
    done: int = 0
    seconds: float | None = None


class _Kind:
    """Steps of one kind: how many are left, and what they cost so far."""

    def __init__(self, part: Part) -> None:
        self.left = max(part.steps - part.done, 0)
        self._expected = part.seconds
        self._seen = 0
        self._seconds = 0.0

    def expected(self, count: int) -> float | None:
        return None if self._expected is None else self._expected * count

    def see(self, count: int, seconds: float) -> None:
        self._seen += count
        self._seconds += seconds

    @property
    def cost(self) -> float | None:
        """Seconds of one step; None if nothing is known."""
        if self._expected is None:
            return self._seconds / self._seen if self._seen else None
        weight = _WEIGHT_OF_AN_ESTIMATE
        return (self._expected * weight + self._seconds) / (weight + self._seen)


class Steps:
    """Counts the steps of a stage and reports them, with the seconds left.

    Args:
        progress: Where they are reported, and where a cancel arrives.
        total: Steps in all, as far as known beforehand.
        done: Steps that an earlier run did. They will not be counted again, and say nothing
            about the pace.
        parts: Steps by kind, as far as kinds are known; the others are all alike.
        processes: Processes that share the work, until the pace is seen.
    """

    def __init__(
        self,
        progress: Progress,
        total: int,
        done: int = 0,
        parts: Mapping[str, Part] | None = None,
        processes: int = 1,
    ) -> None:
        self._progress = progress
        self._total = total
        self._done = min(done, total)
        self._kinds = {name: _Kind(part) for name, part in (parts or {}).items()}
        known_left = sum(kind.left for kind in self._kinds.values())
        self._kinds[_ANY] = _Kind(Part(max(self._total - self._done - known_left, 0)))
        self._processes = max(processes, 1)
        self._fresh = 0
        self._work = 0.0
        self._began = self._last = progress.seconds()
        self._first: tuple[float, int, float] | None = None
        self._start: tuple[_Kind, int, float] | None = None
        self._what = ""

    def say(self, what: str, best: str | None = None) -> None:
        """Say what begins now."""
        self._report(what, best, begins=True)

    def add(
        self,
        count: int,
        what: str | None = None,
        best: str | None = None,
        *,
        kind: str = _ANY,
        seconds: float | None = None,
    ) -> None:
        """Count steps that are done.

        Args:
            count: How many.
            what: What was done; what was said last if None.
            best: Best score so far, in words.
            kind: Their kind, one of the ``parts`` or a new one.
            seconds: Seconds of one core that they took together. If None they took what was
                expected of their kind, or, without that, the time since the last steps.
        """
        now = self._progress.seconds()
        found = self._take(kind, count)
        if seconds is None:
            seconds = found.expected(count)
        on_clock = seconds is None
        cost = now - self._last if seconds is None else seconds
        self._last = now
        self._done = min(self._done + count, self._total)
        self._fresh += count
        self._work += cost
        found.see(count, cost)
        if self._first is None:
            self._first = (now, self._fresh, self._work)
            self._start = (found, count, cost) if on_clock else None
        elif self._start is not None and self._fresh - self._first[1] >= _ENOUGH_FOR_A_PACE:
            # What was measured on the clock holds the start of processes.
            slow, times, spent = self._start
            slow.see(-times, -spent)
            self._start = None
        self._report(self._what if what is None else what, best, begins=False)

    def drop(self, count: int, kind: str = _ANY) -> None:
        """Take steps off the total that turned out not to be needed."""
        self._total = max(self._total - count, self._done)
        self._take(kind, count)

    def _take(self, name: str, count: int) -> _Kind:
        """Take steps of a kind off those that are left; steps of a new kind come off the rest."""
        kind = self._kinds.setdefault(name, _Kind(Part(0)))
        own = min(count, kind.left)
        kind.left -= own
        rest = self._kinds[_ANY]
        rest.left = max(rest.left - (count - own), 0)
        return kind

    def _report(self, what: str, best: str | None, *, begins: bool) -> None:
        self._what = what
        left = self._remaining()
        self._progress.report(self._done, self._total, what, best, left, begins=begins)

    def _remaining(self) -> float | None:
        work = self._work_left()
        pace = self._pace()
        return None if work is None or pace is None else work * pace

    def _work_left(self) -> float | None:
        """Return the seconds of one core that are left; None while no cost is known."""
        costs = {name: kind.cost for name, kind in self._kinds.items()}
        known = [cost for cost in costs.values() if cost is not None]
        if not known:
            return None
        # A kind of which nothing is known yet is taken for an average step.
        usual = self._work / self._fresh if self._fresh else sum(known) / len(known)
        return sum(
            kind.left * (usual if (cost := costs[name]) is None else cost)
            for name, kind in self._kinds.items()
        )

    def _pace(self) -> float | None:
        """Return the seconds on the clock for a second of work."""
        if self._first is None:
            return 1.0 / self._processes
        since, steps, work = self._first
        if self._fresh - steps < _ENOUGH_FOR_A_PACE or self._work <= work:
            since, work = self._began, 0.0
        if self._work <= work:
            return None
        return (self._progress.seconds() - since) / (self._work - work)
