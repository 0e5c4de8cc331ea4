"""Stage 10: compare, choose, and open the test set once.

The only module that may import `deepbench.data.vault.opening` (held by import-linter).
"""

from __future__ import annotations

from collections import Counter

from deepbench.checks.verdict import deep_learning_verdict
from deepbench.data.vault.opening import OpeningPass, open_test, request_opening
from deepbench.evaluation.metrics import tuning_metric
from deepbench.jobs.calibrating import calibration_record, decision_record
from deepbench.jobs.choosing import (
    Roster,
    choose_models,
    compare,
    expected_score,
    second_opinion,
)
from deepbench.jobs.context import JobContext
from deepbench.jobs.leaderboard import FamilyTrials, all_trials
from deepbench.jobs.outer_folds import (
    ROSTER_STEPS,
    FittedRoster,
    fit_roster,
    outer_parts,
    outer_steps,
    search_outer_fold,
)
from deepbench.jobs.steps import Steps
from deepbench.jobs.test_scores import (
    FoldPredictions,
    TestPredictions,
    curves,
    difference,
    panel,
    predictions_csv,
    predictions_record,
    subgroups,
    unsteady_interval,
)
from deepbench.jobs.views import store_view
from deepbench.models.fitted import FittedModel
from deepbench.models.storage import save_model
from deepbench.models.workbench import Workbench, load_workbench
from deepbench.reporting.wording import times
from deepbench.seeds import derive_seed
from deepbench.study.records import (
    CalibrationRecord,
    ChoiceRecord,
    SampleSheetRecord,
    Score,
    ShuffleRecord,
    SplitRecord,
    TestRecord,
)


def run(context: JobContext) -> ChoiceRecord:
    """Choose by the tuning scores; open the test set if there is a signal."""
    bench = load_workbench(context.bench_source())
    trials = all_trials(context)
    signal = context.record("shuffles", ShuffleRecord).signal
    steps = _steps(context, trials, signal)
    steps.say("choosing the simplest model among those that are as good as the best")
    roster = choose_models(context, bench, trials)
    steps.add(1)
    steps.say("comparing the network with the traditional model")
    comparison = compare(context, bench, trials, roster)
    steps.add(1)
    steps.say("what the test set should show")
    expected = expected_score(context, bench, trials)
    steps.add(1)
    if signal == "yes":
        fitted = _fit_final(context, bench, roster, trials, steps)
        final = _store_final(context, fitted.models["chosen"])
        test = _open(context, roster, fitted, expected, steps)
    else:
        final, test = "", _locked(context, roster)
    return ChoiceRecord(
        signal=signal,
        deep_learning=(
            "not tried"
            if comparison is None
            else deep_learning_verdict(comparison.low, comparison.high)
        ),
        recommended=roster.chosen.family.name,
        comparison=comparison,
        sentences=(_choice_sentence(roster), *second_opinion(comparison)),
        expected=expected,
        final_model=final,
        test=test,
        calibration=_calibrations(context, bench, roster) if final else (),
        decision=decision_record(bench) if final else None,
    )


def _fit_final(
    context: JobContext,
    bench: Workbench,
    roster: Roster,
    trials: list[FamilyTrials],
    steps: Steps,
) -> FittedRoster:
    """Fit what meets the test samples; with several outer folds only what is kept."""
    if len(context.record("split", SplitRecord).outer_folds) == 1:
        return fit_roster(context, bench, roster, trials, steps)
    alone = Roster(roster.chosen, roster.chosen, None)
    return fit_roster(context, bench, alone, [], steps)


def _calibrations(
    context: JobContext, bench: Workbench, roster: Roster
) -> tuple[CalibrationRecord, ...]:
    groups = {group.family.name: group for group in roster.by_role.values()}
    found = (calibration_record(context.study, bench, group) for group in groups.values())
    return tuple(record for record in found if record is not None)


def _steps(context: JobContext, trials: list[FamilyTrials], signal: str) -> Steps:
    """Return the steps: choice, comparison, expectation, and the test if there is a signal."""
    if signal != "yes":
        return Steps(context.progress, total=3)
    names = [group.family.name for group in trials]
    folds = len(context.record("split", SplitRecord).outer_folds)
    outer, done = outer_steps(context, names, folds) if folds > 1 else (0, 0)
    return Steps(
        context.progress,
        total=3 + ROSTER_STEPS + outer + 1,
        done=done,
        parts=outer_parts(context, names, folds) if folds > 1 else None,
        processes=context.compute.workers,
    )


def _choice_sentence(roster: Roster) -> str:
    best = max(roster.by_role.values(), key=lambda group: group.best.score or float("-inf"))
    chosen = roster.chosen.family.title
    if best.family.name == roster.chosen.family.name:
        return (
            f"{chosen} has the best tuning score, and nothing simpler comes within one "
            "standard error of it."
        )
    return (
        f"{chosen} is recommended: it is the simplest model within one standard error of the "
        f"best tuning score ({best.family.title})."
    )


