"""The review and the planted control as figures and words."""

from __future__ import annotations

from typing import Any

import pytest

from deepbench.study.records import (
    AssociationRecord,
    DetectableRecord,
    ReviewRecord,
    VarianceShareRecord,
)
from deepbench_ui.models.review_figures import (
    BY_CHANCE,
    SHIFT_CLASSES,
    SHIFT_QUANTITY,
    SMALLEST,
    facts,
    power_picture,
    shares_line,
    shares_picture,
    ties_picture,
)


def tie(column: str, value: float, **other: Any) -> AssociationRecord:
    values: dict[str, Any] = {
        "role": "batch", "measure": "Cramér's V", "low": value - 0.1, "high": value + 0.1,
        "p": 0.01, "units": 40,
    }  # fmt: skip
    return AssociationRecord(column=column, value=value, **(values | other))


def share(column: str, role: str, explained: float) -> VarianceShareRecord:
    return VarianceShareRecord(
        column=column, role=role, share=explained, expected_by_chance=0.026, p=0.01, units=40
    )


def review(**other: Any) -> ReviewRecord:
    values: dict[str, Any] = {
        "samples": 1200, "units": 40, "effective_samples": 52.4, "intraclass_correlation": 0.434,
    }  # fmt: skip
    return ReviewRecord(**(values | other))


def detectable(**other: Any) -> DetectableRecord:
    values: dict[str, Any] = {
        "measure": "AUROC", "planted_features": 10, "effects": (0.2, 0.5, 1.0),
        "power": (0.1, 0.55, 0.95), "scores": (0.5, 0.6, 0.8), "smallest": 0.81, "repeats": 100,
        "sentence": "Planted control: with 40 samples.",
    }  # fmt: skip
    return DetectableRecord(**(values | other))


def test_numbers_of_the_review() -> None:
    assert facts(review()) == (
        ("1,200", "samples"),
        ("40", "biological units"),
        ("52", "worth as independent samples"),
        ("0.43", "intraclass correlation"),
    )
    assert len(facts(review(intraclass_correlation=None))) == 3
    assert facts(review(intraclass_correlation=-0.056))[3][0] == "−0.06"


def test_the_strongest_tie_stands_on_top_with_its_interval() -> None:
    figure = ties_picture([tie("plate", 0.3), tie("Batch", -0.5), tie("age", 0.1, low=None)])
    assert figure is not None
    assert [(row.label, row.value, row.low) for row in figure.rows] == [
        ("Batch", -0.5, -0.6),
        ("plate (batch)", 0.3, pytest.approx(0.2)),
        ("age (batch)", 0.1, None),
    ]
    assert figure.value_title == "effect size (Cramér's V)"
    assert "Effect sizes" not in figure.sentence
    assert figure.reference is not None
    assert figure.reference.value == 0.0
    assert not figure.per_sample


def test_it_is_said_which_column_has_which_effect_size() -> None:
    figure = ties_picture(
        [
            tie("plate", 0.3),
            tie("age", 0.2, role="sensitive", measure="epsilon squared"),
            tie("site", 0.1, role="site"),
        ]
    )
    assert figure is not None
    assert figure.value_title == "effect size (Cramér's V, epsilon squared)"
    assert figure.sentence.endswith(
        "Effect sizes: Cramér's V for “plate”, “site”; epsilon squared for “age”."
    )
    assert figure.rows[1].label == "age (sensitive attribute)"


def test_nothing_is_drawn_where_nothing_was_looked_at() -> None:
    assert ties_picture(()) is None
    assert shares_picture(()) is None
    assert shares_line(None) == shares_line(review()) == ""


def test_shares_begin_with_the_outcome_and_show_what_chance_gives() -> None:
    records = (share("site", "site", 0.05), share("plate", "batch", 0.31))
    figure = shares_picture((*records, share("group", "outcome", 0.08)))
    assert figure is not None
    assert [(row.label, row.use) for row in figure.rows] == [
        ("group (outcome)", "positive"),
        ("plate (batch)", "baseline"),
        ("site", "baseline"),
    ]
    assert [row.value for row in figure.rows] == pytest.approx([8.0, 31.0, 5.0])
    assert [row.twin for row in figure.rows] == pytest.approx([2.6, 2.6, 2.6])
    assert figure.table()[0][4] == BY_CHANCE
    assert "expected by chance 2.6" in figure.says(0)


def test_what_outcome_and_batch_explain_in_a_sentence() -> None:
    outcome = share("group", "outcome", 0.08)
    assert shares_line(review(variance=(outcome,))) == (
        "Of the variance of all features in the samples checked, the outcome explains 8.0 % (by "
        "chance 2.6 %)."
    )
    both = shares_line(review(variance=(share("plate", "batch", 0.31), outcome)))
    assert both.endswith(
        "the outcome explains 8.0 % (by chance 2.6 %) and “plate” 31 % (by chance 2.6 %)."
    )
    many = (outcome, *(share(f"c{n}", "batch", 0.1 * n) for n in range(1, 6)))
    assert "“c3”" in shares_line(review(variance=many))
    assert "“c2”" not in shares_line(review(variance=many))


def test_power_is_drawn_with_its_line_of_80_per_cent() -> None:
    figure = power_picture(detectable())
    curve, smallest = figure.curves
    assert curve.x == (0.2, 0.5, 1.0)
    assert curve.y == pytest.approx((10.0, 55.0, 95.0))
    assert (smallest.label, smallest.x, smallest.y) == (SMALLEST, (0.81,), (80.0,))
    assert figure.horizontal is not None
    assert figure.horizontal.value == 80.0
    assert figure.y_range == (0.0, 100.0)
    assert figure.x_title == SHIFT_CLASSES
    assert "10 features, in 100 simulated studies" in figure.sentence


def test_an_effect_that_is_not_found_has_no_mark() -> None:
    figure = power_picture(detectable(smallest=None, measure="correlation", planted_features=1))
    assert len(figure.curves) == 1
    assert figure.x_title == SHIFT_QUANTITY
    assert "one feature" in figure.sentence
