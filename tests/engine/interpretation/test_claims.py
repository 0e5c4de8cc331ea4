"""Claims: wording, numbers, reservations, what blocks, what is not shown."""

from __future__ import annotations

from typing import Any

import pytest

from deepbench.errors import PlanError, StageBlocked
from deepbench.interpretation.claim_material import number, p_words, short, with_article
from deepbench.interpretation.claims import build_claims, check_answered_features
from deepbench.study.claim_wording import find_overclaims
from deepbench.study.claimable import MOST_CLAIMS, clear_features, features_to_ask, used_by
from deepbench.study.records import (
    AskedFeatureRecord,
    CheckRecord,
    ClaimRecord,
    ClaimsRecord,
    ComparisonRecord,
    DirectionRecord,
    FeatureGroup,
    FeatureHintRecord,
    ImitationRecord,
    InterpretationRecord,
    SampleSheetRecord,
    Score,
)
from tests.engine.interpretation.claim_studies import (
    LINE,
    SHEET,
    THREE,
    answered,
    attribution,
    choice,
    failures,
    feature,
    group,
    material,
    opened,
    panels,
    plan,
    shuffles,
    split,
)

SURE = {"known_before_outcome": "yes", "plausible": "yes", "artefact": "no"}


def of_kind(record: ClaimsRecord, kind: str) -> list[ClaimRecord]:
    return [claim for claim in record.claims if claim.kind == kind]


def about(*features: Any, **parts: Any) -> ClaimRecord:
    """Return the sentence about the first feature."""
    return of_kind(build_claims(material(*features, **parts)), "feature")[0]


# --- features ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sheet", "direction", "said"),
    [
        (SHEET, 0.8, "higher size went with a higher predicted probability of malignant (rank"),
        (SHEET, -0.8, "lower size went with a higher predicted probability of malignant (rank"),
        (SHEET, 0.1, "size was used to predict diagnosis in a linear model"),
        (SHEET, None, "size was used to predict diagnosis in a linear model"),
        (LINE, 0.5, "higher size went with a higher predicted height (rank correlation"),
        (THREE, 0.9, "size was used to predict diagnosis in a linear model"),
    ],
)
def test_sentences_state_association_with_numbers(
    sheet: SampleSheetRecord, direction: float | None, said: str
) -> None:
    claim = about(feature("size", direction), sheet=sheet)
    assert claim.feature == "size"
    assert claim.sentence.startswith(f"In 500 samples, {said}")
    assert "0.900, 95 % interval 0.800 to 0.950)" in claim.sentence
    assert (
        "mean contribution 0.50 (95 % interval 0.40 to 0.60; log-odds of malignant), against 0.10 "
        "in models of shuffled labels" in claim.sentence
    )
    assert claim.sentence.endswith(". This is an association, not a cause.")


@pytest.mark.parametrize(
    ("positive", "said"),
    [("malignant", "of malignant"), ("yes", "of diagnosis = yes"), ("1", "of diagnosis = 1")],
)
def test_a_bare_class_is_said_with_its_outcome(positive: str, said: str) -> None:
    sheet = SHEET.model_copy(update={"classes": ("no", positive)})
    sentence = about(feature("size"), sheet=sheet).sentence
    assert f"a higher predicted probability {said} (rank" in sentence


def test_samples_units_and_organism_are_said() -> None:
    check = CheckRecord(findings=(), left_out_features=(), features=30, samples=480, units=120)
    human = plan(question={"outcome": "diagnosis", "organism": "mouse"})
    sentence = about(feature("size"), check=check, plan=human).sentence
    assert sentence.startswith("In 480 samples of 120 biological units (mouse), ")


def test_how_often_a_panel_selected_it_is_said() -> None:
    found = InterpretationRecord(
        models=(attribution(feature("colour"), feature("other")),), panels=panels()
    )
    colour, other = of_kind(build_claims(material(found=found)), "feature")
    assert "; selected in 60 % of 25 panels of 2 features." in colour.sentence
    assert "selected" not in other.sentence


