"""Each question to a worker gets exactly one answer, whatever becomes of the worker."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from deepbench.messages import CheckStudy, Doctor, JobFailed, Progress
from deepbench_ui import worker_bridge
from deepbench_ui.worker_bridge import WorkerBridge

JOBS = {
    "Doctor": "tests_ui_jobs:quick",
    "CheckStudy": "tests_ui_jobs:slow",
}
ANSWER_MILLISECONDS = 20_000


@pytest.fixture
def bridge(monkeypatch: pytest.MonkeyPatch, qapp: object) -> Iterator[WorkerBridge]:
    # A spawned process gets the search path of its parent.
    monkeypatch.syspath_prepend(str(Path(__file__).parent))
    made = WorkerBridge(JOBS)
    yield made
    made.close()


class Answers:
    """Notes how a question was answered."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.result: dict[str, object] = {}
        self.problem: JobFailed | None = None
        self.progress = 0

    def done(self, result: dict[str, object]) -> None:
        self.said.append("done")
        self.result = result

    def failed(self, problem: JobFailed) -> None:
        self.said.append("failed")
        self.problem = problem

    def stopped(self) -> None:
        self.said.append("stopped")

    def heard(self, event: object) -> None:
        self.progress += isinstance(event, Progress)


def ask(bridge: WorkerBridge, request: Doctor | CheckStudy) -> Answers:
    answers = Answers()
    bridge.ask(
        request,
        done=answers.done,
        failed=answers.failed,
        stopped=answers.stopped,
        heard=answers.heard,
    )
    return answers


def test_answers_come_in_the_order_of_the_questions(bridge: WorkerBridge, qtbot: QtBot) -> None:
    first, second = ask(bridge, Doctor("cpu")), ask(bridge, Doctor("auto"))
    qtbot.waitUntil(lambda: bool(second.said), timeout=ANSWER_MILLISECONDS)
    assert (first.said, second.said) == (["done"], ["done"])
    assert (first.result, second.result) == ({"device": "cpu"}, {"device": "auto"})
    assert not bridge.busy


def test_a_job_is_heard_and_can_be_stopped(bridge: WorkerBridge, qtbot: QtBot) -> None:
    answers = ask(bridge, CheckStudy("x"))
    qtbot.waitUntil(lambda: answers.progress > 0, timeout=ANSWER_MILLISECONDS)
    bridge.cancel()
    qtbot.waitUntil(lambda: bool(answers.said), timeout=ANSWER_MILLISECONDS)
    assert answers.said == ["stopped"]
    assert bridge.alive


def test_a_killed_worker_fails_all_questions_and_the_next_one_starts_another(
    bridge: WorkerBridge, qtbot: QtBot
) -> None:
    first, second = ask(bridge, CheckStudy("x")), ask(bridge, Doctor())
    qtbot.waitUntil(lambda: first.progress > 0, timeout=ANSWER_MILLISECONDS)
    pid = bridge.pid
    assert pid is not None
    os.kill(pid, getattr(signal, "SIGKILL", signal.SIGTERM))
    qtbot.waitUntil(lambda: bool(second.said), timeout=ANSWER_MILLISECONDS)
    assert (first.said, second.said) == (["failed"], ["failed"])
    assert first.problem is not None
    assert first.problem.kind == "worker died"
    third = ask(bridge, Doctor("cpu"))
    qtbot.waitUntil(lambda: bool(third.said), timeout=ANSWER_MILLISECONDS)
    assert third.said == ["done"]
    assert bridge.pid != pid


def test_stopping_at_once_is_told_as_a_stop(bridge: WorkerBridge, qtbot: QtBot) -> None:
    answers = ask(bridge, CheckStudy("x"))
    qtbot.waitUntil(lambda: answers.progress > 0, timeout=ANSWER_MILLISECONDS)
    bridge.kill()
    qtbot.waitUntil(lambda: bool(answers.said), timeout=ANSWER_MILLISECONDS)
    assert answers.said == ["stopped"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot hold a process")
def test_a_worker_that_does_not_answer_is_noticed(
    bridge: WorkerBridge, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_bridge, "PING_SECONDS", 0.05)
    monkeypatch.setattr(worker_bridge, "STUCK_SECONDS", 0.5)
    answers = ask(bridge, CheckStudy("x"))
    qtbot.waitUntil(lambda: answers.progress > 0, timeout=ANSWER_MILLISECONDS)
    assert bridge.pid is not None
    with qtbot.waitSignal(bridge.stuck_changed, timeout=ANSWER_MILLISECONDS) as heard:
        os.kill(bridge.pid, signal.SIGSTOP)
    assert heard.args == [True]
    with qtbot.waitSignal(bridge.stuck_changed, timeout=ANSWER_MILLISECONDS) as heard:
        os.kill(bridge.pid, signal.SIGCONT)
    assert heard.args == [False]
    bridge.kill()
    qtbot.waitUntil(lambda: bool(answers.said), timeout=ANSWER_MILLISECONDS)
