"""Attributions of held-out samples, fold by fold, for the process pool.

Each tuning fold's model is fitted again with the chosen settings and explains the samples of its
tuning set, which it has not seen. Beside it stand other fits of the same fold: other random
starts, shuffled labels (the twin: what a model trained on noise would seem to use), and a fit
with columns of no use.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from deepbench.interpretation.attribution_directions import directions
from deepbench.interpretation.attributions import Attributor
from deepbench.interpretation.explanation import Floats
from deepbench.interpretation.fold_models import FoldFit, FoldModel, fold_model
from deepbench.interpretation.fold_results import FoldResult, Neighbours
from deepbench.interpretation.fold_sums import Explained, explain_rows, unit_variance
from deepbench.interpretation.neighbours import find_neighbours
from deepbench.interpretation.network_attributions import randomised
from deepbench.interpretation.noise_columns import copied_from, is_noise
from deepbench.interpretation.stability import rank_correlation
from deepbench.models.fitted import Predictor
from deepbench.models.networks.predictor import NetworkPredictor
from deepbench.models.thresholds import DecisionRule
from deepbench.models.workbench import Workbench, load_workbench
from deepbench.seeds import derive_seed

#: Samples of a fold that a first look explains, and that fits beside the main one explain.
PREVIEW_SAMPLES = 4
FEW_SAMPLES = 40
# Fit rows that stand for "not known", and held-out rows on which permutation picks features.
_BACKGROUND = 100
_TRIED = 20
# Of fewer features, rankings agree now and then by chance.
_FEWEST_RANKED = 15


@dataclass(frozen=True)
class AttributionTask:
    """One fit on one fold, and what is asked of it.

    Attributes:
        fit: The fit.
        most: Samples explained at most; all if None.
        wanted: Features whose attributions are kept for single samples; all if None.
        preview: It is a first look: the rest is asked for afterwards.
    """

    fit: FoldFit
    most: int | None = None
    wanted: tuple[str, ...] | None = None
    preview: bool = False


def attribute_fold(task: AttributionTask) -> FoldResult:
    """Fit on the fold's fit rows and explain its tuning rows."""
    bench, began = load_workbench(task.fit.source), time.perf_counter()
    model = fold_model(bench, task.fit, wait=task.preview)
    fitted = time.perf_counter()
    found = _look_into(_Fold(bench, task, model))
    return replace(found, fit_seconds=fitted - began, explain_seconds=time.perf_counter() - fitted)


class _Fold:
    """A fitted model of a fold, and the samples of the tuning set that it explains."""

    def __init__(self, bench: Workbench, task: AttributionTask, model: FoldModel) -> None:
        self.bench, self.task, self.model = bench, task, model
        self.fold = bench.folds[task.fit.fold]
        self.explained = self._places(task.most)
        self.rows = self.fold.tune[self.explained]
        self.few = np.isin(self.explained, self._places(FEW_SAMPLES))
        self.x = model.tune[self.explained]
        # Of the fold, not of the fit: attributions of several fits start from the same rows.
        self.seed = derive_seed(task.fit.source.seed, "explained samples", task.fit.fold)

    def _places(self, most: int | None) -> NDArray[np.int64]:
        """Return the places in the tuning set, ascending; fewer are among more, for any fit."""
        seed = derive_seed(self.task.fit.source.seed, "explained samples", self.task.fit.fold)
        order = np.random.default_rng(seed).permutation(len(self.fold.tune))
        return np.sort(order[:most])

    def attributor(self, predictor: Predictor) -> Attributor:
        """Return what explains a predictor that sees the columns of this model."""
        fit = self.model.fit
        background = np.random.default_rng(self.seed).permutation(len(fit))[:_BACKGROUND]
        return Attributor(
            predictor,
            self.bench.training.info,
            self.model.sources,
            fit[np.sort(background)],
            self.model.tune[self._places(_TRIED)],
            len(self.x),
            self.seed,
            self.task.fit.family,
        )


def _look_into(own: _Fold) -> FoldResult:
    fit, training = own.task.fit, own.bench.training
    found, noise, noise_features = _without_noise(
        explain_rows(own.attributor(own.model.predictor), own.x, own.task.wanted)
    )
    is_main = fit.part == "model"
    size_few = found.sizes[own.few].mean(axis=0, dtype=np.float64)
    direction, known = (
        directions(_measured(own), found.features, found.signed)
        if is_main
        else (np.empty(0), np.empty(0, dtype=np.int64))
    )
    return FoldResult(
        part=fit.part,
        fold=fit.fold,
        repeat=own.fold.repeat,
        number=fit.number,
        model=fit.family,
        method=found.method,
        scale=found.scale,
        unit=found.unit,
        sentences=found.sentences,
        features=found.features,
        rows=own.rows,
        size=found.sizes.mean(axis=0, dtype=np.float64),
        size_few=size_few,
        variance=unit_variance(found.sizes, training.units[own.rows]),
        size_by_start=found.size_by_start,
        direction=direction,
        known=known,
        noise=noise,
        noise_features=noise_features,
        single=found.single if is_main or own.task.wanted else None,
        neighbours=_neighbours(own) if is_main else None,
        error=found.error,
        attributed=found.attributed,
        weights_check=_weights_check(own, size_few) if is_main else float("nan"),
        fit_seconds=0.0,
        explain_seconds=0.0,
    )


def _measured(own: _Fold) -> pd.DataFrame:
    samples = own.bench.training.features.iloc[own.rows].reset_index(drop=True)
    return own.bench.cache.data(own.task.fit.fold).preprocessor.measured(samples)


def _without_noise(found: Explained) -> tuple[Explained, Floats, tuple[str, ...]]:
    """Return what was found of real features, and importances and names of those of no use."""
    noise = np.array([is_noise(name) for name in found.features], dtype=np.bool_)
    if not noise.any():
        return found, np.empty(0), ()
    real = replace(
        found,
        features=tuple(name for name in found.features if not is_noise(name)),
        sizes=found.sizes[:, ~noise],
        signed=None,
        size_by_start=found.size_by_start[:, ~noise],
    )
    names = tuple(copied_from(name) for name in found.features if is_noise(name))
    return real, found.sizes[:, noise].mean(axis=0, dtype=np.float64), names


def _weights_check(own: _Fold, sizes: Floats) -> float:
    """Return the rank correlation with importances of the same network with random weights."""
    predictor = own.model.predictor
    if not isinstance(predictor, NetworkPredictor) or len(sizes) < _FEWEST_RANKED:
        return float("nan")
    attributor = own.attributor(randomised(predictor, own.task.fit.seed))
    drawn = explain_rows(attributor, own.x[own.few], wanted=())
    found = rank_correlation(sizes, drawn.sizes.mean(axis=0, dtype=np.float64))
    return float("nan") if found is None else found


def _neighbours(own: _Fold) -> Neighbours:
    training, rows = own.bench.training, own.fold.fit
    predicted = own.model.predictor.predict(own.x)
    codes = said = None
    if training.info.classes:
        codes = training.outcome.astype(np.int64)
        said = DecisionRule.of(codes, training.info.outputs).decide(predicted)
        codes = codes[rows]
    found = find_neighbours(
        own.model.predictor, own.model.fit, own.x, training.units[rows], codes, said
    )
    return Neighbours(
        space=found.space,
        nearest=rows[found.nearest],
        distances=found.distances,
        trust=found.trust,
        predicted=predicted[:, 0] if said is None else said.astype(np.float64),
    )
