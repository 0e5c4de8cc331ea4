"""Decision trees that forests and boosting are made of, grown fast and kept as plain arrays.

A tree for classes is grown as a regression tree of the class memberships: the split that lowers
the summed variance of the memberships most is the split that lowers the Gini index most, so the
tree is the same, at a third of the time on small tables (scikit-learn checks the classes again
for each of hundreds of trees), and one tree serves any number of classes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

import numpy as np
import sklearn
from numpy.typing import NDArray
from scipy.special import expit, softmax
from sklearn.tree import DecisionTreeRegressor

from deepbench.models.family import ALL_COLUMNS

Scale = Literal["probability", "log-odds", "value"]

# Columns that the filter keeps in the settings to try first. Where few columns matter, trees that
# draw from all of them miss them; where all matter a little, 500 lose hardly anything.
FILTERS: tuple[int | str, ...] = (500, ALL_COLUMNS, 100, 20)
# Values of one gather while predicting; bounds the memory.
_BLOCK = 1_000_000


@dataclass(frozen=True, eq=False)
class GrownTree:
    """One tree as plain arrays; m nodes, parents before their children.

    Attributes:
        children: (m, 2) numbers of the nodes for "at most the threshold" and "above it"; a leaf
            is its own child.
        feature: (m,) column that the node asks for; 0 at leaves.
        threshold: (m,) threshold.
        count: (m,) rows that reached the node while the tree was grown.
        values: (m, K) what a row that ends here adds; 0 at inner nodes.
        depth: Splits on the longest way from the root to a leaf.
    """

    children: NDArray[np.int32]
    feature: NDArray[np.int32]
    threshold: NDArray[np.float64]
    count: NDArray[np.int32]
    values: NDArray[np.float64]
    depth: int

    @classmethod
    def of(cls, tree: DecisionTreeRegressor, values: NDArray[np.float64]) -> GrownTree:
        """Return a fitted tree with other values.

        Args:
            tree: Fitted tree.
            values: (m, K) values of the nodes; those of inner nodes do not count.
        """
        grown = tree.tree_
        leaf = grown.children_left < 0
        own = np.arange(grown.node_count)
        left = np.where(leaf, own, grown.children_left)
        right = np.where(leaf, own, grown.children_right)
        return cls(
            np.column_stack([left, right]).astype(np.int32),
            np.where(leaf, 0, grown.feature).astype(np.int32),
            np.where(leaf, 0.0, grown.threshold),
            grown.n_node_samples.astype(np.int32),
            np.where(leaf[:, None], values, 0.0),
            int(grown.max_depth),
        )


@dataclass(frozen=True, eq=False)
class TreesPredictor:
    """Trees whose values are added up; N nodes in all, T trees.

    Attributes:
        scale: What the sum is: class probabilities, log-odds, or values of the outcome.
        base: (K,) what is added for every row; K is 1 for values and for log-odds of two classes.
        roots: (T,) number of the first node of each tree.
        depth: Splits on the longest way from a root to a leaf.
        children: (N, 2) as in `GrownTree`, numbered over all trees.
        feature: (N,) as in `GrownTree`.
        threshold: (N,) as in `GrownTree`.
        count: (N,) as in `GrownTree`.
        values: (N, K) as in `GrownTree`.
    """

    scale: Scale
    base: NDArray[np.float64]
    roots: NDArray[np.int64]
    depth: int
    children: NDArray[np.int32]
    feature: NDArray[np.int32]
    threshold: NDArray[np.float64]
    count: NDArray[np.int32]
    values: NDArray[np.float64]

    @classmethod
    def of(
        cls, scale: Scale, base: NDArray[np.float64], trees: Sequence[GrownTree]
    ) -> TreesPredictor:
        """Put trees together."""
        sizes = np.array([len(tree.feature) for tree in trees])
        roots = np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.int64)
        return cls(
            scale,
            base,
            roots,
            max(tree.depth for tree in trees),
            np.concatenate(
                [tree.children + np.int32(root) for tree, root in zip(trees, roots, strict=True)]
            ),
            np.concatenate([tree.feature for tree in trees]),
            np.concatenate([tree.threshold for tree in trees]),
            np.concatenate([tree.count for tree in trees]),
            np.concatenate([tree.values for tree in trees]),
        )

    def predict(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return (n, K) class probabilities, or (n, 1) values for regression."""
        total = self.sums(x)
        if self.scale == "log-odds":
            if len(self.base) > 1:
                found: NDArray[np.float64] = softmax(total, axis=1)
                return found
            return np.column_stack([expit(-total[:, 0]), expit(total[:, 0])])
        return total

    def sums(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the (n, K) sums over the trees, base included."""
        block = max(1, _BLOCK // len(self.roots))
        blocks = [self._sums(x[begin : begin + block]) for begin in range(0, len(x), block)]
        return np.concatenate(blocks) if blocks else np.zeros((0, len(self.base)))

    def leaves(self, x: NDArray[np.float64]) -> NDArray[np.int64]:
        """Return (n, T) the node that each row ends in; all rows at once."""
        # Trees compare single precision, as they were grown on it.
        flat = single_precision(x).ravel()
        begin = (np.arange(len(x)) * x.shape[1])[:, None]
        node = np.tile(self.roots, (len(x), 1))
        ways = self.children.ravel()
        for _ in range(self.depth):
            above = flat[begin + self.feature[node]] > self.threshold[node]
            node = ways[2 * node + above]
        return node

    def _sums(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        total: NDArray[np.float64] = self.base + self.values[self.leaves(x)].sum(axis=1)
        return total


def single_precision(x: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return the columns as trees read them."""
    return np.ascontiguousarray(x, dtype=np.float32)


@contextmanager
def growing() -> Iterator[None]:
    """Spare scikit-learn's checks, which cost more than a small tree; inputs were checked once."""
    with sklearn.config_context(assume_finite=True, skip_parameter_validation=True):
        yield


def draw_rows(
    rows: int, share: float, most: int, random: np.random.RandomState
) -> NDArray[np.int64]:
    """Return the rows that a tree sees, drawn without replacement, ascending.

    Single rows are drawn even where units repeat: on 15 rows of each of 72 mice, trees that saw
    whole units made forests that scored 0.03 lower for new units.

    Args:
        rows: Rows to draw from.
        share: Share of them drawn.
        most: Rows drawn at most.
        random: Generator.
    """
    drawn = max(1, min(round(share * rows), most))
    return np.sort(random.permutation(rows)[:drawn])
