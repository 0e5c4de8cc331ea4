"""Attributions in the user's columns, by the method that fits the model.

Exact for trees and for models that add up columns, expected gradients for networks, permutation
SHAP for the rest. Whatever the method, the attributions of a sample must add up to the model's
output less the expected output (local accuracy); `Attributions.local_accuracy_error` says how
well they do, and `TOLERANCES` how well they should.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from deepbench.data.samples import OutcomeInfo
from deepbench.interpretation import (
    linear_attributions,
    network_attributions,
    permutation_attributions,
    tree_attributions,
)
from deepbench.interpretation.explanation import (
    Explainer,
    Explanation,
    Floats,
    Report,
    Scale,
    silent,
)
from deepbench.interpretation.linear_attributions import AdditiveExplainer, as_additive
from deepbench.interpretation.network_attributions import NetworkExplainer
from deepbench.interpretation.permutation_attributions import PermutationExplainer
from deepbench.interpretation.tree_attributions import TreesExplainer
from deepbench.models.baselines.decision_trees import TreesPredictor
from deepbench.models.fitted import FittedModel, Predictor
from deepbench.models.networks.predictor import NetworkPredictor
from deepbench.models.predictors import ConstantPredictor, PresentClassesPredictor

NO_METHOD = "none needed (the model uses no feature)"
#: Share of the largest difference between an output and the expected one by which the sum of
#: attributions may miss it: rounding for the exact methods, the grid's error for gradients.
TOLERANCES = {
    NO_METHOD: 1e-6,
    linear_attributions.METHOD: 1e-6,
    linear_attributions.ADDITIVE_METHOD: 1e-6,
    tree_attributions.METHOD: 1e-6,
    permutation_attributions.METHOD: 1e-6,
    network_attributions.METHOD: 0.01,
}
# Rows explained at once, and numbers in all their attributions: bounds the memory.
_MOST_ROWS = 256
_NUMBERS = 4_000_000


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
        by_start: (S, n, p, O) attributions of each random start; None where there is but one.
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
    by_start: Floats | None = None

    @property
    def local_accuracy_error(self) -> float:
        """Largest difference between the sum of attributions and output less base."""
        error = self.values.sum(axis=1) + self.rest + self.base - self.outputs
        return float(np.abs(error).max(initial=0.0))

    @property
    def attributed(self) -> float:
        """Largest difference between an output and the expected one."""
        return float(np.abs(self.outputs - self.base).max(initial=0.0))


class Attributor:
    """Explains rows of one predictor in the user's columns, block by block.

    Args:
        predictor: What is explained.
        info: What it predicts.
        sources: (k,) the user's column behind each column that the predictor sees; attributions
            of columns with the same source are added up.
        background: (b, k) rows that stand for "not known": fit rows.
        tried: (t, k) some of the samples to explain, not among the fit rows.
        rows: How many are going to be explained.
        seed: Seed of whatever is drawn; the exact methods draw nothing.
        model: Name of the model.
    """

    def __init__(
        self,
        predictor: Predictor,
        info: OutcomeInfo,
        sources: Sequence[str],
        background: Floats,
        tried: Floats,
        rows: int,
        seed: int,
        model: str = "",
    ) -> None:
        self._info, self._model = info, model
        self.features = tuple(dict.fromkeys(sources))
        number = {name: i for i, name in enumerate(self.features)}
        self._group_of = np.array([number[name] for name in sources], dtype=np.int64)
        self._present: PresentClassesPredictor | None = None
        if isinstance(predictor, PresentClassesPredictor):
            self._present, predictor = predictor, predictor.inner
        self._explainer: Explainer | None = _explainer(predictor, background, seed)
        self._permutation: PermutationExplainer | None = None
        starts = len(predictor.members) if isinstance(predictor, NetworkPredictor) else 1
        outputs = predictor.predict(background[:1]).shape[1]
        if self._explainer is None:
            scale: Scale = "probability" if outputs > 1 else "value"
            self._permutation = PermutationExplainer(
                predictor, scale, self._group_of, background, tried, rows, seed
            )
        numbers = len(sources) * max(outputs, info.outputs) * (starts + 2)
        self.block = int(np.clip(_NUMBERS // max(numbers, 1), 1, _MOST_ROWS))

    def blocks(self, x: Floats) -> Iterator[Attributions]:
        """Yield the attributions of rows (n, k), some rows at a time."""
        for begin in range(0, len(x), self.block):
            yield self.explain(x[begin : begin + self.block], begin)

    def explain(self, x: Floats, first: int = 0) -> Attributions:
        """Return the attributions of rows (n, k), the first of which has this number."""
        with threadpool_limits(limits=1):
            found, rest = self._in_groups(x, first)
        if self._present is not None:
            found, rest = _with_absent_classes(self._present, found, rest)
        found, rest = _one_output_for_two_classes(self._info, found, rest)
        return Attributions(
            model=self._model,
            method=found.method,
            scale=found.scale,
            unit=_unit(self._info, found),
            features=self.features,
            values=found.values,
            rest=rest,
            base=found.base,
            outputs=found.outputs,
            sentences=found.sentences,
            by_start=found.by_start,
        )

    def _in_groups(self, x: Floats, first: int) -> tuple[Explanation, Floats]:
        """Return attributions (n, p, K) by group, and those (n, K) of groups taken together."""
        if self._permutation is not None:
            grouped = self._permutation.explain(x, first)
            own = grouped.explanation
            values = np.zeros((len(x), len(self.features), own.values.shape[2]))
            values[:, grouped.groups] = own.values
            return replace(own, values=values), grouped.rest
        assert self._explainer is not None
        found = self._explainer.explain(x, first)
        values = _summed(found.values, self._group_of)
        by_start = None if found.by_start is None else _summed(found.by_start, self._group_of)
        return replace(found, values=values, by_start=by_start), np.zeros_like(found.outputs)


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
        report: Called with samples done and samples in all after each block; may raise to stop.
    """
    start, x = model.design_matrix(background), model.design_matrix(samples)
    sources = [model.preprocessor.source_columns[i] for i in model.columns]
    attributor = Attributor(
        model.predictor, model.info, sources, start, x, len(x), seed, model.name
    )
    parts = []
    for part in attributor.blocks(x):
        parts.append(part)
        report(sum(len(each.outputs) for each in parts), len(x))
    return _joined(parts)


