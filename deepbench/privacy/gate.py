"""The gate: the only code that writes outside the study folder.

`issue_pass` decides by kind of content and level and writes a line to the ledger; `write_out`
demands the pass, and so does `release_to_clipboard`. A pass holds for one content, one
destination, one use and a few minutes. What it was issued for is kept in this module and not in
the pass, so a copy, a subclass or an edited pass opens nothing.
"""

from __future__ import annotations

import contextlib
import os
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, Literal, NoReturn

from deepbench.errors import DataError, DeepBenchError, GateRefused
from deepbench.plan import PrivacyLevel
from deepbench.privacy.final_bytes import (
    demand_harmless_cells,
    demand_no_identifiers,
    demand_pixels,
    demand_scrubbed_zip,
    is_guarded,
)
from deepbench.privacy.leaving import ContentKind, rule_for
from deepbench.privacy.predictions_rounding import demand_rounded
from deepbench.study.files import file_sha256, replace_file, sha256_of, sync_folder

LeavingKind = Literal[
    "report",
    "results",
    "predictions",
    "figures",
    "tables",
    "text",
    "single samples",
    "plan",
    "support",
]
VALID_SECONDS = 300.0

# Row of `deepbench.privacy.leaving` that a kind falls under.
_ROWS: dict[LeavingKind, ContentKind] = {
    "report": "report",
    "results": "results",
    "predictions": "predictions",
    "figures": "figures",
    "tables": "results",
    "text": "report",
    "single samples": "training predictions",
    "plan": "plan",
    "support": "plan",
}


class Place(Enum):
    """A destination that is no file."""

    CLIPBOARD = "clipboard"

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True)
class LeaveRequest:
    """What asks to leave.

    Attributes:
        kind: Kind of content.
        content: The final bytes.
        destination: File to write, outside the study folder, or the clipboard.
        level: Sensitivity of the study.
        study: The study folder; None for a support bundle while no study is open.
        title: What the user calls it, for the ledger.
    """

    kind: LeavingKind
    content: bytes
    destination: Path | Place
    level: PrivacyLevel
    study: Path | None
    title: str = ""


@dataclass(frozen=True)
class _Binding:
    sha256: str
    destination: Path | Place
    study: Path | None
    expires: float


_KEY = object()


class GatePass:
    """Permission to write one content to one place, once. Only `issue_pass` makes one."""

    __slots__ = ("__weakref__",)

    def __new__(cls, key: object = None) -> GatePass:
        """Make a pass; refuses all callers without the module's key."""
        if key is not _KEY:
            raise GateRefused("A gate pass is issued by the gate alone.")
        return super().__new__(cls)

    def __init_subclass__(cls) -> None:
        raise GateRefused("A gate pass is issued by the gate alone.")

    def __reduce__(self) -> NoReturn:
        raise GateRefused("A gate pass cannot be copied or stored.")


_issued: dict[GatePass, _Binding] = {}
_now = time.monotonic


def issue_pass(
    request: LeaveRequest,
    record: Callable[[dict[str, Any]], None],
    checks: Sequence[Callable[[bytes], None]] = (),
) -> GatePass:
    """Decide whether some content may leave, and issue a pass for it.

    The decision, yes or no, is recorded before anything else happens; if ``record`` raises, no
    pass exists.

    Args:
        request: Content, destination and level.
        record: Writes one line to the study's ledger.
        checks: Look at the content besides the gate's own checks, and raise `GateRefused`.

    Raises:
        GateRefused: the level forbids it, a check failed, or the destination is in the study.
        DataError: the destination cannot be a file there.
    """
    digest = sha256_of(request.content)
    line = {
        "kind": request.kind,
        "level": request.level,
        "sha256": digest,
        "bytes": len(request.content),
        "destination": str(request.destination),
        **({"title": request.title} if request.title else {}),
    }
    try:
        destination = _checked(request.destination, request.study)
        _demand_level(request)
        for check in checks:
            check(request.content)
        _demand_content(request)
    except DeepBenchError as refusal:
        record({**line, "decision": "refused", "why": refusal.message})
        raise
    record({**line, "decision": "issued", "why": ""})
    gate_pass = GatePass(_KEY)
    _issued[gate_pass] = _Binding(digest, destination, request.study, _now() + VALID_SECONDS)
    return gate_pass


def write_out(gate_pass: GatePass, content: bytes) -> Path:
    """Write content out of the study. The pass is used up, whether or not this succeeds.

    The file is the old one or the new one at any instant: a ``.part`` file beside it is written,
    flushed to disk, read again and compared, then put in its place.

    Returns:
        The file that was written: the destination the pass was issued for.

    Raises:
        GateRefused: the pass is not genuine, used, too old, or for something else.
        DataError: the destination cannot be written.
    """
    binding = _redeem(gate_pass, content)
    destination = binding.destination
    if isinstance(destination, Place):
        raise GateRefused("The gate pass is for the clipboard.", "Ask for one for a file.")
    # Looked at again: a folder may have become a link into the study since the pass was issued.
    if _checked_destination(destination, binding.study) != destination:
        raise GateRefused(
            "The destination has changed since the gate pass was issued.", "Ask for a new one."
        )
    _write_part_and_replace(destination, content, binding.sha256)
    return destination


