"""Running searches: ask for settings, score them on the tuning folds, write every trial down.

Families are searched side by side; inside a family the order of trials is fixed, so that the
number of workers and an interruption change nothing. Trials that share their arithmetic are
computed together, as one task. A trial in the ledger is never written again; when only some of a
task's trials are there, the task is computed again as it was and what is missing written down.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field

import numpy as np

from deepbench.data.wording import in_sentence
from deepbench.evaluation.fold_scores import fold_spread, score
from deepbench.evaluation.metrics import tuning_metric
from deepbench.jobs.context import JobContext
from deepbench.jobs.leaderboard import FamilyTrials, recorded_trials
from deepbench.jobs.steps import Steps
from deepbench.models.family import BaselineFamily, Family
from deepbench.models.problem_shape import ProblemShape
from deepbench.models.registry import get_family
from deepbench.models.trial_tasks import TrialOutcome, TrialTask, evaluate_trials
from deepbench.models.workbench import Workbench
from deepbench.reporting.wording import short_metric
from deepbench.seeds import derive_seed
from deepbench.study.artifacts import array_bytes
from deepbench.study.folder import Study
from deepbench.study.records import TrialRecord
from deepbench.training.schedule import Schedule
from deepbench.training.search import TrialRequest
from deepbench.training.stopping import Told

#: Trials asked for at once, and networks trained together as lanes: two tasks for two cores.
BASELINE_BATCH = 4
NETWORK_BATCH = 8
NETWORK_TASK = 4

_FIRST_LOOK = "A first look at low effort; it cannot win."


# Trials that are computed together.
_Part = tuple[TrialRequest, ...]


@dataclass
class _FamilySearch:
    """A search under way."""

    family: Family
    schedule: Schedule[ProblemShape]
    batch: int
    waiting: int = 0
    trials: list[TrialRecord] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        return sum(trial.seconds for trial in self.trials)

    @property
    def task_size(self) -> int:
        """Trials computed together: those that share something, or a core would idle."""
        if not isinstance(self.family, BaselineFamily):
            return NETWORK_TASK
        return self.batch if self.family.shares_fits else 1


@dataclass
class _Run:
    """State of all searches of one call."""

    context: JobContext
    bench: Workbench
    key: str
    known: dict[tuple[str, int], TrialRecord]
    trials: int
    total: int
    steps: Steps
    where: str
    seconds_per_family: float | None
    done: int = 0
    best: tuple[float, str] = (-np.inf, "")

    @property
    def best_words(self) -> str:
        """The best score so far, in words."""
        if not self.best[1]:
            return ""
        metric = short_metric(tuning_metric(self.bench.training.info.task))
        return f"{metric} {self.best[0]:.3f}, {self.best[1]}"


def steps_done_before(study: Study, key: str, names: Sequence[str], trials: int) -> int:
    """Return how many of a search's trials are in the ledger already."""
    return sum(
        family in names and number < trials for family, number in recorded_trials(study, key)
    )


def run_searches(
    context: JobContext,
    bench: Workbench,
    key: str,
    names: Sequence[str],
    trials: int,
    steps: Steps,
    *,
    where: str = "",
    seconds_per_family: float | None = None,
) -> list[FamilyTrials]:
    """Tune the families and return their trials, in the order of ``names``.

    Each trial is a step; those in the ledger are taken as counted (see `steps_done_before`).

    Args:
        context: Study, plan and compute.
        bench: Training samples and tuning folds.
        key: Name of the search in the ledger.
        names: Families that exist for this kind of outcome.
        trials: Trials offered to each family (it may need fewer, see `deepbench.training`).
        steps: Steps of the stage.
        where: Beginning of what is said of each trial.
        seconds_per_family: Time limit per family; no new batch begins after it.
    """
    searches = [_begin(context, bench, get_family(name), trials) for name in names]
    known = recorded_trials(context.study, key)
    total = trials * len(searches)
    run = _Run(context, bench, key, known, trials, total, steps, where, seconds_per_family)
    pending: dict[Future[list[TrialOutcome]], tuple[_FamilySearch, _Part]] = {}
    for item in searches:
        pending.update(_next_batch(run, item))
    if pending:
        steps.say(_beginning(run), run.best_words)
    while pending:
        future = next(context.compute.wait(pending, context.progress))
        item, part = pending.pop(future)
        for outcome, request in zip(future.result(), part, strict=True):
            if _known(run, item, request) is None:
                _write_down(run, item, outcome, request)
        if item.waiting == 0:
            pending.update(_next_batch(run, item))
    return [
        FamilyTrials(
            item.family,
            tuple(_in_order(item.trials)),
            item.schedule.note,
            offered=trials,
            seconds_offered=seconds_per_family,
        )
        for item in searches
    ]


def _beginning(run: _Run) -> str:
    if run.done:
        return f"{run.where}going on after trial {run.done} of {run.total}"
    return f"{run.where}trying the first settings"


