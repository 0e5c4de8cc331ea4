from __future__ import annotations

import itertools
from typing import Any

import optuna
import pytest

from deepbench.training.search import NOTHING_LEFT, Search, TrialRequest

Params = dict[str, Any]


class Bowl:
    """A space with a best point at rate = 0.01, depth = 3."""

    defaults: tuple[Params, ...] = (
        {"kind": "deep", "rate": 0.5, "depth": 9},
        {"kind": "flat", "rate": 0.001},
    )

    def portfolio(self, shape: int) -> list[Params]:
        return [dict(params) for params in self.defaults]

    def suggest(self, trial: optuna.Trial, shape: int) -> Params:
        params: Params = {
            "kind": trial.suggest_categorical("kind", ["deep", "flat"]),
            "rate": trial.suggest_float("rate", 1e-4, 1.0, log=True),
        }
        if params["kind"] == "deep":
            params["depth"] = trial.suggest_int("depth", 1, shape)
        return params


class Switches:
    """A space of six settings."""

    def portfolio(self, shape: int) -> list[Params]:
        return [{"a": 2, "b": "x"}, {"a": 2, "b": "x"}]

    def suggest(self, trial: optuna.Trial, shape: int) -> Params:
        return {
            "a": trial.suggest_int("a", 1, 3),
            "b": trial.suggest_categorical("b", ["x", "y"]),
        }


class Nothing:
    """A space with one point."""

    def portfolio(self, shape: int) -> list[Params]:
        return [{}]

    def suggest(self, trial: optuna.Trial, shape: int) -> Params:
        return {}


def quality(params: Params) -> float:
    return -abs(params["rate"] - 0.01) - abs(params.get("depth", 6) - 3)


def run(search: Search, reverse: bool = False) -> list[tuple[TrialRequest, float]]:
    done = []
    while batch := search.ask():
        scored = [(request, quality(request.params)) for request in batch]
        done += scored
        for request, score in reversed(scored) if reverse else scored:
            search.tell(request.number, score)
    return done


def bowl(trials: int = 30, seed: int = 1, name: str = "bowl", batch: int = 4) -> Search:
    return Search(name, Bowl(), 12, trials, seed, batch)


def test_defaults_come_first_and_the_budget_is_kept():
    done = run(bowl(30))
    assert [request.number for request, _ in done] == list(range(30))
    assert [request.params for request, _ in done[:2]] == list(Bowl.defaults)
    assert bowl(30).ended == ""


def test_a_small_budget_cuts_the_defaults():
    done = run(bowl(1))
    assert [request.params for request, _ in done] == [Bowl.defaults[0]]


def test_batches_have_the_size_asked_for():
    search = bowl(10, batch=4)
    sizes = []
    while batch := search.ask():
        sizes.append(len(batch))
        for request in batch:
            search.tell(request.number, 0.0)
    assert sizes == [4, 4, 2]
    assert search.ask() == []


def test_the_order_of_answers_in_a_batch_changes_nothing():
    assert run(bowl()) == run(bowl(), reverse=True)


def test_a_search_replayed_from_records_asks_the_same():
    recorded = {request.number: score for request, score in run(bowl(30))}
    asked = [request for request, _ in run(bowl(30))]
    again = bowl(30)
    replayed: list[TrialRequest] = []
    while len(replayed) < 16:  # what was on disk when the run was interrupted
        batch = again.ask()
        replayed += batch
        for request in batch:
            again.tell(request.number, recorded[request.number])
    rest = [request for request, _ in run(again)]
    assert replayed + rest == asked


def test_other_scores_lead_elsewhere():
    def asked(sign: float) -> list[Params]:
        search, found = bowl(30), []
        while batch := search.ask():
            for request in batch:
                found.append(request.params)
                search.tell(request.number, sign * quality(request.params))
        return found

    assert asked(1.0)[:8] == asked(-1.0)[:8]
    assert asked(1.0) != asked(-1.0)


def test_seed_and_name_decide_the_draws():
    plain = [request.params for request, _ in run(bowl())]
    assert plain != [request.params for request, _ in run(bowl(seed=2))]
    assert plain != [request.params for request, _ in run(bowl(name="other"))]


def test_the_global_generator_has_no_part_in_it():
    import random

    import numpy as np

    first = run(bowl())
    random.seed(99)
    np.random.seed(99)
    assert run(bowl()) == first


def test_guided_draws_are_better_than_the_first_ones():
    done = run(bowl(60))
    first = sorted(score for _, score in done[2:18])
    last = sorted(score for _, score in done[-16:])
    assert last[8] > first[8]


def test_nothing_is_tried_twice():
    seen = [str(sorted(request.params.items())) for request, _ in run(bowl(60))]
    assert len(set(seen)) == 60


def test_a_finite_space_is_tried_completely():
    search = Search("switches", Switches(), 0, 50, 1, batch=4)
    seen = []
    while batch := search.ask():
        for request in batch:
            seen.append((request.params["a"], request.params["b"]))
            search.tell(request.number, float(request.params["a"]))
    assert sorted(seen) == sorted(itertools.product([1, 2, 3], ["x", "y"]))
    assert seen[0] == (2, "x")
    assert search.ended == NOTHING_LEFT


def test_a_single_point_is_tried_once():
    search = Search("nothing", Nothing(), 0, 16, 1)
    assert search.ask() == [TrialRequest(0, {})]
    search.tell(0, 0.5)
    assert search.ask() == []
    assert search.ended == NOTHING_LEFT


def test_a_trial_without_a_score_does_not_stop_the_search():
    search = bowl(24)
    numbers = []
    while batch := search.ask():
        for request in batch:
            numbers.append(request.number)
            search.tell(request.number, None if request.number % 3 else quality(request.params))
    assert numbers == list(range(24))


def test_stopping():
    search = bowl(30)
    for request in search.ask():
        search.tell(request.number, 0.0)
    search.stop("the time limit was reached")
    assert search.ask() == []
    search.stop("a later reason")
    assert search.ended == "the time limit was reached"


def test_a_batch_is_answered_before_the_next():
    search = bowl(10)
    first = search.ask()
    search.tell(first[0].number, 0.0)
    with pytest.raises(RuntimeError, match="before the next"):
        search.ask()
    with pytest.raises(KeyError, match="not waiting"):
        search.tell(first[0].number, 0.0)
    with pytest.raises(KeyError, match="not waiting"):
        search.tell(99, 0.0)


def test_optuna_is_silent(capfd):
    run(bowl(12))
    assert capfd.readouterr() == ("", "")
