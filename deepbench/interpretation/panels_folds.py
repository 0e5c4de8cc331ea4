"""Short panels in one tuning fold: chosen on its fit rows, scored on its tuning rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from deepbench.data.samples import Task, TrainingSet
from deepbench.data.splitting.stratified import spread, strata
from deepbench.evaluation.metrics import squared_deviation
from deepbench.evaluation.ranking import ordered_pairs
from deepbench.interpretation.panels_models import class_targets
from deepbench.interpretation.panels_nested import PanelRows, Panels, Scorer, fit_panels
from deepbench.interpretation.panels_ranking import WAYS, outcome_columns
from deepbench.models.preprocessing import Preprocessor
from deepbench.models.ranking import Outcome
from deepbench.models.workbench import BenchSource, Workbench, load_workbench
from deepbench.seeds import derive_seed

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

_INNER_FOLDS = 5


@dataclass(frozen=True)
class PanelTask:
    """Panels of one tuning fold, or of all training samples.

    Attributes:
        source: Training samples and folds.
        fold: Number of the fold; None fits on all training samples and predicts none.
        largest: Features of the largest panel.
    """

    source: BenchSource
    fold: int | None
    largest: int


@dataclass(frozen=True, eq=False)
class PanelFold:
    """What one fold's panels are.

    Attributes:
        order: The user's features in the order in which they join.
        sizes: Sizes fitted: all up to the largest, or fewer where features give out.
        chosen: Size chosen inside the fit rows; 0 without a usable feature.
        predictions: (S, b, K) predictions of the tuning rows by size.
        slopes: For each size, sign of the coefficient of each of its numeric features (values
            and two classes only).
    """

    order: tuple[str, ...]
    sizes: int
    chosen: int
    predictions: Floats
    slopes: tuple[dict[str, float], ...]


def panel_fold(task: PanelTask) -> PanelFold:
    """Choose panels of all sizes on the fit rows, and predict the tuning rows."""
    bench = load_workbench(task.source)
    seed = derive_seed(task.source.seed, "panels", "all" if task.fold is None else task.fold)
    with threadpool_limits(limits=1):
        return find_panels(bench, task.fold, task.largest, seed)


def find_panels(bench: Workbench, fold: int | None, largest: int, seed: int) -> PanelFold:
    """Do the work of `panel_fold` on a workbench that is at hand."""
    training = bench.training
    info = training.info
    if fold is None:
        preprocessor = Preprocessor.fit(training.features, bench.preparation)
        fit, tune = preprocessor.transform(training.features), None
        fit_rows, tune_rows = np.arange(len(training), dtype=np.int64), np.zeros(0, np.int64)
    else:
        data = bench.cache.data(fold)
        preprocessor, fit, tune = data.preprocessor, data.fit, data.tune
        fit_rows, tune_rows = data.fold.fit, data.fold.tune
    names, group_of = features_of(preprocessor)
    outcome = training.outcome[fit_rows]
    rows = PanelRows(
        fit,
        group_of,
        class_targets(outcome, info.task, info.outputs),
        lambda chosen: outcome_columns(outcome[chosen], info.task),
        info.task != "regression",
    )
    inner = inner_folds(training, fit_rows, seed)
    score = inner_scorer(info.task, outcome, inner)
    found = fit_panels(rows, inner, min(largest, len(names)), WAYS, score)
    if found is None:
        return _nothing(len(tune_rows), info.outputs)
    return PanelFold(
        order=tuple(names[group] for group in found.order),
        sizes=len(found.order),
        chosen=min(found.inside.size, len(found.order)),
        predictions=_predicted(found, tune, info.outputs),
        slopes=tuple(
            _slopes(found, preprocessor, size) for size in range(1, len(found.order) + 1)
        ),
    )


def features_of(preprocessor: Preprocessor) -> tuple[tuple[str, ...], Codes]:
    """Return the user's features behind preprocessed columns, and (d,) which each belongs to."""
    names = tuple(dict.fromkeys(preprocessor.source_columns))
    number = {name: i for i, name in enumerate(names)}
    return names, np.array([number[s] for s in preprocessor.source_columns], dtype=np.int64)