def _in_order(trials: list[TrialRecord]) -> list[TrialRecord]:
    return sorted(trials, key=lambda trial: trial.number)


def _begin(context: JobContext, bench: Workbench, family: Family, trials: int) -> _FamilySearch:
    batch = NETWORK_BATCH if family.kind == "network" else BASELINE_BATCH
    schedule = Schedule(
        name=family.name,
        family=family,
        shape=bench.shape,
        trials=trials,
        seed=derive_seed(context.plan.seed, "search", bench.source.fold_name, family.name),
        tuning_folds=bench.source.folds,
        batch=batch,
        low_effort=family.at_low_effort if isinstance(family, BaselineFamily) else None,
    )
    return _FamilySearch(family, schedule, batch)


def _next_batch(
    run: _Run, item: _FamilySearch
) -> dict[Future[list[TrialOutcome]], tuple[_FamilySearch, _Part]]:
    """Ask for trials until some have to be computed; tell those that the ledger knows."""
    while True:
        if _out_of_time(run, item):
            item.schedule.out_of_time()
        requests = item.schedule.ask()
        if not requests:
            left = run.trials - len(item.trials)
            run.total -= left
            run.steps.drop(left, kind=item.family.name)
            return {}
        futures = {}
        for start in range(0, len(requests), item.task_size):
            part = tuple(requests[start : start + item.task_size])
            futures.update(_submit(run, item, part))
        if futures:
            return futures


def _out_of_time(run: _Run, item: _FamilySearch) -> bool:
    """Say whether no new batch may begin. One that an earlier run began is always finished."""
    limit, first = run.seconds_per_family, item.schedule.asked
    if limit is None or item.seconds <= limit * item.schedule.share_of_seconds:
        return False
    numbers = range(first, first + item.batch)
    begun = [run.known.get((item.family.name, number)) for number in numbers]
    return not any(record and record.first_look == item.schedule.looking for record in begun)


def _known(run: _Run, item: _FamilySearch, request: TrialRequest) -> TrialRecord | None:
    """Return a trial's record if it was in the ledger when the search began."""
    record = run.known.get((item.family.name, request.number))
    same = record is not None and (record.params, record.first_look) == (
        request.params,
        request.first_look,
    )
    return record if same else None


def _submit(
    run: _Run, item: _FamilySearch, part: _Part
) -> dict[Future[list[TrialOutcome]], tuple[_FamilySearch, _Part]]:
    """Submit trials that are computed together, unless the ledger has them all.

    What is in the ledger is told at once: it was counted before the stage's steps began.
    """
    records = [_known(run, item, request) for request in part]
    known = [record for record in records if record is not None]
    item.waiting += len(part) - len(known)
    for record in known:
        _tell(run, item, record)
    if len(known) == len(part):
        return {}
    task = TrialTask(
        source=run.bench.source,
        family=item.family.name,
        numbers=tuple(request.number for request in part),
        params=tuple(request.params for request in part),
    )
    return {run.context.compute.submit(evaluate_trials, task): (item, part)}


def _write_down(
    run: _Run, item: _FamilySearch, outcome: TrialOutcome, request: TrialRequest
) -> None:
    """Store the predictions, then the ledger line; only then does anybody hear of the trial."""
    training = run.bench.training
    task = training.info.task
    value = score(task, training.outcome, outcome.predictions, run.bench.fold_of)
    spread = fold_spread(task, training.outcome, outcome.predictions, run.bench.fold_of)
    stored = run.context.study.store("runs", "oof.npy", array_bytes(outcome.predictions))
    record = TrialRecord(
        search=run.key,
        family=item.family.name,
        number=outcome.number,
        params=request.params,
        score=float(value) if np.isfinite(value) else None,
        fold_scores=tuple(float(s) if np.isfinite(s) else None for s in spread),
        seconds=round(outcome.seconds, 3),
        predictions=stored,
        note=_note(outcome, request),
        curve=outcome.curve,
        first_look=request.first_look,
    )
    run.context.study.record("trial", record.model_dump(mode="json"))
    run.context.progress.trial_finished(record.family, record.number, record.score, record.seconds)
    item.waiting -= 1
    _tell(run, item, record)
    title = in_sentence(item.family.title)
    run.steps.add(
        1,
        f"{run.where}trial {run.done} of {run.total}: {title}",
        run.best_words,
        kind=item.family.name,
        seconds=record.seconds,
    )


def _tell(run: _Run, item: _FamilySearch, record: TrialRecord) -> None:
    item.trials.append(record)
    item.schedule.tell(record.number, Told(record.score, record.fold_scores))
    run.done += 1
    if record.score is not None and record.score > run.best[0] and not record.first_look:
        run.best = (record.score, in_sentence(item.family.title))


def _note(outcome: TrialOutcome, request: TrialRequest) -> str:
    parts = (_FIRST_LOOK if request.first_look else "", outcome.note)
    return " ".join(part for part in parts if part)
