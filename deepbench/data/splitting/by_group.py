"""Leave one site, or one batch, out at a time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from deepbench.data.roles import merged
from deepbench.data.samples import AllSamples
from deepbench.data.splitting.base import MOST_PARTS, OuterFold, Parts, joined, require_complete
from deepbench.data.splitting.stratified import spread, strata
from deepbench.data.wording import counted, noun, shorten, some_names
from deepbench.errors import PlanError, StageBlocked

_SHOWN = 3


def by_group(samples: AllSamples, columns: Sequence[str], role: str, seed: int) -> Parts:
    """Test each site (or batch) by models that have never seen it.

    Sites that share a unit are left out together, so that no unit crosses.

    Args:
        samples: Samples.
        columns: Annotation columns that name the site together.
        role: What they have in common: ``site`` or ``batch``.
        seed: For grouping, where there are too many to leave each out by itself.

    Raises:
        PlanError: no column has the role.
        DataError: a sample has no value.
        StageBlocked: there is one only, or units tie all of them together.
    """
    several = noun(2, role, "batches" if role == "batch" else "")
    if not columns:
        raise PlanError(
            f"Leave-one-{role}-out needs to know the {role} of each sample.",
            f'Name the column in the plan: [roles] {role} = "…".',
        )
    for column in columns:
        require_complete(samples, column, role)
    values = joined(samples.annotations, columns)
    names = sorted(set(values.tolist()))
    if len(names) < 2:
        raise StageBlocked(
            f"All samples come from one {role} ({shorten(names[0])}), so none can be left out."
        )
    blocks = merged(pd.factorize(values)[0].astype(np.int64), samples.units)
    number = int(blocks.max()) + 1
    crossing = _crossing_units(samples.units, values)
    if number < 2:
        raise StageBlocked(
            f"{counted(crossing, 'unit')} {'has' if crossing == 1 else 'have'} samples in more "
            f"than one {role}, which ties all {len(names)} {several} together: none can be left "
            "out without leaving out all.",
            f"If a unit belongs to one {role}, correct the column of {several} or of units.",
        )
    remarks = []
    if number < len(names):
        tied = len(names) - number + sum(_size(values, blocks, b) > 1 for b in range(number))
        remarks.append(
            f"{counted(tied, role, several)} share units with another {role} "
            f"({counted(crossing, 'unit')}), so those that do are left out together."
        )
    if number > MOST_PARTS:
        remarks.append(
            f"There are {counted(number, role, several)} to leave out; so that the search is not "
            f"repeated {number} times, whole {several} are left out in {MOST_PARTS} groups."
        )
        return Parts(_grouped(samples, values, blocks, several, seed), tuple(remarks))
    return Parts(_one_by_one(values, blocks, role, several), tuple(remarks))


def _size(values: NDArray[np.str_], blocks: NDArray[np.int64], block: int) -> int:
    return len(set(values[blocks == block].tolist()))


def _crossing_units(units: NDArray[np.int64], values: NDArray[np.str_]) -> int:
    """Return how many units have more than one value."""
    kinds = pd.Series(values).groupby(units).nunique()
    return int((kinds > 1).sum())


def _one_by_one(
    values: NDArray[np.str_], blocks: NDArray[np.int64], role: str, several: str
) -> tuple[OuterFold, ...]:
    rows = np.arange(len(values))
    named = {}
    for block in range(int(blocks.max()) + 1):
        inside = sorted(set(values[blocks == block].tolist()))
        named[block] = f"{role} {inside[0]}"
        if len(inside) > 1:
            more = f" + {len(inside) - _SHOWN} more" if len(inside) > _SHOWN else ""
            named[block] = f"{several} {' + '.join(inside[:_SHOWN])}{more}"
    return tuple(
        OuterFold(name, rows[blocks != block], rows[blocks == block])
        for block, name in sorted(named.items(), key=lambda item: item[1])
    )


def _grouped(
    samples: AllSamples,
    values: NDArray[np.str_],
    blocks: NDArray[np.int64],
    several: str,
    seed: int,
) -> tuple[OuterFold, ...]:
    parts = spread(strata(samples), blocks, MOST_PARTS, seed)
    return tuple(
        OuterFold(f"group {n} ({len(set(values[test].tolist()))} {several})", train, test)
        for n, (train, test) in enumerate(parts, start=1)
    )


def which_can_be_left_out(folds: Sequence[OuterFold], fit: Sequence[bool], role: str) -> str:
    """Say which sites or batches could be left out although not all can; empty if none."""
    able = [fold.name.removeprefix(f"{role} ") for fold, ok in zip(folds, fit, strict=True) if ok]
    if not able:
        return ""
    several = "batches" if role == "batch" else f"{role}s"
    return f"Of {len(folds)} {several}, only {some_names(able, 10)} could be left out."
