"""The ledger: nobody changes it unnoticed, and a crash costs at most the line being written."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import pytest

from deepbench.errors import StudyError
from deepbench.study.ledger import GENESIS, Ledger


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


@pytest.mark.parametrize("cut", [1, 5, 40])
def test_a_torn_last_line_is_dropped_and_writing_goes_on(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "ledger.jsonl"
    _filled(path)
    path.write_bytes(path.read_bytes()[:-cut])
    ledger = Ledger(path, writable=True)
    assert len(ledger) == 3
    ledger.append("note", {"number": 9})
    assert [event.data["number"] for event in Ledger(path, writable=False)] == [0, 1, 2, 9]


def test_a_ledger_torn_in_its_first_line_is_empty(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    _filled(path, 1)
    path.write_bytes(path.read_bytes()[:20])
    ledger = Ledger(path, writable=True)
    assert len(ledger) == 0
    ledger.append("note", {})
    assert len(Ledger(path, writable=False)) == 1


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
