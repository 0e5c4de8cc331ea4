"""How samples are set aside: units stay together, classes are spread evenly.

Design (design.md, section 4): a hold-out of 20 % from 300 units up; below that nested
resampling, in which every unit is a test unit once; by site, batch, date or the user's own
column on request. An impossible wish is answered with what is possible.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from deepbench.data.samples import AllSamples
from deepbench.data.splitting.base import Design, OuterFold, OuterPlan, Parts, missing_classes
from deepbench.data.splitting.by_group import by_group, which_can_be_left_out
from deepbench.data.splitting.by_time import by_time, share_that_works
from deepbench.data.splitting.own_parts import by_own_parts
from deepbench.data.splitting.stratified import (
    hold_out,
    nested,
    search_name,
    stop_rows,
    strata,
    tuning_folds,
    tuning_seed,
)
from deepbench.data.wording import counted, noun
from deepbench.errors import DataError, DeepBenchError, PlanError, StageBlocked
from deepbench.plan import HOLDOUT_FROM_UNITS, StudyPlan
from deepbench.seeds import derive_seed

__all__ = [
    "Design",
    "OuterFold",
    "OuterPlan",
    "plan_outer_folds",
    "search_name",
    "stop_rows",
    "strata",
    "tuning_folds",
    "tuning_seed",
]

_WORDS: dict[Design, str] = {
    "nested": "test every unit once",
    "holdout": "hold out a part once",
    "leave-one-site-out": "leave one site out",
    "leave-one-batch-out": "leave one batch out",
    "time": "train on the past",
    "own": "your own division",
}
_ROLE: dict[Design, str] = {
    "leave-one-site-out": "site",
    "leave-one-batch-out": "batch",
    "time": "date",
    "own": "part",
}


def plan_outer_folds(samples: AllSamples, plan: StudyPlan) -> OuterPlan:
    """Set test samples aside as the plan asks.

    Raises:
        PlanError: the design needs a role that the plan does not give.
        DataError: a sample has no site, batch, date or part, or it cannot be read.
        StageBlocked: the design is impossible with these samples (says what would be possible).
    """
    design, why = _choose_design(samples, plan)
    try:
        parts = _divide(samples, plan, design)
        _require_sound(samples, plan, design, parts.folds)
    except (StageBlocked, PlanError, DataError) as error:
        possible = _what_is_possible(samples, plan, design)
        raise type(error)(error.message, f"{error.hint} {possible}".strip()) from None
    return OuterPlan(design, why, parts.folds, parts.remarks)


def _divide(samples: AllSamples, plan: StudyPlan, design: Design) -> Parts:
    seed = derive_seed(plan.seed, "outer folds")
    roles, asked = plan.roles, plan.split
    ways: dict[Design, Callable[[], Parts]] = {
        "holdout": lambda: hold_out(samples, asked.test_fraction, seed),
        "nested": lambda: nested(samples, asked.outer_folds, seed),
        "leave-one-site-out": lambda: by_group(samples, roles.site, "site", seed),
        "leave-one-batch-out": lambda: by_group(samples, roles.batch, "batch", seed),
        "time": lambda: by_time(samples, roles.date, asked.test_fraction),
        "own": lambda: by_own_parts(samples, roles.part, roles.unit),
    }
    return ways[design]()


def _choose_design(samples: AllSamples, plan: StudyPlan) -> tuple[Design, str]:
    units = samples.number_of_units
    if plan.split.design != "auto":
        return plan.split.design, "Asked for in the plan."
    proposal = _proposal(plan)
    if units >= HOLDOUT_FROM_UNITS:
        share = f"{plan.split.test_fraction:.0%}"
        return "holdout", (
            f"{units} units are enough to set {share} of them aside once "
            f"(from {HOLDOUT_FROM_UNITS} units up).{proposal}"
        )
    return "nested", (
        f"{units} units are too few for one hold-out to be precise, so every unit is tested once, "
        f"by models that were tuned without it (nested resampling below {HOLDOUT_FROM_UNITS} "
        f"units).{proposal}"
    )


def _proposal(plan: StudyPlan) -> str:
    """Return what the roles offer besides; the choice stays the user's."""
    if plan.roles.part:
        return (
            " A column with your own division is given, but it is not followed unless asked for "
            '(split.design = "own").'
        )
    if plan.roles.site:
        return (
            " A site role is given: leave-one-site-out would show how the model does in a new "
            'site (split.design = "leave-one-site-out").'
        )
    return ""


# --- what cannot be ---------------------------------------------------------------------


def _require_sound(
    samples: AllSamples, plan: StudyPlan, design: Design, folds: tuple[OuterFold, ...]
) -> None:
    """Refuse a split in which a unit crosses sets or a class cannot be learned or tested."""
    for fold in folds:
        crossing = np.intersect1d(samples.units[fold.train], samples.units[fold.test])
        if len(crossing):
            raise StageBlocked(
                f"{counted(len(crossing), 'unit')} {noun(len(crossing), 'has', 'have')} samples "
                f"on both sides of '{fold.name}'."
            )
    unlearnable = [missing_classes(samples, fold.train) for fold in folds]
    for fold, missing in zip(folds, unlearnable, strict=True):
        if missing:
            role = _ROLE.get(design, "")
            which = (
                which_can_be_left_out(folds, [not m for m in unlearnable], role)
                if role in ("site", "batch")
                else ""
            )
            raise StageBlocked(
                f"Without '{fold.name}' no sample of class {missing} is left to learn from.",
                which,
            )
    if len(folds) == 1 and (missing := missing_classes(samples, folds[0].test)):
        share = share_that_works(samples, plan.roles.date) if design == "time" else ""
        raise StageBlocked(f"The test set would hold no sample of class {missing}.", share)


def _what_is_possible(samples: AllSamples, plan: StudyPlan, refused: Design) -> str:
    """Return the other designs that these samples allow, tried out, as a sentence."""
    found = []
    for design, words in _WORDS.items():
        role = _ROLE.get(design)
        if design == refused or (role and not getattr(plan.roles, role)):
            continue
        try:
            parts = _divide(samples, plan, design)
            _require_sound(samples, plan, design, parts.folds)
        except DeepBenchError:
            continue
        size = f"{len(np.unique(samples.units[parts.folds[0].test]))} test units"
        if len(parts.folds) > 1:
            size = f"all {samples.number_of_units} units, in {len(parts.folds)} parts"
        found.append(f'{words}, {size} (split.design = "{design}")')
    if found:
        return f"Possible with these samples: {'; '.join(found)}."
    return _why_nothing(samples)


def _why_nothing(samples: AllSamples) -> str:
    """Say which class is too small for any test."""
    for code, name in enumerate(samples.info.classes):
        units = len(np.unique(samples.units[samples.outcome == code]))
        if units < 2:
            return (
                f"Class '{name}' has {counted(units, 'unit')}; any test needs two at least, one "
                "to learn from and one to test. Collect more, or leave that class out."
            )
    return "No other way is possible with these samples either: collect more units."
