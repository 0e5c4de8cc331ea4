"""The history of the register: what each run adds, and that nothing goes from it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from deepbench.errors import StudyError
from deepbench.privacy.register_history import EVENT, new_events, read_history
from deepbench.study.folder import Study
from deepbench.study.records import EthicsEntryRecord, RegisterCommentRecord, RegisterEventRecord


def entry(**changes: Any) -> EthicsEntryRecord:
    fields: dict[str, Any] = {
        "issue": "small group: sex",
        "text": "Few women.",
        "raised_by": "program",
        "state": "open",
    }
    return EthicsEntryRecord(**{**fields, **changes})


ACCEPTED = {"state": "accepted", "decision": "Discussed.", "by": "EW", "date": "2026-03-01"}


class Ledger:
    """What runs with these entries, one after the other, write."""

    def __init__(self) -> None:
        self.history: tuple[RegisterEventRecord, ...] = ()

    def run(self, *entries: EthicsEntryRecord) -> list[str]:
        lines = new_events(self.history, entries)
        added = tuple(
            RegisterEventRecord(time=f"{len(self.history) + place}", **line)
            for place, line in enumerate(lines)
        )
        self.history += added
        return [event.what for event in added]


def test_each_run_adds_what_changed_and_nothing_else() -> None:
    ledger = Ledger()
    assert ledger.run(entry()) == ["raised"]
    assert ledger.run(entry()) == []
    comment = RegisterCommentRecord(text="Ask the board.", by="RK")
    assert ledger.run(entry(comments=(comment,))) == ["discussed"]
    assert ledger.run(entry(comments=(comment,), **ACCEPTED)) == ["accepted"]
    assert ledger.run(entry(comments=(comment,), **ACCEPTED)) == []
    assert ledger.run(entry()) == ["reopened"], "a decision taken back is no decision"
    assert ledger.run(entry()) == []
    assert ledger.run() == ["no longer raised"]
    assert ledger.run() == []
    assert ledger.run(entry(issue="Small  group: SEX")) == ["raised"]
    said = [(event.what, event.by) for event in ledger.history]
    assert ("accepted", "EW") in said, "what was taken back still stands there"
    assert ("discussed", "RK") in said


def test_another_reason_is_another_decision() -> None:
    ledger = Ledger()
    ledger.run(entry(**ACCEPTED))
    assert ledger.run(entry(**{**ACCEPTED, "decision": "Asked again."})) == ["accepted"]
    assert ledger.run(entry(**{**ACCEPTED, "state": "resolved"})) == ["resolved"]


def test_a_changed_text_is_said() -> None:
    ledger = Ledger()
    ledger.run(entry())
    assert ledger.run(entry(text="Few women and few men.")) == ["changed"]
    assert ledger.run(entry(text="Few women and few men.")) == []


def test_an_entry_that_comes_back_decided_is_decided_anew() -> None:
    ledger = Ledger()
    ledger.run(entry(**ACCEPTED))
    ledger.run()
    assert ledger.run(entry(**ACCEPTED)) == ["raised", "accepted"]


def test_the_ledger_keeps_it_and_notices_an_edit(tmp_path: Path) -> None:
    folder = tmp_path / "s.deepbench"
    with Study.open_for_writing(folder) as study:
        for line in new_events((), [entry(**ACCEPTED)]):
            study.record(EVENT, line)
        history = read_history(study.ledger.of_kind(EVENT))
    assert [(event.what, event.by, event.date) for event in history] == [
        ("raised", "program", ""),
        ("accepted", "EW", "2026-03-01"),
    ]
    assert history[0].time <= history[1].time
    path = folder / "ledger.jsonl"
    path.write_text(path.read_text().replace("Discussed.", "Agreed by all."))
    with pytest.raises(StudyError, match="was changed"):
        Study.open_for_reading(folder)
