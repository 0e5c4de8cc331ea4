"""The worker's side: a process that does jobs one after the other and can always be stopped.

A thread listens to the pipe while the main thread works, so that a wish to stop or to pause is
heard at any time and a sign of life is given. The jobs are named by text and imported when first
asked for: this module knows none of them.
"""

from __future__ import annotations

import contextlib
import faulthandler
import importlib
import os
import platform
import queue
import signal
import sys
import threading
from collections.abc import Callable, Mapping
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from deepbench import __version__, messages
from deepbench.errors import WorkerError
from deepbench.messages import (
    Cancel,
    Event,
    JobFinished,
    JobRequest,
    Pause,
    Ping,
    Pong,
    Ready,
    Resume,
    Shutdown,
)
from deepbench.worker.failures import job_end_of
from deepbench.worker.interruption import interruptible_by
from deepbench.worker.offline import stay_offline
from deepbench.worker.parent_watch import ORPHANED_EXIT_CODE, watch_parent
from deepbench.worker.priority import step_back
from deepbench.worker.progress import JobControl, Progress
from deepbench.worker.threads import ask_for_one_thread

# Name of the request → "module:function"; called as function(request, progress) -> dict.
JOB_FUNCTIONS: Mapping[str, str] = {
    "RunStudy": "deepbench.jobs.run_study:run_study",
    "Predict": "deepbench.jobs.predict:predict",
    "WriteReport": "deepbench.jobs.write_report:write_report",
    "CheckStudy": "deepbench.jobs.check_study:check_study",
    "VerifyStudy": "deepbench.jobs.verify:verify",
    "Doctor": "deepbench.jobs.doctor:doctor",
    "PreviewTable": "deepbench.jobs.preview_table:preview_table",
    "SketchDesign": "deepbench.jobs.sketch_design:sketch_design",
    "SketchSplit": "deepbench.jobs.sketch_split:sketch_split",
    "EstimateTime": "deepbench.jobs.estimate_time:estimate_time",
    "JudgeSuitability": "deepbench.jobs.judge_suitability:judge_suitability",
    "AuditModel": "deepbench.jobs.audit_model:audit_model",
    "LetOut": "deepbench.jobs.let_out:let_out",
    "ListExports": "deepbench.jobs.export_study:list_exports",
    "PreviewBundle": "deepbench.jobs.preview_bundle:preview_bundle",
    "ReadBundleFile": "deepbench.jobs.preview_bundle:read_bundle_file",
    "ExportStudy": "deepbench.jobs.export_study:export_study",
    "SupportBundle": "deepbench.jobs.support_bundle:support_bundle",
}
MAX_MESSAGE_BYTES = 64 * 2**20
_LIBRARIES = ("numpy", "pandas", "scikit-learn", "torch", "shap")

Job = Callable[[Any, Progress], dict[str, Any]]


def worker_main(
    connection: Connection,
    jobs: Mapping[str, str],
    details_path: str,
    background: bool = False,
) -> None:
    """Run in the child process until told to shut down or until the parent is gone.

    Args:
        connection: The worker's end of the pipe.
        jobs: Like `JOB_FUNCTIONS`.
        details_path: File for what the process and its libraries print, fatal signals included;
            the parent shows its path when the process dies.
        background: Whether a window waits for the same processors.
    """
    if background:
        step_back()
    _ignore_interrupts()
    _print_into(details_path)
    ask_for_one_thread()
    stay_offline()
    WorkerProcess(connection, jobs, details_path).run()


