"""Attributions against closed forms, all coalitions, and finite differences."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any, Literal

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from sklearn.neighbors import KNeighborsClassifier

from deepbench.data.samples import OutcomeInfo
from deepbench.errors import Cancelled
from deepbench.interpretation import attributions
from deepbench.interpretation.attributions import (
    NO_METHOD,
    TOLERANCES,
    Attributions,
    attribute,
)
from deepbench.interpretation.permutation_attributions import MOST_FEATURES
from deepbench.models.baselines.linear import LinearPredictor
from deepbench.models.baselines.naive_bayes import NaiveBayesFamily
from deepbench.models.baselines.random_forest import RandomForestFamily
from deepbench.models.baselines.svm import SvmFamily
from deepbench.models.family import BaselineFamily, FitRows, Params
from deepbench.models.fitted import FittedModel, Predictor
from deepbench.models.networks.predictor import NetworkPredictor
from deepbench.models.predictors import ConstantPredictor, PresentClassesPredictor
from deepbench.models.preprocessing import Preprocessor
from deepbench.training.lane_records import Architecture

Floats = NDArray[np.float64]
Value = Callable[[tuple[int, ...]], Floats]
Shapley = Callable[[Value, int], Floats]
BINARY = OutcomeInfo("tumour", "binary", ("benign", "malignant"))
THREE = OutcomeInfo("type", "multiclass", ("a", "b", "c"))
LENGTH = OutcomeInfo("length", "regression")


class FunctionPredictor:
    """Predicts by a function of the columns, of which it may only be asked the result."""

    def __init__(self, function: Callable[[Floats], Floats]) -> None:
        self.function = function

    def predict(self, x: Floats) -> Floats:
        return self.function(x)


def table(rows: int, columns: int, seed: int = 0) -> pd.DataFrame:
    drawn = np.random.default_rng(seed).normal(size=(rows, columns))
    return pd.DataFrame(drawn, columns=[f"f{i}" for i in range(columns)])


def fitted(
    predictor: Predictor,
    info: OutcomeInfo,
    features: pd.DataFrame,
    columns: Sequence[int] | None = None,
) -> FittedModel:
    """A model whose preprocessing was fitted on ``features``."""
    preprocessor = Preprocessor.fit(features)
    every = range(len(preprocessor.output_names))
    chosen = np.array(every if columns is None else columns, dtype=np.int64)
    return FittedModel("some model", info, preprocessor, chosen, predictor)


def linear(inputs: int, info: OutcomeInfo, seed: int = 2) -> LinearPredictor:
    rng = np.random.default_rng(seed)
    decisions = info.outputs if info.task == "multiclass" else 1
    weights = rng.normal(size=(inputs, decisions))
    return LinearPredictor(weights, rng.normal(size=decisions), info.task != "regression")


def network(
    inputs: int, hidden: tuple[int, ...], info: OutcomeInfo, seed: int = 1, members: int = 2
) -> NetworkPredictor:
    """A network with drawn weights, which bends within the data and differs between starts."""
    rng = np.random.default_rng(seed)
    parameters = []
    for _ in range(members):
        own: dict[str, NDArray[np.float32]] = {}
        for layer, (fan_in, fan_out) in enumerate(pairwise((inputs, *hidden, info.outputs))):
            weight = rng.normal(size=(fan_out, fan_in), scale=1.5 / math.sqrt(fan_in))
            own[f"{2 * layer}.weight"] = weight.astype(np.float32)
            own[f"{2 * layer}.bias"] = rng.normal(size=fan_out).astype(np.float32)
        parameters.append(own)
    task: Literal["classification", "regression"] = (
        "regression" if info is LENGTH else "classification"
    )
    return NetworkPredictor(Architecture(hidden, info.outputs, task), tuple(parameters))


def interventional(function: Callable[[Floats], Floats], background: Floats, row: Floats) -> Value:
    """Expected output when some columns have the row's values and others the background's."""

    def value(known: tuple[int, ...]) -> Floats:
        rows = background.copy()
        rows[:, list(known)] = row[list(known)]
        return function(rows).mean(axis=0)

    return value


def log_odds(p: Floats) -> Floats:
    return np.log(p[:, 1:]) - np.log(p[:, :1])


# --- linear models ------------------------------------------------------------------------


def test_linear_is_weight_times_distance_from_the_mean() -> None:
    features, samples = table(60, 5), table(8, 5, seed=9)
    predictor = linear(5, BINARY)
    found = attribute(fitted(predictor, BINARY, features), features, samples, seed=1)
    scaled = (samples - features.mean()) / features.std(ddof=0)
    assert found.values[..., 0] == pytest.approx(scaled.to_numpy() * predictor.coefficients[:, 0])
    assert found.outputs == pytest.approx(log_odds(predictor.predict(scaled.to_numpy())))
    assert found.unit == "log-odds of malignant"
    assert found.features == tuple(features.columns)


def test_linear_agrees_with_brute_force_for_several_classes(shapley: Shapley) -> None:
    features, samples = table(20, 4), table(3, 4, seed=9)
    predictor = linear(4, THREE)
    model = fitted(predictor, THREE, features)
    found = attribute(model, features, samples, seed=1)

    def against_mean(x: Floats) -> Floats:
        logits = np.log(predictor.predict(x))
        return logits - logits.mean(axis=1, keepdims=True)

    start, x = model.design_matrix(features), model.design_matrix(samples)
    for i, row in enumerate(x):
        expected = shapley(interventional(against_mean, start, row), 4)
        assert found.values[i] == pytest.approx(expected)


def test_linear_regression_is_in_units_of_the_outcome() -> None:
    features, samples = table(30, 3), table(5, 3, seed=4)
    model = fitted(linear(3, LENGTH), LENGTH, features)
    found = attribute(model, features, samples, seed=1)
    assert found.unit == "units of length"
    assert found.outputs == pytest.approx(model.predict(samples))
    assert found.base == pytest.approx(model.predict(features).mean(axis=0))


# --- networks -----------------------------------------------------------------------------


@pytest.mark.parametrize("info", [BINARY, THREE, LENGTH], ids=lambda info: info.task)
def test_linear_rung_is_exact(info: OutcomeInfo) -> None:
    features, samples = table(40, 6), table(5, 6, seed=9)
    predictor = network(6, (), info)
    model = fitted(predictor, info, features)
    found = attribute(model, features, samples, seed=1)
    start, x = model.design_matrix(features), model.design_matrix(samples)
    weights = np.mean([m["0.weight"].astype(np.float64) for m in predictor.members], axis=0)
    if info is BINARY:
        weights = weights[1:] - weights[:1]
    elif info is THREE:
        weights = weights - weights.mean(axis=0)
    expected = (x - start.mean(axis=0))[:, :, None] * weights.T
    assert found.values == pytest.approx(expected, abs=1e-9)


def test_gradients_agree_with_finite_differences() -> None:
    """Expected gradients of one sample from one background row, integrated by differences."""
    features, samples = table(40, 4), table(1, 4, seed=9)
    predictor = network(4, (8, 5), BINARY, members=1)
    model = fitted(predictor, BINARY, features)
    background = features.iloc[:1]
    found = attribute(model, background, samples, seed=1)
    start, x = model.design_matrix(background)[0], model.design_matrix(samples)[0]

    def logit(rows: Floats) -> Floats:
        hidden = rows
        for name in ("0", "2", "4"):
            own = predictor.members[0]
            hidden = hidden @ own[f"{name}.weight"].T.astype(np.float64) + own[f"{name}.bias"]
            if name != "4":
                hidden = np.maximum(hidden, 0.0)
        return hidden[:, 1] - hidden[:, 0]

    way = (np.arange(4_000) + 0.5) / 4_000
    points = start + way[:, None] * (x - start)
    step = 1e-6
    expected = []
    for column in range(4):
        shift = np.zeros(4)
        shift[column] = step
        slope = (logit(points + shift) - logit(points - shift)) / (2 * step)
        expected.append((x - start)[column] * slope.mean())
    assert found.values[0, :, 0] == pytest.approx(expected, abs=0.05)
    assert np.sum(expected) == pytest.approx(float(found.outputs[0, 0] - found.base[0]), abs=1e-2)


@pytest.mark.parametrize("info", [BINARY, THREE, LENGTH], ids=lambda info: info.task)
def test_networks_add_up(info: OutcomeInfo) -> None:
    features, samples = table(80, 30), table(6, 30, seed=9)
    model = fitted(network(30, (16, 8), info, members=1), info, features)
    found = attribute(model, features, samples, seed=1)
    spread = float(np.abs(found.outputs - found.base).max())
    assert 0.0 < found.local_accuracy_error < 0.005 * spread
    if info is BINARY:
        assert found.outputs == pytest.approx(log_odds(model.predict(samples)), abs=1e-4)
    if info is LENGTH:
        assert found.outputs == pytest.approx(model.predict(samples), abs=1e-4)


def test_columns_without_weight_get_nothing() -> None:
    features, samples = table(50, 6), table(4, 6, seed=9)
    predictor = network(6, (12,), BINARY)
    for member in predictor.members:
        member["0.weight"][:, 2] = 0.0
    found = attribute(fitted(predictor, BINARY, features), features, samples, seed=1)
    assert np.array_equal(found.values[:, 2], np.zeros((4, 1)))
    assert np.abs(found.values[:, [0, 1, 3, 4, 5]]).min() > 0.0


# --- any other model ----------------------------------------------------------------------


def test_permutation_is_exact_for_interactions_of_two(shapley: Shapley) -> None:
    features, samples = table(4, 5), table(3, 5, seed=9)

    def pairs(x: Floats) -> Floats:
        return (x[:, 0] * x[:, 1] - 2.0 * x[:, 2] * x[:, 3] + x[:, 4])[:, None]

    model = fitted(FunctionPredictor(pairs), LENGTH, features)
    found = attribute(model, features.iloc[:1], samples, seed=1)
    start, x = model.design_matrix(features.iloc[:1]), model.design_matrix(samples)
    for i, row in enumerate(x):
        assert found.values[i] == pytest.approx(shapley(interventional(pairs, start, row), 5))


def test_permutation_explains_probabilities_exactly_in_sum() -> None:
    features, samples = table(90, 4), table(6, 4, seed=9)
    preprocessor = Preprocessor.fit(features)
    neighbours = KNeighborsClassifier(7)
    neighbours.fit(preprocessor.transform(features), np.arange(90) % 3)

    def predict(x: Floats) -> Floats:
        return np.asarray(neighbours.predict_proba(x))

    model = fitted(FunctionPredictor(predict), THREE, features)
    found = attribute(model, features, samples, seed=1)
    assert found.local_accuracy_error < 1e-12
    assert found.outputs == pytest.approx(model.predict(samples))
    assert found.unit.startswith("probability")
    assert found.sentences == ()


def test_wide_tables_explain_the_strongest_and_the_rest_together() -> None:
    columns = 600
    features, samples = table(40, columns), table(4, columns, seed=9)
    weights = np.full(columns, 0.01)
    strong = [3, 77, 400]
    weights[strong] = 2.0

    def predict(x: Floats) -> Floats:
        return (x @ weights)[:, None]

    model = fitted(FunctionPredictor(predict), LENGTH, features)
    found = attribute(model, features, samples, seed=1)
    explained = np.abs(found.values).sum(axis=(0, 2)) > 0.0
    assert explained.sum() == MOST_FEATURES
    assert explained[strong].all()
    assert found.local_accuracy_error < 1e-9
    assert np.abs(found.rest).max() > 0.0
    assert "Of 600 features, the 50 on which" in found.sentences[0]
    start, x = model.design_matrix(features), model.design_matrix(samples)
    # Background rows are drawn, so a weight times the distance from the mean holds roughly.
    exact = (x - start.mean(axis=0))[:, strong] * 2.0
    assert found.values[:, strong, 0] == pytest.approx(exact, abs=1.5)


# --- whatever the model -------------------------------------------------------------------


def test_columns_of_one_source_are_added_up() -> None:
    rng = np.random.default_rng(5)
    features = pd.DataFrame(
        {
            "age": np.where(rng.random(60) < 0.2, np.nan, rng.normal(size=60)),
            "stage": rng.choice(np.array(["I", "II", "III"], dtype=object), 60),
            "size": rng.normal(size=60),
        }
    )
    samples = features.iloc[:7].reset_index(drop=True)
    preprocessor = Preprocessor.fit(features)
    names = preprocessor.output_names
    assert len(names) == 6
    predictor = linear(6, BINARY)
    found = attribute(fitted(predictor, BINARY, features), features, samples, seed=1)
    single = preprocessor.transform(samples) - preprocessor.transform(features).mean(axis=0)
    single *= predictor.coefficients[:, 0]
    assert found.features == ("age", "size", "stage")
    for name in found.features:
        own = [i for i, source in enumerate(preprocessor.source_columns) if source == name]
        place = found.features.index(name)
        assert found.values[:, place, 0] == pytest.approx(single[:, own].sum(axis=1))
    by_model = FunctionPredictor(predictor.decide)
    permuted = attribute(fitted(by_model, LENGTH, features), features, samples, seed=1)
    assert permuted.features == found.features
    assert permuted.local_accuracy_error < 1e-9


def test_only_columns_that_the_model_sees_are_named() -> None:
    features, samples = table(30, 6), table(3, 6, seed=9)
    model = fitted(linear(2, BINARY), BINARY, features, columns=[4, 1])
    found = attribute(model, features, samples, seed=1)
    assert found.features == ("f4", "f1")
    assert found.values.shape == (3, 2, 1)


def test_constant_model_needs_no_method() -> None:
    features = table(20, 3)
    model = fitted(ConstantPredictor(np.array([0.7, 0.3])), BINARY, features)
    found = attribute(model, features, features.iloc[:4], seed=1)
    assert found.method == NO_METHOD
    assert np.array_equal(found.values, np.zeros((4, 3, 1)))
    assert found.base == pytest.approx(0.3)
    assert found.local_accuracy_error == 0.0


def test_absent_classes_get_nothing() -> None:
    features, samples = table(40, 4), table(3, 4, seed=9)
    inner = linear(4, BINARY)
    predictor = PresentClassesPredictor(inner, np.array([0, 2]), 3)
    found = attribute(fitted(predictor, THREE, features), features, samples, seed=1)
    alone = attribute(fitted(inner, BINARY, features), features, samples, seed=1)
    assert found.values.shape == (3, 4, 3)
    assert np.array_equal(found.values[..., 1], np.zeros((3, 4)))
    assert found.values[..., 2] - found.values[..., 0] == pytest.approx(alone.values[..., 0])
    assert found.local_accuracy_error < 1e-12


def _predictors() -> list[tuple[str, Predictor]]:
    features = table(60, 5)
    x = Preprocessor.fit(features).transform(features)
    y = (x[:, 0] + x[:, 1] * x[:, 2] > 0).astype(int)
    rows = FitRows(x, np.arange(x.shape[1]), y, np.arange(len(x)), "binary")
    params = {"trees": 5, "splits": "best", "tried": 1, "min_samples_leaf": 1}
    forest = RandomForestFamily().fit(rows, params, seed=0)

    def bend(rows: Floats) -> Floats:
        p = 1.0 / (1.0 + np.exp(-np.sin(rows).sum(axis=1)))
        return np.column_stack([1.0 - p, p])

    return [
        ("linear", linear(5, BINARY)),
        ("forest", forest),
        ("network", network(5, (6,), BINARY)),
        ("function", FunctionPredictor(bend)),
    ]


PREDICTORS = _predictors()


@pytest.mark.parametrize("predictor", [p for _, p in PREDICTORS], ids=[n for n, _ in PREDICTORS])
def test_every_method_repeats_itself_and_adds_up(predictor: Predictor) -> None:
    features, samples = table(60, 5), table(20, 5, seed=9)
    model = fitted(predictor, BINARY, features)

    def once() -> Attributions:
        return attribute(model, features, samples, seed=3)

    first, second = once(), once()
    assert np.array_equal(first.values, second.values)
    assert first.local_accuracy_error < 0.02
    assert first.values.shape == (20, 5, 1)
    assert first.outputs.shape == (20, 1)


@pytest.mark.parametrize(
    "predictor", [p for _, p in PREDICTORS[1:]], ids=lambda p: type(p).__name__
)
def test_progress_is_told_and_can_stop(predictor: Predictor) -> None:
    features, samples = table(60, 5), table(20, 5, seed=9)
    model = fitted(predictor, BINARY, features)
    told: list[tuple[int, int]] = []
    attribute(model, features, samples, 1, lambda done, total: told.append((done, total)))
    assert told[-1][0] == told[-1][1] > 0
    assert [done for done, _ in told] == sorted(done for done, _ in told)

    def stop(done: int, total: int) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        attribute(model, features, samples, 1, stop)


# --- models that add up columns -----------------------------------------------------------


def fitted_family(
    family: BaselineFamily, params: Params, x: Floats, outcome: NDArray[Any], info: OutcomeInfo
) -> Predictor:
    rows = FitRows(x, np.arange(x.shape[1]), outcome, np.arange(len(x)), info.task)
    return family.fit(rows, params, seed=0)


@pytest.mark.parametrize("info", [BINARY, LENGTH], ids=lambda info: info.task)
def test_linear_machine_agrees_with_brute_force(info: OutcomeInfo, shapley: Shapley) -> None:
    features, samples = table(40, 4), table(3, 4, seed=9)
    x = Preprocessor.fit(features).transform(features)
    outcome = x[:, 0] - x[:, 1] if info is LENGTH else (x[:, 0] > 0).astype(np.int64)
    params = {"kernel": "linear", "C": 1.0, "epsilon": 0.1}
    predictor = fitted_family(SvmFamily(), params, x, outcome, info)
    model = fitted(predictor, info, features)
    found = attribute(model, features, samples, seed=1)
    assert found.method == "linear SHAP (exact)"
    explained = (
        predictor.predict if info is LENGTH else lambda rows: log_odds(predictor.predict(rows))
    )
    start, rows = model.design_matrix(features), model.design_matrix(samples)
    for i, row in enumerate(rows):
        expected = shapley(interventional(explained, start, row), 4)
        assert found.values[i] == pytest.approx(expected, abs=1e-8)
    assert found.outputs == pytest.approx(explained(rows))


def test_naive_bayes_of_two_classes_agrees_with_brute_force(shapley: Shapley) -> None:
    features, samples = table(40, 4), table(3, 4, seed=9)
    x = Preprocessor.fit(features).transform(features)
    outcome = (np.abs(x[:, 0]) + x[:, 1] > 0.8).astype(np.int64)
    predictor = fitted_family(NaiveBayesFamily(), {"smoothing": 0.1}, x, outcome, BINARY)
    model = fitted(predictor, BINARY, features)
    found = attribute(model, features, samples, seed=1)
    assert found.method == "additive SHAP (exact)"
    start, rows = model.design_matrix(features), model.design_matrix(samples)
    for i, row in enumerate(rows):
        value = interventional(lambda these: log_odds(predictor.predict(these)), start, row)
        assert found.values[i] == pytest.approx(shapley(value, 4), abs=1e-8)


def test_several_classes_of_a_machine_are_left_to_permutation() -> None:
    features, samples = table(60, 3), table(3, 3, seed=9)
    x = Preprocessor.fit(features).transform(features)
    predictor = fitted_family(
        SvmFamily(), {"kernel": "linear", "C": 1.0}, x, np.arange(60) % 3, THREE
    )
    found = attribute(fitted(predictor, THREE, features), features, samples, seed=1)
    assert found.method == "permutation SHAP"
    assert found.local_accuracy_error < 1e-9


# --- blocks, starts, points ---------------------------------------------------------------


def test_attributions_are_the_mean_of_the_starts() -> None:
    features, samples = table(40, 6), table(5, 6, seed=9)
    both = network(6, (8,), BINARY, members=2)
    found = attribute(fitted(both, BINARY, features), features, samples, seed=1)
    assert found.by_start is not None
    assert found.values == pytest.approx(found.by_start.mean(axis=0))
    for number, member in enumerate(both.members):
        alone = NetworkPredictor(both.architecture, (member,))
        own = attribute(fitted(alone, BINARY, features), features, samples, seed=1)
        assert own.by_start is None
        assert own.values == pytest.approx(found.by_start[number])


@pytest.mark.parametrize("predictor", [p for _, p in PREDICTORS], ids=[n for n, _ in PREDICTORS])
def test_blocks_of_rows_change_nothing(
    predictor: Predictor, monkeypatch: pytest.MonkeyPatch
) -> None:
    features, samples = table(60, 5), table(11, 5, seed=9)
    model = fitted(predictor, BINARY, features)
    whole = attribute(model, features, samples, seed=3)
    monkeypatch.setattr(attributions, "_MOST_ROWS", 2)
    assert attribute(model, features, samples, seed=3).values == pytest.approx(whole.values)


def test_lines_get_more_points_until_sums_hold() -> None:
    """A network with many kinks between the background and the sample."""
    features, samples = table(50, 3), 4.0 * table(6, 3, seed=9)
    model = fitted(network(3, (128, 64), LENGTH, members=1), LENGTH, features)
    found = attribute(model, features, samples, seed=1)
    assert found.local_accuracy_error < TOLERANCES[found.method] * found.attributed


def test_every_method_has_a_tolerance() -> None:
    methods = {
        attribute(fitted(p, BINARY, table(60, 5)), table(60, 5), table(2, 5), 1).method
        for _, p in PREDICTORS
    }
    assert methods | {NO_METHOD} <= set(TOLERANCES)
    assert all(0.0 < share <= 0.01 for share in TOLERANCES.values())
