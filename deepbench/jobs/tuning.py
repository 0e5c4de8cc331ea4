"""Running searches: ask for settings, score them on the tuning folds, write every trial down.

Families are searched side by side; inside a family the order of trials is fixed, so that the
number of workers and an interruption change nothing. A trial in the ledger is never run again.
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
from deepbench.models.family import Family
from deepbench.models.problem_shape import ProblemShape
from deepbench.models.registry import get_family
from deepbench.models.trial_tasks import TrialOutcome, TrialTask, evaluate_trials
from deepbench.models.workbench import Workbench
from deepbench.reporting.wording import short_metric
from deepbench.seeds import derive_seed
from deepbench.study.artifacts import array_bytes
from deepbench.study.folder import Study
from deepbench.study.records import TrialRecord
from deepbench.training.search import Search, TrialRequest

# Networks train their trials together, as lanes; four trials keep two cores busy.
_BASELINE_BATCH = 4
_NETWORK_BATCH = 8
_NETWORK_TASK = 4


@dataclass
class _FamilySearch:
    """A search under way."""

    family: Family
    search: Search[ProblemShape]
    waiting: int = 0
    trials: list[TrialRecord] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        return sum(trial.seconds for trial in self.trials)


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
        trials: Trials per family at most (a small search space may hold fewer).
        steps: Steps of the stage.
        where: Beginning of what is said of each trial.
        seconds_per_family: Time limit per family; no new batch begins after it.
    """
    searches = [_begin(context, bench, get_family(name), trials) for name in names]
    known = recorded_trials(context.study, key)
    total = trials * len(searches)
    run = _Run(context, bench, key, known, trials, total, steps, where, seconds_per_family)
    pending: dict[Future[list[TrialOutcome]], tuple[_FamilySearch, TrialTask]] = {}
    for item in searches:
        pending.update(_next_batch(run, item))
    if pending:
        steps.say(_beginning(run), run.best_words)
    while pending:
        future = next(context.compute.wait(pending, context.progress))
        item, task = pending.pop(future)
        for outcome, params in zip(future.result(), task.params, strict=True):
            _write_down(run, item, outcome, params)
        if item.waiting == 0:
            pending.update(_next_batch(run, item))
    return [FamilyTrials(s.family, tuple(_in_order(s.trials)), s.search.note) for s in searches]


def _beginning(run: _Run) -> str:
    if run.done:
        return f"{run.where}going on after trial {run.done} of {run.total}"
    return f"{run.where}trying the first settings"


def _in_order(trials: list[TrialRecord]) -> list[TrialRecord]:
    return sorted(trials, key=lambda trial: trial.number)


def _begin(context: JobContext, bench: Workbench, family: Family, trials: int) -> _FamilySearch:
    search = Search(
        name=family.name,
        family=family,
        shape=bench.shape,
        trials=trials,
        seed=derive_seed(context.plan.seed, "search", bench.source.fold_name, family.name),
        batch=_NETWORK_BATCH if family.kind == "network" else _BASELINE_BATCH,
    )
    return _FamilySearch(family, search)


def _next_batch(
    run: _Run, item: _FamilySearch
) -> dict[Future[list[TrialOutcome]], tuple[_FamilySearch, TrialTask]]:
    """Ask for trials until some have to be computed; tell those that the ledger knows."""
    while True:
        if run.seconds_per_family is not None and item.seconds > run.seconds_per_family:
            item.search.stop("the time limit of the plan was reached")
        requests = item.search.ask()
        if not requests:
            left = run.trials - len(item.trials)
            run.total -= left
            run.steps.drop(left)
            return {}
        fresh = [request for request in requests if not _known(run, item, request)]
        if fresh:
            return _submit(run, item, fresh)


def _known(run: _Run, item: _FamilySearch, request: TrialRequest) -> bool:
    """Tell the search a trial that is in the ledger already, and say whether it was."""
    record = run.known.get((item.family.name, request.number))
    if record is None or record.params != request.params:
        return False
    _tell(run, item, record)  # counted before the stage's steps began
    return True


def _submit(
    run: _Run, item: _FamilySearch, requests: list[TrialRequest]
) -> dict[Future[list[TrialOutcome]], tuple[_FamilySearch, TrialTask]]:
    size = _NETWORK_TASK if item.family.kind == "network" else 1
    futures = {}
    for start in range(0, len(requests), size):
        part = requests[start : start + size]
        task = TrialTask(
            source=run.bench.source,
            family=item.family.name,
            numbers=tuple(request.number for request in part),
            params=tuple(request.params for request in part),
        )
        futures[run.context.compute.submit(evaluate_trials, task)] = (item, task)
        item.waiting += len(part)
    return futures


def _write_down(
    run: _Run, item: _FamilySearch, outcome: TrialOutcome, params: dict[str, object]
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
        params=params,
        score=float(value) if np.isfinite(value) else None,
        fold_scores=tuple(float(s) if np.isfinite(s) else None for s in spread),
        seconds=round(outcome.seconds, 3),
        predictions=stored,
        note=outcome.note,
        curve=outcome.curve,
    )
    run.context.study.record("trial", record.model_dump(mode="json"))
    run.context.progress.trial_finished(record.family, record.number, record.score, record.seconds)
    item.waiting -= 1
    _tell(run, item, record)
    title = in_sentence(item.family.title)
    run.steps.add(1, f"{run.where}trial {run.done} of {run.total}: {title}", run.best_words)


def _tell(run: _Run, item: _FamilySearch, record: TrialRecord) -> None:
    item.trials.append(record)
    item.search.tell(record.number, record.score)
    run.done += 1
    if record.score is not None and record.score > run.best[0]:
        run.best = (record.score, in_sentence(item.family.title))
