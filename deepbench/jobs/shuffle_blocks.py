"""Scoring shuffles block by block, written down as they come, until the answer is clear."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import Future
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deepbench.checks.p_value import SequentialPValue, sequential_p_value
from deepbench.checks.shuffle_tasks import TRUE_LABELS, score_shuffles
from deepbench.data.wording import in_sentence
from deepbench.jobs.context import JobContext
from deepbench.jobs.shuffle_repeats import Group, KnownScores, Member, Repeats, write_down
from deepbench.jobs.steps import Steps
from deepbench.models.registry import get_family

# Shuffles of one task and of one block; fixed, so that neither workers nor an interruption change
# a number. After each block the check may end.
BLOCK = 20
CHUNK = 10


@dataclass(frozen=True, eq=False)
class ShuffledScores:
    """Shuffled scores (b,) of each family, in the order of the shuffles, and the p-value."""

    by_family: dict[str, NDArray[np.float64]]
    joint: SequentialPValue

    def of(self, group: Group) -> NDArray[np.float64]:
        """Return (b,) the best score of a group's families under each shuffle used."""
        scores = [self.by_family[member.family] for member in group.members]
        return np.asarray(np.max(np.stack(scores), axis=0))[: self.joint.shuffles]


def known_scores(context: JobContext) -> KnownScores:
    """Return the scores in the ledger, by family and number of the first shuffle."""
    return {
        (event.data["family"], event.data["first"]): event.data["scores"]
        for event in context.study.ledger.of_kind("shuffled_family")
        if event.data["fingerprint"] == context.fingerprints["shuffles"]
    }


def shuffles_done(known: KnownScores) -> dict[str, int]:
    """Return the shuffles of each family that are known; the true labels are none."""
    done: dict[str, int] = {}
    for (family, first), scores in known.items():
        if first != TRUE_LABELS:
            done[family] = done.get(family, 0) + len(scores)
    return done


def score_shuffled(
    check: Repeats,
    groups: tuple[Group, ...],
    replicates: int,
    known: KnownScores,
    steps: Steps,
) -> ShuffledScores:
    """Score the shuffles block by block, until all are done or the answer is clear.

    One p-value serves all groups: the best real score against the best shuffled ones. The same
    shuffles serve all families, so the maximum has an exact permutation distribution (Westfall &
    Young 1993) and no further correction for several models is needed.
    """
    members = [member for group in groups for member in group.members]
    real = _best(group.real for group in groups)
    shown = _shown_before(check.context)
    by_family = {member.family: np.empty(0) for member in members}
    for first in range(0, replicates, BLOCK):
        block = range(first, min(first + BLOCK, replicates))
        _score_block(check, members, block, replicates, known, steps)
        for member in members:
            parts = [known[member.family, number] for number in block[::CHUNK]]
            by_family[member.family] = np.concatenate([by_family[member.family], *parts])
        for group in groups:
            if (group.name, first) not in shown:
                _show(check, group, first, by_family)
        best = np.max(np.stack(list(by_family.values())), axis=0)
        joint = sequential_p_value(real, best, replicates)
        if joint is not None:
            for member in members:
                steps.drop(replicates - len(best), kind=member.family)
            return ShuffledScores(by_family, joint)
    raise AssertionError("the last block ends the check")


def _best(values: Iterable[float]) -> float | None:
    return max((value for value in values if np.isfinite(value)), default=None)


def _score_block(
    check: Repeats,
    members: list[Member],
    block: range,
    replicates: int,
    known: KnownScores,
    steps: Steps,
) -> None:
    """Score the families on the shuffles of a block; what is known is not done again."""
    tasks: dict[Future[list[float]], tuple[Member, tuple[int, ...]]] = {}
    for member in members:
        for start in block[::CHUNK]:
            if (member.family, start) not in known:
                numbers = tuple(range(start, min(start + CHUNK, block.stop)))
                task = check.task(member.search, numbers)
                future = check.context.compute.submit(score_shuffles, task)
                tasks[future] = (member, numbers)
    steps.say(f"shuffles {block.start + 1} to {block.stop} of {replicates}")
    for future in check.context.compute.wait(tasks, check.context.progress):
        member, numbers = tasks[future]
        known[member.family, numbers[0]] = future.result()
        write_down(check.context, member.family, numbers[0], future.result())
        title = in_sentence(get_family(member.family).title)
        what = f"shuffles {block.start + 1} to {block.stop} of {replicates}: {title}"
        steps.add(len(numbers), what, kind=member.family)


def _shown_before(context: JobContext) -> set[tuple[str, int]]:
    return {
        (event.data["model"], event.data["first"])
        for event in context.study.ledger.of_kind("shuffles")
        if event.data["fingerprint"] == context.fingerprints["shuffles"]
    }


def _show(
    check: Repeats, group: Group, first: int, by_family: dict[str, NDArray[np.float64]]
) -> None:
    """Write down a group's scores of a block, so that a picture of them can be drawn at once."""
    scores = np.max(np.stack([by_family[m.family][first:] for m in group.members]), axis=0)
    check.context.study.record(
        "shuffles",
        {
            "fingerprint": check.context.fingerprints["shuffles"],
            "model": group.name,
            "title": group.title,
            "first": first,
            "scores": [float(value) for value in scores],
            "metric": check.metric,
            "real": float(group.real) if np.isfinite(group.real) else None,
        },
    )