def release_to_clipboard(gate_pass: GatePass, content: bytes) -> None:
    """Say that some content may now be put on the clipboard. The pass is used up.

    Nothing is written: the window, which has a clipboard, waits for this.

    Raises:
        GateRefused: the pass is not genuine, used, too old, or for something else.
    """
    if _redeem(gate_pass, content).destination is not Place.CLIPBOARD:
        raise GateRefused("The gate pass is for a file.", "Ask for one for the clipboard.")


def _redeem(gate_pass: GatePass, content: bytes) -> _Binding:
    """Use a pass up and return what it was issued for."""
    if type(gate_pass) is not GatePass:
        raise GateRefused("That is not a gate pass.", "Ask the gate for one.")
    binding = _issued.pop(gate_pass, None)
    if binding is None:
        raise GateRefused("The gate pass was used before or never issued.", "Ask for a new one.")
    if _now() >= binding.expires:
        raise GateRefused("The gate pass has expired.", "Ask for a new one.")
    if sha256_of(content) != binding.sha256:
        raise GateRefused("The gate pass is for other content.", "Ask for one for this content.")
    return binding


def _demand_level(request: LeaveRequest) -> None:
    if rule_for(_ROWS[request.kind], request.level).outcome != "yes":
        raise _stays(request)


def _demand_content(request: LeaveRequest) -> None:
    guarded = is_guarded(request.level)
    if request.kind == "predictions" and request.level == "sensitive":
        demand_rounded(request.content)
    elif request.kind == "figures" and guarded:
        demand_pixels(request.content)
    elif request.kind == "tables":
        demand_harmless_cells(request.content)
    elif request.kind in ("plan", "text") and guarded:
        demand_no_identifiers(request.content)
    elif request.kind == "support":
        demand_scrubbed_zip(request.content)


def _stays(request: LeaveRequest) -> GateRefused:
    if request.kind == "single samples":
        return GateRefused(
            f"This shows single samples, so it stays in the study: its level is {request.level}.",
            "What shows all samples together may leave, for example the report.",
        )
    return GateRefused(
        f"The {request.kind} of a {request.level} study may not leave the study folder.",
        "The level stands in [privacy] of the plan, what may leave at it in the report.",
    )


def _checked(destination: Path | Place, study: Path | None) -> Path | Place:
    """Return the destination as it is written to, or say why it cannot be one."""
    if isinstance(destination, Place):
        return destination
    return _checked_destination(destination, study)


def _checked_destination(destination: Path, study: Path | None) -> Path:
    """Return the real path of a destination, or say why it cannot be one."""
    try:
        folder = destination.parent.resolve(strict=True)
        inside = study is not None and _lies_in(folder, study.resolve(strict=True))
        if not folder.is_dir():
            raise NotADirectoryError
        target = folder / destination.name
        is_link, is_folder = destination.is_symlink(), not destination.name or target.is_dir()
        is_special = target.exists() and not target.is_file()
    except OSError:
        raise DataError(
            f"There is no folder {destination.parent} to write {destination.name} in.",
            "Create it, or choose another place.",
        ) from None
    if inside:
        raise GateRefused(
            f"{destination.name} would be written into the study folder.",
            "Choose a place outside the study folder.",
        )
    if is_link:
        raise DataError(f"{destination} is a link.", "Name the file itself.")
    if is_folder:
        raise DataError(f"{destination} is a folder.", "Name a file in it.")
    if is_special:
        raise DataError(f"{destination} is not an ordinary file.", "Name an ordinary file.")
    return target


def _lies_in(folder: Path, study: Path) -> bool:
    # samefile, not a comparison of text: names differ in case on Windows and macOS.
    return any(ancestor.samefile(study) for ancestor in (folder, *folder.parents))


def _write_part_and_replace(target: Path, content: bytes, sha256: str) -> None:
    part = target.with_name(f".{target.name}.{uuid.uuid4().hex[:8]}.part")
    try:
        with part.open("xb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        if file_sha256(part) != sha256:
            raise DataError(
                f"{target.name} was damaged while it was written.", "Check the disk; try again."
            )
        replace_file(part, target)
        sync_folder(target.parent)
    except OSError as error:
        raise DataError(
            f"{target.name} could not be written in {target.parent} ({error.strerror}).",
            "Check free disk space and whether you may write in that folder.",
        ) from None
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
