"""Do the features of a gene set matter more to a model than others?

The statistic is the mean rank of the importances of a set's features (Wilcoxon's rank sum). Genes
of a set go together, so that their importances do as well: to shuffle importances over features
as if they were independent makes sets look enriched that are not (Wu & Smyth 2012, CAMERA, doi
10.1093/nar/gks461; Goeman & Buehlmann 2007, doi 10.1093/bioinformatics/btm051). Here each shuffle
draws a random outcome for the biological units, ranks all features by their association with it,
and hands the importances out in that order: the most associated feature gets the largest. So the
shuffled importances are as clumped as the measurements are, and ties (features a model does not
use) stay ties. The correlation is that within classes, as CAMERA takes it.

A model that picks one of several correlated features spreads importance less than the shuffles
do; for such models the p-values are on the large side.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.stats import pearson3, rankdata

from deepbench.data.multiplicity import benjamini_hochberg

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

#: Measured genes that a set needs, and may have, to be tested.
SMALLEST_SET, LARGEST_SET = 5, 500
DRAWS = 2_000
# With fewer shuffles beyond the set's value than this, the tail is that of a gamma distribution
# with the mean, spread and skewness of the shuffles.
_ENOUGH_BEYOND = 20
# Elements of the largest array of a block of draws.
_BLOCK = 2_000_000


@dataclass(frozen=True, eq=False)
class SetTests:
    """Tests of sets, in the order of the sets.

    Attributes:
        score: Chance that a feature of the set is more important than one outside.
        p: p-values, one-sided: more important.
        q: After Benjamini-Hochberg over these sets.
    """

    score: Floats
    p: Floats
    q: Floats


def within_classes(x: Floats, outcome: Floats, units: Codes, *, classes: bool) -> Floats:
    """Return (u, p) measurements of the units without what the outcome explains, of length 1.

    Args:
        x: (n, p) preprocessed features.
        outcome: (n,) class codes or values.
        units: (n,) code of the biological unit; its rows are averaged.
        classes: Whether the outcome is a class.
    """
    _, place, sizes = np.unique(units, return_inverse=True, return_counts=True)
    means = np.zeros((len(sizes), x.shape[1]))
    np.add.at(means, place, x)
    means /= sizes[:, None]
    target = np.zeros(len(sizes))
    np.add.at(target, place, outcome)
    target /= sizes
    if classes:
        # A unit with several classes counts to the nearest of them.
        codes = np.round(target).astype(np.int64)
        design = (codes[:, None] == np.unique(codes)).astype(np.float64)
    else:
        design = np.column_stack([np.ones(len(target)), target])
    left = means - design @ np.linalg.lstsq(design, means, rcond=None)[0]
    lengths = np.sqrt(np.einsum("ij,ij->j", left, left))
    lengths[lengths <= 1e-9 * np.sqrt(len(left))] = np.inf
    return np.asarray(left / lengths, dtype=np.float64)


def enriched_sets(
    importance: Floats,
    members: Sequence[Sequence[int]],
    measurements: Floats,
    seed: int,
    draws: int = DRAWS,
) -> SetTests:
    """Test whether the features of each set are more important than others.

    Args:
        importance: (p,) importance of each feature, 0 where a model does not use it.
        members: Features of each set.
        measurements: (u, p) from `within_classes`.
        seed: Seed of the shuffles.
        draws: Number of shuffles.
    """
    if not len(members):
        return SetTests(np.zeros(0), np.zeros(0), np.zeros(0))
    sizes = np.array([len(one) for one in members], dtype=np.float64)
    ranks = rankdata(importance)
    mean_rank = _membership(members, len(importance))
    observed = mean_rank @ ranks
    shuffled = np.concatenate(
        [
            (mean_rank @ block.T).T
            for block in _shuffled_ranks(np.sort(ranks), measurements, seed, draws)
        ]
    )
    p = _p_values(observed, shuffled)
    outside = np.maximum(len(importance) - sizes, 1.0)
    score = (observed - (sizes + 1) / 2) / outside
    return SetTests(score, p, np.array(benjamini_hochberg(p.tolist())))


def _membership(members: Sequence[Sequence[int]], features: int) -> csr_array:
    """Return (sets, features) what takes the mean over each set."""
    rows = np.repeat(np.arange(len(members)), [len(one) for one in members])
    columns = np.concatenate([np.asarray(one, dtype=np.int64) for one in members])
    shares = np.concatenate([np.full(len(one), 1.0 / len(one)) for one in members])
    return csr_array((shares, (rows, columns)), shape=(len(members), features))


def _shuffled_ranks(
    ranks: Floats, measurements: Floats, seed: int, draws: int
) -> Iterator[Floats]:
    """Yield (b, p) ranks handed out in the order of association with random outcomes."""
    generator = np.random.default_rng(seed)
    features = len(ranks)
    block = max(1, _BLOCK // max(features, 1))
    for begin in range(0, draws, block):
        outcomes = generator.normal(size=(min(block, draws - begin), len(measurements)))
        association = np.abs(outcomes @ measurements)
        order = np.argsort(association, axis=1, kind="stable")
        handed_out = np.empty_like(association)
        np.put_along_axis(handed_out, order, np.broadcast_to(ranks, association.shape), axis=1)
        yield handed_out


def _p_values(observed: Floats, shuffled: Floats) -> Floats:
    """Return the (s,) p-values of set values among (draws, s) shuffled ones."""
    draws = len(shuffled)
    # Sums of the same ranks may differ in the last digits.
    beyond = (shuffled >= observed - 1e-9 * np.abs(observed)).sum(axis=0)
    p = (1.0 + beyond) / (1.0 + draws)
    centre, spread = shuffled.mean(axis=0), shuffled.std(axis=0, ddof=1)
    for number in np.flatnonzero((beyond < _ENOUGH_BEYOND) & (spread > 0)):
        scaled = (shuffled[:, number] - centre[number]) / spread[number]
        skew = float(np.clip((scaled**3).mean(), 0.0, 3.0))
        tail = pearson3.sf((observed[number] - centre[number]) / spread[number], skew)
        # A mean of ranks has a bound that a gamma distribution does not know.
        p[number] = min(float(tail), float(p[number]))
    return np.asarray(np.maximum(p, np.finfo(np.float64).tiny))
