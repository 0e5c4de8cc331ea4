"""One count for all parts of a stage, by a clock in the test's hand."""

from __future__ import annotations

import pytest

from deepbench import messages
from deepbench.jobs.steps import Steps
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
