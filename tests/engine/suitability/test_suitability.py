"""Tip 1: questions match the plan, rules speak as documented, the points add up."""

from __future__ import annotations

import re
from typing import get_args

import pytest

from deepbench.plan import Suitability
from deepbench.study.records import MachineRecord, SampleSheetRecord, SuitabilityRecord
from deepbench.suitability.facts import DataFacts
from deepbench.suitability.questions import QUESTIONS, Question
from deepbench.suitability.rules import RULES, Situation, features_per_unit, units_per_class
from deepbench.suitability.verdict import GOOD_FIT_FROM, TRADITIONAL_UP_TO, judge


def facts(**changes: object) -> DataFacts:
    known = {
        "task": "binary",
        "samples": 3_000,
        "units": 3_000,
        "smallest_class_units": 1_500,
        "features": 600,
        "has_sites": False,
        "data_kind": "table",
    }
    return DataFacts(**(known | changes))  # type: ignore[arg-type]


def machine(device: str) -> MachineRecord:
    return MachineRecord(
        system="Linux",
        processor_cores=2,
        memory_gb=8.0,
        disk_free_gb=10.0,
        device=device,
        device_sentence="",
        versions={},
    )


def points(record: SuitabilityRecord) -> int:
    """Add the points up from the printed reasons, as a reader would."""
    total = 0
    for reason in record.reasons:
        match = re.search(r"\((\d+) points? (for|against)\)\.$", reason.text)
        assert (match is None) == (reason.speaks == "neutral")
        if match:
            assert match[2] == reason.speaks
            total += int(match[1]) if match[2] == "for" else -int(match[1])
    return total


def test_every_answer_of_the_plan_is_a_question_with_the_same_choices() -> None:
    fields = {name: field for name, field in Suitability.model_fields.items() if name != "reason"}
    assert [question.name for question in QUESTIONS] == list(fields)
    for question in QUESTIONS:
        literal = get_args(fields[question.name].annotation)[0]
        assert tuple(choice.value for choice in question.choices) == get_args(literal)
        assert question.text.endswith("?")


def test_nothing_known_means_baselines_first_and_every_question_open() -> None:
    record = judge(Suitability())
    assert record.verdict == "baselines first"
    assert record.reasons == ()
    assert record.unanswered == tuple(question.text for question in QUESTIONS)
    assert not record.with_data


@pytest.mark.parametrize(
    ("answers", "numbers", "verdict"),
    [
        (
            Suitability(data_kind="sequences", similar_work="deep learning"),
            facts(units=100_000, smallest_class_units=40_000, features=200),
            "good fit",
        ),
        (
            Suitability(),
            facts(samples=569, units=569, smallest_class_units=212, features=30),
            "baselines first",
        ),
        (
            Suitability(data_kind="omics"),
            facts(samples=72, units=72, smallest_class_units=25, features=7_129),
            "use traditional models",
        ),
    ],
)
def test_verdicts(answers: Suitability, numbers: DataFacts, verdict: str) -> None:
    record = judge(answers, numbers)
    assert record.verdict == verdict
    assert record.with_data


@pytest.mark.parametrize("question", [q for q in QUESTIONS if q.choices], ids=lambda q: q.name)
def test_each_answer_gives_a_sourced_reason_and_the_points_add_up(question: Question) -> None:
    name = question.name
    for choice in question.choices:
        record = judge(Suitability.model_validate({name: choice.value}), facts())
        total = points(record)
        expected = (
            "good fit"
            if total >= GOOD_FIT_FROM
            else "use traditional models"
            if total <= TRADITIONAL_UP_TO
            else "baselines first"
        )
        assert record.verdict == expected
        assert len(record.unanswered) == len(QUESTIONS) - 1
        assert all(re.search(r"doi:10\.|arXiv:\d", reason.source) for reason in record.reasons)


