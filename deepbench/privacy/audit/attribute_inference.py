"""Whether a model's answers give away a sensitive attribute of those it was trained on.

Where the attribute is a feature, the attacker knows everything else of a unit and tries each
value: the one with which the model is surest of the true outcome is the guess (Fredrikson et al.
2015, doi 10.1145/2810103.2813677; Mehnaz et al. 2022, arXiv 2201.09370). Where it is none, the
guess comes from the answers themselves, by a classifier that has seen other people's.

How well that goes for others is what the model says about the world. Only what goes better for
members (the *advantage*) comes from their having been in the training set.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from deepbench.data.samples import TrainingSet
from deepbench.evaluation.bootstrap import count_blocks, interval_of
from deepbench.models.family import BaselineFamily
from deepbench.models.fitted import FittedModel
from deepbench.models.networks.family import NetworkFamily
from deepbench.models.networks.final import fit_network
from deepbench.models.out_of_fold import fit_final
from deepbench.models.registry import get_family
from deepbench.models.workbench import Workbench, load_workbench
from deepbench.privacy.audit.shadow_models import ShadowTask, UnitAnswers, in_halves
from deepbench.seeds import derive_seed
from deepbench.study.records import AttributeAttackRecord, Score

# More values of a label than this are not tried; of a number, the middles of so many parts.
MOST_VALUES = 6
_PARTS = 4
# A value must be that of so many units to be tried.
_LEAST_UNITS = 5
_RESAMPLES = 1_000
_BLOCK = 100

GIVES_AWAY = (
    "From the model’s answers {column} of {units} in the training set could be guessed better "
    "({members:.0f} %) than of others ({others:.0f} %)."
)
NOT_SHOWN = (
    "From the model’s answers {column} of {units} in the training set could be guessed about as "
    "well ({members:.0f} %) as of others ({others:.0f} %)."
)


@dataclass(frozen=True, eq=False)
class Attribute:
    """A sensitive attribute of the units.

    Attributes:
        column: Its column.
        feature: Whether the models see it.
        values: What is tried: labels, or the middles of parts of a range.
        truth: (U,) number of each unit's value; -1 where unknown or rare.
    """

    column: str
    feature: bool
    values: tuple[str | float, ...]
    truth: NDArray[np.int64]


def find_attribute(training: TrainingSet, column: str) -> Attribute | None:
    """Return a column as an attribute to guess; None if it has no two values to tell apart.

    A unit has the value of its first row.
    """
    feature = column in training.features
    source = training.features if feature else training.annotations
    if column not in source:
        return None
    first = np.unique(training.units, return_index=True)[1]
    held = source[column].iloc[first].reset_index(drop=True)
    numbers = pd.to_numeric(held, errors="coerce")
    known = held.notna() & (held.astype(str) != "")
    if numbers[known].notna().all() and numbers.nunique() > MOST_VALUES:
        return _of_numbers(column, feature, numbers.to_numpy(dtype=np.float64))
    return _of_labels(column, feature, held.where(known))


def _of_numbers(column: str, feature: bool, numbers: NDArray[np.float64]) -> Attribute:
    known = np.isfinite(numbers)
    limits = np.unique(np.quantile(numbers[known], np.arange(1, _PARTS) / _PARTS))
    truth = np.where(known, np.searchsorted(limits, numbers), -1)
    values = [float(np.median(numbers[truth == part])) for part in np.unique(truth[known])]
    truth[known] = np.unique(truth[known], return_inverse=True)[1]
    return Attribute(column, feature, tuple(values), truth.astype(np.int64))


def _of_labels(column: str, feature: bool, held: pd.Series) -> Attribute | None:
    counts = held.value_counts()
    usual = counts[counts >= _LEAST_UNITS].index[:MOST_VALUES]
    if len(usual) < 2:
        return None
    # Sorted: equally frequent labels come in no order of their own.
    values = sorted(usual.tolist(), key=str)
    codes = {value: code for code, value in enumerate(values)}
    truth = np.array([codes.get(value, -1) for value in held.tolist()], dtype=np.int64)
    return Attribute(column, feature, tuple(values), truth)


def guess_attributes(task: ShadowTask, columns: tuple[str, ...]) -> NDArray[np.int64]:
    """Return (A, S, U) the value guessed for each unit by each shadow's answers; -1 for none.

    Args:
        task: Shadows to attack; each is fitted again, as its answers to other questions are
            wanted.
        columns: Columns of `Attribute`s, in order.
    """
    bench = load_workbench(task.source)
    attributes = [found for c in columns if (found := find_attribute(bench.training, c))]
    inside = in_halves(bench.training, task.numbers, task.source.seed)
    guesses = np.full((len(attributes), *inside.shape), -1, dtype=np.int64)
    for place, number in enumerate(task.numbers):
        model = _fit(bench, task, number, inside[place])
        for row, attribute in enumerate(attributes):
            if attribute.feature:
                guesses[row, place] = _try_values(model, bench.training, attribute)
            else:
                seed = derive_seed(task.source.seed, "audit", "attribute", number)
                guesses[row, place] = _from_answers(
                    model, bench.training, attribute, inside[place], seed
                )
    return guesses


def _fit(
    bench: Workbench, task: ShadowTask, number: int, inside: NDArray[np.bool_]
) -> FittedModel:
    code = np.unique(bench.training.units, return_inverse=True)[1]
    half = bench.training.take(np.flatnonzero(inside[code]))
    family, seed = get_family(task.family), derive_seed(task.source.seed, "audit", "own", number)
    if isinstance(family, NetworkFamily):
        return fit_network(
            family,
            half,
            bench.shape,
            task.params,
            starts=task.starts,
            seed=seed,
            device=torch.device(task.source.device),
            preparation=bench.preparation,
        )
    assert isinstance(family, BaselineFamily)
    return fit_final(family, half, task.params, seed, bench.preparation)


def _try_values(
    model: FittedModel, training: TrainingSet, attribute: Attribute
) -> NDArray[np.int64]:
    """Return (U,) the value with which the model is surest of the true outcome.

    Where all values do alike, the most frequent one.
    """
    sure = []
    for value in attribute.values:
        predicted = model.predict(training.features.assign(**{attribute.column: value}))
        answers = UnitAnswers.of_rows(
            predicted[None], training.outcome, training.units, training.info.task
        )
        sure.append(answers.confidence[0])
    found = np.stack(sure)
    usual = int(np.bincount(attribute.truth[attribute.truth >= 0]).argmax())
    return np.where(found.max(axis=0) > found.min(axis=0), found.argmax(axis=0), usual)


def _from_answers(
    model: FittedModel,
    training: TrainingSet,
    attribute: Attribute,
    inside: NDArray[np.bool_],
    seed: int,
) -> NDArray[np.int64]:
    """Return (U,) values guessed from answers and outcome, learnt from others' answers.

    Each half of the others is guessed by what was learnt from the other half, and so is half of
    the members.
    """
    answers = _answers_of_units(model, training)
    half = np.random.default_rng(seed).permutation(len(inside)) % 2 == 0
    guesses = np.full(len(inside), -1, dtype=np.int64)
    for side in (half, ~half):
        learn = ~inside & side & (attribute.truth >= 0)
        if len(np.unique(attribute.truth[learn])) < 2:
            continue
        classifier = LogisticRegression(class_weight="balanced", max_iter=1_000)
        classifier.fit(answers[learn], attribute.truth[learn])
        guesses[~side] = classifier.predict(answers[~side])
    return guesses


def _answers_of_units(model: FittedModel, training: TrainingSet) -> NDArray[np.float64]:
    """Return (U, f) mean answers and outcome of the units, of about unit variance."""
    predicted = model.predict(training.features)
    if training.info.task == "regression":
        table = np.column_stack([predicted, training.outcome])
    else:
        p = np.clip(predicted, 1e-6, 1.0)
        classes = np.eye(training.info.outputs)[training.outcome.astype(np.int64)]
        table = np.column_stack([np.log(p), classes])
    code = np.unique(training.units, return_inverse=True)[1]
    rows = np.bincount(code)
    means = np.column_stack([np.bincount(code, weights=own) / rows for own in table.T])
    spread = means.std(axis=0)
    found: NDArray[np.float64] = (means - means.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    return found


def attribute_record(
    attribute: Attribute,
    guesses: NDArray[np.int64],
    inside: NDArray[np.bool_],
    seed: int,
    units: str,
) -> AttributeAttackRecord:
    """Return how often guesses were right for members and for others, all values alike.

    Args:
        attribute: What was guessed.
        guesses: (S, U) guesses.
        inside: (S, U) members.
        seed: Seed of the resampled units.
        units: What units are called.
    """
    known = attribute.truth >= 0
    right = [
        _BalancedShare(attribute.truth, guesses == attribute.truth, group & known)
        for group in (inside, ~inside)
    ]
    ones = np.ones((len(known), 1))
    drawn = list(count_blocks(np.arange(len(known)), _RESAMPLES, seed, None, _BLOCK))
    members, others = (
        (float(share.of(ones)[0]), np.concatenate([share.of(counts) for counts in drawn]))
        for share in right
    )
    advantage = _score(members[0] - others[0], members[1] - others[1])
    better = advantage.low is not None and advantage.low > 0
    return AttributeAttackRecord(
        column=attribute.column,
        members=_score(*members),
        others=_score(*others),
        advantage=advantage,
        sentence=(GIVES_AWAY if better else NOT_SHOWN).format(
            column=f"“{attribute.column}”",
            units=units,
            members=100 * members[0],
            others=100 * others[0],
        ),
    )


class _BalancedShare:
    """Mean over the values of the share guessed right.

    Args:
        truth: (U,) number of the true value.
        right: (S, U) whether the guess was right.
        group: (S, U) the guesses that count.
    """

    def __init__(
        self, truth: NDArray[np.int64], right: NDArray[np.bool_], group: NDArray[np.bool_]
    ) -> None:
        self._right = (right & group).sum(axis=0)
        self._all = group.sum(axis=0)
        self._units = [np.flatnonzero(truth == value) for value in np.unique(truth[truth >= 0])]

    def of(self, counts: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return (b,) for (U, b) how often units count; NaN where a value was not drawn."""
        shares = []
        for units in self._units:
            with np.errstate(invalid="ignore"):
                right, of_all = (own[units] @ counts[units] for own in (self._right, self._all))
                shares.append(right / of_all)
        return np.asarray(np.mean(shares, axis=0))


def _score(value: float, drawn: NDArray[np.float64]) -> Score:
    found = interval_of(value, drawn)
    numbers = (found.value, found.low, found.high)
    kept = [float(number) if np.isfinite(number) else None for number in numbers]
    return Score(value=kept[0], low=kept[1], high=kept[2])
