"""Stage 8: networks, small to large, with the budget of the traditional models.

The ladder stops early when two sizes in a row did not improve on the best smaller one by more
than half a standard error: a larger network would cost time and win nothing.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from deepbench.data.wording import in_sentence
from deepbench.evaluation.fold_scores import score
from deepbench.jobs.blending import blend_record
from deepbench.jobs.context import JobContext
from deepbench.jobs.known_costs import search_parts
from deepbench.jobs.leaderboard import FamilyTrials, all_trials, model_record, search_key
from deepbench.jobs.steps import Steps
from deepbench.jobs.tuning import run_searches, steps_done_before
from deepbench.models.networks.family import NetworkFamily
from deepbench.models.sanity_tasks import SanityTask, check_size
from deepbench.models.trial_tasks import FELL_BACK, NetworkDetailTask, network_detail
from deepbench.models.workbench import Workbench, load_workbench
from deepbench.plan import NETWORK_SIZES
from deepbench.study.records import (
    LeaderboardRecord,
    ModelRecord,
    SanityRecord,
)

_RUNGS_WITHOUT_GAIN = 2
_GAIN_IN_STANDARD_ERRORS = 0.5
FELL_BACK_SENTENCE = (
    "The memory of the graphics processor was too small for a single network of this study, so "
    "networks were trained on the processor (CPU). That takes longer; the results are as valid."
)


def run(context: JobContext) -> LeaderboardRecord:
    """Climb the ladder rung by rung."""
    bench = load_workbench(context.bench_source())
    effort = context.effort()
    sizes = [size for size in NETWORK_SIZES if size in context.plan.networks.sizes]
    key = search_key(context, effort.trials, None)
    names = [f"network-{size}" for size in sizes]
    of_a_size = effort.trials + _detail_steps(context)
    steps = Steps(
        context.progress,
        total=of_a_size * len(sizes) + 1,
        done=steps_done_before(context.study, key, names, effort.trials),
        parts=search_parts(context, names, effort.trials),
        processes=context.compute.workers,
    )
    models: list[ModelRecord] = []
    sentences: list[str] = []
    for name in names:
        if _ladder_ended(models):
            left = sizes[len(models) :]
            for size in left:
                steps.drop(effort.trials, kind=f"network-{size}")
                steps.drop(_detail_steps(context))
            sentences.append(
                f"The ladder stopped after {in_sentence(models[-1].title)}: two sizes in a row "
                f"did not improve on the best smaller one by more than half a standard error. "
                f"Not tried: {', '.join(left)}."
            )
            break
        groups = run_searches(
            context,
            bench,
            key,
            [name],
            effort.trials,
            steps,
            seconds_per_family=effort.seconds_per_family,
        )
        sentences += _where_trained(context, groups[0], sentences)
        models.append(_with_detail(context, bench, groups[0], steps))
    if not sizes:
        sentences.append("No network was tried: the plan names no sizes.")
    steps.say("the mean of the best settings")
    blend = blend_record(context, bench, all_trials(context))
    steps.add(1)
    return LeaderboardRecord(models=tuple(models), sentences=tuple(sentences), blend=blend)


def _where_trained(
    context: JobContext, group: FamilyTrials, said: Collection[str]
) -> tuple[str, ...]:
    """Say, once and when it happens, that networks did not train where they were meant to."""
    device = context.network_device()
    found = [device.sentence] if device.kind != context.device.kind else []
    if FELL_BACK_SENTENCE not in said and any(FELL_BACK in t.note for t in group.trials):
        context.progress.notice(FELL_BACK_SENTENCE)
        found.append(FELL_BACK_SENTENCE)
    return tuple(sentence for sentence in found if sentence not in said)


def _ladder_ended(models: list[ModelRecord]) -> bool:
    if len(models) <= _RUNGS_WITHOUT_GAIN:
        return False
    earlier = models[:-_RUNGS_WITHOUT_GAIN]
    best = max(earlier, key=lambda model: -np.inf if model.plain is None else model.plain)
    if best.plain is None or best.standard_error is None:
        return False
    wanted = best.plain + _GAIN_IN_STANDARD_ERRORS * best.standard_error
    return all(
        model.plain is not None and model.plain <= wanted
        for model in models[-_RUNGS_WITHOUT_GAIN:]
    )


def _detail_steps(context: JobContext) -> int:
    """Return the steps of a size after its trials: random starts, sanity checks, its score."""
    return context.plan.networks.seeds + 2


def _with_detail(
    context: JobContext, bench: Workbench, group: FamilyTrials, steps: Steps
) -> ModelRecord:
    """Add curves, the spread over random starts and the sanity checks to a size's record."""
    family, best = group.family, group.best
    assert isinstance(family, NetworkFamily)
    detail = context.compute.submit(
        network_detail,
        NetworkDetailTask(bench.source, family.name, best.params, context.plan.networks.seeds),
    )
    sanity = context.compute.submit(check_size, SanityTask(bench.source, family.name))
    title = in_sentence(family.title)
    steps.say(f"{title} again from {context.plan.networks.seeds} random starts")
    next(context.compute.wait([detail], context.progress))
    steps.add(context.plan.networks.seeds)
    steps.say(f"sanity checks of the {title}")
    next(context.compute.wait([sanity], context.progress))
    steps.add(1)
    steps.say(f"correcting the score of the {title}")
    found = detail.result()
    task = bench.training.info.task
    record = model_record(context, bench, group)
    steps.add(1)
    return record.model_copy(
        update={
            "seed_scores": tuple(
                float(score(task, bench.training.outcome, oof, bench.fold_of))
                for oof in found.predictions
            ),
            "sanity": tuple(SanityRecord(**vars(check)) for check in sanity.result()),
            "curve": found.curve,
        }
    )
