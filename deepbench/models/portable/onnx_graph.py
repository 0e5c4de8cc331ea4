"""A graph of standard ONNX operators, written down step by step.

Only operators of the ONNX standard are used (opset 17, and the encoder of texts of ai.onnx.ml 2),
so that every runtime can read the model. Fitted numbers have a name and a meaning; the same
arrays are written as safetensors. Nothing in a graph says when, where or by whom it was made, and
the same steps give the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

import deepbench

OPSET, TEXTS_OPSET, IR_VERSION = 17, 2, 8
TEXTS_DOMAIN = "ai.onnx.ml"
#: Name of the dimension that counts samples.
SAMPLES = "samples"

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class FittedArray:
    """An array that belongs to the model.

    Attributes:
        name: Name in both files, for example ``trees.threshold``.
        values: The array.
        meaning: What it is, in words.
    """

    name: str
    values: Array
    meaning: str


class Graph:
    """Collects operators; each value has a name that later ones refer to.

    Attributes:
        arrays: Arrays that belong to the model, in order of use.
        steps: Sentences that say how the arrays make a prediction.
    """

    def __init__(self) -> None:
        self.arrays: list[FittedArray] = []
        self.steps: list[str] = []
        self._constants: dict[tuple[str, tuple[int, ...], bytes], str] = {}
        self._initializers: list[TensorProto] = []
        self._nodes: list[Any] = []
        self._inputs: list[Any] = []
        self._outputs: list[Any] = []

    # --- what goes in and out ------------------------------------------------------------------

    def numbers(self, name: str, width: int, meaning: str) -> str:
        """Add an input of numbers (samples, width)."""
        return self._input(name, TensorProto.DOUBLE, width, meaning)

    def texts(self, name: str, width: int, meaning: str) -> str:
        """Add an input of texts (samples, width)."""
        return self._input(name, TensorProto.STRING, width, meaning)

    def _input(self, name: str, kind: int, width: int, meaning: str) -> str:
        shape: list[str | int | None] = [SAMPLES, width]
        self._inputs.append(helper.make_tensor_value_info(name, kind, shape, meaning))
        return name

    def output(self, name: str, value: str, width: int, meaning: str) -> None:
        """Give out numbers: (samples, width), or (samples,) for a width of 0."""
        self._output(name, value, TensorProto.DOUBLE, width, meaning)

    def output_texts(self, name: str, value: str, meaning: str) -> None:
        """Give out a text for each sample."""
        self._output(name, value, TensorProto.STRING, 0, meaning)

    def _output(self, name: str, value: str, kind: int, width: int, meaning: str) -> None:
        self._nodes.append(helper.make_node("Identity", [value], [name], name=name))
        shape: list[str | int | None] = [SAMPLES, width] if width else [SAMPLES]
        self._outputs.append(helper.make_tensor_value_info(name, kind, shape, meaning))

    # --- arrays --------------------------------------------------------------------------------

    def fitted(self, name: str, values: Array, meaning: str) -> str:
        """Add an array that belongs to the model."""
        values = np.ascontiguousarray(values)
        self.arrays.append(FittedArray(name, values, meaning))
        tensor = numpy_helper.from_array(values, name)
        tensor.doc_string = meaning
        self._initializers.append(tensor)
        return name

    def recorded(self, name: str, values: Any, meaning: str) -> None:
        """Add an array that the operators already imply, for readers of the arrays alone."""
        self.arrays.append(FittedArray(name, np.atleast_1d(np.asarray(values)), meaning))

    def constant(self, values: Any, dtype: type[np.generic] = np.float64) -> str:
        """Add numbers of the arithmetic; those that are there already are used again."""
        array = np.asarray(values, dtype=dtype)
        key = (array.dtype.str, array.shape, array.tobytes())
        if key not in self._constants:
            name = f"constant_{len(self._constants)}"
            self._initializers.append(numpy_helper.from_array(array, name))
            self._constants[key] = name
        return self._constants[key]

    def integers(self, values: Any) -> str:
        """Add whole numbers, as places and shapes are given."""
        return self.constant(values, np.int64)

    def words(self, name: str, words: Sequence[str]) -> str:
        """Add texts."""
        content = np.array([word.encode("utf-8") for word in words], dtype=object)
        self._initializers.append(numpy_helper.from_array(content, name))
        return name

    # --- operators -----------------------------------------------------------------------------

    def add(self, operator: str, *inputs: str, domain: str = "", **attributes: Any) -> str:
        """Add an operator with one result, and return its name."""
        return self._add(operator, inputs, 1, domain, attributes)[0]

    def smallest(self, values: str, count: int) -> str:
        """Return the ``count`` smallest values of each row, ascending."""
        attributes = {"axis": 1, "largest": 0, "sorted": 1}
        return self._add("TopK", (values, self.integers([count])), 2, "", attributes)[0]

    def _add(
        self,
        operator: str,
        inputs: tuple[str, ...],
        outputs: int,
        domain: str,
        attributes: dict[str, Any],
    ) -> list[str]:
        number = len(self._nodes)
        names = [f"{operator.lower()}_{number}"]
        names += [f"{names[0]}_{place}" for place in range(1, outputs)]
        node = helper.make_node(
            operator, list(inputs), names, name=names[0], domain=domain, **attributes
        )
        self._nodes.append(node)
        return names

    def take(self, values: str, places: Sequence[int] | NDArray[np.int64], width: int) -> str:
        """Return the columns at some places; the values themselves if that is all of them.

        Args:
            values: (samples, width) values.
            places: Numbers of the columns, in the order wanted.
            width: Columns there are.
        """
        wanted = np.asarray(places, dtype=np.int64)
        if np.array_equal(wanted, np.arange(width)):
            return values
        return self.add("Gather", values, self.integers(wanted), axis=1)

    def beside(self, parts: Sequence[str]) -> str:
        """Put columns beside each other."""
        return parts[0] if len(parts) == 1 else self.add("Concat", *parts, axis=1)

    def row_sums(self, values: str) -> str:
        """Return the sum of each row, (samples, 1)."""
        return self.add("ReduceSum", values, self.integers([1]), keepdims=1)

    def as_double(self, values: str) -> str:
        """Return values in double precision."""
        return self.add("Cast", values, to=TensorProto.DOUBLE)

    def as_single(self, values: str) -> str:
        """Return values in single precision."""
        return self.add("Cast", values, to=TensorProto.FLOAT)

    # --- the file ------------------------------------------------------------------------------

    def to_model(self) -> onnx.ModelProto:
        """Return the model."""
        graph = helper.make_graph(
            self._nodes, "model", self._inputs, self._outputs, self._initializers
        )
        opsets = [helper.make_opsetid("", OPSET)]
        if any(node.domain == TEXTS_DOMAIN for node in self._nodes):
            opsets.append(helper.make_opsetid(TEXTS_DOMAIN, TEXTS_OPSET))
        return helper.make_model(
            graph,
            opset_imports=opsets,
            ir_version=IR_VERSION,
            producer_name="DeepBench",
            producer_version=deepbench.__version__,
        )
