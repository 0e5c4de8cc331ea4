"""The one way of a file or text out of a study: judged, scanned, written down, let go."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from deepbench.errors import DeepBenchError
from deepbench.jobs.known_secrets import secrets_of
from deepbench.jobs.leave import CLIPBOARD, has_draft, level_in_force, level_note
from deepbench.jobs.model_leaving import case_of
from deepbench.privacy.content_scan import scan_file
from deepbench.privacy.gate import (
    LeaveRequest,
    LeavingKind,
    Place,
    issue_pass,
    release_to_clipboard,
    write_out,
)
from deepbench.study.draft import Draft
from deepbench.study.files import sha256_of
from deepbench.study.folder import Study
from deepbench.study.records import ChoiceRecord, ImportRecord

# What the file of a kind is, wherever it goes and whatever it is called.
_FORMATS: Mapping[LeavingKind, str] = {
    "report": "html",
    "results": "json",
    "plan": "toml",
    "text": "txt",
    "tables": "csv",
    "predictions": "csv",
    "support": "zip",
}


def standing_of(study: Study) -> dict[str, str]:
    """Return what a gate pass rests on besides the content: level, answers, data and model."""
    imported = study.stage_record("import", ImportRecord)
    choice = study.stage_record("test", ChoiceRecord)
    answers = Draft.load(study.folder).answers if has_draft(study) else {}
    return {
        "level": level_in_force(study),
        "plan": study.plan_artifact(),
        "answers": sha256_of(json.dumps(answers, sort_keys=True).encode()),
        "data": imported.sha256 if imported else "",
        "model": choice.final_model if choice else "",
    }


def let_go(
    study: Study,
    kind: LeavingKind,
    content: bytes,
    destination: Path | Place,
    *,
    title: str = "",
    suffix: str = "",
    checks: Sequence[Callable[[bytes], None]] = (),
    drawn: Sequence[str] = (),
) -> str:
    """Ask the gate, and write the content or let the window put it on the clipboard.

    Args:
        study: Open for writing.
        kind: Kind of content.
        content: The final bytes.
        destination: File to write, or the clipboard.
        title: What the user calls it, for the ledger.
        suffix: Format of the content; the usual one of its kind if empty.
        checks: Look at the content besides the gate's own checks and the scan.
        drawn: What is written in its pictures; it is scanned as well.

    Returns:
        The file written, or "clipboard".

    Raises:
        GateRefused: the gate does not let it leave.
        DataError: the destination cannot be written.
    """
    level = level_in_force(study)
    request = LeaveRequest(
        kind,
        content,
        destination,
        level,
        study.folder,
        title,
        case_of(study, kind),
        lambda: standing_of(study),
    )
    name = f"content.{suffix or _FORMATS[kind]}"

    def scan(final: bytes) -> None:
        scan_file(name, final, kind, level, secrets_of(study), drawn)

    try:
        leave = issue_pass(request, lambda line: study.record("gate", line), [*checks, scan])
    except DeepBenchError as refusal:
        note = level_note(study)
        if note:
            raise type(refusal)(refusal.message, f"{refusal.hint} {note}".strip()) from None
        raise
    if isinstance(destination, Place):
        release_to_clipboard(leave, content)
        return CLIPBOARD
    return str(write_out(leave, content))
