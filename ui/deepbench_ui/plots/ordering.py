"""An order of rows in which those that are alike stand together, for heat maps."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def order_by_similarity(rows: Sequence[Sequence[float]], heights: Sequence[float]) -> list[int]:
    """Return the rows in the order of the leaves of a tree of clusters.

    Clusters are joined by Ward's rule with the algorithm of nearest-neighbour chains (Murtagh
    1983, doi:10.1093/comjnl/26.4.354); of two that are joined the one with the larger mean height
    stands on top.

    Args:
        rows: n rows of equal length.
        heights: n numbers; what is high stands on top as far as the tree allows it.
    """
    if len(rows) < 3:
        return sorted(range(len(rows)), key=lambda place: -heights[place])
    points = np.asarray(rows, dtype=np.float64)
    leaves = {place: [place] for place in range(len(points))}
    means = np.asarray(heights, dtype=np.float64)
    for one, other, _height in ward_merges(points):
        first, second = leaves[one], leaves.pop(other)
        on_top = means[first].mean() >= means[second].mean()
        leaves[one] = first + second if on_top else second + first
    return next(iter(leaves.values()))


def ward_merges(points: Floats) -> list[tuple[int, int, float]]:
    """Return the clusters joined by Ward's rule, each after those that it consists of.

    A cluster is called by the smallest number of its points. The list names the one that is kept,
    the one that goes into it, and the squared distance of the two.

    Args:
        points: (n, f) coordinates.
    """
    many = len(points)
    squares = (points**2).sum(axis=1)
    distances = np.maximum(squares[:, None] + squares[None, :] - 2.0 * points @ points.T, 0.0)
    np.fill_diagonal(distances, np.inf)
    sizes = np.ones(many)
    alive = np.ones(many, dtype=bool)
    merges: list[tuple[int, int, float]] = []
    chain: list[int] = []
    while len(merges) < many - 1:
        if not chain:
            chain.append(int(np.argmax(alive)))
        last = chain[-1]
        nearest = int(np.argmin(distances[last]))
        before = chain[-2] if len(chain) > 1 else -1
        if before >= 0 and distances[last, before] <= distances[last, nearest]:
            chain = chain[:-2]
            kept, gone = min(last, before), max(last, before)
            merges.append((kept, gone, float(distances[kept, gone])))
            _join(distances, sizes, kept, gone)
            alive[gone] = False
        else:
            chain.append(nearest)
    return merges


def _join(distances: Floats, sizes: NDArray[np.float64], kept: int, gone: int) -> None:
    """Give the kept cluster the distances of both (Lance and Williams, Ward's rule)."""
    own, other = sizes[kept], sizes[gone]
    total = own + other + sizes
    joined = (
        (own + sizes) * distances[kept]
        + (other + sizes) * distances[gone]
        - sizes * distances[kept, gone]
    ) / total
    joined[kept] = joined[gone] = np.inf
    distances[kept] = joined
    distances[:, kept] = joined
    distances[gone] = np.inf
    distances[:, gone] = np.inf
    sizes[kept] = own + other
