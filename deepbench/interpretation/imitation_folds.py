"""Simple models that imitate another, fitted in one fold: a few terms, and a shallow tree."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from deepbench.interpretation.imitation_tree import (
    ColumnWords,
    ShallowTree,
    fit_tree,
    leaf_rules,
    split_columns,
)
from deepbench.interpretation.panels_folds import features_of, r2_scorer
from deepbench.interpretation.panels_nested import PanelRows, Panels, fit_panels
from deepbench.interpretation.panels_ranking import value_columns
from deepbench.models.preprocessing import Preprocessor
from deepbench.models.workbench import BenchSource, Workbench, load_workbench
from deepbench.study.records import ImitationTerm

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

MOST_TERMS = 15


@dataclass(frozen=True, eq=False)
class ImitationTask:
    """What simple models learn from, and which fold they then speak of.

    Attributes:
        source: Training samples and folds.
        fold: Number of the fold that is predicted; None fits on all samples.
        output: (n, q) outputs of the imitated model; NaN where there is none to learn from.
        inner: (n,) which of the rows go together in the inner folds.
    """

    source: BenchSource
    fold: int | None
    output: Floats
    inner: Codes


@dataclass(frozen=True, eq=False)
class TreeRule:
    """A leaf: its conditions in words, and the rows of the training set that are in it."""

    conditions: tuple[str, ...]
    rows: Codes


@dataclass(frozen=True, eq=False)
class Imitated:
    """Simple models of one fold.

    Attributes:
        linear: (b, q) what the few terms predict for the tuning rows; None without a model.
        tree: (b, q) what the tree predicts; None without a model.
        terms: Terms of the model on all samples.
        rules: Leaves of the tree on all samples.
        features: The user's features that either uses, the most important first.
    """

    linear: Floats | None
    tree: Floats | None
    terms: tuple[ImitationTerm, ...] = ()
    rules: tuple[TreeRule, ...] = ()
    features: tuple[str, ...] = ()


def imitate_fold(task: ImitationTask) -> Imitated:
    """Fit the simple models on what is known of the imitated one."""
    with threadpool_limits(limits=1):
        return imitate(load_workbench(task.source), task)


def imitate(bench: Workbench, task: ImitationTask) -> Imitated:
    """Do the work of `imitate_fold` on a workbench that is at hand."""
    training = bench.training
    known = np.asarray(np.isfinite(task.output).all(axis=1))
    if task.fold is None:
        rows = np.flatnonzero(known).astype(np.int64)
        part = training.features.iloc[rows]
        preprocessor = Preprocessor.fit(part, bench.preparation)
        x, held = preprocessor.transform(part), None
    else:
        data = bench.cache.data(task.fold)
        keep = known[data.fold.fit]
        rows, x = data.fold.fit[keep], data.fit[keep]
        preprocessor, held = data.preprocessor, data.tune
    output, inner = task.output[rows], task.inner[rows]
    linear = _few_terms(x, preprocessor, output, inner)
    tree = fit_tree(x, output, training.units[rows], inner)
    if held is not None:
        return Imitated(
            None if linear is None else linear.predict(held)[_size(linear) - 1],
            None if tree is None else tree.predict(held),
        )
    terms, named = _terms(linear, preprocessor, training.info.classes)
    rules: tuple[TreeRule, ...] = ()
    if tree is not None:
        rules = _rules(tree, preprocessor, bench, x, rows)
        named += [preprocessor.source_columns[column] for column in split_columns(tree)]
    return Imitated(None, None, terms, rules, tuple(dict.fromkeys(named)))


def _few_terms(
    x: Floats, preprocessor: Preprocessor, output: Floats, inner: Codes
) -> Panels | None:
    group_of = features_of(preprocessor)[1]
    rows = PanelRows(x, group_of, output, lambda chosen: value_columns(output[chosen]), False)
    score = r2_scorer(output, [np.flatnonzero(inner == fold) for fold in np.unique(inner)])
    return fit_panels(rows, inner, MOST_TERMS, ("forward",), score)


def _size(linear: Panels) -> int:
    """Return the number of features: as chosen inside, or fewer where they are many terms."""
    size = min(linear.inside.size, len(linear.order))
    while size > 1 and linear.models.ends[size - 1] > MOST_TERMS:
        size -= 1
    return size


def _terms(
    linear: Panels | None, preprocessor: Preprocessor, classes: tuple[str, ...]
) -> tuple[tuple[ImitationTerm, ...], list[str]]:
    """Return the terms, the largest first, and the features behind them in that order."""
    if linear is None:
        return (), []
    size = _size(linear)
    weights = linear.coefficients(size)
    columns = linear.models.columns[: linear.models.ends[size - 1]].tolist()
    weight_of = dict(zip(columns, weights, strict=False))
    found: list[tuple[ImitationTerm, str]] = []
    for column, weight in weight_of.items():
        source = preprocessor.source_columns[column]
        twin = _other_of_two(column, preprocessor)
        if twin is not None and column < twin:
            continue  # said with the other of the two categories
        own = weight if twin is None else weight - weight_of[twin]
        place = int(np.abs(own).argmax())
        towards = classes[place] if len(own) > 1 else ""
        term = ImitationTerm(
            feature=preprocessor.output_names[column], weight=float(own[place]), towards=towards
        )
        found.append((term, source))
    found.sort(key=lambda item: (-abs(item[0].weight), item[0].feature))
    return tuple(term for term, _ in found), [source for _, source in found]


def _other_of_two(column: int, preprocessor: Preprocessor) -> int | None:
    """Return the other column of a text column with just two categories."""
    source = preprocessor.source_columns[column]
    if source not in preprocessor.text_names:
        return None
    others = [
        number
        for number, name in enumerate(preprocessor.source_columns)
        if name == source and number != column
    ]
    return others[0] if len(others) == 1 else None


def _rules(
    tree: ShallowTree,
    preprocessor: Preprocessor,
    bench: Workbench,
    x: Floats,
    rows: Codes,
) -> tuple[TreeRule, ...]:
    words = ColumnWords(preprocessor, bench.training.features)
    leaves = tree.leaves(x)
    return tuple(
        TreeRule(leaf.conditions, rows[leaves == leaf.node]) for leaf in leaf_rules(tree, words)
    )