def test_answers_become_reservations() -> None:
    cases = {
        (): SURE,
        ("It is not stated whether the value was known before the outcome.",): {
            **SURE,
            "known_before_outcome": "unknown",
        },
        ("No biological explanation is known.",): {**SURE, "plausible": "no"},
        ("Batch, site or processing could produce this association.",): {
            **SURE,
            "artefact": "yes",
        },
        ("Measured twice.",): {**SURE, "note": "Measured twice"},
    }
    for expected, answer in cases.items():
        assert about(feature("size"), plan=answered("size", **answer)).reservations == expected
    (nothing_stated,) = about(feature("size")).reservations
    assert nothing_stated.count("whether") == 3


def test_what_is_known_stands_beside_whatever_was_answered() -> None:
    hints = (
        FeatureHintRecord(question="artefact", text="46 % goes with the plate.", kind="tie"),
        FeatureHintRecord(question="known_before_outcome", text="Its name …", kind="name"),
    )
    asked = AskedFeatureRecord(feature="size", used_by=("chosen model",), hints=hints)
    against = DirectionRecord(
        feature="size",
        expected="lower",
        found="higher",
        contradicts=True,
        sentence="Expected low.",
    )
    imitation = ImitationRecord(
        model="linear",
        form="shallow tree",
        fidelity_name="R²",
        fidelity=Score(value=0.9),
        metric="auroc",
        score=Score(value=0.8),
        imitated_score=Score(value=0.9),
        unit="",
        directions=(against,),
    )
    together = FeatureGroup(
        features=("size", "area", "weight"),
        correlation=0.91,
        importance=1.0,
        low=0.9,
        high=1.1,
        twin=None,
    )
    chosen = attribution(feature("size", group=0, rank_low=1, rank_high=14), groups=(together,))
    found = InterpretationRecord(models=(chosen,), asked=(asked,), imitations=(imitation,))
    study = material(found=found, plan=answered("size", **SURE))
    assert of_kind(build_claims(study), "feature")[0].reservations == (
        "46 % goes with the plate.",
        "It goes with area and weight (rank correlation of 0.91 or more): the model may use any "
        "of them in its place.",
        "Its rank varied from 1 to 14 between fits.",
        "Expected low.",
    )


def test_only_features_above_the_twin_and_at_most_ten_are_claimed() -> None:
    many = [feature(f"f{i}") for i in range(20)]
    flags = [feature(f"f{i}", clears_twin=i % 2 == 0) for i in range(8)]
    assert len(clear_features(attribution(*many))) == MOST_CLAIMS
    assert [f.feature for f in clear_features(attribution(*many, above_twin=2))] == ["f0", "f1"]
    assert clear_features(attribution(*many, above_twin=0)) == ()
    assert len(clear_features(attribution(*many, above_twin=None))) == MOST_CLAIMS
    named = [f.feature for f in clear_features(attribution(*flags, above_twin=3))]
    assert named == ["f0", "f2", "f4", "f6"], "the feature's own twin decides"


def test_groups_are_claimed_as_one() -> None:
    pair = FeatureGroup(
        features=("size", "area"),
        correlation=0.95,
        importance=1.2,
        low=1.0,
        high=1.4,
        twin=0.2,
        clears_twin=True,
    )
    noise = pair.model_copy(update={"features": ("x", "y"), "clears_twin": False})
    found = InterpretationRecord(models=(attribution(feature("size"), groups=(noise, pair)),))
    (claim,) = of_kind(build_claims(material(found=found)), "group")
    assert claim.features == ("size", "area")
    assert "size and area go together (rank correlation of 0.95 or more)" in claim.sentence
    assert "1.2 (95 % interval 1.0 to 1.4; log-odds of malignant), against 0.20" in claim.sentence
    assert "may use either" in claim.reservations[0]


# --- the whole model --------------------------------------------------------------------------


def test_performance_is_claimed_with_its_design() -> None:
    (claim,) = of_kind(build_claims(material(feature("size"))), "model")
    assert claim.sentence == (
        "In 500 samples, diagnosis (malignant against benign) could be predicted from 30 "
        "features: a linear model (elastic net) reached AUROC 0.900 (95 % interval 0.800 to "
        "0.950) on 100 units set aside before training and looked at once; shuffled-label check "
        "p = 0.0099."
    )
    assert claim.reservations == ()


