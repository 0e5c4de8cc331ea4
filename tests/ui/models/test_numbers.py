"""Numbers in tables and sentences."""

from __future__ import annotations

import math
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepbench.study.records import Score
from deepbench_ui.models.numbers import (
    counted,
    interval_text,
    number_text,
    p_text,
    score_text,
    seconds_text,
    spread,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.98765, "0.988"), (-0.2, "−0.200"), (None, "–"), (math.nan, "–"), (1.0, "1.000")],
)
def test_scores(value: float | None, text: str) -> None:
    assert score_text(value) == text


def test_intervals() -> None:
    assert interval_text(Score(value=0.9, low=0.8, high=1)) == "0.900 (0.800–1.000)"
    assert interval_text(Score(value=0.1, low=-0.1, high=0.3)) == "0.100 (−0.100 to 0.300)"
    assert interval_text(Score(value=0.9)) == "0.900"
    assert interval_text(Score(value=None)) == "–"
    assert interval_text(None) == "–"


@pytest.mark.parametrize(
    ("value", "text"),
    [(1 / 21, "0.048"), (1 / 101, "0.0099"), (1 / 1001, "0.001"), (1.0, "1"), (1e-5, "0.00001")],
)
def test_p_values_without_powers_of_ten(value: float, text: str) -> None:
    assert p_text(value) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.84, "0.8 s"),
        (46.7, "47 s"),
        (99.4, "99 s"),
        (150, "2 min"),
        (3599, "1 h 00 min"),
        (11_100, "3 h 05 min"),
    ],
)
def test_durations(seconds: float, text: str) -> None:
    assert seconds_text(seconds) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (16, "16"),
        (10_000.0, "10,000"),
        (0.1, "0.1"),
        (0.00064267, "0.000643"),
        (12.345, "12.3"),
        (299.9, "300"),
        (-0.5, "-0.5"),
    ],
)
def test_settings(value: float, text: str) -> None:
    assert number_text(value) == text


@given(st.lists(st.floats(-1, 1), min_size=2, max_size=30))
def test_spread_is_the_standard_deviation(values: list[float]) -> None:
    found = spread([None, *values, math.nan])
    assert found == pytest.approx(statistics.stdev(values), abs=1e-9)


def test_one_value_has_no_spread() -> None:
    assert spread([0.5, None]) is None


def test_counts() -> None:
    assert [counted(1, "family", "families"), counted(2, "family", "families")] == [
        "1 family",
        "2 families",
    ]
    assert counted(1000, "shuffle") == "1,000 shuffles"
