"""Which rows a column of names ties together, and how alike such rows are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from deepbench.data.findings.base import numeric_names
from deepbench.data.samples import AllSamples

# "309_12", "mouse 4 - rep2", "P07.3": a name, a separator and a running number.
_NUMBERED = re.compile(
    r"^(?P<name>.*[^\s_.:\-/])[\s_.:\-/]+(?:rep|replicate|tech|aliquot|r|t|n|#)?[\s_.]?\d{1,4}$",
    re.IGNORECASE,
)
_NUMBERED_SHARE = 0.9
_MOST_FEATURES = 500


def repeated_keys(names: Sequence[str]) -> tuple[list[str], str]:
    """Return (n,) keys that tie rows together, and how they were made.

    Args:
        names: (n,) names, ``""`` where there is none (such a row is tied to no other).

    Returns:
        The names themselves (``"names"``) if they repeat; else what stands before their running
        numbers (``"prefixes"``) if nearly all have one; else no two alike (``""``).
    """
    present = [name for name in names if name]
    if len(set(present)) < len(present):
        return [name or f"\0{i}" for i, name in enumerate(names)], "names"
    found = [_NUMBERED.match(name) for name in names]
    if present and sum(m is not None for m in found) >= _NUMBERED_SHARE * len(present):
        keys = [m["name"] if m else f"\0{i}" for i, m in enumerate(found)]
        return keys, "prefixes"
    return [f"\0{i}" for i in range(len(names))], ""


def column_names_of_rows(samples: AllSamples, column: str) -> list[str]:
    """Return (n,) the texts of a column, wherever it went when the roles were given."""
    if column in samples.annotations.columns:
        return list(samples.annotations[column].astype(str))
    if column not in samples.features.columns:
        return [str(name) for name in samples.sample_ids]  # the column with the role sample
    values = samples.features[column]
    if values.dtype == np.float64:
        return ["" if np.isnan(value) else f"{value:.15g}" for value in values]
    return ["" if value is None else str(value) for value in values]


@dataclass(frozen=True)
class Alikeness:
    """How alike rows of one group are.

    Attributes:
        correlation: Median over features of the intraclass correlation ICC(1).
        p_value: By permutation of the rows over the groups.
    """

    correlation: float
    p_value: float


def alikeness(
    samples: AllSamples,
    groups: NDArray[np.int64],
    leave_out: str,
    seed: int,
    permutations: int = 199,
) -> Alikeness:
    """Measure the intraclass correlation of the numeric features within groups.

    ICC(1) of Shrout and Fleiss 1979 (doi:10.1037/0033-2909.86.2.420), for groups of unequal
    size. Values are centred by class first, so that a difference between classes does not count
    as alikeness. Of more than 500 features, 500 are drawn at random.

    Args:
        samples: Samples.
        groups: (n,) codes from 0, each in use; fewer groups than rows.
        leave_out: Feature that made the groups.
        seed: Seed of the permutations.
        permutations: Number of permutations.
    """
    generator = np.random.default_rng(seed)
    names = [name for name in numeric_names(samples.features) if name != leave_out]
    if len(names) > _MOST_FEATURES:
        chosen = np.sort(generator.choice(len(names), _MOST_FEATURES, replace=False))
        names = [names[i] for i in chosen]
    if not names:
        return Alikeness(0.0, 1.0)
    X = _centred(samples.features[names].to_numpy(dtype=np.float64), samples)
    X = X[:, X.std(axis=0) > 0]
    if not X.shape[1]:
        return Alikeness(0.0, 1.0)
    observed = float(np.median(intraclass_correlations(X, groups)))
    as_high = sum(
        float(np.median(intraclass_correlations(X, generator.permutation(groups)))) >= observed
        for _ in range(permutations)
    )
    return Alikeness(observed, (1 + as_high) / (1 + permutations))


def _centred(X: NDArray[np.float64], samples: AllSamples) -> NDArray[np.float64]:
    """Subtract the mean of each class and put 0 where a value is missing."""
    centred = X.copy()
    classes = samples.outcome if samples.info.classes else np.zeros(len(X), dtype=np.int64)
    for code in np.unique(classes):
        rows = classes == code
        counts = np.maximum((~np.isnan(X[rows])).sum(axis=0), 1)
        centred[rows] -= np.nansum(X[rows], axis=0) / counts
    return np.nan_to_num(centred)


def intraclass_correlations(
    X: NDArray[np.float64], groups: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return (p,) ICC(1) of each column of X, from a one-way analysis of variance.

    Args:
        X: (n, p) values, none missing.
        groups: (n,) codes from 0, each in use; fewer groups than rows.
    """
    n = len(X)
    counts = np.bincount(groups)
    number = len(counts)
    member = csr_array((np.ones(n), (groups, np.arange(n))), shape=(number, n))
    sums: NDArray[np.float64] = np.asarray(member @ X)
    mean = X.mean(axis=0)
    between = (counts[:, None] * (sums / counts[:, None] - mean) ** 2).sum(axis=0)
    total = ((X - mean) ** 2).sum(axis=0)
    mean_between = between / (number - 1)
    mean_within = (total - between) / (n - number)
    size = (n - (counts**2).sum() / n) / (number - 1)
    with np.errstate(invalid="ignore", divide="ignore"):
        icc: NDArray[np.float64] = (mean_between - mean_within) / (
            mean_between + (size - 1) * mean_within
        )
    return np.nan_to_num(icc)


def codes_of_keys(keys: Sequence[str]) -> NDArray[np.int64]:
    """Return (n,) codes of keys in order of appearance."""
    return pd.factorize(np.array(keys, dtype=object))[0].astype(np.int64)
