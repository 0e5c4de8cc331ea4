"""The files as such: the same bytes each time, nothing of the machine or of samples, refusals."""

from __future__ import annotations

import getpass
import hashlib
import json
import re
import socket
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
from safetensors.numpy import load

from deepbench.errors import StageBlocked
from deepbench.models.portable import kernel_graphs, model_graph, storing
from deepbench.models.portable.inputs import ModelInputs
from deepbench.models.portable.storing import portable_files
from deepbench.models.predictors import ConstantPredictor

from .models import SOME_CASES, files_of, model_of, training_of

every = pytest.mark.parametrize(("name", "number", "task"), SOME_CASES)


@every
def test_the_same_model_gives_the_same_bytes(name, number, task):
    first = files_of(model_of(name, number, task))
    model_of.cache_clear()
    assert files_of(model_of(name, number, task)) == first


@every
def test_nothing_of_machine_person_sample_or_time_is_inside(name, number, task):
    files = files_of(model_of(name, number, task), training=training_of(task))
    forbidden = [b"PAT-", str(Path.cwd()).encode(), str(Path.home()).encode() + b"/"]
    # Short names are in many words.
    forbidden += [n.encode() for n in (getpass.getuser(), socket.gethostname()) if len(n) > 5]
    for content in files.values():
        assert not [text for text in forbidden if text in content]
        assert re.search(rb"20\d\d-\d\d-\d\d|\d\d:\d\d:\d\d", content) is None
    assert not any(content.startswith(b"\x80") for content in files.values())


def test_the_onnx_file_says_who_made_it_and_nothing_else():
    files = files_of(model_of("linear", 0, "binary"))
    loaded = onnx.load_model_from_string(files["model.onnx"])
    assert (loaded.producer_name, loaded.producer_version) == ("DeepBench", "0.1.0")
    assert (loaded.doc_string, loaded.domain, len(loaded.metadata_props)) == ("", "", 0)
    assert loaded.graph.doc_string == ""
    assert [i.name for i in loaded.graph.input] == ["numbers", "texts"]
    assert [o.name for o in loaded.graph.output] == ["probabilities", "predicted"]


@every
def test_the_schema_knows_the_other_files(name, number, task):
    files = files_of(model_of(name, number, task))
    schema = json.loads(files["schema.json"])
    for other in ("model.onnx", "model.safetensors"):
        assert schema["files"][other] == {
            "bytes": len(files[other]),
            "sha256": hashlib.sha256(files[other]).hexdigest(),
        }
    arrays = load(files["model.safetensors"])
    said = {array["name"]: array for array in schema["arrays"]}
    assert said.keys() == arrays.keys()
    assert all(list(arrays[n].shape) == said[n]["shape"] and said[n]["meaning"] for n in arrays)


def test_a_linear_machine_leaves_without_its_support_vectors():
    for task in ("binary", "multiclass", "regression"):
        arrays = load(files_of(model_of("svm", 1, task))["model.safetensors"])
        width = len(model_of("svm", 1, task).columns)
        assert "svm.support" not in arrays
        assert arrays["svm.coefficients"].shape[0] == width
        largest = max(values.size for values in arrays.values())
        assert largest <= width * 3


def test_how_many_rows_reached_a_leaf_does_not_leave():
    arrays = load(files_of(model_of("random_forest", 0, "binary"))["model.safetensors"])
    assert not [name for name in arrays if "count" in name]


# --- refusals ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["linear", "svm", "naive_bayes"])
def test_a_file_that_predicts_something_else_is_not_written(name, monkeypatch):
    """The check is alive: a graph that is wrong by a little is refused."""
    add = model_graph._ADD
    model = model_of(name, 0, "binary")

    def off(graph, predictor, x):
        p = add[type(predictor)](graph, predictor, x)
        first, second = graph.take(p, [0], 2), graph.take(p, [1], 2)
        little = graph.constant(1e-3)
        return graph.beside([graph.add("Sub", first, little), graph.add("Add", second, little)])

    monkeypatch.setattr(model_graph, "_ADD", {type(model.predictor): off})
    monkeypatch.setattr(model_graph, "_ADD", {type(model.predictor): off})
    with pytest.raises(StageBlocked, match="would not predict what the model"):
        portable_files(model, guarded=True)


def test_wrong_classes_are_not_written(monkeypatch):
    model = model_of("linear", 0, "multiclass")
    monkeypatch.setattr(
        model_graph,
        "add_decision",
        lambda graph, rule, p, classes: graph.add("ArgMin", p, axis=1, keepdims=0),
    )
    with pytest.raises(StageBlocked, match="would not predict"):
        portable_files(model, guarded=True)


def test_a_tie_rule_of_neighbours_that_is_lost_is_noticed(monkeypatch):
    """Made-up samples tell a nearest-neighbours model from one that takes too few neighbours."""
    weights = kernel_graphs._weights
    monkeypatch.setattr(
        kernel_graphs,
        "_weights",
        lambda g, squared, slack, count: weights(g, squared, slack, count - 1),
    )
    with pytest.raises(StageBlocked, match="would not predict"):
        portable_files(model_of("knn", 0, "regression"), guarded=True)


def test_a_model_that_is_too_large_is_refused(monkeypatch):
    monkeypatch.setattr(storing, "_MOST_BYTES", 1_000)
    with pytest.raises(StageBlocked, match="too large") as caught:
        portable_files(model_of("knn", 0, "binary"), guarded=True)
    assert "fewer features" in caught.value.hint


def test_a_model_of_no_column_is_refused():
    model = model_of("dummy", 0, "binary")
    model = replace(
        model, columns=np.zeros(0, dtype=np.int64), predictor=ConstantPredictor(np.ones(2) / 2)
    )
    with pytest.raises(StageBlocked, match="uses no column"):
        portable_files(model, guarded=True)


def test_an_empty_label_is_refused():
    training = training_of("binary")
    features = training.features.assign(sex=["" if i % 3 else "m" for i in range(80)])
    from deepbench.models.out_of_fold import fit_final
    from deepbench.models.registry import BASELINES

    model = fit_final(
        BASELINES["linear"],
        replace(training, features=features),
        {"penalty": "l2", "strength": 1.0},
        1,
    )
    with pytest.raises(StageBlocked, match="empty label"):
        portable_files(model, guarded=True)


def test_columns_must_ascend():
    model = model_of("linear", 0, "binary")
    with pytest.raises(ValueError, match="ascend"):
        ModelInputs.of(replace(model, columns=model.columns[::-1]))
