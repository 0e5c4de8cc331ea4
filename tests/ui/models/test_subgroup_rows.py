"""Groups by a measure, as a table and as a picture."""

from __future__ import annotations

import pytest

from deepbench.study.records import MeasureName, Score, SubgroupAuditRecord
from deepbench_ui.models.subgroup_rows import (
    GroupRow,
    group_columns,
    group_rows,
    groups_figure,
    measure_text,
    measures_of,
    row_colour,
    small_sentences,
    worst_measure,
)
from tests.engine.reporting.audited import AUDIT


def line(record: SubgroupAuditRecord, name: MeasureName, place: int = 0) -> list[str]:
    row = group_rows(record, name)[place]
    return [column.text(row) for column in group_columns(record, name)]


def test_a_line_says_group_rest_difference_and_chance() -> None:
    assert line(AUDIT, "missed") == [
        "sex: f", "60", "42 (32 to 52)", "10 (0 to 20)", "32 (22 to 42)", "0.002", "stands out",
    ]  # fmt: skip
    assert line(AUDIT, "score", 1)[2:6] == [
        "0.93 (0.83 to 1.03)", "0.90 (0.80 to 1.00)", "0.03 (−0.07 to 0.13)", "–",
    ]  # fmt: skip
    assert line(AUDIT, "error")[2:] == ["–", "–", "–", "–", ""], "it was not measured"


def test_columns_sort_by_numbers_not_by_their_texts() -> None:
    columns = {column.title: column for column in group_columns(AUDIT, "missed")}
    keys = [columns["Missed “ill” (%)"].sort_key(row) for row in group_rows(AUDIT, "missed")]
    assert keys == [0.42, 0.1]


def test_measures_are_those_that_were_taken_and_the_worst_comes_first() -> None:
    assert [name for name, _ in measures_of(AUDIT)] == ["score", "missed"]
    assert worst_measure(AUDIT) == "missed"
    plain = AUDIT.model_copy(update={"groups": AUDIT.groups[1:]})
    assert worst_measure(plain) == "score"


def test_the_picture_marks_what_stands_out() -> None:
    figure = groups_figure(AUDIT, "missed")
    assert figure is not None
    assert [(row.label, row.value, row.highlighted) for row in figure.rows] == [
        ("▲ sex: f", 42.0, True),
        ("sex: m", 10.0, False),
    ]
    assert figure.reference is not None
    assert figure.reference.value == pytest.approx(22.0)
    assert not figure.per_sample
    assert groups_figure(AUDIT, "error") is None
    scores = groups_figure(AUDIT, "score")
    assert scores is not None
    assert scores.rows[0].value == 0.81
    assert [row_colour(GroupRow(g, g.measure("missed"))) for g in AUDIT.groups] == ["danger", ""]


def test_a_mean_error_keeps_its_unit() -> None:
    numbers = AUDIT.model_copy(update={"task": "regression", "metric": "r2", "positive": ""})
    assert measure_text(numbers, "error", Score(value=12.345, low=1.0, high=20.0)) == (
        "12.3 (1.00 to 20.0)"
    )
    assert measure_text(AUDIT, "error", Score(value=-0.0001, low=-0.1, high=0.1)) == (
        "0 (−10 to 10)"
    )


def test_small_groups_are_named_without_numbers_about_them() -> None:
    assert small_sentences(AUDIT) == (
        "hospital: Fewer than 10 training units, so the model has hardly seen them: East. Fewer "
        "than 10 test units, so no number is given: West.",
    )
