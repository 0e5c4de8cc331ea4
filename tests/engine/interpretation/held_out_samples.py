"""Held-out samples with errors where a test wants them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from deepbench.data.samples import AllSamples, OutcomeInfo
from deepbench.interpretation.held_out import HeldOut

Floats = NDArray[np.float64]


def samples_of(
    outcome: NDArray[np.int64] | Floats,
    features: pd.DataFrame,
    *,
    units: NDArray[np.int64] | None = None,
    annotations: Mapping[str, Sequence[str]] | None = None,
    classes: tuple[str, ...] = ("healthy", "ill"),
) -> AllSamples:
    """Samples, each its own unit if nothing is said."""
    n = len(outcome)
    task = {0: "regression", 2: "binary"}.get(len(classes), "multiclass")
    return AllSamples(
        features=features,
        outcome=outcome,
        sample_ids=np.array([f"s{i}" for i in range(n)]),
        units=np.arange(n) if units is None else units,
        annotations=pd.DataFrame(annotations or {}, index=range(n), dtype=object),
        info=OutcomeInfo("diagnosis", task, classes),
    )


def held_out(samples: AllSamples, predicted: Floats, said: NDArray[np.int64] | None = None):
    """Held-out samples, five folds of whole units in turn, the most probable class said."""
    if said is None:
        said = predicted.argmax(axis=1) if samples.info.classes else np.empty(0, dtype=np.int64)
    rows = np.arange(len(samples))
    return HeldOut(samples, predicted, predicted, said, samples.units % 5, rows)


def with_errors(
    wrong: NDArray[np.bool_],
    features: pd.DataFrame,
    seed: int = 0,
    **others: object,
) -> HeldOut:
    """Two classes at random, and predictions that are wrong where wanted."""
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 2, len(wrong))
    said = np.where(wrong, 1 - y, y)
    p = np.full((len(y), 2), 0.2)
    p[np.arange(len(y)), said] = 0.8
    return held_out(samples_of(y, features, **others), p)
