"""Errors by group as a released report may show them: no value from fewer than k units.

A group is left out when it, or all samples outside it, are too few. As the errors of all samples
are printed too, what was left out of a column could be had by subtraction when it is one group, or
few samples in all; so the smallest others of the column go with it. Samples of a column that are
in no group (too small a value, not given) count as left out.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Sequence

from deepbench.data.wording import shorten
from deepbench.reporting.small_cells import SmallCells
from deepbench.study.records import AbstainPoint, ErrorGroupRecord

#: A group as it was, and as it may be shown.
Released = tuple[ErrorGroupRecord, ErrorGroupRecord]

#: Slices can be added up to one another, so few are enough to keep apart.
MOST_SLICES = 6
_DIGITS = 3
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
    shares: bool = True,
) -> list[Released]:
    """Return the groups that may be shown, each beside what it was.

    Args:
        groups: Groups of samples, several of a column.
        samples: All samples.
        units: All units.
        cells: The rule.
        dates: Columns that hold dates: the ends of their ranges are those of single samples.
        shares: Whether errors are shares of samples.
    """
    shown: list[Released] = []
    for key in dict.fromkeys((group.kind, group.column) for group in groups):
        members = [group for group in groups if (group.kind, group.column) == key]
        kept = _kept(members, samples, units, cells, shares=shares)
        shown += [
            (member, member.model_copy(update={"group": _label(members, place, dates)}))
            for place, member in enumerate(members)
            if place in kept
        ]
    return shown


def released_slices(
    slices: Sequence[ErrorGroupRecord],
    shown_groups: Sequence[ErrorGroupRecord],
    samples: int,
    units: int,
    cells: SmallCells,
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
            or not _names_shown_values(found.group, shown_groups)
            or any(_differ_by_few(found, other, cells) for other in (*inside, *kept))
            or _leaves_few(kept, found, (samples // 2, units // 2), cells)
            or _leaves_few(kept, found, (samples, units), cells)
        ):
            continue
        kept.append(found)
        shown.append((found, found.model_copy(update={"group": rounded(found.group)})))
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
    points: Sequence[AbstainPoint], samples: int, units: int, cells: SmallCells
) -> tuple[AbstainPoint, ...]:
    """Return points of the curve between which there are enough units, from all answered down."""
    fewest = min(samples, units)
    kept: list[AbstainPoint] = []
    last: float | None = None
    for point in sorted(points, key=lambda entry: -entry.answered):
        count = point.answered * fewest
        if count < cells.threshold:
            break
        before = fewest if last is None else last
        if round(before - count, 6) == 0 or before - count >= cells.threshold:
            kept.append(point)
            last = count
    return tuple(sorted(kept, key=points.index))


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
    return f"{float(f'{value:.{_DIGITS}g}'):.15g}"


def _too_few(group: ErrorGroupRecord, samples: int, units: int, cells: SmallCells) -> bool:
    return any(
        cells.is_small(count)
        for count in (group.samples, group.units, samples - group.samples, units - group.units)
    )


def _kept(
    members: Sequence[ErrorGroupRecord],
    samples: int,
    units: int,
    cells: SmallCells,
    *,
    shares: bool,
) -> set[int]:
    """Return the places of the groups of one column that may be shown."""
    hidden = {
        place
        for place, member in enumerate(members)
        if _too_few(member, samples, units, cells)
        or (shares and member.kind == "class" and _few_right_or_wrong(member, cells))
    }
    rest = (
        samples - sum(member.samples for member in members),
        units - sum(member.units for member in members),
    )
    others = sorted(
        (place for place in range(len(members)) if place not in hidden),
        key=lambda place: (members[place].units, members[place].samples, place),
    )
    while others and not _is_protected([members[place] for place in hidden], rest, cells):
        hidden.add(others.pop(0))
    return set(others)


def _is_protected(
    hidden: Sequence[ErrorGroupRecord], rest: tuple[int, int], cells: SmallCells
) -> bool:
    """Return whether all minus what is shown is nothing, or several groups of enough units."""
    in_none = rest[0] > 0
    if not hidden and not in_none:
        return True
    samples = sum(group.samples for group in hidden) + max(rest[0], 0)
    units = sum(group.units for group in hidden) + max(rest[1], 0)
    if not hidden:
        # Only samples in no group: nobody is shown what they are, but for their errors.
        return not cells.is_small(samples) and not (rest[1] > 0 and cells.is_small(units))
    return (
        len(hidden) + in_none >= 2
        and samples >= cells.threshold
        and units >= cells.threshold
        and cells.is_protected([group.units for group in hidden] + [max(rest[1], 0)])
        and cells.is_protected([group.samples for group in hidden] + [max(rest[0], 0)])
    )


def _few_right_or_wrong(group: ErrorGroupRecord, cells: SmallCells) -> bool:
    """Return whether the error of a class is a small cell of the confusion matrix."""
    if group.rate.value is None:
        return False
    wrong = round(group.rate.value * group.samples)
    return cells.is_small(wrong) or cells.is_small(group.samples - wrong)


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
