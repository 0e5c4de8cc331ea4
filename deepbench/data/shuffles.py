"""Shuffling labels the way the null hypothesis says: whole units, inside sites and batches.

Where outcomes differ inside a unit, as in a matched pair, they are exchanged inside it: between
its parts (the patients of a pair), each of which keeps one label, or else between its samples.

scikit-learn's ``permutation_test_score(groups=…)`` shuffles *within* groups, so with one label
per unit it moves nothing; hence this module.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from deepbench.data.samples import TrainingSet

Outcome = NDArray[np.int64] | NDArray[np.float64]


def shuffle_blocks(training: TrainingSet, columns: tuple[str, ...]) -> NDArray[np.int64]:
    """Return (n,) codes of site and batch; one block for all when there are no such columns."""
    if not columns:
        return np.zeros(len(training), dtype=np.int64)
    numbers = training.annotations.groupby(list(columns), dropna=False).ngroup()
    return np.asarray(numbers, dtype=np.int64)


def unit_parts(training: TrainingSet, unit_columns: Sequence[str]) -> NDArray[np.int64]:
    """Return (n,) codes of what a unit consists of: named units, or samples of one name.

    A matched pair, and samples with the same measurements, are one unit of several parts.

    Args:
        training: Samples.
        unit_columns: Annotation columns that name units.
    """
    present = [c for c in unit_columns if c in training.annotations.columns]
    names = np.array(training.sample_ids, dtype=object)
    if present:
        written = training.annotations[present].fillna("").astype(str).agg("\x1f".join, axis=1)
        said = written.str.strip("\x1f ").to_numpy() != ""
        # A row that does not say whose it is is a part by itself.
        rows = np.array([f"\x1e{row}" for row in range(len(training))], dtype=object)
        names = np.where(said, written.to_numpy(dtype=object), rows)
    keys = pd.DataFrame({"unit": training.units, "part": names})
    return np.asarray(keys.groupby(["unit", "part"]).ngroup(), dtype=np.int64)


def shuffle_strategy(
    training: TrainingSet, blocks: NDArray[np.int64], *, pairs: bool = False
) -> str:
    """Return a sentence that says what is exchanged.

    Args:
        training: Samples whose outcome is shuffled.
        blocks: (n,) codes of site and batch.
        pairs: Whether samples were collected as matched pairs.
    """
    constant, varying = _units_by_kind(training.outcome, training.units)
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
    inside = "within pairs, never between pairs" if pairs else "between the samples of a unit"
    if not constant:
        differ = "pairs" if pairs else "units"
        return f"Outcomes vary inside {differ}, so they are exchanged {inside}."
    if pairs:
        return (
            f"Outcomes are exchanged {inside}; units that are in no pair, or in one with a single "
            f"outcome, exchange theirs between whole units{where}."
        )
    return (
        f"Outcomes of units with one outcome are exchanged between units{where}; in units with "
        "several outcomes they are exchanged between the samples of the unit."
    )


def shuffled_outcome(
    training: TrainingSet,
    blocks: NDArray[np.int64],
    seed: int,
    parts: NDArray[np.int64] | None = None,
) -> NDArray[np.int64] | NDArray[np.float64]:
    """Return (n,) the outcome with labels exchanged.

    Args:
        training: Samples whose outcome is shuffled.
        blocks: (n,) codes of site and batch; units only exchange labels inside a block. A unit
            belongs to the block of its first sample.
        seed: Seed of this shuffle.
        parts: (n,) codes of what units consist of (`unit_parts`); None if of samples. Inside a
            unit with several outcomes, a part with one outcome keeps one.
    """
    generator = np.random.default_rng(seed)
    shuffled = training.outcome.copy()
    constant, varying = _units_by_kind(training.outcome, training.units)
    rows = _rows_by_unit(training.units)
    for unit in varying:
        inside = rows[unit]
        _exchange_inside(shuffled, inside, None if parts is None else parts[inside], generator)
    for members in _by_block(constant, rows, blocks):
        _exchange(shuffled, [rows[unit] for unit in members], generator)
    return shuffled


def _exchange_inside(
    outcome: Outcome,
    inside: NDArray[np.int64],
    parts: NDArray[np.int64] | None,
    generator: np.random.Generator,
) -> None:
    """Exchange the outcomes of one unit in place, between its parts or else its samples."""
    if parts is None:
        outcome[inside] = outcome[generator.permutation(inside)]
        return
    constant, varying = _units_by_kind(outcome[inside], parts)
    rows = _rows_by_unit(parts)
    for part in varying:
        own = inside[rows[part]]
        outcome[own] = outcome[generator.permutation(own)]
    _exchange(outcome, [inside[rows[part]] for part in constant], generator)


def _exchange(
    outcome: Outcome, members: Sequence[NDArray[np.int64]], generator: np.random.Generator
) -> None:
    """Exchange the outcomes of groups of rows in place; each group has one, and keeps one."""
    labels = np.array([outcome[rows[0]] for rows in members])
    for rows, label in zip(members, generator.permutation(labels), strict=True):
        outcome[rows] = label


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


def _units_by_kind(outcome: Outcome, units: NDArray[np.int64]) -> tuple[list[int], list[int]]:
    """Return units whose samples share one outcome, and units whose samples differ."""
    constant: list[int] = []
    varying: list[int] = []
    for unit, rows in _rows_by_unit(units).items():
        same = len(np.unique(outcome[rows])) == 1
        (constant if same else varying).append(unit)
    return constant, varying
