"""Samples counted by two columns, as a picture."""

from __future__ import annotations

from deepbench.study.records import CrossTable
from deepbench_ui.models.numbers import counted
from deepbench_ui.plots import HeatmapFigure

TABLE_SENTENCE = "Samples counted by {row} and {column}."
WITH_UNITS = "Samples and biological units counted by {row} and {column}."
IN_BRACKETS = (
    "Samples counted by {row} and {column}, with the number of biological units in brackets."
)
SAMPLES = "samples"
#: Larger tables have no room for words in their cells.
_MOST_COLUMNS, _MOST_ROWS = 3, 12


def counts_picture(table: CrossTable) -> HeatmapFigure:
    """Return the counts; with those of units where samples share units."""
    shared = bool(table.units) and table.units != table.counts
    roomy = len(table.columns) <= _MOST_COLUMNS and len(table.rows) <= _MOST_ROWS
    sentence = TABLE_SENTENCE if not shared else WITH_UNITS if roomy else IN_BRACKETS
    return HeatmapFigure(
        title=f"{table.row_title} × {table.column_title}",
        sentence=sentence.format(row=table.row_title, column=table.column_title),
        per_sample=False,
        row_labels=table.rows,
        column_labels=table.columns,
        y_title=table.row_title,
        x_title=table.column_title,
        value_title=SAMPLES,
        matrix=tuple(tuple(float(count) for count in row) for row in table.counts),
        texts=_texts(table, roomy=roomy)
        if shared
        else tuple(tuple(f"{count:,}" for count in row) for row in table.counts),
    )


def _texts(table: CrossTable, *, roomy: bool) -> tuple[tuple[str, ...], ...]:
    """Return samples and units of each cell: "12 samples, 4 units", or "12 (4)"."""
    return tuple(
        tuple(
            _cell(samples, units) if roomy else f"{samples:,} ({units:,})"
            for samples, units in zip(*rows, strict=True)
        )
        for rows in zip(table.counts, table.units, strict=True)
    )


def _cell(samples: int, units: int) -> str:
    if not samples:
        return "0"
    return f"{counted(samples, 'sample')}\n{counted(units, 'unit')}"
