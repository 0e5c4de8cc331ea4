"""The register: what the program raises, and how answers in the plan find it."""

from __future__ import annotations

from typing import Any

import pytest

from deepbench.errors import PlanError
from deepbench.plan import StudyPlan
from deepbench.privacy.ethics_register import build_register
from deepbench.privacy.register_material import Material
from deepbench.privacy.register_model_issues import SMALLEST_GAP
from deepbench.study.records import (
    AssociationRecord,
    AttributeAttackRecord,
    AttributionRecord,
    AuditedGroup,
    AuditRecord,
    CausalWordingRecord,
    CheckRecord,
    ClaimsRecord,
    CurvesRecord,
    EthicsEntryRecord,
    EthicsRecord,
    FeatureImportance,
    FindingRecord,
    GroupMeasure,
    InterpretationRecord,
    RareCombinationsRecord,
    RegisterCommentRecord,
    ReviewRecord,
    SampleSheetRecord,
    Score,
    SensitivityRecord,
    SmallGroups,
    SubgroupAuditRecord,
    SubgroupRecord,
    TestRecord,
)
from deepbench.study.register_kinds import ISSUE_KINDS
from tests.engine.reporting import interpreted

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
    opened: int = 1,
) -> TestRecord:
    return TestRecord(
        opened=opened,
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


def register(made: StudyPlan | None = None, **material: Any) -> EthicsRecord:
    return build_register(made or plan(), Material(**{"sheet": SHEET, **material}))


def issues(made: StudyPlan | None = None, **material: Any) -> list[str]:
    return [entry.issue for entry in register(made, **material).entries]


def test_nothing_to_raise() -> None:
    record = register(check=CheckRecord(findings=(), left_out_features=(), features=30))
    assert record.entries == ()
    assert record.level == "sensitive"
    assert "No entry of the ethics register is open." in record.sentences
    assert record.may_leave


def test_governance_by_level() -> None:
    bare = {"ethics": {}, "data": {"source": "x.csv"}}
    assert issues(plan(**bare)) == [
        "approval not stated",
        "consent not stated",
        "licence not stated",
    ]
    lowered = plan(**bare, privacy={"level": "public"})
    assert issues(lowered) == ["licence not stated", "level lowered without reason"]
    told = plan(**bare, privacy={"level": "public", "reason": "Published."})
    assert issues(told) == ["licence not stated"]


def test_subgroup_gap_needs_the_whole_interval_below() -> None:
    test = opened_test(
        (
            group("female", Score(value=0.6, low=0.5, high=0.89)),
            group("male", Score(value=0.8, low=0.7, high=0.91)),
            group("unknown", Score(value=None)),
        )
    )
    record = register(test=test)
    assert [entry.issue for entry in record.entries] == ["subgroup gap: sex = female"]
    assert "0.60 (0.50 to 0.89), 40 units, against 0.90" in record.entries[0].text


def test_gap_in_an_error_is_the_other_way_round() -> None:
    line = SHEET.model_copy(update={"task": "regression", "classes": ()})
    test = opened_test(
        (
            group("a", Score(value=9.0, low=8.0, high=10.0), metric="rmse"),
            group("b", Score(value=2.0, low=1.0, high=3.0), metric="rmse"),
        ),
        metrics={"rmse": Score(value=5.0)},
    )
    assert issues(sheet=line, test=test) == ["subgroup gap: sex = a"]


def test_small_group_is_named_and_its_numbers_are_not_shown() -> None:
    test = opened_test((group("other", Score(value=0.1, low=0.0, high=0.2), units=9),))
    record = register(test=test)
    assert [entry.issue for entry in record.entries] == ["small group: sex"]
    assert "0.1" not in record.entries[0].text
    elsewhere = test.subgroups[0].model_copy(update={"column": "hospital"})
    assert issues(test=opened_test((elsewhere,))) == []


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
    assert issues(test=opened_test(confusion=confusion)) == expected


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
    assert issues(check=check) == ["batch or site: hospital"]


def test_answers_close_entries() -> None:
    test = opened_test((group("female", Score(value=0.6, low=0.5, high=0.7)),))
    answered = with_answers(
        answer("Subgroup  gap: sex = female"),
        answer("licence not stated", "resolved"),
        data={"source": "x.csv"},
    )
    record = register(answered, test=test)
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
    record = register(plan(ethics={}))
    assert [entry.state for entry in record.entries] == ["open", "open"]
    assert "2 entries of the ethics register are open: approval not stated; consent" in (
        " ".join(record.sentences)
    )


def test_unknown_issue_names_the_nearest() -> None:
    with pytest.raises(PlanError, match="Did you mean 'licence not stated'") as caught:
        register(with_answers(answer("license not stated")))
    assert caught.value.exit_code == 2
    assert all(kind in caught.value.hint for kind in ISSUE_KINDS)


def test_issue_answered_twice_is_refused() -> None:
    twice = with_answers(answer("licence not stated"), answer("Licence not stated", "resolved"))
    with pytest.raises(PlanError, match="twice"):
        register(twice)


def test_answer_to_an_issue_not_raised_is_said_and_does_not_stop_the_run() -> None:
    test = opened_test((group("female", Score(value=0.6, low=0.5, high=0.7)),))
    record = register(with_answers(answer("subgroup gap: sex = femal")), test=test)
    assert record.entries[0].state == "open"
    assert (
        "not raised in this run. Did you mean 'subgroup gap: sex = female'?"
        in (record.sentences[-1])
    )


# --- what people raise and say --------------------------------------------------------------


RAISED = {
    "issue": "Relatives in the cohort",
    "text": "Families were sampled together, and nobody asked the relatives.",
    "by": "R. Keller",
    "date": "2026-03-01",
}


def test_people_raise_issues_of_their_own() -> None:
    made = plan(ethics={"approval": "A", "consent": "C", "raised": [RAISED]})
    (entry,) = register(made).entries
    assert (entry.issue, entry.raised_by, entry.raised_on, entry.state) == (
        "Relatives in the cohort",
        "R. Keller",
        "2026-03-01",
        "open",
    )
    closed = plan(
        ethics={
            "approval": "A",
            "consent": "C",
            "raised": [RAISED],
            "entries": [{**answer("relatives in the COHORT"), "date": "2026-03-09"}],
            "comments": [
                {"issue": "Relatives in the cohort", "text": "All were asked.", "by": "EW"}
            ],
        }
    )
    (entry,) = register(closed).entries
    assert (entry.state, entry.date) == ("accepted", "2026-03-09")
    assert entry.comments == (RegisterCommentRecord(text="All were asked.", by="EW"),)


@pytest.mark.parametrize(
    ("ethics", "said"),
    [
        ({"raised": [RAISED, {**RAISED, "issue": "relatives in the  cohort"}]}, "twice"),
        ({"raised": [{**RAISED, "issue": "Small group: sex"}]}, "the program raises"),
        ({"raised": [{**RAISED, "issue": "approval: model"}]}, "the program raises"),
        (
            {"comments": [{"issue": "smal group: sex", "text": "Why?", "by": "EW"}]},
            "comments on 'smal group: sex', which the ethics register does not know",
        ),
    ],
)
def test_names_that_cannot_be_told_apart_are_refused(ethics: dict[str, Any], said: str) -> None:
    with pytest.raises(PlanError, match=said):
        register(plan(ethics=ethics))


def test_an_approval_stands_in_the_register() -> None:
    approval = {
        "what": "model",
        "requester": "A. Okafor",
        "approver": "R. Keller",
        "role": "data protection officer",
        "reason": "The partner needs the model to compare it with theirs.",
        "recipient": "University of X",
        "legal_basis": "Agreement of 3 March 2026",
        "expires": "2027-01-31",
    }
    made = plan(ethics={"approval": "A", "consent": "C", "approvals": [approval]})
    record = register(made)
    assert [(e.issue, e.state) for e in record.entries] == [("approval: model", "accepted")]
    assert "No entry of the ethics register is open." in record.sentences


# --- what the model is and does -------------------------------------------------------------


def gap(value: float, marked: bool = True) -> SubgroupAuditRecord:
    """An audit in which women are missed more often by some share."""
    missed = GroupMeasure(
        name="missed",
        value=Score(value=0.1 + value, low=value, high=0.5),
        rest=Score(value=0.1, low=0.05, high=0.2),
        difference=Score(value=value, low=0.01, high=0.4),
        p_value=0.001,
        adjusted=0.01,
        marked=marked,
    )
    women = AuditedGroup(
        column="sex", role="sensitive", group="f", samples=60, units=60, measures=(missed,)
    )
    return SubgroupAuditRecord(
        task="binary",
        metric="auroc",
        positive="yes",
        samples=120,
        units=120,
        overall=(),
        groups=(women,),
        small=(SmallGroups(column="sex", test=("x",)),),
        comparisons=1,
        smallest=10,
        sentences=(),
    )


def test_a_gap_of_the_audit_is_raised_when_it_is_certain_and_matters() -> None:
    test = opened_test((group("female", Score(value=0.6, low=0.5, high=0.7)),))
    found = register(subgroups=gap(0.3), test=test)
    assert [entry.issue for entry in found.entries] == [
        "subgroup gap: sex = f",
        "small group: sex",
    ]
    assert found.entries[0].text == (
        "The model misses “yes” more often where sex = f than elsewhere, by at least 1 in 100. "
        "Say what follows for them, or for whom the model is not meant."
    )
    for audit in (gap(0.3, marked=False), gap(SMALLEST_GAP - 0.01)):
        assert issues(subgroups=audit, test=opened_test()) == ["small group: sex"]


def test_a_group_that_training_lacks_is_raised_once() -> None:
    missing = (SmallGroups(column="sex", training=("x",)),)
    found = register(subgroups=gap(0.0, marked=False), test=opened_test(), missing=missing)
    assert [entry.issue for entry in found.entries] == ["missing group: sex"]
    assert "Fewer than 10 training units have sex = x." in found.entries[0].text
    only = (SmallGroups(column="sex", only="f"),)
    (entry,) = register(missing=only).entries
    assert entry.text.startswith("All training units have sex = f. Of anybody else the model has")


def tie(column: str, value: float, p: float, measure: str = "Cramér's V") -> AssociationRecord:
    return AssociationRecord(
        column=column, role="sensitive", measure=measure, value=value, low=None, high=None,
        p=p, units=200,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (tie("sex", 0.45, 0.001), ["sensitive attribute predictive: sex"]),
        (tie("sex", 0.45, 0.2), []),
        (tie("sex", 0.15, 1e-9), []),
        (tie("sex", 0.15, 1e-9, "eta squared"), ["sensitive attribute predictive: sex"]),
        (tie("plate", 0.45, 0.001), []),
    ],
)
def test_an_outcome_that_goes_with_a_sensitive_column(
    found: AssociationRecord, expected: list[str]
) -> None:
    review = ReviewRecord(
        samples=1,
        units=1,
        effective_samples=1.0,
        intraclass_correlation=None,
        associations=(found,),
    )
    check = CheckRecord(findings=(), left_out_features=(), features=30, review=review)
    assert issues(check=check) == expected


