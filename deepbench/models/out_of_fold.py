"""Fitting a baseline: on one fold, on all folds for a tuning score, on all training samples."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from threadpoolctl import threadpool_limits

from deepbench.data.preparation import AS_THEY_ARE, Preparation
from deepbench.data.samples import OutcomeInfo, TrainingSet
from deepbench.models.family import (
    BaselineFamily,
    FitRows,
    Params,
    Predicted,
    Run,
    take_columns,
)
from deepbench.models.fitted import FittedModel, Predictor
from deepbench.models.fold_data import FoldCache
from deepbench.models.predictors import ConstantPredictor, PresentClassesPredictor
from deepbench.models.preprocessing import Preprocessor
from deepbench.models.ranking import Outcome, rank_columns
from deepbench.seeds import derive_seed


@dataclass(frozen=True, eq=False)
class OutOfFold:
    """Predictions for rows that the predicting model was not fitted on.

    Attributes:
        predictions: (R, n, K) class probabilities or (R, n, 1) values by repeat; NaN for rows
            that no fold of the repeat predicts.
        note: A sentence on fits that did not converge; empty if all did.
    """

    predictions: NDArray[np.float64]
    note: str


def out_of_fold(
    family: BaselineFamily, cache: FoldCache, params: Params, outcome: Outcome, seed: int
) -> OutOfFold:
    """Fit one setting on every fold and predict its tuning set.

    Args:
        family: What to fit.
        cache: Preprocessed folds.
        params: Settings.
        outcome: (n,) outcome of all training samples, true or shuffled.
        seed: Seed of this setting; each fold's seed derives from it by name.
    """
    return out_of_fold_runs(family, cache, [Run(params, outcome, seed)])[0]


def out_of_fold_runs(
    family: BaselineFamily,
    cache: FoldCache,
    runs: Sequence[Run],
    folds: Sequence[int] | None = None,
) -> list[OutOfFold]:
    """Fit several runs on every fold, sharing what they have in common.

    Args:
        family: What to fit.
        cache: Preprocessed folds.
        runs: Settings, label vectors and seeds.
        folds: Numbers of the folds to fit; all if None. Rows of other folds stay NaN.

    Returns:
        What each run predicts, in the order of ``runs``.
    """
    training = cache.training
    chosen = range(len(cache.folds)) if folds is None else folds
    repeats = 1 + max(fold.repeat for fold in cache.folds)
    shape = (len(runs), repeats, len(training), training.info.outputs)
    predictions = np.full(shape, np.nan)
    unfinished = np.zeros(len(runs), dtype=np.int64)
    with threadpool_limits(limits=1):
        for index in chosen:
            fold = cache.folds[index]
            for number, found in enumerate(_predict_fold(family, cache, index, runs)):
                predictions[number, fold.repeat, fold.tune] = found.values
                unfinished[number] += not found.converged
    return [
        OutOfFold(values, _note(int(count), len(chosen)))
        for values, count in zip(predictions, unfinished, strict=True)
    ]


def _predict_fold(
    family: BaselineFamily, cache: FoldCache, index: int, runs: Sequence[Run]
) -> Iterator[Predicted]:
    together = family.predict_together(cache.view(index), runs)
    for run, found in zip(runs, together, strict=True):
        yield _predict_alone(family, cache, index, run) if found is None else found


def _predict_alone(family: BaselineFamily, cache: FoldCache, index: int, run: Run) -> Predicted:
    with _counting_unfinished() as warned:
        model = _fit_on_fold(family, cache, index, run.params, run.outcome, run.seed)
    tune = take_columns(cache.data(index).tune, model.columns)
    return Predicted(model.predictor.predict(tune), converged=not warned)


def fit_on_fold(
    family: BaselineFamily,
    cache: FoldCache,
    index: int,
    params: Params,
    outcome: Outcome,
    seed: int,
) -> FittedModel:
    """Return the very model that `out_of_fold` fits on fold ``index`` (arguments as there)."""
    with threadpool_limits(limits=1), _counting_unfinished():
        return _fit_on_fold(family, cache, index, params, outcome, seed)


def fit_final(
    family: BaselineFamily,
    training: TrainingSet,
    params: Params,
    seed: int,
    preparation: Preparation = AS_THEY_ARE,
) -> FittedModel:
    """Fit one setting on all training samples; filter and preprocessing included."""
    preprocessor = Preprocessor.fit(training.features, preparation)
    matrix = preprocessor.transform(training.features)
    ranking = rank_columns(matrix, training.outcome, training.info.task)
    columns = family.kept_columns(params, ranking)
    with threadpool_limits(limits=1), _counting_unfinished():
        predictor = fit_predictor(
            family,
            FitRows(matrix, columns, training.outcome, training.units, training.info.task),
            training.info,
            params,
            derive_seed(seed, "final"),
        )
    return FittedModel(family.name, training.info, preprocessor, columns, predictor)


def _fit_on_fold(
    family: BaselineFamily,
    cache: FoldCache,
    index: int,
    params: Params,
    outcome: Outcome,
    seed: int,
) -> FittedModel:
    training, data = cache.training, cache.data(index)
    columns = family.kept_columns(params, cache.ranking(index, outcome))
    rows = FitRows(
        data.fit,
        columns,
        outcome[data.fold.fit],
        training.units[data.fold.fit],
        training.info.task,
    )
    fold_seed = derive_seed(seed, "fold", data.fold.repeat, data.fold.number)
    predictor = fit_predictor(family, rows, training.info, params, fold_seed)
    return FittedModel(family.name, training.info, data.preprocessor, columns, predictor)


def fit_predictor(
    family: BaselineFamily, rows: FitRows, info: OutcomeInfo, params: Params, seed: int
) -> Predictor:
    """Fit one predictor on rows, whichever of the classes occur among them."""
    if info.task == "regression":
        return family.fit(rows, params, seed)
    present, codes = np.unique(rows.outcome.astype(np.int64), return_inverse=True)
    if len(present) == info.outputs:
        return family.fit(rows, params, seed)
    if len(present) == 1:
        return ConstantPredictor(np.eye(info.outputs)[present[0]])
    task = "binary" if len(present) == 2 else info.task
    some = FitRows(rows.matrix, rows.columns, codes.astype(np.int64), rows.units, task)
    return PresentClassesPredictor(family.fit(some, params, seed), present, info.outputs)


@contextmanager
def _counting_unfinished() -> Iterator[list[str]]:
    """Collect convergence warnings; pass every other warning on."""
    unfinished: list[str] = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield unfinished
    for warning in caught:
        if issubclass(warning.category, ConvergenceWarning):
            unfinished.append(re.sub(r"\s+", " ", str(warning.message)))
        else:
            warnings.warn_explicit(
                warning.message, warning.category, warning.filename, warning.lineno
            )


def _note(unfinished: int, folds: int) -> str:
    if not unfinished:
        return ""
    return (
        f"The fit stopped before it had fully converged in {unfinished} of {folds} folds; the "
        "predictions are those of the last step."
    )
