"""The window's and the command line's side: start the worker, send, poll, pause, cancel, kill."""

from __future__ import annotations

import atexit
import contextlib
import multiprocessing
import multiprocessing.connection
import os
import signal
import sys
import tempfile
from collections.abc import Iterator, Mapping
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path
from types import TracebackType
from typing import Self, get_args

from deepbench import messages
from deepbench.errors import WorkerError
from deepbench.messages import (
    Cancel,
    Control,
    Event,
    JobCancelled,
    JobEnd,
    JobFailed,
    JobRequest,
    Pause,
    Ping,
    Pong,
    Request,
    Resume,
    Shutdown,
)
from deepbench.worker.process import JOB_FUNCTIONS, MAX_MESSAGE_BYTES, worker_main

CLOSE_SECONDS = 5.0
_MOST_EVENTS_A_POLL = 500
_EVENTS: tuple[type[Event], ...] = get_args(Event)


class Worker:
    """A worker process. Jobs sent to it are done in order; each ends with one `JobEnd` event.

    One thread uses it: the one that polls. Use it as a context manager, or call `close`.

    Args:
        jobs: Name of a request → ``"module:function"`` that does it.
        background: Whether it shall leave the processor to a window that needs it.
    """

    def __init__(
        self, jobs: Mapping[str, str] = JOB_FUNCTIONS, *, background: bool = False
    ) -> None:
        self._jobs = dict(jobs)
        self._options = {"background": True} if background else {}
        self._process: SpawnProcess | None = None
        self._connection: Connection | None = None
        self._details = Path()
        self._open_jobs = 0
        self._ping_open = False
        self._killed = False
        self._death_told = False

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self._process is not None and self._process.is_alive()

    @property
    def pid(self) -> int | None:
        """Number of the process, once started."""
        return self._process.pid if self._process is not None else None

    def start(self) -> None:
        """Start the process, without waiting for it: `Ready` arrives by `poll`.

        A worker that has ended can be started again.

        Raises:
            WorkerError: it runs already, or the system refuses another process.
        """
        if self.alive:
            raise WorkerError("The worker is already running.")
        self.close()
        try:
            number, name = tempfile.mkstemp(prefix="deepbench-worker-", suffix=".txt")
            os.close(number)
            self._details = Path(name)
            self._start_process()
        except OSError as error:
            self.close()
            raise WorkerError(
                f"The calculation process could not be started ({error.strerror}).",
                "Close other programs, check the free disk space, and try again.",
            ) from None
        # Before multiprocessing's own exit handler, which would wait for the worker forever.
        atexit.register(self.close)

    def _start_process(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._connection, theirs = context.Pipe(duplex=True)
        self._open_jobs, self._ping_open = 0, False
        self._killed = self._death_told = False
        # Not a daemon: those may not have a pool of their own.
        self._process = context.Process(
            target=worker_main,
            args=(theirs, self._jobs, str(self._details)),
            kwargs=self._options,
            name="deepbench worker",
        )
        try:
            with _interrupts_held_back():
                self._process.start()
        except OSError:
            self._process = None
            raise
        finally:
            theirs.close()

    def send(self, request: Request) -> None:
        """Send a request.

        Raises:
            WorkerError: the worker does not run.
        """
        data = messages.encode(request)
        try:
            if self._connection is None:
                raise OSError
            self._connection.send_bytes(data)
        except OSError:
            raise WorkerError(
                "The calculation process is not running.", "Start it again."
            ) from None
        if isinstance(request, JobRequest):
            self._open_jobs += 1

    def cancel(self) -> None:
        """Ask the worker to stop its jobs, paused or not."""
        self._ask(Cancel())

    def pause(self) -> None:
        """Ask the worker to begin nothing new; what is being fitted is finished first."""
        self._ask(Pause())

    def resume(self) -> None:
        """Ask the worker to go on after `pause`."""
        self._ask(Resume())

    def ping(self) -> None:
        """Ask for a sign of life: a `Pong` arrives by `poll`.

        One question is open at most: those that a stuck worker does not read would fill the
        pipe, and the sender would have to wait for it.
        """
        if not self._ping_open:
            self._ping_open = self._ask(Ping())

    def _ask(self, wish: Control) -> bool:
        """Send a wish and say whether that worked; a dead worker needs no asking."""
        try:
            self.send(wish)
        except WorkerError:
            return False
        return True

    def poll(self, timeout: float = 0.0) -> list[Event]:
        """Return the events that are there, waiting at most ``timeout`` seconds for the first.

        The end of the process is told once, as `JobFailed` (`JobCancelled` after `kill`, if a
        job was open).
        """
        if self._process is None or self._death_told:
            return []
        sources: list[Connection | int] = [self._process.sentinel]
        if self._connection is not None:
            sources.append(self._connection)
        ready = multiprocessing.connection.wait(sources, timeout)
        events = self._read() if self._connection is not None else []
        # Only when nothing is left to read: what was said before the death comes first.
        if self._process.sentinel in ready and not self._readable():
            events.extend(self._tell_death())
        return events

    def _readable(self) -> bool:
        try:
            return self._connection is not None and self._connection.poll()
        except OSError:
            return False

    def _read(self) -> list[Event]:
        """Read what is there; a pipe that ends or carries nonsense is the end of the worker."""
        events: list[Event] = []
        try:
            while (
                len(events) < _MOST_EVENTS_A_POLL and self._connection and self._connection.poll()
            ):
                event = messages.decode(self._connection.recv_bytes(MAX_MESSAGE_BYTES))
                if not isinstance(event, _EVENTS):
                    raise WorkerError("The worker sent a request.")
                if isinstance(event, JobEnd):
                    self._open_jobs -= 1
                if isinstance(event, Pong):
                    self._ping_open = False
                events.append(event)
        except (EOFError, OSError, WorkerError):
            self._hang_up()
        return events

    def _hang_up(self) -> None:
        """Give up the pipe. Without it the process is of no use and must not linger."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        if self._process is not None:
            self._process.kill()

    def _tell_death(self) -> list[Event]:
        assert self._process is not None
        self._process.join()
        self._hang_up()
        self._death_told = True
        if self._killed:
            return [JobCancelled()] if self._open_jobs else []
        return [_death(self._process.exitcode, self._details)]

    def kill(self) -> None:
        """End the process at once. What it has finished is on disk."""
        self._killed = True
        if self._process is not None:
            self._process.kill()

    def close(self) -> None:
        """End the process, by force after a few seconds, and tidy up."""
        atexit.unregister(self.close)
        if self._process is not None:
            self._ask(Shutdown())
            if self._connection is not None:
                self._connection.close()
            self._process.join(CLOSE_SECONDS)
            self._process.kill()
            self._process.join()
            if not self._death_told or self._killed:
                # Kept only when a message has told the user to read it.
                with contextlib.suppress(OSError):
                    self._details.unlink()
        self._process = self._connection = None


def _death(exit_code: int | None, details: Path) -> JobFailed:
    """Return the event for a process that ended on its own."""
    hint = "Nothing that was shown is lost; start it again to continue."
    if exit_code == -9:
        hint += " If it happens again, close other programs: the computer may run out of memory."
    with contextlib.suppress(OSError):
        if details.stat().st_size:
            hint += f" What it printed last is in {details}."
        else:
            details.unlink()
    return JobFailed(
        "worker died",
        f"The calculation process stopped unexpectedly ({_manner(exit_code)}).",
        hint,
        1,
    )


def _manner(exit_code: int | None) -> str:
    """Say how a process ended, from its exit code."""
    if exit_code is None:
        return "it is not known how"
    if exit_code < 0:
        return f"killed by signal {-exit_code}"
    # Windows reports faults as large numbers known by their hexadecimal form (0xC0000005).
    return f"exit code {exit_code}" if exit_code < 2**16 else f"exit code {exit_code:#x}"


@contextlib.contextmanager
def _interrupts_held_back() -> Iterator[None]:
    """Start a child that a Ctrl-C cannot hit before it has learned to ignore it.

    A blocked signal stays blocked in the child, which leaves Ctrl-C to its parent; here it is
    delivered afterwards. Windows has nothing of the kind: there the gap remains, and ends as a
    worker that died.
    """
    if sys.platform == "win32":
        yield
    else:
        from multiprocessing import resource_tracker

        # Starting the tracker unblocks SIGINT, so it has to run before.
        resource_tracker.ensure_running()
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            yield
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