def used(feature: str, clears: bool | None) -> InterpretationRecord:
    importance = FeatureImportance(
        feature=feature, importance=1.0, low=0.5, high=1.5, direction=None, twin=0.1,
        clears_twin=clears,
    )  # fmt: skip
    record = AttributionRecord(
        model="linear", method="", unit="", samples=1, folds=1, features=(importance,),
        rank_stability=None, local_accuracy_error=None, above_twin=None, sentences=(),
    )  # fmt: skip
    return InterpretationRecord(models=(record,))


def test_a_column_that_could_identify_and_is_used() -> None:
    made = plan(privacy={"quasi_identifiers": ["age"]})
    assert issues(made, interpretation=used("age", True), model="linear") == [
        "sensitive attribute used: age"
    ]
    assert issues(made, interpretation=used("age", None), model="linear") == [
        "sensitive attribute used: age"
    ]
    assert issues(made, interpretation=used("age", False), model="linear") == []
    assert issues(made, interpretation=used("IL6", True), model="linear") == []
    assert issues(made, interpretation=used("age", True), model="svm") == []


def attacked(**changes: Any) -> AuditRecord:
    fields: dict[str, Any] = {
        "model": "linear", "title": "Logistic regression", "model_sha256": "", "effort": "quick",
        "unit": "patient", "members": 100, "others": 400, "shadows": 32, "attacks": (),
        "worst": "", "passes": True, "memorised": 0, "stores_samples": "", "parameters": 31,
        "attributes": (), "seconds": 1.0, "sentences": ("Someone could tell.",),
    }  # fmt: skip
    return AuditRecord(**{**fields, **changes})


