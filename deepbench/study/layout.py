"""What lies in a study folder, and which folders can become one."""

from __future__ import annotations

from pathlib import Path

from deepbench.errors import StudyError
from deepbench.study.draft import DRAFT_FILE
from deepbench.study.migrations import FORMAT_FILE

AREAS = ("data", "vault", "runs", "models", "report")
# Files that may be there before the format file is: locks, the window's answers, and what writes
# that were killed left.
_BEGINNINGS = (
    "study.lock",
    "window.lock",
    DRAFT_FILE,
    f".{DRAFT_FILE}.",
    f".{FORMAT_FILE}.",
    ".write-test-",
)


def require_study_place(folder: Path) -> None:
    """Make sure that a folder is a study or can become one.

    Raises:
        StudyError: the folder holds other things.
    """
    if (folder / FORMAT_FILE).exists():
        return
    if any(not is_beginning(path.name) for path in folder.iterdir()):
        raise StudyError(
            f"{folder} is not a study and is not empty.",
            "Choose a new folder (--study), for example mystudy.deepbench.",
        )


def is_beginning(name: str) -> bool:
    """Say whether a file may lie in a new study that does not have its format file yet."""
    return name in AREAS or name.startswith(_BEGINNINGS)
