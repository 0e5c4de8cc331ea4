"""Pausing, resuming and signs of life, as the window asks for them."""

from __future__ import annotations

import os
import random
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from deepbench.messages import (
    Event,
    JobCancelled,
    JobFailed,
    JobFinished,
    Notice,
    Pong,
    Progress,
    RunStudy,
)
from deepbench.worker.client import Worker

posix = pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
EventsUntil = Callable[..., list[Event]]
PINGS = 40


def toy(name: str, study: Path | str = "") -> RunStudy:
    return RunStudy(None, name, str(study))


def ping(worker: Worker, events_until: EventsUntil) -> tuple[Pong, list[Event]]:
    """Return the answer to a ping, and the events that came with it."""
    worker.ping()
    events = events_until(worker, Pong)
    (pong,) = (event for event in events if isinstance(event, Pong))
    return pong, [event for event in events if event is not pong]


def wait_until_paused(worker: Worker, events_until: EventsUntil) -> None:
    while not ping(worker, events_until)[0].paused:
        pass


def wait_for_notes(folder: Path, kind: str, count: int) -> list[int]:
    """Wait until so many tasks have noted begin or end; return their processes."""
    import toy_jobs

    moment = threading.Event()
    while True:
        found = [line.split()[1] for line in toy_jobs.notes(folder) if line.startswith(kind)]
        if len(found) >= count:
            return [int(pid) for pid in found]
        moment.wait(0.005)


@pytest.fixture
def paused_pool(
    worker: Worker, events_until: EventsUntil, tmp_path: Path
) -> tuple[Worker, list[int]]:
    """A worker paused in the middle of a job, and the pool's processes, which wait to go on."""
    worker.send(toy("gated", tmp_path))
    pids = wait_for_notes(tmp_path, "begin", 2)
    worker.pause()
    ping(worker, events_until)  # heard after the pause
    (tmp_path / "go").touch()
    wait_for_notes(tmp_path, "end", 2)
    wait_until_paused(worker, events_until)
    return worker, pids


def test_a_paused_pool_finishes_what_runs_and_begins_nothing_new(
    paused_pool, events_until, tmp_path
):
    import toy_jobs

    worker, _ = paused_pool
    for _ in range(PINGS):
        ping(worker, events_until)
    toy_jobs.note(tmp_path, "resumed")
    worker.resume()
    finished = events_until(worker, JobFinished)[-1]
    kinds = [line.split()[0] for line in toy_jobs.notes(tmp_path)]
    assert kinds[:5] == ["begin", "begin", "end", "end", "resumed"]
    assert kinds.count("begin") == kinds.count("end") == 6
    assert finished.result["numbers"] == [random.Random(number).random() for number in range(6)]


def test_numbers_do_not_depend_on_a_pause(worker, events_until, tmp_path):
    (tmp_path / "go").touch()
    worker.send(toy("gated", tmp_path))
    finished = events_until(worker, JobFinished)[-1]
    assert finished.result["numbers"] == [random.Random(number).random() for number in range(6)]


def test_a_paused_job_is_silent_and_goes_on(worker, events_until):
    worker.send(toy("until_cancelled"))
    events_until(worker, Notice)
    worker.pause()
    wait_until_paused(worker, events_until)
    for _ in range(PINGS):
        assert ping(worker, events_until) == (Pong(0.0, True), [])
    worker.resume()
    events_until(worker, Progress)
    assert not ping(worker, events_until)[0].paused
    worker.cancel()
    assert isinstance(events_until(worker)[-1], JobCancelled)


def test_cancel_is_heard_in_a_pause_and_ends_the_pool(paused_pool, events_until, gone):
    worker, pids = paused_pool
    worker.cancel()
    assert isinstance(events_until(worker)[-1], JobCancelled)
    assert gone(pids)
    worker.send(toy("normal"))
    assert isinstance(events_until(worker)[-1], JobFinished)


def test_kill_ends_a_paused_worker_and_its_pool(paused_pool, events_until, gone):
    worker, pids = paused_pool
    worker.kill()
    assert isinstance(events_until(worker)[-1], JobCancelled)
    assert gone([worker.pid, *pids])


def test_closing_ends_a_paused_worker_without_force(paused_pool, gone):
    worker, pids = paused_pool
    process = worker._process
    worker.close()
    assert process.exitcode >= 0
    assert gone(pids)


@posix
def test_a_polite_end_from_outside_is_heard_in_a_pause(worker, events_until, gone):
    worker.send(toy("until_cancelled"))
    events_until(worker, Notice)
    worker.pause()
    wait_until_paused(worker, events_until)
    os.kill(worker.pid, signal.SIGTERM)
    assert isinstance(events_until(worker)[-1], JobCancelled)
    assert gone([worker.pid])


@posix
def test_a_pool_process_killed_in_a_pause_is_told_after_it(paused_pool, events_until, gone):
    worker, pids = paused_pool
    os.kill(pids[0], signal.SIGKILL)
    assert gone(pids[:1])
    assert ping(worker, events_until)[0].paused
    worker.resume()
    failed = events_until(worker)[-1]
    assert isinstance(failed, JobFailed)
    assert "calculation processes stopped unexpectedly" in failed.message
    assert gone(pids)


def test_a_pause_concerns_no_job_that_is_asked_for_later(worker, events_until):
    worker.pause()
    worker.send(toy("normal"))
    assert isinstance(events_until(worker)[-1], JobFinished)


def test_a_job_that_waits_its_turn_is_paused_too(worker, events_until):
    worker.send(toy("until_cancelled"))
    events_until(worker, Notice)
    worker.send(toy("normal"))
    worker.pause()
    wait_until_paused(worker, events_until)
    worker.resume()
    worker.cancel()
    ends = []
    while len(ends) < 2:
        ends += [e for e in events_until(worker) if isinstance(e, JobCancelled)]
    assert ends == [JobCancelled(), JobCancelled()]


def test_a_worker_without_a_job_gives_a_sign_of_life(worker, events_until):
    assert ping(worker, events_until)[0] == Pong(0.0, False)


def test_a_job_that_does_not_listen_is_known_by_its_silence(worker, events_until):
    worker.send(toy("deaf"))
    events_until(worker, Notice)
    worker.pause()
    first, second = (ping(worker, events_until)[0] for _ in range(2))
    assert 0.0 < first.quiet_seconds < second.quiet_seconds
    assert not second.paused
    worker.kill()
    assert isinstance(events_until(worker)[-1], JobCancelled)


def test_one_ping_is_open_at_most(worker, events_until):
    worker.ping()
    worker.ping()
    worker.send(toy("normal"))
    answers = [event for event in events_until(worker) if isinstance(event, Pong)]
    assert len(answers) == 1
    ping(worker, events_until)


def test_a_worker_that_does_not_run_needs_no_asking():
    worker = Worker()
    for ask in (worker.pause, worker.resume, worker.ping, worker.cancel):
        ask()
    assert worker.poll() == []
