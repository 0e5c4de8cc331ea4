"""Exact attributions of forests and of boosted trees: TreeSHAP, path-dependent.

Lundberg et al. 2020, doi:10.1038/s42256-019-0138-9. What is unknown of a sample is averaged over
the fit rows that took each branch, so no background is needed. The interventional variant of
shap 0.51 is not used: on boosted trees of more than two classes its attributions miss the
output by as much as they weigh, and it is slower by an order of magnitude on small tables.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.ensemble import (
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)

from deepbench.interpretation.explanation import (
    Explanation,
    Floats,
    Report,
    Scale,
    centred,
    silent,
    two_classes,
)

METHOD = "TreeSHAP (exact)"
FORESTS = (
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
BOOSTED = (HistGradientBoostingClassifier, HistGradientBoostingRegressor)
# Rows explained at once: bounds the memory on wide tables, and is where a cancel arrives.
_BLOCK = 16


def is_trees(estimator: Any) -> bool:
    """Return whether an estimator is an ensemble of trees this module explains."""
    return isinstance(estimator, (*FORESTS, *BOOSTED))


def explain_trees(estimator: Any, x: Floats, report: Report = silent) -> Explanation:
    """Explain a forest (probabilities, values) or boosted trees (log-odds, values).

    Args:
        estimator: Fitted ensemble.
        x: (n, k) rows to explain.
        report: Called after each block of rows.
    """
    import shap

    explainer = shap.TreeExplainer(estimator, feature_perturbation="tree_path_dependent")
    blocks = []
    for begin in range(0, len(x), _BLOCK):
        found = explainer.shap_values(x[begin : begin + _BLOCK], check_additivity=False)
        blocks.append(np.asarray(found, dtype=np.float64))
        report(min(begin + _BLOCK, len(x)), len(x))
    values = np.concatenate(blocks)
    base = np.atleast_1d(np.asarray(explainer.expected_value, dtype=np.float64))
    values = values if values.ndim == 3 else values[:, :, None]
    scale, outputs = _outputs(estimator, x)
    if scale == "log-odds":
        if values.shape[2] == 1:
            values, base = two_classes(values[..., 0]), two_classes(base[0])
        else:
            values, base = centred(values), centred(base)
    return Explanation(METHOD, scale, values, base, outputs)


def _outputs(estimator: Any, x: Floats) -> tuple[Scale, Floats]:
    """Return what the attributions must add up to, as the estimator itself computes it."""
    if isinstance(estimator, HistGradientBoostingClassifier):
        decision = estimator.decision_function(x)
        return "log-odds", two_classes(decision) if decision.ndim == 1 else centred(decision)
    if hasattr(estimator, "predict_proba"):
        return "probability", estimator.predict_proba(x)
    return "value", estimator.predict(x).reshape(-1, 1)