@pytest.mark.parametrize(
    ("design", "folds", "said"),
    [
        ("nested", 5, "on units that the model had not seen (each held out once, in 5 outer"),
        ("leave-one-site-out", 3, "at sites that the model had not seen (3 sites, each held"),
        ("leave-one-batch-out", 4, "in batches that the model had not seen (4 batches, each"),
        ("time", 1, "on the 100 units collected last, set aside before training"),
        ("own", 1, "on 100 units set aside before training"),
        ("own", 3, "in 3 outer folds"),
    ],
)
def test_each_design_is_told(design: str, folds: int, said: str) -> None:
    study = material(feature("size"), split=split(design, folds))
    assert said in of_kind(build_claims(study), "model")[0].sentence


def test_reservations_on_the_score() -> None:
    low = choice(opened(2, auroc=Score(value=0.7, low=0.48, high=0.8)))
    batch = shuffles(batch_only=Score(value=0.68, low=0.6, high=0.75))
    study = material(
        feature("size"),
        choice=low,
        shuffles=batch,
        plan=plan(
            question={"outcome": "diagnosis", "useful_score": 0.75},
            claims={"features": {"stay": {"known_before_outcome": "no"}}},
        ),
    )
    (claim,) = of_kind(build_claims(study), "model")
    said = " ".join(claim.reservations)
    assert "reaches down to chance (0.5)" in said
    assert "is 0.75; the score is below it" in said
    assert "nothing but batch and site reaches AUROC 0.680 (95 % interval 0.600 to 0.750)" in said
    assert "more than once" in said
    assert "stay was known only after the outcome and offered to all models" in said


def test_a_closed_test_set_gives_no_performance() -> None:
    record = build_claims(material(feature("size"), choice=choice(opened(0))))
    assert of_kind(record, "model") == []
    assert record.ceiling == ""
    assert "test AUROC" not in of_kind(record, "feature")[0].sentence


@pytest.mark.parametrize(
    ("verdict", "said"),
    [
        ("better", "networks predicted diagnosis better than traditional models"),
        ("worse", "networks predicted diagnosis worse than traditional models"),
        ("no better", "networks did not predict diagnosis better than traditional models"),
    ],
)
def test_networks_against_traditional_models(verdict: str, said: str) -> None:
    compared = ComparisonRecord(
        network="network-small",
        baseline="svm",
        metric="auroc",
        difference=-0.012,
        low=-0.03,
        high=0.006,
    )
    test = opened(auroc=Score(value=0.9), difference=Score(value=0.01, low=-0.02, high=0.04))
    study = material(
        feature("size"), choice=choice(test, comparison=compared, deep_learning=verdict)
    )
    (claim,) = of_kind(build_claims(study), "comparison")
    assert said in claim.sentence
    assert "AUROC −0.012 (95 % interval −0.030 to 0.006)" in claim.sentence
    confirmed = "does not confirm" not in claim.reservations[0]
    assert confirmed == (verdict == "no better")


def test_a_panel_is_claimed_where_it_is_as_good() -> None:
    chosen = attribution(feature("size"))
    found = InterpretationRecord(
        models=(chosen,), panels=panels(size_inside=Score(value=0.79), wide=True)
    )
    (claim,) = of_kind(build_claims(material(found=found)), "panel")
    assert claim.features == ("size", "shape")
    assert "a panel of 2 features (size and shape) with a logistic regression" in claim.sentence
    assert "AUROC 0.820 (95 % interval 0.700 to 0.900) for diagnosis, against 0.900" in (
        claim.sentence
    )
    said = " ".join(claim.reservations)
    assert "shape was selected in fewer than half of the 25 fits" in said
    assert "too wide" in said and "0.790" in said and "not tried on the test samples" in said
    none = InterpretationRecord(models=(chosen,), panels=panels(smallest=None))
    record = build_claims(material(found=none))
    assert of_kind(record, "panel") == []
    assert any("none of up to 3 features" in text for text in record.not_shown)


