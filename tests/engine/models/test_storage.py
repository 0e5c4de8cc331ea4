from __future__ import annotations

import json
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import skops.io

from deepbench.data.samples import OutcomeInfo
from deepbench.errors import StudyError
from deepbench.models.blend import BlendModel
from deepbench.models.calibration import Calibration
from deepbench.models.fitted import FittedModel
from deepbench.models.networks.predictor import NetworkPredictor
from deepbench.models.out_of_fold import fit_final
from deepbench.models.predictors import ConstantPredictor, PresentClassesPredictor
from deepbench.models.registry import BASELINES
from deepbench.models.storage import TRUSTED_TYPES, load_model, model_files, save_model
from deepbench.models.thresholds import DecisionRule
from deepbench.training.lane_records import Architecture

from .conftest import make_training


@pytest.fixture(autouse=True)
def small_forest(monkeypatch):
    monkeypatch.setattr("deepbench.models.baselines.random_forest._TREES", 5)


def model_of(name: str = "linear", task: str = "binary") -> FittedModel:
    training = make_training(task)
    family = BASELINES[name]
    from .test_families import shape_of

    return fit_final(family, training, family.portfolio(shape_of(task))[0], seed=1)


def network_of(task: str = "binary") -> FittedModel:
    base = model_of("dummy", task)
    generator = np.random.default_rng(0)
    outputs, kind = base.info.outputs, "regression" if task == "regression" else "classification"
    width = len(base.columns)
    members = tuple(
        {
            "0.weight": generator.normal(size=(4, width)).astype(np.float32),
            "0.bias": generator.normal(size=4).astype(np.float32),
            "2.weight": generator.normal(size=(outputs, 4)).astype(np.float32),
            "2.bias": generator.normal(size=outputs).astype(np.float32),
        }
        for _ in range(3)
    )
    return replace(base, predictor=NetworkPredictor(Architecture((4,), outputs, kind), members))


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_networks_predict_the_same_when_read_back(task: str, tmp_path: Path):
    model = network_of(task)
    save_model(model, tmp_path)
    features = make_training(task).features
    again = load_model(tmp_path)
    np.testing.assert_array_equal(again.predict(features), model.predict(features))
    assert isinstance(again.predictor, NetworkPredictor)
    assert again.predictor.architecture == model.predictor.architecture


def test_a_network_is_the_mean_of_its_members():
    model = network_of("multiclass")
    x = model.design_matrix(make_training("multiclass").features)
    by_hand = np.zeros((len(x), 3))
    for member in model.predictor.members:
        hidden = np.maximum(x @ member["0.weight"].T.astype(float) + member["0.bias"], 0.0)
        logits = hidden @ member["2.weight"].T.astype(float) + member["2.bias"]
        odds = np.exp(logits - logits.max(axis=1, keepdims=True))
        by_hand += odds / odds.sum(axis=1, keepdims=True) / 3.0
    np.testing.assert_allclose(model.predictor.predict(x), by_hand, atol=1e-5)


def test_a_network_must_fit_its_architecture():
    members = network_of().predictor.members
    with pytest.raises(ValueError, match="at least one member"):
        NetworkPredictor(Architecture((4,), 2, "classification"), ())
    with pytest.raises(ValueError, match="expected"):
        NetworkPredictor(Architecture((5,), 2, "classification"), members)


def test_a_class_that_was_absent_survives_storing(tmp_path: Path):
    inner = ConstantPredictor(np.array([0.3, 0.7]))
    predictor = PresentClassesPredictor(inner, np.array([0, 2]), 3)
    save_model(replace(model_of("dummy", "multiclass"), predictor=predictor), tmp_path)
    found = load_model(tmp_path).predictor.predict(np.zeros((2, 1)))
    np.testing.assert_array_equal(found, [[0.3, 0.0, 0.7]] * 2)


def test_everything_about_the_preprocessing_comes_back(tmp_path: Path):
    model = model_of()
    save_model(model, tmp_path)
    again = load_model(tmp_path)
    for name in ("columns", "output_names", "source_columns", "ranges", "text_names"):
        assert getattr(again.preprocessor, name) == getattr(model.preprocessor, name)
    assert again.info == OutcomeInfo("diagnosis", "binary", ("healthy", "ill"))


def test_a_blend_is_the_mean_of_its_calibrated_members():
    first = replace(model_of(), calibration=CALIBRATION, rule=DecisionRule((0.7, 0.3)))
    second = model_of("knn")
    features = make_training().features
    blend = BlendModel((first, second))
    predicted = blend.predict(features)
    mean = (first.predict(features) + second.predict(features)) / 2
    np.testing.assert_allclose(predicted, mean)
    np.testing.assert_array_equal(blend.decide(predicted), (mean[:, 1] > 0.3).astype(int))


