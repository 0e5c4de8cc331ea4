"""Preprocessing as a part of the graph: transformation, missing values, scaling, categories.

The same steps in the same order and in double precision as `deepbench.models.preprocessing`.
Missing values are set apart before the transformation and filled after it, because runtimes
differ in what they make of NaN.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from deepbench.models.portable.inputs import ModelInputs, TextInput
from deepbench.models.portable.onnx_graph import TEXTS_DOMAIN, Graph
from deepbench.models.preprocessing import CLIP

NUMBERS, TEXTS = "numbers", "texts"
_ABOUT_NUMBERS = "Columns of numbers, in the order of schema.json; NaN where missing."
_ABOUT_TEXTS = "Columns of texts, in the order of schema.json; empty where missing."
_MEDIANS = "What a missing value of each number becomes, after the transformation."
_MEANS = "What is taken off each number, after missing values are filled."
_SCALES = "What each number is divided by then; infinite for columns that did not vary."
_COLUMNS = "Places of the numbers that are used, among the columns of numbers (from 0)."
_INDICATORS = "Places of the numbers for which a 0/1 column says whether the value is missing."
_STEPS = (
    "Columns marked as transformed are transformed as 'transform' says, each sample by itself.",
    "The numbers at preparation.columns: missing values become the medians; less the means; "
    f"divided by the scales; cut off at -{CLIP:g} and {CLIP:g}.",
    "Beside them stand the 0/1 columns of preparation.indicators, then those of the labels of "
    "each text column: 1 at the place of the label, or at that of others. Together these are x.",
)

# Betas closer to 0 or 1 are cut off; zeros of counts become so much of the smallest other value.
_BETA_MARGIN = 0.001
_ZERO_SHARE = 0.5


def add_preparation(graph: Graph, inputs: ModelInputs) -> str:
    """Add the inputs and their preprocessing; return the columns that the predictor sees."""
    graph.steps += _STEPS if inputs.transform != "none" else _STEPS[1:]
    parts = _numbers(graph, inputs) if inputs.numbers else []
    if inputs.texts:
        texts = graph.texts(TEXTS, len(inputs.texts), _ABOUT_TEXTS)
        parts += [_one_hot(graph, texts, i, text) for i, text in enumerate(inputs.texts)]
    return graph.beside(parts)


def _numbers(graph: Graph, inputs: ModelInputs) -> list[str]:
    width = len(inputs.numbers)
    raw = graph.numbers(NUMBERS, width, _ABOUT_NUMBERS)
    missing = graph.add("IsNaN", raw)
    graph.recorded("preparation.columns", inputs.scaled, _COLUMNS)
    graph.recorded("preparation.indicators", inputs.indicators, _INDICATORS)
    parts = []
    if len(inputs.scaled):
        parts.append(_scaled(graph, inputs, raw, missing))
    if len(inputs.indicators):
        parts.append(graph.as_double(graph.take(missing, inputs.indicators, width)))
    return parts


def _scaled(graph: Graph, inputs: ModelInputs, raw: str, missing: str) -> str:
    width = len(inputs.numbers)
    values, places = _transformed(graph, inputs, raw, missing)
    values = graph.take(values, places, width)
    gaps = graph.take(missing, inputs.scaled, width)
    medians = graph.fitted("preparation.medians", inputs.medians, _MEDIANS)
    means = graph.fitted("preparation.means", inputs.means, _MEANS)
    scales = graph.fitted("preparation.scales", inputs.scales, _SCALES)
    filled = graph.add("Where", gaps, medians, values)
    scaled = graph.add("Div", graph.add("Sub", filled, means), scales)
    return graph.add("Clip", scaled, graph.constant(-CLIP), graph.constant(CLIP))


def _transformed(
    graph: Graph, inputs: ModelInputs, raw: str, missing: str
) -> tuple[str, list[int]]:
    """Return the numbers with transformed measurements, and where each scaled column stands."""
    if inputs.transform == "none":
        return raw, inputs.scaled.tolist()
    width = len(inputs.numbers)
    block = inputs.block.tolist()
    inside = set(block)
    others = [place for place in range(width) if place not in inside]
    new = _TRANSFORMS[inputs.transform](
        graph, graph.take(raw, block, width), graph.take(missing, block, width)
    )
    parts = [new, graph.take(raw, others, width)] if others else [new]
    moved = {place: i for i, place in enumerate([*block, *others])}
    return graph.beside(parts), [moved[place] for place in inputs.scaled.tolist()]


def _one_hot(graph: Graph, texts: str, number: int, text: TextInput) -> str:
    column = graph.add("Gather", texts, graph.integers([number]), axis=1)
    code = graph.add(
        "LabelEncoder",
        column,
        domain=TEXTS_DOMAIN,
        keys_strings=[label for label, _ in text.codes],
        values_int64s=[place for _, place in text.codes],
        default_int64=text.others,
    )
    return graph.as_double(graph.add("Equal", code, graph.integers([[*range(text.width)]])))


# --- transformations of measurements (deepbench.data.transforms) -------------------------------


def _log2(graph: Graph, values: str) -> str:
    return graph.add("Div", graph.add("Log", values), graph.constant(math.log(2.0)))


def _without_gaps(graph: Graph, values: str, missing: str) -> str:
    return graph.add("Where", missing, graph.constant(0.0), values)


def _log2_plus_one(graph: Graph, values: str, missing: str) -> str:
    present = _without_gaps(graph, values, missing)
    return _log2(graph, graph.add("Add", present, graph.constant(1.0)))


def _log_counts_per_million(graph: Graph, values: str, missing: str) -> str:
    present = _without_gaps(graph, values, missing)
    totals = graph.row_sums(present)
    some = graph.add("Greater", totals, graph.constant(0.0))
    factors = graph.add(
        "Div", graph.constant(1e6), graph.add("Where", some, totals, graph.constant(1.0))
    )
    million = graph.add("Mul", present, factors)
    return _log2(graph, graph.add("Add", million, graph.constant(1.0)))


def _centred_log_ratio(graph: Graph, values: str, missing: str) -> str:
    present = _without_gaps(graph, values, missing)
    positive = graph.add("Greater", present, graph.constant(0.0))
    far = graph.constant(np.inf)
    smallest = graph.add(
        "ReduceMin", graph.add("Where", positive, present, far), axes=[1], keepdims=1
    )
    none = graph.add("Equal", smallest, far)
    smallest = graph.add("Where", none, graph.constant(1.0), smallest)
    half = graph.add("Mul", smallest, graph.constant(_ZERO_SHARE))
    logs = graph.add("Log", graph.add("Where", positive, present, half))
    logs = _without_gaps(graph, logs, missing)
    parts = graph.row_sums(graph.as_double(graph.add("Not", missing)))
    parts = graph.add("Max", parts, graph.constant(1.0))
    return graph.add("Sub", logs, graph.add("Div", graph.row_sums(logs), parts))


def _m_values(graph: Graph, values: str, missing: str) -> str:
    present = _without_gaps(graph, values, missing)
    inside = graph.add(
        "Clip", present, graph.constant(_BETA_MARGIN), graph.constant(1.0 - _BETA_MARGIN)
    )
    rest = graph.add("Sub", graph.constant(1.0), inside)
    return _log2(graph, graph.add("Div", inside, rest))


_TRANSFORMS: dict[str, Callable[[Graph, str, str], str]] = {
    "log2": _log2_plus_one,
    "log1p-cpm": _log_counts_per_million,
    "clr": _centred_log_ratio,
    "m-values": _m_values,
}
