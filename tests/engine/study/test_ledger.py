"""The ledger: nobody changes it unnoticed, and a crash costs at most the line being written."""

from __future__ import annotations

import json
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from deepbench.errors import StudyError
from deepbench.study.ledger import GENESIS, HEAD_FILE, Event, Ledger


def _filled(path: Path, count: int = 4) -> Ledger:
    ledger = Ledger(path, writable=True)
    for number in range(count):
        ledger.append("note", {"number": number, "text": "µ"})
    return ledger


def test_events_come_back_and_are_chained(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    _filled(path)
    events = list(Ledger(path, writable=False))
    assert [event.data["number"] for event in events] == [0, 1, 2, 3]
    assert events[0].previous == GENESIS
    assert all(b.previous == a.hash for a, b in pairwise(events))


def _killed_in_append(path: Path, whole_lines: int, cut: int) -> None:
    """Leave what a kill leaves while a line is written: part of it, and the head before it."""
    ledger = _filled(path, whole_lines)
    head = path.with_name(HEAD_FILE)
    before = head.read_bytes() if whole_lines else None
    ledger.append("note", {"number": whole_lines, "text": "µ"})
    path.write_bytes(path.read_bytes()[: -cut or None])
    if before is None:
        head.unlink()
    else:
        head.write_bytes(before)


@pytest.mark.parametrize("cut", [1, 5, 40])
def test_a_torn_last_line_is_dropped_and_writing_goes_on(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "ledger.jsonl"
    _killed_in_append(path, 3, cut)
    assert len(Ledger(path, writable=False)) == 3
    ledger = Ledger(path, writable=True)
    assert len(ledger) == 3
    ledger.append("note", {"number": 9})
    assert [event.data["number"] for event in Ledger(path, writable=False)] == [0, 1, 2, 9]


@pytest.mark.parametrize("cut", [1, 5, 40])
def test_a_line_torn_after_it_was_confirmed_is_dropped_and_noted(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "ledger.jsonl"
    _filled(path)
    path.write_bytes(path.read_bytes()[:-cut])
    assert len(Ledger(path, writable=False)) == 3
    assert [event.kind for event in Ledger(path, writable=True)] == ["note"] * 3 + ["torn_line"]
    assert len(Ledger(path, writable=False)) == 4


def test_an_opening_of_the_test_set_cannot_be_torn_away(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    _filled(path).append("test_opened", {"models": ["linear"]})
    path.write_bytes(path.read_bytes()[:-5])
    with pytest.raises(StudyError, match="was cut off"):
        Ledger(path, writable=True)


def test_a_ledger_torn_in_its_first_line_is_empty(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    _killed_in_append(path, 0, 40)
    ledger = Ledger(path, writable=True)
    assert len(ledger) == 0
    ledger.append("note", {})
    assert len(Ledger(path, writable=False)) == 1


@pytest.mark.parametrize("whole_lines", [0, 3])
def test_a_kill_between_line_and_head_loses_nothing(tmp_path: Path, whole_lines: int) -> None:
    path = tmp_path / "ledger.jsonl"
    _killed_in_append(path, whole_lines, cut=0)
    assert len(Ledger(path, writable=False)) == whole_lines + 1
    Ledger(path, writable=True).append("note", {"number": 9})
    assert [event.data["number"] for event in Ledger(path, writable=False)] == [
        *range(whole_lines + 1),
        9,
    ]


@pytest.mark.parametrize("left", [0, 1, 3])
def test_lines_taken_off_the_end_are_noticed(tmp_path: Path, left: int) -> None:
    path = tmp_path / "ledger.jsonl"
    _filled(path)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:left]))
    for writable in (False, True):
        with pytest.raises(StudyError, match=f"cut off: it had 4 lines and has {left}"):
            Ledger(path, writable=writable)
    path.unlink()
    with pytest.raises(StudyError, match="cut off: it had 4 lines and has 0"):
        Ledger(path, writable=True)


def test_a_rewritten_end_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    _filled(path)
    (tmp_path / "other").mkdir()
    other = _filled(tmp_path / "other" / "ledger.jsonl", 3)
    other.append("note", {"number": 7})
    path.write_bytes(other.path.read_bytes())
    with pytest.raises(StudyError, match="was changed: line 4"):
        Ledger(path, writable=False)


@pytest.mark.parametrize(
    ("head", "said"),
    [
        (None, "missing or too old: it names 0 of the ledger's 4 lines"),
        (b"", "is damaged"),
        (b"[]", "is damaged"),
        (b'{"lines": "x", "hash": ""}', "is damaged"),
    ],
)
def test_a_lost_or_damaged_head_is_said(tmp_path: Path, head: bytes | None, said: str) -> None:
    path = tmp_path / "ledger.jsonl"
    _filled(path)
    if head is None:
        path.with_name(HEAD_FILE).unlink()
    else:
        path.with_name(HEAD_FILE).write_bytes(head)
    with pytest.raises(StudyError, match=said):
        Ledger(path, writable=True)


@pytest.mark.parametrize("name", [HEAD_FILE, "ledger.jsonl"])
def test_a_file_that_cannot_be_read_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    path = tmp_path / "ledger.jsonl"
    _filled(path)
    read = Path.read_bytes

    def refuse(self: Path) -> bytes:
        if self.name == name:
            raise PermissionError(13, "Permission denied")
        return read(self)

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(StudyError, match=f"{name} .*could not be read .Permission denied"):
        Ledger(path, writable=False)


def test_an_old_head_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    ledger = _filled(path, 2)
    before = path.with_name(HEAD_FILE).read_bytes()
    ledger.append("note", {})
    ledger.append("note", {})
    path.with_name(HEAD_FILE).write_bytes(before)
    with pytest.raises(StudyError, match="too old: it names 2 of the ledger's 4 lines"):
        Ledger(path, writable=False)


def test_a_reader_beside_a_writer_sees_a_whole_ledger(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "ledger.jsonl"
    writer = _filled(path, 2)
    load = Ledger._load

    def load_meanwhile(self: Ledger) -> tuple[list[Event], int, bool]:
        monkeypatch.setattr(Ledger, "_load", load)
        writer.append("note", {"number": 2})
        writer.append("note", {"number": 3})
        found = load(self)
        writer.append("note", {"number": 4})
        return found

    monkeypatch.setattr(Ledger, "_load", load_meanwhile)
    assert len(Ledger(path, writable=False)) == 4


def test_a_second_writer_is_noticed_where_locks_do_not_work(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    first = _filled(path, 2)
    Ledger(path, writable=True).append("note", {"number": 2})
    before = path.read_bytes()
    with pytest.raises(StudyError, match="Another program wrote"):
        first.append("note", {"number": 2})
    assert path.read_bytes() == before


@pytest.mark.skipif(sys.platform == "win32", reason="limits of file sizes are POSIX")
@pytest.mark.parametrize("room", [0, 30])
def test_a_full_disk_leaves_whole_lines(tmp_path: Path, room: int) -> None:
    import resource

    path = tmp_path / "ledger.jsonl"
    ledger = _filled(path)
    before = path.read_bytes()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    # The system itself takes a part of the line, as on a disk that becomes full.
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + room, hard))
    try:
        with pytest.raises(StudyError, match=r"could not be written \(.+\)"):
            ledger.append("note", {"number": 4})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert path.read_bytes() == before
    ledger.append("note", {"number": 4})
    assert len(Ledger(path, writable=False)) == 5


def test_a_disk_too_full_for_the_head_is_said_and_made_good(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "ledger.jsonl"
    ledger = _filled(path)

    def refuse(self: Path, target: Path) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as full:
        full.setattr(Path, "replace", refuse)
        for _ in range(3):
            with pytest.raises(StudyError, match="No space left"):
                ledger.append("note", {"number": 4})
    # The first of the three is written; the others would have left the head further behind.
    assert len(Ledger(path, writable=False)) == 5
    ledger.append("note", {"number": 5})
    assert [event.data["number"] for event in Ledger(path, writable=False)] == list(range(6))


def test_a_read_only_ledger_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = _filled(tmp_path / "ledger.jsonl")

    def refuse(self: Path, *arguments: object, **named: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(StudyError, match="Permission denied"):
        ledger.append("note", {})


def _change_value(lines: list[str]) -> list[str]:
    return [lines[0], lines[1].replace('"number": 1', '"number": 7'), *lines[2:]]


def _delete_line(lines: list[str]) -> list[str]:
    return [lines[0], *lines[2:]]


def _swap_lines(lines: list[str]) -> list[str]:
    return [lines[1], lines[0], *lines[2:]]


def _double_line(lines: list[str]) -> list[str]:
    return [lines[0], lines[0], *lines[1:]]


def _rehash_one_line(lines: list[str]) -> list[str]:
    from deepbench.study import ledger

    event = json.loads(lines[1])
    event["data"]["number"] = 7
    event["hash"] = ledger._digest(
        event["number"], event["time"], event["kind"], event["data"], event["previous"]
    )
    return [lines[0], json.dumps(event), *lines[2:]]


def _no_json(lines: list[str]) -> list[str]:
    return [lines[0], "{}", *lines[2:]]


@pytest.mark.parametrize(
    "attack",
    [_change_value, _delete_line, _swap_lines, _double_line, _rehash_one_line, _no_json],
)
def test_a_changed_ledger_is_noticed(tmp_path: Path, attack: object) -> None:
    path = tmp_path / "ledger.jsonl"
    _filled(path)
    lines = path.read_text(encoding="utf-8").splitlines()
    changed = attack(lines)  # type: ignore[operator]
    path.write_text("\n".join(changed) + "\n", encoding="utf-8")
    with pytest.raises(StudyError, match="was changed: line"):
        Ledger(path, writable=False)


def test_numbers_that_are_none_are_refused(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.jsonl", writable=True)
    with pytest.raises(ValueError, match="JSON"):
        ledger.append("note", {"score": float("nan")})
    assert len(Ledger(tmp_path / "ledger.jsonl", writable=False)) == 0


def test_a_reader_cannot_write(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="reading only"):
        Ledger(tmp_path / "ledger.jsonl", writable=False).append("note", {})
