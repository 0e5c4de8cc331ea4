"""k-anonymity and l-diversity by unit, against counting by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from deepbench.privacy.rare_combinations import rare_combinations


def test_counts_units_and_not_rows() -> None:
    table = pd.DataFrame({"age": [61, 61, 61, 40, 40, 40], "sex": list("fffmmm")})
    # Three rows of one person do not hide her; the men are three persons.
    found = rare_combinations(table, np.array([0, 0, 0, 1, 2, 3]))
    assert (found.units, found.k, found.alone, found.below_ten) == (4, 1, 1, 4)
    assert found.sentence == "1 of 4 units is alone with their values of age, sex."


def test_agrees_with_a_count_by_hand() -> None:
    rng = np.random.default_rng(4)
    table = pd.DataFrame({"a": rng.integers(0, 6, 200), "b": rng.choice(list("xyz"), 200)})
    found = rare_combinations(table, np.arange(200))
    sizes = table.value_counts()
    of_row = [sizes[tuple(row)] for row in table.itertuples(index=False)]
    assert found.k == min(of_row)
    assert found.alone == sum(size == 1 for size in of_row)
    assert found.below_ten == sum(size < 10 for size in of_row)


def test_a_missing_value_is_a_value() -> None:
    table = pd.DataFrame({"age": [61.0, np.nan, np.nan]})
    found = rare_combinations(table, np.arange(3))
    assert (found.k, found.alone) == (1, 1)


def test_says_when_a_group_tells_the_outcome() -> None:
    table = pd.DataFrame({"sex": list("ffmm")})
    outcome = pd.Series([1, 1, 0, 1], name="disease")
    found = rare_combinations(table, np.arange(4), outcome)
    assert found.diversity == 1
    assert "at least 1 other (k = 2)" in found.sentence
    assert "all have the same outcome" in found.sentence
    several = rare_combinations(table, np.arange(4), pd.Series([1, 0, 0, 1], name="disease"))
    assert several.diversity == 2


def test_without_a_column_there_is_nothing_to_count() -> None:
    with pytest.raises(ValueError, match="at least one column"):
        rare_combinations(pd.DataFrame(index=range(3)), np.arange(3))
