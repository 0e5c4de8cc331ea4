"""Prepare DeepBench's own environment, then run it, or its tests, in it.

    python packaging/bootstrap.py run       the wizard; without a screen, or with --study, the main
                                            job on the built-in example
    python packaging/bootstrap.py test      the tests; what follows "--" goes to pytest
    python packaging/bootstrap.py install   prepare only; the last line is the interpreter's path

The environment lies in ``.venv`` beside this folder, or where the environment variable
DEEPBENCH_VENV says. It holds the versions of ``constraints.txt`` and no others, is reused while
these and ``pyproject.toml`` stay the same, and is repaired when something in it is missing.

Standard library only, in this file and its parts (``bootstrap_*.py``). Progress goes to stderr.
Exit codes: 2 for what the user can mend (Python, disk, folder), 1 when pip fails, 130 after
Ctrl-C, else that of the program started.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import platform
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import NoReturn, Sequence

from bootstrap_environment import Environment, locked, read_requirements
from bootstrap_machine import (
    QT_LIBRARIES,
    Problem,
    check_python,
    ensure_libraries,
    has_screen,
    say,
    window_libraries,
)
from bootstrap_steps import (
    CONSTRAINTS,
    REPOSITORY,
    TRIAL,
    StepFailed,
    child_environment,
    install,
    spell_seconds,
    stop,
)

EXAMPLE_STUDY = REPOSITORY / "wisconsin.deepbench"


def prepare(dev: bool) -> Environment:
    """Return an environment in which DeepBench runs, made, repaired or reused."""
    place = os.environ.get("DEEPBENCH_VENV") or str(REPOSITORY / ".venv")
    environment = Environment(Path(place).expanduser().resolve())
    location = f"{REPOSITORY} {environment.folder}"
    requirements = read_requirements(REPOSITORY / "pyproject.toml", CONSTRAINTS, location)
    environment.claim()
    with locked(environment.own / "lock"):
        if environment.is_ready(requirements.key, dev):
            return environment
        started = time.monotonic()
        fresh = not environment.works()
        task = "Making" if fresh else "Completing"
        say(f"{task} the environment in {environment.folder}")
        try:
            install(environment, requirements, dev, fresh)
        except StepFailed as failure:
            if fresh or failure.what != TRIAL:
                raise
            say("That was not enough; making the environment again.")
            install(environment, requirements, dev, fresh=True)
        say(f"The environment is ready ({spell_seconds(time.monotonic() - started)}).")
    return environment


def has_wizard(repository: Path) -> bool:
    """Return whether this version of DeepBench has a window at all."""
    return (repository / "ui" / "deepbench_ui" / "__main__.py").is_file()


def window_opens(python: Path) -> bool:
    """Return whether Qt can open a window here; if not, say what it says about it.

    Tried in a process of its own: where a screen is named that does not answer, Qt ends it.
    """
    trial = "from PySide6.QtGui import QGuiApplication; QGuiApplication([])"
    done = subprocess.run(
        [str(python), "-c", trial],
        env=child_environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        check=False,
    )
    if done.returncode != 0:
        reason = next(iter(done.stderr.decode("utf-8", "replace").strip().splitlines()), "")
        say(f"No window can be opened here, although a screen is named. {reason}".rstrip())
    return done.returncode == 0


def opens_wizard(python: Path) -> bool:
    """Return whether there is a wizard and a screen to open it on."""
    ready = has_wizard(REPOSITORY) and has_screen()
    return ready and ensure_libraries(window_libraries()) and window_opens(python)


def run_program(command: list[str], extra: dict[str, str], folder: Path | None = None) -> int:
    """Run a program in the foreground; return its exit code as a shell would."""
    process = subprocess.Popen(command, env={**child_environment(), **extra}, cwd=folder)
    try:
        while True:
            try:
                code = process.wait()
                return code if code >= 0 else 128 - code
            except KeyboardInterrupt:
                # Ctrl-C reached the program too, and it knows better how to end.
                continue
    finally:
        stop(process)


def find_report(study: Path) -> Path | None:
    """Return the newest HTML report in a study folder."""
    reports = sorted((study / "report").glob("*.html"), key=lambda path: path.stat().st_mtime)
    return reports[-1] if reports else None


def command_run(options: argparse.Namespace, extra: list[str]) -> int:
    """Open the wizard, or do the main job on the built-in example and say where its report is."""
    environment = prepare(dev=False)
    python = str(environment.python)
    if not options.study and opens_wizard(environment.python):
        return run_program([python, "-m", "deepbench_ui", *extra], {})
    study = Path(options.study or EXAMPLE_STUDY).resolve()
    say(f"Running the built-in example in {study}")
    job = ["run", "--example", "wisconsin", "--study", str(study)]
    code = run_program([python, "-m", "deepbench", *job, *extra], {})
    if code == 0:
        print(f"Report: {find_report(study) or study}", flush=True)
    return code


def command_test(_options: argparse.Namespace, extra: list[str]) -> int:
    """Run the tests, each process with one thread."""
    environment = prepare(dev=True)
    if has_wizard(REPOSITORY):
        ensure_libraries(QT_LIBRARIES)  # the tests draw into memory
    # Before Python starts: a plug-in of pytest loads numpy earlier than any file of the tests.
    single = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    return run_program([str(environment.python), "-m", "pytest", *extra], single, REPOSITORY)


def command_install(options: argparse.Namespace, _extra: list[str]) -> int:
    """Prepare the environment, and print its interpreter's path as the last line."""
    environment = prepare(dev=options.dev)
    if has_wizard(REPOSITORY):
        ensure_libraries(window_libraries())
    print(environment.python, flush=True)
    return 0


def parse(arguments: Sequence[str]) -> tuple[argparse.Namespace, list[str]]:
    """Return the options of this script, and what stands behind ``--`` for the program."""
    cut = list(arguments).index("--") if "--" in arguments else len(arguments)
    parser = argparse.ArgumentParser(
        prog="bootstrap.py",
        description="Prepare DeepBench's own environment, then run it, or its tests, in it.",
        epilog='What follows "--" goes to the program that is started.',
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="run | test | install")
    run = commands.add_parser("run", help="the wizard; without a screen, the built-in example")
    run.add_argument(
        "--study",
        help="run the built-in example in this folder, without the wizard (where there is no "
        f"screen it is {EXAMPLE_STUDY})",
    )
    run.set_defaults(action=command_run)
    commands.add_parser("test", help="the tests").set_defaults(action=command_test)
    install_only = commands.add_parser("install", help="prepare only, print the interpreter")
    install_only.add_argument("--dev", action="store_true", help="with the tools for tests")
    install_only.set_defaults(action=command_install)
    return parser.parse_args(arguments[:cut]), list(arguments[cut + 1 :])


def end_on_signal(number: int, _frame: object) -> NoReturn:
    """End as after Ctrl-C, so that children are ended first."""
    raise SystemExit(128 + number)


def main(arguments: Sequence[str]) -> int:
    """Run the script; return its exit code."""
    # A redirected Windows stream may lack a letter of the path; that is no reason to fail.
    with contextlib.suppress(AttributeError):
        sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    try:
        bits = 64 if sys.maxsize > 2**32 else 32
        check_python(sys.version_info[:3], platform.system(), platform.machine(), bits)
        options, extra = parse(arguments)
        signal.signal(signal.SIGTERM, end_on_signal)
        code: int = options.action(options, extra)
        return code
    except Problem as problem:
        say(f"{problem.message}\n{problem.hint}")
        return problem.exit_code
    except KeyboardInterrupt:
        say("Stopped. Run the same command again: it continues where it stopped.")
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
