"""What models use, in pictures and words: what is drawn is what was attributed."""

from __future__ import annotations

import numpy as np
import pytest

from deepbench_ui.models.explanation_figures import (
    MOST_FEATURES,
    MOST_PARTS,
    beeswarm_figure,
    dependence_figure,
    importance_figure,
    shades,
    waterfall_figure,
)
from deepbench_ui.models.explanation_rows import amount_text, direction_text, in_short
from deepbench_ui.plots import DotIntervalFigure, ScatterFigure
from tests.ui.pages.explained_samples import (
    BASE,
    FEATURES,
    PARTS,
    REST,
    SAMPLES,
    attributed,
    explained,
)


def test_the_beeswarm_shows_what_was_attributed() -> None:
    drawn = beeswarm_figure(explained())
    assert [row.feature for row in drawn.rows] == list(FEATURES)
    assert np.array([row.attributions for row in drawn.rows]).T.tolist() == [
        list(parts) for parts in PARTS
    ]
    assert drawn.rows[1].values == (None,) * 4
    assert drawn.rows[2].values[1] is None
    assert drawn.per_sample
    many = tuple(f"f{n}" for n in range(MOST_FEATURES + 5))
    wide = explained(
        features=many,
        attributions=((0.1,) * len(many),) * 4,
        numbers=((1.0,) * len(many),) * 4,
        values=(("1",) * len(many),) * 4,
    )
    assert len(beeswarm_figure(wide).rows) == MOST_FEATURES


def test_shades_run_between_the_twentieths() -> None:
    values = [float(n) for n in range(100)]
    # Five values are cut off at either end: 5 is the lowest shade, 94 the highest.
    wanted = np.clip((np.array(values) - 5) / (94 - 5), 0, 1)
    assert np.allclose(np.array(shades(values), dtype=float), wanted)
    assert shades([3.0, None, 3.0]) == (0.5, None, 0.5)
    assert shades([None]) == (None,)
    # One value that stands out alone is not cut off together with all difference.
    assert shades([0.0] * 30 + [1.0])[-1] == 1.0


def test_a_waterfall_adds_up() -> None:
    for place, sample in enumerate(SAMPLES):
        drawn = waterfall_figure(explained(), sample)
        assert drawn is not None
        total = drawn.base + sum(part.amount for part in drawn.contributions) + drawn.rest
        assert total == pytest.approx(explained().outputs[place])
        sizes = [abs(part.amount) for part in drawn.contributions]
        assert sizes == sorted(sizes, reverse=True)
    first = waterfall_figure(explained(), "t2")
    assert first is not None
    assert [(part.feature, part.value_text) for part in first.contributions] == [
        ("alpha", "2"), ("beta", "high"), ("gamma", "missing")
    ]  # fmt: skip
    assert waterfall_figure(explained(), "s1") is None


def test_small_parts_of_a_waterfall_are_taken_together() -> None:
    count = MOST_PARTS + 4
    parts = tuple(float(n) for n in range(1, count + 1))
    many = tuple(f"f{n}" for n in range(count))
    drawn = waterfall_figure(
        explained(
            features=many, attributions=(parts,) * 4, values=(("1",) * count,) * 4,
            numbers=((1.0,) * count,) * 4, outputs=(BASE + sum(parts) + REST,) * 4,
        ),
        "t1",
    )  # fmt: skip
    assert drawn is not None
    assert len(drawn.contributions) == MOST_PARTS
    assert drawn.rest == pytest.approx(1 + 2 + 3 + 4 + REST)


def test_features_no_better_than_the_twin_are_grey() -> None:
    drawn = importance_figure(attributed())
    assert drawn is not None
    assert [row.use for row in drawn.rows] == ["baseline", "baseline", "shuffled"]
    assert [row.twin for row in drawn.rows] == [0.1, 0.2, 0.3]
    assert (drawn.rows[0].low, drawn.rows[0].high) == pytest.approx((0.425, 0.625))
    every = importance_figure(attributed("network-small", above_twin=None))
    assert every is not None
    assert {row.use for row in every.rows} == {"network"}
    assert importance_figure(attributed(features=())) is None


def test_dependence_shows_value_against_effect() -> None:
    drawn = dependence_figure(explained(), "alpha", "binary")
    assert isinstance(drawn, ScatterFigure)
    assert drawn.x == (1.0, 2.0, 3.0, 4.0)
    assert drawn.y == (0.5, -0.4, 0.2, -1.0)
    assert dict(drawn.uses) == {"ill": "positive", "healthy": "negative"}
    assert dependence_figure(explained(), "delta", "binary") is None


def test_dependence_on_a_number_is_coloured_by_it() -> None:
    drawn = dependence_figure(explained(observed=("1", "2", "3", "4.5")), "alpha", "regression")
    assert isinstance(drawn, ScatterFigure)
    assert drawn.values == (1.0, 2.0, 3.0, 4.5)
    assert drawn.categories == ()


def test_dependence_on_a_category_has_a_row_for_each() -> None:
    drawn = dependence_figure(explained(), "beta", "binary")
    assert isinstance(drawn, DotIntervalFigure)
    assert [row.label for row in drawn.rows] == ["high (n = 2)", "low (n = 2)"]
    assert [row.value for row in drawn.rows] == pytest.approx([0.6, -0.05])
    assert drawn.rows[0].points == (0.3, 0.9)
    assert drawn.per_sample


@pytest.mark.parametrize(
    ("direction", "task", "words"),
    [
        (0.9, "binary", "Higher values: towards ill"),
        (-0.9, "binary", "Higher values: away from ill"),
        (0.5, "binary", "Higher values: towards ill, mostly"),
        (0.1, "binary", "No single direction"),
        (None, "multiclass", "See its picture"),
        (-0.8, "regression", "Higher values: lower ill"),
    ],
)
def test_directions_in_words(direction: float | None, task: str, words: str) -> None:
    assert direction_text(direction, "ill", task) == words


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.35, "0.350"), (-12.3456, "−12.3"), (1234.5, "1,234"), (0.0, "0"), (None, "–"),
        (0.00000123, "0.000001"), (123.4, "123"),
    ],
)  # fmt: skip
def test_amounts_have_three_digits(value: float | None, text: str) -> None:
    assert amount_text(value) == text


def test_in_short_says_what_the_model_leans_on() -> None:
    said = in_short(attributed())
    assert said[0] == "Linear model (elastic net) leans most on alpha, beta and gamma."
    assert said[1].startswith("2 of the 3 features")
    assert "much the same" in said[2]
    assert "nothing of this picture" in in_short(attributed(above_twin=0))[1]
    assert "hardly the same" in in_short(attributed(rank_stability=-0.2))[2]
    assert in_short(attributed(features=())) == ["Linear model (elastic net) uses no feature."]
