"""Exact attributions of models that add up columns: linear ones, and naive Bayes of two classes.

For f(x) = c + Σ f_i(x_i) the Shapley value of column i is f_i(x_i) − E f_i(x_i), for independent
columns (Lundberg and Lee 2017, arXiv:1705.07874, corollary 1). A linear model is one, and so is
the decision of a support vector machine with a linear kernel; the log-odds of naive Bayes are a
sum of parabolas. A sigmoid on top of two classes makes probabilities of such log-odds.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from deepbench.interpretation.explanation import Explanation, Floats, of_decisions
from deepbench.models.baselines.linear import LinearPredictor
from deepbench.models.baselines.naive_bayes import NaiveBayesPredictor, joint_log_density
from deepbench.models.baselines.naive_bayes_together import log_odds
from deepbench.models.baselines.svm import SvmPredictor
from deepbench.models.fitted import Predictor

METHOD = "linear SHAP (exact)"
ADDITIVE_METHOD = "additive SHAP (exact)"


@dataclass(frozen=True, eq=False)
class Additive:
    """A decision that is a sum over columns.

    Attributes:
        method: What its attributions are called.
        classifies: Whether it is in log-odds.
        terms: Returns (n, k, J) what each column of rows (n, k) adds to the J decision values.
        decide: Returns (n, J) the decision values, as the model itself works them out.
    """

    method: str
    classifies: bool
    terms: Callable[[Floats], Floats]
    decide: Callable[[Floats], Floats]


def as_additive(predictor: Predictor) -> Additive | None:
    """Return a predictor as a sum over columns; None if it is not one."""
    if isinstance(predictor, LinearPredictor):
        return _linear(predictor.coefficients, predictor.classifies, predictor.decide)
    if isinstance(predictor, NaiveBayesPredictor) and len(predictor.means) == 2:
        return _two_normals(predictor)
    if isinstance(predictor, SvmPredictor) and not predictor.kernel.gaussian:
        return _linear_machine(predictor)
    return None


def _linear(
    coefficients: Floats, classifies: bool, decide: Callable[[Floats], Floats]
) -> Additive:
    return Additive(METHOD, classifies, lambda x: x[:, :, None] * coefficients[None], decide)


def _linear_machine(predictor: SvmPredictor) -> Additive | None:
    """Return a machine for two classes or for numbers; sigmoids of more classes do not add up."""
    weights = predictor.kernel.factor * (predictor.support.T @ predictor.weights)
    sigmoids = predictor.sigmoids
    if sigmoids is None:
        return _linear(weights, False, predictor.decide)
    if len(sigmoids.slopes) > 1:
        return None
    slopes, level = sigmoids.slopes, sigmoids.intercepts
    return _linear(weights * slopes, True, lambda x: predictor.decide(x) * slopes + level)


def _two_normals(predictor: NaiveBayesPredictor) -> Additive:
    """Return the log-odds of two normal densities per column, stretched by a sigmoid's slope."""
    slopes, level = predictor.sigmoids.slopes, predictor.sigmoids.intercepts
    means, variances = predictor.means, predictor.variances

    def terms(x: Floats) -> Floats:
        first, second = ((x - means[k]) ** 2 / variances[k] for k in range(2))
        added: Floats = (0.5 * slopes[0] * (first - second))[:, :, None]
        return added

    def decide(x: Floats) -> Floats:
        joint = joint_log_density(x, means, variances, predictor.log_shares)
        return log_odds(joint) * slopes + level

    return Additive(ADDITIVE_METHOD, True, terms, decide)


class AdditiveExplainer:
    """Explains a sum over columns.

    Args:
        model: The sum.
        background: (b, k) rows whose mean terms are the starting point.
    """

    def __init__(self, model: Additive, background: Floats) -> None:
        self._model = model
        self._expected = model.terms(background).mean(axis=0)
        self._base = model.decide(background).mean(axis=0)

    def explain(self, x: Floats, first: int = 0) -> Explanation:
        """Explain rows (n, k); nothing is drawn."""
        model = self._model
        values = model.terms(x) - self._expected
        return of_decisions(model.method, model.classifies, values, self._base, model.decide(x))
