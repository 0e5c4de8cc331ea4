"""Attacks on the gate: nothing is written outside the study without a pass for exactly that."""

from __future__ import annotations

import copy
import dataclasses
import os
import pickle
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import pytest

from deepbench.errors import DataError, GateRefused
from deepbench.privacy import gate
from deepbench.privacy.gate import GatePass, LeaveRequest, issue_pass, write_out
from deepbench.study.files import sha256_of

CONTENT = b"<html>report</html>"
ROUNDED = b"sample,predicted,p_no,p_yes\ns1,yes,0.123,0.877\ns2,no,1,0\n"
Level = Literal["public", "internal", "sensitive", "restricted"]


@pytest.fixture
def study(tmp_path: Path) -> Path:
    folder = tmp_path / "mice.deepbench"
    folder.mkdir()
    return folder


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    folder = tmp_path / "outside"
    folder.mkdir()
    return folder


@pytest.fixture
def lines() -> list[dict[str, Any]]:
    return []


@pytest.fixture
def request_for(study: Path, outside: Path) -> Callable[..., LeaveRequest]:
    def make(**changes: Any) -> LeaveRequest:
        whole = LeaveRequest("report", CONTENT, outside / "report.html", "sensitive", study)
        return dataclasses.replace(whole, **changes)

    return make


def files_below(folder: Path) -> list[str]:
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())


def test_report_leaves_whole_after_the_ledger_line(
    request_for: Callable[..., LeaveRequest], outside: Path, lines: list[dict[str, Any]]
) -> None:
    def record(line: dict[str, Any]) -> None:
        assert files_below(outside) == []
        lines.append(line)

    written = write_out(issue_pass(request_for(), record), CONTENT)
    assert written == outside / "report.html"
    assert written.read_bytes() == CONTENT
    assert files_below(outside) == ["report.html"]
    assert lines == [
        {
            "kind": "report",
            "level": "sensitive",
            "sha256": sha256_of(CONTENT),
            "bytes": len(CONTENT),
            "destination": str(outside / "report.html"),
            "decision": "issued",
            "why": "",
        }
    ]


def test_older_file_is_replaced(
    request_for: Callable[..., LeaveRequest], outside: Path, lines: list[dict[str, Any]]
) -> None:
    (outside / "report.html").write_bytes(b"an older and longer report than the new one")
    write_out(issue_pass(request_for(), lines.append), CONTENT)
    assert (outside / "report.html").read_bytes() == CONTENT


def test_other_content_is_refused_and_the_pass_is_gone(
    request_for: Callable[..., LeaveRequest], outside: Path, lines: list[dict[str, Any]]
) -> None:
    gate_pass = issue_pass(request_for(), lines.append)
    with pytest.raises(GateRefused, match="other content"):
        write_out(gate_pass, CONTENT + b" ")
    with pytest.raises(GateRefused, match="used before"):
        write_out(gate_pass, CONTENT)
    assert files_below(outside) == []


def test_second_use_is_refused(
    request_for: Callable[..., LeaveRequest], outside: Path, lines: list[dict[str, Any]]
) -> None:
    gate_pass = issue_pass(request_for(), lines.append)
    write_out(gate_pass, CONTENT).unlink()
    with pytest.raises(GateRefused, match="used before"):
        write_out(gate_pass, CONTENT)
    assert files_below(outside) == []


