"""What went wrong in a job, as a sentence; the traceback goes to a file, never to the screen."""

from __future__ import annotations

import errno
import os
import re
import tempfile
import traceback
from datetime import datetime
from pathlib import Path
from typing import Any

import deepbench
from deepbench.errors import Cancelled, DataQuestion, DeepBenchError
from deepbench.messages import JobCancelled, JobEnd, JobFailed

PACKAGE_FOLDER = Path(deepbench.__file__).resolve().parent
CONTINUE = "What was finished is kept; start it again to continue."
_FRAME = re.compile(r'File "([^"\n]+)", line (\d+)')


def _question(error: DeepBenchError) -> dict[str, Any] | None:
    """Return the question that an error asks, if it asks one."""
    if not isinstance(error, DataQuestion):
        return None
    from deepbench.study.questions import asked  # records: not for "deepbench --help"

    question = asked(error)
    return None if question is None else question.model_dump(mode="json")


def job_end_of(error: BaseException, study: Path | None) -> JobEnd:
    """Return the event that tells the user about ``error``.

    Args:
        error: What the job raised.
        study: Folder of the study the job works on, if any; a crash file goes there.
    """
    if isinstance(error, Cancelled):
        return JobCancelled()
    if isinstance(error, DeepBenchError):
        return JobFailed(
            type(error).__name__, error.message, error.hint, error.exit_code, _question(error)
        )
    if _device_memory_ran_out(error):
        return JobFailed(
            "out of device memory",
            "The graphics card ran out of memory.",
            f"Close programs that use the card, or use the processor (--device cpu). {CONTINUE}",
            1,
        )
    if _memory_ran_out(error):
        return JobFailed(
            "out of memory",
            "The computer ran out of memory.",
            "Close other programs, use fewer processes (--workers 1), or use fewer columns. "
            f"{CONTINUE}",
            1,
        )
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return JobFailed("disk full", "The disk is full.", f"Free some space. {CONTINUE}", 1)
    return _unexpected(error, study)


def _device_memory_ran_out(error: BaseException) -> bool:
    # torch.cuda.OutOfMemoryError, without importing torch
    return type(error).__name__ == "OutOfMemoryError"


def _memory_ran_out(error: BaseException) -> bool:
    # torch's allocator on the CPU raises a plain RuntimeError
    return isinstance(error, MemoryError) or (
        isinstance(error, RuntimeError) and "can't allocate memory" in str(error)
    )


def _unexpected(error: BaseException, study: Path | None) -> JobFailed:
    """Return the event of a fault in the program: class and place, no values."""
    path = write_crash_file(error, study)
    place = place_of(error)
    where = f" at {place}" if place else ""
    kept = f"The details are in {path} and may hold parts of your data. " if path else ""
    return JobFailed(
        "unexpected",
        f"DeepBench met a fault of its own ({type(error).__name__}{where}).",
        f"{kept}{CONTINUE} Report the fault if it returns.",
        1,
    )


def place_of(error: BaseException) -> str:
    """Return ``deepbench/…/file.py:line`` of the innermost frame of ours, or an empty string."""
    frames = [
        (frame.filename, frame.lineno) for frame in traceback.extract_tb(error.__traceback__)
    ]
    # An error of a pool process carries the other process's traceback as text in its cause.
    remote = _FRAME.findall(str(error.__cause__ or ""))
    for filename, line in [*reversed(remote), *reversed(frames)]:
        file = Path(filename)
        if file.is_relative_to(PACKAGE_FOLDER):
            return f"{Path('deepbench', file.relative_to(PACKAGE_FOLDER)).as_posix()}:{line}"
    return ""


def write_crash_file(error: BaseException, study: Path | None) -> str:
    """Write the traceback and return the file's path; an empty string if that is impossible.

    The file lies under ``runs/crashes`` of the study. Without a study it is a temporary file.
    Both can be read by this user only.
    """
    text = "".join(traceback.format_exception(error))
    moment = datetime.now().astimezone().strftime("%Y%m%d-%H%M%S")
    prefix = f"crash-{moment}-"
    folders = [study / "runs" / "crashes"] if study else []
    for folder in [*folders, Path(tempfile.gettempdir())]:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            number, path = tempfile.mkstemp(prefix=prefix, suffix=".txt", dir=folder)
            with os.fdopen(number, "w", encoding="utf-8", errors="backslashreplace") as file:
                file.write(f"DeepBench {deepbench.__version__}, {moment}\n{text}")
        except OSError:
            continue
        return path
    return ""
