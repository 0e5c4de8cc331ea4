"""What the program knows of features: planted leaks and artefacts are told, innocent ones not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.stats import kruskal, spearmanr
from sklearn.linear_model import LinearRegression
from sklearn.metrics import r2_score, roc_auc_score

from deepbench.data.samples import Fold
from deepbench.interpretation.annotation_ties import find_ties
from deepbench.interpretation.claim_hints import Known, with_hints
from deepbench.interpretation.single_features import scores_alone
from deepbench.study.records import (
    AskedFeatureRecord,
    CheckRecord,
    DirectionRecord,
    FindingRecord,
    ImitationRecord,
    Score,
)
from tests.engine.interpretation.claim_studies import LINE, SHEET, choice, training

UNITS = 120
NO_CHECK = CheckRecord(findings=(), left_out_features=(), features=3)


def folds(rows: int, number: int = 5) -> list[Fold]:
    place = np.arange(rows) % number
    return [
        Fold(0, k, np.flatnonzero(place != k), np.flatnonzero(place == k)) for k in range(number)
    ]


def known(**changes: Any) -> Known:
    made: dict[str, Any] = {
        "ties": {}, "alone": {}, "check": NO_CHECK, "choice": choice(), "sheet": SHEET, **changes
    }  # fmt: skip
    return Known(**made)


def hints(name: str, **changes: Any) -> list[tuple[str, str]]:
    asked = AskedFeatureRecord(feature=name, used_by=("chosen model",))
    (made,) = with_hints([asked], known(**changes))
    return [(hint.question, hint.kind) for hint in made.hints]


# --- one feature alone ------------------------------------------------------------------------


def test_scores_alone_find_the_planted_feature() -> None:
    random = np.random.default_rng(3)
    outcome = random.integers(0, 2, UNITS)
    wave = random.normal(size=UNITS)
    told = training(
        {
            "leak": outcome + random.normal(scale=0.05, size=UNITS),
            "noise": random.normal(size=UNITS),
            "inside": np.where(outcome == 1, wave / 10, np.sign(wave) * (1 + np.abs(wave))),
            "label": np.where(outcome == 1, "treated", "not"),
            "gaps": np.where(outcome == 1, np.nan, random.normal(size=UNITS)),
            "flat": np.zeros(UNITS),
        },
        outcome,
    )
    found = scores_alone(told, folds(UNITS), list(told.features.columns))
    assert found["leak"] == pytest.approx(1.0)
    assert found["label"] == pytest.approx(1.0)
    assert found["inside"] > 0.95, "neither up nor down, but between"
    assert found["gaps"] > 0.95, "a gap may tell it"
    assert found["noise"] < 0.65
    assert found["flat"] <= 0.5


def test_a_straight_line_scores_as_least_squares_do() -> None:
    random = np.random.default_rng(4)
    x = random.normal(size=UNITS)
    y = 2 * x + random.normal(scale=0.3, size=UNITS)
    told = training({"x": x}, y, classes=())
    predicted = np.empty(UNITS)
    for fold in folds(UNITS):
        line = LinearRegression().fit(x[fold.fit, None], y[fold.fit])
        predicted[fold.tune] = line.predict(x[fold.tune, None])
    assert scores_alone(told, folds(UNITS), ["x"])["x"] == pytest.approx(r2_score(y, predicted))


def test_the_order_of_two_classes_is_not_lost() -> None:
    random = np.random.default_rng(5)
    outcome = random.integers(0, 2, UNITS)
    x = outcome + random.normal(size=UNITS)
    found = scores_alone(training({"x": x}, outcome), folds(UNITS), ["x"])["x"]
    # Lines of five folds are nearly one line, so that the order is nearly that of the values.
    assert found == pytest.approx(roc_auc_score(outcome, x), abs=0.03)


def test_three_classes_are_scored() -> None:
    random = np.random.default_rng(6)
    outcome = random.integers(0, 3, UNITS)
    told = training(
        {"leak": outcome * 1.0, "noise": random.normal(size=UNITS)}, outcome,
        classes=("a", "b", "c"),
    )  # fmt: skip
    found = scores_alone(told, folds(UNITS), ["leak", "noise"])
    assert found["leak"] == pytest.approx(1.0)
    assert found["noise"] < 0.65


def test_who_stands_out_alone() -> None:
    def standing(**alone: float) -> list[bool]:
        asked = [AskedFeatureRecord(feature=name, used_by=()) for name in alone]
        return [item.stands_out for item in with_hints(asked, known(alone=alone))]

    assert standing(a=0.89, b=0.7, c=0.6) == [True, False, False]
    assert standing(a=0.87, b=0.7) == [False, False], "well below the model's 0.9"
    assert standing(a=0.89, b=0.89, c=0.89) == [False] * 3, "the signal is broad"
    assert hints("a", alone={"a": 0.89}) == [("known_before_outcome", "alone")]
    low = choice(expected=Score(value=-0.1))
    assert hints("a", alone={"a": 0.5}, choice=low, sheet=LINE) == []


# --- ties with batch, site, date --------------------------------------------------------------


def test_a_feature_of_the_plate_is_told_with_its_numbers() -> None:
    random = np.random.default_rng(7)
    plate = np.repeat(["p1", "p2", "p3"], UNITS // 3)
    outcome = np.tile([0, 1], UNITS // 2)
    shifted = (plate == "p2") * 2.0 + random.normal(size=UNITS)
    told = training(
        {
            "shifted": shifted,
            "free": random.normal(size=UNITS),
            "biology": outcome * 3.0 + shifted,
        },
        outcome,
        {"plate": plate},
    )
    found = find_ties(told, {"batch": ("plate",)}, ["shifted", "free"], 1)
    assert list(found) == ["shifted"]
    (tie,) = found["shifted"]
    test = kruskal(*(shifted[plate == p] for p in ("p1", "p2", "p3")))
    assert tie.share == pytest.approx((test.statistic - 2) / (UNITS - 3))
    assert tie.outcome_share < 0.05
    assert (tie.role, tie.column, tie.units) == ("batch", "plate", UNITS)


def test_dates_sites_and_labels_are_tied() -> None:
    random = np.random.default_rng(8)
    day = np.arange(UNITS)
    dates = [str(np.datetime64("2024-01-01") + int(d)) for d in day]
    site = np.where(day % 2 == 0, "A", "B")
    drifting = day / 20 + random.normal(size=UNITS)
    told = training(
        {"drifting": drifting, "tube": np.where(site == "A", "glass", "plastic")},
        random.integers(0, 2, UNITS),
        {"taken": dates, "hospital": site},
    )
    roles = {"date": ("taken",), "site": ("hospital",)}
    found = find_ties(told, roles, ["drifting", "tube"], 1)
    assert [tie.column for tie in found["drifting"]] == ["taken"]
    rho = spearmanr(drifting, day).statistic
    assert found["drifting"][0].share == pytest.approx(rho**2)
    assert [tie.column for tie in found["tube"]] == ["hospital"]
    assert found["tube"][0].share == pytest.approx(1.0)


def test_gaps_of_one_site_are_told() -> None:
    random = np.random.default_rng(10)
    site = np.where(np.arange(UNITS) % 3 == 0, "A", "B")
    value = np.where(site == "A", np.nan, random.normal(size=UNITS))
    scattered = np.where(random.random(UNITS) < 0.3, np.nan, random.normal(size=UNITS))
    told = training({"x": value, "y": scattered}, random.integers(0, 2, UNITS), {"hospital": site})
    found = find_ties(told, {"site": ("hospital",)}, ["x", "y"], 1)
    assert [(name, tie.gaps) for name, ties in found.items() for tie in ties] == [("x", True)]
    assert found["x"][0].share == pytest.approx(1.0)
    asked = AskedFeatureRecord(feature="x", used_by=("chosen model",))
    (made,) = with_hints([asked], known(ties=found))
    assert made.hints[0].text.startswith("Whether it was measured at all goes with the site")


def test_repeats_of_a_unit_prove_nothing() -> None:
    random = np.random.default_rng(9)
    units = np.repeat(np.arange(6), 20)
    value = random.normal(size=6)[units]
    told = training({"x": value}, units % 2, {"plate": np.where(value > 0, "p", "q")}, units=units)
    assert find_ties(told, {"batch": ("plate",)}, ["x"], 1) == {}


def test_noise_and_columns_of_names_are_innocent() -> None:
    alarms = 0
    for seed in range(20):
        random = np.random.default_rng(seed)
        told = training(
            {f"x{i}": random.normal(size=40) for i in range(10)},
            random.integers(0, 2, 40),
            {"plate": random.integers(0, 4, 40).astype(str), "who": [f"n{i}" for i in range(40)]},
        )
        roles = {"batch": ("plate",), "operator": ("who",)}
        alarms += len(find_ties(told, roles, [f"x{i}" for i in range(10)], seed))
    assert alarms <= 1, "of 200 features of noise"


# --- findings, names, expectations ------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("days_to_death", [("known_before_outcome", "name")]),
        ("overall survival", [("known_before_outcome", "name")]),
        ("follow-up months", [("known_before_outcome", "name")]),
        ("treatment", [("known_before_outcome", "name")]),
        ("prior_treatment", []),
        ("IL6", []),
        ("DETH2", []),
    ],
)
def test_names_that_sound_late(name: str, expected: list[tuple[str, str]]) -> None:
    assert hints(name) == expected


def test_findings_are_told_where_they_belong() -> None:
    def check(kind: str, severity: Any = "warning") -> CheckRecord:
        found = FindingRecord(
            kind=kind, severity=severity, where="w", message="m", columns=("x", "stay")
        )
        return NO_CHECK.model_copy(update={"findings": (found,)})

    assert hints("x", check=check("suspicious feature")) == [("known_before_outcome", "finding")]
    assert hints("x", check=check("drift")) == [("artefact", "finding")]
    assert hints("x", check=check("drift", "info")) == []
    assert hints("y", check=check("drift")) == []
    assert hints("x", check=check("class imbalance")) == []
    # Said once, though the name alone would say it again.
    late = check("known afterwards")
    assert hints("stay", check=late) == [("known_before_outcome", "finding")]


def test_contradicted_expectations_are_told() -> None:
    def imitation(contradicts: bool) -> ImitationRecord:
        against = DirectionRecord(
            feature="asthma",
            expected="higher",
            found="lower",
            contradicts=contradicts,
            sentence="You expected a higher risk with asthma.",
        )
        score = Score(value=0.8)
        return ImitationRecord(
            model="network-small",
            form="sparse linear model",
            fidelity_name="R²",
            fidelity=score,
            metric="auroc",
            score=score,
            imitated_score=score,
            unit="",
            directions=(against,),
        )

    assert hints("asthma", imitations=(imitation(True),)) == [("plausible", "direction")]
    assert hints("asthma", imitations=(imitation(False),)) == []
    assert hints("age", imitations=(imitation(True),)) == []
