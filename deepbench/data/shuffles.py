"""Shuffling labels the way the null hypothesis says: whole units, inside sites and batches.

scikit-learn's ``permutation_test_score(groups=…)`` shuffles *within* groups, so with one label
per unit it moves nothing; hence this module.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from deepbench.data.samples import TrainingSet


def shuffle_blocks(training: TrainingSet, columns: tuple[str, ...]) -> NDArray[np.int64]:
    """Return (n,) codes of site and batch; one block for all when there are no such columns."""
    if not columns:
        return np.zeros(len(training), dtype=np.int64)
    numbers = training.annotations.groupby(list(columns), dropna=False).ngroup()
    return np.asarray(numbers, dtype=np.int64)


def shuffle_strategy(training: TrainingSet, blocks: NDArray[np.int64]) -> str:
    """Return a sentence that says what is exchanged."""
    constant, varying = _units_by_kind(training)
    where = " inside each site and batch" if len(np.unique(blocks)) > 1 else ""
    rows = _rows_by_unit(training.units)
    members = _by_block(constant, rows, blocks)
    if not varying and all(
        len({training.outcome[rows[unit][0]] for unit in units}) == 1 for units in members
    ):
        return (
            "No outcome can be exchanged, because all units of a site or batch have the same: "
            "signal and batch cannot be told apart, and the check cannot be passed."
        )
    if not varying:
        return f"Outcomes are exchanged between whole units{where}."
    if not constant:
        return "Outcomes vary inside units, so they are exchanged between the samples of a unit."
    return (
        f"Outcomes of units with one outcome are exchanged between units{where}; in units with "
        "several outcomes they are exchanged between the samples of the unit."
    )


def shuffled_outcome(
    training: TrainingSet, blocks: NDArray[np.int64], seed: int
) -> NDArray[np.int64] | NDArray[np.float64]:
    """Return (n,) the outcome with labels exchanged.

    Args:
        training: Samples whose outcome is shuffled.
        blocks: (n,) codes of site and batch; units only exchange labels inside a block. A unit
            belongs to the block of its first sample.
        seed: Seed of this shuffle.
    """
    generator = np.random.default_rng(seed)
    shuffled = training.outcome.copy()
    constant, varying = _units_by_kind(training)
    rows = _rows_by_unit(training.units)
    for unit in varying:
        shuffled[rows[unit]] = training.outcome[generator.permutation(rows[unit])]
    for members in _by_block(constant, rows, blocks):
        labels = np.array([training.outcome[rows[unit][0]] for unit in members])
        for unit, label in zip(members, generator.permutation(labels), strict=True):
            shuffled[rows[unit]] = label
    return shuffled


def _by_block(
    units: list[int], rows: dict[int, NDArray[np.int64]], blocks: NDArray[np.int64]
) -> list[list[int]]:
    """Return the units of each block."""
    members: dict[int, list[int]] = {}
    for unit in units:
        members.setdefault(int(blocks[rows[unit][0]]), []).append(unit)
    return list(members.values())


def _rows_by_unit(units: NDArray[np.int64]) -> dict[int, NDArray[np.int64]]:
    order = np.argsort(units, kind="stable")
    codes, starts = np.unique(units[order], return_index=True)
    parts = np.split(order, starts[1:])
    return {int(code): part.astype(np.int64) for code, part in zip(codes, parts, strict=True)}


def _units_by_kind(training: TrainingSet) -> tuple[list[int], list[int]]:
    """Return units whose samples share one outcome, and units whose samples differ."""
    constant: list[int] = []
    varying: list[int] = []
    for unit, rows in _rows_by_unit(training.units).items():
        same = len(np.unique(training.outcome[rows])) == 1
        (constant if same else varying).append(unit)
    return constant, varying
