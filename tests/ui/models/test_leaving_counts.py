"""What the worker makes of the numbers of the window's own figures and tables."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

import pytest

from deepbench.reporting.small_cells import SmallCells
from deepbench.reporting.table_counts import tells_of_few
from deepbench.study.records import CrossTable, ErrorGroupRecord, ExplorationRecord, Score
from deepbench_ui.models.design_figures import counts_picture
from deepbench_ui.models.exploration_figures import missing_map
from deepbench_ui.models.failure_rows import group_columns
from deepbench_ui.plots import Figure, HistogramFigure, HistogramSeries
from deepbench_ui.plots.figures.base import CsvText

TEN = SmallCells(10)


def shown(figure: Figure) -> list[list[str]]:
    """What a panel sends of a figure."""
    heads, rows = figure.table()
    text = CsvText(heads)
    text.add([*rows, *([written] for written in figure.texts_drawn())])
    return list(csv.reader(io.StringIO(text.content.decode("utf-8-sig"))))


def crossed(
    counts: tuple[tuple[int, ...], ...], units: tuple[tuple[int, ...], ...] = ()
) -> Figure:
    table = CrossTable(
        row_title="site", column_title="disease", rows=("cleveland", "switzerland"),
        columns=("no", "yes"), counts=counts, units=units,
    )  # fmt: skip
    return counts_picture(table)


@pytest.mark.parametrize(
    ("counts", "units", "few"),
    [
        (((164, 139), (8, 115)), (), True),
        (((164, 139), (0, 115)), (), False),
        (((164, 139), (18, 115)), ((160, 139), (6, 115)), True),
        (((164, 139), (18, 115)), ((160, 139), (16, 115)), False),
    ],
)
def test_samples_and_units_of_a_cross_table(
    counts: tuple[tuple[int, ...], ...], units: tuple[tuple[int, ...], ...], few: bool
) -> None:
    assert tells_of_few(shown(crossed(counts, units)), TEN) is few


@pytest.mark.parametrize(("rows", "few"), [(4, True), (2, False)])
def test_blocks_of_the_map_of_missing_cells(rows: int, few: bool) -> None:
    exploration = ExplorationRecord.model_construct(
        missing_map=((0.25, 0.5),) * rows,
        samples=tuple(f"P-{number}" for number in range(30)),
        missing_share=0.3,
    )
    assert tells_of_few(shown(missing_map(exploration, ("chol", "ca"), "")), TEN) is few


@pytest.mark.parametrize(("samples", "rate", "few"), [(30, 0.1, True), (300, 0.1, False)])
def test_wrong_answers_of_a_group(samples: int, rate: float, few: bool) -> None:
    group = ErrorGroupRecord(
        kind="annotation", column="site", group="va", samples=samples, units=samples,
        rate=Score(value=rate, low=rate / 2, high=2 * rate), rest=0.2, p_value=0.2, marked=False,
    )  # fmt: skip
    columns = group_columns(share=True)
    rows: Sequence[Sequence[str]] = [
        [column.title for column in columns],
        [column.text(group) for column in columns],
    ]
    assert tells_of_few(rows, TEN) is few


@pytest.mark.parametrize(("title", "few"), [("number of shuffles", False), ("patients", True)])
def test_bars_of_shuffles_count_nobody(title: str, few: bool) -> None:
    figure = HistogramFigure(
        title="T", sentence="S", series=(HistogramSeries("scores", (0.4, 0.45, 0.5, 0.62)),),
        x_title="AUROC", y_title=title, bins=3,
    )  # fmt: skip
    assert tells_of_few(shown(figure), TEN) is few
