"""The way of many files out of a study: what may not leave is left out and said, or all stays.

`judge_bundle` decides without writing anything (the preview); `let_bundle_go` decides again,
lets files be added that depend on the decision (a README, checksums), and lets all of them out in
one new folder. What the level or the table keeps back is left out with a sentence. What should be
clean and is not (a name, a path, a sample in a file) stops everything: then something is wrong.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from deepbench.errors import GateRefused
from deepbench.jobs.known_secrets import secrets_of
from deepbench.jobs.leave import level_in_force
from deepbench.jobs.let_go import standing_of
from deepbench.jobs.model_leaving import case_of
from deepbench.plan import Approval, PrivacyLevel
from deepbench.privacy.bundle_file import BundleFile
from deepbench.privacy.content_scan import Secrets, scan_file
from deepbench.privacy.gate import LeavingKind, finished, judge
from deepbench.privacy.gate_folder import (
    CaseOf,
    FolderRequest,
    issue_folder_pass,
    record_refusal,
    write_folder,
)
from deepbench.privacy.override import approval_lines
from deepbench.privacy.permission import Permission
from deepbench.study.folder import Study

# They leave at every level, so what keeps one of them back is in the file itself.
_ALWAYS_CLEAN: frozenset[LeavingKind] = frozenset({"report", "results", "plan", "text"})


@dataclass(frozen=True)
class LeftOut:
    """A file that was asked for and stays, and why."""

    path: str
    title: str
    sentence: str


@dataclass(frozen=True)
class Decisions:
    """What leaves of a bundle.

    Attributes:
        level: Level in force.
        leaving: Files that may leave.
        left_out: Files that stay.
        approvals: Overrides that were needed; they are printed on the card and in the README.
    """

    level: PrivacyLevel
    leaving: tuple[BundleFile, ...]
    left_out: tuple[LeftOut, ...]
    approvals: tuple[Approval, ...]

    @property
    def sentences(self) -> tuple[str, ...]:
        """What the user is told, and what a README says, of what stays and of approvals."""
        stays = [f"Not in it: {each.title}. {each.sentence}" for each in self.left_out]
        approved = [" ".join(approval_lines(each)) for each in self.approvals]
        return (*dict.fromkeys(stays), *approved)


Finish = Callable[[Decisions], Sequence[BundleFile]]


def judge_bundle(
    study: Study, files: Sequence[BundleFile], essential: Collection[LeavingKind] = ()
) -> Decisions:
    """Say what of a bundle may leave; nothing is written and nothing recorded.

    Args:
        study: Open for reading.
        files: What is asked for, final.
        essential: Kinds without which the rest makes no sense: if the level keeps such a file
            back, everything stays.

    Raises:
        GateRefused: an essential file may not leave, or something stands in a file that must not.
    """
    return _judged(_Gatehouse.of(study), files, essential)


def let_bundle_go(
    study: Study,
    files: Sequence[BundleFile],
    folder: Path,
    *,
    title: str,
    essential: Collection[LeavingKind] = (),
    finish: Finish = lambda decisions: (),
    expect: Callable[[Sequence[BundleFile]], None] = lambda files: None,
) -> tuple[Path, Decisions]:
    """Let a bundle out, in a new folder: all that may leave, or nothing.

    Args:
        study: Open for writing.
        files: What is asked for, final.
        folder: Folder to make; its parent exists, outside the study.
        title: What the user calls the bundle, for the ledger.
        essential: As in `judge_bundle`.
        finish: Makes files that depend on what leaves: README, card, checksums. They are looked
            at like all others.
        expect: Looks at all files before the gate is asked, and raises if they are not those that
            were wanted.

    Returns:
        The folder that was made, and what was decided.

    Raises:
        GateRefused: as in `judge_bundle`; the ledger says so.
        DataError: the folder cannot be written.
    """
    house = _Gatehouse.of(study)

    def asking(chosen: Sequence[BundleFile], left_out: Sequence[LeftOut]) -> FolderRequest:
        return FolderRequest(
            files=tuple(chosen),
            folder=folder,
            level=house.level,
            study=study.folder,
            case_of=house.case_of,
            standing=lambda: standing_of(study),
            title=title,
            left_out=[(each.path, each.sentence) for each in left_out],
        )

    def record(line: dict[str, object]) -> None:
        study.record("gate", line)

    try:
        decisions = _judged(house, files, essential)
    except GateRefused as refusal:
        record_refusal(asking(files, ()), record, refusal)
        raise
    chosen = (*decisions.leaving, *finish(decisions))
    expect(chosen)
    leave = issue_folder_pass(asking(chosen, decisions.left_out), record, house.scan)
    return write_folder(leave, chosen), decisions


def new_folder(parent: Path, name: str) -> Path:
    """Return the first folder of a name, NAME-2, … that is not there yet."""
    number, folder = 1, parent / name
    while folder.exists() or folder.is_symlink():
        number += 1
        folder = parent / f"{name}-{number}"
    return folder


@dataclass(frozen=True)
class _Gatehouse:
    """What decisions about the files of one bundle share."""

    level: PrivacyLevel
    case_of: CaseOf
    secrets: Secrets

    @classmethod
    def of(cls, study: Study) -> _Gatehouse:
        of_kind = functools.cache(functools.partial(case_of, study))
        return cls(level_in_force(study), of_kind, secrets_of(study))

    def judge(self, file: BundleFile) -> Permission:
        """Return why a file may leave by the table."""
        return judge(file.kind, file.content, self.level, self.case_of(file.kind))

    def scan(self, file: BundleFile) -> None:
        """Refuse a file in which something stands that must not."""
        scan_file(file.path, file.content, file.kind, self.level, self.secrets, file.drawn)


def _judged(
    house: _Gatehouse, files: Sequence[BundleFile], essential: Collection[LeavingKind]
) -> Decisions:
    leaving: list[BundleFile] = []
    left_out: list[LeftOut] = []
    approvals: list[Approval] = []
    for file in files:
        try:
            found = finished(functools.partial(house.judge, file))
        except GateRefused as refusal:
            if file.kind in essential or file.kind in _ALWAYS_CLEAN:
                raise
            left_out.append(LeftOut(file.path, file.title, f"{refusal.message} {refusal.hint}"))
            continue
        try:
            finished(functools.partial(house.scan, file))
        except GateRefused as refusal:
            raise GateRefused(f"{file.path}: {refusal.message}", refusal.hint) from None
        leaving.append(file)
        if found.approval is not None and found.approval not in approvals:
            approvals.append(found.approval)
    if files and not leaving:
        raise GateRefused(left_out[0].sentence)
    return Decisions(house.level, tuple(leaving), tuple(left_out), tuple(approvals))
