"""Claims: wording, reservations, what blocks, what is not shown, too good to be true."""

from __future__ import annotations

from typing import Any

import pytest

from deepbench.errors import PlanError, StageBlocked
from deepbench.interpretation.claims import MOST_CLAIMS, build_claims, check_answered_features
from deepbench.plan import StudyPlan
from deepbench.study.records import (
    AttributionRecord,
    ClaimsRecord,
    FeatureImportance,
    SampleSheetRecord,
    Score,
    SplitRecord,
    TestRecord,
)

SHEET = SampleSheetRecord(
    task="binary",
    outcome="diagnosis",
    classes=("benign", "malignant"),
    class_samples={},
    class_units={},
    samples=500,
    units=500,
    features=30,
    numeric_features=30,
    categorical_features=0,
    roles={},
    left_out_rows=0,
    sentence="",
)
LINE = SHEET.model_copy(update={"task": "regression", "classes": (), "outcome": "height"})


def feature(name: str, direction: float | None = 0.8) -> FeatureImportance:
    return FeatureImportance(
        feature=name, importance=0.5, low=0.4, high=0.6, direction=direction, twin=0.1
    )


def attribution(*features: FeatureImportance, above_twin: int | None = 30) -> AttributionRecord:
    return AttributionRecord(
        model="linear",
        method="linear SHAP (exact)",
        unit="log-odds of malignant",
        samples=100,
        folds=5,
        features=features,
        rank_stability=0.9,
        local_accuracy_error=0.0,
        above_twin=above_twin,
        sentences=(),
    )


def plan(**parts: Any) -> StudyPlan:
    base: dict[str, Any] = {"question": {"outcome": "diagnosis"}, "data": {"source": "x.csv"}}
    return StudyPlan.model_validate({**base, **parts})


def answered(name: str, **answer: str) -> StudyPlan:
    return plan(claims={"features": {name: answer}})


def split(design: Any = "holdout") -> SplitRecord:
    return SplitRecord(
        design=design,
        why="",
        train_units=400,
        test_units=100,
        outer_folds=(),
        tuning_folds=5,
        tuning_repeats=1,
        proofs=(),
        training_artifact="",
        test_artifacts=(),
        assignment_artifact="",
    )


def opened(**metrics: float) -> TestRecord:
    return TestRecord(
        opened=len(metrics),
        model="linear",
        metrics={name: Score(value=value) for name, value in metrics.items()},
        baseline="linear",
        baseline_metrics={},
        difference=None,
        subgroups=(),
        curves=None,
        reuse_reasons=(),
        predictions="",
        sentences=(),
    )


def build(
    *features: FeatureImportance,
    a_plan: StudyPlan | None = None,
    sheet: SampleSheetRecord = SHEET,
    test: TestRecord | None = None,
    design: str = "holdout",
    signal: str = "yes",
    above_twin: int | None = 30,
) -> ClaimsRecord:
    return build_claims(
        attribution(*features, above_twin=above_twin),
        a_plan or plan(),
        sheet,
        split(design),
        test or opened(auroc=0.9),
        signal,
    )


@pytest.mark.parametrize(
    ("sheet", "direction", "start"),
    [
        (SHEET, 0.8, "Higher size went with a higher predicted probability of malignant (rank"),
        (SHEET, -0.8, "Lower size went with a higher predicted probability of malignant (rank"),
        (SHEET, 0.1, "size was used to predict diagnosis (mean contribution 0.5, 0.4 to 0.6"),
        (SHEET, None, "size was used to predict diagnosis ("),
        (LINE, 0.5, "Higher size went with a higher predicted height (rank correlation"),
    ],
)
def test_sentences_state_association_with_numbers(
    sheet: SampleSheetRecord, direction: float | None, start: str
) -> None:
    (claim,) = build(feature("size", direction), sheet=sheet).claims
    assert claim.feature == "size"
    assert claim.sentence.startswith(start)
    assert "over 5 folds, in log-odds of malignant" in claim.sentence
    assert claim.sentence.endswith(
        " in the chosen model, linear model (elastic net); this is an association, not a cause."
    )


