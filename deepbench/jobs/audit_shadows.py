"""Shadow models of an audit: how many, in which portions, stored as they come."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from deepbench.data.wording import counted, in_sentence
from deepbench.jobs.context import JobContext
from deepbench.jobs.steps import Steps
from deepbench.models.networks.family import NetworkFamily
from deepbench.models.registry import get_family
from deepbench.privacy.audit.shadow_models import ShadowTask, Trained, train_shadows
from deepbench.study.artifacts import array_bytes, array_from_bytes
from deepbench.study.budget_words import spell_about
from deepbench.study.files import sha256_of

# Shadows by effort; the second number where the table is large. 32 suffice, and 8 where models
# are heavy; more make intervals shorter.
_SHADOWS = {"quick": (16, 8), "thorough": (64, 32)}
_LARGE = 10_000_000
# Models whose answers on sensitive attributes are looked at.
_ATTRIBUTE_SHADOWS = {"quick": 4, "thorough": 8}
# Shadows of one task; fixed, so that neither workers nor an interruption change a number.
# Networks are the cheaper, the more are trained at once.
_PAIR, _LANES = 2, 8
_EVENT = "audit_shadows"
# Raised when the training of shadows changes.
_REVISION = 1
# What takes less than this many seconds need not be announced.
_SHORT = 5.0

ANNOUNCED = (
    "Attacking the model: {count} models like it ({title}) are trained on random halves of the "
    "training set. One takes {one:.1f} s, the rest of them {all} on {workers}."
)

Effort = Literal["quick", "thorough"]


def shadow_numbers(effort: Effort, cells: int) -> range:
    """Return the numbers of the shadows.

    Args:
        effort: How hard the model is attacked.
        cells: Values in the table of training samples.
    """
    return range(_SHADOWS[effort][cells > _LARGE])


def attribute_numbers(effort: Effort) -> tuple[int, ...]:
    """Return the numbers of the shadows that are asked about sensitive attributes."""
    return tuple(range(_ATTRIBUTE_SHADOWS[effort]))


def shadow_answers(context: JobContext, task: ShadowTask, steps: Steps) -> NDArray[np.float64]:
    """Return (2, S, U) confidence and likelihood of all units under all shadows of a task.

    What an earlier audit trained is read again. The first portion tells how long the rest takes,
    which is said before it begins.
    """
    key = _key(context, task)
    portions = _portions(task)
    known = {
        event.data["first"]: event.data
        for event in context.study.ledger.of_kind(_EVENT)
        if event.data["key"] == key and context.study.exists(event.data["artifact"])
    }
    missing = [portion for portion in portions if portion[0] not in known]
    done = len(task.numbers) - sum(map(len, missing))
    if done:
        steps.add(done, seconds=0.0)
    steps.say(f"models on halves of the training set: {_title(task)}")
    for portion, trained in _train(context, task, missing[:1]):
        known[portion[0]] = _keep(context, key, portion, trained)
        _announce(context, task, trained.seconds / len(portion), missing[1:])
        steps.add(len(portion))
    for portion, trained in _train(context, task, missing[1:]):
        known[portion[0]] = _keep(context, key, portion, trained)
        steps.add(len(portion))
    found = [array_from_bytes(context.study.read(known[p[0]]["artifact"])) for p in portions]
    return np.concatenate(found, axis=1)


def _train(
    context: JobContext, task: ShadowTask, portions: Sequence[tuple[int, ...]]
) -> Iterator[tuple[tuple[int, ...], Trained]]:
    """Train portions of a task's shadows, and yield each when it is done."""
    futures = {
        context.compute.submit(train_shadows, replace(task, numbers=portion)): portion
        for portion in portions
    }
    for future in context.compute.wait(futures, context.progress):
        yield futures[future], future.result()


def _portions(task: ShadowTask) -> list[tuple[int, ...]]:
    size = _LANES if isinstance(get_family(task.family), NetworkFamily) else _PAIR
    return [task.numbers[begin : begin + size] for begin in range(0, len(task.numbers), size)]


def _key(context: JobContext, task: ShadowTask) -> str:
    """Return a hash of what the shadows rest on, however many there are."""
    rests_on = [
        _REVISION,
        context.fingerprints["split"],
        task.source.seed,
        task.source.device,
        task.family,
        task.params,
        task.starts,
    ]
    return sha256_of(json.dumps(rests_on, sort_keys=True).encode("utf-8"))


def _keep(
    context: JobContext, key: str, portion: tuple[int, ...], trained: Trained
) -> dict[str, Any]:
    """Store the answers of a portion and name them in the ledger."""
    artifact = context.study.store("runs", "audit-shadows.npy", array_bytes(trained.values))
    line = {"key": key, "first": portion[0], "artifact": artifact}
    context.study.record(_EVENT, line)
    return line


def _announce(
    context: JobContext, task: ShadowTask, one: float, left: Sequence[tuple[int, ...]]
) -> None:
    """Say how long the rest takes, if it takes long."""
    workers = context.compute.workers
    portion = one * max(map(len, left), default=0)
    seconds = portion * math.ceil(len(left) / workers)
    if seconds >= _SHORT:
        context.progress.notice(
            ANNOUNCED.format(
                count=len(task.numbers),
                title=_title(task),
                one=one,
                all=spell_about(seconds),
                workers=counted(workers, "process", "processes"),
            )
        )


def _title(task: ShadowTask) -> str:
    return in_sentence(get_family(task.family).title)
