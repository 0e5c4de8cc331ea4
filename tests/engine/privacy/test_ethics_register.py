"""The register: what the program raises, and how answers in the plan find it."""

from __future__ import annotations

from typing import Any

import pytest

from deepbench.errors import PlanError
from deepbench.plan import StudyPlan
from deepbench.privacy.ethics_register import ISSUE_KINDS, build_register
from deepbench.study.records import (
    CheckRecord,
    CurvesRecord,
    EthicsEntryRecord,
    FindingRecord,
    SampleSheetRecord,
    Score,
    SubgroupRecord,
    TestRecord,
)

SHEET = SampleSheetRecord(
    task="binary",
    outcome="relapse",
    classes=("no", "yes"),
    class_samples={"no": 150, "yes": 90},
    class_units={"no": 150, "yes": 90},
    samples=240,
    units=240,
    features=30,
    numeric_features=30,
    categorical_features=0,
    roles={"sensitive": ("sex",), "site": ("hospital",), "batch": ("plate",)},
    left_out_rows=0,
    sentence="",
)


def plan(**parts: Any) -> StudyPlan:
    base: dict[str, Any] = {
        "question": {"outcome": "relapse"},
        "data": {"source": "x.csv", "licence": "CC BY 4.0"},
        "ethics": {"approval": "Board 12/2024", "consent": "written consent"},
    }
    return StudyPlan.model_validate({**base, **parts})


def with_answers(*entries: dict[str, str], **parts: Any) -> StudyPlan:
    return plan(ethics={"approval": "A", "consent": "C", "entries": list(entries)}, **parts)


def answer(issue: str, decision: str = "accepted") -> dict[str, str]:
    return {
        "issue": issue,
        "decision": decision,
        "reason": "Discussed with the board.",
        "by": "EW",
    }


def group(name: str, score: Score, units: int = 40, metric: str = "auroc") -> SubgroupRecord:
    return SubgroupRecord(
        column="sex", group=name, samples=units, units=units, metric=metric, score=score
    )


def opened_test(
    subgroups: tuple[SubgroupRecord, ...] = (),
    confusion: tuple[tuple[int, ...], ...] = (),
    metrics: dict[str, Score] | None = None,
) -> TestRecord:
    return TestRecord(
        opened=1,
        model="linear",
        metrics={"auroc": Score(value=0.9, low=0.85, high=0.95)} if metrics is None else metrics,
        baseline="linear",
        baseline_metrics={},
        difference=None,
        subgroups=subgroups,
        curves=CurvesRecord(confusion=confusion),
        reuse_reasons=(),
        predictions="",
        sentences=(),
    )


def issues(*args: Any) -> list[str]:
    return [entry.issue for entry in build_register(*args).entries]


def test_nothing_to_raise() -> None:
    record = build_register(
        plan(), SHEET, CheckRecord(findings=(), left_out_features=(), features=30)
    )
    assert record.entries == ()
    assert record.level == "sensitive"
    assert "No entry of the ethics register is open." in record.sentences
    assert record.may_leave


def test_governance_by_level() -> None:
    bare = {"ethics": {}, "data": {"source": "x.csv"}}
    assert issues(plan(**bare), SHEET) == [
        "approval not stated",
        "consent not stated",
        "licence not stated",
    ]
    lowered = plan(**bare, privacy={"level": "public"})
    assert issues(lowered, SHEET) == ["licence not stated", "level lowered without reason"]
    told = plan(**bare, privacy={"level": "public", "reason": "Published."})
    assert issues(told, SHEET) == ["licence not stated"]


def test_subgroup_gap_needs_the_whole_interval_below() -> None:
    test = opened_test(
        (
            group("female", Score(value=0.6, low=0.5, high=0.89)),
            group("male", Score(value=0.8, low=0.7, high=0.91)),
            group("unknown", Score(value=None)),
        )
    )
    record = build_register(plan(), SHEET, None, test)
    assert [entry.issue for entry in record.entries] == ["subgroup gap: sex = female"]
    assert "0.60 (0.50 to 0.89, 40 units), against 0.90" in record.entries[0].text


