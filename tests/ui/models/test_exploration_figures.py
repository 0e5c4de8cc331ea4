"""Pictures of the samples before anything is fitted."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from deepbench.data.exploration import _blocks
from deepbench.study.records import CheckRecord, ColumnRecord, ExplorationRecord, ImportRecord
from deepbench_ui.models.exploration_figures import (
    ALL_SAMPLES,
    ALL_TRAIN,
    MAP_BLOCKS,
    TRAINING_ONLY,
    annotation_picture,
    blocks,
    feature_names,
    missing_columns,
    missing_map,
    missing_rows,
    outcome_picture,
    percent,
    scope_note,
)

SAMPLES = tuple(f"s{n}" for n in range(12))


def exploration(**other: Any) -> ExplorationRecord:
    values: dict[str, Any] = {
        "scope": "all samples",
        "outcome": "group",
        "task": "binary",
        "classes": ("healthy", "ill"),
        "samples": SAMPLES,
        "outcomes": ("healthy", "ill") * 6,
        "colourings": {},
        "components": (tuple(float(n) for n in range(12)), (0.5,) * 12, (1.0,) * 12),
        "explained": (0.437, 0.19, 0.1),
        "features_used": 2,
        "missing_share": 0.25,
        "missing_map": ((0.0, 0.5),) * 12,
        "missing_features": (("b", 6),),
        "missing_samples": (("s1", 1),),
    }
    return ExplorationRecord(**(values | other))


def test_which_samples_are_shown_is_said() -> None:
    training = exploration(scope="training samples")
    assert scope_note(exploration(), 1) == ALL_SAMPLES
    assert scope_note(training, 1) == TRAINING_ONLY
    assert scope_note(training, 5) == ALL_TRAIN


def test_the_map_names_single_samples_and_features_so_that_they_can_be_selected() -> None:
    figure = missing_map(exploration(), ("a", "b"), ALL_SAMPLES)
    assert figure.row_labels == SAMPLES
    assert figure.column_labels == ("a", "b")
    assert (figure.row_kind, figure.column_kind) == ("sample", "feature")
    assert figure.per_sample
    assert figure.matrix[0] == (0.0, 50.0)
    assert "25 % of all cells" in figure.sentence
    assert MAP_BLOCKS not in figure.sentence


def test_blocks_of_samples_are_no_samples() -> None:
    figure = missing_map(exploration(missing_map=((0.1,), (0.3,))), (), ALL_SAMPLES)
    assert figure.row_labels == ("1–6", "7–12")
    assert figure.column_labels == ()
    assert not figure.per_sample
    assert figure.row_kind == figure.column_kind == ""
    assert MAP_BLOCKS in figure.sentence


@pytest.mark.parametrize(("length", "parts"), [(12, 5), (300, 120), (7, 7), (1000, 200)])
def test_blocks_are_those_of_the_engine(length: int, parts: int) -> None:
    starts, sizes = _blocks(length, parts)
    expected = [
        f"{s + 1}–{s + n}" if n > 1 else str(s + 1) for s, n in zip(starts, sizes, strict=True)
    ]
    assert list(blocks(length, parts)) == expected


def test_features_in_use_are_named_only_if_all_are_known() -> None:
    columns = tuple(
        ColumnRecord(name=n, kind="numeric", role=r, missing=0, distinct=9)
        for n, r in (("id", "sample"), ("a", "feature"), ("b", "feature"), ("c", "feature"))
    )
    table = ImportRecord(
        source_name="t", size_bytes=1, sha256="", format="csv", sheet="", encoding="",
        delimiter="", decimal=".", header=True, rows=12, columns=columns, conversions=(),
        artifact="",
    )  # fmt: skip
    check = CheckRecord(findings=(), left_out_features=("b",), features=2)
    assert feature_names(table, check) == ("a", "c")
    assert feature_names(table, check.model_copy(update={"features": 5})) == ()
    assert feature_names(None, check) == feature_names(table, None) == ()


def test_the_lists_give_counts_and_shares() -> None:
    (row,) = missing_rows((("b", 6),), 12)
    texts = [column.text(row) for column in missing_columns("Feature")]
    assert texts == ["b", "6", "50 %"]


@pytest.mark.parametrize(
    ("share", "text"),
    [(0.0, "0 %"), (0.004, "under 1 %"), (0.125, "12 %"), (0.999, "over 99 %"), (1.0, "100 %")],
)
def test_a_share_is_never_rounded_to_nothing_or_all(share: float, text: str) -> None:
    assert percent(share) == text


def test_axes_say_how_much_of_the_variance_they_hold() -> None:
    figure = outcome_picture(exploration(), 0, 2)
    assert figure.x_title == "PC1 (43.7 % of the variance)"
    assert figure.y_title == "PC3 (10.0 % of the variance)"
    assert figure.title == "PC1 and PC3, coloured by group"
    assert figure.names == SAMPLES
    assert figure.categories[:2] == ("healthy", "ill")
    assert dict(figure.uses) == {"ill": "positive", "healthy": "negative"}


def test_a_quantity_is_shown_as_amounts() -> None:
    numbers = tuple(str(n / 2) for n in range(12))
    figure = outcome_picture(exploration(task="regression", classes=(), outcomes=numbers), 0, 1)
    assert figure.values == tuple(n / 2 for n in range(12))
    assert figure.categories == ()


def coloured(texts: tuple[str, ...]) -> Any:
    return annotation_picture(exploration(colourings={"plate": texts}), 0, 1, "plate")


def test_few_batches_have_a_colour_each() -> None:
    figure = coloured(("A", "B", "") * 4)
    assert figure.categories == ("A", "B", "") * 4
    assert figure.category_title == "plate"


def test_many_numbers_become_amounts_and_many_names_the_most_frequent_ones() -> None:
    assert coloured(tuple(str(n) for n in range(12))).values == tuple(float(n) for n in range(12))
    names = coloured(("x",) * 2 + tuple(f"mouse {n}" for n in range(10)))
    assert names.categories.count("x") == 2
    assert len(set(names.categories)) == 8
    assert names.categories.count("others (4 values)") == 4
    assert "The 7 most frequent of 11 values" in names.sentence


def test_dates_become_years() -> None:
    days = tuple(f"2024-{month:02d}-01" for month in range(1, 13))
    figure = coloured(days)
    assert figure.value_title == "plate (year)"
    assert figure.values[0] == 2024.0
    assert np.all(np.diff(figure.values) > 0)
    assert figure.values[-1] == pytest.approx(2024 + 335 / 365.25)
    # A row of digits may be anything.
    assert coloured(tuple(f"202401{day:02d}" for day in range(1, 13))).value_title == "plate"
