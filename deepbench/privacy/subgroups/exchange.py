"""How often chance would make a group as much worse than the rest as it is.

Units change groups with each other, each with all its samples; where a measure is about samples of
one class, or compares classes, only units of the same class do, so that groups with more ill
people than others are not called worse for that. A group's p-value is the share of exchanges in
which it is at least as much worse, the true one counted in (Phipson & Smyth 2010, doi
10.2202/1544-6115.1585). For shares with one sample a unit it is Fisher's exact test.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
Bools = NDArray[np.bool_]
#: From weights (B, n) of the samples to a measure (B,), larger where the model is worse.
Measure = Callable[[Floats], Floats]

EXCHANGES = 4_999
_CELLS = 2_000_000
# A group is clear once so many exchanges reached it: its p-value is far from any mark.
_CLEAR = 100


@dataclass(frozen=True, eq=False)
class Units:
    """Samples whose units may change groups.

    Attributes:
        units: (n,) code of the biological unit.
        strata: (n,) only units of the same stratum change places; a unit with samples in several
            has that of its first.
    """

    units: Codes
    strata: Codes

    @classmethod
    def of(cls, units: Codes, strata: Codes | None = None) -> Units:
        """Return samples of which any units may change places, or only those of a stratum."""
        return cls(units, np.zeros(len(units), np.int64) if strata is None else strata)

    def exchanged(self, codes: Codes, count: int, rng: np.random.Generator) -> Codes:
        """Return (count, n) groups of the samples after exchanges.

        A sample of a unit with samples in several groups takes the group of the other unit's
        first sample.

        Args:
            codes: (n,) group of each sample.
            count: Number of exchanges.
            rng: Source of chance.
        """
        _, first, unit = np.unique(self.units, return_index=True, return_inverse=True)
        of_unit, stratum = codes[first], self.strata[first]
        drawn = np.empty((count, len(first)), dtype=np.int64)
        for value in np.unique(stratum):
            places = np.flatnonzero(stratum == value)
            drawn[:, places] = rng.permuted(np.tile(of_unit[places], (count, 1)), axis=1)
        return drawn[:, unit]


def exchange_p_values(
    units: Units,
    groups: Mapping[str, Bools],
    wanted: Collection[str],
    measure: Measure,
    seed: int,
    *,
    two_sided: bool,
) -> dict[str, float]:
    """Return p-values of groups being no worse than the rest, by name.

    Groups for which the measure cannot be had, inside or outside, are left out.

    Args:
        units: The samples.
        groups: (n,) members of all groups of one column; no sample is in two.
        wanted: Names of those that are compared with the rest.
        measure: What is compared.
        seed: Seed of the exchanges.
        two_sided: Whether being better counts like being worse.
    """
    codes = np.full(len(units.units), -1, dtype=np.int64)
    for number, member in enumerate(groups.values()):
        codes[member] = number
    names = list(groups)
    observed = {
        number: float(_difference(measure, codes[None], number)[0])
        for number, name in enumerate(names)
        if name in wanted
    }
    open_groups = [number for number, value in observed.items() if np.isfinite(value)]
    reached = dict.fromkeys(open_groups, 0)
    drawn = dict.fromkeys(open_groups, 0)
    for block in _blocks(units, codes, seed):
        for number in open_groups:
            found = _difference(measure, block, number)
            value = observed[number]
            if two_sided:
                found, value = np.abs(found), abs(value)
            # One that cannot be computed counts against a mark, as does a tie up to rounding.
            reached[number] += int((~(found < value - 1e-12)).sum())
            drawn[number] += len(block)
        open_groups = [number for number in open_groups if reached[number] < _CLEAR]
        if not open_groups:
            break
    return {names[n]: (1 + reached[n]) / (1 + drawn[n]) for n in reached}


def _blocks(units: Units, codes: Codes, seed: int) -> Iterator[Codes]:
    rng = np.random.default_rng(seed)
    size = int(np.clip(_CELLS // max(len(codes), 1), 1, 500))
    for done in range(0, EXCHANGES, size):
        yield units.exchanged(codes, min(size, EXCHANGES - done), rng)


def _difference(measure: Measure, codes: Codes, number: int) -> Floats:
    inside = codes == number
    found: Floats = measure(inside.astype(np.float64)) - measure((~inside).astype(np.float64))
    return found
