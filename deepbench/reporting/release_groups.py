"""Errors by group as a released report may show them: no value from fewer than k units.

A group is left out when it, or all samples outside it, are too few, when few of them on one of
both sides are right or wrong, or when two units hold nearly all of the error there. As the errors
of all samples are printed too, what was left out of a column could be had by subtraction when it
is one group, or few samples in all; so the smallest others of the column go with it. Samples of a
column that are in no group (too small a value, not given) count as left out. What is shown has so
few digits that no count of wrong answers can be worked out from it.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from deepbench.data.wording import shorten, with_minus
from deepbench.reporting.coarse import coarse, coarse_score, digits
from deepbench.reporting.small_cells import SmallCells
from deepbench.study.records import AbstainPoint, ErrorGroupRecord

#: A group as it was, and as it may be shown.
Released = tuple[ErrorGroupRecord, ErrorGroupRecord]

#: Slices can be added up to one another, so few are enough to keep apart.
MOST_SLICES = 6
_DIGITS = 3
_P_DIGITS = 2
_THRESHOLD = re.compile(
    r"(?P<before>(?:up to|above|below|over|under|at least|at most|more than|less than|from|to|and"
    r"|between|[<>≤≥=]+)\s*)(?P<number>[-−]?\d+(?:[.,]\d+)?(?:e[-+]?\d+)?)(?![\w.])"
)
_SIGN = re.compile(r" [=≠] ")
_NUMBER = re.compile(r"[-−]?\d+(?:[.,]\d+)?(?:e[-+]?\d+)?(?![\w.])")
_SIZES = re.compile(r"(?P<low>[\d,]+) to (?P<high>[\d,]+) samples")


def released_groups(
    groups: Sequence[ErrorGroupRecord],
    samples: int,
    units: int,
    cells: SmallCells,
    *,
    dates: Collection[str] = (),
    class_samples: Mapping[str, int] | None = None,
    shares: bool = True,
) -> list[Released]:
    """Return the groups that may be shown, each beside what it was.

    Args:
        groups: Groups of samples, several of a column.
        samples: All samples.
        units: All units.
        cells: The rule.
        dates: Columns that hold dates: the ends of their ranges are those of single samples.
        class_samples: Samples of each class in the whole study, where they are printed beside:
            those that are in no group must not be few either.
        shares: Whether errors are shares of samples.
    """
    shown: list[Released] = []
    for key in dict.fromkeys((group.kind, group.column) for group in groups):
        members = [group for group in groups if (group.kind, group.column) == key]
        elsewhere = _elsewhere(members, class_samples or {}, cells)
        column = _Column(members, samples, units, elsewhere, cells, shares)
        kept = column.kept()
        shown += [
            (
                member,
                _shown_as(member, _label(members, place, dates), cells, shares=shares),
            )
            for place, member in enumerate(members)
            if place in kept
        ]
    return shown


def _elsewhere(
    members: Sequence[ErrorGroupRecord], class_samples: Mapping[str, int], cells: SmallCells
) -> set[int]:
    """Return the places of classes of which few samples are elsewhere: in the test set."""
    return {
        place
        for place, member in enumerate(members)
        if member.kind == "class"
        and cells.is_small(class_samples.get(member.group, member.samples) - member.samples)
    }


def _shown_as(
    group: ErrorGroupRecord, label: str, cells: SmallCells, *, shares: bool
) -> ErrorGroupRecord:
    """Return a group as it is shown: its name, and numbers without counts in their digits."""
    named = group.model_copy(update={"group": label})
    if not cells.threshold:
        return named
    return named.model_copy(
        update={
            "rate": coarse_score(group.rate, share=shares),
            "rest": coarse(group.rest, share=shares),
            "p_value": digits(group.p_value, _P_DIGITS),
        }
    )


def released_slices(
    slices: Sequence[ErrorGroupRecord],
    shown_groups: Sequence[ErrorGroupRecord],
    samples: int,
    units: int,
    cells: SmallCells,
    *,
    shares: bool = True,
) -> list[Released]:
    """Return the slices that may be shown, each beside what it was.

    No difference of what is shown may be a few people. A slice is scored on one half of the units,
    so what is outside of it is counted there. A value that a rule names has to be one of the
    groups that are shown.

    Args:
        slices: Groups found by trees; they may part the samples or overlap.
        shown_groups: Groups that are shown beside them.
        samples: All samples.
        units: All units.
        cells: The rule.
        shares: Whether errors are shares of samples.
    """
    kept: list[ErrorGroupRecord] = []
    shown: list[Released] = []
    for found in slices:
        if len(kept) == MOST_SLICES:
            break
        inside = [group for group in shown_groups if group.column and group.column in found.group]
        if (
            cells.is_small(found.samples)
            or cells.is_small(found.units)
            or cells.is_dominated(found.of_two)
            or (shares and _few_right_or_wrong(found, samples // 2, cells))
            or not _names_shown_values(found.group, shown_groups)
            or any(_differ_by_few(found, other, cells) for other in (*inside, *kept))
            or _leaves_few(kept, found, (samples // 2, units // 2), cells)
            or _leaves_few(kept, found, (samples, units), cells)
        ):
            continue
        kept.append(found)
        shown.append((found, _shown_as(found, rounded(found.group), cells, shares=shares)))
    return shown


def _names_shown_values(rule: str, shown: Sequence[ErrorGroupRecord]) -> bool:
    """Return whether each value that a rule names is a group that is shown, or a number."""
    for sign in _SIGN.finditer(rule):
        column, value = rule[: sign.start()], rule[sign.end() :]
        if not _NUMBER.match(value) and not any(
            column.endswith(shorten(group.column)) and value.startswith(group.group)
            for group in shown
        ):
            return False
    return True


def _differ_by_few(one: ErrorGroupRecord, other: ErrorGroupRecord, cells: SmallCells) -> bool:
    return cells.is_small(abs(one.samples - other.samples)) or cells.is_small(
        abs(one.units - other.units)
    )


def _leaves_few(
    kept: Sequence[ErrorGroupRecord],
    found: ErrorGroupRecord,
    whole: tuple[int, int],
    cells: SmallCells,
) -> bool:
    """Return whether slices, if they exclude one another, leave few of the whole."""
    for count in range(len(kept) + 1):
        for some in itertools.combinations(kept, count):
            rest = whole[0] - sum(part.samples for part in (found, *some))
            more = whole[1] - sum(part.units for part in (found, *some))
            if cells.is_small(rest) or cells.is_small(more):
                return True
    return False


def released_abstain(
    points: Sequence[AbstainPoint],
    samples: int,
    units: int,
    cells: SmallCells,
    *,
    shares: bool = True,
) -> tuple[AbstainPoint, ...]:
    """Return points of the curve between which there are enough units, from all answered down.

    A point is left out whose mean error is nearly that of two units, or of which few are wrong.
    """
    if not cells.threshold:
        return tuple(points)
    fewest = min(samples, units)
    kept: list[AbstainPoint] = []
    last: float | None = None
    for point in sorted(points, key=lambda entry: -entry.answered):
        count = point.answered * fewest
        if count < cells.threshold:
            break
        wrong = (point.error.value or 0.0) * point.answered * samples if shares else 0.0
        if cells.is_dominated(point.of_two) or cells.is_small(round(wrong)):
            continue
        before = fewest if last is None else last
        if round(before - count, 6) == 0 or before - count >= cells.threshold:
            kept.append(point)
            last = count
    return tuple(
        point.model_copy(update={"error": coarse_score(point.error, share=shares)})
        for point in sorted(kept, key=points.index)
    )


def rounded(text: str) -> str:
    """Return a rule with its thresholds to three digits, so that none is one person's value."""
    return _THRESHOLD.sub(lambda match: match["before"] + _coarse(match["number"]), text)


