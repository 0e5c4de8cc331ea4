"""Runs functions in this process or in a pool of processes, with the same numbers either way.

One thread per process: sums do not depend on the number of cores, and processes do not fight for
them. joblib's loky backend is not used: in a frozen program it opens the whole program again.
"""

from __future__ import annotations

import concurrent.futures
import multiprocessing
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.synchronize import Lock
from types import TracebackType
from typing import Generic, ParamSpec, Self, TypeVar

from deepbench.errors import Cancelled, WorkerError
from deepbench.training.pool_gate import PoolGate
from deepbench.worker.offline import stay_offline
from deepbench.worker.parent_watch import watch_parent
from deepbench.worker.progress import Progress
from deepbench.worker.threads import ask_for_one_thread

CANCEL_CHECK_SECONDS = 0.1
KILL_SECONDS = 2.0
# Libraries with threads of their own that may load at any time.
_THREADED_LIBRARIES = ("numpy", "scipy", "sklearn", "torch")

T = TypeVar("T")
P = ParamSpec("P")


class Compute:
    """Runs top-level functions on picklable arguments. Use it as a context manager.

    Args:
        workers: Number of processes. With 1 the functions run in this process, when waited for.
        progress: While its job is paused, the pool finishes what runs and begins nothing new.
    """

    def __init__(self, workers: int = 1, progress: Progress | None = None) -> None:
        if workers < 1:
            raise ValueError("workers must be at least 1")
        self.workers = workers
        self._context = multiprocessing.get_context("spawn")
        self._gate = PoolGate(self._context)
        self._executor: ProcessPoolExecutor | None = None
        if progress is not None:
            progress.follow_pauses(self._gate)
        ask_for_one_thread()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is None:
            self.close()
        else:
            self.kill()

    def submit(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Ask for ``function(*args, **kwargs)``.

        Raises:
            WorkerError: a process of the pool has died.
        """
        if self.workers == 1:
            return _InlineFuture(function, args, kwargs)
        if self._executor is None:
            self._executor = ProcessPoolExecutor(
                self.workers,
                mp_context=self._context,
                initializer=_prepare_pool_process,
                initargs=(self._gate.fresh_lock(),),
            )
        try:
            return self._executor.submit(_run_past_gate, function, args, kwargs)
        except BrokenProcessPool:
            self.kill()
            raise _broken_pool() from None

    def wait(
        self, futures: Iterable[Future[T]], progress: Progress | None = None
    ) -> Iterator[Future[T]]:
        """Yield the futures as they are done (with one worker: in the order given).

        A failed function raises its error from ``future.result()``. The rest goes on when the
        caller stops listening, and can be waited for again.

        Args:
            futures: What `submit` returned.
            progress: Asked every 0.1 s, and between functions, whether to pause or to stop.

        Raises:
            Cancelled: the user asked to stop; what was waiting is dropped, what was running in
                the pool is killed.
            WorkerError: a process of the pool has died.
        """
        ordered = list(futures)
        try:
            yield from (
                self._inline(ordered, progress)
                if self.workers == 1
                else self._pooled(ordered, progress)
            )
        except (Cancelled, WorkerError):
            self.kill()
            raise

    def _inline(self, futures: list[Future[T]], progress: Progress | None) -> Iterator[Future[T]]:
        for future in futures:
            if progress is not None:
                progress.check_cancelled()
            if isinstance(future, _InlineFuture):
                future.run()
            yield future

    def _pooled(self, futures: list[Future[T]], progress: Progress | None) -> Iterator[Future[T]]:
        order = {future: number for number, future in enumerate(futures)}
        waiting = set(futures)
        while waiting:
            if progress is not None:
                progress.check_cancelled()
            done, waiting = concurrent.futures.wait(
                waiting, CANCEL_CHECK_SECONDS, concurrent.futures.FIRST_COMPLETED
            )
            for future in sorted(done, key=order.__getitem__):
                if not future.cancelled() and isinstance(future.exception(), BrokenProcessPool):
                    raise _broken_pool()
                yield future

    def kill(self) -> None:
        """Drop what waits and kill what runs; later functions get fresh processes."""
        executor, self._executor = self._executor, None
        if executor is None:
            return
        # WORKAROUND: ProcessPoolExecutor has no public way to stop running functions before
        # Python 3.14 (kill_workers). https://github.com/python/cpython/issues/128041
        processes = list((executor._processes or {}).values())
        executor.shutdown(wait=False, cancel_futures=True)
        for process in processes:
            process.kill()
        for process in processes:
            process.join(KILL_SECONDS)

    def close(self) -> None:
        """Let running functions end, drop the others, end the processes."""
        executor, self._executor = self._executor, None
        if executor is not None:
            executor.shutdown(wait=True, cancel_futures=True)


class _InlineFuture(Future[T], Generic[T]):
    """A future that is calculated, in this process, when somebody asks for it."""

    def __init__(
        self, function: Callable[..., T], args: tuple[object, ...], kwargs: dict[str, object]
    ) -> None:
        super().__init__()
        self._call = (function, args, kwargs)

    def run(self) -> None:
        """Calculate, unless that was done or the future was cancelled."""
        if self.done() or not self.set_running_or_notify_cancel():
            return
        try:
            result = run_alone(*self._call)
        except Exception as error:
            self.set_exception(error)
        else:
            self.set_result(result)

    def result(self, timeout: float | None = None) -> T:
        """Return the result, calculating it first; the timeout does not interrupt that."""
        self.run()
        return super().result(timeout)

    def exception(self, timeout: float | None = None) -> BaseException | None:
        """Return the error, or None, calculating first."""
        self.run()
        return super().exception(timeout)


def run_alone(
    function: Callable[..., T], args: tuple[object, ...], kwargs: dict[str, object]
) -> T:
    """Call the function with one thread and deterministic algorithms."""
    _settle_libraries()
    return function(*args, **kwargs)


# What each process of a pool was given when it started.
_pool_process: dict[str, Lock] = {}


def _run_past_gate(
    function: Callable[..., T], args: tuple[object, ...], kwargs: dict[str, object]
) -> T:
    """In a process of the pool: call the function once the job is not paused."""
    with _pool_process["gate"]:
        pass
    return run_alone(function, args, kwargs)


_settled: set[str] = set()


def _settle_libraries() -> None:
    """Hold the libraries loaded by now to one thread, and torch to deterministic algorithms.

    The environment does it for those that load later, but not for one that was there before.
    """
    loaded = {name for name in _THREADED_LIBRARIES if name in sys.modules}
    if loaded <= _settled:
        return
    import threadpoolctl

    threadpoolctl.threadpool_limits(1)
    if "torch" in loaded:
        from deepbench.training.determinism import make_deterministic

        make_deterministic()
    _settled.update(loaded)


def _prepare_pool_process(gate: Lock) -> None:
    """First thing in each process of the pool."""
    _pool_process["gate"] = gate
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "win32":
        signal.signal(signal.SIGBREAK, signal.SIG_IGN)
    ask_for_one_thread()
    stay_offline()
    watch_parent()


def _broken_pool() -> WorkerError:
    return WorkerError(
        "One of the calculation processes stopped unexpectedly.",
        "Often the memory ran out: close other programs or use fewer processes (--workers 1). "
        "What was finished is kept; start it again to continue.",
    )
