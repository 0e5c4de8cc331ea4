"""What was found out about one fit on one fold, in a form that is kept on disk.

Importances of all features are sums over samples; attributions of single samples are kept as
single-precision numbers, of as many features as there is room for.
"""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from deepbench.interpretation.explanation import Scale
from deepbench.interpretation.fold_models import Part

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class SampleAttributions:
    """Attributions of single samples.

    Attributes:
        columns: (c,) numbers of the features kept, among those of the fit.
        values: (n, c, O) float32 attributions.
        rest: (n, O) sum of the attributions of all others.
        base: (O,) expected output.
        outputs: (n, O) outputs of the model.
    """

    columns: NDArray[np.int64]
    values: NDArray[np.float32]
    rest: Floats
    base: Floats
    outputs: Floats

    def of(self, features: Sequence[str], wanted: Sequence[str]) -> Floats:
        """Return (n, w, O) the attributions of some features, 0 for those not kept.

        Args:
            features: Features of the fit.
            wanted: Names.
        """
        place = {features[column]: number for number, column in enumerate(self.columns)}
        found = np.zeros((len(self.values), len(wanted), self.values.shape[2]))
        for number, name in enumerate(wanted):
            if name in place:
                found[:, number] = self.values[:, place[name]]
        return found


@dataclass(frozen=True, eq=False)
class Neighbours:
    """Neighbours of the explained samples; rows are those of the training set.

    Attributes:
        space: Where distances are taken.
        nearest: (n, q) rows, nearest first.
        distances: (n, q) distances.
        trust: (n,) trust scores, NaN where there is none.
        predicted: (n,) codes of the classes said, or values.
    """

    space: str
    nearest: NDArray[np.int64]
    distances: Floats
    trust: Floats
    predicted: Floats


@dataclass(frozen=True, eq=False)
class FoldResult:
    """What one fit on one fold uses.

    Attributes:
        part: Which fit of the fold.
        fold: Number of the fold.
        repeat: Its repeat.
        number: Number of the start, shuffle or draw.
        model: Name of the family.
        method: How attributions were computed.
        scale: What they add up to.
        unit: What they are measured in.
        sentences: What has to be said about them.
        features: (p,) the user's columns that the model sees.
        rows: (n,) samples explained, as rows of the training set, ascending.
        size: (p,) importance: mean absolute attribution over samples and outputs.
        size_few: (p,) the same over the few samples that every fit of the fold explains.
        variance: (p,) variance of the importance over biological units, for this one fit.
        size_by_start: (S, p) importance in each random start of a network; S is 0 for others.
        direction: (p,) rank correlation of value and attribution, NaN where there is none.
        known: (p,) samples that it rests on.
        noise: (m,) importances of columns of no use that the model sees.
        noise_features: (m,) the user's columns that they are copies of.
        single: Attributions of single samples.
        neighbours: Their neighbours.
        error: Largest difference between sums of attributions and outputs.
        attributed: Largest difference between an output and the expected one.
        weights_check: Rank correlation with importances under random weights; NaN without.
        fit_seconds: Time of the fit.
        explain_seconds: Time of all else.
    """

    part: Part
    fold: int
    repeat: int
    number: int
    model: str
    method: str
    scale: Scale
    unit: str
    sentences: tuple[str, ...]
    features: tuple[str, ...]
    rows: NDArray[np.int64]
    size: Floats
    size_few: Floats
    variance: Floats
    size_by_start: Floats
    direction: Floats
    known: NDArray[np.int64]
    noise: Floats
    noise_features: tuple[str, ...]
    single: SampleAttributions | None
    neighbours: Neighbours | None
    error: float
    attributed: float
    weights_check: float
    fit_seconds: float
    explain_seconds: float

    def to_bytes(self) -> bytes:
        """Return all of it as NumPy's archive of arrays (never with pickled objects)."""
        arrays, texts = _taken_apart(self, "")
        arrays["texts"] = np.array(json.dumps(texts))
        stream = io.BytesIO()
        np.savez(stream, allow_pickle=False, **arrays)
        return stream.getvalue()

    @classmethod
    def from_bytes(cls, content: bytes) -> Self:
        """Read back what `to_bytes` wrote."""
        with np.load(io.BytesIO(content), allow_pickle=False) as stored:
            arrays = dict(stored)
        texts = json.loads(str(arrays.pop("texts")))
        whole = _put_together({**texts, **arrays})
        for name, kind in (("single", SampleAttributions), ("neighbours", Neighbours)):
            part = whole.pop(name, None)
            whole[name] = None if part is None else kind(**part)
        for name in ("features", "noise_features", "sentences"):
            whole[name] = tuple(whole[name])
        return cls(**whole)


def _taken_apart(record: Any, prefix: str) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
    """Return the arrays of a dataclass and its other values, by name; parts as ``part.name``."""
    arrays: dict[str, NDArray[Any]] = {}
    texts: dict[str, Any] = {}
    for field in fields(record):
        name, value = f"{prefix}{field.name}", getattr(record, field.name)
        if isinstance(value, np.ndarray):
            arrays[name] = value
        elif isinstance(value, (SampleAttributions, Neighbours)):
            more_arrays, more_texts = _taken_apart(value, f"{name}.")
            arrays |= more_arrays
            texts |= more_texts
        elif value is not None:
            texts[name] = value
    return arrays, texts


def _put_together(flat: dict[str, Any]) -> dict[str, Any]:
    whole: dict[str, Any] = {}
    for name, value in flat.items():
        part, dot, rest = name.partition(".")
        if dot:
            whole.setdefault(part, {})[rest] = value
        else:
            whole[name] = value
    return whole