@pytest.mark.parametrize(
    ("audit", "expected"),
    [
        (attacked(), []),
        (attacked(passes=False), ["audit failed: logistic regression"]),
        (attacked(passes=None), ["audit not demonstrable: logistic regression"]),
        (
            attacked(passes=None, title="SVM", stores_samples="It stores 12 samples."),
            ["model stores samples: SVM"],
        ),
    ],
)
def test_what_the_audit_found(audit: AuditRecord, expected: list[str]) -> None:
    assert issues(audit=audit) == expected
    lines = SHEET.model_copy(update={"roles": {}})
    public = plan(privacy={"level": "public", "reason": "Cell lines."})
    assert issues(public, audit=audit, sheet=lines) == []


@pytest.mark.parametrize(
    ("low", "expected"), [(0.02, ["sensitive attribute told: sex"]), (-0.01, [])]
)
def test_an_attribute_that_the_model_tells(low: float, expected: list[str]) -> None:
    score = Score(value=0.6, low=0.5, high=0.7)
    attribute = AttributeAttackRecord(
        column="sex", members=score, others=score,
        advantage=Score(value=0.1, low=low, high=0.2), sentence="sex could be guessed.",
    )  # fmt: skip
    assert issues(audit=attacked(attributes=(attribute,))) == expected


