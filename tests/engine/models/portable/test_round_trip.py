"""Every family, read back by others: onnxruntime, and numpy from the arrays alone."""

from __future__ import annotations

import io
import json
from dataclasses import replace

import numpy as np
import onnx
import pandas as pd
import pytest

from deepbench.data.preparation import Preparation
from deepbench.models.calibration import Calibration
from deepbench.models.out_of_fold import fit_final
from deepbench.models.portable.model_graph import _ADD
from deepbench.models.predictors import PresentClassesPredictor
from deepbench.models.registry import BASELINES
from deepbench.models.storage import TRUSTED_TYPES
from deepbench.models.thresholds import DecisionRule

from .array_reader import predict
from .models import (
    CASES,
    COUNTS,
    SETTINGS,
    SOME_CASES,
    calibrated,
    files_of,
    model_of,
    new_samples,
    run_onnx,
    training_of,
    values_of,
)

every = pytest.mark.parametrize(("name", "number", "task"), CASES)
# Networks are in single precision; everything else is in double.
EXACT, SINGLE = 1e-10, 1e-5


@every
def test_onnx_predicts_what_the_program_predicts(name, number, task):
    model, samples = model_of(name, number, task), new_samples(task)
    found = run_onnx(files_of(model)["model.onnx"], model, samples)
    near = SINGLE if name == "network" else EXACT
    predicted = model.predict(samples)
    np.testing.assert_allclose(values_of(found), predicted, rtol=near, atol=near)
    if task != "regression":
        said = np.array(model.info.classes, dtype=object)[model.decide(predicted)]
        np.testing.assert_array_equal(found["predicted"], said)


@every
def test_the_arrays_and_the_schema_are_the_whole_model(name, number, task):
    model, samples = model_of(name, number, task), new_samples(task)
    near = SINGLE if name == "network" else 1e-8
    found = predict(files_of(model), samples)
    np.testing.assert_allclose(found, model.predict(samples), rtol=near, atol=near)


@pytest.mark.parametrize("transform", ["log2", "log1p-cpm", "clr"])
@pytest.mark.parametrize("name", ["linear", "random_forest"])
def test_counts_are_transformed_inside(name, transform):
    model = model_of(name, 0, "binary", Preparation(transform, COUNTS))
    samples = new_samples("binary")
    files = files_of(model)
    predicted = model.predict(samples)
    found = values_of(run_onnx(files["model.onnx"], model, samples))
    np.testing.assert_allclose(found, predicted, rtol=EXACT, atol=EXACT)
    np.testing.assert_allclose(predict(files, samples), predicted, rtol=1e-8, atol=1e-8)


def test_beta_values_are_transformed_inside():
    training, samples = training_of("binary"), new_samples("binary")
    for table in (training.features, samples):
        table["gaps"] = 1.0 / (1.0 + np.exp(-4.0 * table["gaps"]))
    samples.loc[:5, "gaps"] = [0.0, 1.0, 0.0005, np.nan, 0.9995, 0.5]
    preparation = Preparation("m-values", ("gaps",))
    model = fit_final(BASELINES["linear"], training, SETTINGS["linear"][0], 1, preparation)
    files = files_of(model)
    predicted = model.predict(samples)
    found = values_of(run_onnx(files["model.onnx"], model, samples))
    np.testing.assert_allclose(found, predicted, rtol=EXACT, atol=EXACT)
    np.testing.assert_allclose(predict(files, samples), predicted, rtol=1e-8, atol=1e-8)


def test_all_columns_may_be_transformed():
    training, samples = training_of("binary"), new_samples("binary")
    training = replace(training, features=training.features[list(COUNTS)])
    samples = samples[list(COUNTS)]
    preparation = Preparation("clr", COUNTS, most_variable=2)
    model = fit_final(BASELINES["svm"], training, SETTINGS["svm"][0], 1, preparation)
    found = values_of(run_onnx(files_of(model)["model.onnx"], model, samples))
    np.testing.assert_allclose(found, model.predict(samples), rtol=EXACT, atol=EXACT)


@pytest.mark.parametrize("only", ["numbers", "texts"])
def test_a_table_may_hold_numbers_or_texts_alone(only):
    training, samples = training_of("multiclass"), new_samples("multiclass")
    texts = ["stage, at entry", "sex"]
    kept = texts if only == "texts" else [n for n in training.features if n not in texts]
    training = replace(training, features=training.features[kept])
    for name in ("dummy", "random_forest", "naive_bayes"):
        model = fit_final(BASELINES[name], training, SETTINGS[name][0], 1)
        files = files_of(model)
        predicted = model.predict(samples[kept])
        found = values_of(run_onnx(files["model.onnx"], model, samples[kept]))
        np.testing.assert_allclose(found, predicted, rtol=EXACT, atol=EXACT)
        np.testing.assert_allclose(predict(files, samples[kept]), predicted, atol=1e-8)


