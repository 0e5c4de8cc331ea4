"""The plan as it may leave."""

from __future__ import annotations

from typing import Any

import pytest

from deepbench.plan import plan_from_answers
from deepbench.privacy.identifying_text import A_NAME, A_PATH, AN_ADDRESS, SOMEBODY, searchable
from deepbench.privacy.plan_scan import (
    NOT_SHOWN,
    Problem,
    release_plan,
    revealing_texts,
    shown_plan,
)

NAMES = searchable(["P-0412", "P-0413", "1007", "12"])


def answers(**tables: dict[str, Any]) -> dict[str, Any]:
    whole: dict[str, Any] = {
        "question": {"outcome": "diagnosis"},
        "data": {"source": "/home/anna/lab/biopsies.csv"},
    }
    return whole | tables


@pytest.mark.parametrize(
    "source",
    ["/home/anna/b.csv", "C:\\Users\\anna\\b.csv", "../b.csv", "b.csv", "\\\\s\\x\\b.csv"],
)
@pytest.mark.parametrize("level", ["public", "restricted"])
def test_the_table_is_named_without_its_folder(source: str, level: Any) -> None:
    given = answers(data={"source": source})
    released = release_plan(given, level)
    assert released.answers["data"]["source"] == "b.csv"
    assert released.problems == ()
    assert given["data"]["source"] == source


@pytest.mark.parametrize(
    ("tables", "problem"),
    [
        (
            {"question": {"outcome": "x", "title": "Of P-0412"}},
            Problem("[question] title", A_NAME),
        ),
        (
            {"data": {"source": "b.csv", "origin": "from /home/anna/x"}},
            Problem("[data] origin", A_PATH),
        ),
        ({"data": {"source": "P-0412.csv"}}, Problem("[data] source", A_NAME)),
        (
            {"suitability": {"reason": "anna@lab.org wants it"}},
            Problem("[suitability] reason", AN_ADDRESS),
        ),
        (
            {"ethics": {"entries": [{"issue": "a", "by": "anna@lab.org"}]}},
            Problem("[ethics] entries", AN_ADDRESS),
        ),
        (
            {"claims": {"features": {"P-0412": {"note": "?"}}}},
            Problem("[claims] features", A_NAME),
        ),
        (
            {"check": {"reasons": {"outliers: IL6": "only p-0413 is odd"}}},
            Problem("[check] reasons", A_NAME),
        ),
        (
            {"question": {"outcome": "x", "decision": "as for patients 12 and 15"}},
            Problem("[question] decision", A_NAME),
        ),
        (
            {"roles": {"unit": ["dog"]}, "suitability": {"reason": "dog 12 was ill"}},
            Problem("[suitability] reason", A_NAME),
        ),
        (
            {"ethics": {"approval": "12/2025, of Anna Weber, 63 y, 145 mmHg"}},
            Problem("[ethics] approval", SOMEBODY),
        ),
        (
            {"data": {"source": "b.csv", "origin": "patient Anna Weber, MRN 84736251"}},
            Problem("[data] origin", SOMEBODY),
        ),
        (
            {"data": {"source": "Anna_Weber_heart.csv"}},
            Problem("[data] source", SOMEBODY),
        ),
    ],
)
def test_what_somebody_typed_keeps_the_plan_in_the_study(
    tables: dict[str, Any], problem: Problem
) -> None:
    assert release_plan(answers(**tables), "sensitive", NAMES).problems == (problem,)
    assert release_plan(answers(**tables), "internal", NAMES).problems == ()


def test_what_names_samples_by_its_nature_is_taken_out() -> None:
    given = answers(
        data={"source": "b.csv", "contact": "anna@lab.org", "origin": "lab"},
        check={
            "leave_out_samples": ["P-0412"],
            "leave_out": ["IL6"],
            "reasons": {"duplicates: P-0412 and P-0413": "same biopsy", "missing: IL6": "few"},
        },
    )
    released = release_plan(given, "sensitive", NAMES)
    assert released.answers["data"] == {"source": "b.csv", "origin": "lab"}
    assert released.answers["check"] == {"leave_out": ["IL6"], "reasons": {"missing: IL6": "few"}}
    assert len(released.left_out) == 3
    assert released.problems == ()
    assert release_plan(given, "internal", NAMES).answers["check"] == given["check"]


def test_the_report_shows_the_rest_of_the_answers() -> None:
    given = answers(question={"outcome": "diagnosis", "title": "Of P-0412", "organism": "human"})
    shown = shown_plan(given, "sensitive", NAMES)
    assert shown["question"] == {
        "outcome": "diagnosis",
        "title": NOT_SHOWN,
        "organism": "human",
    }
    assert plan_from_answers(shown).data.source == "biopsies.csv"


@pytest.mark.parametrize("level", ["public", "sensitive"])
def test_no_file_of_the_plan_is_named_with_its_folder(level: Any) -> None:
    folder = "Anna Weber"
    given = answers(
        data={
            "source": f"{folder}\\b.csv",
            "more": [f"{folder}/visit2.csv", f"C:\\{folder}\\visit3.csv"],
            "sample_sheet": f"../{folder}/sheet.xlsx",
            "member": f"{folder}/inside.csv",
        },
        interpretation={"gene_sets": f"{folder}/sets.gmt"},
    )
    released = release_plan(given, level)
    assert folder not in str(released.answers)
    assert released.answers["data"]["more"] == ["visit2.csv", "visit3.csv"]
    assert released.answers["interpretation"] == {"gene_sets": "sets.gmt"}
    assert released.problems == ()
    assert given["data"]["more"][0] == f"{folder}/visit2.csv"


def test_who_decides_and_who_made_the_data_may_be_named() -> None:
    given = answers(
        data={"source": "b.csv", "origin": "Robert Weber, Basel", "licence": "of Anna Weber"},
        ethics={
            "entries": [{"issue": "x", "reason": "It is so by design.", "by": "Anna Weber"}],
            "approvals": [{"requester": "Anna Weber", "approver": "Peter Keller"}],
        },
        documents={"answers": {"authors": "Anna Weber"}},
    )
    assert release_plan(given, "sensitive", NAMES).problems == ()


def test_what_was_typed_about_persons_is_known_with_its_rest() -> None:
    given = answers(
        question={"outcome": "x", "title": "Of patients 12 and 15", "decision": "as planned"},
        ethics={"approval": "12/2025, Anna Weber, 63 y"},
    )
    assert revealing_texts(given, NAMES) == {
        "Of patients 12 and 15": f"Of {NOT_SHOWN}",
        "12/2025, Anna Weber, 63 y": f"12/2025, {NOT_SHOWN}, 63 y",
    }