def test_expired_pass_is_refused(
    request_for: Callable[..., LeaveRequest],
    outside: Path,
    lines: list[dict[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = [1_000.0]
    monkeypatch.setattr(gate, "_now", lambda: clock[0])
    in_time, too_late = (issue_pass(request_for(), lines.append) for _ in range(2))
    clock[0] += gate.VALID_SECONDS - 1
    write_out(in_time, CONTENT).unlink()
    clock[0] += 1
    with pytest.raises(GateRefused, match="expired"):
        write_out(too_late, CONTENT)
    assert files_below(outside) == []


def _like_a_pass() -> object:
    class Lookalike:
        sha256 = sha256_of(CONTENT)

    return Lookalike()


@pytest.mark.parametrize(
    "forge",
    [
        pytest.param(_like_a_pass, id="lookalike"),
        pytest.param(lambda: object.__new__(GatePass), id="made without the constructor"),
        pytest.param(lambda: None, id="nothing"),
    ],
)
def test_forged_pass_is_refused(
    forge: Callable[[], Any],
    request_for: Callable[..., LeaveRequest],
    outside: Path,
    lines: list[dict[str, Any]],
) -> None:
    issue_pass(request_for(), lines.append)  # a genuine one for this content is waiting
    with pytest.raises(GateRefused):
        write_out(forge(), CONTENT)
    assert files_below(outside) == []


def test_pass_cannot_be_made_subclassed_copied_stored_or_edited(
    request_for: Callable[..., LeaveRequest], lines: list[dict[str, Any]]
) -> None:
    gate_pass: Any = issue_pass(request_for(), lines.append)
    with pytest.raises(GateRefused):
        GatePass()
    with pytest.raises(GateRefused):
        GatePass(object())
    with pytest.raises(GateRefused):
        type("Open", (GatePass,), {"__eq__": lambda *_: True, "__hash__": lambda _: 0})
    for copier in (copy.copy, copy.deepcopy, pickle.dumps):
        with pytest.raises(GateRefused):
            copier(gate_pass)
    with pytest.raises(TypeError):
        dataclasses.replace(gate_pass, destination=Path("elsewhere"))
    with pytest.raises(AttributeError):
        gate_pass.destination = Path("elsewhere")


def test_pass_keeps_its_destination_when_the_request_is_bent(
    request_for: Callable[..., LeaveRequest], outside: Path, lines: list[dict[str, Any]]
) -> None:
    request = request_for()
    gate_pass = issue_pass(request, lines.append)
    object.__setattr__(request, "destination", outside / "other.html")
    assert write_out(gate_pass, CONTENT) == outside / "report.html"
    assert files_below(outside) == ["report.html"]


def test_destination_in_the_study_is_refused(
    request_for: Callable[..., LeaveRequest],
    study: Path,
    outside: Path,
    lines: list[dict[str, Any]],
) -> None:
    (study / "report").mkdir()
    for destination in (
        study / "ledger.jsonl",
        study / "report" / "report.html",
        outside / ".." / study.name / "report.html",
    ):
        with pytest.raises(GateRefused, match="into the study"):
            issue_pass(request_for(destination=destination), lines.append)
    assert [line["decision"] for line in lines] == ["refused"] * 3
    assert files_below(study) == []


needs_links = pytest.mark.skipif(sys.platform == "win32", reason="links need admin rights")


@needs_links
def test_links_into_the_study_are_refused(
    request_for: Callable[..., LeaveRequest],
    study: Path,
    outside: Path,
    lines: list[dict[str, Any]],
) -> None:
    (study / "ledger.jsonl").write_bytes(b"{}\n")
    (outside / "folder").symlink_to(study, target_is_directory=True)
    (outside / "file.html").symlink_to(study / "ledger.jsonl")
    with pytest.raises(GateRefused, match="into the study"):
        issue_pass(request_for(destination=outside / "folder" / "x.html"), lines.append)
    with pytest.raises(DataError, match="is a link"):
        issue_pass(request_for(destination=outside / "file.html"), lines.append)
    assert (study / "ledger.jsonl").read_bytes() == b"{}\n"


@needs_links
def test_folder_that_becomes_a_link_after_the_pass_is_refused(
    request_for: Callable[..., LeaveRequest],
    study: Path,
    outside: Path,
    lines: list[dict[str, Any]],
) -> None:
    target = outside / "sub"
    target.mkdir()
    into_study, elsewhere = (
        issue_pass(request_for(destination=target / "report.html"), lines.append) for _ in "ab"
    )
    target.rmdir()
    target.symlink_to(study, target_is_directory=True)
    with pytest.raises(GateRefused, match="into the study"):
        write_out(into_study, CONTENT)
    target.unlink()
    target.symlink_to(outside, target_is_directory=True)
    with pytest.raises(GateRefused, match="destination has changed"):
        write_out(elsewhere, CONTENT)
    assert files_below(study) == files_below(outside) == []


@pytest.mark.parametrize("place", ["", "missing/report.html"])
def test_folder_and_missing_folder_are_data_errors(
    place: str,
    request_for: Callable[..., LeaveRequest],
    outside: Path,
    lines: list[dict[str, Any]],
) -> None:
    with pytest.raises(DataError) as caught:
        issue_pass(request_for(destination=outside / place), lines.append)
    assert caught.value.exit_code == 2
    assert caught.value.hint


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes on this system")
def test_named_pipe_is_a_data_error(
    request_for: Callable[..., LeaveRequest], outside: Path, lines: list[dict[str, Any]]
) -> None:
    os.mkfifo(outside / "pipe")
    with pytest.raises(DataError, match="not an ordinary file"):
        issue_pass(request_for(destination=outside / "pipe"), lines.append)


def test_destination_that_cannot_be_written_is_a_data_error(
    request_for: Callable[..., LeaveRequest],
    outside: Path,
    lines: list[dict[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gate_pass = issue_pass(request_for(), lines.append)

    def full_disk(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("deepbench.privacy.gate_files.os.fsync", full_disk)
    with pytest.raises(DataError, match="No space left") as caught:
        write_out(gate_pass, CONTENT)
    assert caught.value.exit_code == 2
    assert files_below(outside) == []


def test_file_damaged_on_the_way_does_not_replace_the_old_one(
    request_for: Callable[..., LeaveRequest],
    outside: Path,
    lines: list[dict[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (outside / "report.html").write_bytes(b"old")
    gate_pass = issue_pass(request_for(), lines.append)
    synced = os.fsync

    def damage(descriptor: int) -> None:
        synced(descriptor)
        os.ftruncate(descriptor, 3)

    monkeypatch.setattr("deepbench.privacy.gate_files.os.fsync", damage)
    with pytest.raises(DataError, match="damaged"):
        write_out(gate_pass, CONTENT)
    assert files_below(outside) == ["report.html"]
    assert (outside / "report.html").read_bytes() == b"old"


def test_without_a_ledger_line_there_is_no_pass(
    request_for: Callable[..., LeaveRequest], outside: Path
) -> None:
    def broken(_: dict[str, Any]) -> None:
        raise OSError("ledger cannot be written")

    before = len(gate._issued)
    with pytest.raises(OSError, match="ledger"):
        issue_pass(request_for(), broken)
    assert len(gate._issued) == before
    assert files_below(outside) == []


@pytest.mark.parametrize(
    ("level", "content", "leaves"),
    [
        ("public", b"anything", True),
        ("internal", b"sample,predicted,p_yes\ns1,yes,0.87654321\n", True),
        ("sensitive", ROUNDED, True),
        ("sensitive", b"sample,predicted,p_yes\ns1,yes,0.8765\n", False),
        ("restricted", ROUNDED, False),
    ],
)
def test_predictions_by_level(
    level: Level,
    content: bytes,
    leaves: bool,
    request_for: Callable[..., LeaveRequest],
    outside: Path,
    lines: list[dict[str, Any]],
) -> None:
    request = request_for(
        kind="predictions", content=content, level=level, destination=outside / "p.csv"
    )
    if leaves:
        assert write_out(issue_pass(request, lines.append), content).read_bytes() == content
    else:
        with pytest.raises(GateRefused) as caught:
            issue_pass(request, lines.append)
        assert caught.value.exit_code == 3
        assert files_below(outside) == []
    assert [line["decision"] for line in lines] == ["issued" if leaves else "refused"]


@pytest.mark.parametrize("level", ["public", "internal", "sensitive", "restricted"])
def test_results_leave_at_every_level(
    level: Level, request_for: Callable[..., LeaveRequest], lines: list[dict[str, Any]]
) -> None:
    gate_pass = issue_pass(request_for(kind="results", level=level), lines.append)
    assert write_out(gate_pass, CONTENT).read_bytes() == CONTENT
