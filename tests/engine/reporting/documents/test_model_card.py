"""The model card: head, texts, web page."""

from __future__ import annotations

import datetime

import pytest
import yaml

from deepbench.plan import Approval
from deepbench.privacy.contents.markup import html_contents
from deepbench.reporting.documents.card_head import licence_id
from deepbench.reporting.documents.markdown import escaped
from deepbench.reporting.documents.model_card import model_card
from deepbench.reporting.release_scores import released_audit
from deepbench.reporting.small_cells import SmallCells
from deepbench.study.records import Score, StudySummary, SubgroupAuditRecord
from tests.engine.reporting import audited, summaries
from tests.engine.reporting.conftest import Page
from tests.engine.reporting.documents import written

NASTY = '<img src=x onerror=alert(1)> | *a*_b_ `c` [d](http://e) # "q": {y}\n---\n- & &lt; \u202e'


def head(text: str) -> dict[str, object]:
    _, top, _ = text.split("---\n", 2)
    found = yaml.safe_load(top)
    assert isinstance(found, dict)
    return found


def card(summary: StudySummary, level: str, answers: dict[str, str] | None = None) -> str:
    return written.documents(summary, level, answers)["card/model-card.md"]


def test_head_is_yaml_with_the_scores_of_the_test() -> None:
    found = head(card(written.full(), "sensitive"))
    assert found["license"] == "cc-by-4.0"
    assert found["pipeline_tag"] == "tabular-classification"
    assert {"deepbench", "biology", "human"} <= set(found["tags"])  # type: ignore[call-overload]
    (result,) = found["model-index"][0]["results"]  # type: ignore[index]
    metrics = {entry["name"]: entry for entry in result["metrics"]}
    choice = written.full().choice
    assert choice is not None
    for name, title in (("auroc", "AUROC"), ("brier", "Brier score")):
        recorded: Score = choice.test.metrics[name]
        assert metrics[title]["value"] == pytest.approx(recorded.value, rel=1e-3)
        ends = metrics[title]["confidence_interval"]
        assert (ends["low"], ends["high"]) == pytest.approx(
            (recorded.low, recorded.high), rel=1e-3
        )
        assert ends["level"] == 0.95
    assert "Accuracy of always saying the largest class" not in metrics


def with_audit(level: str, groups: SubgroupAuditRecord) -> StudySummary:
    summary = written.full(level)
    assert summary.ethics is not None
    cells = SmallCells(10 if level == "sensitive" else 0)
    ethics = summary.ethics.model_copy(update={"subgroups": released_audit(groups, cells)})
    return summary.model_copy(update={"ethics": ethics})


@pytest.mark.parametrize("level", ["internal", "sensitive"])
def test_audited_groups_stand_in_text_and_head(level: str) -> None:
    groups = audited.AUDIT.model_copy(update={"samples": 120, "units": 120})
    text = card(with_audit(level, groups), level)
    assert "### Audit of groups" in text
    (row,) = (line for line in text.splitlines() if line.startswith("| sex: f | 60 | AUROC"))
    assert [cell.strip() for cell in row.split("|")[4:8]] == ["0.81", "0.71–0.91", "0.90", "−0.09"]
    # The one of another column that was too small to be audited.
    assert "1 group is not shown: too small (fewer than 10 test units)" in text
    _, women, men = head(text)["model-index"][0]["results"]  # type: ignore[index]
    assert women["dataset"]["name"] == "test samples of the study with sex = f"
    assert women["dataset"]["units"] == 60
    assert women["metrics"][0]["type"] == "roc_auc"
    assert women["metrics"][0]["value"] == 0.81
    ends = {"value": -0.09, "low": -0.19, "high": 0.01}
    assert women["metrics"][0]["difference_to_all_others"] == ends
    # How many are ill in a group stands nowhere, so a guarded card has no share of those.
    assert [metric["name"] for metric in men["metrics"]] == (
        ["AUROC", "Missed"] if level == "internal" else ["AUROC"]
    )
    assert ("The model misses “ill” more often." in text) == (level == "internal")


def test_groups_that_would_tell_of_a_few_people_are_only_counted() -> None:
    # 4 of 124 units are in no group: with both groups shown they could be worked out.
    text = card(with_audit("sensitive", audited.AUDIT), "sensitive")
    assert "2 groups are not shown" in text
    assert "sex: f" not in text
    assert "sex: m" in text
    assert len(head(text)["model-index"][0]["results"]) == 2  # type: ignore[index]


def test_head_of_a_study_without_results() -> None:
    found = head(card(written.empty(), "sensitive", {}))
    assert found["license"] == "unknown"
    assert found["model-index"] == [{"name": "Empty", "results": []}]
    assert "metrics" not in found
    regression = summaries.regression()
    assert regression.choice is not None
    choice = regression.choice.model_copy(update={"recommended": "network_medium"})
    network = head(card(regression.model_copy(update={"choice": choice}), "sensitive"))
    assert network["pipeline_tag"] == "tabular-regression"
    assert network["library_name"] == "pytorch"


@pytest.mark.parametrize(
    ("said", "identifier"),
    [
        ("", "unknown"),
        ("CC BY 4.0", "cc-by-4.0"),
        ("cc-by", "cc-by-4.0"),
        ("CC0", "cc0-1.0"),
        ("MIT", "mit"),
        ("BSD 3-Clause", "bsd-3-clause"),
        ("Agreement with the hospital", "other"),
    ],
)
def test_licences_as_hubs_know_them(said: str, identifier: str) -> None:
    assert licence_id(said) == identifier


