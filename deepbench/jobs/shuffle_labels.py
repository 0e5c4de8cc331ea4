"""Stage 9: shuffled labels for best baseline and best network, and the verdict on the signal."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deepbench.checks.batch_only import batch_only_score
from deepbench.checks.p_value import p_value
from deepbench.checks.shuffle_tasks import ShuffleTask, score_shuffles
from deepbench.checks.verdict import signal_verdict
from deepbench.data.shuffles import shuffle_blocks, shuffle_strategy
from deepbench.data.wording import in_sentence
from deepbench.evaluation.bootstrap import Interval
from deepbench.evaluation.metrics import get_metric, tuning_metric
from deepbench.jobs.context import JobContext
from deepbench.jobs.leaderboard import FamilyTrials, all_trials, best_of_kind, winner_score
from deepbench.jobs.steps import Steps
from deepbench.jobs.test_scores import as_score
from deepbench.models.workbench import Workbench, load_workbench
from deepbench.seeds import derive_seed
from deepbench.study.records import SampleSheetRecord, Score, ShuffledModelRecord, ShuffleRecord

# Shuffles of one task; fixed, so that neither workers nor an interruption change a number.
_BASELINE_CHUNK = 5
_NETWORK_CHUNK = 10


@dataclass(frozen=True)
class _Checked:
    """A model under the check."""

    trials: FamilyTrials
    real: Score
    null: NDArray[np.float64]


def run(context: JobContext) -> ShuffleRecord:
    """Shuffle, score, and decide whether there is a signal."""
    bench = load_workbench(context.bench_source())
    trials = all_trials(context)
    kinds = [
        best
        for kind in ("baseline", "network")
        if (best := best_of_kind(trials, kind)) is not None
    ]
    known = _known_scores(context)
    steps = Steps(
        context.progress,
        total=(context.effort().shuffles + 1) * len(kinds) + 2,
        done=sum(len(scores) for scores in known.values()),
    )
    reals = [_corrected(context, bench, _same_kind(trials, best), steps) for best in kinds]
    nulls = _shuffled_scores(context, bench, kinds, reals, known, steps)
    checked = [_Checked(*each) for each in zip(kinds, reals, nulls, strict=True)]
    overall = _corrected(context, bench, trials, steps)
    joint = _joint_p_value(checked)
    task = bench.training.info.task
    chance = get_metric(task, tuning_metric(task)).chance(bench.training.outcome)
    signal = signal_verdict(joint, overall, chance)
    steps.say("what batch and site alone predict")
    batch = batch_only_score(
        bench.training,
        bench.folds,
        list(block_columns(context, bench)),
        derive_seed(context.plan.seed, "batch only"),
    )
    steps.add(1)
    blocks = shuffle_blocks(bench.training, block_columns(context, bench))
    above_chance = overall.low is not None and overall.low > chance
    return ShuffleRecord(
        models=tuple(_model_record(item, tuning_metric(task)) for item in checked),
        p_value=joint,
        strategy=shuffle_strategy(
            bench.training, blocks, pairs=bool(_role_columns(context, bench, "pair"))
        ),
        batch_only=batch,
        signal=signal,
        sentences=_sentences(signal, joint, chance, batch),
        explained_by_batch=signal == "no" and above_chance and len(np.unique(blocks)) > 1,
    )


def block_columns(context: JobContext, bench: Workbench) -> tuple[str, ...]:
    """Return the site and batch columns: labels are exchanged inside their values only."""
    return _role_columns(context, bench, "site", "batch")


def unit_columns(context: JobContext, bench: Workbench) -> tuple[str, ...]:
    """Return the columns that name units: inside a matched pair a unit keeps one label."""
    return _role_columns(context, bench, "unit")


def _role_columns(context: JobContext, bench: Workbench, *roles: str) -> tuple[str, ...]:
    sheet = context.record("sample-sheet", SampleSheetRecord)
    wanted = (column for role in roles for column in sheet.roles.get(role, ()))
    return tuple(column for column in wanted if column in bench.training.annotations)


def _same_kind(trials: list[FamilyTrials], best: FamilyTrials) -> list[FamilyTrials]:
    return [item for item in trials if item.family.kind == best.family.kind]


def _corrected(
    context: JobContext, bench: Workbench, trials: list[FamilyTrials], steps: Steps
) -> Score:
    """Return the corrected score of the winner among all settings of these families.

    Shuffled labels are scored with settings already chosen, so the real score must not carry
    the advantage of having been chosen: it is the corrected one.
    """
    steps.say("score with the true labels, corrected for having been chosen among many")
    names = (item.family.name for item in trials)
    found = winner_score(context, bench, trials, "corrected", *names)
    steps.add(1)
    return as_score(Interval(found.value, found.low, found.high))


def _joint_p_value(checked: list[_Checked]) -> float:
    """Return one p-value for all models: the best real score against the best shuffled ones.

    The same shuffles serve all models, so the maximum over models has an exact permutation
    distribution (Westfall & Young 1993) and no further correction for two models is needed.
    """
    real = max((item.real.value for item in checked if item.real.value is not None), default=None)
    null = np.max(np.stack([item.null for item in checked]), axis=0)
    return p_value(real, null)


def _known_scores(context: JobContext) -> dict[tuple[str, int], list[float]]:
    """Return the scores in the ledger, by model and number of the first shuffle."""
    return {
        (event.data["model"], event.data["first"]): event.data["scores"]
        for event in context.study.ledger.of_kind("shuffles")
        if event.data["fingerprint"] == context.fingerprints["shuffles"]
    }


def _shuffled_scores(
    context: JobContext,
    bench: Workbench,
    models: list[FamilyTrials],
    reals: list[Score],
    known: dict[tuple[str, int], list[float]],
    steps: Steps,
) -> list[NDArray[np.float64]]:
    """Score every model on every shuffle; what is known already is not done again."""
    replicates = context.effort().shuffles
    scores = [np.full(replicates, np.nan) for _ in models]
    tasks = []
    for index, numbers in _chunks(models, replicates):
        name = models[index].family.name
        if (name, numbers[0]) in known:
            scores[index][list(numbers)] = known[name, numbers[0]]
        else:
            tasks.append((index, _task(context, bench, models[index], numbers)))
    futures = {context.compute.submit(score_shuffles, task): (i, task) for i, task in tasks}
    done = sum(int(np.isfinite(part).sum()) for part in scores)
    steps.say(f"shuffle {done} of {replicates * len(models)}")
    for future in context.compute.wait(futures, context.progress):
        index, task = futures[future]
        found = future.result()
        scores[index][list(task.numbers)] = found
        context.study.record(
            "shuffles",
            {
                "fingerprint": context.fingerprints["shuffles"],
                "model": task.family,
                "first": task.numbers[0],
                "scores": found,
                # So that a picture of them can be drawn while the check is under way.
                "metric": tuning_metric(bench.training.info.task),
                "real": reals[index].value,
            },
        )
        done += len(found)
        title = in_sentence(models[index].family.title)
        steps.add(len(found), f"shuffle {done} of {replicates * len(models)}: {title}")
    return scores


def _chunks(models: list[FamilyTrials], replicates: int) -> list[tuple[int, tuple[int, ...]]]:
    """Return (number of the model, numbers of the shuffles) of each task, models side by side."""
    sizes = [_NETWORK_CHUNK if m.family.kind == "network" else _BASELINE_CHUNK for m in models]
    chunks = [
        (index, tuple(range(first, min(first + size, replicates))))
        for index, size in enumerate(sizes)
        for first in range(0, replicates, size)
    ]
    return sorted(chunks, key=lambda chunk: (chunk[1][0], chunk[0]))


def _task(
    context: JobContext, bench: Workbench, model: FamilyTrials, numbers: tuple[int, ...]
) -> ShuffleTask:
    blocks = block_columns(context, bench)
    return ShuffleTask(
        bench.source,
        model.family.name,
        model.best.params,
        numbers,
        blocks,
        unit_columns(context, bench),
    )


def _model_record(item: _Checked, metric: str) -> ShuffledModelRecord:
    return ShuffledModelRecord(
        model=item.trials.family.name,
        metric=metric,
        real=item.real.value,
        null=tuple(float(value) for value in item.null),
        p_value=p_value(item.real.value, item.null),
        replicates=len(item.null),
        repeated="selected settings",
    )


def _sentences(signal: str, joint: float, chance: float, batch: Score | None) -> tuple[str, ...]:
    lines = [
        {
            "yes": "The score with the true labels lies above what shuffled labels give, and its "
            "interval lies above chance: there is evidence of a signal.",
            "no": "The score with the true labels lies inside the range that shuffled labels "
            "give: no evidence of a signal. The test set stays locked.",
            "unclear": "The shuffled-label check was passed, but the corrected score's interval "
            "reaches down to chance: the evidence is unclear. The test set stays locked.",
        }[signal],
        f"One p-value for all models together: {joint:.3g}.",
        "Each shuffle repeats the fits with the settings chosen on the true labels, not the whole "
        "search; so that the comparison is fair, the real score is the one corrected for having "
        "been chosen among all settings tried.",
    ]
    if batch is not None and batch.low is not None and batch.low > chance:
        lines.append(
            "Batch and site alone predict the outcome better than chance: part of any model's "
            "score may come from processing rather than biology."
        )
    return tuple(lines)
