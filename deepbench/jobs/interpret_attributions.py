"""Part of stage 11: attributions of held-out samples, fold by fold, with their twin."""

from __future__ import annotations

from deepbench.data.wording import in_sentence
from deepbench.interpretation.explanations import explanations
from deepbench.interpretation.fold_tasks import AttributionTask, attribute_fold
from deepbench.interpretation.importance import FoldAttributions, importances
from deepbench.jobs.interpreting import Interpreting
from deepbench.jobs.leaderboard import FamilyTrials
from deepbench.jobs.shuffle_repeats import block_columns, unit_columns
from deepbench.jobs.steps import Steps
from deepbench.jobs.views import store_view
from deepbench.study.records import (
    AttributionRecord,
    ExplanationRecord,
    ExplanationsRecord,
)


def count_steps(work: Interpreting) -> int:
    """Return the steps: each fold with its shuffled-label twin, and the summing up."""
    return len(work.groups) * (2 * len(work.folds) + 1)


def explain_models(work: Interpreting, steps: Steps) -> tuple[AttributionRecord, ...]:
    """Return what each model uses, and store what is shown of single samples."""
    records: list[AttributionRecord] = []
    shown: list[ExplanationRecord] = []
    for group in work.groups:
        found = _attributions(work, group, steps)
        record = importances(found[False], found[True])
        records.append(record)
        shown.extend(explanations(found[False], record, work.bench.training))
        steps.add(1)
    view = ExplanationsRecord(explanations=tuple(shown))
    store_view(work.context.study, "runs", "explanations", "interpretation", view)
    return tuple(records)


def _attributions(
    work: Interpreting, group: FamilyTrials, steps: Steps
) -> dict[bool, list[FoldAttributions]]:
    """Return attributions in each fold, of the model and of its shuffled-label twin (True)."""
    context, bench = work.context, work.bench
    blocks, units = block_columns(context, bench), unit_columns(context, bench)
    futures = {
        (fold, shuffled): context.compute.submit(
            attribute_fold,
            AttributionTask(
                bench.source, group.family.name, group.best.params, fold, shuffled, blocks, units
            ),
        )
        for shuffled in (False, True)
        for fold in work.folds
    }
    steps.say(f"what the model uses: {in_sentence(group.family.title)}")
    for _ in context.compute.wait(futures.values(), context.progress):
        steps.add(1)
    return {
        shuffled: [futures[fold, shuffled].result() for fold in work.folds]
        for shuffled in (False, True)
    }
