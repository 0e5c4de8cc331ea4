"""Stage 11: what the chosen model and the best network use, on held-out samples."""

from __future__ import annotations

from deepbench.data.wording import in_sentence
from deepbench.interpretation.explanations import explanations
from deepbench.interpretation.fold_tasks import AttributionTask, attribute_fold
from deepbench.interpretation.importance import FoldAttributions, importances
from deepbench.jobs.context import JobContext
from deepbench.jobs.leaderboard import FamilyTrials, all_trials, best_of_kind
from deepbench.jobs.shuffle_repeats import block_columns, unit_columns
from deepbench.jobs.steps import Steps
from deepbench.jobs.views import store_view
from deepbench.models.workbench import Workbench, load_workbench
from deepbench.study.records import (
    AttributionRecord,
    ChoiceRecord,
    ExplanationRecord,
    ExplanationsRecord,
    InterpretationRecord,
)


def run(context: JobContext) -> InterpretationRecord:
    """Explain the chosen model and the best network; skip when there is no signal."""
    choice = context.record("test", ChoiceRecord)
    if choice.signal != "yes":
        return InterpretationRecord(
            models=(),
            skipped="Without evidence of a signal, what a model uses is noise; it is not shown.",
        )
    bench = load_workbench(context.bench_source())
    trials = all_trials(context)
    by_name = {group.family.name: group for group in trials}
    network = best_of_kind(trials, "network")
    wanted = [by_name[choice.recommended], *([network] if network else [])]
    groups = list({group.family.name: group for group in wanted}.values())
    folds = [index for index, fold in enumerate(bench.folds) if fold.repeat == 0]
    # Each fold with its shuffled-label twin, and the summing up.
    steps = Steps(context.progress, total=len(groups) * (2 * len(folds) + 1))
    records: list[AttributionRecord] = []
    shown: list[ExplanationRecord] = []
    for group in groups:
        found = _attributions(context, bench, group, folds, steps)
        record = importances(found[False], found[True])
        records.append(record)
        shown.extend(explanations(found[False], record, bench.training))
        steps.add(1)
    view = ExplanationsRecord(explanations=tuple(shown))
    store_view(context.study, "runs", "explanations", "interpretation", view)
    return InterpretationRecord(models=tuple(records))


def _attributions(
    context: JobContext, bench: Workbench, group: FamilyTrials, folds: list[int], steps: Steps
) -> dict[bool, list[FoldAttributions]]:
    """Return attributions in each fold, of the model and of its shuffled-label twin (True)."""
    blocks, units = block_columns(context, bench), unit_columns(context, bench)
    futures = {
        (fold, shuffled): context.compute.submit(
            attribute_fold,
            AttributionTask(
                bench.source, group.family.name, group.best.params, fold, shuffled, blocks, units
            ),
        )
        for shuffled in (False, True)
        for fold in folds
    }
    steps.say(f"what the model uses: {in_sentence(group.family.title)}")
    for _ in context.compute.wait(futures.values(), context.progress):
        steps.add(1)
    return {
        shuffled: [futures[fold, shuffled].result() for fold in folds]
        for shuffled in (False, True)
    }
