"""Attributions in the user's columns, by the method that fits the model.

Exact for linear models and trees, expected gradients for networks, permutation SHAP for the
rest. Whatever the method, the attributions of a sample must add up to the model's output less
the expected output (local accuracy); `Attributions.local_accuracy_error` says how well they do.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from deepbench.data.samples import OutcomeInfo
from deepbench.interpretation.explanation import Explanation, Floats, Report, Scale, silent
from deepbench.interpretation.linear_attributions import explain_linear
from deepbench.interpretation.network_attributions import explain_network
from deepbench.interpretation.permutation_attributions import explain_by_permutation
from deepbench.interpretation.tree_attributions import explain_trees
from deepbench.models.baselines.decision_trees import TreesPredictor
from deepbench.models.baselines.linear import LinearPredictor
from deepbench.models.fitted import FittedModel, Predictor
from deepbench.models.networks.predictor import NetworkPredictor
from deepbench.models.predictors import ConstantPredictor, PresentClassesPredictor

NO_METHOD = "none needed (the model uses no feature)"


@dataclass(frozen=True, eq=False)
class Attributions:
    """How much each of the user's columns adds to the output for each sample.

    Attributes:
        model: Name of the model.
        method: How they were computed.
        scale: What they add up to.
        unit: What they are measured in, for all outputs together.
        features: (p,) the user's columns that the model sees; the others have none.
        values: (n, p, O) attributions: O is 1 for two classes (the positive one) and for
            regression, else the number of classes.
        rest: (n, O) attributions of features that were only looked at together.
        base: (O,) expected output.
        outputs: (n, O) outputs of the model.
        sentences: What has to be said about them.
    """

    model: str
    method: str
    scale: Scale
    unit: str
    features: tuple[str, ...]
    values: Floats
    rest: Floats
    base: Floats
    outputs: Floats
    sentences: tuple[str, ...] = ()

    @property
    def local_accuracy_error(self) -> float:
        """Largest difference between the sum of attributions and output less base."""
        error = self.values.sum(axis=1) + self.rest + self.base - self.outputs
        return float(np.abs(error).max(initial=0.0))


def attribute(
    model: FittedModel,
    background: pd.DataFrame,
    samples: pd.DataFrame,
    seed: int,
    report: Report = silent,
) -> Attributions:
    """Explain the predictions of a model for some samples.

    Args:
        model: Any fitted model.
        background: Features of the rows that stand for "not known": the fit rows.
        samples: Features of the samples to explain, not among the fit rows.
        seed: Seed of whatever is drawn; the exact methods draw nothing.
        report: Called with steps done and steps in all; may raise to stop.
    """
    start, x = model.design_matrix(background), model.design_matrix(samples)
    sources = [model.preprocessor.source_columns[i] for i in model.columns]
    features = tuple(dict.fromkeys(sources))
    number = {name: i for i, name in enumerate(features)}
    group_of = np.array([number[name] for name in sources], dtype=np.int64)
    with threadpool_limits(limits=1):
        explanation, rest = _explain(model.predictor, group_of, start, x, seed, report)
    explanation, rest = _one_output_for_two_classes(model.info, explanation, rest)
    return Attributions(
        model=model.name,
        method=explanation.method,
        scale=explanation.scale,
        unit=_unit(model.info, explanation),
        features=features,
        values=explanation.values,
        rest=rest,
        base=explanation.base,
        outputs=explanation.outputs,
        sentences=explanation.sentences,
    )


def _explain(
    predictor: Predictor,
    group_of: NDArray[np.int64],
    start: Floats,
    x: Floats,
    seed: int,
    report: Report,
) -> tuple[Explanation, Floats]:
    """Return attributions (n, p, K) by group, and those (n, K) of groups taken together."""
    if isinstance(predictor, PresentClassesPredictor):
        inner, rest = _explain(predictor.inner, group_of, start, x, seed, report)
        return _with_absent_classes(predictor, inner, rest)
    if isinstance(predictor, ConstantPredictor):
        found = _nothing(predictor, x)
    elif isinstance(predictor, NetworkPredictor):
        found = explain_network(predictor, start, x, seed, report)
    elif isinstance(predictor, LinearPredictor):
        found = explain_linear(predictor, start, x)
    elif isinstance(predictor, TreesPredictor):
        found = explain_trees(predictor, x, report)
    else:
        return _explain_groups(predictor, group_of, start, x, seed, report)
    values = _summed(found.values, group_of)
    return replace(found, values=values), np.zeros_like(found.outputs)


def _explain_groups(
    predictor: Predictor,
    group_of: NDArray[np.int64],
    start: Floats,
    x: Floats,
    seed: int,
    report: Report,
) -> tuple[Explanation, Floats]:
    outputs = predictor.predict(x[:1]).shape[1]
    scale: Scale = "probability" if outputs > 1 else "value"
    found = explain_by_permutation(predictor, scale, group_of, start, x, seed, report)
    values = np.zeros((len(x), int(group_of.max()) + 1, outputs))
    values[:, found.groups] = found.explanation.values
    return replace(found.explanation, values=values), found.rest


def _nothing(predictor: ConstantPredictor, x: Floats) -> Explanation:
    outputs = predictor.predict(x)
    values = np.zeros((*x.shape, outputs.shape[1]))
    scale: Scale = "probability" if outputs.shape[1] > 1 else "value"
    return Explanation(NO_METHOD, scale, values, predictor.values, outputs)


def _with_absent_classes(
    predictor: PresentClassesPredictor, inner: Explanation, rest: Floats
) -> tuple[Explanation, Floats]:
    """Spread attributions of the classes that occur over all classes, 0 for the others."""

    def spread(values: Floats) -> Floats:
        whole = np.zeros((*values.shape[:-1], predictor.outputs))
        whole[..., predictor.present] = values
        return whole

    whole = replace(
        inner,
        values=spread(inner.values),
        base=spread(inner.base),
        outputs=spread(inner.outputs),
    )
    return whole, spread(rest)


def _summed(values: Floats, group_of: NDArray[np.int64]) -> Floats:
    """Add up (n, k, K) attributions of columns with the same source: (n, p, K)."""
    groups = int(group_of.max()) + 1
    if groups == len(group_of):
        return values
    summed = np.zeros((values.shape[0], groups, values.shape[2]))
    for column, group in enumerate(group_of):
        summed[:, group] += values[:, column]
    return summed


def _one_output_for_two_classes(
    info: OutcomeInfo, found: Explanation, rest: Floats
) -> tuple[Explanation, Floats]:
    """Keep the positive class of two: its log-odds against the other, or its probability."""
    if info.task != "binary":
        return found, rest

    def positive(values: Floats) -> Floats:
        if found.scale == "log-odds":
            return values[..., 1:] - values[..., :1]
        return values[..., 1:]

    kept = replace(
        found,
        values=positive(found.values),
        base=positive(found.base),
        outputs=positive(found.outputs),
    )
    return kept, positive(rest)


def _unit(info: OutcomeInfo, found: Explanation) -> str:
    if info.task == "binary":
        return f"{found.scale} of {info.classes[1]}"
    if info.task == "regression":
        return f"units of {info.column}"
    if found.scale == "probability":
        return "probability, mean over the classes"
    return "log-odds against the mean class, mean over the classes"
