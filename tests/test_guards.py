"""The guards of ``conftest.py`` catch what they are there for."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent

OFFENCES = {
    "connects": """
        import socket
        with socket.socket() as endpoint:
            endpoint.connect(("127.0.0.1", 9))
    """,
    "looks a host up": """
        import socket
        socket.getaddrinfo("localhost", 80)
    """,
    "connects in a child": """
        import subprocess, sys
        program = "import socket; socket.create_connection(('127.0.0.1', 9))"
        subprocess.run([sys.executable, "-c", program], stderr=subprocess.DEVNULL)
    """,
    "leaves a thread": """
        import threading
        release = threading.Event()
        threading.Thread(target=release.wait, args=(20,), name="forgotten").start()
        import atexit
        threading._register_atexit(release.set)
    """,
    "leaves a process": """
        import subprocess, sys
        global forgotten
        forgotten = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
        import atexit
        atexit.register(lambda: forgotten.communicate())
    """,
    "warns": """
        import warnings
        warnings.warn("this will go", DeprecationWarning)
    """,
}


def run_inner(folder: Path, body: str) -> subprocess.CompletedProcess[str]:
    """Run one test with this body in a project of its own, under the real guards."""
    tests = folder / "tests"
    shutil.copytree(HERE / "offline", tests / "offline")
    shutil.copy(HERE / "conftest.py", tests)
    shutil.copy(HERE.parent / "pyproject.toml", folder)
    (tests / "test_inner.py").write_text(f"def test_inner():{body}\n    assert True\n")
    source = (tests / "conftest.py").read_text().replace("SECONDS = 5.0", "SECONDS = 0.2")
    (tests / "conftest.py").write_text(source)
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": ""},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.mark.parametrize("offence", OFFENCES)
def test_an_offence_fails(offence: str, tmp_path: Path) -> None:
    body = "\n    ".join(line[8:] for line in OFFENCES[offence].splitlines())
    done = run_inner(tmp_path, body)
    assert done.returncode == 1, done.stdout
    expected = {
        "warns": "this will go",
        "leaves a thread": "thread forgotten",
        "leaves a process": "still running after the test: process",
    }.get(offence, "DeepBench works offline")
    assert expected in done.stdout


def test_what_ends_in_time_passes(tmp_path: Path) -> None:
    body = """
    import socket, threading, subprocess, sys
    left, right = socket.socketpair()
    left.sendall(b"x"); left.close(); right.close()
    thread = threading.Thread(target=len, args=("",)); thread.start()
    subprocess.run([sys.executable, "-c", "pass"], check=True)
"""
    done = run_inner(tmp_path, body)
    assert done.returncode == 0, done.stdout


def _imported(file: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module or "")
    return {name.partition(".")[0] for name in names}


@pytest.mark.parametrize("folder", ["engine", "worker", "end_to_end"])
def test_the_engine_is_tested_without_qt(folder: str) -> None:
    files = sorted((HERE / folder).rglob("*.py"))
    assert files
    screen = {"PySide6", "shiboken6", "pyqtgraph", "pytestqt", "deepbench_ui"}
    found = {file.name: screen & _imported(file) for file in files}
    assert not any(found.values()), found


def test_numerical_libraries_use_one_thread() -> None:
    import numpy as np
    import threadpoolctl

    assert np.ones(2) @ np.ones(2) == 2.0
    pools = threadpoolctl.threadpool_info()
    assert pools, "numpy brings a library of linear algebra"
    assert {pool["num_threads"] for pool in pools} == {1}