def _joined(parts: Sequence[Attributions]) -> Attributions:
    starts = [part.by_start for part in parts if part.by_start is not None]
    return replace(
        parts[0],
        values=np.concatenate([part.values for part in parts]),
        rest=np.concatenate([part.rest for part in parts]),
        outputs=np.concatenate([part.outputs for part in parts]),
        by_start=np.concatenate(starts, axis=1) if starts else None,
    )


def _explainer(predictor: Predictor, background: Floats, seed: int) -> Explainer | None:
    """Return what explains a predictor's columns; None where only permutation can."""
    if isinstance(predictor, ConstantPredictor):
        return _Nothing(predictor)
    if isinstance(predictor, NetworkPredictor):
        return NetworkExplainer(predictor, background, seed)
    if isinstance(predictor, TreesPredictor):
        return TreesExplainer(predictor)
    additive = as_additive(predictor)
    return None if additive is None else AdditiveExplainer(additive, background)


class _Nothing:
    """Explains a predictor that says the same of every sample."""

    def __init__(self, predictor: ConstantPredictor) -> None:
        self._predictor = predictor

    def explain(self, x: Floats, first: int = 0) -> Explanation:
        """Explain rows (n, k): nothing adds anything."""
        outputs = self._predictor.predict(x)
        values = np.zeros((*x.shape, outputs.shape[1]))
        scale: Scale = "probability" if outputs.shape[1] > 1 else "value"
        return Explanation(NO_METHOD, scale, values, self._predictor.values, outputs)


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
    """Add up (..., k, K) attributions of columns with the same source: (..., p, K)."""
    groups = int(group_of.max()) + 1
    if groups == len(group_of):
        return values
    summed = np.zeros((*values.shape[:-2], groups, values.shape[-1]))
    for column, group in enumerate(group_of):
        summed[..., group, :] += values[..., column, :]
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
        by_start=None if found.by_start is None else positive(found.by_start),
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
