"""Value against effect, and the feature that it acts together with."""

from __future__ import annotations

import random

import numpy as np
import pytest

from deepbench.study.records import ExplanationRecord
from deepbench_ui.models.dependence import BY_OUTCOME, dependence_figure, partner_of
from deepbench_ui.plots import DotIntervalFigure, ScatterFigure
from tests.ui.pages import interpreted_study as made
from tests.ui.pages.explained_samples import explained


def of_columns(
    adds: list[float], columns: dict[str, list[float | None]], texts: list[str] | None = None
) -> ExplanationRecord:
    """Return explanations in which only the first feature adds anything."""
    many, names = len(adds), tuple(columns)
    numbers = tuple(zip(*columns.values(), strict=True))
    values = tuple(
        tuple(texts[n] if texts and name == "kind" else "" for name in names) for n in range(many)
    )
    return explained(
        samples=tuple(f"s{n}" for n in range(many)), observed=("ill",) * many, base=(0.0,) * many,
        outputs=tuple(adds), features=names, values=values, numbers=numbers,
        attributions=tuple((add, *(0.0,) * (len(names) - 1)) for add in adds),
        rest=(0.0,) * many,
    )  # fmt: skip


def drawn(seed: int, many: int) -> list[float]:
    generator = random.Random(seed)
    return [generator.gauss(0.0, 1.0) for _ in range(many)]


def test_dependence_shows_value_against_effect() -> None:
    shown = dependence_figure(explained(), "alpha", "binary")
    assert isinstance(shown, ScatterFigure)
    assert shown.x == (1.0, 2.0, 3.0, 4.0)
    assert shown.y == (0.5, -0.4, 0.2, -1.0)
    assert dict(shown.uses) == {"ill": "positive", "healthy": "negative"}
    assert dependence_figure(explained(), "delta", "binary") is None


def test_dependence_on_a_number_is_coloured_by_it() -> None:
    shown = dependence_figure(explained(observed=("1", "2", "3", "4.5")), "alpha", "regression")
    assert isinstance(shown, ScatterFigure)
    assert shown.values == (1.0, 2.0, 3.0, 4.5)
    assert shown.categories == ()


def test_dependence_on_a_category_has_a_row_for_each() -> None:
    shown = dependence_figure(explained(), "beta", "binary")
    assert isinstance(shown, DotIntervalFigure)
    assert [row.label for row in shown.rows] == ["high (n = 2)", "low (n = 2)"]
    assert [row.value for row in shown.rows] == pytest.approx([0.6, -0.05])
    assert shown.rows[0].points == (0.3, 0.9)
    assert shown.per_sample


def test_the_colour_is_what_the_user_wants() -> None:
    shown = dependence_figure(explained(), "alpha", "binary", "gamma")
    assert isinstance(shown, ScatterFigure)
    assert shown.values == (7.0, None, 9.0, 8.0)
    assert "The colour is gamma" in shown.sentence
    labels = dependence_figure(explained(), "alpha", "binary", "beta")
    assert isinstance(labels, ScatterFigure)
    assert labels.categories == ("low", "high", "high", "low")
    plain = dependence_figure(explained(), "alpha", "binary", BY_OUTCOME)
    assert isinstance(plain, ScatterFigure)
    assert plain.categories == ("ill", "healthy", "ill", "healthy")


def test_a_planted_interaction_is_found() -> None:
    shown = made.explained("random_forest", 200)
    assert partner_of(shown, "MMP9") == "HLA-DRA"
    figure = dependence_figure(shown, "MMP9", "binary")
    assert isinstance(figure, ScatterFigure)
    assert figure.value_title == "HLA-DRA"


def test_a_planted_interaction_with_a_label_is_found() -> None:
    x, other = drawn(1, 120), drawn(2, 120)
    kinds = ["ab"[n % 2] for n in range(120)]
    adds = [a * (1.0 if kind == "a" else -1.0) for a, kind in zip(x, kinds, strict=True)]
    shown = of_columns(adds, {"x": [*x], "other": [*other], "kind": [None] * 120}, kinds)
    assert partner_of(shown, "x") == "kind"


def test_noise_is_no_partner() -> None:
    found = []
    for seed in range(20):
        x = drawn(10 * seed, 100)
        noise = drawn(10 * seed + 1, 100)
        adds = [np.tanh(a) + 0.3 * b for a, b in zip(x, noise, strict=True)]
        others = {f"f{n}": [*drawn(10 * seed + 2 + n, 100)] for n in range(5)}
        found.append(partner_of(of_columns(adds, {"x": [*x], **others}), "x"))
    assert found.count("") >= 18


def test_of_a_straight_line_nothing_is_left_to_explain() -> None:
    x = drawn(3, 80)
    alike = [a + 0.1 * b for a, b in zip(x, drawn(4, 80), strict=True)]
    shown = of_columns([0.7 * a for a in x], {"x": [*x], "alike": [*alike]})
    assert partner_of(shown, "x") == ""


def test_too_few_samples_have_no_partner() -> None:
    assert partner_of(explained(), "alpha") == ""
