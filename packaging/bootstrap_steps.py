"""The steps that make or repair the environment, and their progress. Part of bootstrap.py.

Standard library only, and readable by an old Python, to tell its user which one is needed.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

from bootstrap_environment import Environment, Requirements, import_name
from bootstrap_machine import (
    NEEDED_BYTES,
    Problem,
    check_disk,
    check_path_length,
    ensure_venv_module,
    say,
    windows_long_paths,
)

REPOSITORY = Path(__file__).resolve().parent.parent
CONSTRAINTS = Path(__file__).resolve().parent / "constraints.txt"
HEARTBEAT_SECONDS = 30.0
OWN = "DeepBench itself"
TRIAL = "Trying every library once"
# Loads libraries of the system that a computer without a screen need not have.
WINDOW_ONLY = ("pyqtgraph",)
# Variables with which another Python or pip installation would reach into this environment.
FOREIGN_VARIABLES = (
    "PYTHONHOME",
    "PYTHONPATH",
    "PIP_TARGET",
    "PIP_PREFIX",
    "PIP_ROOT",
    "__PYVENV_LAUNCHER__",
)


class StepFailed(Problem):
    """A command of a step ended with an error."""

    def __init__(self, what: str, message: str, hint: str) -> None:
        super().__init__(message, hint, exit_code=1)
        self.what = what


class Step(NamedTuple):
    """One line of the progress display, and the command behind it."""

    what: str
    command: list[str]


def plan_steps(
    environment: Environment, requirements: Requirements, dev: bool, fresh: bool
) -> list[Step]:
    """Return what has to be run to make or repair the environment."""
    python = str(environment.python)
    pip = [python, "-I", "-m", "pip", "install"]
    # Wheels only: the computer of a laboratory has no compiler, and a build's error helps nobody.
    pinned = [*pip, "--only-binary=:all:", "-c", str(CONSTRAINTS)]
    tried = [import_name(line) for line in [requirements.torch, *requirements.runtime]]
    imports = ", ".join(name for name in tried if name not in WINDOW_ONLY)
    making = [sys.executable, "-I", "-m", "venv", str(environment.folder)]
    steps = [Step("A fresh environment", making)] if fresh else []
    # torch first and alone, so that no other requirement chooses its build.
    steps.append(Step("torch (the largest part)", [*pinned, requirements.torch]))
    libraries = [*requirements.runtime, *requirements.build]
    steps.append(Step("The other libraries", [*pinned, *libraries]))
    if dev:
        steps.append(Step("The tools for tests", [*pinned, *requirements.dev]))
    own = [*pip, "--no-deps", "--no-build-isolation", "-e", str(REPOSITORY)]
    steps.append(Step(OWN, own))
    trial = f"import {imports}, deepbench, deepbench_resources, deepbench_ui"
    steps.append(Step(TRIAL, [python, "-I", "-c", trial]))
    return steps


EXPLANATIONS = (
    (
        r"407 Proxy|ProxyError|Tunnel connection failed|Cannot connect to proxy",
        "The proxy of this network refused the connection.",
        "Ask for its address, set it in the environment variable HTTPS_PROXY "
        "(http://user:password@address:port), and try again.",
    ),
    (
        r"CERTIFICATE_VERIFY_FAILED|SSLError|SSLCertVerification",
        "The connection's certificate was not accepted; often a network opens encrypted traffic.",
        "Ask for the network's certificate file, name it in the environment variable PIP_CERT, "
        "and try again.",
    ),
    (
        r"No space left on device|Errno 28\b|Errno 122\b|WinError 112\b|Disk quota exceeded",
        "The disk is full.",
        f"The environment needs about {NEEDED_BYTES / 1e9:.0f} GB (more with the libraries of an "
        "NVIDIA card). Make room, or name a folder on another disk in the environment variable "
        "DEEPBENCH_VENV.",
    ),
    (
        r"NewConnectionError|name resolution|getaddrinfo failed|Name or service not known|"
        r"nodename nor servname|Network is unreachable|Connection refused|ConnectTimeout|"
        r"Max retries exceeded|Read timed out|ReadTimeoutError|ConnectionResetError|"
        r"IncompleteRead|Connection broken",
        "The libraries could not be downloaded: there is no connection, or it broke off.",
        "Connect this computer to the internet and run the same command again; only the "
        "installation needs it. Behind a proxy, set the environment variable HTTPS_PROXY.",
    ),
    (
        r"lib[\w.+-]+\.so[\w.]*: cannot open shared object file",
        "A library of the system is missing; the lines above name it (lib….so).",
        "On Debian and Ubuntu, libgomp.so.1 is in libgomp1 and libstdc++.so.6 in libstdc++6: "
        "install it as administrator with apt-get install.",
    ),
    (
        r"DLL load failed|WinError 126\b|WinError 1114\b",
        "A library of Windows is missing.",
        'Install the "Microsoft Visual C++ Redistributable" (x64) and run the same command again.',
    ),
    (
        r"No matching distribution found|Could not find a version that satisfies",
        "A library is not to be had for this computer and this Python, or there is no connection.",
        "Check the connection; then try with Python 3.12 on 64-bit Windows, Linux or Apple "
        "silicon.",
    ),
    (
        r"Permission denied|WinError 5\b|WinError 32\b|Access is denied",
        "A file could not be written: a program has it open, or a virus scanner holds it.",
        "Close programs that use the environment, wait a minute, and run the same command again.",
    ),
)


def explain(output: str) -> tuple[str, str]:
    """Return what went wrong in a step, and what to do, from the output of its command."""
    for pattern, sentence, hint in EXPLANATIONS:
        if re.search(pattern, output):
            return sentence, hint
    return "The reason is in the lines above.", "Run the same command again to continue."


def spell_seconds(seconds: float) -> str:
    """Return a duration for reading: ``42 s``, ``3 min 05 s``."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"


