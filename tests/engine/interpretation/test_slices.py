"""Slices: a planted one is found in the user's words, and none where errors stand at random."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from deepbench.interpretation.failures import FailureQuestion, error_places
from deepbench.interpretation.slices import _short, error_slices
from tests.engine.interpretation.held_out_samples import held_out, samples_of, with_errors

ROLES = {"site": ("site",), "sensitive": ("sex",)}
QUESTION = FailureQuestion("linear", "Linear model", ROLES, (), 0.1, seed=5)


def table(rng: np.random.Generator, n: int) -> tuple[pd.DataFrame, dict[str, list[str]]]:
    features = pd.DataFrame(rng.normal(size=(n, 4)), columns=[f"g{i}" for i in range(4)])
    features["age"] = rng.integers(20, 90, n).astype(float)
    features["stage"] = rng.choice(["I", "II", "III"], n)
    notes = {
        "site": rng.choice(["A", "B"], n).tolist(),
        "sex": rng.choice(["female", "male"], n).tolist(),
    }
    return features, notes


def test_old_women_are_found_in_words() -> None:
    rng = np.random.default_rng(1)
    features, notes = table(rng, 500)
    inside = (features["age"].to_numpy() > 60) & (np.array(notes["sex"]) == "female")
    held = with_errors(rng.random(500) < np.where(inside, 0.7, 0.08), features, annotations=notes)
    found = [slice_ for slice_ in error_places(held, QUESTION).slices if slice_.marked]
    assert len(found) == 1
    rule = found[0].group
    assert "age > " in rule
    assert "sex = female" in rule or "sex ≠ male" in rule
    cut = float(rule.split("age > ")[1].split()[0])
    assert 56 <= cut <= 64
    assert found[0].rate.value > 0.5
    assert found[0].rest < 0.2
    # What is shown is the half that had no say.
    assert found[0].samples < 0.7 * inside.sum()


def test_a_slice_of_missing_values_says_so() -> None:
    rng = np.random.default_rng(2)
    features, _ = table(rng, 300)
    gone = rng.random(300) < 0.25
    features.loc[gone, "g1"] = np.nan
    held = with_errors(rng.random(300) < np.where(gone, 0.7, 0.1), features)
    found = error_slices(held, {}, tuple(features.columns), seed=1)
    assert "or not given" in found[0].group
    assert found[0].column == "g1"
    assert found[0].p_value < 0.001


@pytest.mark.parametrize("worse_where_given", [True, False])
def test_given_or_not_is_a_slice_of_its_own(worse_where_given: bool) -> None:
    """A value that is nearly the same wherever it is given: only the gap tells samples apart."""
    rng = np.random.default_rng(7)
    features = pd.DataFrame({"slope": np.where(rng.random(400) < 0.5, np.nan, 2.0)})
    given = features["slope"].notna().to_numpy()
    risk = np.where(given == worse_where_given, 0.7, 0.1)
    held = with_errors(rng.random(400) < risk, features)
    found = error_slices(held, {}, ("slope",), seed=1)
    assert found[0].group == ("slope given" if worse_where_given else "slope not given")


def test_a_gap_below_a_cut_is_said_in_one_rule() -> None:
    rng = np.random.default_rng(8)
    features = pd.DataFrame(
        {"x": np.where(rng.random(900) < 0.4, np.nan, rng.integers(0, 8, 900))}
    )
    inside = (features["x"] > 3).to_numpy()
    held = with_errors(rng.random(900) < np.where(inside, 0.8, 0.05), features)
    rules = {slice_.group for slice_ in error_slices(held, {}, ("x",), seed=1)}
    assert rules == {"x > 3"}


def test_two_values_are_named_and_ranges_have_short_numbers() -> None:
    rng = np.random.default_rng(3)
    features = pd.DataFrame({"smoker": rng.integers(0, 2, 400) * 1.0, "x": rng.uniform(0, 1, 400)})
    inside = (features["smoker"] == 1) & features["x"].between(0.5, 1)
    held = with_errors(rng.random(400) < np.where(inside, 0.8, 0.05), features)
    rules = [slice_.group for slice_ in error_slices(held, {}, ("smoker", "x"), seed=1)]
    assert any("smoker = 1" in rule and "x > 0.5" in rule for rule in rules)


def test_cuts_are_written_short_and_cut_in_the_same_place() -> None:
    ages = np.arange(20, 90.0)
    assert _short(61.5, ages) == "61"
    fine = np.array([0.1234567, 0.3, 0.48721, 0.50319, 2.8, 2.9, 3.0])
    assert _short(float(np.float32(0.4951)), fine) == "0.5"
    assert _short(2.8999999761581421, fine) == "2.8"
    assert _short(1e-7, np.array([0.0, 2e-7])) == "0"


def test_regression_slices_are_found_by_the_order_of_errors() -> None:
    rng = np.random.default_rng(4)
    features, notes = table(rng, 400)
    y = rng.normal(size=400)
    bad = np.array(notes["site"]) == "B"
    off = rng.standard_t(2, 400) * np.where(bad, 4.0, 1.0)
    samples = samples_of(y, features, annotations=notes, classes=())
    held = held_out(samples, (y + off)[:, None])
    found = error_slices(held, ROLES, tuple(features.columns), seed=1)[0]
    assert "site" in found.column
    assert found.p_value < 0.01


def test_honest_p_values_of_slices_where_errors_stand_at_random() -> None:
    low = total = 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        features, notes = table(rng, 120)
        held = with_errors(rng.random(120) < 0.3, features, seed, annotations=notes)
        for slice_ in error_slices(held, ROLES, tuple(features.columns), seed=seed):
            low += slice_.p_value <= 0.1
            total += 1
    assert total > 40
    assert low <= 0.17 * total


def test_few_units_are_not_searched() -> None:
    rng = np.random.default_rng(5)
    features, notes = table(rng, 120)
    units = np.repeat(np.arange(12), 10)
    held = with_errors(rng.random(120) < 0.3, features, units=units, annotations=notes)
    assert error_slices(held, ROLES, tuple(features.columns), seed=1) == []
