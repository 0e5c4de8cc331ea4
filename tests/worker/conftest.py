from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

import deepbench
from deepbench.messages import Event, JobEnd, Ready
from deepbench.worker.client import Worker

DEADLINE = 30.0


@pytest.fixture(autouse=True)
def _toys_on_the_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(Path(__file__).parent))
    # For programs of their own, also where the package is not installed.
    # Prepended, so that the offline guard stays in force in children.
    package = str(Path(deepbench.__file__).parents[1])
    monkeypatch.setenv("PYTHONPATH", package, prepend=os.pathsep)


@pytest.fixture
def worker() -> Iterator[Worker]:
    from toy_jobs import JOBS

    with Worker(JOBS) as started:
        yield started


@pytest.fixture
def events_until() -> Callable[..., list[Event]]:
    """Poll a worker until an event of a kind arrives; return all but `Ready`."""

    def poll(worker: Worker, kind: type | object = JobEnd) -> list[Event]:
        found: list[Event] = []
        end = time.monotonic() + DEADLINE
        while time.monotonic() < end:
            found.extend(event for event in worker.poll(0.1) if not isinstance(event, Ready))
            if any(isinstance(event, kind) for event in found):
                return found
        raise AssertionError(f"no {kind} in time, only {found}")

    return poll


@pytest.fixture
def gone() -> Callable[[list[int]], bool]:
    """Wait until processes have ended (a zombie has ended); False after a deadline."""

    def running(pid: int) -> bool:
        try:
            return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
        except psutil.NoSuchProcess:
            return False

    def wait(pids: list[int]) -> bool:
        # Not psutil's own waiting: it would take the exit code from multiprocessing.
        pause = threading.Event()
        end = time.monotonic() + DEADLINE
        while any(running(pid) for pid in pids):
            if time.monotonic() > end:
                return False
            pause.wait(0.02)
        return True

    return wait
