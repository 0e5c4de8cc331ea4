"""The command line: ``deepbench run | look | predict | report | …``; bare, the wizard.

Nothing heavy is imported here: all work is done by the worker process.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import importlib.util
import io
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from deepbench import __version__
from deepbench.cli_estimate import add_estimate, estimate_request, estimate_result
from deepbench.cli_export import add_export, export_request, exported_lines, preview_lines
from deepbench.cli_look import add_look, look_lines, look_request
from deepbench.cli_progress import Display, choose_display, write_line
from deepbench.errors import Cancelled, DataError, DeepBenchError, GateRefused, StageBlocked
from deepbench.messages import (
    AuditModel,
    CheckStudy,
    Doctor,
    JobCancelled,
    JobEnd,
    JobFailed,
    JobFinished,
    JobRequest,
    Predict,
    RunStudy,
    VerifyStudy,
    WriteReport,
)
from deepbench.worker.client import Worker
from deepbench.worker.pool_size import MAX_DEFAULT_WORKERS, default_workers
from deepbench.worker.process import JOB_FUNCTIONS

POLL_SECONDS = 0.1
STOP_SECONDS = 10.0
EXIT_CODES = (
    "Exit codes: 0 done, 1 a fault of the program or the machine, 2 a problem with the plan, the "
    "data or the study folder, 3 a stage blocks, 130 stopped by the user."
)
NO_SCREEN = (
    "There is no screen here to open the wizard on; the commands above do the same work without "
    "one."
)
# Ends that are the doing of whoever stopped the run, when somebody did.
_KINDS_OF_STOPPING = ("worker died", "WorkerError")


def main(arguments: Sequence[str] | None = None, jobs: Mapping[str, str] = JOB_FUNCTIONS) -> int:
    """Run the command line and return the exit code.

    Args:
        arguments: Words after ``deepbench``; those of this process if None.
        jobs: Like `deepbench.worker.process.JOB_FUNCTIONS`.
    """
    multiprocessing.freeze_support()
    _make_streams_safe()
    parser = build_parser()
    words = list(sys.argv[1:] if arguments is None else arguments)
    if not words:
        return _open_wizard(parser)
    options = parser.parse_args(words)
    try:
        request = _request(options)
        show = _SHOWS.get(type(request).__name__, show_result)
        return run_job(request, jobs, events=getattr(options, "events", False), show=show)
    except DeepBenchError as error:
        write_line(sys.stderr, error.message)
        if error.hint:
            write_line(sys.stderr, error.hint)
        return error.exit_code


# --- words to request ---------------------------------------------------------------------


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    parser = argparse.ArgumentParser(
        prog="deepbench",
        description="From a table to a defended answer: is there a signal, is deep learning worth "
        "it, what does the model use, what may be claimed.",
        epilog=EXIT_CODES,
    )
    parser.add_argument("--version", action="version", version=f"DeepBench {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_run(commands)
    estimate = commands.add_parser("estimate", help="say how long each budget would take here")
    add_estimate(estimate)
    _add_workers(estimate)
    _add_device(estimate)
    add_look(commands.add_parser("look", help="show how a table would be read"))
    predict = commands.add_parser("predict", help="apply the finished model to new samples")
    predict.add_argument("study", metavar="STUDY", help="study folder")
    predict.add_argument("--input", required=True, metavar="FILE", help="table of new samples")
    predict.add_argument("--output", required=True, metavar="FILE", help="CSV to write")
    predict.add_argument(
        "--sample-sheet", default="", metavar="FILE", help="what is known of each new sample"
    )
    report = commands.add_parser("report", help="write the report of a study")
    report.add_argument("study", metavar="STUDY", help="study folder")
    report.add_argument("--output", required=True, metavar="FILE", help="HTML file to write")
    add_export(commands.add_parser("export", help="let something leave the study, if it may"))
    audit = commands.add_parser("audit", help="attack the finished model: what does it give away?")
    audit.add_argument("study", metavar="STUDY", help="study folder")
    audit.add_argument(
        "--effort",
        choices=("quick", "thorough"),
        default="quick",
        help="how hard the model is attacked (default: quick)",
    )
    _add_workers(audit)
    _add_device(audit)
    check = commands.add_parser("check", help="check a study's ledger and files")
    check.add_argument("study", metavar="STUDY", help="study folder")
    verify = commands.add_parser("verify", help="run a plan again and compare all numbers")
    verify.add_argument("path", metavar="STUDY|BUNDLE", help="study folder or unpacked bundle")
    verify.add_argument("--data", default="", metavar="FOLDER", help="where the data lies")
    _add_workers(verify)
    _add_device(verify)
    doctor = commands.add_parser("doctor", help="describe this machine and try its GPU")
    _add_device(doctor)
    return parser


def _add_run(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    run = commands.add_parser(
        "run", help="run a plan, or continue it where it stopped", epilog=EXIT_CODES
    )
    what = run.add_mutually_exclusive_group(required=True)
    what.add_argument("plan", nargs="?", metavar="PLAN", help="plan.toml to run")
    what.add_argument("--example", metavar="NAME", help="run a built-in example instead")
    run.add_argument(
        "--study", metavar="DIR", help="study folder (default: beside the plan, NAME.deepbench)"
    )
    run.add_argument("--until", metavar="STAGE", help="last stage to run, as number or key")
    _add_workers(run)
    _add_device(run)
    run.add_argument(
        "--events", action="store_true", help="write the events to stdout, a line of JSON each"
    )


def _add_workers(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--workers",
        type=_positive,
        metavar="N",
        help=f"processes that calculate (default: one per core, at most {MAX_DEFAULT_WORKERS})",
    )


def _add_device(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--device",
        choices=("auto", "cpu", "cuda", "mps"),
        default="auto",
        help="where networks are trained (default: auto)",
    )


def _positive(text: str) -> int:
    try:
        number = int(text)
    except ValueError:
        number = 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"'{text}' is not a number of processes (1 or more)")
    return number


def _request(options: argparse.Namespace) -> JobRequest:
    """Return what the worker is asked to do."""
    if options.command == "run":
        return _run_request(options)
    if options.command == "look":
        return look_request(options)
    if options.command == "estimate":
        study = _absolute(options.study or default_study_folder(Path(options.plan)))
        workers = options.workers or default_workers()
        return estimate_request(options, _absolute(options.plan), study, workers)
    if options.command == "predict":
        return Predict(
            _absolute(options.study),
            _absolute(options.input),
            _absolute(options.output),
            sample_sheet=_absolute(options.sample_sheet) if options.sample_sheet else "",
        )
    return _other_request(options)


def _other_request(options: argparse.Namespace) -> JobRequest:
    """Return what the worker is asked to do with a study that was run."""
    if options.command == "report":
        return WriteReport(_absolute(options.study), _absolute(options.output))
    if options.command == "export":
        return export_request(options)
    if options.command == "audit":
        workers = options.workers or default_workers()
        return AuditModel(_absolute(options.study), options.effort, workers, options.device)
    if options.command == "check":
        return CheckStudy(_absolute(options.study))
    if options.command == "verify":
        return VerifyStudy(
            _absolute(options.path),
            _absolute(options.data) if options.data else "",
            options.workers or default_workers(),
            options.device,
        )
    return Doctor(options.device)


def _run_request(options: argparse.Namespace) -> RunStudy:
    if options.plan is None:
        default = Path.cwd() / f"deepbench-example-{options.example}.deepbench"
    else:
        default = default_study_folder(Path(options.plan))
    until = None
    if options.until is not None:
        from deepbench.workflow import find_stage

        until = find_stage(options.until).key
    return RunStudy(
        plan_path=None if options.plan is None else _absolute(options.plan),
        example=options.example,
        study=_absolute(options.study or default),
        until=until,
        workers=options.workers or default_workers(),
        device=options.device,
    )


def _absolute(path: str | Path) -> str:
    """Return the path from the root on; links are not followed: they are the user's words."""
    return str(Path(path).absolute())


