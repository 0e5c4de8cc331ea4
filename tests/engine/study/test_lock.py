"""One writer, one window: who is refused, in which words, and what a kill leaves."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import deepbench
from deepbench.errors import StudyError
from deepbench.study.folder import Study
from deepbench.study.lock import WINDOW_LOCK, StudyBusy, StudyLock, open_in_window
from deepbench.study.migrations import STUDY_FORMAT, write_format

OPEN = "open in a DeepBench window"
BUSY = "DeepBench is calculating in this study"
PROGRAM = """
import sys
from pathlib import Path
from deepbench.study.folder import Study
from deepbench.study.lock import open_in_window
folder = Path(sys.argv[2])
held = {
    "window": lambda: [open_in_window(folder)],
    "run": lambda: [Study.open_for_writing(folder)],
    "window's worker": lambda: [Study.open_for_writing(folder, in_window=True)],
}[sys.argv[1]]()
print("holds", flush=True)
sys.stdin.read()
"""


class Holder:
    """Another process that holds locks until it is killed."""

    def __init__(self, who: str, folder: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, who, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(deepbench.__file__).parents[1],
        )
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "holds\n"

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "a.deepbench"


def refusal_to_run(folder: Path) -> StudyError:
    with pytest.raises(StudyError) as caught:
        Study.open_for_writing(folder)
    return caught.value


def refusal_to_open(folder: Path) -> StudyError:
    with pytest.raises(StudyError) as caught:
        open_in_window(folder)
    return caught.value


def test_a_study_open_in_a_window_is_written_by_its_worker_only(folder: Path) -> None:
    window = open_in_window(folder)
    said = refusal_to_run(folder)
    assert said.message.startswith(f"This study is {OPEN} (process {os.getpid()} on ")
    assert said.hint == "Close it there, or go on working there."
    with Study.open_for_writing(folder, in_window=True) as study:
        study.record("note", {})
    with pytest.raises(StudyError, match=OPEN):
        Study.open_for_writing_existing(folder)
    window.release()
    with Study.open_for_writing(folder) as study:
        assert len(study.ledger) == 1


def test_a_second_window_is_refused(folder: Path) -> None:
    window = open_in_window(folder)
    said = refusal_to_open(folder)
    assert OPEN in said.message
    assert not isinstance(said, StudyBusy)
    window.release()
    open_in_window(folder).release()


def test_the_window_is_named_also_while_its_worker_calculates(folder: Path) -> None:
    window = open_in_window(folder)
    with Study.open_for_writing(folder, in_window=True):
        assert OPEN in refusal_to_run(folder).message
        with pytest.raises(StudyBusy, match=BUSY) as caught:
            Study.open_for_writing(folder, in_window=True)
    assert caught.value.hint == "Wait until that has finished, or stop it."
    window.release()


def test_while_a_run_works_nobody_else_may_and_opening_can_be_tried_again(folder: Path) -> None:
    with Study.open_for_writing(folder):
        for said in (refusal_to_run(folder), refusal_to_open(folder)):
            assert isinstance(said, StudyBusy)
            assert said.message.startswith(f"{BUSY} (process {os.getpid()} on ")
    open_in_window(folder).release()


def test_a_refused_window_leaves_nothing_locked(folder: Path) -> None:
    with Study.open_for_writing(folder, in_window=True):  # as an orphaned worker does
        assert isinstance(refusal_to_open(folder), StudyBusy)
    with Study.open_for_writing(folder):
        pass


def test_a_refused_run_leaves_nothing_locked(folder: Path) -> None:
    with Study.open_for_writing(folder, in_window=True):
        assert isinstance(refusal_to_run(folder), StudyBusy)
        StudyLock(folder, WINDOW_LOCK).require_free()


@pytest.mark.parametrize(
    ("who", "said", "may_pass"),
    [("window", OPEN, False), ("run", BUSY, True), ("window's worker", BUSY, True)],
)
def test_a_killed_process_gives_its_locks_back(
    folder: Path, who: str, said: str, may_pass: bool
) -> None:
    holder = Holder(who, folder)
    refused = refusal_to_open(folder)
    assert f"{said} (process {holder.process.pid} on " in refused.message
    assert isinstance(refused, StudyBusy) == may_pass
    holder.kill()
    window = open_in_window(folder)
    with Study.open_for_writing(folder, in_window=True):
        pass
    window.release()


@pytest.mark.parametrize("note", [None, "", "[1]", '{"process": 1}', '{"pro'])
def test_a_lock_without_its_note_is_still_a_lock(folder: Path, note: str | None) -> None:
    window = open_in_window(folder)
    path = folder / "window.lock.json"
    path.unlink()
    if note is not None:
        path.write_text(note)
    assert refusal_to_run(folder).message == f"This study is {OPEN}."
    window.release()


def test_a_window_makes_the_folder_and_leaves_other_folders_alone(tmp_path: Path) -> None:
    window = open_in_window(tmp_path / "new" / "a.deepbench")
    assert (tmp_path / "new" / "a.deepbench").is_dir()
    window.release()
    thesis = tmp_path / "thesis"
    thesis.mkdir()
    (thesis / "thesis.docx").touch()
    assert "is not a study and is not empty" in refusal_to_open(thesis).message
    assert [path.name for path in thesis.iterdir()] == ["thesis.docx"]


def test_a_window_does_not_open_a_newer_study(tmp_path: Path) -> None:
    write_format(tmp_path, STUDY_FORMAT + 1)
    assert "newer DeepBench" in refusal_to_open(tmp_path).message
    StudyLock(tmp_path, WINDOW_LOCK).require_free()


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "file is a file" in refusal_to_open(tmp_path / "file" / "a.deepbench").message
