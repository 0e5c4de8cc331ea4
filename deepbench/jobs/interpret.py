"""Stage 11: what the chosen model and the best network use, on held-out samples."""

from __future__ import annotations

from deepbench.interpretation.fold_tasks import AttributionTask, attribute_fold
from deepbench.interpretation.importance import FoldAttributions, importances
from deepbench.jobs.context import JobContext
from deepbench.jobs.leaderboard import FamilyTrials, all_trials, best_of_kind
from deepbench.jobs.shuffle_labels import block_columns
from deepbench.models.workbench import Workbench, load_workbench
from deepbench.study.records import AttributionRecord, ChoiceRecord, InterpretationRecord


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
    return InterpretationRecord(models=tuple(_explain(context, bench, group) for group in groups))


def _explain(context: JobContext, bench: Workbench, group: FamilyTrials) -> AttributionRecord:
    folds = [index for index, fold in enumerate(bench.folds) if fold.repeat == 0]
    blocks = block_columns(context, bench)
    futures = {
        (fold, shuffled): context.compute.submit(
            attribute_fold,
            AttributionTask(
                bench.source, group.family.name, group.best.params, fold, shuffled, blocks
            ),
        )
        for shuffled in (False, True)
        for fold in folds
    }
    what = f"what {group.family.title.lower()} uses"
    for done, _ in enumerate(context.compute.wait(futures.values(), context.progress), start=1):
        context.progress.report(done, len(futures), what)
    found: dict[bool, list[FoldAttributions]] = {
        shuffled: [futures[fold, shuffled].result() for fold in folds]
        for shuffled in (False, True)
    }
    return importances(found[False], found[True])