def test_answer_on_kind_overrules_the_guess() -> None:
    numbers = facts(data_kind="omics")
    guessed = {r.rule: r for r in judge(Suitability(), numbers).reasons}["kind of data"]
    told = {r.rule: r for r in judge(Suitability(data_kind="images"), numbers).reasons}
    assert guessed.speaks == "against" and guessed.text.startswith("Going by the shape")
    assert told["kind of data"].speaks == "for"


def test_points_of_units_grow_with_units_and_of_features_fall_with_features() -> None:
    by_units = [
        units_per_class(Situation(Suitability(), facts(smallest_class_units=n), None))
        for n in (10, 60, 300, 1_500, 6_000)
    ]
    by_features = [
        features_per_unit(Situation(Suitability(), facts(units=1_000, features=p), None))
        for p in (50, 1_000, 20_000, 200_000)
    ]
    assert [result.points for result in by_units if result] == [-3, -2, -1, 0, 2]
    assert [result.points for result in by_features if result] == [1, 0, -1, -2]


def test_regression_counts_half_of_the_units() -> None:
    numbers = facts(task="regression", units=300, smallest_class_units=300)
    result = units_per_class(Situation(Suitability(), numbers, None))
    assert result is not None
    assert result.points == -2
    assert "300 units" in result.text


@pytest.mark.parametrize(("task", "expected"), [("binary", "against"), ("regression", "neutral")])
def test_ceiling_is_judged_on_the_scale_of_the_task(task: str, expected: str) -> None:
    reasons = judge(Suitability(expected_ceiling=0.7), facts(task=task)).reasons
    assert {r.rule: r.speaks for r in reasons}["expected ceiling"] == expected


def test_machine_and_sites_are_said_but_never_decide() -> None:
    without = judge(Suitability(), facts())
    record = judge(Suitability(), facts(has_sites=True), machine("cpu"))
    added = [reason for reason in record.reasons if reason.rule in ("machine", "sites")]
    assert record.verdict == without.verdict
    assert [reason.speaks for reason in added] == ["neutral", "neutral"]
    assert "train without" in added[1].text
    assert judge(Suitability(), None, machine("cuda")).reasons[0].text != added[1].text


def test_reason_is_kept_where_the_verdict_is_overridden() -> None:
    few = facts(units=60, smallest_class_units=20)
    many = facts(units=50_000, smallest_class_units=20_000, features=10)
    answers = Suitability(reason="A reviewer asked for a network.", similar_work="deep learning")
    assert judge(answers, few).override_reason == "A reviewer asked for a network."
    assert judge(answers, many).verdict == "good fit"
    assert judge(answers, many).override_reason == ""


def test_facts_from_the_sample_sheet() -> None:
    sheet = SampleSheetRecord(
        task="binary",
        outcome="tumour",
        classes=("no", "yes"),
        class_samples={"no": 90, "yes": 60},
        class_units={"no": 45, "yes": 31},
        samples=150,
        units=70,
        features=5_000,
        numeric_features=5_000,
        categorical_features=0,
        roles={"site": ("hospital",)},
        left_out_rows=0,
        sentence="",
    )
    assert DataFacts.from_sheet(sheet) == DataFacts(
        "binary", 150, 70, 31, 5_000, has_sites=True, data_kind="omics"
    )
    line = sheet.model_copy(
        update={"task": "regression", "classes": (), "class_units": {}, "features": 9}
    )
    assert DataFacts.from_sheet(line).smallest_class_units == 70
    assert DataFacts.from_sheet(line).data_kind == "table"


def test_every_rule_speaks_under_its_own_name() -> None:
    answers = Suitability(
        data_kind="table",
        label_reliability="noisy",
        expected_ceiling=0.9,
        similar_work="both",
        goal="both",
        more_samples="yes",
    )
    situation = Situation(answers, facts(has_sites=True), machine("cpu"))
    names = [result.rule for rule in RULES if (result := rule(situation)) is not None]
    assert len(names) == len(set(names)) == len(RULES)
