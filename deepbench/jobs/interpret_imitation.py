"""Part of stage 11: simple copies of the models, and which way features move their answers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from deepbench.data.wording import in_sentence
from deepbench.interpretation.directions import (
    DirectionTask,
    check_expected_features,
    responses,
    summarise_directions,
)
from deepbench.interpretation.imitation import Imitation, summarise_imitation
from deepbench.interpretation.imitation_folds import Imitated, ImitationTask, imitate_fold
from deepbench.interpretation.imitation_teacher import (
    TeacherTask,
    as_output,
    left_out_together,
    teacher_answers,
)
from deepbench.jobs.interpreting import Interpreting
from deepbench.jobs.leaderboard import FamilyTrials
from deepbench.jobs.steps import Steps
from deepbench.seeds import derive_seed
from deepbench.study.artifacts import array_from_bytes
from deepbench.study.records import DirectionRecord, ImitationRecord, Record

Floats = NDArray[np.float64]

# Features of the copies whose direction is followed, beside those expected.
_MOST_FOLLOWED = 8


class _Imitations(Record):
    """The copies of one model, as they are kept."""

    imitations: tuple[ImitationRecord, ...]


def count_steps(work: Interpreting) -> int:
    """Return the steps: fits without two folds, copies and directions fold by fold."""
    return len(work.groups) * _steps_of_a_model(work)


def _steps_of_a_model(work: Interpreting) -> int:
    return len(_left_out(work)) + 2 * len(work.folds) + 1


def imitate_models(work: Interpreting, steps: Steps) -> tuple[ImitationRecord, ...]:
    """Return the copies of each model looked at."""
    context, training = work.context, work.bench.training
    check_expected_features(context.plan, list(training.features.columns), training.info)
    found: list[ImitationRecord] = []
    for group in work.groups:
        found += _kept(work, group, steps)
    return tuple(found)


def _kept(work: Interpreting, group: FamilyTrials, steps: Steps) -> tuple[ImitationRecord, ...]:
    made: list[bool] = []

    def make() -> _Imitations:
        made.append(True)
        return _Imitations(imitations=_imitate(work, group, steps))

    inputs = {"expected": work.context.plan.interpretation.expected}
    record = work.kept(f"imitation-{group.family.name}", _Imitations, make, inputs)
    if not made:
        steps.drop(_steps_of_a_model(work))
    return record.imitations


def _left_out(work: Interpreting) -> tuple[tuple[int, ...], ...]:
    """Return the sets of folds that models are fitted without, each once."""
    together = left_out_together(work.folds)
    return tuple(sorted({some for sets in together.values() for some in sets}))


def _imitate(work: Interpreting, group: FamilyTrials, steps: Steps) -> tuple[ImitationRecord, ...]:
    bench, info = work.bench, work.bench.training.info
    title = in_sentence(group.family.title)
    steps.say(f"a simple copy: {title}")
    stored = array_from_bytes(work.context.study.read(group.best.predictions))[0]
    by_fold, on_all = _copies(work, group, as_output(stored, info), steps)
    directions = _directions(work, group, on_all.features, as_output(stored, info), steps)
    found = Imitation(
        model=group.family.name,
        title=title,
        predictions=stored,
        fold_of=bench.fold_of[0],
        tuning=tuple(bench.folds[fold].tune for fold in work.folds),
        by_fold=by_fold,
        on_all=on_all,
    )
    seed = derive_seed(work.context.plan.seed, "imitation", "resamples")
    with threadpool_limits(limits=1):
        return summarise_imitation(bench.training, found, directions, seed)


def _copies(
    work: Interpreting, group: FamilyTrials, output: Floats, steps: Steps
) -> tuple[tuple[Imitated, ...], Imitated]:
    """Return the copies of each fold, and those of all samples."""
    bench, compute = work.bench, work.context.compute
    answers = {
        some: compute.submit(
            teacher_answers,
            TeacherTask(bench.source, group.family.name, group.best.params, some),
        )
        for some in _left_out(work)
    }
    for _ in compute.wait(answers.values(), work.context.progress):
        steps.add(1)
    tasks = []
    for fold, sets in left_out_together(work.folds).items():
        own = np.full_like(output, np.nan)
        inner = np.full(len(own), -1, dtype=np.int64)
        for number, some in enumerate(sets):
            said = as_output(answers[some].result(), bench.training.info)
            rows = np.concatenate([bench.folds[other].tune for other in some if other != fold])
            own[rows], inner[rows] = said[rows], number
        tasks.append(ImitationTask(bench.source, fold, own, inner))
    tasks.append(ImitationTask(bench.source, None, output, bench.fold_of[0]))
    futures = [compute.submit(imitate_fold, task) for task in tasks]
    for _ in compute.wait(futures, work.context.progress):
        steps.add(1)
    found = [future.result() for future in futures]
    return tuple(found[:-1]), found[-1]


def _directions(
    work: Interpreting,
    group: FamilyTrials,
    features: tuple[str, ...],
    output: Floats,
    steps: Steps,
) -> tuple[DirectionRecord, ...]:
    bench, compute = work.bench, work.context.compute
    expected = work.context.plan.interpretation.expected
    followed = tuple(dict.fromkeys([*expected, *features[:_MOST_FOLLOWED]]))
    if bench.training.info.task == "multiclass" or not followed:
        steps.drop(len(work.folds))
        return ()
    futures = [
        compute.submit(
            responses,
            DirectionTask(
                TeacherTask(bench.source, group.family.name, group.best.params, (fold,)), followed
            ),
        )
        for fold in work.folds
    ]
    for _ in compute.wait(futures, work.context.progress):
        steps.add(1)
    return summarise_directions(
        followed,
        [future.result() for future in futures],
        expected,
        float(np.nanstd(output)),
        bench.training.info,
    )
