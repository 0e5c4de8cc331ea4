"""Features that are asked about, and sentences, in the words of the page."""

from __future__ import annotations

from typing import Any

import pytest

from deepbench.plan import FeatureClaim
from deepbench.study.records import (
    AskedFeatureRecord,
    CheckItemRecord,
    FeatureHintRecord,
    InterpretationRecord,
)
from deepbench_ui.models.claim_rows import (
    KINDS,
    ONLY_ANSWERED,
    QUESTION_KEYS,
    STATES,
    asked_features,
    by_kind,
    claim_html,
    claims_text,
    count_answered,
    todo_of,
)
from deepbench_ui.models.wording_notes import wording_notes
from tests.ui.pages import finished


def test_questions_are_those_of_the_plan() -> None:
    assert set(QUESTION_KEYS) == set(FeatureClaim.model_fields) - {"note"}


def told(**changes: Any) -> InterpretationRecord:
    """Return what the models use, with one feature asked about."""
    item = AskedFeatureRecord(**{"feature": "marker 3", "used_by": ("chosen model",), **changes})
    return finished.interpretation(asked=(item,))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"used_by": ("chosen model", "short panel")}, "It is part of the short panel."),
        ({"used_by": ("best network",)}, "The best network uses it."),
        ({"alone": 0.8765}, "Alone it reaches AUROC 0.88 on held-out samples."),
        ({"alone": -0.1}, "AUROC −0.10 on held-out samples."),
    ],
)
def test_what_uses_a_feature_is_said(changes: dict[str, Any], said: str) -> None:
    (found,) = asked_features(told(**changes), finished.records.sheet(), {})
    assert said in found.text
    assert found.stops


def test_hints_stand_with_their_feature() -> None:
    hint = FeatureHintRecord(question="artefact", text="46 % goes with the plate.", kind="tie")
    (found,) = asked_features(told(hints=(hint,)), finished.records.sheet(), {})
    assert found.hints == (("artefact", "46 % goes with the plate."),)


def test_directions_are_said_as_far_as_they_are_clear() -> None:
    records = finished.records
    texts = {
        f.name: f.text for f in asked_features(finished.interpretation(), records.sheet(), {})
    }
    assert texts["marker 1"].startswith("Higher values went with")
    assert texts["marker 3"].startswith("Lower values went with")
    assert texts["marker 4"] == "The model used it, without a clear direction."


def test_earlier_answers_stay_reachable() -> None:
    records = finished.records
    answers = {"marker 2": {"plausible": "yes"}, "old one": {"known_before_outcome": "no"}}
    found = asked_features(finished.interpretation(), records.sheet(), answers)
    assert (found[-1].name, found[-1].text) == ("old one", ONLY_ANSWERED)
    assert [feature.name for feature in found].count("marker 2") == 1
    complete = {"marker 2": dict.fromkeys(QUESTION_KEYS, "yes"), "old one": {"plausible": "no"}}
    assert count_answered(found, complete) == 1


def test_claims_stand_under_their_headings() -> None:
    *_, first, second = finished.claims().claims
    model = first.model_copy(update={"kind": "model"})
    assert by_kind((model, first, second)) == [
        (KINDS["model"], (model,)),
        (KINDS["feature"], (first, second)),
    ]


def test_how_the_checklist_stands() -> None:
    def item(state: Any) -> CheckItemRecord:
        return CheckItemRecord(question="q?", found="f.", to_do="", state=state)

    items = [item(state) for state in ("open", "clear", "suspicious", "open")]
    assert todo_of(items) == "1 suspicious, 2 for you to check, 1 where nothing was found"
    assert todo_of(items[:1]) == "1 for you to check"
    assert set(STATES) == {"open", "clear", "suspicious"}


def test_notes_on_wording_name_the_line_and_say_each_reason_once() -> None:
    lines = ["It went with relapse.", "IL6 causes and drives relapse.", "IL8 is protective."]
    first, second = wording_notes(lines)
    assert (first.line, second.line) == (1, 2)
    assert first.text.startswith("“causes”, “drives”: This speaks of a cause.")
    assert first.text.count("This speaks of a cause") == 1
    assert first.whole.endswith("Instead: IL6 goes with and goes with relapse.")
    assert second.whole == second.text, "there are no other words for it"
    assert wording_notes(["The cause of death = 1 causes it"], ["cause of death = 1 causes"]) == ()


def test_names_are_never_markup() -> None:
    claim = (
        finished.claims()
        .claims[0]
        .model_copy(update={"sentence": "<b>IL6</b> & more", "reservations": ("a < b",)})
    )
    assert "&lt;b&gt;IL6&lt;/b&gt; &amp; more" in claim_html(claim, "#000000")
    assert claims_text((claim,)) == "<b>IL6</b> & more\n  – a < b"