def test_marked_groups_are_reservations() -> None:
    marked = (
        group("feature", "size", "above 3"),
        group("feature", "area", "above 9"),
        group("annotation", "site", "B"),
        group("annotation", "site", "C", units=6),
        group("annotation", "site", "D", marked=False),
        group("class", "diagnosis", "benign", rate=Score(value=0.05)),
    )
    together = FeatureGroup(
        features=("size", "area"), correlation=0.9, importance=1, low=0.9, high=1.1, twin=None
    )
    found = InterpretationRecord(
        models=(attribution(feature("size"), groups=(together,)),),
        failures=failures(*marked, slices=(group("slice", "", "age above 60 and site = B"),)),
    )
    record = build_claims(material(found=found))
    assert of_kind(record, "model")[0].reservations == (
        "Not shown for samples with site = B, where the share of wrong answers is 0.400 (95 % "
        "interval 0.300 to 0.500), against 0.100 in all others (held-out training samples).",
        "Not shown for samples with site = C, where the model errs more often than elsewhere.",
        "Not shown for samples with age above 60 and site = B, where the share of wrong answers "
        "is 0.400 (95 % interval 0.300 to 0.500), against 0.100 in all others (held-out training "
        "samples).",
        "Not shown for samples with size above 3, where the share of wrong answers is 0.400 (95 "
        "% interval 0.300 to 0.500), against 0.100 in all others (held-out training samples).",
    )
    assert sum("The same in samples with" in text for text in record.not_shown) == 4


# --- what blocks ------------------------------------------------------------------------------


def test_feature_known_only_after_the_outcome_blocks() -> None:
    late = answered("biopsy", known_before_outcome="no")
    with pytest.raises(
        StageBlocked, match=r"'biopsy' is among .* chosen model, linear model"
    ) as caught:
        build_claims(material(feature("size"), feature("biopsy"), plan=late))
    assert caught.value.exit_code == 3
    assert "ignore under [roles]" in caught.value.hint
    assert of_kind(build_claims(material(feature("size"), plan=late)), "feature")


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (
            InterpretationRecord(models=(attribution(feature("a")),), panels=panels()),
            "'size' is among the features that make up the short panel",
        ),
        (
            InterpretationRecord(
                models=(attribution(feature("a")), attribution(feature("size"), model="svm"))
            ),
            "'size' is among the features that the best network uses most",
        ),
    ],
)
def test_what_else_would_be_claimed_blocks_too(found: InterpretationRecord, said: str) -> None:
    late = answered("size", known_before_outcome="no")
    with pytest.raises(StageBlocked, match=said):
        build_claims(material(found=found, plan=late))


def test_several_late_features_are_all_named_in_the_hint() -> None:
    late = {name: {"known_before_outcome": "no"} for name in ("a", "size")}
    found = InterpretationRecord(models=(attribution(feature("a")),), panels=panels())
    with pytest.raises(StageBlocked, match="'a' is among the features that the chosen") as caught:
        build_claims(material(found=found, plan=plan(claims={"features": late})))
    assert "Add 'a', 'size' to ignore" in caught.value.hint


def test_without_signal_nothing_is_claimed_and_nothing_blocks() -> None:
    late = plan(
        claims={
            "features": {"biopsy": {"known_before_outcome": "no"}},
            "own": ["It causes death."],
        }
    )
    for signal in ("no", "unclear"):
        study = material(feature("biopsy"), plan=late, choice=choice(signal=signal))
        record = build_claims(study)
        assert record.claims == ()
        assert "diagnosis can be predicted" in record.not_shown[0]
        assert record.own == ("It causes death.",)
        assert record.causal[0].words == "causes"


def test_misspelt_feature_is_told_before_it_switches_off_the_block() -> None:
    late = answered("biopsie", known_before_outcome="no")
    with pytest.raises(PlanError, match="Did you mean 'biopsy'"):
        check_answered_features(late, ["size", "biopsy"])
    check_answered_features(answered("biopsy", known_before_outcome="no"), ["size", "biopsy"])


# --- what is asked, not shown and typed -------------------------------------------------------


