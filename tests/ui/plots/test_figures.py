"""What figures say of themselves: tables, summaries, what is left out; without a screen."""

from __future__ import annotations

import csv
import dataclasses
import io
import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from deepbench_ui.plots import (
    BeeswarmFigure,
    BeeswarmRow,
    Contribution,
    Curve,
    CurvesFigure,
    Figure,
    FoldRow,
    HeatmapFigure,
    HistogramFigure,
    HistogramSeries,
    SampleMapFigure,
    ScatterFigure,
    WaterfallFigure,
)
from deepbench_ui.plots.figures.base import (
    MOST_POINTS,
    aligned,
    csv_bytes,
    number,
    thin,
    value_range,
)
from deepbench_ui.plots.figures.waterfall import UNEXPLAINED

Make = Callable[[str], Any]


def test_a_table_is_a_rectangle_with_a_name_for_each_column(figure: Figure) -> None:
    header, rows = figure.table()
    assert rows
    assert all(isinstance(name, str) for name in header)
    assert len(set(header)) == len(header)
    assert {len(row) for row in rows} == {len(header)}


def test_a_figure_cannot_be_changed(figure: Figure) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        figure.title = "other"  # type: ignore[misc]


def test_what_shows_single_samples_says_so(make: Make) -> None:
    names = ("scatter", "dependence", "beeswarm", "waterfall", "sample-map", "missing")
    assert all(make(name).per_sample for name in names)
    assert not any(make(name).per_sample for name in ("leaderboard", "shuffles", "confusion"))


def test_the_leaderboards_table_has_scores_intervals_and_folds(make: Make) -> None:
    header, rows = make("leaderboard").table()
    assert header == [
        "row", "AUROC", "low", "high", "shuffled labels", "group",
        "point 1", "point 2", "point 3",
    ]  # fmt: skip
    assert rows[0] == ["Elastic net", 0.87, 0.85, 0.89, None, "baseline", 0.84, 0.88, 0.9]
    assert rows[2][1] is None


def test_summaries_are_sentences_with_the_numbers(make: Make) -> None:
    assert make("leaderboard").summary() == (
        "3 rows, AUROC from 0.85 to 0.87; highest: Elastic net 0.87, Network, small 0.85; "
        "chance 0.5."
    )
    assert make("shuffles").summary() == (
        "Histogram of AUROC: 7 values of shuffled scores from 0.41 to 0.62; "
        "2 values of other scores from 0.44 to 0.48; chance 0.5; real score 0.87."
    )
    assert "patient is in two sets" in make("sample-map").summary()
    assert "True well, Predicted ill: 2, 3 %" in make("confusion").summary()
    assert "missing 429" in make("missing").summary()


@pytest.mark.parametrize("bins", [0, 1, 7, 30])
def test_bins_are_counted_as_numpy_counts_them(bins: int) -> None:
    values = np.random.default_rng(3).normal(0.5, 0.1, 500).round(2)
    figure = HistogramFigure(
        title="t",
        sentence="s",
        series=(HistogramSeries("a", tuple(values.tolist())),),
        x_title="x",
        y_title="n",
        bins=bins,
    )
    counts = figure.counts(figure.series[0])
    edges = np.array(figure.edges())
    expected, _edges = np.histogram(values, bins=edges)
    assert counts == expected.tolist()
    assert sum(counts) == 500


def test_a_histogram_of_one_value_and_of_none() -> None:
    one = HistogramFigure(
        title="t", sentence="s", series=(HistogramSeries("a", (0.5,)),), x_title="x", y_title="n"
    )
    assert one.counts(one.series[0]) == [1]
    none = dataclasses.replace(one, series=(HistogramSeries("a", (None,)),))
    assert none.edges() == []
    assert none.table()[1] == []
    assert "without values" in none.summary()


def test_a_histograms_table_has_bins_and_not_the_values(make: Make) -> None:
    header, rows = make("shuffles").table()
    assert header == ["series", "from", "to", "number of shuffles"]
    assert [row[3] for row in rows if row[0] == "shuffled scores"] == [2, 2, 2, 1]
    assert rows[-1] == ["real score", 0.87, 0.87, None]


def test_the_curves_table_has_every_point_with_its_band(make: Make) -> None:
    _header, rows = make("curves").table()
    assert ["tuning", 2, None, None, None] in rows
    assert ["spread", 3, 0.5, 0.45, 0.55] in rows
    assert rows[-1] == ["goal", None, 0.3, None, None]


def test_waterfall_steps_go_from_the_base_to_the_output(make: Make) -> None:
    steps = make("waterfall").steps()
    assert [label for label, _start, _end in steps] == [
        "radius = 25 mm",
        "texture",
        "all other features",
    ]
    assert steps[0][1] == -0.6
    assert steps[-1][2] == pytest.approx(0.3)
    assert all(a[2] == b[1] for a, b in itertools.pairwise(steps))


