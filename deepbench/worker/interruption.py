"""Stopping in the middle of long work that does not know of the job it is done for.

Readers of files take seconds to minutes and are used from many places, also as a library. They
come to a point of interruption now and then; in a worker it waits in a pause and stops when the
user asks to, elsewhere it does nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from deepbench.worker.progress import Progress

_current: ContextVar[Progress | None] = ContextVar("current job", default=None)


@contextmanager
def interruptible_by(progress: Progress) -> Iterator[None]:
    """Let points of interruption in this context belong to a job."""
    token = _current.set(progress)
    try:
        yield
    finally:
        _current.reset(token)


def interruption_point() -> None:
    """Wait while the user wants a pause; stop if the user asked to.

    Only in the job's own thread: other threads have a context of their own.

    Raises:
        Cancelled: the user asked to stop.
    """
    progress = _current.get()
    if progress is not None:
        progress.check_cancelled()
