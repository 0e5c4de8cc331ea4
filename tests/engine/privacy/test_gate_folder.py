"""Attacks on the gate for bundles: all of exactly these files in one new folder, or nothing."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from deepbench.errors import DataError, GateRefused
from deepbench.privacy import gate
from deepbench.privacy.bundle_file import BundleFile, demand_distinct, manifest
from deepbench.privacy.gate import LeaveRequest, Place, issue_pass, release_to_clipboard, write_out
from deepbench.privacy.gate_folder import FolderRequest, issue_folder_pass, write_folder
from deepbench.privacy.permission import Case
from deepbench.study.files import sha256_of

FILES = (
    BundleFile("README.txt", b"A bundle.", "text", "Read me"),
    BundleFile("tables/scores.csv", b"model,auroc\nlinear,0.9\n", "tables", "Scores"),
)


@pytest.fixture
def lines() -> list[dict[str, Any]]:
    return []


@pytest.fixture
def asking(tmp_path: Path) -> Callable[..., FolderRequest]:
    (tmp_path / "s.deepbench").mkdir()
    (tmp_path / "out").mkdir()

    def make(**changes: Any) -> FolderRequest:
        whole = FolderRequest(
            files=FILES,
            folder=tmp_path / "out" / "bundle",
            level="sensitive",
            study=tmp_path / "s.deepbench",
            case_of=lambda kind: Case(),
            title="Bundle",
        )
        return dataclasses.replace(whole, **changes)

    return make


def no_check(_: BundleFile) -> None:
    return


def left(tmp_path: Path) -> list[str]:
    return sorted(p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*") if p.is_file())


def test_all_files_leave_after_the_ledger_line(
    asking: Callable[..., FolderRequest], lines: list[dict[str, Any]], tmp_path: Path
) -> None:
    def record(line: dict[str, Any]) -> None:
        assert left(tmp_path) == []
        lines.append(line)

    folder = write_folder(issue_folder_pass(asking(), record, no_check), FILES)
    assert left(tmp_path) == ["out/bundle/README.txt", "out/bundle/tables/scores.csv"]
    assert (folder / "tables" / "scores.csv").read_bytes() == FILES[1].content
    (line,) = lines
    assert (line["decision"], line["kind"], line["level"]) == ("issued", "bundle", "sensitive")
    assert line["sha256"] == sha256_of(manifest(FILES))
    assert [file["sha256"] for file in line["files"]] == [file.sha256 for file in FILES]


def changed(**changes: Any) -> tuple[BundleFile, ...]:
    return (FILES[0], dataclasses.replace(FILES[1], **changes))


@pytest.mark.parametrize(
    "others",
    [
        FILES[:1],
        (*FILES, BundleFile("x.txt", b"x", "text", "x")),
        changed(content=b"model,auroc\nlinear,0.8\n"),
        changed(path="tables/other.csv"),
        changed(kind="results"),
        (),
    ],
    ids=["one less", "one more", "content", "name", "kind", "none"],
)
def test_a_pass_for_other_files_opens_nothing_and_is_gone(
    others: tuple[BundleFile, ...],
    asking: Callable[..., FolderRequest],
    lines: list[dict[str, Any]],
    tmp_path: Path,
) -> None:
    leave = issue_folder_pass(asking(), lines.append, no_check)
    with pytest.raises(GateRefused, match="other content"):
        write_folder(leave, others)
    with pytest.raises(GateRefused, match="used before"):
        write_folder(leave, FILES)
    assert left(tmp_path) == []


def test_without_a_pass_nothing_is_written(tmp_path: Path) -> None:
    for forged in (None, object(), object.__new__(gate.GatePass)):
        with pytest.raises(GateRefused):
            write_folder(forged, FILES)  # type: ignore[arg-type]
    assert left(tmp_path) == []


def test_passes_for_a_file_a_folder_and_the_clipboard_are_three_things(
    asking: Callable[..., FolderRequest], lines: list[dict[str, Any]], tmp_path: Path
) -> None:
    listed = manifest(FILES)
    for_folder = issue_folder_pass(asking(), lines.append, no_check)
    with pytest.raises(GateRefused, match="is for a folder"):
        write_out(for_folder, listed)
    for destination in (tmp_path / "out" / "list.json", Place.CLIPBOARD):
        request = LeaveRequest("text", listed, destination, "public", tmp_path / "s.deepbench")
        with pytest.raises(GateRefused, match="something else"):
            write_folder(issue_pass(request, lines.append), FILES)
    with pytest.raises(GateRefused, match="is for a file"):
        release_to_clipboard(issue_folder_pass(asking(), lines.append, no_check), listed)
    assert left(tmp_path) == []


def test_one_refused_file_keeps_all_of_them_and_is_named(
    asking: Callable[..., FolderRequest], lines: list[dict[str, Any]], tmp_path: Path
) -> None:
    drawing = BundleFile("figures/roc.svg", b"<svg/>", "figures", "ROC")
    with pytest.raises(GateRefused, match=r"figures/roc\.svg: .*only as pixels"):
        issue_folder_pass(asking(files=(*FILES, drawing)), lines.append, no_check)

    def check(file: BundleFile) -> None:
        if file.path == "tables/scores.csv":
            raise GateRefused("It holds a name.", "Take it out.")

    with pytest.raises(GateRefused, match=r"tables/scores\.csv: It holds a name"):
        issue_folder_pass(asking(), lines.append, check)
    assert [line["decision"] for line in lines] == ["refused"] * 2
    assert left(tmp_path) == []


def test_a_check_that_breaks_off_is_a_refusal_without_its_message(
    asking: Callable[..., FolderRequest], lines: list[dict[str, Any]]
) -> None:
    def broken(_: BundleFile) -> None:
        raise ValueError("could not convert 'Anna Schmidt' to float")

    with pytest.raises(GateRefused, match="broke off") as caught:
        issue_folder_pass(asking(), lines.append, broken)
    assert "Anna" not in str(caught.value) + str(lines)
    assert [line["decision"] for line in lines] == ["refused"]


def test_nothing_is_overwritten_and_nothing_goes_into_the_study(
    asking: Callable[..., FolderRequest], lines: list[dict[str, Any]], tmp_path: Path
) -> None:
    (tmp_path / "out" / "bundle").mkdir()
    with pytest.raises(DataError, match="nothing is overwritten"):
        issue_folder_pass(asking(), lines.append, no_check)
    for inside in (tmp_path / "s.deepbench" / "x", tmp_path / "out" / ".." / "s.deepbench" / "x"):
        with pytest.raises(GateRefused, match="into the study"):
            issue_folder_pass(asking(folder=inside), lines.append, no_check)
    with pytest.raises(DataError, match="There is no folder"):
        issue_folder_pass(asking(folder=tmp_path / "no" / "x"), lines.append, no_check)
    assert left(tmp_path) == []


def test_a_folder_made_meanwhile_is_left_alone(
    asking: Callable[..., FolderRequest], lines: list[dict[str, Any]], tmp_path: Path
) -> None:
    leave = issue_folder_pass(asking(), lines.append, no_check)
    (tmp_path / "out" / "bundle").mkdir()
    with pytest.raises(DataError, match="nothing is overwritten"):
        write_folder(leave, FILES)
    assert left(tmp_path) == []


def test_a_full_disk_leaves_nothing(
    asking: Callable[..., FolderRequest],
    lines: list[dict[str, Any]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    leave = issue_folder_pass(asking(), lines.append, no_check)
    synced = os.fsync
    calls = []

    def full(descriptor: int) -> None:
        calls.append(descriptor)
        if len(calls) == 2:
            raise OSError(28, "No space left on device")
        synced(descriptor)

    monkeypatch.setattr("deepbench.privacy.gate_files.os.fsync", full)
    with pytest.raises(DataError, match="No space left"):
        write_folder(leave, FILES)
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize("what", ["level", "answers", "model"])
def test_a_pass_is_void_when_the_study_changes(
    what: str, asking: Callable[..., FolderRequest], lines: list[dict[str, Any]], tmp_path: Path
) -> None:
    now = {"level": "internal", "answers": "1", "model": "m1"}
    leave = issue_folder_pass(asking(standing=lambda: now), lines.append, no_check)
    single = LeaveRequest(
        "text", b"x", tmp_path / "out" / "x.txt", "public", None, standing=lambda: now
    )
    alone = issue_pass(single, lines.append)
    assert lines[0]["study"] == lines[1]["study"] == now
    now[what] = "other"
    with pytest.raises(GateRefused, match="study has changed"):
        write_folder(leave, FILES)
    with pytest.raises(GateRefused, match="study has changed"):
        write_out(alone, b"x")
    assert left(tmp_path) == []


@pytest.mark.parametrize(
    "path",
    [
        *("", "/etc/passwd", "../x.txt", "a/../../x.txt", "a//b.txt", "C:/x.txt", "a\\b.txt"),
        *(".hidden", "a/.x", "con.txt", "LPT1", "x.", "x ", "a/b/", "ü.txt", "x\n.txt", "x" * 200),
    ],
)
def test_paths_that_lead_elsewhere_are_refused(path: str) -> None:
    with pytest.raises(GateRefused, match="name that cannot be used everywhere"):
        BundleFile(path, b"", "text", "x")


@pytest.mark.parametrize("paths", [("a.txt", "A.txt"), ("a", "a/b.txt"), ("a/b.txt", "A")])
def test_two_files_of_one_name_are_refused(paths: tuple[str, str]) -> None:
    with pytest.raises(GateRefused, match="same name"):
        demand_distinct([BundleFile(path, b"", "text", "x") for path in paths])


def test_an_empty_bundle_is_none(
    asking: Callable[..., FolderRequest], lines: list[dict[str, Any]]
) -> None:
    with pytest.raises(GateRefused, match="Nothing of what was asked for"):
        issue_folder_pass(asking(files=()), lines.append, no_check)