def last_line(path: Path, width: int) -> str:
    """Return the last line of a log, cut to the width."""
    with path.open("rb") as stream:
        stream.seek(max(0, path.stat().st_size - 2000))
        lines = stream.read().decode("utf-8", "replace").split("\n")
    said = (line.strip() for line in reversed(lines) if not line.startswith("==="))
    return next((line[:width] for line in said if line), "")


def overwrite(text: str) -> None:
    """Show a passing line; in blanks, because an old console of Windows prints escape codes."""
    print(f"\r{text:<78}\r", end="", file=sys.stderr, flush=True)


def child_environment() -> dict[str, str]:
    """Return the variables for programs in the environment, without those of other Pythons."""
    kept = {name: text for name, text in os.environ.items() if name not in FOREIGN_VARIABLES}
    return {**kept, "PIP_USER": "0", "PIP_NO_INPUT": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a child that is still running, and wait until it has."""
    if process.poll() is None:
        process.terminate()
    with contextlib.suppress(KeyboardInterrupt):
        process.wait()


def run_step(step: Step, label: str, log: Path) -> None:
    """Run a step's command with its output in the log, showing that it is alive.

    Raises:
        StepFailed: The command ended with an error; the log's end has been shown.
    """
    started = beat = time.monotonic()
    live = sys.stderr.isatty()
    say(f"{label} {step.what} …")
    with log.open("ab") as stream:
        stream.write(f"\n=== {step.what}: {step.command}\n".encode())
        stream.flush()
        before = stream.tell()
        process = subprocess.Popen(
            step.command,
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
            env=child_environment(),
            # Not the caller's folder: Python would look for modules there.
            cwd=str(log.parent),
        )
        try:
            while process.poll() is None:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(timeout=0.5)
                now = time.monotonic()
                elapsed = spell_seconds(now - started)
                if live:
                    overwrite(f"    {elapsed}  {last_line(log, 60)}")
                elif now - beat >= HEARTBEAT_SECONDS:
                    beat = now
                    say(f"    {elapsed}  {last_line(log, 100)}")
        finally:
            stop(process)
            if live:
                overwrite("")
    elapsed = spell_seconds(time.monotonic() - started)
    if process.returncode == 0:
        say(f"{label} {step.what}: done ({elapsed})")
        return
    with log.open("rb") as stream:
        stream.seek(before)
        output = stream.read().decode("utf-8", "replace")
    say("\n".join("    " + line for line in output.strip().split("\n")[-15:]))
    sentence, hint = explain(output)
    raise StepFailed(
        step.what,
        f"{label} {step.what}: failed after {elapsed}. {sentence}",
        f"{hint} All output is in {log}.",
    )


def install(environment: Environment, requirements: Requirements, dev: bool, fresh: bool) -> None:
    """Make the environment from nothing, or bring an existing one up to date."""
    with contextlib.suppress(FileNotFoundError):
        environment.stamp.unlink()
    if fresh:
        ensure_venv_module()
        environment.clear()
        check_disk(environment.folder, shutil.disk_usage(environment.folder).free)
        check_path_length(str(environment.folder), windows_long_paths())
    else:
        environment.forget_incomplete()
    steps = plan_steps(environment, requirements, dev, fresh)
    for number, step in enumerate(steps, 1):
        run_step(step, f"[{number}/{len(steps)}]", environment.log)
        if step.what == OWN and not str(REPOSITORY).isascii():
            environment.add_paths([REPOSITORY, REPOSITORY / "ui", REPOSITORY / "resources"])
    environment.write_stamp(requirements.key, dev)
