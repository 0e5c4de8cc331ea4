"""Groups that are not, or hardly, in the data: named, without a small number or a single value."""

from __future__ import annotations

import re

import numpy as np
import pytest

from deepbench.interpretation.absent_groups import absent_groups
from tests.engine.interpretation.claim_studies import training


def groups(outcome: object, organism: str = "", **tables: object) -> tuple[str, ...]:
    roles = tables.pop("roles", {})
    told = training(tables.pop("features", {"IL6": np.arange(60.0)}), outcome, **tables)  # type: ignore[arg-type]
    return absent_groups(told, roles, organism)  # type: ignore[arg-type]


def test_rare_classes_and_sites_are_named() -> None:
    outcome = np.r_[np.zeros(55, dtype=int), np.ones(5, dtype=int)]
    site = ["A"] * 40 + ["B"] * 13 + ["C"] * 7
    found = groups(outcome, annotations={"hospital": site}, roles={"site": ("hospital",)})
    assert found == (
        "diagnosis = malignant (fewer than 10 units)",
        "hospital = C (fewer than 10 units)",
    )


def test_units_are_counted_and_not_rows() -> None:
    site = ["A"] * 30 + ["B"] * 30
    units = np.r_[np.arange(30), np.repeat([30, 31, 32], 10)]
    found = groups(
        np.tile([0, 1], 30), annotations={"site": site}, roles={"site": ("site",)}, units=units
    )
    assert found == ("site = B (fewer than 10 units)",)


def test_one_value_means_all_others_are_absent() -> None:
    found = groups(np.tile([0, 1], 30), annotations={"sex": ["female"] * 60})
    assert found == ("any other sex than female",)


def test_ranges_end_where_ten_units_lie_beyond() -> None:
    age = np.arange(60.0) + 20
    found = groups(np.tile([0, 1], 30), features={"age": age, "IL6": age})
    assert found == ("age below 29 or above 70 (fewer than 10 units on each side)",)
    assert (age <= 29).sum() == 10 and (age >= 70).sum() == 10
    line = groups(np.linspace(1.0, 2.0, 60), classes=())
    assert line == ("diagnosis below 1.15 or above 1.85 (fewer than 10 units on each side)",)


def test_genes_are_no_people() -> None:
    features = {"AGER": np.arange(60.0), "race track position of x": np.arange(60.0)}
    assert groups(np.tile([0, 1], 30), features=features) == ()


@pytest.mark.parametrize(
    ("organism", "columns", "said"),
    [
        ("human", {}, "any group by sex, age or ancestry, which no column states"),
        (
            "Homo sapiens",
            {"sex": ["f", "m"] * 30},
            "any group by age or ancestry, which no column states",
        ),
        ("mouse", {}, ""),
        ("", {}, ""),
    ],
)
def test_what_is_not_recorded_of_people(
    organism: str, columns: dict[str, list[str]], said: str
) -> None:
    found = groups(np.tile([0, 1], 30), organism, annotations=columns)
    assert found == ((said,) if said else ())


def test_many_small_sites_are_said_together_and_long_lists_end() -> None:
    site = [f"site {i % 20:02}" for i in range(60)]
    found = groups(np.tile([0, 1], 30), annotations={"s": site}, roles={"site": ("s",)})
    assert found == ("each single s (fewer than 10 units of each)",)
    mixed = ["big"] * 30 + [f"small {i % 9}" for i in range(30)]
    (text,) = groups(np.tile([0, 1], 30), annotations={"s": mixed}, roles={"site": ("s",)})
    assert text == (
        "s = small 0, small 1, small 2, small 3, small 4 or 4 more (fewer than 10 units)"
    )


def test_no_small_count_is_ever_written() -> None:
    for rare in range(1, 10):
        site = ["A"] * (60 - rare) + ["B"] * rare
        found = " ".join(
            groups(np.tile([0, 1], 30), annotations={"site": site}, roles={"site": ("site",)})
        )
        assert re.findall(r"\d+", found) == ["10"]
