"""Throttling and estimates, by a clock in the test's hand."""

from __future__ import annotations

import math
import threading

import pytest

from deepbench import messages
from deepbench.errors import Cancelled
from deepbench.worker.progress import JobControl, Progress


class PausingControl(JobControl):
    """A pause of a minute passes at once."""

    def __init__(self, bench: Bench) -> None:
        super().__init__()
        self._bench = bench
        self.quiet: list[float] = []

    def wait_while_paused(self) -> None:
        progress = self._bench.progress
        assert progress.waiting
        self._bench.now += 60.0
        self.quiet.append(progress.quiet_seconds)
        self.resume()


class Bench:
    """A progress with a clock that stands still until moved."""

    def __init__(self) -> None:
        self.now = 100.0
        self.sent: list[messages.Event] = []
        self.control = PausingControl(self)
        self.progress = Progress(self.sent.append, self.control, clock=lambda: self.now)

    @property
    def done(self) -> list[int]:
        return [event.done for event in self.sent if isinstance(event, messages.Progress)]


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_reports_are_sent_at_most_every_50_ms(bench):
    for number in range(11):
        bench.progress.report(number, 100)
        bench.now += 0.02
    assert bench.done == [0, 3, 6, 9]


def test_the_last_step_is_always_sent_and_only_once(bench):
    bench.progress.report(9, 10)
    bench.progress.report(10, 10)
    bench.progress.report(10, 10)
    assert bench.done == [9, 10]


def test_stages_and_trials_are_always_sent(bench):
    bench.progress.report(0, 5)
    bench.progress.stage_started(1, "question", "Your question", 14)
    bench.progress.report(1, 5)
    for number in range(3):
        bench.progress.trial_finished("svm", number, 0.5, 0.1)
    bench.progress.stage_skipped(2, "suitability", "done already")
    bench.progress.stage_finished(1, "question", 0.0, "")
    bench.progress.notice("careful")
    kinds = [type(event).__name__ for event in bench.sent]
    assert kinds == [
        "Progress",
        "StageStarted",
        "Progress",
        *["TrialFinished"] * 3,
        "StageSkipped",
        "StageFinished",
        "Notice",
    ]


def test_every_report_but_a_notice_is_a_place_to_stop(bench):
    bench.progress.check_cancelled()
    bench.progress.report(1, 5)
    bench.control.cancel()
    assert bench.progress.cancelled
    progress = bench.progress
    for call in (
        progress.check_cancelled,
        lambda: progress.report(2, 5),
        lambda: progress.stage_started(1, "question", "Your question", 14),
        lambda: progress.stage_skipped(1, "question", ""),
        lambda: progress.stage_finished(1, "question", 0.0, ""),
        lambda: progress.trial_finished("svm", 1, 0.5, 0.1),
    ):
        with pytest.raises(Cancelled):
            call()
    progress.notice("tidying up")
    # What is on disk is told even then.
    assert [type(event).__name__ for event in bench.sent] == [
        "Progress",
        "StageStarted",
        "StageSkipped",
        "StageFinished",
        "TrialFinished",
        "Notice",
    ]


def test_remaining_follows_the_pace_of_this_run(bench):
    # Twenty of forty were done by an earlier run and say nothing about the pace.
    bench.progress.stage_started(7, "baselines", "Traditional models", 14)
    bench.progress.report(20, 40)
    bench.now += 8.0
    bench.progress.report(24, 40)
    first, second = (e for e in bench.sent if isinstance(e, messages.Progress))
    assert first.remaining is None
    assert second.remaining == pytest.approx(8.0 / 4 * 16)
    assert second.elapsed == pytest.approx(8.0)
    assert second.stage == 7


def test_a_pause_counts_neither_as_time_nor_as_silence(bench):
    bench.progress.report(0, 40)
    bench.now += 8.0
    bench.control.pause()
    bench.progress.report(4, 40)
    assert not bench.progress.waiting
    bench.now += 8.0
    bench.progress.report(8, 40)
    last = bench.sent[-1]
    assert last.elapsed == pytest.approx(16.0)
    assert last.remaining == pytest.approx(2.0 * 32)
    assert bench.progress.seconds() == pytest.approx(16.0)
    assert bench.control.quiet == [0.0]


def test_silence_lasts_since_the_last_point_at_which_the_job_can_be_stopped(bench):
    assert bench.progress.quiet_seconds == 0.0
    bench.now += 5.0
    assert bench.progress.quiet_seconds == pytest.approx(5.0)
    bench.progress.check_cancelled()
    assert bench.progress.quiet_seconds == 0.0
    bench.now += 1.0
    bench.control.pause()
    bench.progress.notice("not a point to stop at")
    assert bench.progress.quiet_seconds == pytest.approx(1.0)


@pytest.mark.parametrize("wish", ["resume", "cancel"])
def test_a_paused_job_waits_until_told(wish):
    control = JobControl()
    progress = Progress(control=control)
    ends: list[str] = []

    def job() -> None:
        try:
            progress.report(1, 2)
            ends.append("resume")
        except Cancelled:
            ends.append("cancel")

    control.resume()  # a wish from before the pause ends no later one
    control.pause()
    thread = threading.Thread(target=job)
    thread.start()
    moment = threading.Event()
    while not progress.waiting:
        moment.wait(0.005)
    assert ends == []
    getattr(control, wish)()
    thread.join()
    assert ends == [wish]
    assert not progress.waiting


def test_what_follows_a_job_pauses_and_resumes_with_it():
    said: list[str] = []

    class Follower:
        def pause(self) -> None:
            said.append("pause")

        def resume(self) -> None:
            said.append("resume")

    control = JobControl()
    control.pause()
    Progress(control=control).follow_pauses(Follower())
    control.resume()
    control.pause()
    assert said == ["pause", "resume", "pause"]


def test_best_and_total_last_until_the_next_stage(bench):
    bench.progress.report(1, 5, "svm", best="AUROC 0.8")
    bench.now += 1.0
    bench.progress.report(2, what="svm")
    bench.progress.stage_started(8, "networks", "Networks", 14)
    bench.progress.report(0)
    reports = [e for e in bench.sent if isinstance(e, messages.Progress)]
    assert [(e.total, e.best) for e in reports] == [
        (5, "AUROC 0.8"),
        (5, "AUROC 0.8"),
        (0, ""),
    ]


def test_numbers_that_are_not_finite_are_sent_as_none(bench):
    bench.progress.trial_finished("svm", 1, math.nan, 0.1)
    bench.progress.report(1, 5, remaining=math.inf)
    assert bench.sent[0].score is None
    assert bench.sent[1].remaining is None
    for event in bench.sent:
        assert messages.decode(messages.encode(event)) == event


def test_without_a_listener_nothing_happens():
    progress = Progress()
    progress.report(1, 2)
    assert not progress.cancelled
