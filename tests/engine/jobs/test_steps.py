"""One count for all parts of a stage, by a clock in the test's hand."""

from __future__ import annotations

import pytest

from deepbench import messages
from deepbench.jobs.steps import Part, Steps
from deepbench.worker.progress import Progress


class Bench:
    """A progress with a clock that stands still until moved."""

    def __init__(self) -> None:
        self.now = 50.0
        self.sent: list[messages.Progress] = []
        self.progress = Progress(self._take, clock=lambda: self.now)

    def _take(self, event: messages.Event) -> None:
        assert isinstance(event, messages.Progress)
        self.sent.append(event)

    @property
    def last(self) -> messages.Progress:
        return self.sent[-1]


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_parts_share_one_count(bench: Bench) -> None:
    steps = Steps(bench.progress, total=10)
    steps.say("trials")
    for _ in range(6):
        bench.now += 1.0
        steps.add(1, "trial")
    steps.say("learning curve")
    bench.now += 4.0
    steps.add(4)
    assert [event.done for event in bench.sent] == [0, 1, 2, 3, 4, 5, 6, 6, 10]
    assert {event.total for event in bench.sent} == {10}
    assert bench.last.what == "learning curve"


def test_what_is_not_needed_moves_the_bar_forwards(bench: Bench) -> None:
    steps = Steps(bench.progress, total=20)
    steps.add(5, "trial 5")
    steps.drop(10)
    bench.now += 1.0
    steps.add(1, "trial 6")
    assert [(e.done, e.total) for e in bench.sent] == [(5, 20), (6, 10)]
    steps.drop(100)
    steps.say("done")
    assert (bench.last.done, bench.last.total) == (6, 6)


def test_never_more_than_all(bench: Bench) -> None:
    steps = Steps(bench.progress, total=3, done=7)
    steps.add(2, "more than planned")
    assert (bench.last.done, bench.last.total) == (3, 3)


def test_what_begins_is_sent_however_soon(bench: Bench) -> None:
    steps = Steps(bench.progress, total=9)
    steps.say("trials")
    steps.add(1, "trial 1")  # too soon to be sent
    steps.say("learning curve")
    assert [event.what for event in bench.sent] == ["trials", "learning curve"]
    assert bench.last.done == 1


def test_steps_of_an_earlier_run_say_nothing_about_the_pace(bench: Bench) -> None:
    steps = Steps(bench.progress, total=100, done=60)
    steps.say("going on")
    assert (bench.last.done, bench.last.remaining) == (60, None)
    bench.now += 3.0
    steps.add(1, "trial")
    assert bench.last.remaining == pytest.approx(3.0 * 39)


def test_the_start_of_processes_is_not_taken_for_the_pace_for_long(bench: Bench) -> None:
    steps = Steps(bench.progress, total=101)
    bench.now += 30.0
    steps.add(1, "the first")
    assert bench.last.remaining == pytest.approx(30.0 * 100)
    for _ in range(8):
        bench.now += 0.5
        steps.add(1, "another")
    assert bench.last.remaining == pytest.approx(0.5 * 92)


def test_dropped_steps_are_not_waited_for(bench: Bench) -> None:
    steps = Steps(bench.progress, total=40)
    bench.now += 2.0
    steps.add(1, "trial")
    steps.drop(29)
    steps.say("the last part")
    assert bench.last.remaining == pytest.approx(2.0 * 10)


# --- steps that differ in cost ------------------------------------------------------------


COSTS = {"dummy": 0.1, "naive_bayes": 0.2, "svm": 0.4, "forest": 20.0}


def run_families(
    bench: Bench, steps: Steps, order: list[str], processes: int = 1
) -> list[tuple[float, float | None]]:
    """Run a step of each kind in order; returns (moment, seconds left as said then)."""
    said = []
    for kind in order:
        bench.now += COSTS[kind] / processes
        steps.add(1, kind=kind, seconds=COSTS[kind])
        said.append((bench.now, bench.last.remaining))
    return said


def test_cheap_steps_first_do_not_promise_an_early_end(bench: Bench) -> None:
    """With the estimate the time left is right from the first step on, whatever the order."""
    order = ["dummy"] * 10 + ["naive_bayes"] * 10 + ["svm"] * 10 + ["forest"] * 10
    parts = {name: Part(10, seconds=cost) for name, cost in COSTS.items()}
    steps = Steps(bench.progress, total=40, parts=parts)
    steps.say("trials")
    assert bench.last.remaining == pytest.approx(10 * sum(COSTS.values()))
    said = run_families(bench, steps, order)
    end = said[-1][0]
    for moment, left in said:
        assert left == pytest.approx(end - moment, abs=1e-6)