def default_study_folder(plan_path: Path) -> Path:
    """Return where the study of a plan lies unless said otherwise: beside it, NAME.deepbench."""
    plan_path = plan_path.absolute()
    return plan_path.with_name(f"{plan_path.stem}.deepbench")


def _open_wizard(parser: argparse.ArgumentParser) -> int:
    """Open the wizard where it is installed and a screen is; else say what can be typed."""
    name = "deepbench_ui.__main__"
    try:
        installed = importlib.util.find_spec(name) is not None
    except ImportError:
        installed = False
    wizard = importlib.import_module(name) if installed else None
    if wizard is not None and wizard.has_screen():
        return int(wizard.main([]))
    write_line(sys.stdout, parser.format_help().rstrip())
    if wizard is not None:
        write_line(sys.stdout, f"\n{NO_SCREEN}")
    return 0


# --- running a job ------------------------------------------------------------------------


def run_job(
    request: JobRequest,
    jobs: Mapping[str, str],
    events: bool = False,
    show: Callable[[Mapping[str, Any]], int] | None = None,
) -> int:
    """Run one job in a worker, show it, print how it ended and return the exit code.

    Args:
        request: What to do.
        jobs: As in `main`.
        events: Whether events are written to stdout, in place of the result.
        show: Prints a result and returns the exit code; `show_result` if None.

    Raises:
        WorkerError: the worker cannot be started.
    """
    with _stop_wishes() as wishes:
        with contextlib.closing(choose_display(events, sys.stdout, sys.stderr)) as display:
            end = _work(request, jobs, display, wishes)
        return _tell_end(end, wishes() > 0, None if events else show or show_result)