def test_what_the_parts_do_not_explain_is_a_bar_of_its_own() -> None:
    figure = WaterfallFigure(
        title="t",
        sentence="s",
        sample="S",
        base=0.0,
        contributions=(Contribution("a", "", 1.0),),
        rest=0.0,
        output=1.25,
        x_title="x",
    )
    assert figure.steps()[-1] == (UNEXPLAINED, 1.0, 1.25)


def test_units_stand_side_by_side_with_the_first_folds_test_set_first(make: Make) -> None:
    figure = make("sample-map")
    assert [figure.samples[index] for index in figure.ordered()] == [
        "S2", "S4", "S5", "S6", "S1", "S3",
    ]  # fmt: skip
    assert figure.table()[1][0] == ["S2", "P2", "test", "training"]
    assert figure.says(0) == ("S1 (patient P1): training set in fold 1; test set in fold 2")


def test_a_unit_in_two_sets_is_noticed() -> None:
    figure = SampleMapFigure(
        title="t",
        sentence="s",
        samples=("S1", "S2"),
        units=("P", "P"),
        folds=(FoldRow("fold 1", ("training", "test")),),
    )
    assert figure.divided_units() == ["P"]
    assert "1 unit in more than one set" in figure.summary()


def test_an_unknown_set_is_refused() -> None:
    with pytest.raises(ValueError, match="no set 'validation'"):
        FoldRow("fold 1", ("validation",))


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Curve("c", (1, 2), (1.0,)),
        lambda: BeeswarmRow("f", (1.0,), ()),
        lambda: HeatmapFigure(
            title="t", sentence="s", matrix=((1.0,), (1.0, 2.0)), per_sample=False
        ),
        lambda: ScatterFigure(
            title="t", sentence="s", names=("a",), x=(), y=(1.0,), x_title="x", y_title="y"
        ),
    ],
)
def test_columns_of_different_length_are_refused_with_their_lengths(
    wrong: Callable[[], object],
) -> None:
    with pytest.raises(ValueError, match=r"equally long: .* has \d"):
        wrong()


def test_points_without_a_place_are_left_out_and_said(make: Make) -> None:
    figure = make("scatter")
    assert figure.placed() == [0, 1, 2]
    assert figure.note == "1 point without a value for both axes: not drawn."
    assert len(figure.table()[1]) == 4


def test_many_points_are_thinned_evenly_and_it_is_said() -> None:
    many = 10_000
    figure = ScatterFigure(
        title="t",
        sentence="s",
        names=tuple(map(str, range(many))),
        x=tuple(map(float, range(many))),
        y=(0.0,) * many,
        x_title="x",
        y_title="y",
    )
    drawn = figure.drawn()
    assert len(drawn) == len(set(drawn)) == MOST_POINTS
    assert (drawn[0], drawn[-1]) == (0, many - 1)
    assert max(np.diff(drawn)) <= 3
    assert figure.note == (
        "4,000 of 10,000 points are drawn, evenly chosen; the data as CSV has all of them."
    )
    assert len(figure.table()[1]) == many


def test_curves_and_swarms_are_thinned_together() -> None:
    x = tuple(map(float, range(5000)))
    curves = CurvesFigure(
        title="t",
        sentence="s",
        curves=(Curve("a", x, x), Curve("b", x, x)),
        x_title="x",
        y_title="y",
        per_sample=True,
    )
    assert curves.limit == 2000
    assert curves.note.startswith("4,000 of 10,000 points")
    swarm = BeeswarmFigure(
        title="t",
        sentence="s",
        rows=tuple(BeeswarmRow(str(row), x, x) for row in range(10)),
        names=tuple(map(str, x)),
        x_title="x",
    )
    assert len(swarm.drawn()) * 10 == MOST_POINTS
    assert swarm.note.startswith("400 of 5,000 samples")


def test_thinning_to_one() -> None:
    assert thin(7, 1) == [0]
    assert thin(3, 5) == [0, 1, 2]


def test_codes_are_words_in_the_table_of_a_map(make: Make) -> None:
    figure = make("missing")
    header, rows = figure.table()
    assert header[:2] == ["row", "gene 0"]
    assert rows[0][:3] == ["S0", "missing", "measured"]


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.87, "0.87"), (0.8741, "0.874"), (-0.05, "−0.05"), (12345.6, "12,346"), (None, "no value"),
     (float("nan"), "no value"), (1.0, "1"), (0.0, "0")],
)  # fmt: skip
def test_numbers_as_readers_want_them(value: float | None, text: str) -> None:
    assert number(value) == text


def test_numbers_of_a_column_have_the_same_decimals() -> None:
    assert aligned([0.12, 0.06, None]) == ["0.120", "0.060", "–"]
    assert aligned([12.0, -0.45]) == ["12.0", "−0.5"]
    assert value_range([None]) == "without values"


def test_csv_takes_no_formula_and_keeps_letters_and_numbers() -> None:
    content = csv_bytes((["=name", "µg"], [["=1+1", -2.5], ["@x", None], ["-a", float("nan")]]))
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert rows == [["'=name", "µg"], ["'=1+1", "-2.5"], ["'@x", ""], ["'-a", ""]]
