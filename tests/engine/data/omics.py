"""Simulated measurements of each kind, as instruments and pipelines leave them."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit

from deepbench.data.samples import AllSamples, OutcomeInfo

Floats = NDArray[np.float64]


def counts(
    rows: int = 60, columns: int = 120, seed: int = 0, level: float = 4.0, spread: float = 2.0
) -> Floats:
    """Negative binomial counts of genes of very different level, samples of different depth."""
    generator = np.random.default_rng(seed)
    levels = np.exp(generator.normal(level, spread, columns))
    depth = np.exp(generator.normal(0.0, 0.3, rows))
    means = np.outer(depth, levels)
    return generator.negative_binomial(3, 3 / (3 + means)).astype(np.float64)


def estimated_counts() -> Floats:
    """Counts of which one in five is a program's estimate."""
    generator = np.random.default_rng(1)
    table = counts()
    parts = np.where(generator.random(table.shape) < 0.2, generator.random(table.shape), 0.0)
    return np.where(table > 0.0, table + parts.round(2), 0.0)


def tpm() -> Floats:
    """Counts by gene length, a million in each sample."""
    table = counts() / np.exp(np.random.default_rng(2).normal(0.0, 1.0, 120))
    return table / table.sum(axis=1, keepdims=True) * 1e6


def fpkm() -> Floats:
    """As TPM, but with zeros and sums that differ."""
    table = counts(level=1.0, spread=2.5) / np.exp(np.random.default_rng(2).normal(0.0, 1.0, 120))
    depth = np.random.default_rng(3).uniform(0.5, 1.5, (60, 1))
    return table / table.sum(axis=1, keepdims=True) * 3e5 * depth


def log_intensities(columns: int = 120) -> Floats:
    """Normalised microarray signals on the log2 scale."""
    generator = np.random.default_rng(4)
    return generator.normal(7.5, 2.0, columns) + generator.normal(0.0, 0.5, (60, columns))


def intensities() -> Floats:
    """Signals of a microarray as scanned."""
    return np.exp2(log_intensities() + 2.0)


def beta_values() -> Floats:
    """Shares of methylated DNA: most probes nearly 0 or nearly 1."""
    generator = np.random.default_rng(5)
    centres = np.where(generator.random(120) < 0.5, -2.3, 2.1) + generator.normal(0, 0.4, 120)
    return expit(centres + generator.normal(0.0, 0.3, (60, 120)))


def taxa() -> Floats:
    """Reads of bacteria: many zeros."""
    return counts(level=0.0, seed=6)


def shares() -> Floats:
    """Each sample's reads as parts of 1."""
    table = taxa()
    return table / table.sum(axis=1, keepdims=True)


def samples_of(
    table: Floats, names: list[str] | None = None, **others: Floats | list[float]
) -> AllSamples:
    """Return samples with these measurements, named G0 and so on, and other columns behind."""
    rows, columns = table.shape
    frame = pd.DataFrame(table, columns=names or [f"G{number}" for number in range(columns)])
    for name, values in others.items():
        frame[name] = np.asarray(values, dtype=np.float64)
    return AllSamples(
        features=frame,
        outcome=(np.arange(rows) % 2).astype(np.int64),
        sample_ids=np.array([f"s{number}" for number in range(rows)]),
        units=np.arange(rows, dtype=np.int64),
        annotations=pd.DataFrame(index=range(rows)),
        info=OutcomeInfo("group", "binary", ("control", "case")),
    )
