"""The proof that a file predicts what the model in the study predicts, before it may leave.

The ONNX project's own evaluator reads the finished bytes and predicts made-up samples: values
inside and outside of the ranges, missing values, labels that nobody has seen.
"""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import onnx
import pandas as pd
from numpy.typing import NDArray

from deepbench.data.transforms import TRANSFORMATIONS
from deepbench.errors import StageBlocked
from deepbench.models.fitted import FittedModel
from deepbench.models.portable.inputs import MISSING_TEXT, ModelInputs
from deepbench.models.portable.model_graph import PREDICTED, PROBABILITIES
from deepbench.models.portable.preparation_graph import NUMBERS, TEXTS

#: How far predictions may lie apart; of values, in parts of the value.
TOLERANCE = 1e-5
_ROWS = 48
_GAPS = 0.1
_BEYOND = 0.25
_STRANGE = "a label that nobody has seen"

DIFFERS = (
    "The file of the model would not predict what the model in the study predicts, so it was "
    "not written."
)
DIFFERS_HINT = "This is a defect of the program; please report it with a support bundle."


def demand_same(model: FittedModel, inputs: ModelInputs, content: bytes) -> None:
    """Compare the predictions of a finished file with those of the model.

    Args:
        model: The fitted model.
        inputs: The columns that it depends on.
        content: The ONNX file.

    Raises:
        StageBlocked: they differ.
    """
    features = made_up_samples(model, inputs)
    predicted = model.predict(features)
    found = _evaluate(content, feeds_of(features, inputs))
    values = found[PROBABILITIES if model.info.classes else PREDICTED].reshape(predicted.shape)
    same = np.allclose(values, predicted, rtol=TOLERANCE, atol=TOLERANCE, equal_nan=False)
    if same and model.info.classes:
        said = np.array(model.info.classes, dtype=object)[model.decide(values)]
        same = bool((said == found[PREDICTED]).all())
    if not same:
        raise StageBlocked(DIFFERS, DIFFERS_HINT)


def feeds_of(features: pd.DataFrame, inputs: ModelInputs) -> dict[str, NDArray[Any]]:
    """Return a table of the user's columns as a graph takes it."""
    feeds: dict[str, NDArray[Any]] = {}
    if inputs.numbers:
        columns = features[list(inputs.numbers)]
        feeds[NUMBERS] = columns.to_numpy(dtype=np.float64, na_value=np.nan)
    if inputs.texts:
        texts = features[[text.name for text in inputs.texts]].to_numpy(dtype=object)
        feeds[TEXTS] = np.where(pd.isna(texts), MISSING_TEXT, texts)
    return feeds


def _evaluate(content: bytes, feeds: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Run a file with the evaluator of the ONNX project, which is written in numpy."""
    from onnx.reference import ReferenceEvaluator

    loaded = onnx.load_model(io.BytesIO(content))
    onnx.checker.check_model(loaded)
    names = [output.name for output in loaded.graph.output]
    with np.errstate(all="ignore"):
        results = ReferenceEvaluator(loaded).run(names, feeds)
    return {name: np.asarray(values) for name, values in zip(names, results, strict=True)}


def made_up_samples(model: FittedModel, inputs: ModelInputs) -> pd.DataFrame:
    """Return samples that try a model; the same ones for the same model."""
    fitted = model.preprocessor
    draw = np.random.default_rng(0)
    ends = [fitted.ranges.get(name, (0.0, 1.0)) for name in fitted.numeric_names]
    low, high = np.array(ends, dtype=np.float64).reshape(-1, 2).T
    beyond = _BEYOND * np.where(high > low, high - low, 1.0)
    values = draw.uniform(low - beyond, high + beyond, (_ROWS, len(low)))
    if len(fitted.block):
        highest = TRANSFORMATIONS[fitted.transform_name].highest if fitted.block.size else np.inf
        values[:, fitted.block] = np.clip(values[:, fitted.block], 0.0, highest)
    values[draw.random(values.shape) < _GAPS] = np.nan
    # One sample of which nothing is known, and one of which everything is.
    values[-1] = np.nan
    values[0] = np.where(np.isfinite(values[0]), values[0], high)
    texts = {text.name: [*text.labels, None, _STRANGE] for text in inputs.texts}
    columns = {name: values[:, i] for i, name in enumerate(fitted.numeric_names)}
    labels = {
        name: draw.choice(np.array(texts.get(name, [None]), dtype=object), _ROWS)
        for name in fitted.text_names
    }
    return pd.DataFrame({**columns, **labels})
