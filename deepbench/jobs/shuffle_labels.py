"""Stage 9: shuffled labels for the whole search, and the verdict on the signal.

Each shuffle repeats a small search over all families (`deepbench.checks.small_search`), or, when
the plan says so, only the fits of the best traditional model and the best network with the
settings chosen. Shuffles are done in blocks; after each one it is seen whether the answer is clear
(`deepbench.checks.p_value`).
"""

from __future__ import annotations

import numpy as np

from deepbench.checks.batch_only import batch_only_score
from deepbench.checks.p_value import SequentialPValue, p_value, sequential_p_value
from deepbench.checks.verdict import signal_verdict
from deepbench.data.shuffles import shuffle_blocks, shuffle_strategy
from deepbench.data.wording import counted
from deepbench.evaluation.metrics import get_metric, tuning_metric
from deepbench.jobs.context import JobContext
from deepbench.jobs.known_costs import shuffle_parts
from deepbench.jobs.leaderboard import all_trials
from deepbench.jobs.shuffle_blocks import (
    ShuffledScores,
    known_scores,
    score_shuffled,
    shuffles_done,
)
from deepbench.jobs.shuffle_repeats import (
    Group,
    Repeats,
    SelectedSettings,
    WholeSearch,
    block_columns,
    corrected,
    role_columns,
)
from deepbench.jobs.steps import Steps
from deepbench.models.workbench import load_workbench
from deepbench.seeds import derive_seed
from deepbench.study.records import Score, ShuffledModelRecord, ShuffleRecord


def run(context: JobContext) -> ShuffleRecord:
    """Shuffle, score, and decide whether there is a signal."""
    bench = load_workbench(context.bench_source())
    trials = all_trials(context)
    whole = context.plan.shuffles.repeat == "search"
    check = WholeSearch(context, bench) if whole else SelectedSettings(context, bench, trials)
    replicates = context.effort().shuffles
    known = known_scores(context)
    steps = Steps(
        context.progress,
        total=replicates * len(check.searches) + len(check.searches) + 2,
        done=sum(len(scores) for scores in known.values()),
        parts=shuffle_parts(
            context, [s.family for s in check.searches], replicates, shuffles_done(known)
        )
        if whole
        else None,
        processes=context.compute.workers,
    )
    groups = check.groups(known, steps)
    scores = score_shuffled(check, groups, replicates, known, steps)
    overall = corrected(context, bench, trials, steps)
    task = bench.training.info.task
    chance = get_metric(task, tuning_metric(task)).chance(bench.training.outcome)
    signal = signal_verdict(scores.joint.value, overall, chance, whole_search=whole)
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
        models=tuple(_model_record(check, group, scores) for group in groups),
        p_value=scores.joint.value,
        strategy=shuffle_strategy(
            bench.training, blocks, pairs=bool(role_columns(context, bench, "pair"))
        ),
        batch_only=batch,
        signal=signal,
        sentences=_sentences(
            signal, scores.joint, chance, batch, check.sentence, above_chance=above_chance
        ),
        explained_by_batch=signal == "no" and above_chance and len(np.unique(blocks)) > 1,
        ended_early=scores.joint.ended_early,
    )


def _model_record(check: Repeats, group: Group, scores: ShuffledScores) -> ShuffledModelRecord:
    null = scores.of(group)
    real = float(group.real) if np.isfinite(group.real) else None
    own = sequential_p_value(real, null, len(null))
    return ShuffledModelRecord(
        model=group.name,
        title=group.title,
        family="network" if group.kind == "network" else "baseline",
        metric=check.metric,
        real=real,
        null=tuple(float(value) for value in null),
        p_value=p_value(real, null) if own is None else own.value,
        replicates=len(null),
        repeated="whole search" if check.repeated == "whole search" else "selected settings",
        settings=sum(len(member.search.settings) for member in group.members),
    )


def _sentences(
    signal: str,
    joint: SequentialPValue,
    chance: float,
    batch: Score | None,
    repeated: str,
    *,
    above_chance: bool = True,
) -> tuple[str, ...]:
    lines = [
        {
            "yes": "The score with the true labels lies above what shuffled labels give: there is "
            "evidence of a signal.",
            "no": "The score with the true labels lies inside the range that shuffled labels "
            "give: no evidence of a signal. The test set stays locked.",
            "unclear": "The shuffled-label check was passed, but the corrected score is not "
            "clearly above chance: the evidence is unclear. The test set stays locked.",
        }[signal],
        f"One p-value for all models together: {joint.value:.3g}.",
        repeated,
    ]
    if signal == "yes" and not above_chance:
        lines.append(
            "How strong the signal is cannot be told yet: the interval of the corrected score "
            "reaches down to chance."
        )
    if joint.ended_early:
        lines.append(
            f"The check ended after {counted(joint.shuffles, 'shuffle')}, because further ones "
            "could not have shown a signal any more; the p-value is made for that (Besag and "
            "Clifford, 1991)."
        )
    if batch is not None and batch.low is not None and batch.low > chance:
        lines.append(
            "Batch and site alone predict the outcome better than chance: part of any model's "
            "score may come from processing rather than biology."
        )
    return tuple(lines)
