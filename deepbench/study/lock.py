"""One writer per study folder."""

from __future__ import annotations

import contextlib
import json
import os
import platform
from pathlib import Path

from filelock import FileLock, Timeout

from deepbench.errors import StudyError


class StudyLock:
    """An operating-system lock on the study folder, released even by kill -9.

    Beside the lock file stands a small note that says who holds it, for the refusal message.
    """

    def __init__(self, folder: Path) -> None:
        self._lock = FileLock(folder / "study.lock")
        self._note = folder / "study.lock.json"

    def acquire(self) -> None:
        """Take the lock.

        Raises:
            StudyError: another process has the study open.
        """
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            raise StudyError(
                f"This study is open elsewhere{self._holder()}.",
                "Close it there, or wait until its run has ended.",
            ) from None
        except OSError as error:
            raise StudyError(
                f"The study folder cannot be locked ({error.strerror}).",
                "Check whether you may write in that folder.",
            ) from None
        holder = json.dumps({"process": os.getpid(), "computer": platform.node()})
        with contextlib.suppress(OSError):  # a full disk: the lock holds without its note
            self._note.write_text(holder, encoding="utf-8")

    def release(self) -> None:
        """Give the lock back."""
        self._lock.release()

    def _holder(self) -> str:
        try:
            note = json.loads(self._note.read_text(encoding="utf-8"))
            return f" (process {note['process']} on {note['computer']})"
        except (OSError, ValueError, KeyError):
            return ""
