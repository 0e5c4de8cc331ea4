"""Trials in the ledger, gathered by family, and what the leaderboard says of each."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from deepbench.evaluation.corrected_score import CorrectedScore, corrected_score
from deepbench.evaluation.fold_scores import fold_spread
from deepbench.evaluation.metrics import tuning_metric
from deepbench.evaluation.repeated_cv import fold_standard_error, number_of_folds
from deepbench.jobs.context import JobContext
from deepbench.models.family import Family
from deepbench.models.registry import get_family
from deepbench.models.workbench import Workbench
from deepbench.seeds import derive_seed
from deepbench.study.artifacts import array_from_bytes
from deepbench.study.effort import search_name
from deepbench.study.folder import Study
from deepbench.study.records import ModelRecord, Score, TrialRecord


@dataclass(frozen=True)
class FamilyTrials:
    """All trials of one family in one search, in the order of their numbers.

    Attributes:
        family: The family.
        trials: All that were run.
        note: Why the search ended early; empty if it did not.
        offered: Trials offered; 0 where only the ledger was read.
        seconds_offered: The family's share of the time limit; None without one.
    """

    family: Family
    trials: tuple[TrialRecord, ...]
    note: str = ""
    offered: int = 0
    seconds_offered: float | None = None

    @property
    def candidates(self) -> tuple[TrialRecord, ...]:
        """The trials that can win: those in full."""
        return tuple(trial for trial in self.trials if not trial.first_look)

    @cached_property
    def best(self) -> TrialRecord:
        """The trial in full with the best plain score; the first of equals."""
        return max(self.candidates, key=lambda trial: (_finite(trial.score), -trial.number))

    @property
    def seconds(self) -> float:
        """Seconds spent on all trials."""
        return sum(trial.seconds for trial in self.trials)


def _finite(score: float | None) -> float:
    return float("-inf") if score is None else score


def search_key(context: JobContext, trials: int, outer_fold: int | None) -> str:
    """Return the name under which trials of a search stand in the ledger."""
    return search_name(context.fingerprints["split"], context.plan.seed, trials, outer_fold)


def recorded_trials(study: Study, search: str) -> dict[tuple[str, int], TrialRecord]:
    """Return the trials of a search that are in the ledger, by family and number."""
    found: dict[tuple[str, int], TrialRecord] = {}
    for event in study.ledger.of_kind("trial"):
        if event.data["search"] == search:
            record = TrialRecord.model_validate(event.data)
            found[record.family, record.number] = record
    return found


def family_names(context: JobContext) -> list[str]:
    """Return the families of the plan that exist for this kind of outcome, simple first."""
    return [
        *context.plan.baselines.families,
        *(f"network-{size}" for size in context.plan.networks.sizes),
    ]


def all_trials(context: JobContext) -> list[FamilyTrials]:
    """Return the main search's trials of all families, simple families first."""
    return trials_of(
        context.study, search_key(context, context.effort().trials, None), family_names(context)
    )


def trials_of(study: Study, search: str, names: list[str]) -> list[FamilyTrials]:
    """Return a search's trials of these families, simple families first."""
    recorded = recorded_trials(study, search)
    groups = []
    for name in names:
        numbers = sorted(number for family, number in recorded if family == name)
        if numbers:
            trials = tuple(recorded[name, number] for number in numbers)
            groups.append(FamilyTrials(get_family(name), trials))
    return sorted(groups, key=lambda group: group.family.complexity)


def best_of_kind(
    groups: list[FamilyTrials], kind: Literal["baseline", "network"]
) -> FamilyTrials | None:
    """Return the family with the best plain score; dummies do not count."""
    fit = [g for g in groups if g.family.kind == kind and g.family.complexity > 0]
    return max(fit, key=lambda g: (_finite(g.best.score), -g.family.complexity), default=None)


def predictions(study: Study, groups: list[FamilyTrials]) -> list[NDArray[np.float64]]:
    """Return the out-of-fold predictions of all trials with a score, simple families first.

    Those of first looks stand behind all others: they cannot win, but they had a say in what was
    tried in full, so a corrected score has to choose among them as well.
    """
    trials = [trial for group in groups for trial in group.trials if trial.score is not None]
    return [
        array_from_bytes(study.read(trial.predictions))
        for trial in sorted(trials, key=lambda trial: trial.first_look)
    ]


def winner_score(
    context: JobContext, bench: Workbench, groups: list[FamilyTrials], *use: str
) -> CorrectedScore:
    """Return the corrected score of the winner among all trials of these families.

    Args:
        context: Study, and the plan with its seed.
        bench: The samples.
        groups: The families.
        use: What the score is for; the seed derives from it.
    """
    return corrected_score(
        bench.training.info.task,
        bench.training.outcome,
        bench.training.units,
        predictions(context.study, groups),
        bench.fold_of,
        seed=derive_seed(context.plan.seed, *use),
        can_win=sum(t.score is not None for group in groups for t in group.candidates),
    )


def family_score(context: JobContext, bench: Workbench, group: FamilyTrials) -> CorrectedScore:
    """Return the corrected score of a family's winner among its own trials."""
    return winner_score(context, bench, [group], "corrected", group.family.name)


def model_record(context: JobContext, bench: Workbench, group: FamilyTrials) -> ModelRecord:
    """Return the leaderboard's line for a family."""
    task = bench.training.info.task
    score = family_score(context, bench, group)
    best = group.best
    oof = array_from_bytes(context.study.read(best.predictions))
    spread = fold_spread(task, bench.training.outcome, oof, bench.fold_of)
    return ModelRecord(
        name=group.family.name,
        title=group.family.title,
        family=group.family.kind,
        size=group.family.size,
        trials=len(group.trials),
        seconds=round(group.seconds, 3),
        metric=tuning_metric(task),
        plain=score.plain,
        corrected=Score(value=score.value, low=_number(score.low), high=_number(score.high)),
        standard_error=_number(score.standard_error),
        fold_scores=tuple(_number(value) for value in spread),
        fold_standard_error=_number(fold_standard_error(spread, number_of_folds(bench.fold_of))),
        params=best.params,
        best_trial=best.number,
        note=group.note,
        offered=group.offered,
        first_looks=len(group.trials) - len(group.candidates),
        seconds_offered=group.seconds_offered,
    )


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
