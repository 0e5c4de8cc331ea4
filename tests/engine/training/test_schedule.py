from __future__ import annotations

from collections.abc import Callable
from typing import Any

import optuna
import pytest

from deepbench.training.schedule import NO_GAIN, Schedule
from deepbench.training.search import NOTHING_LEFT, Params, TrialRequest
from deepbench.training.stopping import Told

FOLDS = (0.3, -0.3, 0.2, -0.2, 0.0)


class Forest:
    """A space with trees and one setting that matters."""

    def portfolio(self, shape: int) -> list[Params]:
        return [{"leaf": 0.5, "trees": shape}, {"leaf": 0.1, "trees": shape}]

    def suggest(self, trial: optuna.Trial, shape: int) -> Params:
        trial.suggest_categorical("trees", [shape])
        return {"leaf": trial.suggest_float("leaf", 0.0, 1.0), "trees": shape}


class Few:
    """A space of three settings."""

    def portfolio(self, shape: int) -> list[Params]:
        return [{"a": 2}]

    def suggest(self, trial: optuna.Trial, shape: int) -> Params:
        return {"a": trial.suggest_int("a", 1, 3)}


def fewer_trees(params: Params, shape: int) -> Params | None:
    return {**params, "trees": shape // 4}


def schedule(trials: int, *, halving: bool = True, **more: Any) -> Schedule[int]:
    low = fewer_trees if halving else None
    return Schedule("forest", Forest(), 200, trials, 1, tuning_folds=5, low_effort=low, **more)


def climbing(request: TrialRequest) -> Told:
    """The later the better, and without noise: nothing ends the search early."""
    value = 0.5 + request.number / 1000
    return Told(value, (value,) * 5)


def by_leaf(request: TrialRequest) -> Told:
    value = 1.0 - abs(request.params["leaf"] - 0.7)
    return Told(value, (value,) * 5)


def run(
    given: Schedule[int], told: Callable[[TrialRequest], Told] = by_leaf
) -> list[list[TrialRequest]]:
    batches = []
    while batch := given.ask():
        batches.append(batch)
        for request in reversed(batch):
            given.tell(request.number, told(request))
    return batches


@pytest.mark.parametrize(
    ("trials", "looks", "in_full"),
    [(5, 3, 2), (6, 4, 2), (8, 6, 2), (16, 13, 3), (19, 16, 3), (60, 48, 12), (200, 160, 40)],
)
def test_first_looks_and_trials_in_full_fill_the_budget(
    trials: int, looks: int, in_full: int
) -> None:
    requests = [request for batch in run(schedule(trials), climbing) for request in batch]
    assert [request.number for request in requests] == list(range(trials))
    assert [request.first_look for request in requests] == [True] * looks + [False] * in_full
    assert {request.params["trees"] for request in requests[:looks]} == {50}
    assert {request.params["trees"] for request in requests[looks:]} == {200}


def test_the_best_first_looks_are_tried_in_full_best_first() -> None:
    requests = [request for batch in run(schedule(16)) for request in batch]
    looks = sorted(requests[:13], key=lambda request: abs(request.params["leaf"] - 0.7))
    assert [r.params["leaf"] for r in requests[13:]] == [r.params["leaf"] for r in looks[:3]]


@pytest.mark.parametrize("trials", [1, 2, 4])
def test_too_few_trials_are_all_in_full(trials: int) -> None:
    requests = [request for batch in run(schedule(trials), climbing) for request in batch]
    assert [request.first_look for request in requests] == [False] * trials


def test_a_family_without_a_cheaper_version_is_tried_in_full() -> None:
    for given in (
        schedule(16, halving=False),
        Schedule("f", Forest(), 200, 16, 1, 5, low_effort=lambda params, shape: None),
    ):
        requests = [request for batch in run(given, climbing) for request in batch]
        assert [request.first_look for request in requests] == [False] * 16
        assert given.note == ""


def test_settings_without_a_cheaper_version_are_looked_at_as_they_are() -> None:
    def some(params: Params, shape: int) -> Params | None:
        return {**params, "trees": 50} if params["leaf"] > 0.3 else None

    given = Schedule("f", Forest(), 200, 16, 1, 5, low_effort=some)
    requests = [request for batch in run(given, climbing) for request in batch]
    assert [request.first_look for request in requests] == [True] * 13 + [False] * 3
    for request in requests[:13]:
        assert request.params["trees"] == (50 if request.params["leaf"] > 0.3 else 200)


def test_without_any_score_two_are_tried_in_full_all_the_same() -> None:
    requests = [r for batch in run(schedule(8), lambda _: Told(None)) for r in batch]
    assert [request.first_look for request in requests] == [True] * 6 + [False] * 2


def test_a_search_with_nothing_to_gain_ends_and_says_so() -> None:
    def alike(request: TrialRequest) -> Told:
        sign = 1 if request.number % 2 else -1
        return Told(0.7, tuple(0.7 + sign * shift for shift in FOLDS))

    given = schedule(60, halving=False)
    assert [len(batch) for batch in run(given, alike)] == [4, 4]
    assert given.note == f"The search ended after 8 of 60 trials: {NO_GAIN}."
    halved = schedule(60)
    looks = [[request.first_look for request in batch] for batch in run(halved, alike)]
    assert looks == [[True] * 4, [True] * 4, [False] * 2]
    assert "after 10 of 60 trials" in halved.note


def test_a_small_space_says_that_nothing_is_left() -> None:
    given = Schedule("few", Few(), 0, 16, 1, tuning_folds=5)
    assert sum(len(batch) for batch in run(given, climbing)) == 3
    assert given.note == f"The search ended after 3 of 16 trials: {NOTHING_LEFT}."


def test_out_of_time_only_first_looks_still_lead_to_trials_in_full() -> None:
    given = schedule(60)
    assert given.share_of_seconds == 0.5
    for _ in range(2):
        for request in given.ask():
            given.tell(request.number, climbing(request))
    given.out_of_time()
    assert [[request.first_look for request in batch] for batch in run(given)] == [[False] * 2]
    assert given.share_of_seconds == 1.0
    assert "after 10 of 60 trials: the time limit of the plan was reached" in given.note


def test_out_of_time_in_full_nothing_more_begins() -> None:
    given = schedule(60, halving=False)
    for _ in range(2):
        for request in given.ask():
            given.tell(request.number, climbing(request))
    given.out_of_time()
    assert given.ask() == []
    assert given.note.startswith("The search ended after 8 of 60 trials: the time limit")


def test_a_first_batch_longer_than_the_share_is_said() -> None:
    given = schedule(16, halving=False)
    for request in given.ask():
        given.tell(request.number, climbing(request))
    given.out_of_time()
    assert given.ask() == []
    assert "first settings alone took longer than this family's share of the time limit" in (
        given.note
    )


def test_the_same_answers_lead_to_the_same_trials() -> None:
    assert run(schedule(30)) == run(schedule(30))


def test_a_batch_is_answered_before_the_next() -> None:
    given = schedule(16)
    first = given.ask()
    given.tell(first[0].number, Told(0.5))
    with pytest.raises(RuntimeError, match="before the next"):
        given.ask()
    with pytest.raises(KeyError, match="not waiting"):
        given.tell(first[0].number, Told(0.5))
    with pytest.raises(KeyError, match="not waiting"):
        given.tell(99, Told(0.5))
