"""The audit of all groups of sensitive columns and sites, corrected for how many they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from deepbench.data.multiplicity import benjamini_hochberg
from deepbench.data.samples import TrainingSet
from deepbench.evaluation.dominance import share_of_two
from deepbench.evaluation.fewest import fewest_units
from deepbench.evaluation.metrics import tuning_metric
from deepbench.privacy.subgroups.exchange import exchange_p_values
from deepbench.privacy.subgroups.groups import NOT_GIVEN, Bools, groups_of, units_of
from deepbench.privacy.subgroups.measures import SMALLEST_GROUP, Answered, pairs
from deepbench.privacy.subgroups.sentences import audit_sentences
from deepbench.seeds import derive_seed
from deepbench.study.records import (
    AuditedGroup,
    GroupMeasure,
    PredictionsRecord,
    SampleSheetRecord,
    SmallGroups,
    SubgroupAuditRecord,
)

ROLES: tuple[Literal["sensitive", "site"], ...] = ("sensitive", "site")
LEVEL = 0.05


@dataclass(frozen=True, eq=False)
class _Column:
    name: str
    role: Literal["sensitive", "site"]
    groups: Mapping[str, Bools]


def audit_subgroups(
    predictions: PredictionsRecord,
    sheet: SampleSheetRecord,
    training: TrainingSet | None,
    seed: int,
) -> SubgroupAuditRecord | None:
    """Return how well the chosen model serves each group; None without groups to compare.

    Args:
        predictions: Those of the one look at the test set, with their annotations.
        sheet: Roles and task.
        training: The samples models were trained on, of which groups may be missing.
        seed: Seed of the plan.
    """
    answered = answered_of(predictions, sheet)
    columns = _columns(predictions, sheet, answered)
    if not columns:
        return None
    groups = _corrected(
        [group for column in columns for group in _audited(answered, column, seed)]
    )
    everyone = np.ones(len(answered.y), dtype=bool)
    overall = (
        (name, answered.value(name, everyone, derive_seed(seed, "test bootstrap")))
        for name in answered.names
    )
    record = SubgroupAuditRecord(
        task=answered.task,
        metric=tuning_metric(answered.task),
        positive=sheet.classes[1] if answered.task == "binary" else "",
        samples=len(answered.y),
        units=len(np.unique(answered.units)),
        overall=tuple((name, score) for name, score in overall if score is not None),
        groups=groups,
        small=tuple(found for column in columns if (found := _small(column, answered, training))),
        comparisons=sum(m.p_value is not None for group in groups for m in group.measures),
        smallest=SMALLEST_GROUP,
        sentences=(),
    )
    return record.model_copy(update={"sentences": audit_sentences(record)})


def answered_of(predictions: PredictionsRecord, sheet: SampleSheetRecord) -> Answered:
    """Return the test samples as they are measured."""
    units = np.unique(np.array(predictions.units), return_inverse=True)[1].astype(np.int64)
    folds = np.array(predictions.folds, dtype=np.int64) if predictions.folds else None
    if not predictions.classes:
        return Answered(
            "regression",
            np.array([float(value) for value in predictions.observed]),
            np.array(predictions.values)[:, None],
            np.empty(0, dtype=np.int64),
            units,
            folds,
        )
    codes = {name: code for code, name in enumerate(predictions.classes)}
    return Answered(
        sheet.task,
        np.array([codes[name] for name in predictions.observed], dtype=np.int64),
        np.array(predictions.probabilities),
        np.array([codes[name] for name in predictions.predicted], dtype=np.int64),
        units,
        folds,
    )


def _columns(
    predictions: PredictionsRecord, sheet: SampleSheetRecord, answered: Answered
) -> list[_Column]:
    annotations = predictions.annotations or {}
    return [
        _Column(name, role, groups_of(annotations[name], answered.units))
        for role in ROLES
        for name in sheet.roles.get(role, ())
        if name in annotations
    ]


def _audited(answered: Answered, column: _Column, seed: int) -> list[AuditedGroup]:
    """Return the groups of a column that are large enough, with p-values not yet corrected."""
    counts = units_of(column.groups, answered.units)
    large = {name: column.groups[name] for name, n in counts.items() if n >= SMALLEST_GROUP}
    # As the scores by group of stage 10, so that the same group has the same interval.
    bootstrap = derive_seed(seed, "test bootstrap")
    found = {name: list(pairs(answered, member, bootstrap)) for name, member in large.items()}
    chances: dict[tuple[str, str], float] = {}
    for measure in answered.compared:
        wanted = [
            name
            for name, taken in found.items()
            if any(each == measure and rest.value is not None for each, _, rest, _ in taken)
        ]
        if not wanted:
            continue
        units, rows, compared = answered.exchange(measure)
        chance = exchange_p_values(
            units,
            {name: member[rows] for name, member in column.groups.items()},
            wanted,
            compared,
            derive_seed(seed, "subgroups", column.name, measure),
            two_sided=measure == "calibration",
        )
        chances |= {(name, measure): p for name, p in chance.items()}
    return [
        AuditedGroup(
            column=column.name,
            role=column.role,
            group=name,
            samples=int(member.sum()),
            units=counts[name],
            measures=tuple(
                GroupMeasure(
                    name=measure,
                    value=value,
                    rest=rest,
                    difference=difference,
                    p_value=chances.get((name, measure)),
                )
                for measure, value, rest, difference in found[name]
            ),
            of_two=share_of_two(answered.error, answered.units, member, ~member)
            if answered.task == "regression"
            else None,
            least_units=fewest_units(answered.classes, answered.units, member),
        )
        for name, member in large.items()
    ]


def _corrected(groups: Sequence[AuditedGroup]) -> tuple[AuditedGroup, ...]:
    """Mark what stands out after correction for all comparisons."""
    chances = [m.p_value for group in groups for m in group.measures if m.p_value is not None]
    adjusted = iter(benjamini_hochberg(chances) if chances else [])
    return tuple(
        group.model_copy(
            update={"measures": tuple(_marked(each, adjusted) for each in group.measures)}
        )
        for group in groups
    )


def _marked(measure: GroupMeasure, adjusted: Iterator[float]) -> GroupMeasure:
    if measure.p_value is None:
        return measure
    value = next(adjusted)
    worse = measure.name != "calibration" or _is_further_off(measure)
    return measure.model_copy(update={"adjusted": value, "marked": value <= LEVEL and worse})


def _is_further_off(measure: GroupMeasure) -> bool:
    """Whether probabilities are further off in the group than elsewhere."""
    return abs(measure.value.value or 0.0) > abs(measure.rest.value or 0.0)


def _small(
    column: _Column, answered: Answered, training: TrainingSet | None
) -> SmallGroups | None:
    counts = units_of(column.groups, answered.units)
    test = tuple(name for name, units in counts.items() if units < SMALLEST_GROUP)
    few, only = few_in_training(column.name, column.role, training)
    if not (test or few or only):
        return None
    return SmallGroups(column=column.name, test=test, training=few, only=only)


def few_in_training(
    column: str, role: str, training: TrainingSet | None
) -> tuple[tuple[str, ...], str]:
    """Return groups of fewer than ten training units, and the one value that all have.

    Of sites neither is said: a site with few units is no group of people.
    """
    if training is None or role != "sensitive" or column not in training.annotations:
        return (), ""
    groups = groups_of(list(training.annotations[column].astype(str)), training.units)
    groups.pop(NOT_GIVEN, None)
    counts = units_of(groups, training.units)
    few = tuple(name for name, units in counts.items() if units < SMALLEST_GROUP)
    return few, next(iter(counts)) if len(counts) == 1 else ""
