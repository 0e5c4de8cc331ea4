"""A window sees what the worker writes, and notices what somebody else writes."""

from __future__ import annotations

from pathlib import Path

import pytest

from deepbench.errors import StudyError
from deepbench.study.following import LedgerFollower
from deepbench.study.ledger import Ledger


def test_events_arrive_in_order_and_once(tmp_path: Path) -> None:
    follower = LedgerFollower(tmp_path)
    assert follower.poll() == []
    ledger = Ledger(tmp_path / "ledger.jsonl", writable=True)
    for number in range(5):
        ledger.append("trial", {"number": number})
    assert [event.data["number"] for event in follower.poll(limit=3)] == [0, 1, 2]
    assert [event.data["number"] for event in follower.poll(limit=3)] == [3, 4]
    ledger.append("trial", {"number": 5})
    assert [event.data["number"] for event in follower.poll()] == [5]
    assert follower.poll() == []


def test_a_line_that_is_still_being_written_waits(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.jsonl", writable=True)
    ledger.append("plan", {"artifact": "a"})
    ledger.append("plan", {"artifact": "b"})
    content = ledger.path.read_bytes()
    ledger.path.write_bytes(content[:-10])
    follower = LedgerFollower(tmp_path)
    assert [event.data["artifact"] for event in follower.poll()] == ["a"]
    ledger.path.write_bytes(content)
    assert [event.data["artifact"] for event in follower.poll()] == ["b"]


def test_a_line_longer_than_a_block_arrives(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.jsonl", writable=True)
    ledger.append("retired", {"artifacts": ["x" * 600_000]})
    ledger.append("plan", {"artifact": "b"})
    follower = LedgerFollower(tmp_path)
    kinds = [event.kind for event in (*follower.poll(), *follower.poll())]
    assert kinds == ["retired", "plan"]


def test_a_changed_line_is_noticed(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.jsonl", writable=True)
    ledger.append("test_opened", {"models": ["linear"]})
    ledger.path.write_bytes(ledger.path.read_bytes().replace(b"linear", b"lineal"))
    with pytest.raises(StudyError, match="was changed: line 1"):
        LedgerFollower(tmp_path).poll()


def test_a_ledger_that_becomes_shorter_is_noticed(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.jsonl", writable=True)
    ledger.append("test_opened", {})
    follower = LedgerFollower(tmp_path)
    follower.poll()
    ledger.path.write_bytes(b"")
    with pytest.raises(StudyError, match="became shorter"):
        follower.poll()
