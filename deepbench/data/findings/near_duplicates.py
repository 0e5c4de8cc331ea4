"""Samples that are nearly the same: one tube measured twice, a row that was copied and edited.

In a cloud of m dimensions, the ratio r of the distances to the first and to the k-th neighbour of
a point has the chance 1 - (1 - t^m)^(k-1) to be below t, whatever the density (Facco et al. 2017,
doi:10.1038/s41598-017-11873-y, for k = 2). The dimension comes from neighbours farther away, so
that pairs and triplets, however many, do not change it. The threshold is so low that one table
without copies in a hundred has a pair below it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from deepbench.data.findings.base import Finding, FindingContext, numeric_names
from deepbench.data.samples import AllSamples
from deepbench.data.wording import counted, shorten
from deepbench.seeds import derive_seed
from deepbench.study.records import FindingRecord

NEAR_DUPLICATES = "near duplicates"
_LEAST_FEATURES = 20
_LEAST_SAMPLES = 20
_MOST_FEATURES = 1_000  # drawn at random from more; fewer where there are many samples
_MOST_CELLS = 2_000_000
_MOST_SAMPLES = 5_000
_MOST_GAPS = 0.2
_LEAST_PRESENT = 0.5
_NEIGHBOUR = 5  # distances are compared with that to this one; groups of copies are smaller
_FARTHER = 10
_LEVEL = 0.01
# The noise between two measurements of one tube has less than a quarter of the variance between
# tubes. Without this, clouds of many dimensions, where all distances are nearly the same, would
# have a threshold near 1, and relatives would be called copies.
_NEARER = 0.5
# Two pale samples are near each other because both are near the middle, or near zero.
_LEAST_CORRELATION = 0.7
_BLOCK = 1_000
_MOST_NAMED_PAIRS = 3
_TO_SPREAD = 1.4826

Matrix = NDArray[np.float32]
Pairs = NDArray[np.int64]


class NearDuplicates(Finding):
    """Finds samples of different units that are much more alike than all others."""

    kind: ClassVar[str] = NEAR_DUPLICATES

    def find(self, samples: AllSamples, context: FindingContext) -> list[FindingRecord]:
        """Return a finding on pairs of one outcome, and one on pairs whose outcomes differ."""
        pairs = near_duplicate_pairs(samples)
        if not len(pairs):
            return []
        first, second = samples.outcome[pairs[:, 0]], samples.outcome[pairs[:, 1]]
        differ = first != second
        found = []
        if (~differ).any():
            found.append(self._record(samples, pairs[~differ], differ=False))
        if differ.any():
            found.append(self._record(samples, pairs[differ], differ=True))
        return found

    def _record(self, samples: AllSamples, pairs: Pairs, differ: bool) -> FindingRecord:
        names = [(str(samples.sample_ids[a]), str(samples.sample_ids[b])) for a, b in pairs]
        shown = "; ".join(
            f"'{shorten(a)}' and '{shorten(b)}'" for a, b in names[:_MOST_NAMED_PAIRS]
        )
        rest = len(names) - _MOST_NAMED_PAIRS
        more = f"; and {rest:,} more" if rest > 0 else ""
        verb = "is" if len(pairs) == 1 else "are"
        what = (
            f"{counted(len(pairs), 'pair')} of samples {verb} nearly the same, far more alike "
            f"than any others are: {shown}{more}"
        )
        harm = (
            " Their outcomes differ: either a label is wrong, or one tube was measured under two "
            "names."
            if differ
            else " On both sides of a split they would make the score too good."
        )
        return FindingRecord(
            kind=self.kind,
            severity="serious" if differ else "warning",
            where=f"samples with {'different outcomes' if differ else 'the same outcome'}",
            message=f"{what}.{harm}",
            hint=(
                "They are kept together as one unit. Look them up in your notes: of a sample that "
                "was entered twice leave one out (leave_out_samples under [check]); technical "
                "replicates should share a name in the column of the biological unit."
            ),
            samples=tuple(dict.fromkeys(name for pair in names for name in pair)),
            decision="kept together",
        )


def near_duplicate_groups(samples: AllSamples) -> NDArray[np.int64]:
    """Return (n,) codes of the samples, the same for those that are nearly the same."""
    pairs = near_duplicate_pairs(samples)
    n = len(samples)
    graph = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(n, n))
    labels = connected_components(graph, directed=False)[1]
    return np.asarray(labels, dtype=np.int64)


def near_duplicate_pairs(samples: AllSamples) -> Pairs:
    """Return (k, 2) row numbers of pairs of different units that are nearly the same.

    The same table gives the same pairs, also where features are drawn at random.
    """
    none = np.empty((0, 2), dtype=np.int64)
    if not _LEAST_SAMPLES <= len(samples) <= _MOST_SAMPLES:
        return none
    found = _standardised(samples.features)
    if found is None:
        return none
    rows, Z = found
    units = samples.units[rows]
    if len(np.unique(units)) < _LEAST_SAMPLES:
        return none
    near = _neighbours(Z, units)
    limit = _limit(near, len(rows))
    if limit is None:
        return none
    return rows[_pairs_within(Z, units, limit)]


def _standardised(features: pd.DataFrame) -> tuple[NDArray[np.int64], Matrix] | None:
    """Return row numbers and (m, q) values without outliers that rule the distance, or None.

    The inverse hyperbolic sine keeps the middle as it is and takes the logarithm of what is far
    out. Gaps become the median.
    """
    names = numeric_names(features)
    if len(names) < _LEAST_FEATURES:
        return None
    most = min(_MOST_FEATURES, _MOST_CELLS // len(features))
    if len(names) > 2 * most:
        generator = np.random.default_rng(derive_seed(0, NEAR_DUPLICATES, len(names)))
        names = [names[i] for i in generator.choice(len(names), 2 * most, replace=False)]
    X = features[names].to_numpy(dtype=np.float64)
    X = X[:, np.isnan(X).mean(axis=0) <= _MOST_GAPS]
    if X.shape[1] < _LEAST_FEATURES:
        return None
    rows = np.flatnonzero((~np.isnan(X)).mean(axis=1) >= _LEAST_PRESENT).astype(np.int64)
    if len(rows) < _LEAST_SAMPLES:
        return None
    X = X[rows]
    X = X[:, np.nanmin(X, axis=0) < np.nanmax(X, axis=0)][:, :most]
    if X.shape[1] < _LEAST_FEATURES:
        return None
    centre = np.nanmedian(X, axis=0)
    X -= centre
    spread = _TO_SPREAD * np.nanmedian(np.abs(X), axis=0)
    spread = np.where(spread > 0, spread, np.nanstd(X, axis=0))
    Z = np.arcsinh(X / spread)
    width = np.nanstd(Z, axis=0)
    return rows, np.nan_to_num(Z / width).astype(np.float32)


@dataclass(frozen=True, eq=False)
class _Near:
    """Distances of each row to rows of other units.

    Attributes:
        first: (n,) distance to the nearest.
        kth: (n,) distance to the fifth nearest.
        farther: (n,) distance to the tenth nearest.
    """

    first: NDArray[np.float64]
    kth: NDArray[np.float64]
    farther: NDArray[np.float64]


def _distances(Z: Matrix, units: NDArray[np.int64], start: int, stop: int) -> Matrix:
    """Return (stop - start, n) distances of some rows, infinite within a unit."""
    lengths = (Z * Z).sum(axis=1)
    squares = lengths[start:stop, None] + lengths[None, :] - 2.0 * (Z[start:stop] @ Z.T)
    found: Matrix = np.sqrt(np.maximum(squares, 0.0))
    found[units[start:stop, None] == units[None, :]] = np.inf
    return found


def _neighbours(Z: Matrix, units: NDArray[np.int64]) -> _Near:
    nearest = []
    for start in range(0, len(Z), _BLOCK):
        far = _distances(Z, units, start, min(start + _BLOCK, len(Z)))
        nearest.append(np.sort(np.partition(far, _FARTHER, axis=1)[:, :_FARTHER], axis=1))
    near = np.vstack(nearest).astype(np.float64)
    return _Near(near[:, 0], near[:, _NEIGHBOUR - 1], near[:, -1])


def _limit(near: _Near, n: int) -> NDArray[np.float64] | None:
    """Return (n,) the distance below which a neighbour is nearly the same, or None if unclear."""
    known = np.isfinite(near.farther) & (near.kth > 0)
    if known.sum() < _LEAST_SAMPLES:
        return None
    ratio = near.kth[known] / near.farther[known]
    share = ratio_below(dimension(float(np.median(ratio)), int(known.sum())), _LEVEL / n)
    limit = min(_NEARER, share) * np.minimum(near.kth, np.median(near.kth[known]))
    return np.where(known, limit, 0.0)


def dimension(median: float, n: int) -> float:
    """Return the dimension of a cloud in which d5 / d10 of n points has this median.

    (d5 / d10)^m follows the beta distribution with parameters 5 and 5, whose median is 0.5.
    Lowered by two standard errors, since too high a dimension raises false alarms.
    """
    if median >= 1:
        return np.inf
    return float(np.log(0.5) / np.log(max(median, 1e-12)) / (1 + 2 / np.sqrt(n)))


def ratio_below(m: float, chance: float) -> float:
    """Return the ratio of distances that a point in m dimensions is below with this chance."""
    return float((1 - (1 - chance) ** (1 / (_NEIGHBOUR - 1))) ** (1 / m))


def _pairs_within(Z: Matrix, units: NDArray[np.int64], limit: NDArray[np.float64]) -> Pairs:
    """Return pairs whose distance is within the limits of both."""
    found = []
    for start in range(0, len(Z), _BLOCK):
        stop = min(start + _BLOCK, len(Z))
        far = _distances(Z, units, start, stop)
        near = (far < limit[start:stop, None]) & (far < limit[None, :])
        a, b = np.nonzero(near)
        a = a + start
        a, b = a[a < b], b[a < b]
        alike = _correlations(Z[a], Z[b]) >= _LEAST_CORRELATION
        found.append(np.stack([a[alike], b[alike]], axis=1))
    return np.vstack(found).astype(np.int64)


def _correlations(A: Matrix, B: Matrix) -> Matrix:
    """Return (k,) the correlation of each row of A with that of B."""
    a, b = (part - part.mean(axis=1, keepdims=True) for part in (A, B))
    lengths = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)
    found: Matrix = (a * b).sum(axis=1) / np.maximum(lengths, 1e-12)
    return found
