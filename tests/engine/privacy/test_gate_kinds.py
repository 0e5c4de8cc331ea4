"""The gate's other kinds and the clipboard: the same guarantees."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, get_args

import pytest

from deepbench.errors import GateRefused
from deepbench.plan import PrivacyLevel
from deepbench.privacy.gate import (
    LeaveRequest,
    LeavingKind,
    Place,
    issue_pass,
    release_to_clipboard,
    write_out,
)
from deepbench.study.files import sha256_of

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b550000000a494441"
    "54789c636800000082008177cd72b60000000049454e44ae426082"
)
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><circle cx="1" cy="2" r="3"/></svg>'
CSV = b"feature,importance\nIL6,0.3\n"
Level = Literal["public", "internal", "sensitive", "restricted"]


def zipped(**texts: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, text in texts.items():
            archive.writestr(f"{name}.txt", text)
    return stream.getvalue()


@pytest.fixture
def lines() -> list[dict[str, Any]]:
    return []


@pytest.fixture
def ask(tmp_path: Path) -> Callable[..., LeaveRequest]:
    (tmp_path / "s.deepbench").mkdir()

    def make(
        kind: LeavingKind, content: bytes, level: PrivacyLevel, **changes: Any
    ) -> LeaveRequest:
        whole = {"destination": tmp_path / "file", "study": tmp_path / "s.deepbench"}
        return LeaveRequest(kind, content, level=level, **(whole | changes))

    return make


YES, NO = True, False
DECISIONS: list[tuple[LeavingKind, bytes, tuple[bool, bool, bool, bool]]] = [
    ("figures", SVG, (YES, YES, NO, NO)),
    ("figures", PNG, (YES, YES, YES, YES)),
    ("figures", PNG + b"x", (YES, YES, NO, NO)),
    ("tables", CSV, (YES, YES, YES, YES)),
    ("tables", b"feature\n=1+1\n", (NO, NO, NO, NO)),
    ("tables", b"\xff", (NO, NO, NO, NO)),
    ("text", b"We analysed 569 samples.", (YES, YES, YES, YES)),
    ("text", b"see /home/anna/x", (YES, YES, NO, NO)),
    ("single samples", CSV, (YES, YES, NO, NO)),
    ("single samples", PNG, (YES, YES, NO, NO)),
    ("plan", b"[question]\n", (YES, YES, YES, YES)),
    ("plan", b'contact = "anna@lab.org"\n', (YES, YES, NO, NO)),
    ("support", zipped(versions="python: 3"), (YES, YES, YES, YES)),
    ("support", zipped(note="C:\\Users\\anna"), (NO, NO, NO, NO)),
    ("support", b"no zip", (NO, NO, NO, NO)),
]


@pytest.mark.parametrize(("kind", "content", "leaves"), DECISIONS)
def test_decisions_by_level(
    kind: LeavingKind,
    content: bytes,
    leaves: tuple[bool, ...],
    ask: Callable[..., LeaveRequest],
    lines: list[dict[str, Any]],
) -> None:
    for level, allowed in zip(get_args(PrivacyLevel), leaves, strict=True):
        request = ask(kind, content, level)
        if allowed:
            assert write_out(issue_pass(request, lines.append), content).read_bytes() == content
        else:
            with pytest.raises(GateRefused) as caught:
                issue_pass(request, lines.append)
            assert caught.value.hint
        assert lines[-1]["decision"] == ("issued" if allowed else "refused")
        assert lines[-1]["sha256"] == sha256_of(content)
    assert len(lines) == 4


def test_a_refused_drawing_names_the_way_out(ask: Callable[..., LeaveRequest]) -> None:
    with pytest.raises(GateRefused) as caught:
        issue_pass(ask("figures", SVG, "sensitive"), lambda line: None)
    assert "only as pixels" in caught.value.message
    assert caught.value.hint == "Save it as PNG."
    with pytest.raises(GateRefused, match="shows single samples, so it stays in the study"):
        issue_pass(ask("single samples", PNG, "sensitive"), lambda line: None)


def test_the_clipboard_is_a_destination(
    ask: Callable[..., LeaveRequest], lines: list[dict[str, Any]], tmp_path: Path
) -> None:
    request = ask("tables", CSV, "sensitive", destination=Place.CLIPBOARD, title="Importance")
    gate_pass = issue_pass(request, lines.append)
    release_to_clipboard(gate_pass, CSV)
    assert lines == [
        {
            "kind": "tables",
            "level": "sensitive",
            "sha256": sha256_of(CSV),
            "bytes": len(CSV),
            "destination": "clipboard",
            "title": "Importance",
            "decision": "issued",
            "why": "",
        }
    ]
    with pytest.raises(GateRefused, match="used before"):
        release_to_clipboard(gate_pass, CSV)
    with pytest.raises(GateRefused, match="other content"):
        release_to_clipboard(issue_pass(request, lines.append), CSV + b" ")
    assert [path.name for path in tmp_path.iterdir()] == ["s.deepbench"]


def test_a_pass_is_for_a_file_or_for_the_clipboard(
    ask: Callable[..., LeaveRequest], tmp_path: Path
) -> None:
    for_file = issue_pass(ask("tables", CSV, "public"), lambda line: None)
    for_clipboard = issue_pass(
        ask("tables", CSV, "public", destination=Place.CLIPBOARD), lambda line: None
    )
    with pytest.raises(GateRefused, match="is for a file"):
        release_to_clipboard(for_file, CSV)
    with pytest.raises(GateRefused, match="is for the clipboard"):
        write_out(for_clipboard, CSV)
    for gate_pass in (for_file, for_clipboard):
        with pytest.raises(GateRefused, match="used before"):
            write_out(gate_pass, CSV)
    assert [path.name for path in tmp_path.iterdir()] == ["s.deepbench"]


def test_further_checks_refuse_and_are_recorded(
    ask: Callable[..., LeaveRequest], lines: list[dict[str, Any]]
) -> None:
    seen: list[bytes] = []

    def refuse(content: bytes) -> None:
        seen.append(content)
        raise GateRefused("Not today.", "Come back.")

    with pytest.raises(GateRefused, match="Not today"):
        issue_pass(ask("tables", CSV, "public"), lines.append, [refuse])
    assert seen == [CSV]
    assert [(line["decision"], line["why"]) for line in lines] == [("refused", "Not today.")]


def test_a_support_bundle_needs_no_study_but_stays_out_of_one(
    ask: Callable[..., LeaveRequest], tmp_path: Path
) -> None:
    content = zipped(versions="python: 3")
    request = ask("support", content, "sensitive", study=None)
    assert write_out(issue_pass(request, lambda line: None), content).is_file()
    inside = ask("support", content, "sensitive", destination=tmp_path / "s.deepbench" / "x.zip")
    with pytest.raises(GateRefused, match="into the study"):
        issue_pass(inside, lambda line: None)