def inner_folds(training: TrainingSet, rows: Codes, seed: int) -> Codes:
    """Return (n,) the inner fold of each of the rows; units together, classes spread."""
    labels, units = strata(training)[rows], training.units[rows]
    by_class = [len(np.unique(units[labels == label])) for label in np.unique(labels)]
    number = min(_INNER_FOLDS, len(np.unique(units)))
    if training.info.classes:
        number = min(number, max(2, min(by_class)))
    inner = np.zeros(len(rows), dtype=np.int64)
    if number < 2:
        return inner
    for fold, (_, held) in enumerate(spread(labels, units, number, seed)):
        inner[held] = fold
    return inner


def inner_scorer(task: Task, outcome: Outcome, inner: Codes) -> Scorer:
    """Return what scores inner predictions as tuning does: AUROC within folds, or R2."""
    folds = [np.flatnonzero(inner == fold) for fold in np.unique(inner)]
    return _values_scorer(outcome, folds) if task == "regression" else _pairs(outcome, folds)


def _pairs(outcome: Outcome, folds: list[NDArray[np.intp]]) -> Scorer:
    def score(predicted: Floats) -> tuple[Floats, float]:
        outputs = predicted.shape[1]
        classes = [1] if outputs == 2 else list(range(outputs))
        counts = np.zeros((2, len(classes), len(folds)))
        for column, rows in enumerate(folds):
            ones = np.ones((len(rows), 1))
            for row, code in enumerate(classes):
                won, pairs = ordered_pairs(outcome[rows] == code, predicted[rows, code], ones)
                counts[:, row, column] = won[0], pairs[0]
        with np.errstate(invalid="ignore", divide="ignore"):
            by_fold = counts[0] / counts[1]
            whole = counts[0].sum(axis=1) / counts[1].sum(axis=1)
        return _means(by_fold), float(_means(whole[:, None])[0])

    return score


def _means(values: Floats) -> Floats:
    """Mean over the first axis without NaN; NaN where there is nothing."""
    usable = np.isfinite(values)
    total = np.where(usable, values, 0.0).sum(axis=0)
    count = usable.sum(axis=0)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _values_scorer(outcome: Outcome, folds: list[NDArray[np.intp]]) -> Scorer:
    values = np.asarray(outcome, dtype=np.float64)
    return r2_scorer(values[:, None], folds)


def r2_scorer(target: Floats, folds: list[NDArray[np.intp]]) -> Scorer:
    """Return what scores predictions (n, K) by the share of the target's variation explained.

    The score of a fold is its part of the loss of R2, so that folds differ as the R2 does.
    """
    ones = np.ones((len(target), 1))
    spread_ = sum(float(squared_deviation(column, ones)[0]) for column in target.T)

    def score(predicted: Floats) -> tuple[Floats, float]:
        if spread_ <= 0.0:
            return np.full(len(folds), np.nan), float("nan")
        errors = ((target - predicted) ** 2).sum(axis=1)
        shares = np.array([1.0 - len(folds) * errors[rows].sum() / spread_ for rows in folds])
        return shares, 1.0 - float(errors.sum()) / spread_

    return score


def _predicted(found: Panels, tune: Floats | None, outputs: int) -> Floats:
    if tune is None:
        return np.zeros((len(found.order), 0, outputs))
    return found.predict(tune)


def _slopes(found: Panels, preprocessor: Preprocessor, size: int) -> dict[str, float]:
    """Return the sign of the coefficient of each numeric feature of a panel."""
    values = found.coefficients(size)
    if values.shape[1] != 1:
        return {}
    columns = found.models.columns[: found.models.ends[size - 1]]
    numeric = set(preprocessor.numeric_names)
    return {
        preprocessor.source_columns[column]: float(np.sign(values[place, 0]))
        for place, column in enumerate(columns)
        if preprocessor.output_names[column] == preprocessor.source_columns[column]
        and preprocessor.source_columns[column] in numeric
    }


def _nothing(rows: int, outputs: int) -> PanelFold:
    return PanelFold((), 0, 0, np.zeros((0, rows, outputs)), ())
