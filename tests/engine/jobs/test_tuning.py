"""Searches of a stage: what is computed together, written down, and done again after a kill."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np
import optuna
import pytest

from deepbench import messages
from deepbench.data.samples import OutcomeInfo
from deepbench.jobs import tuning
from deepbench.jobs.steps import Steps
from deepbench.jobs.tuning import run_searches
from deepbench.models.family import BaselineFamily, FitRows, Params, Predicted
from deepbench.models.fold_data import FoldView
from deepbench.models.problem_shape import ProblemShape
from deepbench.models.trial_tasks import TrialOutcome, TrialTask
from deepbench.study.records import TrialRecord
from deepbench.training.compute import Compute
from deepbench.worker.progress import Progress

TRIALS = 16
ROWS = 30


class Sharing(BaselineFamily):
    """Runs share their arithmetic."""

    name = "sharing"
    title = "Sharing model"

    def portfolio(self, shape: ProblemShape) -> list[Params]:
        return [{"a": 0.5}, {"a": 0.1}]

    def suggest(self, trial: optuna.Trial, shape: ProblemShape) -> Params:
        return {"a": trial.suggest_float("a", 0.0, 1.0)}

    def fit(self, rows: FitRows, params: Params, seed: int) -> Any:
        raise AssertionError("trials are scored by the test")

    def predict_together(self, fold: FoldView, runs: Any) -> list[Predicted | None]:
        raise AssertionError("trials are scored by the test")


class Growing(Sharing):
    """Runs share nothing; there is a cheaper version."""

    name = "growing"
    title = "Growing model"

    predict_together = BaselineFamily.predict_together

    def suggest(self, trial: optuna.Trial, shape: ProblemShape) -> Params:
        return {**super().suggest(trial, shape), "trees": 200}

    def portfolio(self, shape: ProblemShape) -> list[Params]:
        return [{**params, "trees": 200} for params in super().portfolio(shape)]

    def at_low_effort(self, params: Params, shape: ProblemShape) -> Params | None:
        return {**params, "trees": 50}


FAMILIES = {family.name: family for family in (Sharing(), Growing())}


class Ledger:
    """A study that keeps trials in memory, and dies before it writes one too many."""

    def __init__(self, lines: list[dict[str, Any]], dies_after: int = 10_000) -> None:
        self.lines = list(lines)
        self._left = dies_after
        self.ledger = self

    def of_kind(self, kind: str) -> Iterator[SimpleNamespace]:
        assert kind == "trial"
        return (SimpleNamespace(data=line) for line in self.lines)

    def store(self, area: str, name: str, content: bytes) -> str:
        return f"{area}/{hash(content)}-{name}"

    def record(self, kind: str, data: dict[str, Any]) -> None:
        if self._left == 0:
            raise KeyboardInterrupt
        self._left -= 1
        self.lines.append(data)


class Bench:
    """Runs searches of the two families, and notes which trials were computed together."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.tasks: list[tuple[str, tuple[int, ...]]] = []
        self.sent: list[messages.Event] = []
        self.cost = 1.0
        monkeypatch.setattr(tuning, "get_family", FAMILIES.__getitem__)
        monkeypatch.setattr(tuning, "evaluate_trials", self._evaluate)
        outcome = np.arange(ROWS) % 2
        self.bench: Any = SimpleNamespace(
            source=SimpleNamespace(folds=5, fold_name="main"),
            training=SimpleNamespace(info=OutcomeInfo("y", "binary", ("a", "b")), outcome=outcome),
            fold_of=(np.arange(ROWS) // 2 % 5)[None],
            shape=None,
        )

    def _evaluate(self, task: TrialTask) -> list[TrialOutcome]:
        """Predict something that depends on settings and on what is computed together."""
        self.tasks.append((task.family, task.numbers))
        found = []
        for number, params in zip(task.numbers, task.params, strict=True):
            rng = np.random.default_rng([len(task.numbers), *task.numbers])
            noise = rng.normal(size=ROWS) + np.random.default_rng(number).normal(size=ROWS)
            signal = params["a"] * self.bench.training.outcome + noise
            chance = 1 / (1 + np.exp(-signal))
            oof = np.stack([1 - chance, chance], axis=1)[None]
            found.append(TrialOutcome(number, oof, self.cost, ""))
        return found

    def run(self, study: Ledger, *, names: tuple[str, ...] = (), **more: Any) -> list[Any]:
        progress = Progress(self.sent.append)
        context: Any = SimpleNamespace(
            study=study, plan=SimpleNamespace(seed=3), progress=progress, compute=Compute(1)
        )
        names = names or tuple(FAMILIES)
        steps = Steps(progress, total=TRIALS * len(names))
        groups = run_searches(context, self.bench, "main-x", names, TRIALS, steps, **more)
        steps.say("what comes next")
        return groups


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Bench:
    return Bench(monkeypatch)


def by_trial(lines: list[dict[str, Any]]) -> dict[tuple[str, int], dict[str, Any]]:
    assert len({(line["family"], line["number"]) for line in lines}) == len(lines)
    return {(line["family"], line["number"]): line for line in lines}


def test_trials_that_share_are_one_task_and_others_are_not(bench: Bench) -> None:
    study = Ledger([])
    bench.run(study)
    sharing = [numbers for name, numbers in bench.tasks if name == "sharing"]
    growing = [numbers for name, numbers in bench.tasks if name == "growing"]
    assert sharing[:2] == [(0, 1, 2, 3), (4, 5, 6, 7)]
    assert all(len(numbers) == 1 for numbers in growing)
    records = [TrialRecord.model_validate(line) for line in study.lines]
    looks = [record for record in records if record.first_look]
    assert looks
    assert {record.params["trees"] for record in looks} == {50}
    assert {record.family for record in looks} == {"growing"}
    assert all("cannot win" in record.note for record in looks)


def test_only_trials_in_full_win(bench: Bench) -> None:
    group = next(g for g in bench.run(Ledger([])) if g.family.name == "growing")
    looked = max(t.score for t in group.trials if t.first_look)
    assert group.best.params["trees"] == 200
    assert group.best.score == max(t.score for t in group.candidates)
    assert (group.best.score, len(group.candidates)) != (looked, len(group.trials))
    assert group.offered == TRIALS


def test_killed_between_any_two_lines_a_search_ends_with_the_same_lines(bench: Bench) -> None:
    whole = Ledger([])
    bench.run(whole)
    wanted, tasks = by_trial(whole.lines), set(bench.tasks)
    for lines in range(len(whole.lines)):
        study = Ledger([], dies_after=lines)
        with pytest.raises(KeyboardInterrupt):
            bench.run(study)
        assert len(study.lines) == lines
        again = Ledger(study.lines)
        bench.tasks.clear()
        bench.run(again)
        assert by_trial(again.lines) == wanted
        assert set(bench.tasks) <= tasks, "trials were computed in other company"


def test_lines_lost_in_the_middle_are_written_again_and_no_others(bench: Bench) -> None:
    whole = Ledger([])
    bench.run(whole)
    wanted = by_trial(whole.lines)
    kept = [line for line in whole.lines if (line["family"], line["number"]) != ("sharing", 2)]
    again = Ledger(kept)
    bench.tasks.clear()
    bench.run(again)
    assert bench.tasks == [("sharing", (0, 1, 2, 3))]
    assert again.lines == [*kept, wanted["sharing", 2]]


def test_a_finished_search_computes_nothing(bench: Bench) -> None:
    study = Ledger([])
    first = bench.run(study)
    bench.tasks.clear()
    second = bench.run(study)
    assert bench.tasks == []
    assert [(g.trials, g.note, g.best) for g in second] == [
        (g.trials, g.note, g.best) for g in first
    ]


def test_the_time_limit_ends_a_family_that_used_its_share(bench: Bench) -> None:
    bench.cost = 10.0
    groups = {g.family.name: g for g in bench.run(Ledger([]), seconds_per_family=70.0)}
    assert len(groups["sharing"].trials) == 8  # two batches of 40 seconds
    assert "time limit" in groups["sharing"].note
    growing = groups["growing"]  # half of the share for first looks, then two in full
    assert [trial.first_look for trial in growing.trials] == [True] * 4 + [False] * 2
    assert growing.seconds_offered == 70.0


def test_a_batch_that_was_begun_is_finished_whatever_the_time_limit(bench: Bench) -> None:
    bench.cost = 10.0
    whole = Ledger([])
    bench.run(whole, seconds_per_family=70.0)
    wanted = by_trial(whole.lines)
    for lines in range(len(whole.lines)):
        study = Ledger(whole.lines[:lines])
        bench.run(study, seconds_per_family=70.0)
        assert by_trial(study.lines) == wanted


def test_a_shorter_limit_later_forgets_no_trial(bench: Bench) -> None:
    bench.cost = 10.0
    study = Ledger([])
    bench.run(study, seconds_per_family=70.0)
    before = list(study.lines)
    groups = bench.run(study, seconds_per_family=1.0)
    assert study.lines == before
    assert sum(len(group.trials) for group in groups) == len(before)


def test_every_step_is_counted_once_and_the_bar_ends_full(bench: Bench) -> None:
    bench.run(Ledger([]))
    last = [event for event in bench.sent if isinstance(event, messages.Progress)][-1]
    assert last.done == last.total