CALIBRATION = Calibration(2.3, (-1 / 3, 1 / 3), (0.7, 0.3), 0.0123456789)


def test_calibration_and_decision_rule_come_back(tmp_path: Path):
    plain = model_of()
    model = replace(plain, calibration=CALIBRATION, rule=DecisionRule((0.7, 0.3)))
    save_model(model, tmp_path)
    features = make_training().features
    again = load_model(tmp_path)
    assert (again.calibration, again.rule) == (model.calibration, model.rule)
    predicted = again.predict(features)
    np.testing.assert_array_equal(predicted, CALIBRATION.apply(plain.predict(features)))
    np.testing.assert_array_equal(again.decide(predicted), (predicted[:, 1] > 0.3).astype(int))


@pytest.mark.parametrize("older", [1, 2])
def test_models_of_older_versions_still_predict_and_are_not_calibrated(older: int, tmp_path: Path):
    model = model_of()
    save_model(model, tmp_path)
    path = tmp_path / "model.json"
    description = json.loads(path.read_text("utf-8"))
    assert description["format"] == 3
    del description["calibration"], description["rule"]
    if older == 1:
        del description["transform"]
    path.write_text(json.dumps({**description, "format": older}), "utf-8")
    features = make_training().features
    again = load_model(tmp_path)
    assert (again.calibration, again.rule) == (None, None)
    predicted = again.predict(features)
    np.testing.assert_array_equal(predicted, model.predict(features))
    np.testing.assert_array_equal(again.decide(predicted), predicted.argmax(axis=1))


@pytest.mark.parametrize(
    "stored", [{"slope": 2.0}, {"slope": 2.0, "shifts": 3, "shares": [1.0], "floor": 0.1}, [1]]
)
def test_a_damaged_calibration_is_said(stored: object, tmp_path: Path):
    save_model(model_of(), tmp_path)
    path = tmp_path / "model.json"
    description = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps({**description, "calibration": stored}), "utf-8")
    with pytest.raises(StudyError, match="damaged"):
        load_model(tmp_path)


@pytest.mark.parametrize("name", BASELINES)
def test_the_same_model_gives_the_same_bytes(name: str):
    first, second = model_files(model_of(name)), model_files(model_of(name))
    assert first == second


def test_only_what_is_needed_is_trusted():
    needed: set[str] = set()
    for task in ("binary", "regression"):
        for name, family in BASELINES.items():
            if task in family.tasks:
                parts = model_files(model_of(name, task))["parts.skops"]
                needed |= set(skops.io.get_untrusted_types(data=parts))
    needed.add(f"{PresentClassesPredictor.__module__}.PresentClassesPredictor")
    assert sorted(needed) == sorted(TRUSTED_TYPES)


def test_nothing_is_pickled():
    for name in BASELINES:
        for content in model_files(model_of(name)).values():
            assert b"\x80\x04\x95" not in content
            assert b"\x80\x05\x95" not in content


class Stranger:
    def predict(self, x):
        raise AssertionError("a foreign type was run")


def test_foreign_types_are_refused(tmp_path: Path):
    save_model(model_of("dummy"), tmp_path)
    parts = skops.io.loads((tmp_path / "parts.skops").read_bytes(), trusted=list(TRUSTED_TYPES))
    parts["predictor"] = Stranger()
    (tmp_path / "parts.skops").write_bytes(skops.io.dumps(parts))
    with pytest.raises(StudyError, match="no model of DeepBench has"):
        load_model(tmp_path)


def test_damage_is_said(tmp_path: Path):
    with pytest.raises(StudyError, match="could not be read"):
        load_model(tmp_path / "nowhere")
    save_model(network_of(), tmp_path)
    kept = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    for name in ("parts.skops", "model.json", "members.safetensors"):
        (tmp_path / name).write_bytes(kept[name][: len(kept[name]) // 2])
        with pytest.raises(StudyError, match="damaged"):
            load_model(tmp_path)
        (tmp_path / name).write_bytes(kept[name])
    load_model(tmp_path)


def test_a_newer_format_is_said(tmp_path: Path):
    save_model(model_of("dummy"), tmp_path)
    path = tmp_path / "model.json"
    path.write_text(json.dumps({**json.loads(path.read_text("utf-8")), "format": 99}), "utf-8")
    with pytest.raises(StudyError, match="newer version"):
        load_model(tmp_path)


def test_files_say_nothing_about_time():
    import io

    parts = model_files(model_of())["parts.skops"]
    with zipfile.ZipFile(io.BytesIO(parts)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
