"""The gate that every task of a pool passes before it begins; shut while the job is paused."""

from __future__ import annotations

import threading
from multiprocessing.context import SpawnContext
from multiprocessing.synchronize import Lock

# Passing takes microseconds; only a process killed in just these keeps the lock for longer, and
# its pool is given up then.
_PASSING_SECONDS = 1.0


class PoolGate:
    """A lock between processes that is held while the gate is shut.

    Not a `multiprocessing.Event`: setting one waits until every sleeper has woken, and would wait
    for ever for a process that was killed in its sleep.

    Args:
        context: How the processes of the pool are started.
    """

    def __init__(self, context: SpawnContext) -> None:
        self._context = context
        # Pausing is asked for by another thread than the one that starts pools.
        self._guard = threading.Lock()
        self._lock: Lock | None = None
        self._shut = False
        self._held = False

    def fresh_lock(self) -> Lock:
        """Return what each process of a new pool takes and gives back before a task.

        Every pool has its own: a process of the last one may have been killed with the lock.
        """
        with self._guard:
            self._lock = self._context.Lock()
            self._held = self._shut and self._lock.acquire()
            return self._lock

    def pause(self) -> None:
        """Shut the gate: what has passed it goes on, nothing new begins."""
        with self._guard:
            if not self._shut and self._lock is not None:
                self._held = self._lock.acquire(timeout=_PASSING_SECONDS)
            self._shut = True

    def resume(self) -> None:
        """Open the gate."""
        with self._guard:
            if self._held and self._lock is not None:
                self._lock.release()
            self._shut = self._held = False
