"""Samples are recognised after noise, rounding and corrections; new ones are no copies."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from deepbench.data.same_samples import Matched, SampleMatcher


def clinical(rows: int, seed: int) -> pd.DataFrame:
    """Return ages, sexes and the like, a quarter of the last values missing."""
    rng = np.random.default_rng(seed)
    table = pd.DataFrame(
        {
            "age": rng.integers(29, 78, rows),
            "sex": rng.integers(0, 2, rows),
            "pressure": rng.integers(94, 200, rows),
            "cholesterol": rng.integers(126, 420, rows),
            "rate": rng.integers(71, 202, rows),
            "depth": np.round(rng.gamma(1.0, 1.0, rows), 1),
        }
    ).astype(np.float64)
    table["smoker"] = rng.choice(np.array(["never", "former", "now"], dtype=object), rows)
    table.loc[rng.random(rows) < 0.25, "depth"] = np.nan
    return table


KNOWN = clinical(400, 1)


def matched(new: pd.DataFrame, known: pd.DataFrame = KNOWN) -> Matched:
    return SampleMatcher(new, known).among(known)


def test_exact_copies_are_equal_and_new_samples_are_not() -> None:
    found = matched(pd.concat([KNOWN.iloc[[4, 9]], clinical(300, 2)], ignore_index=True))
    assert found.equal.tolist() == [True, True] + [False] * 300
    assert (found.alike[2:]).mean() <= 0.02


@pytest.mark.parametrize(
    ("column", "change"),
    [("age", 1e-6), ("age", 0.1), ("cholesterol", -0.4), ("rate", 1e-9)],
)
def test_a_trace_of_noise_hides_nobody(column: str, change: float) -> None:
    own = KNOWN.copy()
    own[column] += change
    assert matched(own).equal.all()


def test_case_and_blanks_of_texts_hide_nobody() -> None:
    own = KNOWN.assign(smoker=[f" {text.upper()}" for text in KNOWN["smoker"]])
    assert matched(own).equal.all()


def test_a_corrected_or_emptied_value_hides_hardly_anybody() -> None:
    other_age = KNOWN.assign(age=KNOWN["age"] + 5)
    assert matched(other_age).alike.mean() > 0.8
    assert not matched(other_age).equal.any()
    emptied = KNOWN.copy()
    emptied.loc[:199, "age"] = np.nan
    assert matched(emptied).alike[:200].mean() > 0.8


def test_rounding_hides_nobody_in_measurements() -> None:
    rng = np.random.default_rng(3)
    known, new = (pd.DataFrame(rng.lognormal(size=(80, 1_500))) for _ in range(2))
    assert matched(known.round(2), known).alike.all()
    found = matched(new, known)
    assert not (found.alike | found.equal).any()


def test_few_different_values_tell_nobody_apart() -> None:
    rng = np.random.default_rng(5)
    known, new = (pd.DataFrame(rng.integers(0, 2, (300, 5)).astype(float)) for _ in range(2))
    matcher = SampleMatcher(new, known)
    assert not matcher.tells_apart
    assert matcher.among(known).equal.mean() > 0.9
    assert SampleMatcher(KNOWN, KNOWN).tells_apart


def test_tables_of_texts_alone_are_compared() -> None:
    rng = np.random.default_rng(6)
    letters = np.array(list("acdefghiklmnpqrstvwy"), dtype=object)
    known, new = (pd.DataFrame(rng.choice(letters, (50, 12))) for _ in range(2))
    known.iloc[0, 0] = None
    matcher = SampleMatcher(pd.concat([known, new], ignore_index=True), known)
    assert matcher.tells_apart
    found = matcher.among(known)
    assert (found.equal & found.alike).tolist() == [True] * 50 + [False] * 50


def test_columns_that_the_new_table_lacks_are_no_difference() -> None:
    new = KNOWN.assign(cholesterol=np.nan, smoker=None)
    assert matched(new).equal.all()


def test_a_row_without_a_value_is_nobody() -> None:
    blank = pd.DataFrame(np.full((1, 3), np.nan))
    numbers = pd.DataFrame(np.random.default_rng(8).normal(size=(20, 3)))
    known = pd.concat([blank, numbers], ignore_index=True)
    new = pd.concat([blank, numbers.iloc[:1]], ignore_index=True)
    assert matched(new, known).equal.tolist() == [False, True]


def test_infinite_values_and_no_columns_are_no_crash() -> None:
    known = pd.DataFrame({"a": [np.inf, -np.inf, 1.0, 2.0]})
    assert matched(known, known).equal.tolist() == [False, False, True, True]
    nothing = SampleMatcher(known.assign(a=np.nan), known)
    assert not nothing.tells_apart
    assert nothing.among(known).equal.all()  # in doubt


HEART = (
    Path(__file__).resolve().parents[4]
    / "shared/data/heart_disease_4sites/heart_4sites_combined.csv"
)


@pytest.mark.skipif(not HEART.is_file(), reason="the shared data sets are not here")
def test_patients_are_recognised_and_others_are_not() -> None:
    table = pd.read_csv(HEART).drop(columns=["row_id", "site", "num", "disease"])
    rows = np.random.default_rng(4).permutation(len(table))
    known, others = (
        table.iloc[part].reset_index(drop=True).astype(np.float64)
        for part in (rows[:460], rows[460:])
    )
    own = known.assign(age=known["age"] + 1e-6)
    assert SampleMatcher(own, known).tells_apart
    assert matched(own, known).equal.all()
    found = matched(others, known)
    assert (found.equal | found.alike).mean() < 0.03
