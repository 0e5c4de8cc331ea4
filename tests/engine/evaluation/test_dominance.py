"""The share of a summed error that two units hold."""

from __future__ import annotations

import numpy as np
import pytest

from deepbench.evaluation.dominance import share_of_two


def test_samples_of_a_unit_are_added_and_the_worse_side_counts() -> None:
    errors = np.array([1.0, 1.0, 3.0, 1.0, 2.0, 2.0, 2.0, 2.0])
    units = np.array([0, 0, 1, 2, 3, 4, 5, 6])
    member = np.arange(8) < 4
    # Inside: units hold 2, 3 and 1 of 6; outside four times 2 of 8.
    assert share_of_two(errors, units, member) == pytest.approx(5 / 6)
    assert share_of_two(errors, units, ~member) == pytest.approx(4 / 8)
    assert share_of_two(errors, units, member, ~member) == pytest.approx(5 / 6)


def test_without_an_error_nobody_holds_one() -> None:
    assert share_of_two(np.zeros(3), np.arange(3), np.ones(3, dtype=bool)) == 0.0
