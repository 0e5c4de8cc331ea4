"""Slices in which a model fails, found by a shallow tree on its errors and tested on other units.

A tree that looks for errors always finds some place with many of them. So the units are halved: a
tree grows on one half, its worst slices are tested on the other, and the other way round. The
numbers that are shown are those of the half that had no say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import rankdata
from sklearn.tree import DecisionTreeRegressor

from deepbench.data.findings.base import label_names, numeric_names
from deepbench.data.review.columns import columns_to_review
from deepbench.data.samples import AllSamples
from deepbench.data.wording import shorten, with_minus
from deepbench.evaluation.error_intervals import error_score
from deepbench.interpretation.error_groups import exchange_p_values
from deepbench.interpretation.held_out import HeldOut
from deepbench.interpretation.sample_groups import LEAST_UNITS, ROLES
from deepbench.seeds import derive_seed
from deepbench.study.records import ErrorGroupRecord

#: Units from which slices are looked for: each half must hold a slice of ten and a rest.
LEAST_UNITS_OF_ALL = 60
_LEAST_UNITS_OF_SLICE = 10
_LEAST_SHARE = 0.05
_DEPTH = 2
_PER_HALF = 2
_MOST_LEVELS = 12
# Slices of both halves that share so much are one.
_SAME = 0.5

Bools = NDArray[np.bool_]
Codes = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class _Column:
    """A column that the tree sees.

    Attributes:
        name: The user's column.
        level: The value that 1 stands for; None for numbers.
        values: (n,) numbers, NaN where missing.
    """

    name: str
    level: str | None
    values: Floats


@dataclass(frozen=True)
class _Condition:
    """One step down a tree.

    Attributes:
        column: Number of the column.
        above: Whether values above the cut go this way.
        cut: Between two values that occur; infinite where only missing values are told apart.
        with_missing: Whether missing values go this way.
    """

    column: int
    above: bool
    cut: float
    with_missing: bool


@dataclass(frozen=True, eq=False)
class _Slice:
    """A slice with its test: rule, members among all samples, samples of the testing half."""

    rule: str
    columns: tuple[str, ...]
    member: Bools
    tested: Bools
    p_value: float


def error_slices(
    held: HeldOut, roles: Mapping[str, tuple[str, ...]], features: Sequence[str], seed: int
) -> list[ErrorGroupRecord]:
    """Return slices with their error in the half that had no say, unmarked.

    Args:
        held: Held-out samples.
        roles: Columns by role, under the names of the annotations.
        features: Features that a slice may be made of.
        seed: Seed of halves, trees and tests.

    Returns:
        At most two from each half, those alike once; none from fewer than 60 units.
    """
    if held.number_of_units < LEAST_UNITS_OF_ALL or not held.error.any():
        return []
    columns = _columns(held.samples, roles, features)
    if not columns:
        return []
    first = _first_half(held, derive_seed(seed, "halves"))
    found = [
        slice_
        for number, finding in enumerate((first, ~first))
        for slice_ in _from_half(held, columns, finding, derive_seed(seed, "half", number))
    ]
    return [_record(held, slice_) for slice_ in _different(found)]


def _first_half(held: HeldOut, seed: int) -> Bools:
    """Return (n,) which samples are of the first half of units, drawn evenly over the errors."""
    totals = np.bincount(held.units, weights=held.error) / np.bincount(held.units)
    rng = np.random.default_rng(seed)
    order = np.lexsort((rng.random(len(totals)), totals))
    side = np.zeros(len(totals), dtype=bool)
    # Of each two neighbours in the order of errors one goes to either half.
    pairs = np.arange(len(totals)) // 2
    coin = rng.integers(0, 2, size=pairs.max() + 1)
    side[order] = (np.arange(len(totals)) + coin[pairs]) % 2 == 0
    return np.asarray(side[held.units])


# --- what the tree sees ---------------------------------------------------------------------


def _columns(
    samples: AllSamples, roles: Mapping[str, tuple[str, ...]], features: Sequence[str]
) -> list[_Column]:
    found: list[_Column] = []
    for column in columns_to_review(samples, roles, ROLES):
        if column.role == "date":
            continue  # a rule with a day as a number cannot be read
        if column.numbers is not None:
            found.append(_Column(column.name, None, column.numbers))
        else:
            texts = samples.annotations[column.name].to_numpy(dtype=object)
            found += _levels(column.name, pd.Series(texts, dtype="object").replace("", None))
    numeric, labels = set(numeric_names(samples.features)), set(label_names(samples.features))
    for name in features:
        if name in numeric:
            values = samples.features[name].to_numpy(dtype=np.float64)
            if np.isfinite(values).any():
                found.append(_Column(name, None, values))
        elif name in labels:
            found += _levels(name, samples.features[name].astype(object))
    return found


def _levels(name: str, texts: pd.Series) -> list[_Column]:
    """Return a column of 0 and 1 for each of the most frequent values."""
    given = texts.notna().to_numpy()
    counts = texts[given].value_counts()
    return [
        _Column(name, str(level), np.where(given, (texts == level).to_numpy(), np.nan))
        for level in counts.index[:_MOST_LEVELS]
        if counts[level] < given.sum()
    ]


# --- finding and testing --------------------------------------------------------------------


def _from_half(held: HeldOut, columns: list[_Column], finding: Bools, seed: int) -> list[_Slice]:
    """Grow a tree on one half and test its worst slices on the other."""
    X = np.stack([column.values for column in columns], axis=1)
    error, units = held.error[finding], held.units[finding]
    tree = _grown(X[finding], error, units, held.is_regression, seed)
    candidates = []
    for path in _paths(tree):
        member = _follow(X, path)
        gain = _worse(error, units, member[finding])
        if gain > 0:
            candidates.append((gain, path, member))
    chosen: list[_Slice] = []
    for _, path, member in sorted(candidates, key=lambda item: -item[0]):
        if len(chosen) == _PER_HALF:
            break
        if any((member & other.member & finding).any() for other in chosen):
            continue  # part of a slice, or around one
        tested = ~finding
        inside, outside = tested & member, tested & ~member
        if min(_units(held, inside), _units(held, outside)) < LEAST_UNITS:
            continue
        p = exchange_p_values(held.error[tested], held.units[tested], member[tested][None], seed)[
            0
        ]
        names = tuple(dict.fromkeys(columns[step.column].name for step in path))
        chosen.append(_Slice(_rule(path, columns, X), names, member, tested, float(p)))
    return chosen


def _grown(
    X: Floats, error: Floats, units: Codes, is_regression: bool, seed: int
) -> DecisionTreeRegressor:
    rows_per_unit = len(error) / len(np.unique(units))
    least = max(_LEAST_UNITS_OF_SLICE * rows_per_unit, _LEAST_SHARE * len(error))
    tree = DecisionTreeRegressor(
        max_depth=_DEPTH, min_samples_leaf=int(np.ceil(least)), random_state=seed % 2**31
    )
    # A few huge errors would draw every cut; their order says where errors are.
    return tree.fit(X, rankdata(error) if is_regression else error)


def _paths(tree: DecisionTreeRegressor) -> list[tuple[_Condition, ...]]:
    """Return the way to each node but the root."""
    inner = tree.tree_
    found: list[tuple[_Condition, ...]] = []
    open_nodes: list[tuple[int, tuple[_Condition, ...]]] = [(0, ())]
    while open_nodes:
        node, path = open_nodes.pop()
        if path:
            found.append(path)
        if inner.children_left[node] < 0:
            continue
        column, cut = int(inner.feature[node]), float(inner.threshold[node])
        left = bool(inner.missing_go_to_left[node])
        for child, above in (
            (inner.children_left[node], False),
            (inner.children_right[node], True),
        ):
            step = _Condition(column, above, cut, left != above)
            open_nodes.append((int(child), (*path, step)))
    return found


def _follow(X: Floats, path: Sequence[_Condition]) -> Bools:
    """Return (n,) which rows meet all conditions."""
    member = np.ones(len(X), dtype=bool)
    for step in path:
        values = _single(X[:, step.column])
        fits = values > step.cut if step.above else values <= step.cut
        member &= np.where(np.isnan(values), step.with_missing, fits)
    return member


def _single(values: Floats) -> Floats:
    """Return the numbers in single precision, as the tree compares them."""
    return values.astype(np.float32).astype(np.float64)


def _worse(error: Floats, units: Codes, member: Bools) -> float:
    """Return by how many standard errors the members are worse; 0 where too few are on a side."""
    inside, outside = error[member], error[~member]
    counts = [len(np.unique(units[side])) for side in (member, ~member)]
    if min(counts) < _LEAST_UNITS_OF_SLICE:
        return 0.0
    spread = np.sqrt(error.var() * (1 / counts[0] + 1 / counts[1]))
    return float((inside.mean() - outside.mean()) / spread) if spread > 0 else 0.0


def _units(held: HeldOut, rows: Bools) -> int:
    return len(np.unique(held.units[rows]))


def _different(slices: list[_Slice]) -> list[_Slice]:
    """Leave out what another slice with a smaller p-value holds as well."""
    kept: list[_Slice] = []
    for slice_ in sorted(slices, key=lambda item: item.p_value):
        alike = [
            (slice_.member & other.member).sum() / (slice_.member | other.member).sum()
            for other in kept
        ]
        if not alike or max(alike) < _SAME:
            kept.append(slice_)
    return kept


def _record(held: HeldOut, found: _Slice) -> ErrorGroupRecord:
    inside, outside = found.tested & found.member, found.tested & ~found.member
    return ErrorGroupRecord(
        kind="slice",
        column=", ".join(found.columns),
        group=found.rule,
        samples=int(inside.sum()),
        units=_units(held, inside),
        rate=error_score(
            held.error[inside],
            held.units[inside],
            held.dependence,
            is_share=not held.is_regression,
        ),
        rest=float(held.error[outside].mean()),
        p_value=found.p_value,
        marked=False,
        of_two=held.share_of_two(inside, outside),
    )


# --- in the user's words --------------------------------------------------------------------


def _rule(path: Sequence[_Condition], columns: list[_Column], X: Floats) -> str:
    """Return the conditions in words: ``age > 61 and sex = female``."""
    said: list[str] = []
    for number in dict.fromkeys(step.column for step in path):
        steps = [step for step in path if step.column == number]
        said.append(_said(columns[number], steps, X[:, number]))
    return " and ".join(said)


def _said(column: _Column, steps: list[_Condition], values: Floats) -> str:
    name = shorten(column.name)
    if any(step.above and np.isinf(step.cut) for step in steps):
        return f"{name} not given"
    given_only = not all(step.with_missing for step in steps)
    steps = [step for step in steps if np.isfinite(step.cut)]
    if not steps:
        return f"{name} given"
    missing = not given_only and bool(np.isnan(values).any())
    after = " or not given" if missing else ""
    if column.level is not None:
        sign = "=" if steps[-1].above else "≠"
        return f"{name} {sign} {shorten(column.level)}{after}"
    known = np.unique(values[np.isfinite(values)])
    low = max((step.cut for step in steps if step.above), default=None)
    high = min((step.cut for step in steps if not step.above), default=None)
    single = _single(known)
    inside = known[
        (single > (-np.inf if low is None else low))
        & (single <= (np.inf if high is None else high))
    ]
    if len(inside) == 1:
        return f"{name} = {with_minus(f'{inside[0]:g}')}{after}"
    above = "" if low is None else _short(low, known)
    upto = "" if high is None else _short(high, known)
    if above and upto:
        return f"{name} above {above}, up to {upto}{after}"
    return f"{name} > {above}{after}" if above else f"{name} ≤ {upto}{after}"


def _short(cut: float, known: Floats) -> str:
    """Return the shortest number that cuts the values in the same place."""
    place = int(np.searchsorted(_single(known), cut, side="right"))
    low, high = float(known[place - 1]), float(known[place])
    texts = [f"{near:.{digits}g}" for digits in range(1, 18) for near in (low, (low + high) / 2)]
    fitting = (text for text in texts if low <= float(text) < high)
    return with_minus(f"{float(next(fitting)):.15g}")
