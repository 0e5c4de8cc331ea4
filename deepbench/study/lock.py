"""One writer per study folder, and one window.

Two locks: a job holds ``study.lock`` while it writes; a window holds ``window.lock`` for as long
as the study is open in it, and its worker writes under the first alone. A job that no window
asked for takes both, so that it never writes under the eyes of somebody who answers questions.
"""

from __future__ import annotations

import contextlib
import json
import os
import platform
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from deepbench.errors import StudyError
from deepbench.study.layout import require_study_place
from deepbench.study.location import require_writable
from deepbench.study.migrations import FORMAT_FILE, require_not_newer

STUDY_LOCK = "study.lock"
WINDOW_LOCK = "window.lock"


class StudyBusy(StudyError):
    """A job is writing the study at this moment. It may be free again soon."""


class StudyLock:
    """An operating-system lock on the study folder, released even by kill -9.

    Beside the lock file stands a small note that says who holds it, for the refusal message.

    Args:
        folder: Study folder.
        name: Name of the lock file.
        in_window: Whether it is a window that holds the lock.
    """

    def __init__(self, folder: Path, name: str = STUDY_LOCK, *, in_window: bool = False) -> None:
        self._lock = FileLock(folder / name)
        self._note = folder / f"{name}.json"
        self._in_window = in_window

    def acquire(self) -> None:
        """Take the lock; returns or raises at once.

        Raises:
            StudyBusy: a job of another process holds it.
            StudyError: a window holds it, or the folder cannot be locked.
        """
        self._take()
        holder = json.dumps(
            {
                "process": os.getpid(),
                "computer": platform.node(),
                "window": self._in_window,
            }
        )
        with contextlib.suppress(OSError):  # a full disk: the lock holds without its note
            self._note.write_text(holder, encoding="utf-8")

    def require_free(self) -> None:
        """Raise as `acquire` does, without keeping the lock."""
        self._take()
        self.release()

    def release(self) -> None:
        """Give the lock back."""
        self._lock.release()

    def _take(self) -> None:
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            raise self._refusal() from None
        except OSError as error:
            raise StudyError(
                f"The study folder cannot be locked ({error.strerror}).",
                "Check whether you may write in that folder.",
            ) from None

    def _refusal(self) -> StudyError:
        note = self._read_note()
        known = "process" in note and "computer" in note
        holder = f" (process {note['process']} on {note['computer']})" if known else ""
        if note.get("window", self._note.name.startswith(WINDOW_LOCK)):
            return StudyError(
                f"This study is open in a DeepBench window{holder}.",
                "Close it there, or go on working there.",
            )
        return StudyBusy(
            f"DeepBench is calculating in this study{holder}.",
            "Wait until that has finished, or stop it.",
        )

    def _read_note(self) -> dict[str, Any]:
        try:
            note = json.loads(self._note.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return note if isinstance(note, dict) else {}


def lock_for_job(folder: Path, *, in_window: bool) -> ExitStack:
    """Take what a job has to hold while it writes; close the result to give it back.

    Args:
        folder: Study folder.
        in_window: The job was asked for by the window that has the study open.

    Raises:
        StudyBusy: another job is writing the study.
        StudyError: the study is open in a window, or the folder cannot be locked.
    """
    wanted = [StudyLock(folder)]
    if not in_window:
        # First: a window says more than its worker that calculates at this moment.
        wanted.insert(0, StudyLock(folder, WINDOW_LOCK))
    with ExitStack() as taken:
        for lock in wanted:
            lock.acquire()
            taken.callback(lock.release)
        return taken.pop_all()


def open_in_window(folder: Path) -> StudyLock:
    """Take the lock that a window holds while a study is open in it; returns or raises at once.

    Args:
        folder: Study folder; made if it is not there.

    Returns:
        The lock, to be released when the study is closed.

    Raises:
        StudyBusy: a job is writing the study: a run of the command line, or for a moment what
            is left of a window that was killed. Asking again later may help.
        StudyError: open in another window, not writable, from a newer version, or the folder
            holds other things.
    """
    require_writable(folder)
    require_study_place(folder)
    if (folder / FORMAT_FILE).exists():
        require_not_newer(folder)
    lock = StudyLock(folder, WINDOW_LOCK, in_window=True)
    lock.acquire()
    try:
        StudyLock(folder).require_free()
    except BaseException:
        lock.release()
        raise
    return lock
