"""The files of the model that leaves: ``model/`` of the bundle."""

from __future__ import annotations

import numpy as np
from safetensors.numpy import save as save_tensors

from deepbench.data.samples import TrainingSet
from deepbench.errors import StageBlocked
from deepbench.models.fitted import FittedModel
from deepbench.models.portable.checking import demand_same
from deepbench.models.portable.inputs import ModelInputs
from deepbench.models.portable.model_graph import model_graph
from deepbench.models.portable.onnx_graph import Graph
from deepbench.models.portable.schema import Reading, schema_json
from deepbench_resources import read_text

FOLDER = "model"
ONNX, TENSORS, SCHEMA, SCRIPT = "model.onnx", "model.safetensors", "schema.json", "predict.py"

_TITLES = {
    ONNX: "Model (ONNX), with the preparation of the table inside",
    TENSORS: "Fitted numbers of the model (safetensors)",
    SCHEMA: "Columns that the model needs, and what it answers",
    SCRIPT: "Script that predicts a table with the model",
}

# One file of this kind cannot hold more than 2 GiB.
_MOST_BYTES = 2_000_000_000
TOO_LARGE = "The model is too large for a file that other programs can read."
TOO_LARGE_HINT = (
    "It keeps samples of many columns. Choose a model that keeps none, or fewer features."
)


def portable_files(
    model: FittedModel,
    *,
    guarded: bool,
    training: TrainingSet | None = None,
    reading: Reading | None = None,
    private: bool = False,
) -> list[tuple[str, bytes, str]]:
    """Return the files of a model that need no DeepBench: (path, content, title).

    ``model.onnx`` holds everything from the user's columns to the class said, in operators of the
    standard; ``model.safetensors`` the same fitted numbers as plain arrays; ``schema.json`` the
    columns, classes and rules; ``predict.py`` predicts a CSV file with numpy and onnxruntime.
    The same model gives the same bytes.

    Args:
        model: The fitted model.
        guarded: Whether nothing may be said of single units, beside what the model itself is:
            ranges are rounded and end where ten units lie beyond.
        training: The samples that it was fitted on, for such ranges; without them there are none.
        reading: Codes for missing values and units of measurement.
        private: Whether it was trained with differential privacy.

    Raises:
        StageBlocked: the model cannot be written so, or the file does not predict the same.
    """
    inputs = ModelInputs.of(model)
    graph = model_graph(model, inputs)
    content = _onnx_bytes(graph)
    demand_same(model, inputs, content)
    files = {ONNX: content, TENSORS: _tensor_bytes(graph)}
    files[SCHEMA] = schema_json(
        model,
        inputs,
        graph,
        dict(files),
        reading or Reading(),
        training=training,
        guarded=guarded,
        private=private,
    )
    files[SCRIPT] = read_text(f"model/{SCRIPT}").encode("utf-8")
    return [(f"{FOLDER}/{name}", part, _TITLES[name]) for name, part in files.items()]


def _onnx_bytes(graph: Graph) -> bytes:
    if sum(array.values.nbytes for array in graph.arrays) > _MOST_BYTES:
        raise StageBlocked(TOO_LARGE, TOO_LARGE_HINT)
    content: bytes = graph.to_model().SerializeToString(deterministic=True)
    return content


def _tensor_bytes(graph: Graph) -> bytes:
    content: bytes = save_tensors(
        {array.name: np.ascontiguousarray(array.values) for array in graph.arrays}
    )
    return content
