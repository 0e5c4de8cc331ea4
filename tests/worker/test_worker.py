"""The worker as its user sees it: jobs, errors, cancel, death on either side."""

from __future__ import annotations

import os
import signal
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from deepbench import messages
from deepbench.errors import WorkerError
from deepbench.messages import (
    CheckStudy,
    Doctor,
    JobCancelled,
    JobFailed,
    JobFinished,
    Notice,
    Predict,
    Progress,
    Ready,
    RunStudy,
    StageFinished,
    StageSkipped,
    StageStarted,
    TrialFinished,
)
from deepbench.worker import client
from deepbench.worker.client import Worker

posix = pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")


def toy(name: str, study: Path | str = "") -> RunStudy:
    return RunStudy(None, name, str(study))


def test_a_job_tells_its_stages_and_its_result(worker, events_until):
    worker.send(toy("normal", "s"))
    events = events_until(worker)
    assert [type(event) for event in events] == [
        StageSkipped,
        StageStarted,
        Progress,
        TrialFinished,
        StageFinished,
        JobFinished,
    ]
    assert events[2].done == 1 and events[2].total == 2 and events[2].best == "AUROC 0.9"
    assert events[-1].result["report"] == str(Path("s") / "report.html")


def test_the_worker_introduces_itself(worker):
    events = []
    while not events:
        events = worker.poll(0.1)
    assert isinstance(events[0], Ready)
    assert events[0].pid == worker.pid
    assert events[0].versions["python"] == ".".join(map(str, sys.version_info[:3]))
    assert "torch" in events[0].versions


def test_the_worker_loads_nothing_heavy_by_itself(worker, events_until):
    worker.send(Doctor())
    loaded = set(events_until(worker)[-1].result["modules"])
    assert not loaded & {"torch", "pandas", "sklearn", "numpy", "pydantic", "rich"}


@pytest.mark.parametrize(
    ("name", "kind", "exit_code", "said"),
    [
        ("plan_error", "PlanError", 2, "The plan is odd."),
        ("blocked", "StageBlocked", 3, "Outcome and batch are one."),
        ("memory", "out of memory", 1, "ran out of memory"),
        ("card", "out of device memory", 1, "graphics card ran out of memory"),
        ("disk", "disk full", 1, "disk is full"),
        ("not_json", "WorkerError", 1, "cannot be sent"),
    ],
)
def test_problems_are_sentences_and_the_worker_lives_on(
    worker, events_until, name, kind, exit_code, said
):
    worker.send(toy(name))
    failed = events_until(worker)[-1]
    assert isinstance(failed, JobFailed)
    assert (failed.kind, failed.exit_code) == (kind, exit_code)
    assert said in failed.message
    assert "command" not in failed.hint  # the reader may sit before a window
    worker.send(toy("normal"))
    assert isinstance(events_until(worker)[-1], JobFinished)


@pytest.mark.parametrize("name", ["fault", "pool_fault"])
def test_a_fault_names_class_and_place_and_keeps_the_rest_in_the_study(
    worker, events_until, tmp_path, name
):
    (tmp_path / "ledger.jsonl").touch()
    worker.send(toy(name, tmp_path))
    failed = events_until(worker)[-1]
    (crash,) = (tmp_path / "runs" / "crashes").iterdir()
    assert failed.kind == "unexpected"
    assert "ValueError at deepbench/training/compute.py:" in failed.message
    assert "4711" not in failed.message + failed.hint
    assert str(crash) in failed.hint
    text = crash.read_text(encoding="utf-8")
    assert "Traceback" in text and "in fault" in text and "4711" in text
    if os.name == "posix":
        assert crash.stat().st_mode & 0o077 == 0


def test_a_folder_that_is_no_study_gets_no_crash_file(worker, events_until, tmp_path):
    worker.send(toy("fault", tmp_path))
    failed = events_until(worker)[-1]
    assert list(tmp_path.iterdir()) == []
    crash_file_in(failed).unlink()


def crash_file_in(failed: JobFailed) -> Path:
    return Path(failed.hint.split(" are in ")[1].split(" and may ")[0])


def test_a_job_that_cannot_be_found_is_a_fault_without_a_study(worker, events_until):
    worker.send(CheckStudy("s"))
    failed = events_until(worker)[-1]
    assert failed.kind == "unexpected" and "AttributeError" in failed.message
    crash = crash_file_in(failed)
    assert "no_such_function" in crash.read_text(encoding="utf-8")
    crash.unlink()


def test_a_request_without_a_job_is_refused(worker, events_until):
    worker.send(Predict("s", "i", "o"))
    failed = events_until(worker)[-1]
    assert failed.kind == "WorkerError" and "Predict" in failed.message


def test_cancel_stops_a_working_job_and_the_worker_goes_on(worker, events_until):
    worker.send(toy("until_cancelled"))
    events_until(worker, Notice)
    worker.cancel()
    assert isinstance(events_until(worker)[-1], JobCancelled)
    worker.send(toy("normal"))
    assert isinstance(events_until(worker)[-1], JobFinished)