def _work(
    request: JobRequest, jobs: Mapping[str, str], display: Display, wishes: Callable[[], int]
) -> JobEnd:
    """Run the job in a worker until it has ended, heeding wishes to stop."""
    heeded = 0
    deadline = float("inf")
    with Worker(jobs) as worker:
        worker.send(request)
        while True:
            for event in worker.poll(POLL_SECONDS):
                display.show(event)
                if isinstance(event, JobEnd):
                    return event
            display.tick()
            if wishes() > heeded:
                if heeded == 0:
                    display.say("Stopping; what is finished is kept. Ctrl-C again stops at once.")
                    worker.cancel()
                    deadline = time.monotonic() + STOP_SECONDS
                else:
                    worker.kill()
                heeded += 1
            if time.monotonic() > deadline:
                worker.kill()


def _tell_end(end: JobEnd, stopped: bool, show: Callable[[Mapping[str, Any]], int] | None) -> int:
    """Print how a job ended and return the exit code."""
    if isinstance(end, JobFinished):
        return show(end.result) if show else 0
    if isinstance(end, JobCancelled) or (stopped and end.kind in _KINDS_OF_STOPPING):
        cancelled = Cancelled()
        end = JobFailed("Cancelled", cancelled.message, cancelled.hint, cancelled.exit_code)
    write_line(sys.stderr, end.message)
    if end.hint:
        write_line(sys.stderr, end.hint)
    return end.exit_code


def show_result(result: Mapping[str, Any]) -> int:
    """Print a job's result."""
    for line in result_lines(result):
        write_line(sys.stdout, line)
    return 0


def show_look(result: Mapping[str, Any]) -> int:
    """Print how a table would be read; 2 if it could not be imported like this."""
    lines, problem = look_lines(result)
    for line in lines:
        write_line(sys.stdout, line)
    for line in problem:
        write_line(sys.stderr, line)
    return DataError.exit_code if problem else 0


def show_estimate(result: Mapping[str, Any]) -> int:
    """Print how long each budget would take."""
    for line in estimate_result(result):
        write_line(sys.stdout, line)
    return 0


def show_verified(result: Mapping[str, Any]) -> int:
    """Print what a re-run gave; 3 if it does not reproduce the results."""
    show_result(result)
    return 0 if result["reproduces"] else StageBlocked.exit_code


def show_exported(result: Mapping[str, Any]) -> int:
    """Print what left and what stays."""
    for line in exported_lines(result):
        write_line(sys.stdout, line)
    return 0


def show_preview(result: Mapping[str, Any]) -> int:
    """Print what would leave; 3 if all of it stays."""
    lines, leaves = preview_lines(result)
    for line in lines:
        write_line(sys.stdout, line)
    return 0 if leaves else GateRefused.exit_code


# Name of the request → what prints its result.
_SHOWS = {
    "VerifyStudy": show_verified,
    "ExportStudy": show_exported,
    "PreviewBundle": show_preview,
    "PreviewTable": show_look,
    "EstimateTime": show_estimate,
}


def result_lines(result: Mapping[str, Any]) -> list[str]:
    """Return what is printed of a job's result: its lines, its sentences, its files."""
    lines = [str(line) for key in ("lines", "sentences") for line in result.get(key, ())]
    titles = {"report": "Report", "results": "Results", "output": "Written"}
    lines.extend(f"{title}: {result[key]}" for key, title in titles.items() if result.get(key))
    return lines


@contextlib.contextmanager
def _stop_wishes() -> Iterator[Callable[[], int]]:
    """Count how often the user asked to stop (Ctrl-C, SIGTERM, Ctrl-Break) instead of dying."""
    count = 0

    def wish(*_: object) -> None:
        nonlocal count
        count += 1

    kinds = [signal.SIGINT, signal.SIGTERM]
    if sys.platform == "win32":
        kinds.append(signal.SIGBREAK)
    before = {kind: signal.signal(kind, wish) for kind in kinds}
    try:
        yield lambda: count
    finally:
        for kind, handler in before.items():
            signal.signal(kind, handler)


def _make_streams_safe() -> None:
    """Make output possible in every console, and when stdout or stderr are closed.

    A closed number 1 or 2 would be given to the next pipe that is opened, and whatever a library
    prints would go into it.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A console of code page 1252 knows no Greek letter: rather \u03c1 than an error.
            stream.reconfigure(errors="backslashreplace")
