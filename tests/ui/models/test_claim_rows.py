"""Features that are asked about, and words that speak of a cause, against the engine."""

from __future__ import annotations

import pytest

from deepbench.interpretation import claims as engine
from deepbench.plan import FeatureClaim, plan_from_answers
from deepbench.study.records import AttributionRecord
from deepbench_ui.models.claim_rows import (
    CLEAR_DIRECTION,
    MOST_FEATURES,
    ONLY_ANSWERED,
    QUESTION_KEYS,
    asked_features,
    causal_words,
    claims_html,
    claims_text,
    clear_features,
    count_answered,
    is_too_good,
)
from tests.ui.pages import finished


def chosen(above_twin: int | None) -> AttributionRecord:
    found = finished.records.interpretation().models[0]
    made = found.model_copy(update={"above_twin": above_twin})
    assert isinstance(made, AttributionRecord)
    return made


def test_numbers_are_those_of_the_engine() -> None:
    assert MOST_FEATURES == engine.MOST_CLAIMS
    assert CLEAR_DIRECTION == engine.CLEAR_DIRECTION
    assert set(QUESTION_KEYS) == set(FeatureClaim.model_fields) - {"note"}


@pytest.mark.parametrize("above_twin", [None, 0, 4, 11, 28])
def test_the_same_features_are_asked_about_as_the_engine_writes_about(
    above_twin: int | None,
) -> None:
    model = chosen(above_twin)
    assert clear_features(model) == engine._claimable(model)


def test_directions_are_said_as_far_as_they_are_clear() -> None:
    records = finished.records
    texts = {f.name: f.text for f in asked_features(records.interpretation(), records.sheet(), {})}
    assert texts["marker 1"].startswith("Higher values went with")
    assert texts["marker 3"].startswith("Lower values went with")
    assert texts["marker 4"] == "The model used it, without a clear direction."


def test_earlier_answers_stay_reachable() -> None:
    records = finished.records
    answers = {"marker 2": {"plausible": "yes"}, "old one": {"known_before_outcome": "no"}}
    found = asked_features(records.interpretation(), records.sheet(), answers)
    assert (found[-1].name, found[-1].text) == ("old one", ONLY_ANSWERED)
    assert [feature.name for feature in found].count("marker 2") == 1
    complete = {"marker 2": dict.fromkeys(QUESTION_KEYS, "yes"), "old one": {"plausible": "no"}}
    assert count_answered(found, complete) == 1


@pytest.mark.parametrize(
    ("ceiling", "reliability", "suspicious"),
    [(0.9, "expert", True), (None, "expert", False), (0.99, "measured", False)],
)
def test_a_suspicious_score_is_known_from_the_engines_sentence(
    ceiling: float | None, reliability: str, suspicious: bool
) -> None:
    records = finished.records
    suitability = {"expected_ceiling": ceiling, "label_reliability": reliability}
    plan = plan_from_answers(
        {
            "question": {"outcome": "diagnosis"},
            "data": {"source": "a.csv"},
            "suitability": suitability,
        }
    )
    found = engine.build_claims(
        None, plan, records.sheet(), records.holdout(), records.binary_test(), "yes"
    )
    assert found.ceiling
    assert is_too_good(found.ceiling) is suspicious


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("IL-6 causes sepsis", ("causes",)),
        ("This Leads  to relapse, and leads to death", ("Leads to",)),
        ("It is responsible for growth", ("is responsible for",)),
        ("Higher because of treatment", ("because of",)),
        ("TNF verursacht Fieber und führt zu Schock", ("verursacht", "führt zu")),
        ("erhöht aufgrund von Rauchen", ("aufgrund",)),
        ("asthma protects", ("protects",)),
        ("went with a higher risk; the cause is not known", ()),
        ("overdrives of the assay; Causeway cohort", ()),
        ("", ()),
    ],
)
def test_causal_words(text: str, words: tuple[str, ...]) -> None:
    assert causal_words(text) == words


def test_names_are_never_markup() -> None:
    claim = (
        finished.claims()
        .claims[0]
        .model_copy(update={"sentence": "<b>IL6</b> & more", "reservations": ("a < b",)})
    )
    assert "&lt;b&gt;IL6&lt;/b&gt; &amp; more" in claims_html((claim,), "#000000")
    assert claims_text((claim,)) == "<b>IL6</b> & more\n  – a < b"
