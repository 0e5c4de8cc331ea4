"""Importance of features: the same whether it comes from a record or from a view of all."""

from __future__ import annotations

import pytest

from deepbench.study.records import FeatureImportance
from deepbench_ui.models.importance_figures import (
    MOST_BARS,
    group_figure,
    importance_figure,
    rank_sentence,
    volcano_figure,
)
from deepbench_ui.models.importance_rows import direction_text, feature_columns, group_columns
from deepbench_ui.models.importances import matching, of_record, of_view
from tests.ui.pages import interpreted_study as made
from tests.ui.pages.explained_samples import attributed


def cells(found: object, place: int) -> dict[str, str]:
    """Return what the table says of a feature, by the heads of the columns."""
    columns = feature_columns(found, "ill", "binary")  # type: ignore[arg-type]
    return {column.title: column.text(place) for column in columns}


def test_features_no_better_than_the_twin_are_grey() -> None:
    drawn = importance_figure(of_record(attributed()))
    assert drawn is not None
    assert [row.use for row in drawn.rows] == ["baseline", "baseline", "shuffled"]
    assert [row.twin for row in drawn.rows] == [0.1, 0.2, 0.3]
    assert (drawn.rows[0].low, drawn.rows[0].high) == pytest.approx((0.425, 0.625))
    every = importance_figure(of_record(attributed("network-small", above_twin=None)))
    assert every is not None
    assert {row.use for row in every.rows} == {"network"}
    assert importance_figure(of_record(attributed(features=()))) is None


def test_what_the_record_says_of_a_feature_goes_before_the_count() -> None:
    features = attributed().features
    first = features[0].model_copy(update={"clears_twin": False})
    assert isinstance(first, FeatureImportance)
    found = of_record(attributed(features=(first, *features[1:])))
    assert found.clears == (False, True, False)


def test_an_older_result_has_folds_where_a_new_one_has_intervals() -> None:
    older, newer = of_record(attributed()), of_record(made.attributed("random_forest"))
    assert "Smallest to largest fold" in cells(older, 0)
    assert "95 % interval" in cells(newer, 0)
    drawn = importance_figure(newer)
    assert drawn is not None
    assert drawn.interval_title.startswith("95 % interval")


def test_the_table_says_what_is_known_and_nothing_else() -> None:
    bare = cells(of_record(attributed()), 0)
    assert list(bare) == [
        "Feature", "Importance", "Smallest to largest fold", "Shuffled labels", "Compared",
        "Direction",
    ]  # fmt: skip
    view = made.importances("random_forest", 40)
    full = cells(of_view(view, made.attributed("random_forest")), 11)
    assert full["Feature"] == "sex"
    assert full["On its own"] == full["p on its own"] == "–"
    assert full["Rank over fits"] == "10 to 14"
    beyond = cells(of_view(view, made.attributed("random_forest")), 35)
    assert beyond["Rank over fits"] == "–"
    assert beyond["Compared"] == "no more"


def test_groups_stand_beside_the_features_that_are_in_none() -> None:
    record = made.attributed("random_forest")
    drawn = group_figure(record)
    assert drawn is not None
    assert drawn.rows[0].label == "MMP9 and 2 more"
    names = [row.name for row in drawn.rows]
    assert names[0] == "MMP9"
    assert not {"CD177", "ARG1", "LCN2"} & set(names)
    values = [row.value or 0.0 for row in drawn.rows]
    assert values == sorted(values, reverse=True)
    assert len(drawn.rows) <= MOST_BARS
    assert group_figure(attributed()) is None
    members = group_columns("log-odds")[-1].text(record.groups[0])
    assert members == "MMP9, CD177, ARG1"


def test_the_volcano_draws_every_feature_that_counts_and_names_the_first() -> None:
    found = of_view(made.importances("random_forest", 30_000), None)
    drawn = volcano_figure(found)
    assert drawn is not None
    clear = [place for place, clears in enumerate(found.clears) if clears]
    placed = [place for place in clear if found.effect[place] is not None]
    shown = drawn.drawn()
    assert len(shown) == drawn.limit == 20_000
    assert set(placed) <= set(shown)
    assert drawn.written == tuple(clear[:12])
    assert drawn.x == found.effect
    assert drawn.y == found.importance
    assert drawn.horizontal is not None
    assert drawn.horizontal.value == found.threshold
    assert not drawn.per_sample
    assert drawn.categories.count("more") == len(clear)
    assert "20,000 of 29,999 points" in drawn.note
    assert volcano_figure(of_record(attributed())) is None


def test_names_are_found_by_a_part_in_any_case() -> None:
    found = of_view(made.importances("random_forest", 60), None)
    names = [found.features[place] for place in matching(found, " cd ", only_clear=False)]
    assert names == ["CD177", "CD3E"]
    every = matching(found, "", only_clear=True)
    assert every == [place for place, clears in enumerate(found.clears) if clears]
    assert matching(found, "no such name", only_clear=False) == []


def test_the_rank_of_a_feature_is_said() -> None:
    found = of_view(made.importances("random_forest", 20_000), None)
    said = rank_sentence(found, "GENE00000")
    assert said == "GENE00000 is number 31 of 20,000 features by importance."


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
