"""Groups of a column: values, thirds of a range, what is not given."""

from __future__ import annotations

import numpy as np
import pytest

from deepbench.privacy.subgroups.groups import NOT_GIVEN, groups_of, units_of

UNITS = np.arange(12)


def counts(texts: list[str]) -> dict[str, int]:
    groups = groups_of(texts, np.arange(len(texts)))
    assert np.stack(list(groups.values())).sum(axis=0).tolist() == [1] * len(texts)
    return {name: int(member.sum()) for name, member in groups.items()}


def test_values_are_groups_and_gaps_are_one_of_their_own() -> None:
    assert counts(["m", "f", " f ", "", "x"]) == {"f": 2, "m": 1, "x": 1, NOT_GIVEN: 1}


def test_few_numbers_are_groups_and_many_are_thirds() -> None:
    assert counts(["0", "1", "1", "2"]) == {"0": 1, "1": 2, "2": 1}
    ages = [str(20 + 3 * number) for number in range(30)]
    found = counts(ages)
    assert list(found) == ["up to 49", "above 49, up to 78", "above 78"]
    assert set(found.values()) == {10}


def test_a_range_is_cut_by_units_not_by_rows() -> None:
    # One unit with many rows at 90 must not draw the cuts to itself.
    texts = [str(value) for value in range(10, 19)] + ["90"] * 50
    units = np.array([*range(9), *[9] * 50])
    groups = groups_of(texts, units)
    assert list(units_of(groups, units).values()) == [4, 3, 3]


def test_long_values_that_begin_alike_are_one_group() -> None:
    assert counts(["a" * 80 + "1", "a" * 80 + "2", "b"]) == {"a" * 59 + "…": 2, "b": 1}


@pytest.mark.parametrize("texts", [["", "", ""], ["1.5"] * 8])
def test_a_column_that_says_one_thing_is_one_group(texts: list[str]) -> None:
    assert len(counts(texts)) == 1