def test_gap_in_an_error_is_the_other_way_round() -> None:
    line = SHEET.model_copy(update={"task": "regression", "classes": ()})
    test = opened_test(
        (
            group("a", Score(value=9.0, low=8.0, high=10.0), metric="rmse"),
            group("b", Score(value=2.0, low=1.0, high=3.0), metric="rmse"),
        ),
        metrics={"rmse": Score(value=5.0)},
    )
    assert issues(plan(), line, None, test) == ["subgroup gap: sex = a"]


def test_small_group_is_named_and_its_numbers_are_not_shown() -> None:
    test = opened_test((group("other", Score(value=0.1, low=0.0, high=0.2), units=9),))
    record = build_register(plan(), SHEET, None, test)
    assert [entry.issue for entry in record.entries] == ["small group: sex"]
    assert "0.1" not in record.entries[0].text
    elsewhere = test.subgroups[0].model_copy(update={"column": "hospital"})
    assert issues(plan(), SHEET, None, opened_test((elsewhere,))) == []


@pytest.mark.parametrize(
    ("confusion", "expected"),
    [
        (((40, 5), (12, 8)), ["low score for class: yes"]),
        (((40, 5), (10, 10)), []),
        (((40, 5), (6, 3)), []),
        (((3, 17), (1, 19)), ["low score for class: no"]),
        ((), []),
    ],
)
def test_low_score_of_a_class(confusion: tuple[tuple[int, ...], ...], expected: list[str]) -> None:
    assert issues(plan(), SHEET, None, opened_test(confusion=confusion)) == expected


def test_findings_on_batch_and_site_are_raised_once_each() -> None:
    def finding(severity: Any, *columns: str) -> FindingRecord:
        return FindingRecord(
            kind="association", severity=severity, where="", message="Tied.", columns=columns
        )

    check = CheckRecord(
        findings=(
            finding("serious", "hospital"),
            finding("warning", "hospital"),
            finding("info", "plate"),
            finding("serious", "age"),
        ),
        left_out_features=(),
        features=30,
    )
    assert issues(plan(), SHEET, check) == ["batch or site: hospital"]


def test_answers_close_entries() -> None:
    test = opened_test((group("female", Score(value=0.6, low=0.5, high=0.7)),))
    answered = with_answers(
        answer("Subgroup  gap: sex = female"),
        answer("licence not stated", "resolved"),
        data={"source": "x.csv"},
    )
    record = build_register(answered, SHEET, None, test)
    assert {entry.issue: entry.state for entry in record.entries} == {
        "licence not stated": "resolved",
        "subgroup gap: sex = female": "accepted",
    }
    assert record.entries[1] == EthicsEntryRecord(
        issue="subgroup gap: sex = female",
        text=record.entries[1].text,
        raised_by="program",
        state="accepted",
        decision="Discussed with the board.",
        by="EW",
    )


def test_open_entries_are_counted_and_named() -> None:
    record = build_register(plan(ethics={}), SHEET)
    assert [entry.state for entry in record.entries] == ["open", "open"]
    assert "2 entries of the ethics register are open: approval not stated; consent" in (
        " ".join(record.sentences)
    )


def test_unknown_issue_names_the_nearest() -> None:
    with pytest.raises(PlanError, match="Did you mean 'licence not stated'") as caught:
        build_register(with_answers(answer("license not stated")), SHEET)
    assert caught.value.exit_code == 2
    assert all(kind in caught.value.hint for kind in ISSUE_KINDS)


def test_issue_answered_twice_is_refused() -> None:
    twice = with_answers(answer("licence not stated"), answer("Licence not stated", "resolved"))
    with pytest.raises(PlanError, match="twice"):
        build_register(twice, SHEET)


def test_answer_to_an_issue_not_raised_is_said_and_does_not_stop_the_run() -> None:
    test = opened_test((group("female", Score(value=0.6, low=0.5, high=0.7)),))
    record = build_register(with_answers(answer("subgroup gap: sex = femal")), SHEET, None, test)
    assert record.entries[0].state == "open"
    assert (
        "not raised in this run. Did you mean 'subgroup gap: sex = female'?"
        in (record.sentences[-1])
    )
