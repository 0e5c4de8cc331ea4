"""In which direction a feature's value moves the output: rank correlation with attribution."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import rankdata

Floats = NDArray[np.float64]

# A rank correlation of fewer samples says nothing.
FEWEST_SAMPLES = 5
# Columns ranked at once, which bounds the memory.
_BLOCK = 2_000


def directions(
    samples: pd.DataFrame, features: tuple[str, ...], signed: NDArray[np.float32] | None
) -> tuple[Floats, NDArray[np.int64]]:
    """Return the (p,) rank correlations, NaN where there is none, and the samples behind them.

    Args:
        samples: (n, ...) features of the samples, as the model sees them but neither filled nor
            scaled: the direction of an effect is that of the value, and a count says little
            beside the counts of a deeper sample.
        features: The p features.
        signed: (n, p) their attributions; None with several outputs.
    """
    found = np.full(len(features), np.nan)
    known = np.zeros(len(features), dtype=np.int64)
    if signed is None:
        return found, known
    numeric = [
        i for i, name in enumerate(features) if pd.api.types.is_numeric_dtype(samples[name].dtype)
    ]
    for begin in range(0, len(numeric), _BLOCK):
        columns = numeric[begin : begin + _BLOCK]
        values = samples[[features[i] for i in columns]].to_numpy(np.float64, na_value=np.nan)
        known[columns] = (~np.isnan(values)).sum(axis=0)
        found[columns] = _correlations(values, signed[:, columns].astype(np.float64))
    return found, known


def _correlations(values: Floats, signed: Floats) -> Floats:
    """Return the (q,) Spearman correlations of columns, rows without a value left out."""
    missing = np.isnan(values)
    found = np.full(values.shape[1], np.nan)
    whole = np.flatnonzero(~missing.any(axis=0))
    found[whole] = _of_ranks(values[:, whole], signed[:, whole])
    for column in np.flatnonzero(missing.any(axis=0)):
        there = ~missing[:, column]
        found[column] = _of_ranks(values[there, column, None], signed[there, column, None])[0]
    return found


def _of_ranks(values: Floats, signed: Floats) -> Floats:
    if len(values) < FEWEST_SAMPLES:
        return np.full(values.shape[1], np.nan)
    a, b = (_standardised(rankdata(each, axis=0)) for each in (values, signed))
    correlation: Floats = (a * b).sum(axis=0)
    return correlation


def _standardised(ranks: Floats) -> Floats:
    centred = ranks - ranks.mean(axis=0)
    length = np.sqrt((centred**2).sum(axis=0))
    scaled: Floats = centred / np.where(length > 0.0, length, np.nan)
    return scaled