def test_features_of_model_panel_and_network_are_asked_about() -> None:
    network = attribution(*[feature(f"n{i}") for i in range(9)], model="network-small")
    found = InterpretationRecord(
        models=(attribution(feature("size"), feature("n1")), network), panels=panels()
    )
    asked = features_to_ask(found)
    assert [item.feature for item in asked] == ["size", "n1", "shape", "n0", "n2", "n3", "n4"]
    assert asked[0].used_by == ("chosen model", "short panel")
    assert used_by(found, "n1") == ("chosen model", "best network")
    assert features_to_ask(None) == ()
    told = found.model_copy(update={"asked": asked[:1]})
    assert features_to_ask(told) == asked[:1], "what the engine stored holds"


def test_not_shown_follows_the_design() -> None:
    mouse = plan(question={"outcome": "diagnosis", "organism": "mouse"})

    def shown(design: str) -> str:
        record = build_claims(material(feature("size"), plan=mouse, split=split(design)))
        return " ".join(record.not_shown)

    assert "Cause" in shown("holdout") and "Mechanism" in shown("holdout")
    assert "Other organisms than mouse." in shown("holdout")
    assert "Other sites" in shown("holdout")
    assert "Sites, laboratories and instruments unlike" in shown("leave-one-site-out")
    assert "Samples taken later" in shown("leave-one-site-out")
    assert "Samples taken later" not in shown("time")
    absent = build_claims(material(feature("size"), absent=("site = B (…)", "age below 30")))
    assert any(text.endswith("data: site = B (…); age below 30.") for text in absent.not_shown)


def test_causal_wording_is_kept_with_where_it_stands() -> None:
    typed = plan(
        claims={
            "own": ["  Size causes a malignant diagnosis. ", "", "It went with it."],
            "features": {
                "size": {"note": "Drives growth"},
                "cause of death": {"note": "The cause of death went with it."},
            },
        }
    )
    record = build_claims(material(feature("size"), plan=typed))
    assert record.own == ("Size causes a malignant diagnosis.", "It went with it.")
    assert [(item.where, item.words) for item in record.causal] == [
        ("", "causes"), ("size", "Drives"),
    ]  # fmt: skip
    assert record.causal[0].suggestion == "Size goes with a malignant diagnosis."


def test_no_sentence_of_the_program_claims_too_much() -> None:
    together = FeatureGroup(
        features=("size", "area"), correlation=0.9, importance=1, low=0.9, high=1.1, twin=0.1,
        clears_twin=True,
    )  # fmt: skip
    compared = ComparisonRecord(
        network="network-small", baseline="svm", metric="auroc", difference=0.1, low=0.05, high=0.2
    )
    found = InterpretationRecord(
        models=(attribution(feature("size"), groups=(together,)),),
        panels=panels(),
        failures=failures(group("annotation", "site", "B")),
    )
    study = material(found=found, choice=choice(comparison=compared, deep_learning="better"))
    record = build_claims(study)
    assert {claim.kind for claim in record.claims} == {
        "model", "comparison", "panel", "group", "feature",
    }  # fmt: skip
    for claim in record.claims:
        for text in (claim.sentence, *claim.reservations):
            assert find_overclaims(text) == (), text


def test_without_attributions_the_rest_is_still_said() -> None:
    record = build_claims(material())
    assert [claim.kind for claim in record.claims] == ["model"]
    assert record.not_shown
    assert record.ceiling


# --- numbers ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (number(0.97312), "0.973"),
        (number(-0.012), "−0.012"),
        (number(-0.0004), "−0.000".replace("−", "")),
        (number(12.345), "12.3"),
        (number(0.00002), "2.0e-5"),
        (number(0.0), "0.000"),
        (short(0.5), "0.50"),
        (short(0.00312), "0.0031"),
        (short(-140.4), "−140"),
        (short(0.0), "0"),
        (p_words(0.0099), "p = 0.0099"),
        (p_words(0.00001), "p < 0.0001"),
        (with_article("SVM"), "an SVM"),
        (with_article("elastic net"), "an elastic net"),
        (with_article("random forest"), "a random forest"),
    ],
)
def test_numbers_are_written_to_be_read(written: str, expected: str) -> None:
    assert written == expected
