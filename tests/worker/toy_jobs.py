"""Jobs for the tests of worker and command line; light, so that a worker starts at once."""

from __future__ import annotations

import faulthandler
import os
import random
import signal
import struct
import sys
import threading
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from deepbench.errors import PlanError, StageBlocked
from deepbench.messages import RunStudy
from deepbench.training.compute import Compute
from deepbench.worker.progress import Progress

JOBS = {
    "RunStudy": "toy_jobs:run",
    "CheckStudy": "toy_jobs:no_such_function",
    "Doctor": "toy_jobs:modules",
}
SECRET = "patient 4711"


def run(request: RunStudy, progress: Progress) -> dict[str, Any]:
    """Do the toy job named as the example."""
    job = globals()[f"job_{request.example}"]
    found: dict[str, Any] = job(request, progress)
    return found


def modules(request: object, progress: Progress) -> dict[str, Any]:
    return {"modules": sorted(sys.modules)}


def job_normal(request: RunStudy, progress: Progress) -> dict[str, Any]:
    progress.stage_skipped(0, "start", "done already")
    progress.stage_started(7, "baselines", "Traditional models", 14)
    progress.report(1, 2, "random forest", best="AUROC 0.9")
    progress.trial_finished("random_forest", 0, 0.9, 0.5)
    progress.stage_finished(7, "baselines", 1.5, "The best baseline is random forest.")
    return {
        "sentences": ["There is a signal (ρ ≥ 0.5)."],
        "report": str(Path(request.study) / "report.html"),
        "results": str(Path(request.study) / "results.json"),
    }


def job_plan_error(request: RunStudy, progress: Progress) -> dict[str, Any]:
    raise PlanError("The plan is odd.", "Change it.")


def job_blocked(request: RunStudy, progress: Progress) -> dict[str, Any]:
    raise StageBlocked("Outcome and batch are one.", "Ask for other samples.")


def job_memory(request: RunStudy, progress: Progress) -> dict[str, Any]:
    raise MemoryError


def job_card(request: RunStudy, progress: Progress) -> dict[str, Any]:
    raise type("OutOfMemoryError", (RuntimeError,), {})


def job_disk(request: RunStudy, progress: Progress) -> dict[str, Any]:
    raise OSError(28, "No space left on device")


def job_not_json(request: RunStudy, progress: Progress) -> dict[str, Any]:
    return {"value": object()}


def job_fault(request: RunStudy, progress: Progress) -> dict[str, Any]:
    fault()
    return {}


def job_pool_fault(request: RunStudy, progress: Progress) -> dict[str, Any]:
    with Compute(2) as compute:
        return {"value": compute.submit(fault).result()}


def fault() -> None:
    """Raise inside a file of DeepBench, with a value in the message."""
    try:
        Compute(0)
    except ValueError as error:
        error.args = (SECRET,)
        raise


def job_until_cancelled(request: RunStudy, progress: Progress) -> dict[str, Any]:
    progress.notice("working")
    pause = threading.Event()
    number = 0
    while True:
        number += 1
        progress.report(number)
        pause.wait(0.005)


def job_deaf(request: RunStudy, progress: Progress) -> dict[str, Any]:
    progress.notice("working")
    threading.Event().wait()
    return {}


def job_noise(request: RunStudy, progress: Progress) -> dict[str, Any]:
    print("noise of Python")
    os.write(1, b"noise of a library\n")
    os.write(2, b"noise of a library\n")
    return {}


def job_segfault(request: RunStudy, progress: Progress) -> dict[str, Any]:
    faulthandler._sigsegv()
    return {}


def job_pool(request: RunStudy, progress: Progress) -> dict[str, Any]:
    """Keep a pool of two busy for ever; say the numbers of its processes."""
    folder = Path(request.study)
    with Compute(2) as compute:
        futures = [compute.submit(hang, str(folder)) for _ in range(2)]
        pause = threading.Event()
        while len(pids := sorted(folder.glob("*.pid"))) < 2:
            progress.check_cancelled()
            pause.wait(0.01)
        progress.notice(" ".join(path.stem for path in pids))
        for future in compute.wait(futures, progress):
            future.result()
    return {}


def job_gated(request: RunStudy, progress: Progress) -> dict[str, Any]:
    """Calculate six numbers in a pool of two; each waits for the file ``go`` before it ends."""
    with Compute(2, progress) as compute:
        futures = [compute.submit(gated, request.study, number) for number in range(6)]
        for done, _ in enumerate(compute.wait(futures, progress), start=1):
            progress.report(done, 6)
        return {"numbers": [future.result() for future in futures]}


def gated(folder: str, number: int) -> float:
    """Note begin and end in ``log.txt``, and give a number that depends on nothing else."""
    note(folder, f"begin {os.getpid()}")
    pause = threading.Event()
    while not (Path(folder) / "go").exists():
        pause.wait(0.005)
    note(folder, f"end {os.getpid()}")
    return random.Random(number).random()


def note(folder: str | Path, line: str) -> None:
    """Add a line; a short one is written whole also when several processes write."""
    with (Path(folder) / "log.txt").open("ab", buffering=0) as stream:
        stream.write(f"{line}\n".encode())


def notes(folder: str | Path) -> list[str]:
    path = Path(folder) / "log.txt"
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def hang(folder: str) -> None:
    (Path(folder) / f"{os.getpid()}.pid").touch()
    threading.Event().wait()


def kill_self() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def foreign_main(connection: Connection, jobs: object, details_path: str) -> None:
    """A worker that talks nonsense."""
    connection.send_bytes(b"\x80\x04 not a message")
    threading.Event().wait()


def torn_main(connection: Connection, jobs: object, details_path: str) -> None:
    """A worker that dies in the middle of a message."""
    os.write(connection.fileno(), struct.pack("!i", 100) + b'{"version": 1, ')
    os._exit(3)
