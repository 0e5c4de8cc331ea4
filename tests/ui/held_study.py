"""A study on disk, and another process that has it open."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.ui.pages.opened_study import StudyWriter

HOLDER = """
import sys
from pathlib import Path
from deepbench.study.lock import StudyLock, open_in_window

folder = Path(sys.argv[2])
if sys.argv[1] == "window":
    held = open_in_window(folder)
else:
    held = StudyLock(folder)
    held.acquire()
print("held", flush=True)
sys.stdin.read()
"""


@contextmanager
def held_elsewhere(how: str, folder: Path) -> Iterator[None]:
    """Let another process have the study: in a window, or writing it."""
    program = [sys.executable, "-c", HOLDER, how, str(folder)]
    with subprocess.Popen(
        program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield
        process.communicate()


def a_study(folder: Path) -> Path:
    """Make a study whose table was read; return its folder."""
    folder.mkdir()
    StudyWriter(folder).write("import")
    return folder