def _store_final(context: JobContext, model: FittedModel) -> str:
    return context.study.store_folder("models", "final", lambda folder: save_model(model, folder))


def _locked(context: JobContext, roster: Roster) -> TestRecord:
    """Return the record of a test set that stays locked."""
    events = context.study.ledger.of_kind("test_opened")
    return TestRecord(
        opened=len(events),
        model=roster.chosen.family.name,
        metrics={},
        baseline=roster.baseline.family.name,
        baseline_metrics={},
        difference=None,
        subgroups=(),
        curves=None,
        reuse_reasons=tuple(e.data["reuse_reason"] for e in events if e.data["reuse_reason"]),
        predictions="",
        sentences=(
            "The test set stays locked: without evidence of a signal there is nothing to test, "
            "and it stays fresh for a better study.",
        ),
    )


def _open(
    context: JobContext, roster: Roster, fitted: FittedRoster, expected: Score, steps: Steps
) -> TestRecord:
    """Search the outer folds if there are several, then open the test set and score it."""
    split = context.record("split", SplitRecord)
    sheet = context.record("sample-sheet", SampleSheetRecord)
    names = [group.family.name for group in all_trials(context)]
    if len(split.outer_folds) == 1:
        rosters = [fitted]
    else:
        rosters = []
        for number, fold in enumerate(split.outer_folds):
            context.progress.notice(f"Searching again without the test samples of {fold.name}.")
            where = f"test fold {number + 1} of {len(split.outer_folds)}, "
            rosters.append(search_outer_fold(context, number, names, steps, where))
    steps.say("scoring the predictions for the test samples")
    leave = request_opening(
        context.study,
        fingerprint=context.fingerprints["test"],
        models=[*(group.family.name for group in roster.by_role.values()), *_blend(rosters)],
        expected=f"{tuning_metric(sheet.task)} {expected.value}",
        reuse_reason=context.plan.split.reuse_reason,
    )
    found = _predict_all(context, leave, split, rosters)
    record = _test_record(context, roster, rosters, leave, found)
    columns = _columns(context, found, "site", "sensitive")
    shown = predictions_record(found, roster.chosen.family.name, columns)
    store_view(context.study, "runs", "predictions", "test", shown)
    steps.add(1)
    return record


def _predict_all(
    context: JobContext, leave: OpeningPass, split: SplitRecord, rosters: list[FittedRoster]
) -> TestPredictions:
    parts = []
    for number, fitted in enumerate(rosters):
        test = open_test(context.study, leave, split, number)
        parts.append(FoldPredictions.of(test, fitted.by_role))
    return TestPredictions.gather(parts)


def _test_record(
    context: JobContext,
    roster: Roster,
    rosters: list[FittedRoster],
    leave: OpeningPass,
    found: TestPredictions,
) -> TestRecord:
    columns = _columns(context, found, "site", "batch", "sensitive")
    seed = derive_seed(context.plan.seed, "test bootstrap")
    metrics = panel(found, "chosen", seed)
    return TestRecord(
        opened=leave.openings,
        model=roster.chosen.family.name,
        metrics=metrics,
        baseline=roster.baseline.family.name,
        baseline_metrics=panel(found, "baseline", seed),
        difference=difference(found, "network", "baseline", seed),
        subgroups=subgroups(found, "chosen", columns, seed),
        curves=curves(found, "chosen"),
        reuse_reasons=leave.reuse_reasons,
        predictions=context.study.store("runs", "test-predictions.csv", predictions_csv(found)),
        sentences=(*_test_sentences(rosters), *unsteady_interval(metrics)),
        blend_metrics=panel(found, "blend", seed) if "blend" in found.by_role else {},
    )


def _columns(context: JobContext, found: TestPredictions, *roles: str) -> list[str]:
    """Return the annotations with these roles."""
    sheet = context.record("sample-sheet", SampleSheetRecord)
    return [
        column
        for role in roles
        for column in sheet.roles.get(role, ())
        if column in found.annotations
    ]


def _blend(rosters: list[FittedRoster]) -> list[str]:
    """Return the name of the blend, if it meets the test samples."""
    return ["blend"] if all(item.blend is not None for item in rosters) else []


def _test_sentences(rosters: list[FittedRoster]) -> tuple[str, ...]:
    if len(rosters) == 1:
        return (
            "The test samples were set aside before anything was fitted and met the finished "
            "models once.",
        )
    chosen = Counter(item.roster.chosen.family.title for item in rosters)
    counts = ", ".join(f"{title} {times(count)}" for title, count in chosen.most_common())
    return (
        "Every sample was tested once, by models that were searched, chosen and fitted without "
        "it: the numbers describe the whole procedure.",
        f"Chosen in the outer folds: {counts}.",
    )
