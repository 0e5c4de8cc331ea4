"""A shallow tree that imitates a model, and its rules in the user's words and units."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.tree import DecisionTreeRegressor

from deepbench.data.transforms import title_of
from deepbench.data.wording import with_minus
from deepbench.interpretation.panels_folds import r2_scorer
from deepbench.interpretation.panels_nested import smallest_near_best
from deepbench.models.preprocessing import Preprocessor

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

MOST_LEVELS = 3
#: Samples, and biological units, of a rule.
SMALLEST_LEAF = 10
# Columns that are looked at: those most related to the output, where a table has more.
_CANDIDATES = 2_000


@dataclass(frozen=True, eq=False)
class ShallowTree:
    """A fitted tree, cut off at a depth.

    Attributes:
        columns: (c,) preprocessed columns that it was offered.
        tree: The fitted tree, three levels deep.
        depth: Levels used.
    """

    columns: Codes
    tree: DecisionTreeRegressor
    depth: int

    def leaves(self, x: Floats, depth: int | None = None) -> Codes:
        """Return (n,) the node that each row of (n, d) preprocessed columns ends in."""
        nodes = self.tree.tree_
        own = np.asarray(x[:, self.columns], dtype=np.float32)
        at = np.zeros(len(x), dtype=np.int64)
        rows = np.arange(len(x))
        for _ in range(self.depth if depth is None else depth):
            feature = nodes.feature[at]
            left = own[rows, np.maximum(feature, 0)] <= nodes.threshold[at]
            below = np.where(left, nodes.children_left[at], nodes.children_right[at])
            at = np.where(feature >= 0, below, at)
        return at

    def predict(self, x: Floats, depth: int | None = None) -> Floats:
        """Return (n, q) outputs."""
        found: Floats = self.tree.tree_.value[self.leaves(x, depth), :, 0]
        return found


def fit_tree(x: Floats, output: Floats, units: Codes, inner: Codes) -> ShallowTree | None:
    """Fit a tree whose depth is chosen by the inner folds; None if no rule is large enough.

    Args:
        x: (n, d) preprocessed columns.
        output: (n, q) outputs to imitate.
        units: (n,) codes of the biological unit.
        inner: (n,) inner fold of each row.
    """
    whole = _grown(x, output, units)
    if whole is None:
        return None
    depths = range(1, MOST_LEVELS + 1)
    predicted = np.tile(np.average(output, axis=0), (MOST_LEVELS, len(x), 1))
    for fold in np.unique(inner):
        held = inner == fold
        part = _grown(x[~held], output[~held], units[~held])
        for depth in depths:
            predicted[depth - 1, held] = (
                output[~held].mean(axis=0) if part is None else part.predict(x[held], depth)
            )
    score = r2_scorer(output, [np.flatnonzero(inner == fold) for fold in np.unique(inner)])
    scored = [score(one) for one in predicted]
    values = np.array([value for _, value in scored])
    if not np.isfinite(values).all():
        return None
    depth = smallest_near_best(values, np.array([folds for folds, _ in scored]))
    return ShallowTree(whole.columns, whole.tree, depth)


def _grown(x: Floats, output: Floats, units: Codes) -> ShallowTree | None:
    """Grow a tree of all levels; each unit weighs the same, and so counts as one in a leaf."""
    _, place, sizes = np.unique(units, return_inverse=True, return_counts=True)
    if len(sizes) < 2 * SMALLEST_LEAF:
        return None
    columns = _most_related(x, output)
    tree = DecisionTreeRegressor(
        max_depth=MOST_LEVELS,
        min_samples_leaf=SMALLEST_LEAF,
        # Weights of a leaf add up to its units at most; a little less, for rounding.
        min_weight_fraction_leaf=(SMALLEST_LEAF - 1e-6) / len(sizes),
        random_state=0,
    )
    tree.fit(x[:, columns], output, sample_weight=1.0 / sizes[place])
    if tree.tree_.node_count == 1:
        return None
    return ShallowTree(columns, tree, MOST_LEVELS)


def _most_related(x: Floats, output: Floats) -> Codes:
    if x.shape[1] <= _CANDIDATES:
        return np.arange(x.shape[1], dtype=np.int64)
    centred = x - x.mean(axis=0)
    lengths = np.einsum("ij,ij->j", centred, centred)
    explained = (((output - output.mean(axis=0)).T @ centred) ** 2).sum(axis=0)
    worth = np.where(lengths > 0, explained / np.where(lengths > 0, lengths, 1.0), 0.0)
    order = np.argsort(-worth.astype(np.float32), kind="stable")[:_CANDIDATES]
    found: Codes = np.sort(order).astype(np.int64)
    return found


# --- rules ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Leaf:
    """A leaf as a rule.

    Attributes:
        node: Its number.
        conditions: What holds for its samples, in words.
    """

    node: int
    conditions: tuple[str, ...]


class ColumnWords:
    """Says conditions on preprocessed columns in the user's words and units.

    Args:
        preprocessor: Fitted on the same rows as the tree.
        features: The user's columns, to see which hold two values only.
    """

    def __init__(self, preprocessor: Preprocessor, features: pd.DataFrame) -> None:
        self._pre = preprocessor
        self._features = features
        self._numeric = len(preprocessor.kept)
        self._block = {preprocessor.numeric_names[i] for i in preprocessor.block}

    def name(self, column: int) -> str:
        """Return the name of a column, with the transformation of its values."""
        name = self._pre.output_names[column]
        if column < self._numeric and name in self._block and self._pre.transform_name != "none":
            return f"{name} ({title_of(self._pre.transform_name)})"
        return name

    def in_units(self, column: int, value: float) -> float:
        """Return a value of a numeric column as the user knows it."""
        if column >= self._numeric or not np.isfinite(self._pre.scales[column]):
            return value
        return float(value * self._pre.scales[column] + self._pre.means[column])

    def condition(self, column: int, low: float, high: float) -> str:
        """Say that a preprocessed value lies above ``low`` and not above ``high``."""
        if column >= self._numeric:
            return self._is(column) if np.isfinite(low) else self._is_not(column)
        two = self._two_values(column)
        bounds = (self.in_units(column, low), self.in_units(column, high))
        name = self.name(column)
        if two is not None:
            left = [value for value in two if bounds[0] < value <= bounds[1]]
            if len(left) == 1:
                return f"{name} = {left[0]:g}"
        if not np.isfinite(low):
            return f"{name} ≤ {amount(bounds[1])}"
        if not np.isfinite(high):
            return f"{name} > {amount(bounds[0])}"
        return f"{name} over {amount(bounds[0])} and up to {amount(bounds[1])}"

    def _is(self, column: int) -> str:
        name, source = self._pre.output_names[column], self._pre.source_columns[column]
        return f"{source} is missing" if name == f"{source} (missing)" else name

    def _is_not(self, column: int) -> str:
        name, source = self._pre.output_names[column], self._pre.source_columns[column]
        if name == f"{source} (missing)":
            return f"{source} is known"
        others = [
            other
            for number, other in enumerate(self._pre.output_names)
            if self._pre.source_columns[number] == source and number != column
        ]
        if len(others) == 1:
            return others[0]
        return f"{source} is not {name.removeprefix(f'{source} = ')}"

    def _two_values(self, column: int) -> tuple[float, float] | None:
        name = self._pre.source_columns[column]
        if name in self._block:
            return None
        found = np.unique(self._features[name].dropna().to_numpy(dtype=np.float64))
        return (float(found[0]), float(found[1])) if len(found) == 2 else None


def leaf_rules(tree: ShallowTree, words: ColumnWords) -> list[Leaf]:
    """Return the leaves of a tree, from left to right, with their conditions."""
    found: list[Leaf] = []
    nodes = tree.tree.tree_

    def walk(node: int, depth: int, limits: dict[int, tuple[float, float]]) -> None:
        if depth == tree.depth or nodes.feature[node] < 0:
            said = tuple(words.condition(c, low, high) for c, (low, high) in limits.items())
            found.append(Leaf(node, said))
            return
        column = int(tree.columns[nodes.feature[node]])
        threshold = float(nodes.threshold[node])
        low, high = limits.get(column, (-np.inf, np.inf))
        left, right = int(nodes.children_left[node]), int(nodes.children_right[node])
        walk(left, depth + 1, {**limits, column: (low, min(high, threshold))})
        walk(right, depth + 1, {**limits, column: (max(low, threshold), high)})

    walk(0, 0, {})
    return found


def split_columns(tree: ShallowTree) -> tuple[int, ...]:
    """Return the preprocessed columns that the tree asks about, the first question first."""
    nodes = tree.tree.tree_
    found: list[int] = []
    level = [0]
    for _ in range(tree.depth):
        inner = [node for node in level if nodes.feature[node] >= 0]
        found += [int(tree.columns[nodes.feature[node]]) for node in inner]
        level = [
            int(child)
            for node in inner
            for child in (nodes.children_left[node], nodes.children_right[node])
        ]
    return tuple(dict.fromkeys(found))


def amount(value: float) -> str:
    """Write a number of the user's units with as many digits as a rule needs."""
    if value != 0 and not 1e-3 <= abs(value) < 1e6:
        return with_minus(f"{value:.3g}")
    return with_minus(f"{value:,.0f}" if abs(value) >= 1e4 else f"{value:.4g}")
