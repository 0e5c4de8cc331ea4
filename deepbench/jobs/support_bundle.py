"""A zip file for a fault report: versions, crash outlines, counts of events. No data."""

from __future__ import annotations

import contextlib
import getpass
import importlib.metadata
import io
import os
import platform
import re
import tempfile
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psutil

from deepbench.errors import DeepBenchError
from deepbench.jobs.leave import demand_suffix, level_in_force, open_study
from deepbench.jobs.sample_names import sample_names
from deepbench.messages import SupportBundle
from deepbench.plan import PrivacyLevel
from deepbench.privacy.gate import LeaveRequest, issue_pass, write_out
from deepbench.privacy.scrubbing import Scrubber, crash_outline
from deepbench.privacy.sensitivity import DEFAULT_LEVEL
from deepbench.study.folder import Study, study_title
from deepbench.study.records import ImportRecord
from deepbench.worker.process import library_versions
from deepbench.worker.progress import Progress

_READ_ME = """A support bundle of DeepBench, for a fault report. All files in it are short texts.

versions.txt       versions of the program and its libraries, and what this computer has
ledger.txt         how many events of each kind the open study has recorded
crash-*.txt        kinds of errors and places in the program; no messages, which may hold values
note-*.txt         what the program's window noted, without paths, quotations and known names

Not in it: data, names of samples or columns, answers, results, your name, names of folders.
"""
_NO_STUDY = "No study was open.\n"
_UNREADABLE = "The ledger of the open study could not be read ({kind}).\n"
_MORE_LIBRARIES = ("scipy", "optuna", "pyarrow", "pydantic", "PySide6-Essentials", "pyqtgraph")
_MOST_FILES = 20
_LARGEST_CRASH_FILE = 1 << 20
_NOTE_NAME = re.compile(r"[a-z]{2,20}(?:-[a-z]{2,20}){0,2}")
_EVENT_KIND = re.compile(r"[a-z][a-z_]{1,40}")
_GIGABYTE = 10**9
# One time for all files: when somebody worked is nobody's business.
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)


def support_bundle(request: SupportBundle, progress: Progress) -> dict[str, object]:
    """Write the bundle, through the gate.

    It is wanted when something is broken, so a study that cannot be opened is left out and said.

    Raises:
        DataError: the output is no zip file or cannot be written.
        GateRefused: the output lies in the study, or something personal was left in a text.
    """
    output = Path(request.output)
    demand_suffix(output, ("zip",), "The support bundle")
    with ExitStack() as opened:
        study, problem = _study(request, opened)
        progress.check_cancelled()
        folder = Path(request.study).resolve() if request.study else None
        texts = {"read-me.txt": _READ_ME, "versions.txt": _versions()}
        texts["ledger.txt"] = _ledger_counts(study, problem)
        texts |= _crashes(folder)
        texts |= _notes(request.notes, _scrubber(folder, study))
        content = _zipped(texts)
        leave = issue_pass(
            LeaveRequest("support", content, output, _level(study), _existing(folder)),
            _recorder(study),
        )
        return {"output": str(write_out(leave, content))}


def _study(request: SupportBundle, opened: ExitStack) -> tuple[Study | None, str]:
    """Open the study, or return what kind of problem it has."""
    if not request.study:
        return None, ""
    try:
        folder = Path(request.study).resolve()
        return opened.enter_context(open_study(folder, in_window=True)), ""
    except (DeepBenchError, OSError) as error:
        return None, type(error).__name__


def _recorder(study: Study | None) -> Callable[[dict[str, Any]], None]:
    """Return what writes the gate's line.

    Without a study that can be written there is no ledger for it. Nothing of a study is in the
    bundle but the number of its events.
    """
    if study is None:
        return lambda line: None
    return lambda line: study.record("gate", line)


def _level(study: Study | None) -> PrivacyLevel:
    if study is not None:
        with contextlib.suppress(DeepBenchError):
            return level_in_force(study)
    return DEFAULT_LEVEL


def _existing(folder: Path | None) -> Path | None:
    return folder if folder is not None and folder.is_dir() else None


def _versions() -> str:
    versions = library_versions()
    for name in _MORE_LIBRARIES:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            versions[name] = importlib.metadata.version(name)
    cores = psutil.cpu_count(logical=False) or os.cpu_count() or 1
    machine = {
        "system": platform.platform(),
        "processor cores": str(cores),
        "memory in GB": f"{psutil.virtual_memory().total / _GIGABYTE:.1f}",
    }
    return "".join(f"{name}: {value}\n" for name, value in (versions | machine).items())


def _ledger_counts(study: Study | None, problem: str) -> str:
    if study is None:
        return _UNREADABLE.format(kind=problem) if problem else _NO_STUDY
    known = (event.kind for event in study.ledger if _EVENT_KIND.fullmatch(event.kind))
    return "".join(f"{kind}: {count}\n" for kind, count in sorted(Counter(known).items()))


def _crashes(folder: Path | None) -> dict[str, str]:
    """Return outlines of the study's last crash files."""
    if folder is None:
        return {}
    paths = sorted((folder / "runs" / "crashes").glob("*.txt"))[-_MOST_FILES:]
    outlines = [crash_outline(_beginning_of(path)) for path in paths if not path.is_symlink()]
    return {f"crash-{number}.txt": text for number, text in enumerate(outlines, start=1)}


def _beginning_of(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            return stream.read(_LARGEST_CRASH_FILE).decode("utf-8", "replace")
    except OSError:
        return ""


def _notes(notes: dict[str, str], scrubber: Scrubber) -> dict[str, str]:
    found: dict[str, str] = {}
    for number, (name, text) in enumerate(list(notes.items())[:_MOST_FILES], start=1):
        stem = name.removesuffix(".txt")
        # A name of the window's own tells what the note is; any other could tell more.
        known = f"-{stem}" if _NOTE_NAME.fullmatch(stem) and scrubber.scrub(stem) == stem else ""
        found[f"note-{number}{known}.txt"] = scrubber.scrub(text)
    return found


def _scrubber(folder: Path | None, study: Study | None) -> Scrubber:
    names: set[str] = {study_title(folder)} if folder is not None else set()
    if study is not None:
        with contextlib.suppress(DeepBenchError, OSError, ValueError):
            names |= sample_names(study)
        with contextlib.suppress(DeepBenchError, OSError, ValueError):
            imported = study.stage_record("import", ImportRecord)
            names |= {column.name for column in imported.columns} if imported else set()
            names |= {imported.source_name} if imported else set()
    places = _personal_folders(folder)
    folders = {str(place) for place in places if place != Path(place.anchor)}
    return Scrubber(frozenset(names), frozenset(_persons()), frozenset(folders))


def _personal_folders(study: Path | None) -> Iterator[Path]:
    with contextlib.suppress(RuntimeError):
        yield Path.home()
    yield Path(tempfile.gettempdir())
    with contextlib.suppress(OSError):
        yield Path.cwd()
    if study is not None:
        yield study.parent


def _persons() -> Iterator[str]:
    """Yield the names of the user's account and of this computer."""
    with contextlib.suppress(OSError, KeyError, ImportError):
        yield getpass.getuser()
    yield platform.node()
    yield platform.node().partition(".")[0]


def _zipped(texts: dict[str, str]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in texts.items():
            archive.writestr(zipfile.ZipInfo(name, _ZIP_TIME), text.encode("utf-8", "replace"))
    return stream.getvalue()
