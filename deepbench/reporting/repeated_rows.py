"""Whether a report may say of how many units its samples are.

Samples minus units is the number of rows beyond the first of each unit. Where that is small in a
group of samples, in all of them, or outside of a group, it points at the few units that have more
than one row: one after the other, the groups they are in tell all that is known of them. As such
differences can be added up and taken from one another, one is enough for all: then the whole
report counts samples alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from deepbench.reporting.small_cells import SmallCells
from deepbench.study.records import SplitRecord, StudySummary

#: Samples, and how many units they are of.
Pair = tuple[int, int]


class _Group(Protocol):
    @property
    def column(self) -> str: ...

    @property
    def samples(self) -> int: ...

    @property
    def units(self) -> int: ...


def tells_of_repeats(summary: StudySummary, cells: SmallCells) -> bool:
    """Return whether numbers of units would point at few units with more than one row.

    Args:
        summary: The records as they are, with all groups.
        cells: Rule for small counts.
    """
    # Those of fewer units are not shown in any case.
    return any(
        cells.is_small(samples - units) and not cells.is_small(units)
        for samples, units in _pairs(summary)
    )


def split_sizes(split: SplitRecord, *, samples_alone: bool) -> tuple[int, int]:
    """Return the sizes of training and test set: units, or samples where these stand alone.

    Over several outer folds that is the smallest training set, and all that were tested in turn.

    Args:
        split: How test samples were set aside.
        samples_alone: Whether samples are counted.
    """
    if not samples_alone or not split.outer_folds:
        return split.train_units, split.test_units
    training = min(fold.train_samples for fold in split.outer_folds)
    return training, sum(fold.test_samples for fold in split.outer_folds)


def sized(cells: SmallCells) -> str:
    """Return what `split_sizes` counts."""
    return "samples" if cells.samples_alone else "units"


def _pairs(summary: StudySummary) -> Iterator[Pair]:
    sheet, split, choice = summary.sheet, summary.split, summary.choice
    if sheet is not None:
        yield sheet.samples, sheet.units
        for name in sheet.classes:
            yield sheet.class_samples.get(name, 0), sheet.class_units.get(name, 0)
    for fold in split.outer_folds if split is not None else ():
        yield fold.train_samples, fold.train_units
        yield fold.test_samples, fold.test_units
    if choice is not None:
        groups = choice.test.subgroups
        for column in dict.fromkeys(group.column for group in groups):
            members = [group for group in groups if group.column == column]
            yield from _both_sides(members, _sum(members))
    failures = summary.interpretation.failures if summary.interpretation is not None else None
    if failures is not None:
        yield from _both_sides(failures.groups, (failures.samples, failures.units))
        # What is outside of a slice is counted on one half of the units.
        yield from ((found.samples, found.units) for found in failures.slices)
    audit = summary.ethics.subgroups if summary.ethics is not None else None
    if audit is not None:
        yield from _both_sides(audit.groups, (audit.samples, audit.units))


def _sum(groups: Sequence[_Group]) -> Pair:
    return sum(group.samples for group in groups), sum(group.units for group in groups)


def _both_sides(groups: Iterable[_Group], whole: Pair) -> Iterator[Pair]:
    """Yield a whole, its groups, and what is outside of each."""
    yield whole
    for group in groups:
        yield group.samples, group.units
        yield whole[0] - group.samples, whole[1] - group.units