def test_answers_become_reservations() -> None:
    sure = {"known_before_outcome": "yes", "plausible": "yes", "artefact": "no"}
    cases = {
        (): sure,
        ("It is not stated whether the value was known before the outcome.",): {
            **sure,
            "known_before_outcome": "unknown",
        },
        ("No biological explanation is known.",): {**sure, "plausible": "no"},
        ("Batch, site or processing could produce this association.",): {
            **sure,
            "artefact": "yes",
        },
        ("Measured twice.",): {**sure, "note": "Measured twice."},
    }
    for expected, answer in cases.items():
        (claim,) = build(feature("size"), a_plan=answered("size", **answer)).claims
        assert claim.reservations == expected
    (open_claim,) = build(feature("size")).claims
    assert len(open_claim.reservations) == 3
    assert all("not stated" in text for text in open_claim.reservations)


def test_feature_known_only_after_the_outcome_blocks() -> None:
    late = answered("biopsy", known_before_outcome="no")
    with pytest.raises(
        StageBlocked, match=r"'biopsy' is among .* chosen model, linear model"
    ) as caught:
        build(feature("size"), feature("biopsy"), a_plan=late)
    assert caught.value.exit_code == 3
    assert "ignore under [roles]" in caught.value.hint
    assert len(build(feature("size"), a_plan=late).claims) == 1


def test_without_signal_nothing_is_claimed_and_nothing_blocks() -> None:
    late = answered("biopsy", known_before_outcome="no")
    for signal in ("no", "unclear"):
        record = build(feature("biopsy"), a_plan=late, signal=signal)
        assert record.claims == ()
        assert "diagnosis can be predicted" in record.not_shown[0]


def test_only_features_above_the_twin_and_at_most_ten_are_claimed() -> None:
    many = [feature(f"f{i}") for i in range(20)]
    assert len(build(*many).claims) == MOST_CLAIMS
    assert [c.feature for c in build(*many, above_twin=2).claims] == ["f0", "f1"]
    assert build(*many, above_twin=0).claims == ()
    assert len(build(*many, above_twin=None).claims) == MOST_CLAIMS


def test_not_shown_follows_the_design() -> None:
    human = plan(question={"outcome": "diagnosis", "organism": "mouse"})

    def shown(design: str) -> str:
        return " ".join(build(feature("size"), a_plan=human, design=design).not_shown)

    assert "Cause" in shown("holdout") and "Mechanism" in shown("holdout")
    assert "Other organisms than mouse." in shown("holdout")
    assert "Other sites" in shown("holdout")
    assert "Other sites" not in shown("leave-one-site-out")
    assert "Samples taken later" in shown("leave-one-site-out")
    assert "Samples taken later" not in shown("time")
    assert "Other organisms." in build(feature("size")).not_shown


@pytest.mark.parametrize(
    ("suitability", "sheet", "score", "start"),
    [
        ({"expected_ceiling": 0.8}, SHEET, {"auroc": 0.85}, "Too good to be true: AUROC"),
        ({"expected_ceiling": 0.8}, LINE, {"r2": 0.85}, "Too good to be true: R²"),
        ({"expected_ceiling": 0.9}, SHEET, {"auroc": 0.85}, "AUROC on the test set, 0.850, does"),
        ({}, SHEET, {"auroc": 0.985}, "Too good to be true? AUROC"),
        ({"label_reliability": "expert"}, SHEET, {"auroc": 0.985}, "Too good to be true?"),
        ({"label_reliability": "measured"}, SHEET, {"auroc": 0.985}, "AUROC on the test set is"),
        ({}, LINE, {"r2": 0.99}, "R² on the test set is 0.990; no best"),
        ({}, SHEET, {}, ""),
    ],
)
def test_ceiling(
    suitability: dict[str, Any], sheet: SampleSheetRecord, score: dict[str, float], start: str
) -> None:
    record = build(
        feature("size"), a_plan=plan(suitability=suitability), sheet=sheet, test=opened(**score)
    )
    assert record.ceiling.startswith(start)
    assert bool(record.ceiling) == bool(start)
    assert ("Check whether" in record.ceiling) == start.startswith("Too good")


def test_without_attributions_the_rest_is_still_said() -> None:
    record = build_claims(None, plan(), SHEET, split(), opened(auroc=0.9), "yes")
    assert record.claims == ()
    assert record.not_shown
    assert record.ceiling


def test_misspelt_feature_is_told_before_it_switches_off_the_block() -> None:
    late = answered("biopsie", known_before_outcome="no")
    with pytest.raises(PlanError, match="Did you mean 'biopsy'"):
        check_answered_features(late, ["size", "biopsy"])
    check_answered_features(answered("biopsy", known_before_outcome="no"), ["size", "biopsy"])
