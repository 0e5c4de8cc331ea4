"""Samples of different units that are the same, or nearly, but have different outcomes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from deepbench.data.findings.duplicates import duplicate_groups
from deepbench.data.findings.near_duplicates import near_duplicate_pairs
from deepbench.data.samples import AllSamples

Bools = NDArray[np.bool_]
Codes = NDArray[np.int64]

NONE = -1


def conflicting_twins(samples: AllSamples, unit_columns: Sequence[str]) -> Codes:
    """Return (n,) the row of a twin with another outcome; -1 for samples without one.

    Twins were put into one unit when the data was checked, so units are read anew from the
    sample sheet. Numbers differ if they lie further apart than a standard deviation.

    Args:
        samples: The samples.
        unit_columns: Columns with the role of the unit.
    """
    found = np.full(len(samples), NONE, dtype=np.int64)
    as_written = replace(samples, units=_units_as_written(samples, unit_columns))
    pairs = [(int(a), int(b)) for a, b in near_duplicate_pairs(as_written)]
    for group in duplicate_groups(as_written):
        pairs += [(int(a), int(b)) for i, a in enumerate(group) for b in group[i + 1 :]]
    for a, b in pairs:
        if as_written.units[a] == as_written.units[b] or not _differ(samples, a, b):
            continue
        for row, twin in ((a, b), (b, a)):
            if found[row] == NONE:
                found[row] = twin
    return found


def _units_as_written(samples: AllSamples, unit_columns: Sequence[str]) -> Codes:
    """Return (n,) units by the sample sheet; a sample of which it says nothing is its own."""
    columns = [samples.annotations[c] for c in unit_columns if c in samples.annotations.columns]
    names = [
        "\x1f".join(parts) if any(parts) else f"\x1erow {row}"
        for row, parts in enumerate(
            tuple(str(column.iloc[row]) for column in columns) for row in range(len(samples))
        )
    ]
    return np.unique(names, return_inverse=True)[1].astype(np.int64)


def _differ(samples: AllSamples, a: int, b: int) -> bool:
    first, second = samples.outcome[a], samples.outcome[b]
    if samples.info.task == "regression":
        return bool(abs(first - second) > samples.outcome.std())
    return bool(first != second)
