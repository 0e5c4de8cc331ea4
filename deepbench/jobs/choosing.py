"""Who is compared, who is chosen: the models that will meet the test samples."""

from __future__ import annotations

from dataclasses import dataclass

from deepbench.checks.verdict import Contender, choose, deep_learning_verdict
from deepbench.evaluation.bootstrap import Interval
from deepbench.evaluation.corrected_score import paired_corrected_difference
from deepbench.evaluation.metrics import tuning_metric
from deepbench.evaluation.repeated_cv import fold_difference, number_of_folds
from deepbench.jobs.context import JobContext
from deepbench.jobs.leaderboard import (
    FamilyTrials,
    best_of_kind,
    family_score,
    predictions,
    winner_score,
)
from deepbench.jobs.test_scores import as_score
from deepbench.models.workbench import Workbench
from deepbench.seeds import derive_seed
from deepbench.study.records import ComparisonRecord, Score


@dataclass(frozen=True)
class Roster:
    """The models that meet the test samples, by role."""

    chosen: FamilyTrials
    baseline: FamilyTrials
    network: FamilyTrials | None

    @property
    def by_role(self) -> dict[str, FamilyTrials]:
        """Role and model; a model may have two roles."""
        roles = {"chosen": self.chosen, "baseline": self.baseline}
        return {**roles, "network": self.network} if self.network else roles


def choose_models(context: JobContext, bench: Workbench, trials: list[FamilyTrials]) -> Roster:
    """Return the simplest family within one standard error of the best, and the two best.

    Dummies take no part unless nothing else was tuned.
    """
    scored = [group for group in trials if group.best.score is not None]
    candidates = [group for group in scored if group.family.complexity > 0] or scored
    contenders = []
    for group in candidates:
        found = family_score(context, bench, group)
        contenders.append(
            Contender(
                group.family.name, group.family.complexity, found.plain, found.standard_error
            )
        )
    by_name = {group.family.name: group for group in candidates}
    chosen = by_name[choose(contenders).name]
    baseline = best_of_kind(scored, "baseline") or chosen
    return Roster(chosen, baseline, best_of_kind(scored, "network"))


def compare(
    context: JobContext, bench: Workbench, trials: list[FamilyTrials], roster: Roster
) -> ComparisonRecord | None:
    """Return network minus baseline, corrected and paired over units; None without a network."""
    if roster.network is None:
        return None
    kinds = {
        kind: [group for group in trials if group.family.kind == kind]
        for kind in ("network", "baseline")
    }
    if not kinds["baseline"]:
        return None
    found = as_score(
        paired_corrected_difference(
            bench.training.info.task,
            bench.training.outcome,
            bench.training.units,
            predictions(context.study, kinds["network"]),
            predictions(context.study, kinds["baseline"]),
            bench.fold_of,
            seed=derive_seed(context.plan.seed, "comparison"),
        )
    )
    by_folds = fold_difference(
        roster.network.best.fold_scores,
        roster.baseline.best.fold_scores,
        number_of_folds(bench.fold_of),
    )
    return ComparisonRecord(
        network=roster.network.family.name,
        baseline=roster.baseline.family.name,
        metric=tuning_metric(bench.training.info.task),
        difference=found.value,
        low=found.low,
        high=found.high,
        by_folds=as_score(by_folds),
    )


def second_opinion(comparison: ComparisonRecord | None) -> tuple[str, ...]:
    """Say so where the scores of the folds alone would have given another verdict."""
    folds = comparison.by_folds if comparison is not None else None
    if comparison is None or folds is None:
        return ()
    decided = deep_learning_verdict(comparison.low, comparison.high)
    other = deep_learning_verdict(folds.low, folds.high)
    if decided == other:
        return ()
    said = {"better": "better", "worse": "worse", "no better": "neither better nor worse"}
    return (
        f"By the scores of the tuning folds alone the networks would count as {said[other]} "
        "than the traditional models (corrected t-test, Nadeau and Bengio). The corrected score "
        f"decides, by which they are {said[decided]}: it gives no advantage to the side that "
        "tried more settings.",
    )


def expected_score(context: JobContext, bench: Workbench, trials: list[FamilyTrials]) -> Score:
    """Return the corrected score of the whole search: what the test set should show."""
    found = winner_score(context, bench, trials, "expected")
    return as_score(Interval(found.value, found.low, found.high))
