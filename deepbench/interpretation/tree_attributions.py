"""Exact attributions of forests and of boosted trees: TreeSHAP, path-dependent.

Lundberg et al. 2020, doi:10.1038/s42256-019-0138-9. What is unknown of a sample is averaged over
the fit rows that took each branch, so no background is needed. The interventional variant of
shap 0.51 is not used: on boosted trees of more than two classes its attributions miss the
output by as much as they weigh, and it is slower by an order of magnitude on small tables.

Only the columns that some tree asks for are given to shap: its arrays have the width of the
table, and its time does not depend on it (300 trees, 20,000 columns: 3 ms a sample).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from deepbench.interpretation.explanation import Explanation, Floats, of_decisions
from deepbench.models.baselines.decision_trees import TreesPredictor

METHOD = "TreeSHAP (exact)"


class TreesExplainer:
    """Explains a forest (probabilities, values) or boosted trees (log-odds, values).

    Args:
        predictor: Trees.
    """

    def __init__(self, predictor: TreesPredictor) -> None:
        self._predictor = predictor
        own = np.arange(len(predictor.feature))
        is_leaf = predictor.children[:, 0] == own
        self._used = np.unique(predictor.feature[~is_leaf]).astype(np.int64)
        place = np.searchsorted(self._used, predictor.feature)
        # Trees that split nowhere have nothing to explain.
        self._explainer = (
            _shap_explainer(predictor, np.where(is_leaf, -2, place)) if len(self._used) else None
        )

    def explain(self, x: Floats, first: int = 0) -> Explanation:
        """Explain rows (n, k); nothing is drawn."""
        predictor = self._predictor
        outputs = predictor.sums(x)
        values = np.zeros((*x.shape, outputs.shape[1]))
        # The trees alone are given to shap; what they start from belongs to the expectation.
        base = predictor.base.astype(np.float64)
        if self._explainer is not None:
            found = self._explainer.shap_values(x[:, self._used], check_additivity=False)
            values[:, self._used] = np.asarray(found).reshape(len(x), len(self._used), -1)
            base = base + np.atleast_1d(np.asarray(self._explainer.expected_value))
        else:
            base = base + predictor.values[predictor.roots].sum(axis=0)
        if predictor.scale == "probability":
            return Explanation(METHOD, "probability", values, base, outputs)
        return of_decisions(METHOD, predictor.scale == "log-odds", values, base, outputs)


def _shap_explainer(predictor: TreesPredictor, feature: NDArray[np.int64]) -> Any:
    # Slow to load, and of use to trees alone.
    import shap

    trees = _for_shap(predictor, feature)
    return shap.TreeExplainer(trees, feature_perturbation="tree_path_dependent")


def _for_shap(predictor: TreesPredictor, feature: NDArray[np.int64]) -> dict[str, Any]:
    """Return the trees in the form that shap reads trees of any origin.

    Args:
        predictor: Trees.
        feature: (N,) number of the column each node asks for, among those given; -2 at leaves.
    """
    ends = [*predictor.roots[1:], len(predictor.feature)]
    return {
        "trees": [
            _tree(predictor, feature, slice(int(begin), int(end)))
            for begin, end in zip(predictor.roots, ends, strict=True)
        ],
        "input_dtype": np.float32,
        "internal_dtype": np.float64,
        "tree_output": "raw_value",
    }


def _tree(
    predictor: TreesPredictor, feature: NDArray[np.int64], nodes: slice
) -> dict[str, NDArray[Any]]:
    own = np.arange(nodes.start, nodes.stop)
    children = predictor.children[nodes]
    leaf = children[:, 0] == own
    left, right = (np.where(leaf, -1, children[:, side] - nodes.start) for side in range(2))
    return {
        "children_left": left,
        "children_right": right,
        "children_default": left,
        "features": feature[nodes],
        "thresholds": predictor.threshold[nodes],
        "values": predictor.values[nodes],
        "node_sample_weight": predictor.count[nodes].astype(np.float64),
    }
