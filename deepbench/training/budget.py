"""What a budget buys: the same effort for every model family."""

from __future__ import annotations

from dataclasses import dataclass

from deepbench.plan import Preset, StudyPlan

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


@dataclass(frozen=True)
class _PresetEffort:
    trials: int
    shuffles: int
    repeats_for_few_units: int


# quick: every family's reasoned defaults and little more; a p-value not below 0.048. A first look.
# standard: defaults and a short guided search; a p-value down to 0.0099. The one to report.
# thorough: a long search; a p-value down to 0.001. For a night.
_PRESETS: dict[Preset, _PresetEffort] = {
    "quick": _PresetEffort(trials=6, shuffles=20, repeats_for_few_units=1),
    "standard": _PresetEffort(trials=16, shuffles=100, repeats_for_few_units=2),
    "thorough": _PresetEffort(trials=60, shuffles=1_000, repeats_for_few_units=2),
}


def effort_for(plan: StudyPlan, units: int, families: int) -> Effort:
    """Return the effort that a plan's budget buys.

    What the plan says outright (trials, minutes, repeats, shuffles) goes before its preset.

    Args:
        plan: The plan.
        units: Biological units in the table.
        families: Families, traditional models and networks, that share the minutes of the plan.
    """
    preset = _PRESETS[plan.budget.preset]
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
