"""Sets of coded columns that spell out the outcome, by themselves or together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from deepbench.data.column_types import count_distinct
from deepbench.data.findings.base import codes_of, label_names, numeric_names
from deepbench.data.findings.label_tests import log_chance_of_rule

_MOST_LEVELS = 20
_MOST_ERRORS = 0.01
_LEAST_PRESENT = 0.5
_CHANCE = np.log(0.001)
_MOST_COMBINED = 30
_LARGEST_SET = 3


@dataclass(frozen=True)
class SpelledOut:
    """Columns that give the outcome away.

    Attributes:
        determining: Columns each of which alone determines the outcome.
        parts: Columns each of which follows from the outcome (it holds a part of it).
        parts_determine: Whether the parts together determine the outcome.
        combined: Two or three columns that determine the outcome only together.
    """

    determining: tuple[str, ...]
    parts: tuple[str, ...]
    parts_determine: bool
    combined: tuple[str, ...]


@dataclass(frozen=True)
class _Coded:
    name: str
    codes: NDArray[np.int64]  # -1 = missing


def find_spelled_out(features: pd.DataFrame, outcome: NDArray[np.int64]) -> SpelledOut:
    """Look for columns of few values that determine the classes, or follow from them.

    An exception in a hundred samples is allowed. What chance would give, with so many columns,
    values and samples, is bounded by `log_chance_of_rule`.

    Args:
        features: (n, p) features, one row per unit where units repeat.
        outcome: (n,) class codes.
    """
    coded = _coded_columns(features, len(outcome))
    tests = max(1, len(coded))
    determining = [c for c in coded if _determines(c.codes, outcome, tests)]
    parts = [
        c for c in coded if c not in determining and _determines_backwards(c.codes, outcome, tests)
    ]
    joint = _joint([c.codes for c in parts])
    parts_determine = len(parts) > 1 and _determines(joint, outcome, tests)
    used = {c.name for c in (*determining, *parts)}
    rest = [c for c in coded if c.name not in used]
    combined = () if determining or parts_determine else _combined(rest, outcome)
    return SpelledOut(
        determining=tuple(c.name for c in determining),
        parts=tuple(c.name for c in parts),
        parts_determine=parts_determine,
        combined=combined,
    )


def _coded_columns(features: pd.DataFrame, n: int) -> list[_Coded]:
    most = min(_MOST_LEVELS, n // 3)
    numeric = numeric_names(features)
    chosen = []
    if numeric:
        distinct = count_distinct(features[numeric].to_numpy(dtype=np.float64))
        chosen = [name for name, d in zip(numeric, distinct, strict=True) if 2 <= d <= most]
    chosen += [name for name in label_names(features) if 2 <= features[name].nunique() <= most]
    coded = [_Coded(name, codes_of(features[name])) for name in chosen]
    return [c for c in coded if (c.codes >= 0).mean() >= _LEAST_PRESENT]


def _exceptions(given: NDArray[np.int64], told: NDArray[np.int64]) -> int:
    """Return how many rows break the best rule from the given codes to the told ones."""
    width = int(told.max()) + 1
    table = np.bincount(given * width + told, minlength=(int(given.max()) + 1) * width)
    return len(given) - int(table.reshape(-1, width).max(axis=1).sum())


def _determines(codes: NDArray[np.int64], outcome: NDArray[np.int64], tests: int) -> bool:
    """Whether codes determine the outcome, beyond chance in so many tests."""
    present = codes >= 0
    if not len(codes) or present.mean() < _LEAST_PRESENT:
        return False
    given, told = codes[present], outcome[present]
    errors = _exceptions(given, told)
    if errors > _MOST_ERRORS * len(given):
        return False
    counts = np.bincount(told)
    chance = log_chance_of_rule(len(np.unique(given)), counts, errors)
    return bool(chance + np.log(tests) <= _CHANCE)


def _determines_backwards(
    codes: NDArray[np.int64], outcome: NDArray[np.int64], tests: int
) -> bool:
    present = codes >= 0
    return _determines(outcome[present], codes[present], tests) if present.any() else False


def _joint(columns: Sequence[NDArray[np.int64]]) -> NDArray[np.int64]:
    """Return codes of the combinations of several columns, -1 where one is missing."""
    if not columns:
        return np.zeros(0, dtype=np.int64)
    joint = columns[0].copy()
    for codes in columns[1:]:
        missing = (joint < 0) | (codes < 0)
        joint = joint * (int(codes.max()) + 1) + codes
        joint[missing] = -1
        levels, packed = np.unique(joint, return_inverse=True)
        joint = packed - int(levels[0] == -1)
    return joint.astype(np.int64)


def _combined(coded: Sequence[_Coded], outcome: NDArray[np.int64]) -> tuple[str, ...]:
    """Return the smallest set of columns that only together determine the outcome."""
    best = sorted(coded, key=lambda c: _share_of_exceptions(c, outcome))[:_MOST_COMBINED]
    for size in range(2, _LARGEST_SET + 1):
        sets = list(combinations(best, size))
        for chosen in sets:
            if _determines(_joint([c.codes for c in chosen]), outcome, len(sets)):
                return tuple(c.name for c in chosen)
    return ()


def _share_of_exceptions(column: _Coded, outcome: NDArray[np.int64]) -> float:
    present = column.codes >= 0
    return _exceptions(column.codes[present], outcome[present]) / int(present.sum())
