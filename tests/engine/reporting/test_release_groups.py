"""Attacks on errors by group as they are released: adding up, taking away, names, extremes."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepbench.reporting.release_claims import Labels
from deepbench.reporting.release_groups import (
    Released,
    released_abstain,
    released_groups,
    released_slices,
    rounded,
)
from deepbench.reporting.small_cells import SmallCells
from deepbench.study.records import AbstainPoint, ErrorGroupRecord, Score
from tests.engine.reporting import interpreted

K = 10
TEN = SmallCells(K)


def error_group(
    kind: str, column: str, group: str, units: int, rate: float = 0.5, rest: float = 0.5
) -> ErrorGroupRecord:
    made = interpreted.error_group(kind, column, group, units, rate)
    return made.model_copy(update={"rest": rest})


def column(
    counts: Sequence[int], name: str = "site", rates: Sequence[float] = ()
) -> list[ErrorGroupRecord]:
    """Groups of a column; half of the answers are wrong unless said otherwise."""
    wrong = list(rates or [0.5] * len(counts))
    whole = sum(rate * count for rate, count in zip(wrong, counts, strict=True))
    return [
        error_group(
            "annotation",
            name,
            f"{name}-{place}",
            count,
            rate,
            (whole - rate * count) / max(sum(counts) - count, 1),
        )
        for place, (count, rate) in enumerate(zip(counts, wrong, strict=True))
    ]


def shown(found: Sequence[Released]) -> list[str]:
    return [after.group for _, after in found]


@given(
    st.lists(st.integers(1, 40), min_size=1, max_size=6),
    st.integers(0, 30),
)
def test_all_minus_what_is_shown_is_nothing_or_several_groups_of_enough_people(
    counts: list[int], in_none: int
) -> None:
    total = sum(counts) + in_none
    found = released_groups(column(counts), total, total, TEN)
    kept = [before.units for before, _ in found]
    assert all(count >= K for count in kept)
    left = total - sum(kept)
    assert left == 0 or left >= K or not kept
    hidden = len(counts) - len(kept)
    if hidden and kept:
        assert hidden + (in_none > 0) >= 2
        # The others of one shown group are enough people too.
        assert all(total - count == 0 or total - count >= K for count in kept)


def test_nothing_is_hidden_without_need() -> None:
    assert shown(released_groups(column([30, 40, 50]), 120, 120, TEN)) == [
        "site-0",
        "site-1",
        "site-2",
    ]
    small = column([3, 40, 50])
    assert released_groups(small, 93, 93, SmallCells()) == [(group, group) for group in small]


def test_the_smallest_other_goes_with_a_small_group() -> None:
    assert shown(released_groups(column([3, 40, 50]), 93, 93, TEN)) == ["site-2"]
    assert shown(released_groups(column([6, 30]), 36, 36, TEN)) == []
    # Few samples that are in no group are known by subtraction like a group.
    assert shown(released_groups(column([30, 40, 50]), 124, 124, TEN)) == ["site-1", "site-2"]


def test_few_units_with_many_samples_are_few() -> None:
    many = error_group("annotation", "site", "North", 4).model_copy(update={"samples": 200})
    other = error_group("annotation", "site", "South", 60)
    third = error_group("annotation", "site", "West", 60)
    assert shown(released_groups([many, other, third], 320, 124, TEN)) == ["West"]


def test_a_mean_error_that_two_people_nearly_make_up_is_not_shown() -> None:
    groups = column([30, 40, 50])
    groups[1] = groups[1].model_copy(update={"of_two": 0.95})
    # The smallest other goes with it, or all minus the others would tell.
    assert shown(released_groups(groups, 120, 120, TEN, shares=False)) == ["site-2"]
    assert len(released_groups(groups, 120, 120, SmallCells(), shares=False)) == 3
    groups[1] = groups[1].model_copy(update={"of_two": 0.9})
    assert len(released_groups(groups, 120, 120, TEN, shares=False)) == 3
    found = error_group("slice", "age", "age > 61", 40, 5.0).model_copy(update={"of_two": 0.95})
    assert released_slices([found], [], 300, 300, TEN) == []
    points = tuple(
        AbstainPoint(answered=share, error=Score(value=5.0), of_two=of_two)
        for share, of_two in ((1.0, 0.5), (0.8, 0.95), (0.6, 0.5))
    )
    assert released_abstain(points, 100, 100, TEN) == (points[0], points[2])


def test_errors_of_classes_follow_the_confusion_matrix() -> None:
    benign = error_group("class", "diagnosis", "benign", 200, 0.2)
    malignant = error_group("class", "diagnosis", "malignant", 100, 0.05)
    assert released_groups([benign, malignant], 300, 300, TEN) == []
    assert shown(released_groups([benign, malignant], 300, 300, TEN, shares=False)) == [
        "benign",
        "malignant",
    ]


@given(st.lists(st.integers(5, 60), min_size=1, max_size=5), st.integers(60, 200))
def test_slices_of_one_half_leave_enough_people(counts: list[int], total: int) -> None:
    slices = [
        error_group("slice", "age", f"age > {place}", count) for place, count in enumerate(counts)
    ]
    kept = [before.units for before, _ in released_slices(slices, [], total, total, TEN)]
    assert all(count >= K for count in kept)
    for number in range(1, len(kept) + 1):
        for some in itertools.combinations(kept, number):
            for whole in (total, total // 2):
                assert not 0 < whole - sum(some) < K
    for one, other in itertools.combinations(kept, 2):
        assert not 0 < abs(one - other) < K


def test_a_slice_inside_a_shown_group_may_not_differ_by_few() -> None:
    groups = [error_group("annotation", "site", "North", 45)]
    inside = error_group("slice", "site, age", "site = North and age > 40", 41)
    apart = error_group("slice", "age", "age > 40", 41)
    assert released_slices([inside], groups, 200, 200, TEN) == []
    assert shown(released_slices([apart], groups, 200, 200, TEN)) == ["age > 40"]


@pytest.mark.parametrize(
    ("rule", "stays"),
    [
        ("site = North", True),
        ("site ≠ Ravenholm", False),
        ("age > 61 and site = Ravenholm", False),
        ("grade = 3", True),
        ("age > 61", True),
    ],
)
def test_a_rule_names_no_value_that_is_not_shown(rule: str, stays: bool) -> None:
    groups = [error_group("annotation", "site", "North", 80)]
    found = released_slices([error_group("slice", "site", rule, 40)], groups, 300, 300, TEN)
    assert bool(found) == stays


def test_points_of_the_abstain_curve_are_ten_units_apart() -> None:
    points = tuple(
        AbstainPoint(answered=share / 100, error=Score(value=0.1)) for share in range(100, 0, -1)
    )
    kept = released_abstain(points, 100, 100, TEN, shares=False)
    counts = [round(100 * point.answered) for point in kept]
    assert counts == [100, 90, 80, 70, 60, 50, 40, 30, 20, 10]
    assert released_abstain(points, 100, 100, SmallCells()) == points
    # Of 300 samples of 30 units, the units count.
    few = released_abstain(points, 300, 30, TEN, shares=False)
    assert [round(30 * point.answered) for point in few] == [30, 20]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("above 12.3456, up to 99.8765", "above 12.3, up to 99.9"),
        ("marker 12345 > 61.87654", "marker 12345 > 61.9"),
        ("mz 523.2871 ≤ -4.56789", "mz 523.2871 ≤ −4.57"),
        ("income over 12,345 and up to 98,765", "income over 12300 and up to 98800"),
        ("IL6 = yes and age > 61", "IL6 = yes and age > 61"),
        ("p-value > 1.23456e-07", "p-value > 1.23e-07"),
    ],
)
def test_thresholds_keep_three_digits(text: str, told: str) -> None:
    assert rounded(text) == told


def test_ends_of_dates_and_of_unit_sizes_are_not_told() -> None:
    dates = [
        error_group("annotation", "drawn", text, 40)
        for text in ("2019-01-03 to 2019-03-01", "2019-03-02 to 2021-12-24")
    ]
    sizes = [
        error_group("unit size", "samples of the unit", text, 40)
        for text in ("1 to 4 samples", "5 to 37 samples")
    ]
    assert shown(released_groups(dates, 80, 80, TEN, dates=("drawn",))) == [
        "period 1 of 2",
        "period 2 of 2",
    ]
    assert shown(released_groups(sizes, 80, 80, TEN)) == ["up to 4 samples", "at least 5 samples"]


def test_sentences_on_hidden_groups_go_and_renamed_ones_are_renamed() -> None:
    before = [
        error_group("annotation", "site", "Ravenholm", 4),
        error_group("feature", "age", "above 61.87654", 50),
        error_group("annotation", "ward", "4", 50),
        error_group("annotation", "grade", "4", 5),
    ]
    renamed = before[1].model_copy(update={"group": "above 61.9"})
    labels = Labels.of(before, [(before[1], renamed), (before[2], before[2])])
    assert labels.released(
        (
            "It does worse for site: Ravenholm: 50 % wrong.",
            "It does worse for age: above 61.87654: 20 % wrong.",
            "It does worse for ward: 4: 20 % wrong.",
            "It does worse for grade: 4: 20 % wrong.",
        )
    ) == (
        "It does worse for age: above 61.9: 20 % wrong.",
        "It does worse for ward: 4: 20 % wrong.",
    )
