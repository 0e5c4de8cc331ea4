"""The gate: the only code that writes outside the study folder.

`issue_pass` decides by kind of content and level and writes a line to the ledger; `write_out`
demands the pass, and so do `release_to_clipboard` and, for a folder of files, `write_folder` in
`deepbench.privacy.gate_folder`. A pass holds for one content, one destination, one use, a few
minutes, and as long as level, answers, data and model of the study are what they were. What it
was issued for is kept in this module and not in the pass, so a copy, a subclass or an edited pass
opens nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any, Literal, NoReturn, TypeVar

from deepbench.errors import DeepBenchError, GateRefused
from deepbench.plan import PrivacyLevel
from deepbench.privacy.final_bytes import (
    demand_harmless_cells,
    demand_no_identifiers,
    demand_pixels,
    demand_scrubbed_zip,
    is_guarded,
)
from deepbench.privacy.gate_files import checked_file, write_file
from deepbench.privacy.leaving import ContentKind
from deepbench.privacy.permission import Case, Permission, permit
from deepbench.privacy.predictions_rounding import demand_rounded
from deepbench.study.files import sha256_of

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
    "weights",
    "private weights",
    "stored rows",
    "samples",
]
VALID_SECONDS = 300.0
#: How a ZIP container begins; a workbook is one.
ZIP = b"PK\x03\x04"
Standing = Callable[[], Mapping[str, str]]
T = TypeVar("T")

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
    "weights": "weights",
    "private weights": "private weights",
    "stored rows": "stored rows",
    "samples": "training rows",
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
        case: Approvals, day and model.
        standing: Says what level, answers, data and model of the study are now; a pass is void
            when the answer is another one than when it was issued.
    """

    kind: LeavingKind
    content: bytes
    destination: Path | Place
    level: PrivacyLevel
    study: Path | None
    title: str = ""
    case: Case = field(default_factory=Case)
    standing: Standing = dict


@dataclass(frozen=True)
class Binding:
    """What a pass was issued for."""

    sha256: str
    destination: Path | Place
    study: Path | None
    standing: Standing
    stood: Mapping[str, str]
    expires: float
    is_folder: bool = False


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


_issued: dict[GatePass, Binding] = {}
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
    stood = dict(request.standing())
    line = {
        "kind": request.kind,
        "level": request.level,
        "sha256": digest,
        "bytes": len(request.content),
        "destination": str(request.destination),
        **({"title": request.title} if request.title else {}),
        **({"study": stood} if stood else {}),
    }

    def decide() -> tuple[Path | Place, Permission]:
        destination = request.destination
        if isinstance(destination, Path):
            destination = checked_file(destination, request.study)
        found = permit(_ROWS[request.kind], request.level, request.case)
        for check in checks:
            check(request.content)
        _demand_content(request.kind, request.content, request.level)
        return destination, found

    try:
        destination, permission = finished(decide)
    except DeepBenchError as refusal:
        record({**line, "decision": "refused", "why": refusal.message})
        raise
    record({**line, **permission.line, "decision": "issued", "why": ""})
    return make_pass(
        Binding(digest, destination, request.study, request.standing, stood, valid_until())
    )


def valid_until() -> float:
    """Return up to when a pass issued now holds."""
    return _now() + VALID_SECONDS


def make_pass(binding: Binding) -> GatePass:
    """Make the pass for what was decided; for this module and that of folders alone."""
    gate_pass = GatePass(_KEY)
    _issued[gate_pass] = binding
    return gate_pass


def finished(decide: Callable[[], T]) -> T:
    """Return what a decision gives; one that breaks off is a refusal, without any value in it.

    Raises:
        GateRefused: the decision could not be made.
    """
    try:
        return decide()
    except DeepBenchError:
        raise
    except Exception as error:
        raise GateRefused(
            f"A check of what should leave broke off ({type(error).__name__}), so it stays.",
            "Export another part, and report this as a fault of the program.",
        ) from None


def judge(kind: LeavingKind, content: bytes, level: PrivacyLevel, case: Case) -> Permission:
    """Return why some content may leave at a level, by the table and its final bytes.

    Raises:
        GateRefused: it may not.
    """
    permission = permit(_ROWS[kind], level, case)
    _demand_content(kind, content, level)
    return permission


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
    binding = redeem(gate_pass, sha256_of(content))
    destination = binding.destination
    if isinstance(destination, Place) or binding.is_folder:
        what = "a folder" if binding.is_folder else "the clipboard"
        raise GateRefused(f"The gate pass is for {what}.", "Ask for one for a file.")
    # Looked at again: a folder may have become a link into the study since the pass was issued.
    if checked_file(destination, binding.study) != destination:
        raise GateRefused(
            "The destination has changed since the gate pass was issued.", "Ask for a new one."
        )
    write_file(destination, content, binding.sha256)
    return destination


def release_to_clipboard(gate_pass: GatePass, content: bytes) -> None:
    """Say that some content may now be put on the clipboard. The pass is used up.

    Nothing is written: the window, which has a clipboard, waits for this.

    Raises:
        GateRefused: the pass is not genuine, used, too old, or for something else.
    """
    if redeem(gate_pass, sha256_of(content)).destination is not Place.CLIPBOARD:
        raise GateRefused("The gate pass is for a file.", "Ask for one for the clipboard.")


def redeem(gate_pass: GatePass, sha256: str) -> Binding:
    """Use a pass up and return what it was issued for; for this module and that of folders.

    Args:
        gate_pass: The pass.
        sha256: Hash of what is about to leave.

    Raises:
        GateRefused: the pass is not genuine, used, too old, or for something else.
    """
    if type(gate_pass) is not GatePass:
        raise GateRefused("That is not a gate pass.", "Ask the gate for one.")
    binding = _issued.pop(gate_pass, None)
    if binding is None:
        raise GateRefused("The gate pass was used before or never issued.", "Ask for a new one.")
    if _now() >= binding.expires:
        raise GateRefused("The gate pass has expired.", "Ask for a new one.")
    if sha256 != binding.sha256:
        raise GateRefused("The gate pass is for other content.", "Ask for one for this content.")
    if dict(finished(binding.standing)) != binding.stood:
        raise GateRefused(
            "The study has changed since the gate pass was issued.", "Ask for a new one."
        )
    return binding


def _demand_content(kind: LeavingKind, content: bytes, level: PrivacyLevel) -> None:
    guarded = is_guarded(level)
    if kind == "predictions" and level == "sensitive":
        demand_rounded(content)
    elif kind == "figures" and guarded:
        demand_pixels(content)
    elif kind == "tables" and not content.startswith(ZIP):  # an XLSX file is looked into apart
        demand_harmless_cells(content)
    elif kind in ("plan", "text") and guarded:
        demand_no_identifiers(content)
    elif kind == "support":
        demand_scrubbed_zip(content)
