"""The gate for a bundle: many files leave together, in a new folder, or none does."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deepbench.errors import DeepBenchError, GateRefused
from deepbench.plan import PrivacyLevel
from deepbench.privacy.bundle_file import BundleFile, demand_distinct, manifest
from deepbench.privacy.gate import (
    Binding,
    GatePass,
    LeavingKind,
    Standing,
    finished,
    judge,
    make_pass,
    redeem,
    valid_until,
)
from deepbench.privacy.gate_files import checked_new_folder, write_new_folder
from deepbench.privacy.permission import Case, Permission
from deepbench.study.files import sha256_of

CaseOf = Callable[[LeavingKind], Case]


@dataclass(frozen=True)
class FolderRequest:
    """A bundle that asks to leave.

    Attributes:
        files: All files, final.
        folder: Folder to make, outside the study.
        level: Sensitivity of the study.
        study: The study folder.
        case_of: Approvals, day and model for a kind of content.
        standing: As in `deepbench.privacy.gate.LeaveRequest`.
        title: What the user calls the bundle, for the ledger.
        left_out: Path and reason of what was asked for and stays, for the ledger.
    """

    files: tuple[BundleFile, ...]
    folder: Path
    level: PrivacyLevel
    study: Path
    case_of: CaseOf
    standing: Standing = dict
    title: str = ""
    left_out: Sequence[tuple[str, str]] = ()


def issue_folder_pass(
    request: FolderRequest,
    record: Callable[[dict[str, Any]], None],
    check: Callable[[BundleFile], None],
) -> GatePass:
    """Decide whether a bundle may leave, and issue a pass for it.

    The decision, yes or no, is recorded before anything else happens.

    Args:
        request: The bundle.
        record: Writes one line to the study's ledger.
        check: Looks at a file besides the gate's own checks, and raises `GateRefused`.

    Raises:
        GateRefused: one of the files may not leave.
        DataError: the folder cannot be made there.
    """
    digest = sha256_of(manifest(request.files))
    stood = dict(request.standing())
    line = {**_line(request, digest), "study": stood}
    try:
        destination = checked_new_folder(request.folder, request.study)
        permissions = _permissions(request, check)
    except DeepBenchError as refusal:
        record({**line, "decision": "refused", "why": refusal.message})
        raise
    record({**line, **_granted(permissions), "decision": "issued", "why": ""})
    return make_pass(
        Binding(
            digest,
            destination,
            request.study,
            request.standing,
            stood,
            valid_until(),
            is_folder=True,
        )
    )


def record_refusal(
    request: FolderRequest, record: Callable[[dict[str, Any]], None], refusal: DeepBenchError
) -> None:
    """Write into the ledger that a bundle was asked for and stays."""
    line = _line(request, sha256_of(manifest(request.files)))
    record(
        {**line, "study": dict(request.standing()), "decision": "refused", "why": refusal.message}
    )


def write_folder(gate_pass: GatePass, files: Sequence[BundleFile]) -> Path:
    """Write a bundle out of the study. The pass is used up, whether or not this succeeds.

    Returns:
        The folder that was made.

    Raises:
        GateRefused: the pass is not genuine, used, too old, or for something else.
        DataError: the folder cannot be written.
    """
    binding = redeem(gate_pass, sha256_of(manifest(files)))
    destination = binding.destination
    if not isinstance(destination, Path) or not binding.is_folder:
        raise GateRefused("The gate pass is for something else.", "Ask for one for a folder.")
    if checked_new_folder(destination, binding.study) != destination:
        raise GateRefused(
            "The destination has changed since the gate pass was issued.", "Ask for a new one."
        )
    write_new_folder(
        destination,
        {file.path: file.content for file in files},
        {file.path: file.sha256 for file in files},
    )
    return destination


def _permissions(
    request: FolderRequest, check: Callable[[BundleFile], None]
) -> Mapping[str, Permission]:
    if not request.files:
        raise GateRefused("Nothing of what was asked for may leave.", "See the reasons above.")
    demand_distinct(request.files)
    found = {}
    for file in request.files:
        try:
            found[file.path] = finished(functools.partial(_permission, request, file, check))
        except GateRefused as refusal:
            raise GateRefused(f"{file.path}: {refusal.message}", refusal.hint) from None
    return found


def _permission(
    request: FolderRequest, file: BundleFile, check: Callable[[BundleFile], None]
) -> Permission:
    permission = judge(file.kind, file.content, request.level, request.case_of(file.kind))
    check(file)
    return permission


def _line(request: FolderRequest, digest: str) -> dict[str, Any]:
    return {
        "kind": "bundle",
        "level": request.level,
        "sha256": digest,
        "bytes": sum(len(file.content) for file in request.files),
        "destination": str(request.folder),
        "title": request.title,
        "files": [
            {"path": file.path, "kind": file.kind, "sha256": file.sha256} for file in request.files
        ],
        "left_out": [{"path": path, "why": why} for path, why in request.left_out],
    }


def _granted(permissions: Mapping[str, Permission]) -> dict[str, Any]:
    """Return what was needed beside the table: models, approvals."""
    needed = {path: found.line for path, found in permissions.items() if found.line}
    return {"granted": needed} if needed else {}
