"""What a budget buys: the same effort for every model family."""

from __future__ import annotations

from dataclasses import dataclass

from deepbench.plan import StudyPlan
from deepbench.study.effort import PRESET_EFFORTS

# Below this number of units a second repeat of the tuning folds steadies the choice of settings.
_FEW_UNITS = 100


@dataclass(frozen=True)
class Effort:
    """The effort spent, equal for every family.

    Attributes:
        trials: Settings tried per family, each scored on all tuning folds. Fewer where a family
            has fewer settings.
        tuning_folds: Folds of the tuning resampling.
        tuning_repeats: Repeats of these folds with other partitions.
        shuffles: Replicates of the shuffled-label check; the smallest possible p-value is
            1 / (1 + shuffles).
        outer_folds: Folds of nested resampling, where that is the design.
        seeds: Random starts of the chosen network.
        seconds_per_family: No new batch of trials begins after this; None for no limit.
    """

    trials: int
    tuning_folds: int
    tuning_repeats: int
    shuffles: int
    outer_folds: int
    seeds: int
    seconds_per_family: float | None


def effort_for(plan: StudyPlan, units: int, families: int) -> Effort:
    """Return the effort that a plan's budget buys.

    What the plan says outright (trials, minutes, repeats, shuffles) goes before its preset.

    Args:
        plan: The plan.
        units: Biological units in the table.
        families: Families, traditional models and networks, that share the minutes of the plan.
    """
    preset = PRESET_EFFORTS[plan.budget.preset]
    repeats = plan.split.tuning_repeats
    if repeats is None:
        repeats = preset.repeats_for_few_units if units < _FEW_UNITS else 1
    minutes = plan.budget.minutes
    shuffles = plan.shuffles.replicates
    return Effort(
        trials=preset.trials if plan.budget.trials is None else plan.budget.trials,
        tuning_folds=plan.split.tuning_folds,
        tuning_repeats=repeats,
        shuffles=preset.shuffles if shuffles is None else shuffles,
        outer_folds=plan.split.outer_folds,
        seeds=plan.networks.seeds,
        seconds_per_family=None if minutes is None else 60.0 * minutes / max(families, 1),
    )
