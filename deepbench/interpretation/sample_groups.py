"""Groups of samples in which a model may fail: what the sample sheet says, classes, ranges.

A group has at least five units, and at least five are outside it. Smaller groups of a column are
put together; what is still too small is left out and counted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from deepbench.data.findings.base import label_names, numeric_names
from deepbench.data.review.columns import ReviewColumn, columns_to_review
from deepbench.data.samples import AllSamples
from deepbench.data.wording import counted, shorten, with_minus

LEAST_UNITS = 5
#: Roles that may be why a model fails; the others name samples and units, or divide them.
ROLES = ("site", "batch", "operator", "timepoint", "date", "sensitive")
#: Features of a table up to this width all count; of wider ones those that are named.
ALL_FEATURES_UP_TO = 50
_FEW_VALUES = 5
_MOST_LEVELS = 12
_DIGITS = 4
_MOST_NAMED = 3

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
Bools = NDArray[np.bool_]
Kind = Literal["annotation", "class", "unit size", "feature"]


@dataclass(frozen=True, eq=False)
class SampleGroup:
    """Samples that have something in common.

    Attributes:
        kind: What forms the group.
        column: Column of the user, or what stands for one.
        label: The group, in the user's words.
        member: (n,) which samples are in it.
    """

    kind: Kind
    column: str
    label: str
    member: Bools


@dataclass(frozen=True, eq=False)
class Grouping:
    """All groups looked at.

    Attributes:
        groups: The groups.
        too_small: Values of columns that were left out for having too few units.
    """

    groups: tuple[SampleGroup, ...]
    too_small: int


def shown_features(features: pd.DataFrame, important: Sequence[str]) -> tuple[str, ...]:
    """Return the features whose ranges are looked at, in the order of the table.

    Args:
        features: The table.
        important: Features of the chosen model, the most important first; they are taken where
            the table is wide.
    """
    if features.shape[1] <= ALL_FEATURES_UP_TO:
        return tuple(map(str, features.columns))
    wanted = set(important[:ALL_FEATURES_UP_TO])
    return tuple(str(name) for name in features.columns if name in wanted)


def sample_groups(
    samples: AllSamples,
    units: Codes,
    roles: Mapping[str, tuple[str, ...]],
    features: Sequence[str],
) -> Grouping:
    """Return the groups of samples.

    Args:
        samples: The samples, n of them.
        units: (n,) codes of the biological unit, 0 to U - 1.
        roles: Columns by role, under the names of the annotations.
        features: Features whose ranges are looked at.
    """
    maker = _Maker(units)
    for column in columns_to_review(samples, roles, ROLES):
        _annotation(maker, column, samples.annotations[column.name].to_numpy(dtype=object))
    _outcome(maker, samples)
    _unit_sizes(maker)
    numeric = set(numeric_names(samples.features))
    for name in (name for name in features if name in numeric):
        values = samples.features[name].to_numpy(dtype=np.float64)
        maker.ranges("feature", name, values)
    labels = set(label_names(samples.features))
    for name in (name for name in features if name in labels):
        given = samples.features[name]
        texts = given.where(given.notna(), "").to_numpy(dtype=object)
        maker.levels("feature", name, texts)
    return Grouping(tuple(_merged(maker.groups)), maker.too_small)


def _merged(groups: list[SampleGroup]) -> list[SampleGroup]:
    """Make one of groups of the same samples, such as those that lack several features."""
    found: dict[tuple[str, str, bytes], list[SampleGroup]] = {}
    for group in groups:
        found.setdefault((group.kind, group.label, group.member.tobytes()), []).append(group)
    return [
        replace(same[0], column=_some_columns([group.column for group in same]))
        for same in found.values()
    ]


def _some_columns(names: list[str]) -> str:
    """Return ``a``, ``a, b`` or ``a, b, c and 12 more``; short as they may stand in a table."""
    more = len(names) - _MOST_NAMED
    shown = ", ".join(names[:_MOST_NAMED])
    return f"{shown} and {more:,} more" if more > 0 else shown


class _Maker:
    """Collects groups that are large enough."""

    def __init__(self, units: Codes) -> None:
        self.units = units
        self.groups: list[SampleGroup] = []
        self.too_small = 0

    def add(self, kind: Kind, column: str, label: str, member: Bools) -> None:
        """Keep a group if it and the rest are large enough."""
        if self.size(member) < LEAST_UNITS:
            self.too_small += 1
        elif self.size(~member) >= LEAST_UNITS:
            self.groups.append(SampleGroup(kind, column, label, member))

    def size(self, member: Bools) -> int:
        """Number of units with a sample in the group."""
        return len(np.unique(self.units[member]))

    def levels(self, kind: Kind, column: str, texts: NDArray[np.object_]) -> None:
        """Add a group for each text, small ones and those beyond the largest twelve together."""
        found = {str(text): texts == text for text in pd.unique(texts) if text != ""}
        sizes = {text: self.size(member) for text, member in found.items()}
        large = [text for text in sizes if sizes[text] >= LEAST_UNITS]
        large = sorted(large, key=lambda text: (-sizes[text], text))[:_MOST_LEVELS]
        small = [text for text in found if text not in large]
        for text in sorted(large):
            self.add(kind, column, shorten(text), found[text])
        if len(small) > 1:
            member = np.logical_or.reduce([found[text] for text in small])
            self.add(kind, column, f"{len(small):,} others together", member)
        elif small:
            self.too_small += 1
        self._not_given(kind, column, texts == "")

    def ranges(self, kind: Kind, column: str, values: Floats) -> None:
        """Add quarters of the values; each value where there are few different ones."""
        known = np.isfinite(values)
        different = np.unique(values[known])
        if len(different) < 2:
            self._not_given(kind, column, ~known)
            return
        if len(different) <= _FEW_VALUES:
            texts = np.full(len(values), "", dtype=object)
            texts[known] = [f"{value:g}" for value in values[known]]
            self.levels(kind, column, texts)
            return
        cuts = _cuts(values[known])
        place = np.searchsorted(cuts, values, side="left")
        for number, label in enumerate(_range_labels(cuts)):
            self.add(kind, column, label, known & (place == number))
        self._not_given(kind, column, ~known)

    def _not_given(self, kind: Kind, column: str, member: Bools) -> None:
        if self.size(member) >= LEAST_UNITS:
            self.add(kind, column, "not given", member)


def _cuts(values: Floats) -> Floats:
    """Return quartiles, rounded to be read; values up to a cut are below it."""
    quartiles = np.quantile(values, [0.25, 0.5, 0.75])
    rounded = np.array([float(f"{cut:.{_DIGITS}g}") for cut in quartiles])
    # Rounding may not move a cut beyond the largest value, nor make two of one.
    return np.unique(rounded[(rounded >= values.min()) & (rounded < values.max())])


def _range_labels(cuts: Floats) -> list[str]:
    if not len(cuts):
        return ["all values"]
    ends = [with_minus(f"{cut:g}") for cut in cuts]
    between = [f"above {low}, up to {high}" for low, high in pairwise(ends)]
    return [f"up to {ends[0]}", *between, f"above {ends[-1]}"]


def _annotation(maker: _Maker, column: ReviewColumn, texts: NDArray[np.object_]) -> None:
    if column.numbers is None:
        maker.levels("annotation", column.name, texts)
    elif column.role == "date":
        _dates(maker, column, texts)
    else:
        maker.ranges("annotation", column.name, column.numbers)


def _dates(maker: _Maker, column: ReviewColumn, texts: NDArray[np.object_]) -> None:
    """Add quarters of the dates, called by their first and last one."""
    assert column.numbers is not None
    known = np.isfinite(column.numbers)
    cuts = np.unique(np.quantile(column.numbers[known], [0.25, 0.5, 0.75]))
    place = np.searchsorted(cuts, column.numbers, side="left")
    for number in range(len(cuts) + 1):
        rows = np.flatnonzero(known & (place == number))
        if len(rows):
            order = rows[np.argsort(column.numbers[rows], kind="stable")]
            first, last = shorten(str(texts[order[0]])), shorten(str(texts[order[-1]]))
            label = first if first == last else f"{first} to {last}"
            maker.add("annotation", column.name, label, known & (place == number))


def _outcome(maker: _Maker, samples: AllSamples) -> None:
    """Add the classes, or quarters of a numeric outcome."""
    info = samples.info
    if info.task == "regression":
        maker.ranges("class", info.column, samples.outcome.astype(np.float64))
        return
    for code, name in enumerate(info.classes):
        member = samples.outcome == code
        if member.any():
            maker.add("class", info.column, shorten(name), member)


def _unit_sizes(maker: _Maker) -> None:
    """Add units by their number of samples, where they differ in it."""
    counts = np.bincount(maker.units)
    if len(np.unique(counts)) < 2:
        return
    sizes = counts[maker.units]
    cuts = (
        np.unique(counts)[:-1]
        if len(np.unique(counts)) <= _FEW_VALUES - 1
        else np.unique(np.quantile(counts, [0.25, 0.5, 0.75], method="lower"))
    )
    place = np.searchsorted(cuts, sizes, side="left")
    for number in range(len(cuts) + 1):
        member = place == number
        if member.any():
            low, high = int(sizes[member].min()), int(sizes[member].max())
            label = counted(low, "sample") if low == high else f"{low:,} to {high:,} samples"
            maker.add("unit size", "samples of the unit", label, member)
