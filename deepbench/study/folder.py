"""The study folder (``NAME.deepbench/``): everything a study knows, in files that survive.

plan.toml, ledger.jsonl (and ledger.head.json), data/ (imported and training samples), vault/
(test samples), runs/ (records and out-of-fold predictions), models/, report/.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from pydantic import ValidationError

from deepbench.errors import StudyError
from deepbench.plan import StudyPlan, parse_plan
from deepbench.study import artifacts
from deepbench.study.draft import DRAFT_FILE
from deepbench.study.files import (
    file_sha256,
    remove_leftovers,
    sha256_of,
    sync_file,
    sync_folder,
    write_atomically,
)
from deepbench.study.layout import AREAS, require_study_place
from deepbench.study.ledger import Ledger
from deepbench.study.location import require_writable
from deepbench.study.lock import lock_for_job
from deepbench.study.migrations import (
    FORMAT_FILE,
    migrate,
    read_format,
    require_not_newer,
    write_format,
)
from deepbench.study.records import Record

# Files only: folders (``store_folder``) have no suffix and are checked file by file.
_ARTIFACT_NAME = re.compile(rf"({'|'.join(AREAS)})/[^/]+-[0-9a-f]{{16}}\.\w+")
RecordType = TypeVar("RecordType", bound=Record)
PLAN_FILE = "plan.toml"
_NO_PLAN = "This study has no plan yet."
_RUN_FIRST = "Run one first: deepbench run PLAN --study STUDY."
_PLAN_CHANGED = (
    "plan.toml in {study} was changed or removed by hand: it is not the plan that the study was "
    "run with."
)
_PLAN_HINT = (
    "To use the change, run it: deepbench run PLAN --study STUDY. To take it back, copy "
    "{artifact} in the study folder over plan.toml."
)


class Study:
    """An open study. Use `open_for_writing` (takes the locks) or `open_for_reading`."""

    def __init__(self, folder: Path, locks: ExitStack | None) -> None:
        self.folder = folder
        self._locks = locks
        try:
            self.ledger = Ledger(folder / "ledger.jsonl", writable=locks is not None)
        except OSError as error:
            raise StudyError(
                f"ledger.jsonl in {folder.name} could not be read ({error.strerror}).",
                "Check whether you may read the study folder.",
            ) from None

    @classmethod
    def open_for_writing(cls, folder: Path, *, in_window: bool = False) -> Self:
        """Open a study, making it if it is not there, and take its locks.

        Args:
            folder: Study folder.
            in_window: The job was asked for by the window that has the study open.

        Raises:
            StudyError: not writable, open elsewhere, damaged, newer format, or the folder holds
                other things.
        """
        require_writable(folder)
        require_study_place(folder)
        locks = lock_for_job(folder, in_window=in_window)
        try:
            if not (folder / FORMAT_FILE).exists():
                write_format(folder)
            migrate(folder)
            for area in AREAS:
                (folder / area).mkdir(exist_ok=True)
                remove_leftovers(folder / area)
            # In a window answers go on being written while its worker opens the study.
            remove_leftovers(folder, spare=DRAFT_FILE if in_window else "")
            return cls(folder, locks)
        except BaseException:
            locks.close()
            raise

    @classmethod
    def open_for_writing_existing(cls, folder: Path, *, in_window: bool = False) -> Self:
        """Open a study that must be there, and take its locks; errors as `open_for_writing`."""
        read_format(folder)
        return cls.open_for_writing(folder, in_window=in_window)

    @classmethod
    def open_for_reading(cls, folder: Path) -> Self:
        """Open a study without its locks; nothing can be recorded.

        Raises:
            StudyError: no study, or its ledger was changed.
        """
        require_not_newer(folder)
        return cls(folder, None)

    def close(self) -> None:
        """Give the locks back."""
        if self._locks is not None:
            self._locks.close()
            self._locks = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    # --- the plan ---------------------------------------------------------------------

    def save_plan(self, plan: StudyPlan) -> None:
        """Write the plan into the study and note its hash in the ledger, if it changed."""
        content = plan.to_toml().encode("utf-8")
        path = self.folder / PLAN_FILE
        copy = self.store("runs", PLAN_FILE, content)
        if not path.exists() or path.read_bytes() != content:
            write_atomically(path, content)
        if self.plan_artifact() != copy:
            self.ledger.append("plan", {"artifact": copy})

    def plan_artifact(self) -> str:
        """Return the artifact of the plan that was run last, or an empty text."""
        noted = self.ledger.of_kind("plan")
        return str(noted[-1].data["artifact"]) if noted else ""

    def plan(self) -> StudyPlan:
        """Return the plan that was run last, by the ledger.

        The plain copy is for people: what it says holds once it was run. Where it says something
        that was never run, nothing goes on until that is settled.

        Raises:
            StudyError: no plan was run, or its plain copy was changed by hand.
        """
        artifact = self.plan_artifact()
        if not artifact:
            raise StudyError(_NO_PLAN, _RUN_FIRST)
        content = self.read(artifact)
        # A copy of another plan of this study is what a crash in `save_plan` leaves.
        if not (self.folder / PLAN_FILE).is_file() or self._copy_problem(PLAN_FILE):
            raise StudyError(
                _PLAN_CHANGED.format(study=self.folder.name), _PLAN_HINT.format(artifact=artifact)
            )
        return parse_plan(content.decode("utf-8"), PLAN_FILE)

    # --- artifacts --------------------------------------------------------------------

    def store(self, area: str, name: str, content: bytes) -> str:
        """Store an artifact; see `deepbench.study.artifacts.store_artifact`."""
        return artifacts.store_artifact(self.folder, area, name, content)

    def read(self, relative: str) -> bytes:
        """Return the content of an artifact, checked against the hash in its name."""
        return artifacts.read_artifact(self.folder, relative)

    def retire(self, relatives: list[str]) -> None:
        """Delete artifacts that have served, after saying so in the ledger."""
        known = self.retired()
        fresh = sorted(set(relatives) - known)
        if fresh:
            self.ledger.append("retired", {"artifacts": fresh})
        for relative in relatives:
            (self.folder / relative).unlink(missing_ok=True)

    def retire_others(self, area: str, keep: set[str]) -> None:
        """Delete every artifact of an area but these, also one that no ledger line names."""
        self.retire(sorted(self._artifacts_there(area) - keep))

    def retired(self) -> set[str]:
        """Return the artifacts that were deleted on purpose and not written again since."""
        gone: set[str] = set()
        for event in self.ledger:
            if event.kind == "retired":
                gone.update(event.data["artifacts"])
            else:
                gone -= _artifact_names(event.data)
        return gone

    def exists(self, relative: str) -> bool:
        """Say whether an artifact is still there."""
        return (self.folder / relative).is_file()

    def store_folder(self, area: str, name: str, fill: Callable[[Path], None]) -> str:
        """Store a folder of files: filled aside, hashed, renamed, then named in the ledger.

        Args:
            area: One of `AREAS`.
            name: Beginning of the folder's name; a hash of its content follows.
            fill: Writes the files into the (empty) folder it is given.

        Returns:
            Path relative to the study folder.
        """
        aside = self.folder / area / f".{name}.part"
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir(parents=True)
        fill(aside)
        hashes = {path.name: file_sha256(path) for path in sorted(aside.iterdir())}
        for path in aside.iterdir():
            sync_file(path)
        digest = sha256_of(json.dumps(hashes, sort_keys=True).encode())[:16]
        relative = f"{area}/{name}-{digest}"
        target = self.folder / relative
        if target.exists():
            shutil.rmtree(aside)
        else:
            aside.replace(target)
            sync_folder(target.parent)
        self.ledger.append("folder", {"folder": relative, "sha256": hashes})
        return relative

    # --- stages -----------------------------------------------------------------------

    def finish_stage(self, key: str, fingerprint: str, record: Record, seconds: float) -> None:
        """Store what a stage found, then say in the ledger that it finished."""
        content = record.model_dump_json().encode("utf-8")
        relative = self.store("runs", f"{key}.json", content)
        self.ledger.append(
            "stage_finished",
            {
                "stage": key,
                "fingerprint": fingerprint,
                "record": relative,
                "seconds": round(seconds, 3),
            },
        )

    def finished(self) -> dict[str, str]:
        """Return, by stage, the fingerprint with which it last finished."""
        return {
            event.data["stage"]: event.data["fingerprint"]
            for event in self.ledger.of_kind("stage_finished")
        }

    def stage_record(self, key: str, kind: type[RecordType]) -> RecordType | None:
        """Return what a stage found when it last finished, or None."""
        artifact = self.record_artifact(key)
        return self.read_record(artifact, kind) if artifact else None

    def record_artifact(self, key: str) -> str:
        """Return the artifact that holds what a stage found last, or an empty text."""
        events = [e for e in self.ledger.of_kind("stage_finished") if e.data["stage"] == key]
        return str(events[-1].data["record"]) if events else ""

    def read_record(self, relative: str, kind: type[RecordType]) -> RecordType:
        """Return a stored record.

        Raises:
            StudyError: it is missing, changed, or of another kind.
        """
        try:
            return kind.model_validate_json(self.read(relative))
        except ValidationError:
            raise StudyError(
                f"{relative} does not hold what this version expects.",
                "Run the plan again in a new study folder.",
            ) from None

    def record(self, kind: str, data: dict[str, Any]) -> None:
        """Append an event to the ledger."""
        self.ledger.append(kind, data)

    # --- integrity --------------------------------------------------------------------

    def problems(self) -> list[str]:
        """Return what is wrong with the artifacts; empty if all is well.

        Looked at are those that the ledger names, and whatever else has a hash in its name.
        """
        named = set().union(*(_artifact_names(event.data) for event in self.ledger))
        named |= {name for area in AREAS for name in self._artifacts_there(area)}
        retired = {name for name in self.retired() if not self.exists(name)}
        found = [artifacts.artifact_problem(self.folder, name) for name in sorted(named - retired)]
        for event in self.ledger.of_kind("folder"):
            found.extend(self._folder_problems(event.data))
        found.extend(self._copy_problem(name) for name in artifacts.PLAIN_COPIES)
        return [problem for problem in found if problem]

    def stored_folder(self, relative: str) -> Path:
        """Return the path of a stored folder, its files checked against the ledger.

        Raises:
            StudyError: a file is missing or was changed, or the ledger does not name the folder.
        """
        events = [e for e in self.ledger.of_kind("folder") if e.data["folder"] == relative]
        found = self._folder_problems(events[-1].data) if events else [f"{relative} is unknown."]
        if found:
            raise StudyError(found[0], "Restore the study folder from a backup.")
        return self.folder / relative

    def _folder_problems(self, data: dict[str, Any]) -> list[str]:
        found = []
        for name, digest in data["sha256"].items():
            path = self.folder / data["folder"] / name
            if not path.is_file():
                found.append(f"{data['folder']}/{name} is missing.")
            elif file_sha256(path) != digest:
                found.append(f"{data['folder']}/{name} was changed since it was written.")
        return found

    def _copy_problem(self, name: str) -> str:
        """Return what is wrong with a file for users, or an empty text."""
        path = self.folder / name
        if not path.is_file():
            return ""
        original = artifacts.artifact_name(*artifacts.PLAIN_COPIES[name], file_sha256(path))
        return "" if self.exists(original) else f"{name} was changed since it was written."

    def _artifacts_there(self, area: str) -> set[str]:
        """Return the artifacts that lie in an area."""
        names = (f"{area}/{path.name}" for path in (self.folder / area).glob("*"))
        return {name for name in names if _ARTIFACT_NAME.fullmatch(name)}


def _artifact_names(data: object) -> set[str]:
    """Return every text in an event that names an artifact."""
    if isinstance(data, str):
        return {data} if _ARTIFACT_NAME.fullmatch(data) else set()
    if isinstance(data, dict):
        return set().union(*(_artifact_names(value) for value in data.values()), set())
    if isinstance(data, list):
        return set().union(*(_artifact_names(value) for value in data), set())
    return set()


def is_study(folder: Path) -> bool:
    """Say whether a folder holds a study, readable or not."""
    return (folder / FORMAT_FILE).exists()


def study_title(folder: Path) -> str:
    """Return the name a study is shown under."""
    return folder.name.removesuffix(".deepbench") or folder.name
