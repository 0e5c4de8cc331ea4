"""The state of each page follows from the ledger and the answers alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from deepbench.plan import StudyPlan
from deepbench.study.draft import Draft
from deepbench.study.folder import Study
from deepbench.study.following import LedgerFollower
from deepbench.study.records import (
    CheckRecord,
    EthicsEntryRecord,
    EthicsRecord,
    FindingRecord,
    ImportRecord,
    Record,
    Score,
)
from deepbench.study.standing import StudyHistory, stand
from deepbench.workflow import STAGES, fingerprints

ANSWERS = {
    "question": {"outcome": "group"},
    "data": {"source": "table.csv"},
    "privacy": {"level": "public"},
}
FINDING = FindingRecord(
    kind="leakage", severity="serious", where="column x", message="x is the outcome.",
    columns=("x",),
)  # fmt: skip


def imported() -> ImportRecord:
    return ImportRecord(
        source_name="table.csv", size_bytes=1, sha256="ab", format="csv", sheet="",
        encoding="utf-8", delimiter=",", decimal=".", header=True, rows=1, columns=(),
        conversions=(), artifact="",
    )  # fmt: skip


def checked(*findings: FindingRecord) -> CheckRecord:
    return CheckRecord(findings=findings, left_out_features=(), features=3)


class Bench:
    """A study whose stages finish when a test says so."""

    def __init__(self, folder: Path) -> None:
        self.draft = Draft(folder, ANSWERS)
        self.study = Study.open_for_writing(folder)
        self.history = StudyHistory(folder)
        self._follower = LedgerFollower(folder)

    def finish(self, key: str, record: Record | None = None) -> None:
        plan = self.draft.plan()
        assert plan is not None
        self.study.save_plan(plan)
        record = record or (imported() if key == "import" else Score(value=1.0))
        current = fingerprints(plan, "ab")
        self.study.finish_stage(key, current[key], record, 1.0)

    def finish_until(self, last: str) -> None:
        for stage in STAGES:
            self.finish(stage.key, checked() if stage.key == "check" else None)
            if stage.key == last:
                return

    def states(self, running: str = "") -> dict[str, str]:
        return dict(self.standing(running).states)

    def standing(self, running: str = ""):  # type: ignore[no-untyped-def]
        for event in self._follower.poll():
            self.history.add(event)
        return stand(self.draft, self.history, running)


@pytest.fixture
def bench(tmp_path: Path):  # type: ignore[no-untyped-def]
    made = Bench(tmp_path)
    yield made
    made.study.close()


def test_without_answers_the_first_pages_wait_for_them(bench: Bench) -> None:
    bench.draft = Draft(bench.study.folder, {})
    standing = bench.standing()
    assert standing.states["start"] == "needs a decision"
    assert standing.reasons["start"] == "Say how sensitive the data is."
    assert standing.states["question"] == "ready"
    assert standing.states["import"] == "ready"
    assert standing.reasons["import"] == "Choose the file with your table."
    assert set(list(standing.states.values())[4:]) == {"to do"}


def test_a_page_that_waits_says_for_which_step(bench: Bench) -> None:
    reasons = bench.standing().reasons
    assert reasons["sample-sheet"] == "First finish step 3: Bring in your data."


def test_pages_are_done_up_to_where_the_run_came(bench: Bench) -> None:
    bench.finish_until("split")
    states = bench.states()
    assert {states[key] for key in ("start", "question", "import", "check", "split")} == {"done"}
    assert states["baselines"] == "ready"
    assert states["networks"] == "ready"
    assert states["shuffles"] == "to do"


def test_a_changed_answer_makes_what_depends_on_it_out_of_date_and_nothing_else(
    bench: Bench,
) -> None:
    bench.finish_until("networks")
    bench.draft.change({"budget.trials": 3}, "trials", "baselines")
    states = bench.states()
    assert states["baselines"] == states["networks"] == "out of date"
    assert states["split"] == states["check"] == "done"
    bench.draft.undo()
    assert bench.states()["baselines"] == "done"


def test_a_stage_after_one_that_is_out_of_date_can_be_run(bench: Bench) -> None:
    bench.finish_until("import")
    bench.draft.change({"roles.unit": ["patient"]}, "roles", "sample-sheet")
    states = bench.states()
    assert states["import"] == "out of date"
    assert states["sample-sheet"] == "ready"
    assert states["check"] == "to do"


def test_the_stage_under_way_is_running(bench: Bench) -> None:
    bench.finish_until("split")
    assert bench.states(running="baselines")["baselines"] == "running"


def test_a_serious_finding_needs_a_decision_and_a_reason_is_one(bench: Bench) -> None:
    bench.finish_until("sample-sheet")
    bench.finish("check", checked(FINDING))
    standing = bench.standing()
    assert standing.states["check"] == "needs a decision"
    assert standing.reasons["check"] == "1 serious finding still needs your decision."
    reason = {FINDING.name: "It is measured before."}
    bench.draft.change({"check.reasons": reason}, "reason", "check")
    assert bench.states()["check"] == "done"


def test_open_entries_of_the_register_need_a_decision(bench: Bench) -> None:
    bench.finish_until("claims")
    entry = EthicsEntryRecord(issue="a", text="b", raised_by="c", state="open")
    record = EthicsRecord(level="public", entries=(entry, entry), may_leave=(), sentences=())
    bench.finish("ethics", record)
    assert bench.standing().reasons["ethics"] == "2 entries of the ethics register are open."


def test_a_blocked_stage_says_why_until_an_answer_changes(bench: Bench) -> None:
    bench.finish_until("sample-sheet")
    bench.study.record(
        "stage_blocked", {"stage": "check", "message": "Confounded.", "hint": "Ask for more."}
    )
    standing = bench.standing()
    assert standing.states["check"] == "blocked"
    assert standing.reasons["check"] == "Confounded. Ask for more."
    bench.draft.change({"roles.ignore": ["x"]}, "roles", "sample-sheet")
    assert bench.states()["check"] != "blocked"


def test_results_are_kept_but_out_of_date_while_the_answers_are_no_plan(bench: Bench) -> None:
    bench.finish_until("split")
    bench.draft.change({"question.outcome": None}, "outcome", "question")
    states = bench.states()
    assert states["import"] == states["split"] == "out of date"
    assert states["question"] == "ready"


def test_the_plan_of_the_test_is_a_plan() -> None:
    assert StudyPlan.model_validate(ANSWERS).question.outcome == "group"
