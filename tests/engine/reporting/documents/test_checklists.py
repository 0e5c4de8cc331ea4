"""The checklists: as many items as were published, each answered or openly not."""

from __future__ import annotations

import re

import pytest

from deepbench.reporting.documents.checklist_form import Checklist, answered
from deepbench.reporting.documents.mi_claim import MI_CLAIM
from deepbench.reporting.documents.model_info_sheet import INFO_SHEET
from deepbench.reporting.documents.reforms import REFORMS
from deepbench.reporting.documents.study_facts import StudyFacts
from deepbench.reporting.documents.tripod_ai import TRIPOD_AI
from deepbench.study.document_questions import DOCUMENT_QUESTIONS
from deepbench.study.records import StudySummary
from tests.engine.reporting import summaries
from tests.engine.reporting.documents import written

LISTS = {
    "documents/reforms.md": REFORMS,
    "documents/model-info-sheet.md": INFO_SHEET,
    "documents/tripod-ai.md": TRIPOD_AI,
    "documents/mi-claim.md": MI_CLAIM,
}


def numbers(checklist: Checklist) -> list[str]:
    return [item.number for item in checklist.items]


def origins(
    checklist: Checklist, summary: StudySummary, answers: dict[str, str]
) -> dict[str, str]:
    found = answered(checklist, StudyFacts.of(summary, answers))
    return {item.number: answer.origin for item, answer in found}


def test_reforms_has_32_items_in_8_modules() -> None:
    by_module = [3, 5, 7, 3, 6, 3, 3, 2]
    expected = [
        f"{module}{letter}"
        for module, count in enumerate(by_module, start=1)
        for letter in "abcdefg"[:count]
    ]
    assert numbers(REFORMS) == expected
    assert len(expected) == 32
    assert len({item.part for item in REFORMS.items}) == 8


def test_info_sheet_has_the_eight_kinds_of_leakage() -> None:
    kinds = [number for number in numbers(INFO_SHEET) if number.startswith("L")]
    assert kinds == ["L1.1", "L1.2", "L1.3", "L1.4", "L2", "L3.1", "L3.2", "L3.3"]


def test_tripod_ai_has_27_items() -> None:
    parts = {
        3: "abc",
        5: "ab",
        6: "abc",
        8: "abc",
        9: "abc",
        12: "abcdefg",
        18: "abcdef",
        20: "abc",
        23: "ab",
        27: "abc",
    }
    expected = [f"{n}{letter}" for n in range(1, 28) for letter in parts.get(n, [""])]
    assert numbers(TRIPOD_AI) == expected


def test_mi_claim_has_19_items_in_6_parts() -> None:
    assert len(MI_CLAIM.items) == 19
    counts = [sum(n.startswith(part) for n in numbers(MI_CLAIM)) for part in "12456"]
    assert counts == [5, 5, 3, 5, 1]  # parts 2 and 3 stand together


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("level", ["internal", "sensitive"])
def test_each_item_stands_there_with_answer_and_source(path: str, level: str) -> None:
    for summary, answers in ((written.full(level), written.ANSWERS), (written.empty(), {})):
        text = written.documents(summary, "sensitive", answers)[path]
        items = re.findall(r"^### (\S+) .+\n\n(.+)\n\n\*(.+)\.\*\n", text, re.MULTILINE)
        assert [number for number, _, _ in items] == numbers(LISTS[path])
        for _, answer, source in items:
            if answer == "Not stated.":
                assert source.startswith("Not stated – ")
        listed = re.findall(r"^- \*\*.+:\*\* \d+ items? \((.+)\)$", text, re.MULTILINE)
        assert sorted(", ".join(listed).split(", ")) == sorted(numbers(LISTS[path]))
        assert text.startswith(f"# {LISTS[path].title} (draft)\n")
        assert LISTS[path].reference.rsplit("doi:", maxsplit=1)[1] in text


@pytest.mark.parametrize("path", LISTS)
def test_answering_every_question_leaves_nothing_to_answer(path: str) -> None:
    every = {question.key: "yes, as said" for question in DOCUMENT_QUESTIONS}
    found = origins(LISTS[path], written.full("internal"), every)
    waiting = {number for number, origin in found.items() if origin in ("open", "partly")}
    # The abstract is to be written, and a title to be found.
    assert waiting <= {"1", "2"} if path.endswith("tripod-ai.md") else not waiting
    assert "some of you" not in found.values()


def test_sources_are_told_apart() -> None:
    found = origins(REFORMS, written.full(), {"population": "Adults", "ml_reason": "Many markers"})
    assert found["1a"] == "you"
    assert found["1b"] == "open"
    assert found["1c"] == "both"
    assert found["2c"] == "records"
    assert found["3a"] == "some of you"  # the plan says where from, nobody when
    assert found["8a"] == "partly"
    assert origins(REFORMS, written.empty(), {})["5a"] == "not run"


def test_leakage_sheet_says_what_the_study_did() -> None:
    text = written.documents(written.full(), "sensitive")["documents/model-info-sheet.md"]
    for sentence in (
        "They were opened once.",
        "Imputation, scaling, transformation and encoding were fitted anew inside each fold",
        "No duplicate row crosses sets",
        "marker 2: known only after the outcome",
        "not cleared in the checklist: Were all features known before the outcome?",
        "The table holds no date",
    ):
        assert sentence in text
    reused = written.documents(summaries.reused(), "sensitive")["documents/model-info-sheet.md"]
    assert "They were opened twice." in reused


def test_time_and_sites_are_named_where_the_split_is_by_them() -> None:
    split = summaries.holdout()
    sheet = summaries.sheet()
    by_time = written.full("internal").model_copy(
        update={"split": split.model_copy(update={"design": "time"})}
    )
    by_site = written.full("internal").model_copy(
        update={"split": split.model_copy(update={"design": "leave-one-site-out"})}
    )
    dated = written.full("internal").model_copy(
        update={"sheet": sheet.model_copy(update={"roles": {"date": ("seen",)}})}
    )
    path = "documents/model-info-sheet.md"
    assert "no test sample is older" in written.documents(by_time, "internal")[path]
    assert "Each site was tested by models" in written.documents(by_site, "internal")[path]
    assert "but the split is not by date" in written.documents(dated, "internal")[path]


def test_a_second_look_at_the_test_set_is_a_change_after_the_test() -> None:
    text = written.documents(summaries.reused(), "sensitive", {})["documents/tripod-ai.md"]
    assert "was opened twice, so models may have been changed" in text
    once = written.documents(written.full(), "sensitive", {})["documents/tripod-ai.md"]
    assert "None: the test set was opened at the end" in once


def test_tier_of_sharing_follows_the_answer() -> None:
    path = "documents/mi-claim.md"
    for said, tier in (("Yes, at a forge", "Tier 1"), ("no", "Tier 4")):
        text = written.documents(written.full(), "sensitive", {"code_availability": said})[path]
        assert tier in text
    assert "Tier" not in written.documents(written.full(), "sensitive", {})[path]
