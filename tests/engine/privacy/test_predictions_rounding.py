"""Rounding that keeps rows summing to 1, and its proof on the final bytes."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from deepbench.errors import GateRefused
from deepbench.privacy.predictions_rounding import (
    demand_rounded,
    round_probabilities,
    round_values,
)


def test_rows_sum_to_one_in_thousandths_and_stay_close() -> None:
    drawn = np.random.default_rng(3).dirichlet(np.full(7, 0.3), size=500)
    rounded = round_probabilities(drawn)
    thousandths = np.rint(rounded * 1000)
    assert np.array_equal(rounded, thousandths / 1000)
    assert np.array_equal(thousandths.sum(axis=1), np.full(500, 1000))
    assert np.abs(rounded - drawn).max() < 0.001
    assert rounded.min() >= 0.0


def test_closest_of_all_ways_to_reach_one() -> None:
    row = np.array([[0.33337, 0.25041, 0.41622]])
    rounded = np.rint(round_probabilities(row)[0] * 1000)
    floors = np.floor(row[0] * 1000).astype(int)
    ways = [
        floors + steps
        for steps in itertools.product((0, 1), repeat=3)
        if (floors + steps).sum() == 1000
    ]
    distances = [np.abs(way / 1000 - row[0]).sum() for way in ways]
    assert np.array_equal(rounded, ways[int(np.argmin(distances))])


def test_values_that_are_rounded_already_stay() -> None:
    hundredths = np.arange(1001) / 1000
    rows = np.column_stack([hundredths, 1.0 - hundredths])
    assert np.allclose(round_probabilities(rows), rows, rtol=0.0, atol=1e-12)


def test_order_of_classes_is_kept() -> None:
    drawn = np.random.default_rng(5).dirichlet(np.ones(4), size=300)
    rounded = round_probabilities(drawn)
    order = np.argsort(drawn, axis=1)
    assert (np.diff(np.take_along_axis(rounded, order, axis=1), axis=1) >= 0).all()


@pytest.mark.parametrize("row", [[0.5, 0.6], [-0.1, 1.1], [np.nan, 0.5]])
def test_what_are_no_probabilities_is_refused(row: list[float]) -> None:
    with pytest.raises(ValueError, match="sum to 1"):
        round_probabilities(np.array([row]))


def test_values_keep_three_digits() -> None:
    values = round_values(np.array([123456.0, -0.00123456, 7.0, 0.0]))
    assert values.tolist() == [123000.0, -0.00123, 7.0, 0.0]


@pytest.mark.parametrize(
    "text",
    [
        "sample,predicted,p_a,p_b\ns 1,a,0.5,0.5\n",
        '"sample, lab",predicted,p_a,p_b\r\n0.123456,a,1.0,0\r\n',
        "sample,predicted\nx,0.00123\ny,-45600\n",
        "id,predicted,p_1.23456\nx,1.23456,1.000\n",
        "id,predicted\n",
    ],
)
def test_rounded_content_passes(text: str) -> None:
    demand_rounded(text.encode("utf-8"))


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"id,predicted,p_a\nx,a,0.1234\n", "decimals"),
        (b"id,predicted,p_a\nx,a,1.234e-1\n", "decimals"),
        (b"id,predicted,p_a\nx,a,1.001\n", "decimals"),
        (b"id,predicted,p_a\nx,a,\n", "decimals"),
        (b"id,predicted\nx,1.2345\n", "digits"),
        (b"id,predicted\nx,nan\n", "digits"),
        (b"id,predicted\nx,text\n", "digits"),
        (b"id,score\nx,0.1\n", "no column 'predicted'"),
        (b"predicted,p_a\nx,0.1\n", "no column 'predicted'"),
        (b"id,predicted,p_a\nx,a\n", "length"),
        (b"", "no column 'predicted'"),
        (b"\xff\xfe\x00", "not a CSV file"),
        (b'id,predicted\n"x,1\n', "not a CSV file"),
    ],
)
def test_anything_else_is_refused_without_quoting_values(content: bytes, why: str) -> None:
    with pytest.raises(GateRefused, match=why) as caught:
        demand_rounded(content)
    assert "1234" not in str(caught.value)