def test_the_count_shown_stays_a_count(bench: Bench) -> None:
    parts = {name: Part(1, seconds=cost) for name, cost in COSTS.items()}
    steps = Steps(bench.progress, total=4, parts=parts)
    steps.say("trials")
    run_families(bench, steps, list(COSTS))
    assert [(e.done, e.total) for e in bench.sent] == [(0, 4), (1, 4), (2, 4), (3, 4), (4, 4)]
    assert bench.last.remaining == pytest.approx(0.0)


def test_costs_seen_so_far_serve_where_there_is_no_estimate(bench: Bench) -> None:
    """Families side by side, as a search has them; from the second round on it is right."""
    kinds = list(COSTS)
    steps = Steps(bench.progress, total=40, parts={name: Part(10) for name in kinds})
    said = run_families(bench, steps, kinds * 10)
    end = said[-1][0]
    assert bench.sent[0].remaining == pytest.approx(0.1 * 39)  # nothing dearer was seen yet
    for moment, left in said[3:]:
        assert left == pytest.approx(end - moment, abs=1e-6)
    # Once the cheap ones are through, what is left is known to be dear.
    alone = Bench()
    steps = Steps(alone.progress, total=40, parts={name: Part(10) for name in kinds})
    run_families(alone, steps, kinds + ["dummy"] * 9 + ["naive_bayes"] * 9 + ["svm"] * 9)
    assert alone.last.remaining == pytest.approx(9 * COSTS["forest"])


def test_an_estimate_that_was_wrong_gives_way_to_what_is_seen(bench: Bench) -> None:
    steps = Steps(bench.progress, total=30, parts={"forest": Part(30, seconds=200.0)})
    said = run_families(bench, steps, ["forest"] * 30)
    errors = [abs(float(left or 0.0) - (said[-1][0] - moment)) for moment, left in said]
    assert errors[0] > 2_000.0
    assert errors[20] < 200.0
    assert errors == sorted(errors, reverse=True)


def test_two_processes_halve_the_time_before_and_while_it_is_seen(bench: Bench) -> None:
    parts = {"forest": Part(20, seconds=COSTS["forest"])}
    steps = Steps(bench.progress, total=20, parts=parts, processes=2)
    steps.say("trials")
    assert bench.last.remaining == pytest.approx(200.0)
    run_families(bench, steps, ["forest"] * 5, processes=2)
    assert bench.last.remaining == pytest.approx(150.0)


def test_what_an_earlier_run_did_is_not_waited_for(bench: Bench) -> None:
    parts = {"forest": Part(10, done=9, seconds=2.0), "svm": Part(10, done=4, seconds=0.4)}
    steps = Steps(bench.progress, total=20, done=13, parts=parts)
    steps.say("going on")
    assert (bench.last.done, bench.last.remaining) == (13, pytest.approx(2.0 + 6 * 0.4))


def test_dropped_steps_of_a_kind_are_those_not_waited_for(bench: Bench) -> None:
    parts = {"forest": Part(10, seconds=2.0), "svm": Part(10, seconds=0.4)}
    steps = Steps(bench.progress, total=20, parts=parts)
    steps.drop(10, kind="forest")
    steps.say("trials")
    assert (bench.last.total, bench.last.remaining) == (10, pytest.approx(4.0))


def test_steps_without_a_kind_are_timed_on_the_clock(bench: Bench) -> None:
    parts = {"svm": Part(4, seconds=0.4)}
    steps = Steps(bench.progress, total=8, parts=parts)
    run_families(bench, steps, ["svm"] * 4)
    bench.now += 5.0
    steps.add(1, "learning curve")
    assert bench.last.remaining == pytest.approx(3 * 5.0)


def test_steps_that_were_not_timed_count_as_expected_and_the_pace_tells_the_rest(
    bench: Bench,
) -> None:
    """Two processes do a forest each 40 s, where 20 s were expected of a core."""
    parts = {"forest": Part(20, seconds=20.0), "knn": Part(20, seconds=0.1)}
    steps = Steps(bench.progress, total=40, parts=parts, processes=2)
    steps.add(20, kind="knn")  # at once: what was begun beside them takes the time
    for _ in range(10):
        bench.now += 20.0
        steps.add(1, kind="forest")
    assert bench.last.remaining == pytest.approx(10 * 20.0, rel=0.02)
