"""What models use, in pictures and words: what is drawn is what was attributed."""

from __future__ import annotations

import numpy as np
import pytest

from deepbench.study.records import NeighboursRecord
from deepbench_ui.models.explanation_figures import (
    MOST_FEATURES,
    MOST_PARTS,
    beeswarm_figure,
    heatmap_figure,
    order_by_output,
    shades,
    waterfall_figure,
)
from deepbench_ui.models.explanation_rows import (
    explained_columns,
    explained_rows,
    in_short,
    misses,
)
from deepbench_ui.models.numbers import amount_text
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
    starts = in_short(attributed(start_stability=0.6))[-1]
    assert starts == "From one random start to another it is partly the same (0.60)."
    assert in_short(attributed(above_twin=40))[1].startswith("40 features weigh more")


def test_what_keeps_a_picture_from_being_relied_on_is_said() -> None:
    shown = [explained()]
    assert misses(attributed(), shown) == ""
    assert "off by up to 1e-12" in misses(attributed(locally_accurate=False), shown)
    assert "random weights" in misses(attributed("network-small", weights_check=0.8), shown)
    assert misses(attributed("network-small", weights_check=0.1), shown) == ""


def test_a_heat_map_holds_the_attributions_in_the_order_asked_for() -> None:
    shown = explained()
    order = order_by_output(shown)
    outputs = [shown.outputs[place] for place in order]
    assert outputs == sorted(shown.outputs, reverse=True)
    drawn = heatmap_figure(shown, order, by_similarity=False)
    assert drawn is not None
    assert drawn.per_sample
    assert drawn.row_labels == tuple(SAMPLES[place] for place in order)
    assert drawn.matrix == tuple(PARTS[place] for place in order)
    assert (drawn.row_kind, drawn.column_kind) == ("sample", "feature")
    assert heatmap_figure(explained(features=()), order, by_similarity=True) is None


def test_the_table_of_samples_says_what_the_neighbourhood_thinks() -> None:
    near = NeighboursRecord(
        sample="t2", neighbours=("a", "b", "c"), outcomes=("ill",) * 3, distances=(1.0, 2.0, 3.0),
        trust=0.5, agreement=0.0,
    )  # fmt: skip
    rows = explained_rows(explained(), {"t2": near})
    neighbourhood = explained_columns("log-odds", trusted=True)[-1]
    assert [neighbourhood.text(row) for row in rows] == ["–", "disagrees", "–", "–"]
    assert len(explained_columns("log-odds", trusted=False)) == 4