def _coarse(number: str) -> str:
    try:
        value = float(number.replace("−", "-").replace(",", ""))
    except ValueError:
        return number
    if len(re.sub(r"e.*|\D", "", number).lstrip("0")) <= _DIGITS:
        return number
    return with_minus(f"{float(f'{value:.{_DIGITS}g}'):.15g}")


@dataclass(frozen=True)
class _Column:
    """The groups of one column.

    Attributes:
        members: The groups.
        samples: All samples.
        units: All units.
        hidden: Places of groups that are not shown in any case.
        cells: The rule.
        shares: Whether errors are shares of samples.
    """

    members: Sequence[ErrorGroupRecord]
    samples: int
    units: int
    hidden: Collection[int]
    cells: SmallCells
    shares: bool

    def kept(self) -> set[int]:
        """Return the places of the groups that may be shown."""
        members = self.members
        hidden = {*self.hidden, *(place for place in range(len(members)) if self._is_few(place))}
        others = sorted(
            (place for place in range(len(members)) if place not in hidden),
            key=lambda place: (members[place].units, members[place].samples, place),
        )
        while others and not self._is_protected(hidden):
            hidden.add(others.pop(0))
        return set(others)

    def _is_few(self, place: int) -> bool:
        group, cells = self.members[place], self.cells
        return (
            cells.is_dominated(group.of_two)
            or any(
                cells.is_small(count)
                for count in (
                    group.samples,
                    group.units,
                    self.samples - group.samples,
                    self.units - group.units,
                )
            )
            or (self.shares and _few_right_or_wrong(group, self.samples, cells))
        )

    def _is_protected(self, hidden: Collection[int]) -> bool:
        """Return whether all minus what is shown is nothing, or several groups of enough units."""
        cells, gone = self.cells, [self.members[place] for place in hidden]
        rest = (
            max(self.samples - sum(member.samples for member in self.members), 0),
            max(self.units - sum(member.units for member in self.members), 0),
        )
        samples = sum(group.samples for group in gone) + rest[0]
        units = sum(group.units for group in gone) + rest[1]
        if not gone:
            # Only samples in no group: nobody is shown what they are, but for their errors.
            few = cells.is_small(samples) or (rest[1] > 0 and cells.is_small(units))
            return not few and not self._few_wrong_are_left(hidden, samples)
        return (
            len(gone) + (rest[0] > 0) >= 2
            and samples >= cells.threshold
            and units >= cells.threshold
            and cells.is_protected([group.units for group in gone] + [rest[1]])
            and cells.is_protected([group.samples for group in gone] + [rest[0]])
            and not self._few_wrong_are_left(hidden, samples)
        )

    def _few_wrong_are_left(self, hidden: Collection[int], left: int) -> bool:
        """Return whether all wrong answers minus those shown are few, or all right ones.

        Args:
            hidden: Places of groups that are not shown.
            left: Samples that are in them, or in none.
        """
        wrong = self._wrong_in_all() if self.shares and left else None
        if wrong is None:
            return False
        shown = [group for place, group in enumerate(self.members) if place not in hidden]
        wrong -= sum(_wrong(group) for group in shown)
        return self.cells.is_small(wrong) or self.cells.is_small(left - wrong)

    def _wrong_in_all(self) -> int | None:
        for group in self.members:
            if group.rate.value is not None and group.rest is not None:
                return _wrong(group) + round(group.rest * (self.samples - group.samples))
        return None


def _wrong(group: ErrorGroupRecord) -> int:
    return round((group.rate.value or 0.0) * group.samples)


def _few_right_or_wrong(group: ErrorGroupRecord, samples: int, cells: SmallCells) -> bool:
    """Return whether few samples of a group, or of all others, are right or wrong.

    Args:
        group: The group.
        samples: All samples.
        cells: The rule.
    """
    if group.rate.value is None:
        return False
    sides = [(_wrong(group), group.samples)]
    if group.rest is not None:
        others = max(samples - group.samples, 0)
        sides.append((round(group.rest * others), others))
    return any(cells.is_small(wrong) or cells.is_small(count - wrong) for wrong, count in sides)


def _label(members: Sequence[ErrorGroupRecord], place: int, dates: Collection[str]) -> str:
    """Return what a group is called, without the values of single samples at its ends."""
    member = members[place]
    if member.column in dates:
        return f"period {place + 1} of {len(members)}"
    if member.kind == "unit size":
        found = _SIZES.fullmatch(member.group)
        if found is not None:
            return (
                f"up to {found['high']} samples"
                if place == 0
                else f"at least {found['low']} samples"
            )
        return member.group
    return rounded(member.group) if member.kind in ("feature", "class", "slice") else member.group