@pytest.mark.parametrize("kept", [[0], [3, 7], [9, 11], [6, 8, 10, 14], [9, 12, 13]])
def test_a_model_may_see_few_of_the_columns(kept):
    full = model_of("dummy", 0, "regression")
    coefficients = np.arange(1.0, len(kept) + 1.0)[:, None]
    linear = replace(model_of("linear", 0, "regression").predictor, coefficients=coefficients)
    model = replace(full, columns=np.array(kept), predictor=linear)
    samples = new_samples("regression")
    files = files_of(model)
    predicted = model.predict(samples)
    found = values_of(run_onnx(files["model.onnx"], model, samples))
    np.testing.assert_allclose(found, predicted, rtol=EXACT)
    np.testing.assert_allclose(predict(files, samples), predicted, rtol=1e-8)
    needed = {full.preprocessor.source_columns[place] for place in kept}
    assert {c["name"] for c in json.loads(files["schema.json"])["columns"]} == needed


@pytest.mark.parametrize("name", SETTINGS)
def test_wide_tables(name):
    """More columns than rows, and than the 64 arrays that numpy chooses among."""
    training = training_of("binary")
    draw = np.random.default_rng(5)
    wide = pd.DataFrame(draw.normal(size=(80, 300)), columns=[f"gene {i}" for i in range(300)])
    wide.iloc[:, :20] += training.outcome[:, None]
    wide.iloc[::5, 3] = np.nan
    training = replace(training, features=wide)
    for settings in SETTINGS[name]:
        model = fit_final(BASELINES[name], training, settings, 1)
        samples = wide + draw.normal(size=wide.shape)
        found = run_onnx(files_of(model)["model.onnx"], model, samples)
        near = pytest.approx(model.predict(samples), rel=1e-8, abs=1e-8)
        assert values_of(found) == near


def test_classes_that_were_absent_have_no_probability_and_are_not_said():
    model, samples = model_of("linear", 0, "multiclass"), new_samples("multiclass")
    inner = model_of("random_forest", 0, "binary").predictor
    shares = (0.6, 0.0, 0.4)
    model = replace(
        model,
        predictor=PresentClassesPredictor(inner, np.array([0, 2]), 3),
        calibration=Calibration(1.4, (-0.2, 0.0, 0.1), shares, 1 / 320),
        rule=DecisionRule(shares),
    )
    files = files_of(model)
    found = run_onnx(files["model.onnx"], model, samples)
    predicted = model.predict(samples)
    np.testing.assert_allclose(values_of(found), predicted, atol=EXACT)
    np.testing.assert_allclose(predict(files, samples), predicted, atol=1e-8)
    assert set(found["predicted"]) == {"a", "c"}


def test_probabilities_on_the_edge_are_decided_alike():
    """Probabilities of exactly the share: the more frequent class is said, in the file as well."""
    model = calibrated(model_of("dummy", 0, "multiclass"), 1)
    for values, shares in (
        ([0.5, 0.25, 0.25], (0.5, 0.25, 0.25)),
        ([0.3, 0.3, 0.4], (0.3, 0.3, 0.4)),
        ([0.1, 0.2, 0.7], (0.1 / 1.1, 0.2 / 1.1, 0.8 / 1.1)),
        ([1 / 3, 1 / 3, 1 / 3], None),
    ):
        predictor = replace(model.predictor, values=np.array(values))
        rule = DecisionRule(shares) if shares else None
        own = replace(model, predictor=predictor, rule=rule, calibration=None)
        samples = new_samples("multiclass").iloc[:2]
        found = run_onnx(files_of(own)["model.onnx"], own, samples)
        said = np.array(own.info.classes)[own.decide(own.predict(samples))]
        assert found["predicted"].tolist() == said.tolist()


@pytest.mark.parametrize(("name", "number", "task"), SOME_CASES)
def test_files_are_valid_and_use_only_the_standard(name, number, task):
    loaded = onnx.load_model(io.BytesIO(files_of(model_of(name, number, task))["model.onnx"]))
    onnx.checker.check_model(loaded, full_check=True)
    assert {node.domain for node in loaded.graph.node} <= {"", "ai.onnx.ml"}
    assert [n.op_type for n in loaded.graph.node if n.domain] == ["LabelEncoder"] * 2
    assert {item.domain: item.version for item in loaded.opset_import} == {"": 17, "ai.onnx.ml": 2}


def test_every_type_of_predictor_has_a_graph():
    """What models may consist of, by the list that storing holds, and networks."""
    stored = {name.rpartition(".")[2] for name in TRUSTED_TYPES if name.endswith("Predictor")}
    known = {kind.__name__ for kind in _ADD} | {"PresentClassesPredictor"}
    assert stored | {"NetworkPredictor"} == known
