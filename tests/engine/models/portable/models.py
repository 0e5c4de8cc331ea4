"""Models of every family to write down, and new samples that try them."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
import onnxruntime
import pandas as pd

from deepbench.data.preparation import AS_THEY_ARE, Preparation
from deepbench.data.samples import OutcomeInfo, Task, TrainingSet
from deepbench.models.calibration import Calibration
from deepbench.models.fitted import FittedModel
from deepbench.models.networks.predictor import NetworkPredictor
from deepbench.models.out_of_fold import fit_final
from deepbench.models.portable.checking import feeds_of
from deepbench.models.portable.inputs import ModelInputs
from deepbench.models.portable.storing import portable_files
from deepbench.models.preprocessing import Preprocessor
from deepbench.models.registry import BASELINES
from deepbench.models.thresholds import DecisionRule
from deepbench.training.lane_records import Architecture

TASKS: tuple[Task, ...] = ("binary", "multiclass", "regression")
# One of the names would be a formula in a spreadsheet program.
CLASSES: dict[str, tuple[str, ...]] = {
    "binary": ("healthy", "=ill"),
    "multiclass": ("a", "b, or ß", "c"),
    "regression": (),
}
SETTINGS: dict[str, list[dict[str, Any]]] = {
    "dummy": [{}],
    "linear": [{"penalty": "l2", "strength": 1.0}],
    "random_forest": [
        {"trees": 12, "splits": "best", "tried": 2, "min_samples_leaf": 3},
        {"trees": 5, "splits": "random", "tried": 1, "min_samples_leaf": 1},
    ],
    "gradient_boosting": [
        {
            "learning_rate": 0.2,
            "iterations": 12,
            "leaves": 7,
            "min_samples_leaf": 3,
            "l2": 1.0,
            "tried": 2,
        }
    ],
    "svm": [
        {"kernel": "rbf", "C": 3.0, "width": 1.0},
        {"kernel": "linear", "C": 1.0},
    ],
    "knn": [
        {"neighbours": 7, "weights": "distance"},
        {"neighbours": 4, "weights": "uniform", "components": 3},
    ],
    "naive_bayes": [{"smoothing": 0.1}],
}
CASES = [
    (name, number, task)
    for name, settings in SETTINGS.items()
    for number in range(len(settings))
    for task in TASKS
    if task in BASELINES[name].tasks
] + [("network", number, task) for number in range(2) for task in TASKS]
# Each kind of model once, the tasks in turn.
SOME_CASES = [case for place, case in enumerate(CASES) if place % 3 == (place // 3) % 3]


def training_of(task: Task, rows: int = 80) -> TrainingSet:
    """Counts, beta values and plain numbers, gaps, a constant column, two text columns."""
    draw = np.random.default_rng(3)
    units = np.arange(rows) // 2
    pull = (units % 3).astype(np.float64)
    outcome: Any = 1e4 + 300.0 * pull + draw.normal(size=rows)
    if CLASSES[task]:
        outcome = (units % len(CLASSES[task])).astype(np.int64)
        pull = outcome.astype(np.float64)
    columns: dict[str, Any] = {"age": draw.normal(50.0, 9.0, rows) + pull}
    columns["stage, at entry"] = draw.choice(["I", "II", "III"], rows).astype(object)
    for number in range(4):
        columns[f"count {number}"] = draw.poisson(20.0 + 15.0 * (number == 0) * pull).astype(float)
    columns["constant"] = np.full(rows, 2.0)
    columns["gaps"] = draw.normal(size=rows)
    columns["sex"] = draw.choice(["f", "m"], rows).astype(object)
    features = pd.DataFrame(columns)
    features.loc[::6, "gaps"] = np.nan
    features.loc[1, "count 1"] = np.nan
    features.loc[::9, "sex"] = None
    # Too few for a column of their own: together they are "other".
    features.loc[[2, 5], "stage, at entry"] = ["rare Ω", "IVb"]
    return TrainingSet(
        features=features,
        outcome=outcome,
        sample_ids=np.array([f"PAT-{i:04d}" for i in range(rows)]),
        units=units.astype(np.int64),
        annotations=pd.DataFrame(index=range(rows)),
        info=OutcomeInfo("diagnosis", task, CLASSES[task]),
    )


def new_samples(task: Task) -> pd.DataFrame:
    """Training rows, changed rows, rows with gaps, one without anything, unseen labels."""
    draw = np.random.default_rng(8)
    known = training_of(task).features
    changed = known.sample(40, random_state=1).reset_index(drop=True)
    for name in ("age", "gaps"):
        changed[name] += draw.normal(size=40)
    changed.loc[:3, "age"] = [1e9, -1e9, np.nan, 0.0]
    changed.loc[4:12, "count 2"] = np.nan
    changed.loc[5:9, "count 0"] = [0.0, 1.0, 7.5, 1e6, np.nan]
    changed.loc[10:12, "constant"] = [5.0, np.nan, -1.0]
    changed.loc[13:16, "stage, at entry"] = ["V", "IVb", None, "i"]
    changed.loc[17:19, "sex"] = ["x", "F", None]
    nothing = changed.iloc[:1].copy()
    nothing.loc[0] = [
        None if not pd.api.types.is_numeric_dtype(known[name]) else np.nan for name in known
    ]
    return pd.concat([known, changed, nothing.astype(known.dtypes)], ignore_index=True)


COUNTS = tuple(f"count {i}" for i in range(4))


@cache
def model_of(
    name: str, number: int, task: Task, preparation: Preparation = AS_THEY_ARE
) -> FittedModel:
    """Return a fitted model; the second one of a family and task is calibrated."""
    training = training_of(task)
    if name == "network":
        model = network_of(training, number, preparation)
    else:
        model = fit_final(BASELINES[name], training, SETTINGS[name][number], 1, preparation)
    return model if task == "regression" else calibrated(model, number)


def calibrated(model: FittedModel, number: int) -> FittedModel:
    """Return a classifier with calibration and rule, every other time with neither."""
    if number == 1:
        return model
    classes = len(model.info.classes)
    shares = np.arange(1.0, classes + 1.0) / sum(range(1, classes + 1))
    shifts = np.linspace(-0.2, 0.3, classes)
    calibration = Calibration(1.7, tuple(shifts.tolist()), tuple(shares.tolist()), 1 / 320)
    return replace(model, calibration=calibration, rule=DecisionRule(tuple(shares.tolist())))


def network_of(training: TrainingSet, number: int, preparation: Preparation) -> FittedModel:
    """Return a network: the mean of three starts, or one linear layer."""
    preprocessor = Preprocessor.fit(training.features, preparation)
    width = len(preprocessor.output_names)
    hidden = ((8, 5), ())[number]
    outputs = training.info.outputs
    kind: Any = "classification" if training.info.classes else "regression"
    draw = np.random.default_rng(number)
    members = tuple(_member(draw, [width, *hidden, outputs]) for _ in range((3, 1)[number]))
    predictor = NetworkPredictor(Architecture(hidden, outputs, kind), members)
    return FittedModel("network-small", training.info, preprocessor, np.arange(width), predictor)


def _member(draw: np.random.Generator, widths: list[int]) -> dict[str, Any]:
    member = {}
    for layer, (before, after) in enumerate(pairwise(widths)):
        weights = draw.normal(size=(after, before)) / np.sqrt(before)
        member[f"{2 * layer}.weight"] = weights.astype(np.float32)
        member[f"{2 * layer}.bias"] = draw.normal(size=after).astype(np.float32)
    return member


def files_of(model: FittedModel, **options: Any) -> dict[str, bytes]:
    """Return the files of a model by the last part of their path."""
    files = portable_files(model, **{"guarded": True, **options})
    assert all(path.startswith("model/") and title for path, _, title in files)
    return {path.removeprefix("model/"): content for path, content, _ in files}


def run_onnx(content: bytes, model: FittedModel, features: pd.DataFrame) -> dict[str, Any]:
    """Return what onnxruntime makes of an ONNX file, by the name of the output."""
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = 1
    settings.log_severity_level = 3
    session = onnxruntime.InferenceSession(content, settings, providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    results = session.run(names, feeds_of(features, ModelInputs.of(model)))
    return dict(zip(names, results, strict=True))


def values_of(found: dict[str, Any]) -> np.ndarray:
    """Return (n, K) probabilities, or (n, 1) values."""
    return found["probabilities"] if "probabilities" in found else found["predicted"][:, None]
