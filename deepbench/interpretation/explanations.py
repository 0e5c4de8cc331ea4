"""From attributions of held-out samples to what a page shows of single samples.

Each sample is explained by the one model that was fitted without it, so samples of different
folds start from different bases.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from deepbench.data.samples import OutcomeInfo, TrainingSet
from deepbench.interpretation.fold_results import FoldResult
from deepbench.study.records import AttributionRecord, ExplanationRecord

MOST_SAMPLES = 400
# With more classes, those with most samples: nobody pages through the others.
MOST_CLASSES = 4

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class _Shown:
    """Attributions of the samples shown, for every output.

    Attributes:
        rows: (m,) numbers of the samples in the training set.
        values: (m, f, O) attributions of the features listed.
        rest: (m, O) sum over all others.
        base: (m, O) expected output of the model that explains the sample.
        outputs: (m, O) what it leads to.
    """

    rows: NDArray[np.int64]
    values: Floats
    rest: Floats
    base: Floats
    outputs: Floats


def explanations(
    folds: Sequence[FoldResult], record: AttributionRecord, training: TrainingSet
) -> tuple[ExplanationRecord, ...]:
    """Return what is shown of single samples: a record, or one per class if more than two.

    Args:
        folds: The main fit of one model family in each fold.
        record: What was made of them; its features are listed, in its order.
        training: Where the samples come from.
    """
    listed = tuple(feature.feature for feature in record.features)
    shown = _joined([_shown(fold, listed, most_shown(len(folds))) for fold in folds])
    table = training.features.iloc[shown.rows]
    numbers = tuple(zip(*(_numbers(table[name]) for name in listed), strict=True))
    texts = tuple(zip(*(_texts(table[name]) for name in listed), strict=True))
    empty = ((),) * len(shown.rows)  # a model without features
    return tuple(
        ExplanationRecord(
            model=record.model,
            method=record.method,
            scale=_scale(training.info, folds[0], output),
            target=_target(training.info, output),
            samples=tuple(training.sample_ids[shown.rows].tolist()),
            observed=tuple(observed(training, shown.rows)),
            base=tuple(shown.base[:, output].tolist()),
            outputs=tuple(shown.outputs[:, output].tolist()),
            features=listed,
            values=texts or empty,
            numbers=numbers or empty,
            attributions=tuple(map(tuple, shown.values[:, :, output].tolist())),
            rest=tuple(shown.rest[:, output].tolist()),
        )
        for output in _outputs(training)
    )


def most_shown(folds: int) -> int:
    """Return how many samples of each fold are shown."""
    return MOST_SAMPLES // folds


def _outputs(training: TrainingSet) -> list[int]:
    """Return the outputs shown: the only one, or the classes with most samples in class order."""
    if training.info.task != "multiclass":
        return [0]
    counts = np.bincount(training.outcome.astype(np.int64), minlength=training.info.outputs)
    return sorted(np.argsort(-counts, kind="stable")[:MOST_CLASSES].tolist())


def _target(info: OutcomeInfo, output: int) -> str:
    if info.task == "multiclass":
        return info.classes[output]
    return info.classes[1] if info.classes else info.column


def _scale(info: OutcomeInfo, fold: FoldResult, output: int) -> str:
    """Return what the attributions of one output are measured in."""
    if info.task != "multiclass":
        return fold.unit
    words = f"{fold.scale} of {info.classes[output]}"
    return f"{words} against the mean class" if fold.scale == "log-odds" else words


def _shown(fold: FoldResult, listed: tuple[str, ...], most: int) -> _Shown:
    own = fold.single
    assert own is not None
    places = shown_places(len(fold.rows), most)
    values = own.of(fold.features, listed)[places]
    rest = (own.values.sum(axis=1, dtype=np.float64) + own.rest)[places] - values.sum(axis=1)
    outputs = own.outputs[places]
    return _Shown(
        fold.rows[places], values, rest, np.broadcast_to(own.base, outputs.shape), outputs
    )


def shown_places(count: int, most: int) -> NDArray[np.int64]:
    """Return the places of the samples of a fold that are shown, evenly spread."""
    return np.linspace(0, count - 1, min(most, count)).round().astype(np.int64)


def _joined(parts: list[_Shown]) -> _Shown:
    return _Shown(
        *(
            np.concatenate([getattr(part, name) for part in parts])
            for name in ("rows", "values", "rest", "base", "outputs")
        )
    )


def observed(training: TrainingSet, rows: NDArray[np.int64]) -> list[str]:
    """Return the outcomes of some rows as text."""
    if training.info.classes:
        return [training.info.classes[int(code)] for code in training.outcome[rows]]
    return [_number_text(value) for value in training.outcome[rows]]


def _numbers(column: pd.Series) -> list[float | None]:
    """Return a feature's values as numbers; None where there is none."""
    if not pd.api.types.is_numeric_dtype(column):
        return [None] * len(column)
    return [float(value) if np.isfinite(value) else None for value in column]


def _texts(column: pd.Series) -> list[str]:
    """Return a feature's values as text, empty where missing."""
    if not pd.api.types.is_numeric_dtype(column):
        return ["" if pd.isna(value) else str(value) for value in column]
    return ["" if np.isnan(value) else _number_text(value) for value in column]


def _number_text(value: float) -> str:
    # 15 digits: as many as a decimal number keeps on its way through a float.
    return f"{value:.15g}"