def test_cancel_stops_what_was_asked_before_and_nothing_later(worker, events_until):
    worker.send(toy("until_cancelled"))
    worker.send(toy("until_cancelled"))
    worker.cancel()
    worker.send(toy("normal"))
    ends = []
    while len(ends) < 3:
        ends.extend(e for e in events_until(worker) if isinstance(e, messages.JobEnd))
    assert [type(end) for end in ends] == [JobCancelled, JobCancelled, JobFinished]


@posix
def test_a_killed_worker_is_one_sentence(worker, events_until):
    worker.send(toy("until_cancelled"))
    events_until(worker, Notice)
    os.kill(worker.pid, signal.SIGKILL)
    failed = events_until(worker)[-1]
    assert (failed.kind, failed.exit_code) == ("worker died", 1)
    assert "killed by signal 9" in failed.message
    assert "Nothing that was shown is lost; start it again to continue." in failed.hint
    assert not worker.alive
    assert worker.poll(0.0) == []
    with pytest.raises(WorkerError, match="not running"):
        worker.send(toy("normal"))
    worker.start()
    worker.send(toy("normal"))
    assert isinstance(events_until(worker)[-1], JobFinished)


@posix
def test_a_crash_in_a_library_leaves_its_trace_in_a_file(worker, events_until):
    worker.send(toy("segfault"))
    failed = events_until(worker)[-1]
    assert "killed by signal 11" in failed.message
    details = Path(failed.hint.rsplit(" is in ", 1)[1].removesuffix("."))
    assert "job_segfault" in details.read_text(encoding="utf-8")
    details.unlink()


def test_kill_counts_as_the_wish_of_the_user(worker, events_until):
    worker.send(toy("deaf"))
    events_until(worker, Notice)
    worker.kill()
    assert isinstance(events_until(worker)[-1], JobCancelled)


@posix
def test_a_polite_end_from_outside_cancels_the_job(worker, events_until, gone):
    worker.send(toy("until_cancelled"))
    events_until(worker, Notice)
    os.kill(worker.pid, signal.SIGTERM)
    assert isinstance(events_until(worker)[-1], JobCancelled)
    assert gone([worker.pid])


def test_close_ends_a_busy_worker_and_leaves_no_file(worker, events_until, gone):
    worker.send(toy("until_cancelled"))
    events_until(worker, Notice)
    pid, details = worker.pid, worker._details
    assert details.exists()
    worker.close()
    assert gone([pid])
    assert not details.exists()
    assert not worker.alive


def test_what_the_worker_prints_stays_off_the_screen(worker, events_until, capfd):
    worker.send(toy("noise"))
    assert isinstance(events_until(worker)[-1], JobFinished)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    "data",
    [b"\x80\x04pickle", b"[1]", b'{"version": 1, "type": "Ready", "pid": 1, "versions": {}}'],
)
def test_foreign_bytes_are_answered_and_survived(worker, events_until, data):
    worker._connection.send_bytes(data)
    assert events_until(worker)[-1].kind == "WorkerError"
    worker.send(toy("normal"))
    assert isinstance(events_until(worker)[-1], JobFinished)


@posix
def test_a_torn_request_ends_the_worker(worker, events_until, gone):
    worker.send(toy("normal"))
    events_until(worker)
    os.write(worker._connection.fileno(), struct.pack("!i", 100) + b"{")
    worker._connection.close()
    worker._connection = None
    assert gone([worker.pid])
    assert "exit code 75" in events_until(worker)[-1].message


@posix
@pytest.mark.parametrize("main", ["foreign_main", "torn_main"])
def test_a_worker_that_talks_nonsense_is_ended(monkeypatch, events_until, gone, main):
    import toy_jobs

    monkeypatch.setattr(client, "worker_main", getattr(toy_jobs, main))
    with Worker() as worker:
        assert events_until(worker)[-1].kind == "worker died"
        assert gone([worker.pid])


@posix
def test_a_killed_parent_takes_worker_and_pool_with_it(tmp_path, gone):
    program = Path(__file__).with_name("toy_parent.py")
    with subprocess.Popen(
        [sys.executable, str(program), str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as parent:
        pids = [int(word) for word in parent.stdout.readline().split()]
        assert len(pids) == 3
        parent.kill()
    assert gone(pids)


@posix
def test_a_killed_worker_takes_its_pool_with_it(worker, events_until, gone, tmp_path):
    worker.send(toy("pool", tmp_path))
    pids = [int(word) for word in events_until(worker, Notice)[-1].text.split()]
    worker.kill()
    assert gone([worker.pid, *pids])


def test_cancel_kills_a_busy_pool(worker, events_until, gone, tmp_path):
    worker.send(toy("pool", tmp_path))
    pids = [int(word) for word in events_until(worker, Notice)[-1].text.split()]
    worker.cancel()
    assert isinstance(events_until(worker)[-1], JobCancelled)
    assert gone(pids)
    assert worker.alive


def test_a_worker_is_started_once():
    with Worker() as worker, pytest.raises(WorkerError, match="already"):
        worker.start()


@pytest.mark.parametrize(
    ("exit_code", "said"),
    [(-9, "signal 9"), (1, "exit code 1"), (0xC0000005, "exit code 0xc0000005"), (None, "not")],
)
def test_the_manner_of_death_is_said(exit_code, said):
    assert said in client._manner(exit_code)
