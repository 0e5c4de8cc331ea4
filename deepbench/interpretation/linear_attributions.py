"""Exact attributions of linear models.

For f(x) = w·x + c and independent columns the Shapley value of column i is w_i (x_i − E x_i)
(Lundberg and Lee 2017, arXiv:1705.07874, corollary 1).
"""

from __future__ import annotations

from deepbench.interpretation.explanation import Explanation, Floats, of_decisions
from deepbench.models.baselines.linear import LinearPredictor

METHOD = "linear SHAP (exact)"


def explain_linear(predictor: LinearPredictor, background: Floats, x: Floats) -> Explanation:
    """Explain a linear model: log-odds of classes, or values.

    Args:
        predictor: Fitted linear model.
        background: (b, k) rows whose mean is the starting point.
        x: (n, k) rows to explain.
    """
    start = background.mean(axis=0)
    values = (x - start)[:, :, None] * predictor.coefficients[None, :, :]
    base = predictor.decide(start[None])[0]
    return of_decisions(METHOD, predictor.classifies, values, base, predictor.decide(x))
