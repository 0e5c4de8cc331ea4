"""Too good to be true: when it is said, how surely, and what is to be checked."""

from __future__ import annotations

from typing import Any

import pytest

from deepbench.interpretation.ceiling import compare_with_ceiling
from deepbench.interpretation.claims import build_claims
from deepbench.study.records import (
    AskedFeatureRecord,
    CheckItemRecord,
    CheckRecord,
    FeatureHintRecord,
    FindingRecord,
    InterpretationRecord,
    SampleSheetRecord,
    Score,
)
from tests.engine.interpretation.claim_studies import (
    LINE,
    SHEET,
    attribution,
    choice,
    feature,
    material,
    opened,
    plan,
    shuffles,
)

HIGH = Score(value=0.985, low=0.982, high=0.99)
WIDE = Score(value=0.985, low=0.93, high=1.0)


@pytest.mark.parametrize(
    ("suitability", "sheet", "score", "too_good", "said"),
    [
        ({"expected_ceiling": 0.8}, SHEET, Score(value=0.85, low=0.82, high=0.9), "strongly",
         "Too good to be true: AUROC on the test set is 0.850"),
        ({"expected_ceiling": 0.8}, SHEET, Score(value=0.85, low=0.7, high=0.9), "softly",
         "so it may be chance"),
        ({"expected_ceiling": 0.8}, SHEET, Score(value=0.85), "softly", "Perhaps too good"),
        ({"expected_ceiling": 0.5}, LINE, Score(value=0.6, low=0.55, high=0.7), "strongly",
         "Too good to be true: R² on the test set"),
        ({"expected_ceiling": 0.9}, SHEET, Score(value=0.85, low=0.8, high=0.93), "",
         "does not exceed the best possible score of 0.9"),
        ({"label_reliability": "noisy"}, SHEET, HIGH, "strongly", "known to contain errors"),
        ({"label_reliability": "expert"}, SHEET, WIDE, "softly", "judged by experts"),
        ({}, SHEET, HIGH, "softly", "not stated how reliable the outcome is"),
        ({"label_reliability": "unknown"}, SHEET, HIGH, "softly", "is not known"),
        ({"label_reliability": "measured"}, SHEET, HIGH, "", "no best possible score"),
        ({"label_reliability": "measured", "expected_ceiling": 0.9}, SHEET, HIGH, "strongly",
         "the whole interval lies above"),
        ({"label_reliability": "noisy"}, LINE, HIGH, "", "no best possible score was stated"),
    ],
)  # fmt: skip
def test_ceiling(
    suitability: dict[str, Any],
    sheet: SampleSheetRecord,
    score: Score,
    too_good: str,
    said: str,
) -> None:
    name = "r2" if sheet is LINE else "auroc"
    study = material(
        feature("size"),
        plan=plan(suitability=suitability),
        sheet=sheet,
        choice=choice(opened(**{name: score})),
    )
    record = build_claims(study)
    assert record.too_good == too_good
    assert said in record.ceiling
    assert bool(record.checklist) == bool(too_good)


def test_agreement_between_raters_is_no_auroc() -> None:
    stated = plan(suitability={"expected_ceiling": 0.88})
    auroc = Score(value=0.95, low=0.92, high=0.97)

    def said(balanced: float) -> str:
        test = opened(auroc=auroc, balanced_accuracy=Score(value=balanced))
        return compare_with_ceiling(
            material(feature("size"), plan=stated, choice=choice(test))
        ).sentence

    assert "compare it with the balanced accuracy, 0.860" in said(0.86)
    assert "balanced accuracy" not in said(0.9)


# --- the checklist ----------------------------------------------------------------------------


def checked(question: str, **parts: Any) -> CheckItemRecord:
    """Return the item of the checklist whose question holds a word."""
    found = InterpretationRecord(
        models=(attribution(feature("size")),), asked=parts.pop("asked", ())
    )
    suspicious = choice(opened(parts.pop("times", 1), auroc=HIGH), **parts.pop("chosen", {}))
    study = material(found=found, choice=suspicious, **parts)
    (item,) = (item for item in build_claims(study).checklist if question in item.question)
    return item


def finding(kind: str, **changes: Any) -> FindingRecord:
    made = {"severity": "serious", "where": "w", "message": f"Found {kind}.", **changes}
    return FindingRecord(kind=kind, **made)


def check(*findings: FindingRecord) -> CheckRecord:
    return CheckRecord(findings=findings, left_out_features=(), features=30)


def asked(alone: float | None = None, **changes: Any) -> tuple[AskedFeatureRecord, ...]:
    made = {"used_by": ("chosen model",), "alone": alone, **changes}
    return (AskedFeatureRecord(feature="size", **made),)


def test_features_known_afterwards() -> None:
    answered = plan(claims={"features": {"size": {"known_before_outcome": "yes"}}})
    word = "known only after it"
    assert checked(word, asked=asked()).state == "open"
    assert "size" in checked(word, asked=asked()).to_do
    assert checked(word, asked=asked(), plan=answered).state == "clear"
    leak = check(finding("suspicious feature", columns=("stay",)))
    found = checked(word, asked=asked(), plan=answered, check=leak)
    assert (found.state, "stay" in found.found) == ("suspicious", True)
    gone = check(finding("suspicious feature", columns=("stay",), decision="left out"))
    assert checked(word, asked=asked(), plan=answered, check=gone).state == "clear"


def test_a_single_feature() -> None:
    assert checked("single feature").state == "open"
    assert "all features together 0.900" in checked("single feature", asked=asked(0.7)).found
    assert checked("single feature", asked=asked(0.7)).state == "clear"
    found = checked("single feature", asked=asked(0.89, stands_out=True))
    assert (found.state, "size" in found.to_do) == ("suspicious", True)


def test_units_and_copies() -> None:
    assert checked("both sides").state == "open"
    named = SHEET.model_copy(update={"roles": {"unit": ("patient",)}})
    assert checked("both sides", sheet=named).state == "clear"
    assert "patient" in checked("both sides", sheet=named).found
    assert checked("copies").state == "clear"
    apart = check(finding("near duplicates"))
    assert checked("copies", check=apart).state == "suspicious"
    assert "Found near duplicates." in checked("copies", check=apart).found
    together = check(finding("near duplicates", decision="kept together"))
    assert checked("copies", check=together).state == "clear"


def test_batch_and_site() -> None:
    word = "batch, site"
    assert checked(word).state == "open"
    weak = shuffles(batch_only=Score(value=0.55, low=0.5, high=0.6))
    strong = shuffles(batch_only=Score(value=0.75, low=0.7, high=0.8))
    assert checked(word, shuffles=weak).state == "clear"
    assert checked(word, shuffles=strong).state == "suspicious"
    tie = FeatureHintRecord(question="artefact", text="…", kind="tie")
    assert checked(word, shuffles=weak, asked=asked(hints=(tie,))).state == "suspicious"
    assert "size goes strongly with" in checked(word, asked=asked(hints=(tie,))).found


def test_looking_twice_and_what_came_before() -> None:
    assert checked("looking at the test").state == "open"
    assert checked("looking at the test", times=3).state == "suspicious"
    assert checked("before it came here").state == "open"
    gone = SHEET.model_copy(update={"left_out_rows": 12})
    assert "12 rows were left out here" in checked("hard cases", sheet=gone).found