def test_errors_that_gather_are_one_entry() -> None:
    found = interpreted.interpretation()
    assert found.failures is not None
    group = found.failures.groups[0].model_copy(
        update={"kind": "annotation", "column": "sex", "group": "f", "marked": True}
    )
    other = group.model_copy(update={"kind": "feature", "column": "IL6", "group": "above 2"})
    failures = found.failures.model_copy(update={"groups": (group, other), "slices": ()})
    found = found.model_copy(update={"failures": failures})
    assert issues(interpretation=found) == ["errors gather: sex, IL6"]
    assert issues(interpretation=found, subgroups=gap(0.3), test=opened_test()) == [
        "subgroup gap: sex = f",
        "small group: sex",
        "errors gather: IL6",
    ]
    unmarked = failures.model_copy(
        update={"groups": (group.model_copy(update={"marked": False}),)}
    )
    assert issues(interpretation=found.model_copy(update={"failures": unmarked})) == []


def test_causal_wording_and_a_test_set_used_again() -> None:
    wording = CausalWordingRecord(
        text="IL6 causes relapse.", where="", words="causes", why="", suggestion=""
    )
    claims = ClaimsRecord(claims=(), not_shown=(), ceiling="", causal=(wording, wording))
    (entry,) = register(claims=claims).entries
    assert entry.issue == "causal claim: 2 places"
    assert "“causes”" in entry.text
    assert "IL6" not in entry.text, "the user's sentence is not repeated"
    assert issues(test=opened_test(opened=3)) == ["test set reused: 3 times"]


@pytest.mark.parametrize(("k", "raised"), [(1, True), (4, True), (5, False)])
def test_rare_combinations_are_raised_below_five(k: int, raised: bool) -> None:
    rare = RareCombinationsRecord(
        columns=("age", "sex"), units=100, k=k, alone=0, below_ten=0, sentence="Few share them."
    )
    found = SensitivityRecord(
        answered="sensitive", asked_by_scan="public", in_force="sensitive", findings=(),
        rare=rare, sentences=(),
    )  # fmt: skip
    assert issues(sensitivity=found) == (["rare combinations: age, sex"] if raised else [])


def test_cell_lines_are_asked_nothing_about_people() -> None:
    """Everything that could be raised about people, in a study that says it is about none."""
    made = plan(
        ethics={},
        privacy={"quasi_identifiers": ["age"], "about": {"people": "no"}},
    )
    found = issues(
        made,
        sheet=SHEET.model_copy(update={"roles": {}}),
        test=opened_test(),
        audit=attacked(passes=False),
        interpretation=used("age", True),
        model="linear",
        claims=ClaimsRecord(claims=(), not_shown=(), ceiling=""),
    )
    assert found == []
