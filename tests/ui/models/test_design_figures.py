"""Samples counted by two columns, as a picture."""

from __future__ import annotations

from deepbench.study.records import CrossTable
from deepbench_ui.models.design_figures import (
    IN_BRACKETS,
    TABLE_SENTENCE,
    WITH_UNITS,
    counts_picture,
)


def table(counts: tuple[tuple[int, ...], ...], units: tuple[tuple[int, ...], ...]) -> CrossTable:
    return CrossTable(
        row_title="plate",
        column_title="group",
        rows=tuple(f"plate {n}" for n in range(len(counts))),
        columns=tuple(f"class {n}" for n in range(len(counts[0]))),
        counts=counts,
        units=units,
    )


def said(sentence: str) -> str:
    return sentence.format(row="plate", column="group")


def test_samples_alone_where_each_is_a_unit() -> None:
    for units in ((), ((1200, 4), (0, 7))):
        figure = counts_picture(table(((1200, 4), (0, 7)), units))
        assert figure.texts == (("1,200", "4"), ("0", "7"))
        assert figure.sentence == said(TABLE_SENTENCE)
        assert figure.matrix == ((1200.0, 4.0), (0.0, 7.0))
        assert not figure.per_sample


def test_units_stand_beside_samples_where_they_differ() -> None:
    figure = counts_picture(table(((12, 0), (1, 7)), ((4, 0), (1, 7))))
    assert figure.texts == (
        ("12 samples\n4 units", "0"),
        ("1 sample\n1 unit", "7 samples\n7 units"),
    )
    assert figure.sentence == said(WITH_UNITS)
    assert figure.says(0, 0) == "plate plate 0, group class 0: 12 samples, 4 units"
    assert figure.matrix[0] == (12.0, 0.0)


def test_large_tables_have_units_in_brackets() -> None:
    wide = counts_picture(table(((12, 0, 3, 1000),), ((4, 0, 3, 800),)))
    assert wide.texts == (("12 (4)", "0 (0)", "3 (3)", "1,000 (800)"),)
    assert wide.sentence == said(IN_BRACKETS)
    high = counts_picture(table(((5, 6),) * 13, ((5, 2),) * 13))
    assert high.texts[12] == ("5 (5)", "6 (2)")
