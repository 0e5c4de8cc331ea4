"""What holds for every test: one thread, no screen, no network, nothing left running."""

from __future__ import annotations

import importlib.util
import multiprocessing
import os
import sys
import tempfile
import threading
from collections.abc import Iterator
from multiprocessing import resource_tracker
from pathlib import Path

for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_variable] = "1"
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import psutil
import pytest
import threadpoolctl
from hypothesis import HealthCheck, settings

REPOSITORY = Path(__file__).resolve().parent.parent
OFFLINE = Path(__file__).resolve().parent / "offline"
ENDING_SECONDS = 5.0

# pytest-randomly has loaded numpy by now, and its library of linear algebra with it.
threadpoolctl.threadpool_limits(1)

# How fast the machine is decides nothing: a timing is a benchmark.
settings.register_profile(
    "deepbench", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile("deepbench")


def _forbid_connections() -> Path:
    """Install the guard here and for children; return the file that records attempts."""
    handle, name = tempfile.mkstemp(prefix="deepbench-tests-", suffix=".connections")
    os.close(handle)
    os.environ["DEEPBENCH_TESTS_CONNECTIONS"] = name
    known = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join([str(OFFLINE), *([known] if known else [])])
    spec = importlib.util.spec_from_file_location("_offline", OFFLINE / "sitecustomize.py")
    assert spec is not None
    assert spec.loader is not None
    spec.loader.exec_module(importlib.util.module_from_spec(spec))
    return Path(name)


_connections = _forbid_connections()


def pytest_unconfigure() -> None:
    _connections.unlink(missing_ok=True)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real tables, which lies beside the repository where it is lent."""
    folder = REPOSITORY.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the folder ../shared/data with real tables is not on this machine")
    return folder


def _threads() -> set[threading.Thread]:
    return {thread for thread in threading.enumerate() if not thread.daemon}


def _children() -> set[psutil.Process]:
    # multiprocessing's tracker of shared memory lives as long as the process, by design.
    tracker = getattr(resource_tracker._resource_tracker, "_pid", None)
    return {child for child in psutil.Process().children() if child.pid != tracker}


def _is_alive(child: psutil.Process) -> bool:
    try:
        return child.is_running() and child.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.fixture(autouse=True)
def _nothing_left_behind() -> Iterator[None]:
    """Fail a test that leaves a thread or a process running, or that tried to connect."""
    threads, children = _threads(), _children()
    attempts = _connections.stat().st_size
    yield
    for thread in _threads() - threads:
        thread.join(ENDING_SECONDS)
    multiprocessing.active_children()  # collects those that have ended
    new = _children() - children
    psutil.wait_procs(new, timeout=ENDING_SECONDS)
    left = [f"thread {thread.name}" for thread in _threads() - threads]
    left += [f"process {child.pid}" for child in new if _is_alive(child)]
    tried = _connections.read_text(encoding="utf-8")[attempts:].strip()
    assert not left, f"still running after the test: {', '.join(left)}"
    assert not tried, f"tried to reach a network: {tried}"


def pytest_report_header() -> str:
    return f"DeepBench's tests: one thread, offline, {sys.executable}"
