"""A process whose parent died ends itself, however the parent died."""

from __future__ import annotations

import multiprocessing
import multiprocessing.connection
import os
import threading
from collections.abc import Callable

ORPHANED_EXIT_CODE = 75


def end_orphan() -> None:
    """End this process at once, without clean-up: the study survives that at any instant."""
    os._exit(ORPHANED_EXIT_CODE)


def watch_parent(when_dead: Callable[[], None] = end_orphan) -> threading.Thread | None:
    """Call ``when_dead`` from a thread as soon as the parent process is gone.

    The parent's sentinel is a pipe (POSIX) or a handle (Windows) that the system releases when
    the parent ends, kill -9 included. Returns the thread, or None in a process that
    multiprocessing did not start.
    """
    parent = multiprocessing.parent_process()
    if parent is None:
        return None
    sentinel = parent.sentinel

    def watch() -> None:
        multiprocessing.connection.wait([sentinel])
        when_dead()

    thread = threading.Thread(target=watch, name="parent watch", daemon=True)
    thread.start()
    return thread
