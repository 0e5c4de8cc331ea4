"""``schema.json``: what a table must hold for a model, and what comes out."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

import deepbench
from deepbench.data.cells.missing_codes import MISSING_CODES, named_columns
from deepbench.data.samples import TrainingSet
from deepbench.data.transforms import OF_WHOLE_SAMPLE, TRANSFORMATIONS
from deepbench.models.fitted import FittedModel
from deepbench.models.portable.inputs import MISSING_TEXT, ModelInputs, TextInput
from deepbench.models.portable.onnx_graph import OPSET, Graph
from deepbench.models.portable.ranges import said_ranges
from deepbench.plan import Data
from deepbench.study.files import sha256_of

SCHEMA_FORMAT = 1

_KINDS = {"binary": "two classes", "multiclass": "several classes", "regression": "number"}
MOST_PROBABLE = "The class with the highest probability is said."
RISEN_MOST = (
    "The class is said whose probability rose most over its share among the training samples "
    "(probability divided by share); the more frequent one where two are level."
)
_TOLERANCE = "Quotients are rounded to 10 decimals before they are compared."
_ROUNDED = "The shares below are rounded; the model holds those that it compares with."
_DECIMALS = 2


@dataclass(frozen=True)
class Reading:
    """How tables of the study are read, as far as new tables are concerned.

    Attributes:
        missing: Codes that mean missing in place of the usual ones; None for the usual ones.
        missing_in: Further codes of single columns.
        units: Units of measurement by column.
    """

    missing: tuple[str, ...] | None = None
    missing_in: Mapping[str, Sequence[str]] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, data: Data, units: Mapping[str, str]) -> Reading:
        """Return what the plan says.

        Args:
            data: [data] of the plan.
            units: Units of measurement by column, as the import found them.
        """
        missing = None if data.missing is None else tuple(data.missing)
        return cls(missing, dict(data.missing_in), dict(units))


def schema_json(
    model: FittedModel,
    inputs: ModelInputs,
    graph: Graph,
    files: Mapping[str, bytes],
    reading: Reading,
    *,
    training: TrainingSet | None,
    guarded: bool,
    private: bool,
) -> bytes:
    """Return the schema of a model.

    Args:
        model: The fitted model.
        inputs: The columns that it depends on.
        graph: Its graph.
        files: The other files that hold the model, by name.
        reading: How tables are read.
        training: The samples that it was fitted on, for ranges.
        guarded: Whether nothing may be said of single units.
        private: Whether it was trained with differential privacy.
    """
    ranges, about = said_ranges(model, training, guarded=guarded, private=private)
    schema: dict[str, Any] = {
        "format": SCHEMA_FORMAT,
        "made_by": f"DeepBench {deepbench.__version__}",
        "model": model.name,
        "outcome": _outcome(model, guarded=guarded),
        "missing": _missing(reading),
        "ranges": about,
        "transform": _transform(inputs),
        "columns": _columns(model, inputs, ranges, reading),
        "files": {
            name: {"bytes": len(content), "sha256": sha256_of(content)}
            for name, content in files.items()
        },
        "opset": OPSET,
        "arrays": [
            {"name": one.name, "shape": list(one.values.shape), "meaning": one.meaning}
            for one in graph.arrays
        ],
        "steps": graph.steps,
    }
    text = json.dumps(schema, ensure_ascii=False, allow_nan=False, indent=1)
    return f"{text}\n".encode()


def _outcome(model: FittedModel, *, guarded: bool) -> dict[str, Any]:
    """Return what is predicted; shares of a guarded study are no counts of its samples.

    The graph decides by the exact ones, these are for people to read.
    """
    info = model.info
    said: dict[str, Any] = {"column": info.column, "kind": _KINDS[info.task]}
    if not info.classes:
        return said
    said["classes"] = list(info.classes)
    if model.rule is None:
        said["decision"] = {"rule": MOST_PROBABLE}
        return said
    said["decision"] = {
        "rule": " ".join([RISEN_MOST, _TOLERANCE, *([_ROUNDED] if guarded else [])]),
        "shares": {
            name: _shown(share, guarded=guarded)
            for name, share in zip(info.classes, model.rule.shares, strict=True)
        },
    }
    if model.rule.threshold is not None:
        said["decision"]["threshold"] = _shown(model.rule.threshold, guarded=guarded)
    return said


def _shown(share: float, *, guarded: bool) -> float:
    return round(share, _DECIMALS) if guarded else share


def _missing(reading: Reading) -> dict[str, list[str]]:
    """Return the codes for missing: a label "NA" is a label, unless the plan says otherwise."""
    if reading.missing is None:
        return {"numbers": _codes(MISSING_CODES), "texts": []}
    return {"numbers": _codes(reading.missing), "texts": _codes(reading.missing)}


def _codes(codes: Sequence[str]) -> list[str]:
    return sorted({code.strip().casefold() for code in codes} - {""})


def _transform(inputs: ModelInputs) -> dict[str, Any] | None:
    if inputs.transform == "none":
        return None
    about = TRANSFORMATIONS[inputs.transform]
    return {
        "name": about.title,
        "formula": about.formula,
        "takes": about.takes,
        "highest": about.highest if np.isfinite(about.highest) else None,
        "of_whole_sample": inputs.transform in OF_WHOLE_SAMPLE,
    }


def _columns(
    model: FittedModel,
    inputs: ModelInputs,
    ranges: Mapping[str, tuple[float, float]],
    reading: Reading,
) -> list[dict[str, Any]]:
    """Return the columns in the order of the user's table."""
    texts = {text.name: text for text in inputs.texts}
    numbers = set(inputs.numbers)
    transformed = {inputs.numbers[place] for place in inputs.block.tolist()}
    own_codes = named_columns(reading.missing_in, [*inputs.numbers, *texts])
    found: list[dict[str, Any]] = []
    for name in model.preprocessor.columns:
        column: dict[str, Any] = {"name": name}
        if name in texts:
            column |= {"type": "text", **_labels(texts[name])}
        elif name in numbers:
            column["type"] = "number"
            if name in reading.units:
                column["unit"] = reading.units[name]
            if name in transformed:
                column["transformed"] = True
            if name in ranges:
                column["range"] = list(ranges[name])
        else:
            continue
        if name in own_codes:
            column["missing"] = _codes(own_codes[name])
        found.append(column)
    return found


def _labels(text: TextInput) -> dict[str, Any]:
    """Return the place of the 0/1 column of each label; null for none."""
    places = {label: place if place >= 0 else None for label, place in text.codes}
    others = text.others if text.others >= 0 else None
    return {
        "labels": {label: place for label, place in places.items() if label != MISSING_TEXT},
        "missing_at": places.get(MISSING_TEXT, others),
        "others_at": others,
        "others": "counted together" if others is not None else "counted as none of these",
    }
