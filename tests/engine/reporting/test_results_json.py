from __future__ import annotations

import json
import math
from types import ModuleType

import pytest
from pydantic import ValidationError

from deepbench.reporting.results_json import results_document
from deepbench.reporting.results_schema import ResultsDocument
from deepbench.study.records import Score

STUDIES = ("binary", "null_locked", "multiclass", "regression", "stopped_early", "reused")
# As the plan of the project names them.
KEYS = [
    "format", "deepbench", "task", "outcome", "classes", "samples", "units", "features",
    "suitability",
    "findings", "preparation", "split", "models", "shuffled", "blend", "comparison", "verdict",
    "test", "calibration", "decision", "interpretation", "claims",
]  # fmt: skip


@pytest.mark.parametrize("name", STUDIES)
def test_document_is_valid_and_survives_a_round_trip(studies: ModuleType, name: str) -> None:
    document = results_document(studies.ALL[name]())
    assert list(document) == KEYS
    text = json.dumps(document, allow_nan=False)
    assert json.loads(text) == document
    assert ResultsDocument.model_validate_json(text).model_dump(mode="json") == document


@pytest.mark.parametrize("name", STUDIES)
def test_keys_do_not_depend_on_the_study(studies: ModuleType, name: str) -> None:
    document, whole = results_document(studies.ALL[name]()), results_document(studies.summary())
    for part in ("suitability", "preparation", "split", "blend", "comparison", "verdict", "test"):
        assert list(document[part]) == list(whole[part])


def test_numbers_are_those_of_the_records(studies: ModuleType) -> None:
    summary = studies.summary()
    document = results_document(summary)
    assert document["samples"] == 569
    assert document["features"] == summary.check.features
    assert document["split"] == {"design": "holdout", "train_units": 330, "test_units": 82}
    first, record = document["models"][1], summary.baselines.models[1]
    assert first["tuning"] == {
        "metric": "auroc",
        "plain": record.plain,
        "corrected": record.corrected.value,
        "low": record.corrected.low,
        "high": record.corrected.high,
    }
    assert [model["family"] for model in document["models"]] == ["baseline"] * 7 + ["network"] * 4
    assert document["shuffled"][0]["null"] == list(summary.shuffles.models[0].null)
    assert document["comparison"]["difference"] == -0.0031
    assert document["test"]["metrics"]["auroc"] == pytest.approx(
        {"value": 0.9731, "low": 0.9491, "high": 0.9841}
    )
    assert document["test"]["baseline_metrics"]["auroc"]["value"] == pytest.approx(0.9691)
    assert document["verdict"]["recommended"] == "svm"
    assert len(document["verdict"]["sentences"]) == 3


def test_blend_calibration_and_threshold_are_those_of_the_records(studies: ModuleType) -> None:
    summary = studies.summary()
    document = results_document(summary)
    assert [member["model"] for member in document["blend"]["members"]] == ["svm", "linear"]
    assert document["blend"]["corrected"] == summary.networks.blend.corrected.value
    assert document["test"]["blend_metrics"]["auroc"]["value"] == pytest.approx(0.9741)
    assert [entry["model"] for entry in document["calibration"]] == ["svm", "linear"]
    assert document["calibration"][0]["after"]["log_loss"] == 0.151
    assert document["decision"] == {"shares": [0.627, 0.373], "threshold": 0.373}


def test_locked_test_set_has_no_metrics(studies: ModuleType) -> None:
    document = results_document(studies.null_locked())
    assert document["test"] == {
        "opened": 0,
        "model": None,
        "metrics": {},
        "baseline_metrics": {},
        "blend_metrics": {},
    }
    assert (document["calibration"], document["decision"]["shares"]) == ([], [])
    assert document["verdict"]["signal"] == "no"


def test_stopped_study_says_so(studies: ModuleType) -> None:
    document = results_document(studies.stopped_early())
    assert document["verdict"]["signal"] == "unclear"
    assert document["verdict"]["recommended"] is None
    assert document["verdict"]["sentences"][0].startswith("The data check stopped the study")
    assert document["models"] == []


def test_what_json_cannot_write_is_null(studies: ModuleType) -> None:
    model = studies.model("svm", "SVM", 0.9).model_copy(
        update={
            "plain": math.nan,
            "corrected": Score(value=math.inf, low=math.nan),
            "params": {"gamma": math.inf, "grid": [1.0, math.nan]},
        }
    )
    board = studies.baselines().model_copy(update={"models": (model,)})
    document = results_document(studies.summary(baselines=board, networks=None))
    found = document["models"][0]
    assert found["tuning"]["plain"] is None
    assert found["tuning"]["corrected"] is None
    assert found["params"] == {"gamma": None, "grid": [1.0, None]}
    json.dumps(document, allow_nan=False)


def test_settings_are_in_a_stable_order(studies: ModuleType) -> None:
    for model in results_document(studies.summary())["models"]:
        assert list(model["params"]) == sorted(model["params"])


def test_every_field_is_documented() -> None:
    schema = ResultsDocument.model_json_schema()
    for part in schema["$defs"].values():
        assert part["description"]
        for field in part["properties"].values():
            assert field.get("description") or "$ref" in field


@pytest.mark.parametrize(
    ("part", "key", "value"),
    [("verdict", "signal", "maybe"), ("split", "train_units", -1), ("test", "extra", 1)],
)
def test_schema_refuses_what_is_not_documented(
    studies: ModuleType, part: str, key: str, value: object
) -> None:
    document = results_document(studies.summary())
    document[part][key] = value
    with pytest.raises(ValidationError):
        ResultsDocument.model_validate(document)
