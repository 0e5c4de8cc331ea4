"""Whether a model fails more often in some group of samples than chance would have it.

Units change places: each comes to stand in the groups of another, with all its errors, so that
samples of a unit stay as alike as they are, and a group has no more errors than any other but by
chance. A group's p-value is the share of exchanges in which its error exceeds that of the rest by
at least as much as it does (the true table counted in; Phipson & Smyth 2010, doi
10.2202/1544-6115.1585). It looks one way: where the model is worse. All groups are exchanged
together, and those are marked that pass the rule of Benjamini and Hochberg (1995) at 5 %.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from deepbench.data.multiplicity import benjamini_hochberg
from deepbench.evaluation.error_intervals import error_score
from deepbench.interpretation.held_out import HeldOut
from deepbench.interpretation.sample_groups import SampleGroup
from deepbench.study.records import ErrorGroupRecord

LEVEL = 0.05
# One strong group among 400 can pass: 400 / 10,000 is below 5 %.
_EXCHANGES = 9_999
_FEWEST_EXCHANGES = 4_999
_MOST_DRAWN = 250_000_000
_BLOCK_CELLS = 2_000_000
# A group is clear once so many exchanges reached it: its p-value is far from any mark.
_CLEAR = 100

Bools = NDArray[np.bool_]
Codes = NDArray[np.int64]
Floats = NDArray[np.float64]


def error_group_records(
    held: HeldOut, groups: Sequence[SampleGroup], seed: int
) -> list[ErrorGroupRecord]:
    """Return the error in each group, unmarked: marks need all groups and slices.

    Args:
        held: Held-out samples.
        groups: Groups of them.
        seed: Seed of the exchanges.
    """
    if not groups:
        return []
    members = np.stack([group.member for group in groups])
    chances = exchange_p_values(held.error, held.units, members, seed)
    return [
        ErrorGroupRecord(
            kind=group.kind,
            column=group.column,
            group=group.label,
            samples=int(group.member.sum()),
            units=len(np.unique(held.units[group.member])),
            rate=error_score(
                held.error[group.member],
                held.units[group.member],
                held.dependence,
                is_share=not held.is_regression,
            ),
            rest=float(held.error[~group.member].mean()),
            p_value=float(chance),
            marked=False,
            of_two=held.share_of_two(group.member, ~group.member),
        )
        for group, chance in zip(groups, chances, strict=True)
    ]


def marked(records: Sequence[ErrorGroupRecord]) -> list[ErrorGroupRecord]:
    """Mark those that pass after correction for all of them."""
    adjusted = benjamini_hochberg([r.p_value for r in records if r.p_value is not None])
    found = iter(adjusted)
    return [
        record.model_copy(update={"marked": record.p_value is not None and next(found) <= LEVEL})
        for record in records
    ]


def exchange_p_values(error: Floats, units: Codes, members: Bools, seed: int) -> Floats:
    """Return (G,) p-values of groups having no larger error than the rest.

    Args:
        error: (n,) error of each sample.
        units: (n,) codes of the biological unit.
        members: (G, n) which samples are in each group; neither none nor all.
        seed: Seed of the exchanges.
    """
    exchange = _Exchange(error, units, seed)
    inside = members.astype(np.float64)
    total, n = float(error.sum()), len(error)
    observed = _differences(inside @ error, inside.sum(axis=1), total, n)
    # Equal up to rounding counts as reached.
    reach = observed - 1e-9 * max(total / n, 1e-300)
    planned = int(np.clip(_MOST_DRAWN // n, _FEWEST_EXCHANGES, _EXCHANGES))
    reached, drawn = np.zeros(len(members)), np.zeros(len(members))
    block = max(1, min(500, _BLOCK_CELLS // n))
    open_groups = np.arange(len(members))
    done = 0
    while done < planned and len(open_groups):
        count = min(block, planned - done)
        errors, counts = exchange.draw(count)
        some = inside[open_groups]
        sizes = some.sum(axis=1)[:, None] if counts is None else some @ counts.T
        found = _differences(some @ errors.T, sizes, total, n)
        # A group that no sample fell into says nothing; it counts against a mark.
        reached[open_groups] += (~(found < reach[open_groups, None])).sum(axis=1)
        drawn[open_groups] += count
        done += count
        open_groups = open_groups[reached[open_groups] < _CLEAR]
    p: Floats = (1 + reached) / (1 + drawn)
    return p


def _differences(errors: Floats, sizes: Floats, total: float, n: int) -> Floats:
    """Return the mean error inside minus that outside; NaN where a side is empty."""
    with np.errstate(divide="ignore", invalid="ignore"):
        found: Floats = errors / sizes - (total - errors) / (n - sizes)
    return found


class _Exchange:
    """Draws exchanges of group memberships between units.

    Each unit is put into the groups of another: its samples, in random order, into those of the
    other's samples in turn. Its errors and their number stay its own. Groups of whole units are
    exchanged exactly; where samples of a unit are in different groups, so are they afterwards.
    """

    def __init__(self, error: Floats, units: Codes, seed: int) -> None:
        order = np.argsort(units, kind="stable")
        self._unit = np.unique(units[order], return_inverse=True)[1]
        self._sizes = np.bincount(self._unit)
        self._starts = np.cumsum(self._sizes) - self._sizes
        self._place = np.arange(len(error)) - self._starts[self._unit]
        self._error = error[order]
        self._back = np.argsort(order, kind="stable")
        self._rng = np.random.default_rng(seed)

    def draw(self, count: int) -> tuple[Floats, Floats | None]:
        """Return (count, n) errors and numbers of samples that come to stand at each sample.

        The numbers are None where each sample is its own unit: then it is always one.
        """
        units, n = len(self._sizes), len(self._error)
        donors = self._rng.permuted(np.tile(np.arange(units), (count, 1)), axis=1)
        if units == n:
            return self._error[donors][:, self._back], None
        # Within a unit the order is drawn for the block, and turned anew for each exchange.
        shuffled = self._error[np.lexsort((self._rng.random(n), self._unit))]
        turn = (self._rng.random((count, units)) * self._sizes[donors]).astype(np.int64)
        given = donors[:, self._unit]
        place = (self._place + turn[:, self._unit]) % self._sizes[given]
        target = (self._starts[given] + place + n * np.arange(count)[:, None]).ravel()
        errors = np.bincount(target, np.tile(shuffled, count), count * n).astype(np.float64)
        counts = np.bincount(target, minlength=count * n).astype(np.float64)
        shape = (count, n)
        return errors.reshape(shape)[:, self._back], counts.reshape(shape)[:, self._back]
