"""Batch-only control: how well batch and site alone give the outcome away."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.preprocessing import OneHotEncoder

from deepbench.data.samples import Fold, TrainingSet, fold_numbers
from deepbench.evaluation.corrected_score import corrected_score
from deepbench.study.records import Score


def batch_only_score(
    training: TrainingSet, folds: tuple[Fold, ...], columns: list[str], seed: int
) -> Score | None:
    """Return the tuning score of a linear model that sees nothing but batch and site.

    A score clearly above chance means that a good score of the real models may come from
    processing. None when there are no such columns, or fewer than two values in them.
    """
    used = [column for column in columns if training.annotations[column].nunique() > 1]
    if not used:
        return None
    oof = _out_of_fold(training, folds, training.annotations[used])
    score = corrected_score(
        training.info.task,
        training.outcome,
        training.units,
        [oof],
        fold_numbers(folds, len(training)),
        seed=seed,
    )
    return Score(value=score.value, low=score.low, high=score.high)


def _out_of_fold(
    training: TrainingSet, folds: tuple[Fold, ...], batches: pd.DataFrame
) -> NDArray[np.float64]:
    repeats = 1 + max(fold.repeat for fold in folds)
    oof = np.full((repeats, len(training), training.info.outputs), np.nan)
    for fold in folds:
        encoder = OneHotEncoder(handle_unknown="ignore")
        fit = encoder.fit_transform(batches.iloc[fold.fit])
        tune = encoder.transform(batches.iloc[fold.tune])
        y = training.outcome[fold.fit]
        if training.info.task == "regression":
            oof[fold.repeat, fold.tune, 0] = Ridge(alpha=1.0).fit(fit, y).predict(tune)
        else:
            model = LogisticRegression(max_iter=1000).fit(fit, y)
            part = np.zeros((len(fold.tune), training.info.outputs))
            part[:, model.classes_] = model.predict_proba(tune)
            oof[fold.repeat, fold.tune] = part
    return oof
