"""Features that say the same, read as one.

Clusters of |Spearman's rho| over the training samples, by complete linkage: any two features of a
cluster have a rank correlation of at least 0.8. Only features that matter are looked at. A model
divides what such features say among them as it likes; their sum, sample by sample, it does not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform

from deepbench.interpretation.fold_results import FoldResult
from deepbench.interpretation.fold_sums import unit_variance
from deepbench.interpretation.importance_intervals import interval_of_means
from deepbench.interpretation.noise_threshold import Thresholds
from deepbench.interpretation.ranks import correlations, ranks
from deepbench.study.records import FeatureGroup

LEAST_CORRELATION = 0.8
MOST_FEATURES = 300
MOST_GROUPS = 30

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Cluster:
    """Features, the most important first, and the smallest rank correlation of two of them."""

    features: tuple[str, ...]
    correlation: float


def clusters(features: pd.DataFrame, ranked: Sequence[str]) -> tuple[Cluster, ...]:
    """Return the clusters of two or more features, that of the most important feature first.

    Args:
        features: (n, ...) values of the training samples, as the models see them.
        ranked: Features, the most important first; those with text are in no cluster.
    """
    names = [
        name
        for name in ranked[:MOST_FEATURES]
        if pd.api.types.is_numeric_dtype(features[name].dtype)
    ]
    if len(names) < 2:
        return ()
    rho = np.abs(correlations(ranks(features[names].to_numpy(np.float64, na_value=np.nan))))
    tree = linkage(squareform(1.0 - rho, checks=False), "complete")
    # A hair's breadth more than the distance: what is at 0.8 up to rounding counts.
    number = fcluster(tree, 1.0 - LEAST_CORRELATION + 1e-12, "distance")
    found = []
    for own in dict.fromkeys(number.tolist()):
        places = np.flatnonzero(number == own)
        if len(places) > 1:
            least = float(rho[np.ix_(places, places)].min())
            found.append(Cluster(tuple(names[place] for place in places), least))
    return tuple(found)


def group_records(
    found: Sequence[Cluster],
    folds: Sequence[FoldResult],
    twins: Sequence[Sequence[FoldResult]],
    thresholds: Thresholds,
    units: NDArray[np.int64],
) -> tuple[FeatureGroup, ...]:
    """Return the groups with their importances, the most important first.

    A group clears its twin where it weighs more than single features have to, and more than the
    same group got under each of the shuffles, stretched where features of no use weigh more in
    the model itself than with shuffled labels.

    Args:
        found: Clusters.
        folds: Main fit of each fold, with single samples.
        twins: For each shuffle its folds, with single samples of all features in clusters.
        thresholds: What single features have to exceed.
        units: (n,) unit of every training sample.
    """
    records = [_group(cluster, folds, twins, thresholds, units) for cluster in found]
    return tuple(sorted(records, key=lambda group: -group.importance)[:MOST_GROUPS])


def _group(
    cluster: Cluster,
    folds: Sequence[FoldResult],
    twins: Sequence[Sequence[FoldResult]],
    thresholds: Thresholds,
    units: NDArray[np.int64],
) -> FeatureGroup:
    sizes = [_sizes(fold, cluster) for fold in folds]
    means = np.array([[own.mean()] for own in sizes])
    variances = np.array(
        [
            unit_variance(own[:, None], units[fold.rows])
            for own, fold in zip(sizes, folds, strict=True)
        ]
    )
    low, high = (float(end[0]) for end in interval_of_means(means, variances))
    shuffled = [float(np.mean([_sizes(fold, cluster).mean() for fold in twin])) for twin in twins]
    importance = float(means.mean())
    least = thresholds.stretch * max(shuffled, default=0.0)
    clears = importance > max(thresholds.joint or 0.0, least)
    return FeatureGroup(
        features=cluster.features,
        correlation=cluster.correlation,
        importance=importance,
        low=low,
        high=high,
        twin=float(np.mean(shuffled)) if shuffled else None,
        clears_twin=clears if shuffled else None,
    )


def _sizes(fold: FoldResult, cluster: Cluster) -> NDArray[np.float32]:
    """Return (n,) the absolute summed attributions of a cluster, mean over the outputs."""
    assert fold.single is not None
    summed = fold.single.of(fold.features, cluster.features).sum(axis=1)
    sizes: NDArray[np.float32] = np.abs(summed).mean(axis=1).astype(np.float32)
    return sizes
