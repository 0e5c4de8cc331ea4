"""No network: connections are refused in the program's processes, and nobody reports home."""

from __future__ import annotations

import importlib.metadata
import re
import subprocess
import sys
from pathlib import Path

import pytest

from deepbench.worker import offline

# In a process of its own: what is refused cannot be allowed again.
CLOSED = "from deepbench.worker.offline import stay_offline; stay_offline(); stay_offline()\n"
ATTEMPTS = {
    "connect": "import socket; socket.create_connection(('93.184.216.34', 80), 0.1)",
    "connect, below": (
        "import _socket; s = _socket.socket(_socket.AF_INET, 1); s.connect(('93.184.216.34', 80))"
    ),
    "version 6": "import socket; socket.socket(socket.AF_INET6).connect(('2001:db8::1', 80))",
    "datagram": (
        "import socket; socket.socket(socket.AF_INET, 2).sendto(b'x', ('93.184.216.34', 9))"
    ),
    "datagram, in parts": (
        "import socket; socket.socket(socket.AF_INET, 2)"
        ".sendmsg([b'x'], [], 0, ('93.184.216.34', 9))"
    ),
    "listen": "import socket; socket.socket().bind(('0.0.0.0', 0))",
    "look up": "import socket; socket.getaddrinfo('example.org', 80)",
    "look up, old": "import socket; socket.gethostbyname('example.org')",
    "page": "import urllib.request; urllib.request.urlopen('http://93.184.216.34/', timeout=0.1)",
}
ALLOWED = {
    "the two ends of one program": (
        "import socket; a, b = socket.socketpair(); a.sendall(b'x'); assert b.recv(1) == b'x'"
    ),
    "this computer": (
        "import socket; s = socket.socket(); s.bind(('127.0.0.1', 0)); s.listen()\n"
        "c = socket.create_connection(s.getsockname())"
    ),
    "a pool": "import multiprocessing as m; m.get_context('spawn').Queue().put(1)",
}


def run(body: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", CLOSED + body],
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": str(Path(__file__).resolve().parents[1])},
    )


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_connections_are_refused(attempt: str) -> None:
    done = run(ATTEMPTS[attempt])
    assert done.returncode == 1
    assert "works without a network" in done.stderr


@pytest.mark.parametrize("use", ALLOWED)
def test_what_stays_on_this_computer_works(use: str) -> None:
    done = run(ALLOWED[use])
    assert done.returncode == 0, done.stderr


def test_wishes_not_to_be_reported_are_set_and_inherited() -> None:
    show = "import os, subprocess, sys; subprocess.run([sys.executable, '-c', "
    done = run(show + "'import os; print(os.environ)'])")
    for name, value in offline.WISHES.items():
        assert f"'{name}': '{value}'" in done.stdout


# What reports how a program is used, or what it crashed of.
REPORTERS = (
    *(b"posthog", b"sentry_sdk", b"sentry-sdk", b"segment.io", b"google-analytics", b"mixpanel"),
    *(b"amplitude.com", b"scarf.sh", b"applicationinsights", b"datadoghq", b"bugsnag", b"matomo"),
)


def _closure() -> set[str]:
    """Return the packages that DeepBench needs, and those that they need."""
    found: set[str] = set()
    waiting = ["deepbench"]
    while waiting:
        name = waiting.pop()
        try:
            needs = importlib.metadata.requires(name) or []
        except importlib.metadata.PackageNotFoundError:
            continue  # for another system
        found.add(name)
        for need in needs:
            package = re.match(r"[\w.-]+", need)
            if package and "extra ==" not in need and package[0].lower() not in found:
                waiting.append(package[0].lower())
    return found


def _sources(name: str) -> list[Path]:
    files = importlib.metadata.files(name) or []
    places = (Path(str(file.locate())) for file in files if file.suffix == ".py")
    return [path for path in places if "test" not in path.parts[-2] and path.is_file()]


def test_no_library_reports_to_anybody() -> None:
    packages = _closure()
    assert {"torch", "scikit-learn", "optuna", "matplotlib", "opacus"} <= packages
    reporting = [
        f"{name}: {path.name}"
        for name in sorted(packages - {"deepbench"})
        for path in _sources(name)
        if _reports(path.read_bytes())
    ]
    assert reporting == []
    assert _reports(b"import PostHog")


def _reports(source: bytes) -> bool:
    lower = source.lower()
    return any(word in lower for word in REPORTERS)
