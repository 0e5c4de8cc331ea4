"""Short panels: planted features are found; on noise the nested score is that of chance."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from deepbench.data.samples import Task, TrainingSet
from deepbench.interpretation.panels import FullModel, _features, summarise_panels
from deepbench.interpretation.panels_folds import PanelFold, find_panels, inner_folds
from deepbench.interpretation.panels_models import class_targets, fit_sizes
from deepbench.interpretation.panels_ranking import outcome_columns, rank_features
from deepbench.models.out_of_fold import out_of_fold
from deepbench.models.registry import get_family
from deepbench.study.records import PanelsRecord
from tests.engine.interpretation.planted import bench_of, three_causes, training_set

Floats = NDArray[np.float64]


def panels(training: TrainingSet, largest: int = 6, repeats: int = 1) -> PanelsRecord:
    bench = bench_of(training, repeats)
    found = [find_panels(bench, fold, largest, fold) for fold in range(len(bench.folds))]
    family = get_family("linear")
    params = family.portfolio(bench.shape)[0]
    predictions = out_of_fold(family, bench.cache, params, training.outcome, 1).predictions
    full = FullModel("linear", "linear model", predictions)
    on_all = find_panels(bench, None, largest, 99)
    return summarise_panels(training, bench.folds, found, on_all, full, 7)


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_three_planted_features_are_the_panel(task: Task) -> None:
    record = panels(three_causes(task))
    values = [size.score.value or 0.0 for size in record.sizes]
    assert values[2] > max(values) - 0.02
    assert values[2] > values[0] + 0.1
    assert record.smallest is not None
    assert record.smallest <= 3
    often = {f.feature for f in record.features if f.frequency >= 0.8}
    assert often <= {"g0", "g1", "g2"}
    assert len(often) == record.shown_size
    assert record.stability is not None
    assert record.stability > 0.7
    assert record.difference is not None
    assert (record.difference.value or 0.0) <= 0.03
    assert record.full.value is not None
    assert record.size_inside is not None
    assert (record.size_inside.value or 0.0) > record.full.value - 0.1
    assert "within one standard error" in record.sentences[0]


def test_direction_is_that_of_the_coefficient() -> None:
    record = panels(three_causes("binary"), largest=3)
    found = {f.feature: f.direction for f in record.features}
    assert {name: found[name] for name in ("g0", "g1", "g2") if name in found} == {
        name: sign for name, sign in (("g0", 1.0), ("g1", 1.0), ("g2", -1.0)) if name in found
    }


def _noise(seed: int) -> TrainingSet:
    generator = np.random.default_rng(seed)
    return training_set(generator.normal(size=(60, 500)), generator.permutation(np.arange(60) % 2))


def test_on_noise_the_nested_score_is_chance_while_selection_outside_is_not() -> None:
    """The attack: the same features, selected once on all samples, seem to work."""
    honest, inside, cheated = [], [], []
    for seed in range(4):
        training = _noise(seed)
        record = panels(training, largest=5)
        assert record.smallest is None
        honest.append(record.sizes[-1].score.value or 0.0)
        assert record.size_inside is not None
        inside.append(record.size_inside.value or 0.0)
        cheated.append(_selected_outside(training, 5))
    # The standard error of one AUROC of 60 is 0.075; of the mean of four about 0.04.
    assert np.mean(honest) == pytest.approx(0.5, abs=0.12)
    assert np.mean(inside) == pytest.approx(0.5, abs=0.12)
    assert np.mean(cheated) > 0.85


def _selected_outside(training: TrainingSet, size: int) -> float:
    x = training.features.to_numpy()
    said = outcome_columns(training.outcome, "binary")
    order = rank_features(x, np.arange(x.shape[1]), said, size, "forward")
    chance = np.zeros(len(x))
    for fold in bench_of(training).folds:
        target = class_targets(training.outcome[fold.fit], "binary", 2)
        models = fit_sizes(x[fold.fit], np.arange(x.shape[1]), order, target, classifies=True)
        chance[fold.tune] = models.predict(x[fold.tune])[size - 1, 1, :, 1]
    return float(roc_auc_score(training.outcome, chance))


def test_tuning_rows_have_no_say() -> None:
    training = three_causes("binary", rows=80, columns=60)
    bench = bench_of(training)
    before = find_panels(bench, 0, 5, 1)
    values = training.features.to_numpy().copy()
    outcome = training.outcome.copy()
    tune = bench.folds[0].tune
    outcome[tune] = 1 - outcome[tune]
    other = replace(training, outcome=outcome)
    changed = replace(bench, training=other)
    after = find_panels(changed, 0, 5, 1)
    assert after.order == before.order
    assert np.array_equal(after.predictions, before.predictions)
    assert values.shape == (80, 60)


def test_inner_folds_keep_units_together() -> None:
    units = np.repeat(np.arange(20), 3)
    training = training_set(np.zeros((60, 2)), np.repeat(np.arange(20) % 2, 3), units=units)
    rows = np.arange(45)
    inner = inner_folds(training, rows, 1)
    for unit in range(15):
        assert len(set(inner[units[rows] == unit])) == 1
    assert len(set(inner)) == 5


def test_twelve_units_are_not_sold_as_a_good_panel() -> None:
    generator = np.random.default_rng(5)
    record = panels(training_set(generator.normal(size=(12, 30)), np.tile([0, 1], 6)))
    assert record.smallest is None
    assert record.wide
    assert "works better than chance" in " ".join(record.sentences)
    assert record.units == 12
    difference = record.difference
    assert difference is not None
    assert difference.low is None or difference.low >= -1.0


def test_text_columns_and_missing_values_count_as_one_feature() -> None:
    generator = np.random.default_rng(6)
    training = three_causes("binary", rows=150, columns=10)
    features = training.features.copy()
    features["stage"] = np.where(
        training.outcome + generator.normal(0, 0.4, 150) > 0.5, "late", "early"
    )
    features.loc[generator.random(150) < 0.2, "g5"] = np.nan
    record = panels(replace(training, features=features), largest=11)
    assert len(record.sizes) == 11
    stage = next(f for f in record.features if f.feature == "stage")
    assert stage.frequency == 1.0
    assert stage.direction is None
    assert {f.feature for f in record.features} <= set(features.columns)


def test_no_usable_feature_gives_no_panel() -> None:
    record = panels(training_set(np.ones((30, 2)), np.arange(30) % 2))
    assert record.sizes == ()
    assert record.shown_size == 0
    assert record.sentences == ("No panel could be made: no feature varies in all folds.",)


def test_a_better_larger_panel_is_named() -> None:
    training = three_causes("regression")
    bench = bench_of(training)
    poor_full = np.tile(training.outcome.mean(), (1, 200, 1)) + 0.35 * (
        training.outcome - training.outcome.mean()
    ).reshape(1, 200, 1)
    found: list[PanelFold] = [find_panels(bench, fold, 4, fold) for fold in range(5)]
    record = summarise_panels(
        training, bench.folds, found, found[0], FullModel("svm", "SVM", poor_full), 1
    )
    assert record.smallest is not None
    assert record.smallest < 3
    assert any("A panel of 3 features does better still" in s for s in record.sentences)


def test_what_no_fold_selected_is_not_listed() -> None:
    slopes = ({"a": 1.0}, {"a": 1.0, "b": -1.0})
    panel = PanelFold(("a", "b"), 2, 1, np.zeros((2, 4, 2)), slopes)
    on_all = replace(panel, order=("a", "c"))
    listed = _features([panel, panel], on_all, 2)
    assert [entry.feature for entry in listed] == ["a", "b"]
    assert [entry.in_panel for entry in listed] == [True, False]
