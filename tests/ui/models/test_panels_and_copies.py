"""Short panels, simple copies and gene sets, in pictures and words."""

from __future__ import annotations

from deepbench.study.records import ImitationRecord, PanelsRecord
from deepbench_ui.models.gene_set_rows import enrichment_of, set_columns
from deepbench_ui.models.imitation_rows import (
    MOST_ASKED,
    direction_columns,
    directions_of,
    expectations,
    fidelity_sentences,
    head_of,
    imitations_of,
    terms_figure,
)
from deepbench_ui.models.panel_rows import panel_columns, panels_figure
from tests.ui.pages import interpreted_study as made


def test_the_curve_of_panels_stands_beside_the_full_model() -> None:
    record = made.panels()
    drawn = panels_figure(record)
    assert drawn is not None
    panel, full = drawn.curves
    assert panel.x == tuple(float(k) for k in range(1, 21))
    assert panel.y == tuple(size.score.value for size in record.sizes)
    assert panel.low == tuple(size.score.low for size in record.sizes)
    assert (full.x, full.y) == ((1.0, 20.0), (0.94, 0.94))
    assert [line.value for line in drawn.verticals] == [5.0]
    assert drawn.y_title == "AUROC"
    assert not drawn.per_sample


def test_without_a_size_that_is_enough_the_one_listed_is_marked() -> None:
    record = made.panels().model_copy(update={"smallest": None, "shown_size": 17})
    assert isinstance(record, PanelsRecord)
    drawn = panels_figure(record)
    assert drawn is not None
    assert (drawn.verticals[0].value, drawn.verticals[0].label) == (17.0, "shown below:")


def test_features_of_a_panel_say_how_often_they_were_selected() -> None:
    record = made.panels()
    columns = panel_columns(record, "ill", "binary")
    assert [column.text(record.features[0]) for column in columns] == [
        "MMP9", "100 %", "Higher values: towards ill"
    ]  # fmt: skip
    assert "25 fits" in columns[1].tip


def test_a_copy_says_how_well_it_imitates() -> None:
    linear, tree = imitations_of(made.everything().record.imitations, "network-small")
    assert head_of(linear) == "A simple sum that imitates: Small network"
    assert head_of(tree) == "A few rules that imitate: Small network"
    assert fidelity_sentences(linear)[1:] == list(linear.sentences)
    bare = linear.model_copy(update={"sentences": ()})
    assert isinstance(bare, ImitationRecord)
    said = fidelity_sentences(bare)
    assert "R² 0.840 (0.780–0.880)" in said[1]
    assert "AUROC 0.900 (0.840–0.950); the model 0.940 (0.890–0.970)" in said[2]
    assert terms_figure(tree) is None
    drawn = terms_figure(linear)
    assert drawn is not None
    assert [row.label for row in drawn.rows] == ["MMP9", "HLA-DRA", "CD177", "age", "sex"]
    assert [(row.low, row.high) for row in drawn.rows[:2]] == [(0.0, 0.62), (-0.41, 0.0)]


def test_contradictions_come_first_and_each_feature_once() -> None:
    imitations = imitations_of(made.everything().record.imitations, "random_forest")
    found = directions_of((*imitations, *imitations))
    rows = [[column.text(one) for column in direction_columns()] for one in found]
    assert rows == [
        ["HLA-DRA", "up", "down", "against expectation"],
        ["age", "–", "up and down", "turns round"],
        ["MMP9", "up", "up", "as expected"],
    ]


def test_features_with_an_answer_are_asked_about_first() -> None:
    listed = [f"f{n}" for n in range(40)]
    rows = expectations({"asthma": "lower", "f3": "higher"}, listed, ["f39"])
    assert [(row.feature, row.answer) for row in rows[:4]] == [
        ("asthma", "lower"), ("f3", "higher"), ("f39", ""), ("f0", "")
    ]  # fmt: skip
    assert len(rows) == 3 + MOST_ASKED
    assert len({row.feature for row in rows}) == len(rows)


def test_gene_sets_of_the_model_that_is_looked_at() -> None:
    found = made.everything().record.enrichment
    record = enrichment_of(found, "network-small")
    assert record is not None
    assert record.model == "network-small"
    assert enrichment_of(found, "linear") is None
    cells = {column.title: column.text(record.sets[0]) for column in set_columns()}
    assert cells["q"] == "0.01"
    assert cells["Measured"] == "412"
    assert cells["Among those that matter"] == "MMP9, CD177, S100A12, LCN2, BPI"
