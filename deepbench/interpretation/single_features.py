"""How well one feature alone tells the outcome, on held-out samples.

A value that alone reaches nearly the score of the whole model is the finding itself, or a leak.
Two simple models see nothing but the feature: one that goes up or down with it, and a tree of a
few leaves; each fold's are fitted without the samples they are scored on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from deepbench.data.samples import Fold, OutcomeInfo, TrainingSet
from deepbench.evaluation.metrics import get_metric, tuning_metric

_LEAVES = 8
_LEAST_IN_A_LEAF = 5
_SHARE_IN_A_LEAF = 0.05

Floats = NDArray[np.float64]
#: Fits on values and outcomes, and predicts (m, K) for further values.
Fit = Callable[[pd.Series, NDArray[np.generic], pd.Series, OutcomeInfo], Floats]


def scores_alone(
    training: TrainingSet, folds: Sequence[Fold], features: Sequence[str]
) -> dict[str, float]:
    """Return the score of each feature alone; those without a score are left out.

    Args:
        training: The training samples.
        folds: Folds of one repeat: each sample is held out once.
        features: Names of the features.
    """
    found = {}
    for name in features:
        score = _score(training, folds, training.features[name])
        if np.isfinite(score):
            found[name] = score
    return found


def _score(training: TrainingSet, folds: Sequence[Fold], values: pd.Series) -> float:
    info = training.info
    numeric = values.dtype == np.float64
    ways: list[Fit] = [_tree, _line] if numeric else [_shares]
    if info.task == "multiclass" and numeric:
        ways = [_tree]
    metric = get_metric(info.task, tuning_metric(info.task))
    best = float("-inf")
    for way in ways:
        predicted = np.full((len(training), info.outputs), np.nan)
        for fold in folds:
            predicted[fold.tune] = way(
                values.iloc[fold.fit], training.outcome[fold.fit], values.iloc[fold.tune], info
            )
        known = np.isfinite(predicted).all(axis=1)
        score = metric.function(training.outcome[known], predicted[known]) if known.any() else None
        if score is not None and np.isfinite(score):
            best = max(best, score)
    return best


def _tree(
    values: pd.Series, outcome: NDArray[np.generic], new: pd.Series, info: OutcomeInfo
) -> Floats:
    """Return what a tree of a few leaves says; gaps are a value of their own to it."""
    leaf = max(_LEAST_IN_A_LEAF, round(_SHARE_IN_A_LEAF * len(values)))
    x, x_new = values.to_numpy(dtype=np.float64)[:, None], new.to_numpy(dtype=np.float64)[:, None]
    if not info.classes:
        line = DecisionTreeRegressor(max_leaf_nodes=_LEAVES, min_samples_leaf=leaf, random_state=0)
        numbers: Floats = line.fit(x, outcome).predict(x_new)
        return numbers[:, None]
    tree = DecisionTreeClassifier(max_leaf_nodes=_LEAVES, min_samples_leaf=leaf, random_state=0)
    tree.fit(x, outcome)
    said = np.zeros((len(new), len(info.classes)))
    said[:, tree.classes_.astype(np.int64)] = tree.predict_proba(x_new)
    return said


def _line(
    values: pd.Series, outcome: NDArray[np.generic], new: pd.Series, info: OutcomeInfo
) -> Floats:
    """Return what goes up or down with the value: a straight line, or for two classes its side."""
    x, x_new = values.to_numpy(dtype=np.float64), new.to_numpy(dtype=np.float64)
    middle = float(np.nanmedian(x)) if np.isfinite(x).any() else 0.0
    x, x_new = (np.where(np.isfinite(part), part, middle) for part in (x, x_new))
    y = outcome.astype(np.float64)
    spread = float(((x - x.mean()) ** 2).sum())
    slope = float(((x - x.mean()) * (y - y.mean())).sum()) / spread if spread else 0.0
    fitted = y.mean() + slope * (x_new - x.mean())
    if not info.classes:
        return np.asarray(fitted)[:, None]
    # The order of the samples is all that counts; it must not be cut off at 0 and 1.
    shown = 1.0 / (1.0 + np.exp(-np.clip(fitted - 0.5, -30.0, 30.0)))
    return np.column_stack([1.0 - shown, shown])


def _shares(
    values: pd.Series, outcome: NDArray[np.generic], new: pd.Series, info: OutcomeInfo
) -> Floats:
    """Return, for a label, the classes (or the mean) of the samples with the same label."""
    texts, texts_new = values.fillna("").astype(str), new.fillna("").astype(str)
    if info.classes:
        targets = np.eye(len(info.classes))[outcome.astype(np.int64)]
    else:
        targets = outcome.astype(np.float64)[:, None]
    overall = targets.mean(axis=0)
    table = {
        # One sample more of all together keeps a rare label from being sure.
        label: (targets[(texts == label).to_numpy()].sum(axis=0) + overall)
        / ((texts == label).sum() + 1)
        for label in texts.unique()
    }
    return np.array([table.get(label, overall) for label in texts_new])
