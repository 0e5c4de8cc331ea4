"""Study folder formats and how older ones are brought up to date.

A migration backs the folder's small files up before it touches them. `MIGRATIONS` maps a format
number to the function that turns a folder of that format into the next.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

from deepbench.errors import StudyError
from deepbench.study.files import write_atomically

STUDY_FORMAT = 1
FORMAT_FILE = "study.json"

Migration = Callable[[Path], None]
MIGRATIONS: dict[int, Migration] = {}


def read_format(folder: Path) -> int:
    """Return the format number of a study folder.

    Raises:
        StudyError: the folder is no study, or its format file is damaged.
    """
    try:
        text = (folder / FORMAT_FILE).read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        raise StudyError(
            f"{folder} is not a DeepBench study.",
            "Name the study folder; unless you chose another name it ends in .deepbench.",
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "no text"
        raise StudyError(
            f"{FORMAT_FILE} in {folder.name} could not be read ({reason}).",
            "Check whether you may read the study folder, or restore it from a backup.",
        ) from None
    try:
        return int(json.loads(text)["format"])
    except (ValueError, KeyError, TypeError):
        raise StudyError(
            f"{FORMAT_FILE} in {folder.name} is damaged.", "Restore it from a backup."
        ) from None


def require_not_newer(folder: Path, target: int = STUDY_FORMAT) -> int:
    """Return the format number of a study folder that this version can read.

    Raises:
        StudyError: as in `read_format`, or a newer DeepBench wrote the study.
    """
    number = read_format(folder)
    if number > target:
        raise StudyError(
            f"{folder.name} was written by a newer DeepBench (format {number}, this one knows "
            f"{target}).",
            "Install the newer version.",
        )
    return number


def write_format(folder: Path, number: int = STUDY_FORMAT) -> None:
    """Write the format number of a study folder."""
    content = json.dumps({"program": "DeepBench", "format": number}) + "\n"
    write_atomically(folder / FORMAT_FILE, content.encode("utf-8"))


def migrate(
    folder: Path,
    *,
    migrations: dict[int, Migration] | None = None,
    target: int = STUDY_FORMAT,
) -> None:
    """Bring a study folder to the current format, after a backup of its small files.

    Raises:
        StudyError: the study was written by a newer DeepBench.
    """
    steps = MIGRATIONS if migrations is None else migrations
    number = require_not_newer(folder, target)
    while number < target:
        _back_up(folder, number)
        steps[number](folder)
        number += 1
        write_format(folder, number)


def _back_up(folder: Path, number: int) -> None:
    backup = folder / "backup" / f"format-{number}"
    backup.mkdir(parents=True, exist_ok=True)
    for path in folder.iterdir():
        # Not the locks: Windows lets nobody else read a file that is locked.
        if path.is_file() and not path.name.endswith((".lock", ".lock.json")):
            shutil.copy2(path, backup / path.name)
