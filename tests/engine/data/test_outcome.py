import numpy as np
import pytest

from deepbench.data.outcome import read_outcome
from deepbench.errors import DataError, DataQuestion, PlanError


@pytest.fixture
def outcome(parse):
    def _outcome(values, missing=None, data=None, **question):
        content = "outcome,x\n" + "".join(f"{v},{i}\n" for i, v in enumerate(values))
        parsed, plan = parse(
            content, question=question, data={"missing": missing, "header": "yes", **(data or {})}
        )
        return read_outcome(parsed, "outcome", plan.question, plan.data)

    return _outcome


def test_two_labels(outcome):
    found = outcome(["control", "case"] * 10)
    assert found.info.task == "binary"
    assert found.info.classes == ("control", "case")
    assert found.values.tolist() == [0, 1] * 10
    assert found.values.dtype == np.int64


@pytest.mark.parametrize(
    ("labels", "positive"),
    [
        (["benign", "malignant"], "malignant"),
        (["no", "yes"], "yes"),
        (["0", "1"], "1"),
        (["1", "0.0"], "1"),
        (["TRUE", "FALSE"], "TRUE"),
        (["Healthy", "Crohn"], "Crohn"),
        (["pollen", "no_pollen"], "pollen"),
        (["non-responder", "responder"], "responder"),
        (["WT", "Ts65Dn"], "Ts65Dn"),
        (["tumour", "adjacent"], "tumour"),
        (["+", "-"], "+"),
        (["ALL", "AML", "ALL"], "AML"),
        (["A", "B"], "B"),
    ],
)
def test_positive_class(outcome, labels, positive):
    found = outcome(labels * 8)
    assert found.info.classes[-1] == positive
    assert found.positive_by


def test_positive_class_of_the_plan(outcome):
    assert outcome(["no", "yes"] * 8, positive="NO").info.classes == ("yes", "no")
    assert outcome(["0", "1"] * 8, positive="0.0").info.classes == ("1", "0")
    with pytest.raises(PlanError, match="'maybe' is no class"):
        outcome(["no", "yes"] * 8, positive="maybe")
    with pytest.raises(PlanError, match="3 classes"):
        outcome(["a", "b", "c"] * 8, positive="a")
    with pytest.raises(PlanError, match="regression"):
        outcome(np.linspace(0, 1, 20), positive="1")


@pytest.mark.parametrize(
    ("values", "task"),
    [
        (["a", "b", "c"] * 5, "multiclass"),
        ([0, 1, 2, 3] * 5, "multiclass"),
        (["2.0", "1.0"] * 8, "binary"),
        ([0.5, 1.5] * 8, "binary"),
        (range(20), "regression"),
        ([1, 2, 3, 4, 5, 6] * 2, "regression"),
        (np.linspace(0, 1, 20), "regression"),
        ([0.5, 1, 1.5] * 8, "regression"),
        ([*map(str, range(8)), "high", "low"] * 3, "multiclass"),
    ],
)
def test_task(outcome, values, task):
    assert outcome(list(values)).info.task == task


def test_task_of_the_plan(outcome):
    found = outcome([0, 1, 2] * 8, task="regression")
    assert found.values.dtype == np.float64
    assert found.info.classes == ()
    assert outcome([*range(12)] * 2, task="classification").info.classes[:3] == ("0", "1", "2")


def test_a_measured_outcome_with_more_than_numbers(outcome):
    limits = [*(f"{i}.5" for i in range(20)), "<0.5"]
    with pytest.raises(DataQuestion, match=r"'<0\.5' is a value beyond a limit") as caught:
        outcome(limits)
    assert caught.value.key == "data.below_detection"
    assert outcome(limits, data={"below_detection": "limit"}).values[-1] == 0.5
    with pytest.raises(DataQuestion, match="with the unit mg"):
        outcome([f"{i}.5 mg" for i in range(20)])
    read = outcome([f"{i}.5 mg" for i in range(20)], data={"units_in_cells": "remove"})
    assert read.values.tolist() == [i + 0.5 for i in range(20)]
    with pytest.raises(DataQuestion, match="'lost' is not a number") as caught:
        outcome([*range(20), "lost"])
    answered = outcome([*range(20), "lost"], data={"missing_in": caught.value.choices[0].value})
    assert len(answered.rows) == 20
    assert outcome(["<50", ">50"] * 10).info.classes == ("<50", ">50")


def test_words_are_no_regression(outcome):
    with pytest.raises(PlanError, match="holds no numbers; it holds 'high' and 'low'"):
        outcome(["low", "high"] * 10, task="regression")


def test_rows_without_outcome_are_left_out(outcome):
    found = outcome(["NA", "a", "?", "b", "", "a", "b"] * 4)
    assert len(found.rows) == 16
    assert found.rows[0] == 1
    assert found.info.classes == ("a", "b")
    kept = outcome(["NA", "a"] * 8, missing=["-9"])
    assert set(kept.info.classes) == {"NA", "a"}


def test_none_is_a_grade(outcome):
    assert outcome(["none", "mild", "severe"] * 5).info.classes == ("mild", "none", "severe")


@pytest.mark.parametrize(
    ("values", "question", "message"),
    [
        (["a"] * 20, {}, "single class, 'a'"),
        ([3] * 20, {}, "single class, '3'"),
        ([3.5] * 20, {"task": "regression"}, "same value"),
        ([f"c{i}" for i in range(60)], {}, "60 different values"),
        (range(60), {"task": "classification"}, "60 different values"),
        (range(40), {"task": "classification"}, "40 different values in 40 rows, so it is a"),
        ([f"mouse {i}" for i in range(12)], {}, "a measurement or a name"),
        (["yes", "Yes", "no"] * 5, {}, "upper and lower case"),
        (["NA", "?"] * 10, {}, "is empty"),
        ([*range(30), "high"], {}, r"row 32, column 'outcome': 'high'"),
        ([*range(5), "high"] * 3, {"task": "regression"}, r"row 7, column 'outcome': 'high'"),
    ],
)
def test_refusals(outcome, values, question, message):
    with pytest.raises(DataError, match=message) as caught:
        outcome(list(values), **question)
    assert caught.value.hint
