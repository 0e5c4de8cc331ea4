"""Fits on folds: held-out samples, twins, other starts, blocks, and what is kept on disk."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pandas as pd
import pytest

from deepbench.interpretation import attributions, fold_sums, fold_tasks
from deepbench.interpretation.attributions import Attributor
from deepbench.interpretation.fold_models import fold_model
from deepbench.interpretation.fold_results import FoldResult
from deepbench.interpretation.fold_sums import explain_rows
from deepbench.interpretation.network_attributions import randomised
from deepbench.models.family import Params
from deepbench.models.networks.predictor import NetworkPredictor
from tests.engine.interpretation.fold_fits import Fits
from tests.engine.interpretation.planted import bench_of, three_causes, training_set

RIDGE: Params = {"penalty": "l2", "strength": 1.0}
FOREST: Params = {"trees": 20, "splits": "best", "tried": 1, "min_samples_leaf": 5}
KNN: Params = {"neighbours": 7, "weights": "uniform", "components": None}
NETWORK: Params = {
    "optimizer": "adam",
    "learning_rate": 5e-3,
    "weight_decay": 1e-2,
    "dropout": 0.0,
    "balanced": False,
    "smoothing": 0.0,
}


def fits(
    monkeypatch: pytest.MonkeyPatch, family: str, params: Params, task: str = "binary"
) -> Fits:
    training = three_causes(task, rows=90, columns=8)  # type: ignore[arg-type]
    starts = 2 if family.startswith("network") else 1
    return Fits(monkeypatch, bench_of(training, folds=3), family, params, starts)


def same(one: FoldResult, other: FoldResult) -> bool:
    """Whether two results are equal but for times."""
    for field in fields(FoldResult):
        if field.name.endswith("_seconds"):
            continue
        a, b = getattr(one, field.name), getattr(other, field.name)
        if isinstance(a, np.ndarray):
            if not np.array_equal(a, b, equal_nan=a.dtype.kind == "f"):
                return False
        elif field.name in {"single", "neighbours"}:
            if (a is None) != (b is None):
                return False
            for name, value in vars(a).items() if a is not None else ():
                if isinstance(value, np.ndarray):
                    assert np.array_equal(value, vars(b)[name], equal_nan=True)
        elif a != b and not (isinstance(a, float) and np.isnan(a) and np.isnan(b)):
            return False
    return True


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
@pytest.mark.parametrize(
    ("family", "params"),
    [("linear", RIDGE), ("random_forest", FOREST), ("network-small", NETWORK)],
)
def test_every_held_out_sample_is_explained_once_and_sums_hold(
    family: str, params: Params, task: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = fits(monkeypatch, family, params, task)
    folds = own.run("model")
    rows = np.concatenate([fold.rows for fold in folds])
    assert sorted(rows.tolist()) == list(range(90))
    for fold, part in zip(folds, own.bench.folds, strict=True):
        assert np.array_equal(fold.rows, part.tune)
        single = fold.single
        assert single is not None
        sums = single.values.sum(axis=1) + single.rest + single.base
        tolerance = 0.01 if family.startswith("network") else 1e-5
        assert np.abs(sums - single.outputs).max() <= tolerance * fold.attributed
        assert fold.size == pytest.approx(np.abs(single.values).mean(axis=(0, 2)), rel=1e-4)
        assert len(fold.size_by_start) == (2 if family.startswith("network") else 0)
    size = dict(zip(folds[0].features, folds[0].size, strict=True))
    assert min(size[name] for name in ("g0", "g1", "g2")) > 0.0


def test_a_first_look_and_other_fits_explain_some_of_the_same_samples(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    own = fits(monkeypatch, "linear", RIDGE)
    few = own.run("model", most=4)[0]
    more = own.run("twin", most=10, wanted=("g1",))[0]
    assert len(few.rows) == 4
    assert set(few.rows) < set(more.rows) < set(own.bench.folds[0].tune)
    assert more.single is not None
    assert more.single.values.shape == (10, 1, 1)
    assert own.run("twin", most=10, wanted=())[0].single is None


def test_a_model_that_waited_is_the_one_fitted_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    own = fits(monkeypatch, "random_forest", FOREST)
    fresh = own.run("model")[1]
    fold_tasks.attribute_fold(own.task("model", 1, most=4, preview=True))
    waiting = fold_model(own.bench, own.task("model", 1).fit, wait=True)
    again = own.run("model")[1]
    assert same(fresh, again)
    assert waiting.fit.shape[1] == len(waiting.sources)


def test_shuffles_differ_from_each_other_and_from_the_model(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    own = fits(monkeypatch, "linear", RIDGE)
    model, first, second = own.run("model"), own.run("twin", 0), own.run("twin", 1)
    of_causes = [fold.size[:3].sum() / fold.size.sum() for fold in model]
    assert min(of_causes) > 0.5
    assert not np.array_equal(first[0].size, second[0].size)
    assert np.mean([fold.size[:3].sum() / fold.size.sum() for fold in first]) < 0.6


def test_columns_of_no_use_get_little(monkeypatch: pytest.MonkeyPatch) -> None:
    own = fits(monkeypatch, "linear", RIDGE)
    for fold in own.run("noise", wanted=()):
        size = dict(zip(fold.features, fold.size, strict=True))
        assert set(fold.noise_features) == {f"g{i}" for i in range(8)}
        assert 2 * fold.noise.mean() < min(size[name] for name in ("g0", "g1", "g2"))
        assert not any("noise" in name for name in fold.features)


def test_small_blocks_and_little_room_change_nothing_that_is_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for family, params in (("random_forest", FOREST), ("knn", KNN)):
        own = fits(monkeypatch, family, params, "multiclass")
        whole = own.run("model")[0]
        with monkeypatch.context() as patch:
            patch.setattr(attributions, "_MOST_ROWS", 3)
            assert same(own.run("model")[0], whole)
        with monkeypatch.context() as patch:
            patch.setattr(fold_sums, "MOST_BYTES", 1)
            patch.setattr(fold_sums, "_FEWEST_KEPT", 2)
            small = own.run("model")[0]
        assert np.array_equal(small.size, whole.size)
        assert small.single is not None
        assert whole.single is not None
        assert small.single.values.shape[1] == 2
        total = small.single.values.sum(axis=1) + small.single.rest
        assert total == pytest.approx(
            whole.single.values.sum(axis=1) + whole.single.rest, abs=1e-5
        )


@pytest.mark.parametrize(("family", "params"), [("linear", RIDGE), ("network-small", NETWORK)])
def test_what_is_kept_on_disk_is_read_again(
    family: str, params: Params, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = fits(monkeypatch, family, params)
    for found in (own.run("model")[0], own.run("noise", wanted=())[0]):
        again = FoldResult.from_bytes(found.to_bytes())
        assert same(found, again)
        assert again.fit_seconds == found.fit_seconds


def test_samples_of_a_unit_are_never_explained_by_their_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rng = np.random.default_rng(0)
    features = pd.DataFrame(rng.normal(size=(80, 4)), columns=list("abcd"))
    units = np.repeat(np.arange(20), 4)
    training = training_set(features, (np.arange(20) % 2)[units], units=units)
    own = Fits(monkeypatch, bench_of(training, folds=4), "linear", RIDGE)
    for fold in own.run("model"):
        fit = own.bench.folds[fold.fold].fit
        assert set(units[fold.rows]).isdisjoint(units[fit])


def test_a_network_that_learned_differs_from_one_with_random_weights(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    training = three_causes("binary", rows=120, columns=40)
    own = Fits(monkeypatch, bench_of(training, folds=3), "network-small", NETWORK, 2)
    checks = [fold.weights_check for fold in own.run("model")]
    assert np.abs(np.mean(checks)) < 0.5
    model = fold_model(own.bench, own.task("model", 0).fit)
    assert isinstance(model.predictor, NetworkPredictor)
    other = randomised(model.predictor, 1)
    for name, values in model.predictor.members[0].items():
        assert other.members[0][name].shape == values.shape
        if values.ndim == 2:
            assert other.members[0][name].std() == pytest.approx(values.std(), rel=0.5)
    assert np.isnan(fits(monkeypatch, "linear", RIDGE).run("model")[0].weights_check)


def test_one_class_alone_in_a_fold_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    training = three_causes("multiclass", rows=60, columns=5)
    rare = replace(training, outcome=np.where(np.arange(60) == 3, 2, np.arange(60) % 2))
    own = Fits(monkeypatch, bench_of(rare, folds=3), "random_forest", FOREST)
    found = own.all(draws=1)
    assert sum(len(fold.rows) for fold in found.folds) == 60


def test_rows_explained_together_are_those_explained_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    own = fits(monkeypatch, "network-small", NETWORK)
    model = fold_model(own.bench, own.task("model", 0).fit)

    def attributor() -> Attributor:
        info = own.bench.training.info
        return Attributor(model.predictor, info, model.sources, model.fit, model.tune, 5, 1)

    together = explain_rows(attributor(), model.tune[:5])
    alone = np.concatenate(
        [explain_rows(attributor(), model.tune[i : i + 1]).sizes for i in range(5)]
    )
    assert together.sizes == pytest.approx(alone, rel=1e-5)