def test_head_and_text_survive_any_title() -> None:
    summary = written.full("internal").model_copy(update={"title": NASTY})
    text = card(summary, "internal", {"model_licence": NASTY})
    found = head(text)
    assert "onerror" in str(found["model-index"][0]["name"])  # type: ignore[index]
    assert found["license"] == "other"
    assert "\\<img src=x onerror=alert(1)\\>" in text
    assert "<img" not in text.split("---\n", 2)[2].replace("\\<img", "")
    assert "\u202e" not in text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a|b*c_d", "a\\|b\\*c\\_d"),
        ("# no heading", "\\# no heading"),
        ("- no item", "\\- no item"),
        ("1. no item", "1\\. no item"),
        ("2025 was a year", "2025 was a year"),
        ("+5 is a number", "+5 is a number"),
        ("&lt;b&gt; & more", "\\&lt;b\\&gt; & more"),
        ("two\nlines", "two lines"),
        ("<b>", "\\<b\\>"),
    ],
)
def test_markdown_shows_text_as_it_is(text: str, shown: str) -> None:
    assert escaped(text) == shown


def test_page_is_static_and_shows_text_as_text() -> None:
    sheet = summaries.sheet().model_copy(update={"outcome": NASTY})
    summary = written.full("internal").model_copy(update={"sheet": sheet, "title": NASTY})
    page = written.documents(summary, "internal", {"intended_use": NASTY})["card/model-card.html"]
    html_contents(page.encode())  # refuses scripts and whatever is loaded
    found = Page(page)
    assert {tag for tag, _ in found.tags} & {"img", "script", "a href"} == set()
    assert "<img src=x onerror=alert(1)>" in found.words
    assert "\u202e" not in page
    assert not found.open


def test_page_and_markdown_say_the_same() -> None:
    documents = written.documents(written.full(), "sensitive")
    found = Page(documents["card/model-card.html"])
    text = documents["card/model-card.md"]
    for sentence in (
        "Choosing which biopsies are looked at first, by a pathologist.",
        "A photograph of the screen.",
        "ε = 3.000, δ = 1.0 × 10⁻⁵",
        "That any marker causes the outcome.",
    ):
        assert sentence in found.words
        assert sentence in text
    assert found.sections == [
        "overview",
        "intended-use",
        "out-of-scope",
        "inputs-and-output",
        "training-data",
        "building",
        "performance",
        "subgroups",
        "calibration",
        "decision-rule",
        "uses",
        "limitations",
        "ethics",
        "privacy",
        "threats",
        "verify",
        "citing",
    ]


def test_scores_of_groups_have_ten_units_at_least() -> None:
    for level in ("internal", "sensitive"):
        page = Page(written.documents(written.full(level), level)["card/model-card.html"])
        rows = page.table("Groups of test samples")
        assert [row["Score"] for row in rows] == ["0.98", "0.96"]
        assert "1 group of fewer than 10 samples or units, in all, in one class" in page.words
    groups = summaries.binary_test().subgroups[2:]
    test = summaries.binary_test().model_copy(update={"subgroups": groups})
    few = written.full("internal").model_copy(update={"choice": summaries.choice(test=test)})
    text = card(few, "internal")
    assert "Groups of test samples" not in text
    assert "1 group of fewer than 10" in text


def test_audit_says_what_was_found_and_what_counts() -> None:
    text = card(written.full(), "sensitive")
    assert "Within the limits for a model that leaves (AUC 0.60, 5 % found" in text
    assert "| LiRA: against models with and without the unit | 0.552 | 0.511–0.593 |" in text
    assert "**Recognised one by one:** \\<10" in text
    assert "Its file holds 71 samples of the training set." in text
    for passes, words in ((False, "Above the limits"), (None, "too few units to say")):
        ethics = written.full().ethics
        assert ethics is not None
        audit = written.audit(passes=passes)
        summary = written.full().model_copy(
            update={"ethics": ethics.model_copy(update={"audit": audit})}
        )
        assert words in card(summary, "sensitive")


def test_without_audit_and_guarantee_the_card_says_so() -> None:
    text = card(summaries.summary(), "sensitive")
    assert "The model was not attacked" in text
    assert "was trained without differential privacy" in text
    nothing = card(written.empty(), "sensitive")
    assert "was trained without" not in nothing


def test_overrides_are_printed() -> None:
    approval = Approval(
        what="model",
        requester="A. Okafor",
        approver="M. Lindqvist",
        role="Data protection officer",
        reason="The partner tests the model on its own samples under the contract.",
        recipient="University of Somewhere",
        legal_basis="Contract of 2026",
        expires=datetime.date(2027, 1, 31),
    )
    found = model_card(written.released(written.full(), "sensitive"), {}, approvals=[approval])
    text = found[0][1].decode()
    assert "### Overrides" in text
    assert "approved by M. Lindqvist (Data protection officer)" in text
    assert "up to 2027-01-31" in text
    assert "Overrides" not in card(written.full(), "sensitive")


def test_a_study_without_signal_recommends_nothing() -> None:
    null = summaries.null_locked()
    assert null.choice is not None
    choice = null.choice.model_copy(update={"recommended": ""})
    text = card(null.model_copy(update={"choice": choice}), "sensitive", {})
    assert "**Recommended model:** No model is recommended" in text
    assert "The test set was not opened, so there is no test score." in text
    assert head(text)["model-index"][0]["results"] == []  # type: ignore[index]


def test_a_reused_test_set_is_said() -> None:
    text = card(summaries.reused(), "sensitive", {})
    assert "looked at more than once, so its score is too optimistic" in text
    assert "A reviewer asked for a second model." in text