class WorkerProcess:
    """Hears requests, does jobs, sends events.

    Args:
        connection: The worker's end of the pipe.
        jobs: Like `JOB_FUNCTIONS`.
        details_path: File removed when the parent is gone and cannot remove it.
    """

    def __init__(self, connection: Connection, jobs: Mapping[str, str], details_path: str) -> None:
        self._connection = connection
        self._jobs = jobs
        self._details_path = details_path
        self._sending = threading.Lock()
        # SimpleQueue, because its put may be called from a signal handler.
        self._waiting: queue.SimpleQueue[tuple[JobRequest | WorkerError, JobControl] | None] = (
            queue.SimpleQueue()
        )
        self._controls: list[JobControl] = []
        self._progress: Progress | None = None

    def run(self) -> None:
        """Do what is asked, in order, until told to shut down."""
        watch_parent(self._parent_gone)
        signal.signal(signal.SIGTERM, lambda *_: self._shut_down())
        threading.Thread(target=self._listen, name="listener", daemon=True).start()
        self._send(Ready(os.getpid(), library_versions()))
        while (work := self._waiting.get()) is not None:
            request, control = work
            self._do(request, control)
            self._controls.remove(control)

    def _do(self, request: JobRequest | WorkerError, control: JobControl) -> None:
        """Do one job; exactly one closing event is sent for it, whatever happens."""
        progress = self._progress = Progress(self._send, control)
        try:
            if isinstance(request, WorkerError):
                raise request
            progress.check_cancelled()
            function = self._find(type(request).__name__)
            with interruptible_by(progress):
                result = function(request, progress)
            self._send(JobFinished(result))
        except BaseException as error:
            self._send(job_end_of(error, _study_of(request)))
        finally:
            self._progress = None

    def _find(self, name: str) -> Job:
        """Import the function of a job."""
        try:
            module, _, function = self._jobs[name].partition(":")
        except KeyError:
            raise WorkerError(f"The worker cannot do a {name} job.") from None
        found: Job = getattr(importlib.import_module(module), function)
        return found

    def _listen(self) -> None:
        """Hear the pipe (listener thread)."""
        while True:
            try:
                data = self._connection.recv_bytes(MAX_MESSAGE_BYTES)
            except (EOFError, OSError):
                self._parent_gone()
                return
            if not self._hear(data):
                return

    def _hear(self, data: bytes) -> bool:
        """Take one message; False when it was the last.

        What cannot be read waits its turn like a job and is then answered with its error, so
        that every question has one answer, in order.
        """
        request: JobRequest | WorkerError
        try:
            message = messages.decode(data)
        except WorkerError as error:
            request = error
        else:
            if isinstance(message, Shutdown):
                self._shut_down()
                return False
            if isinstance(message, Cancel | Pause | Resume | Ping):
                self._steer(message)
                return True
            if not isinstance(message, JobRequest):
                request = WorkerError("The worker was sent something that is not a request.")
            else:
                request = message
        control = JobControl()
        self._controls.append(control)
        self._waiting.put((request, control))
        return True

    def _steer(self, wish: Cancel | Pause | Resume | Ping) -> None:
        """Heed a wish (listener thread).

        Stopping and pausing concern the running job and those asked for before now, but none
        asked for later: whoever asks for a job wants it to begin.
        """
        match wish:
            case Cancel():
                self._cancel()
            case Pause():
                for control in list(self._controls):
                    control.pause()
            case Resume():
                for control in list(self._controls):
                    control.resume()
            case Ping():
                progress = self._progress
                quiet = progress.quiet_seconds if progress is not None else 0.0
                self._send(Pong(quiet, progress is not None and progress.waiting))

    def _cancel(self) -> None:
        for control in list(self._controls):
            control.cancel()

    def _shut_down(self) -> None:
        self._cancel()
        self._waiting.put(None)

    def _send(self, event: Event) -> None:
        data = messages.encode(event)
        try:
            with self._sending:
                self._connection.send_bytes(data)
        except OSError:
            self._parent_gone()

    def _parent_gone(self) -> None:
        """End at once: nobody is left to work for. The pool's processes watch this one."""
        with contextlib.suppress(OSError):
            Path(self._details_path).unlink()
        os._exit(ORPHANED_EXIT_CODE)


def library_versions() -> dict[str, str]:
    """Return the versions of Python, DeepBench and the main libraries, without importing them."""
    # Here: it brings the reading of mails with it, 2 MB that the window has no use for.
    import importlib.metadata

    versions = {"python": platform.python_version(), "deepbench": __version__}
    for name in _LIBRARIES:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            versions[name] = importlib.metadata.version(name)
    return versions


def _study_of(request: JobRequest | WorkerError) -> Path | None:
    """Return the study a job works on; None without one, so that no folder is made up."""
    folder = Path(getattr(request, "study", ""))
    return folder if (folder / "ledger.jsonl").is_file() else None


def _ignore_interrupts() -> None:
    """Leave Ctrl-C, which a terminal sends to all its processes, to the parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "win32":
        signal.signal(signal.SIGBREAK, signal.SIG_IGN)


def _print_into(path: str) -> None:
    """Send all that this process prints to a file, also what libraries print natively.

    Otherwise a library's warning would tear the live display, or stand between the JSON lines of
    ``--events``. The pool's processes inherit it.
    """
    with contextlib.suppress(OSError):
        number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        for standard in (1, 2):
            os.dup2(number, standard)
        if number > 2:
            os.close(number)
        faulthandler.enable(2, all_threads=True)
