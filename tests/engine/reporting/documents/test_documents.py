"""What holds for every document of a study, full and empty, guarded and not."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from deepbench.privacy.content_scan import NameIndex, Secrets, scan_file
from deepbench.privacy.identifying_text import searchable, what_identifies
from deepbench.reporting.documents import released_answers, study_documents
from deepbench.reporting.small_cells import SmallCells
from deepbench.study.document_questions import DOCUMENT_QUESTIONS
from deepbench.study.records import StudySummary
from tests.engine.reporting import summaries
from tests.engine.reporting.documents import written

ALWAYS = {
    "card/model-card.md",
    "card/model-card.html",
    "documents/dome.json",
    "documents/reforms.md",
    "documents/model-info-sheet.md",
    "documents/methods.txt",
}
PEOPLE = {"documents/tripod-ai.md", "documents/mi-claim.md"}
STUDIES: dict[str, Callable[[], StudySummary]] = {
    **summaries.ALL,
    "full": written.full,
    "empty": written.empty,
}
FILE_OF = {
    "model card": "card/model-card.md",
    "DOME": "documents/dome.json",
    "REFORMS": "documents/reforms.md",
    "model info sheet": "documents/model-info-sheet.md",
    "TRIPOD+AI": "documents/tripod-ai.md",
    "MI-CLAIM": "documents/mi-claim.md",
}


@pytest.mark.parametrize("name", STUDIES)
def test_every_study_has_every_document(name: str) -> None:
    assert set(written.documents(STUDIES[name](), "sensitive")) == ALWAYS | PEOPLE


def test_drafts_about_people_only_where_samples_are_people() -> None:
    mice = written.empty("internal")
    assert set(written.documents(mice, "internal", {})) == ALWAYS
    for told in (
        '[question]\noutcome = "y"\norganism = "Homo sapiens"\n[data]\nsource = "x.csv"\n',
        '[question]\noutcome = "y"\n[data]\nsource = "x"\n[suitability]\ndata_kind = "clinical"\n',
        '[question]\noutcome = "y"\n[data]\nsource = "x"\n[roles]\nsensitive = ["sex"]\n',
    ):
        plan = f'{told}[privacy]\nlevel = "internal"\n'
        people = mice.model_copy(update={"plan_toml": plan})
        assert set(written.documents(people, "internal", {})) == ALWAYS | PEOPLE


@pytest.mark.parametrize("level", ["public", "internal", "sensitive", "restricted"])
@pytest.mark.parametrize("make", [written.full, written.empty])
def test_nothing_is_left_to_be_filled_in(make: Callable[[str], StudySummary], level: str) -> None:
    for path, text in written.documents(make(level), level).items():
        found = re.search(r"\b(?:TODO|TBD|FIXME|lorem|placeholder|N/A|nan|None)\b", text)
        # "None named." and "None: the test set was …" are sentences.
        assert found is None or re.match(r"None( named)?[.:\"]", text[found.start() :]), path
        if make is written.empty and path != "documents/methods.txt":
            assert "Not stated." in text


def test_the_same_study_gives_the_same_bytes() -> None:
    first = written.documents(written.full(), "sensitive")
    assert first == written.documents(written.full(), "sensitive")


@pytest.mark.parametrize("name", STUDIES)
@pytest.mark.parametrize("level", ["sensitive", "restricted"])
def test_what_a_guarded_study_says_passes_the_scan(name: str, level: str) -> None:
    names = NameIndex(searchable(["P-0412", "P-0413", "100234"]))
    secrets = Secrets(names=names, files=["biopsies_2025.csv"], persons=["okafor7"])
    for path, text in written.documents(STUDIES[name](), level).items():
        scan_file(path, text.encode(), "text", level, secrets)  # type: ignore[arg-type]
        assert what_identifies(text, searchable(["P-0412", "P-0413"])) == "", path


def test_small_counts_of_a_guarded_study_are_in_no_document() -> None:
    summary = written.full("sensitive")
    for path, text in written.documents(summary, "sensitive").items():
        for told in (
            "3 rows",  # without an outcome
            "3 of 330",  # recognised one by one
            "hospital: West | 7",
            "6 samples",
            "4 patients",  # alone with their age and sex
        ):
            assert told not in text, (path, told)
    open_study = written.documents(written.full("internal"), "internal")
    assert "3 rows without a known outcome" in open_study["card/model-card.md"]


def test_the_rule_for_counts_follows_the_level_whatever_is_given() -> None:
    summary = written.released(written.full("restricted"), "restricted")
    kept = study_documents(summary, {}, SmallCells())
    assert kept == study_documents(summary, {}, SmallCells(10))
    # A stricter level in force than the records tell of hides as well.
    internal = written.full("internal")
    card = {path: text for path, text, _ in study_documents(internal, {}, SmallCells(10))}
    assert b"3 rows without a known outcome" not in card["card/model-card.md"]


def test_sizes_are_withheld_where_the_rest_would_be_small() -> None:
    sheet = summaries.sheet().model_copy(update={"samples": 14, "units": 12})
    split = summaries.holdout().model_copy(
        update={
            "train_units": 9,
            "test_units": 3,
            "outer_folds": (
                summaries.holdout()
                .outer_folds[0]
                .model_copy(
                    update={
                        "train_units": 9,
                        "test_units": 3,
                        "train_samples": 10,
                        "test_samples": 4,
                        "test_classes": {"benign": 2, "malignant": 2},
                    }
                ),
            ),
        }
    )
    ethics = written.full().ethics
    assert ethics is not None
    assert ethics.private_training is not None
    certificate = ethics.private_training.certificate
    assert certificate is not None
    private = ethics.private_training.model_copy(
        update={"certificate": certificate.model_copy(update={"units": 9})}
    )
    ethics = ethics.model_copy(
        update={"audit": written.audit(members=9, sentences=()), "private_training": private}
    )
    summary = written.full().model_copy(
        update={"sheet": sheet, "split": split, "ethics": ethics, "check": None}
    )
    found = written.documents(summary, "sensitive")
    assert '"numDP": null' in found["documents/dome.json"]
    assert '"dpPerSplit": []' in found["documents/dome.json"]
    card = found["card/model-card.md"]
    assert "**Counted by:** patient; hidden in all" in card
    assert "**Unit:** patient; trained on hidden" in card
    assert "Training: " not in card


def test_a_privacy_budget_is_no_small_count() -> None:
    card = written.documents(written.full(), "sensitive")["card/model-card.md"]
    assert "At ε = 3 private training scores 0.900." in card
    assert SmallCells(10).text("At n = 3 patients") == "At n = <10 patients"


def test_each_question_reaches_the_documents_that_it_names_and_no_others() -> None:
    mark = "yes. Zanzibar heron"
    before = written.documents(written.full("internal"), "internal", {})
    before = {path: text for path, text in before.items() if path in FILE_OF.values()}
    for question in DOCUMENT_QUESTIONS:
        after = written.documents(written.full("internal"), "internal", {question.key: mark})
        changed = {path for path, text in before.items() if after[path] != text}
        named = {FILE_OF[name] for name in question.documents if name in FILE_OF}
        assert changed == named, question.key


def test_answers_without_a_question_and_empty_ones_change_nothing() -> None:
    summary = written.full("internal")
    given = written.documents(summary, "internal", {"limit": "x", "limits": "  \n"})
    assert given == written.documents(summary, "internal", {})


def test_released_answers_lose_what_points_at_somebody() -> None:
    names = searchable(["P-0412"])
    found = released_answers(
        {
            "contact": "Write to a.okafor@example.org",
            "limits": "As in P-0412 and others",
            "code_availability": "Yes, in C:\\Users\\okafor\\study",
            "population": "Adults",
        },
        names,
    )
    assert found["contact"] == found["code_availability"] == "(not shown)"
    assert found["limits"] == "As in (sample) and others"
    assert found["population"] == "Adults"
