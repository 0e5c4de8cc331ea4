"""Exact attributions of linear models.

For f(x) = w·x + c and independent columns the Shapley value of column i is w_i (x_i − E x_i)
(Lundberg and Lee 2017, arXiv:1705.07874, corollary 1).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.linear_model import ElasticNet, Lasso, LinearRegression, LogisticRegression, Ridge

from deepbench.interpretation.explanation import (
    Explanation,
    Floats,
    Scale,
    centred,
    two_classes,
)

METHOD = "linear SHAP (exact)"
LINEAR_REGRESSORS = (ElasticNet, Lasso, LinearRegression, Ridge)


def is_linear(estimator: Any) -> bool:
    """Return whether an estimator is a linear model this module explains."""
    return isinstance(estimator, (LogisticRegression, *LINEAR_REGRESSORS))


def explain_linear(estimator: Any, background: Floats, x: Floats) -> Explanation:
    """Explain a linear model.

    Args:
        estimator: Fitted logistic regression or linear regressor.
        background: (b, k) rows whose mean is the starting point.
        x: (n, k) rows to explain.
    """
    weights = np.atleast_2d(estimator.coef_).astype(np.float64)
    start = background.mean(axis=0)
    values = (x - start)[:, :, None] * weights.T[None, :, :]
    base = weights @ start + estimator.intercept_
    outputs = x @ weights.T + estimator.intercept_
    scale: Scale = "value"
    if isinstance(estimator, LogisticRegression):
        scale = "log-odds"
        if len(weights) == 1:
            values, outputs = two_classes(values[..., 0]), two_classes(outputs[..., 0])
            base = two_classes(base[0])
        else:
            values, base, outputs = centred(values), centred(base), centred(outputs)
    return Explanation(METHOD, scale, values, base, outputs)
