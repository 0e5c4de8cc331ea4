"""Where the chosen model fails: groups, slices, single samples, abstaining, prediction sets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deepbench.evaluation.error_intervals import error_score
from deepbench.interpretation.abstaining import abstain_curve, class_sureness, value_sureness
from deepbench.interpretation.conformal import USUAL_RATES, conformal_records
from deepbench.interpretation.error_groups import error_group_records, marked
from deepbench.interpretation.failure_sentences import Told, failure_sentences
from deepbench.interpretation.held_out import HeldOut
from deepbench.interpretation.out_of_distribution import FoldDistances
from deepbench.interpretation.sample_groups import sample_groups, shown_features
from deepbench.interpretation.slices import error_slices
from deepbench.interpretation.worst_samples import Marks, worst_samples
from deepbench.seeds import derive_seed
from deepbench.study.records import ErrorGroupRecord, FailuresRecord, WorstSamplesRecord

_ERROR_NAMES = {True: "Share of wrong answers", False: "Mean absolute error"}


@dataclass(frozen=True)
class FailureQuestion:
    """What is asked of held-out predictions.

    Attributes:
        model: Name of the model.
        title: Its name in sentences.
        roles: Columns of the sample sheet by role.
        important: Features that the model uses, the most important first.
        error_rate: Share of samples whose prediction set may miss the truth.
        seed: Seed of whatever is drawn.
    """

    model: str
    title: str
    roles: Mapping[str, tuple[str, ...]]
    important: tuple[str, ...]
    error_rate: float
    seed: int


@dataclass(frozen=True)
class ErrorPlaces:
    """Groups and slices, marked together.

    Attributes:
        groups: Groups of samples.
        slices: Slices found by the program.
        too_small: Values of columns with too few units to be looked at.
    """

    groups: tuple[ErrorGroupRecord, ...]
    slices: tuple[ErrorGroupRecord, ...]
    too_small: int


def error_places(held: HeldOut, question: FailureQuestion) -> ErrorPlaces:
    """Return the error in all groups and slices; those marked first, then by p-value."""
    features = shown_features(held.samples.features, question.important)
    found = sample_groups(held.samples, held.units, question.roles, features)
    groups = error_group_records(held, found.groups, derive_seed(question.seed, "exchanges"))
    slices = error_slices(held, question.roles, features, derive_seed(question.seed, "slices"))
    together = marked([*groups, *slices])
    return ErrorPlaces(
        _in_order(together[: len(groups)]), _in_order(together[len(groups) :]), found.too_small
    )


def find_failures(
    held: HeldOut,
    places: ErrorPlaces,
    distances: Sequence[FoldDistances],
    question: FailureQuestion,
) -> tuple[FailuresRecord, WorstSamplesRecord]:
    """Return where a model fails, and the samples it fails on.

    Args:
        held: Held-out samples.
        places: Groups and slices with their errors.
        distances: How far the samples lie from the fit rows, fold by fold.
        question: What is asked.
    """
    units = question.roles.get("unit", ())
    marks = Marks.of(held, distances, units)
    worst = worst_samples(question.model, held, marks, units)
    sureness = (
        value_sureness(held, _neighbours(held, distances))
        if held.is_regression
        else class_sureness(held)
    )
    record = FailuresRecord(
        model=question.model,
        samples=len(held),
        units=held.number_of_units,
        error_name=_ERROR_NAMES[not held.is_regression],
        error=error_score(
            held.error, held.units, held.dependence, is_share=not held.is_regression
        ),
        groups=places.groups,
        slices=places.slices,
        abstain=abstain_curve(held, sureness),
        conformal=conformal_records(held, (question.error_rate, *USUAL_RATES)),
        wrong=0 if held.is_regression else int(held.error.sum()),
        out_of_distribution=int(marks.unlike.sum()),
        label_suspects=int(marks.label_suspect.sum()),
        near_duplicates=int(marks.near_duplicate.sum()),
        sentences=(),
    )
    told = Told(question.title, question.error_rate, places.too_small)
    sentences = failure_sentences(record, held, worst, told)
    return record.model_copy(update={"sentences": sentences}), worst


def _in_order(records: Sequence[ErrorGroupRecord]) -> tuple[ErrorGroupRecord, ...]:
    return tuple(sorted(records, key=lambda r: (not r.marked, r.p_value)))


def _neighbours(held: HeldOut, distances: Sequence[FoldDistances]) -> NDArray[np.int64]:
    """Return (n, k) places among the held-out samples of the most similar ones, -1 for none."""
    width = min((fold.neighbours.shape[1] for fold in distances), default=0)
    # A number in the training set to a place among the held-out samples; the last is for -1.
    most = 1 + max(int(held.rows.max()), *(int(fold.rows.max()) for fold in distances))
    most = max([most, *(int(fold.neighbours.max(initial=-1)) + 1 for fold in distances)])
    place = np.full(most + 1, -1, dtype=np.int64)
    place[held.rows] = np.arange(len(held))
    found = np.full((len(held), width), -1, dtype=np.int64)
    for fold in distances:
        rows = place[fold.rows]
        known = rows >= 0
        found[rows[known]] = place[fold.neighbours[known, :width]]
    return found
