"""Part of stage 11: where the chosen model fails, on held-out predictions of the tuning folds."""

from __future__ import annotations

from deepbench.interpretation.failures import FailureQuestion, error_places, find_failures
from deepbench.interpretation.held_out import HeldOut
from deepbench.interpretation.out_of_distribution import (
    FoldDistances,
    UnlikeTask,
    fold_distances,
)
from deepbench.jobs.calibrating import (
    calibrated_out_of_fold,
    calibration_of,
    out_of_fold_of,
    rule_of,
)
from deepbench.jobs.interpreting import Interpreting
from deepbench.jobs.steps import Steps
from deepbench.jobs.views import store_view
from deepbench.seeds import derive_seed
from deepbench.study.records import AttributionRecord, FailuresRecord, SampleSheetRecord

#: Name of the view with single samples.
WORST_SAMPLES = "worst-samples"


def count_steps(work: Interpreting) -> int:
    """Return the steps: each fold, groups and slices, and the summing up."""
    return len(work.folds) + 2


def where_it_fails(
    work: Interpreting, attributions: tuple[AttributionRecord, ...], steps: Steps
) -> FailuresRecord:
    """Return where the chosen model fails, and store the list of its worst samples.

    Args:
        work: The study.
        attributions: What models use; the chosen model's features are looked at first.
        steps: Counts the steps.
    """
    steps.say("where it fails: samples unlike the others")
    distances = _distances(work, steps)
    held = _held_out(work)
    question = _question(work, attributions)
    steps.say("where it fails: groups and slices")
    places = error_places(held, question)
    steps.add(1)
    record, worst = find_failures(held, places, distances, question)
    store_view(work.context.study, "runs", WORST_SAMPLES, "interpretation", worst)
    steps.add(1)
    return record


def _held_out(work: Interpreting) -> HeldOut:
    """Return the predictions of the chosen settings in the first repeat of the tuning folds."""
    study, bench, best = work.context.study, work.bench, work.chosen.best
    raw = out_of_fold_of(study, best)[0]
    calibration = calibration_of(study, bench, work.chosen)
    return HeldOut.of(
        bench.training,
        predicted=calibrated_out_of_fold(study, bench, best)[0],
        one_scale=raw if calibration is None else calibration.apply(raw),
        folds=bench.fold_of[0],
        rule=rule_of(bench),
    )


def _distances(work: Interpreting, steps: Steps) -> list[FoldDistances]:
    compute = work.context.compute
    futures = [
        compute.submit(fold_distances, UnlikeTask(work.bench.source, fold)) for fold in work.folds
    ]
    for _ in compute.wait(futures, work.context.progress):
        steps.add(1)
    return [future.result() for future in futures]


def _question(work: Interpreting, attributions: tuple[AttributionRecord, ...]) -> FailureQuestion:
    plan, family = work.context.plan, work.chosen.family
    own = (record for record in attributions if record.model == family.name)
    return FailureQuestion(
        model=family.name,
        title=family.title,
        roles=work.context.record("sample-sheet", SampleSheetRecord).roles,
        important=tuple(item.feature for record in own for item in record.features),
        error_rate=plan.interpretation.error_rate,
        seed=derive_seed(plan.seed, "failures"),
    )
