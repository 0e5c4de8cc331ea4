"""What the samples look like before anything is fitted: missing cells, principal components.

Principal components (Pearson 1901, doi:10.1080/14786440109462720) of the standardised features;
where features outnumber samples they come from the matrix of products between samples, which has
the same leading eigenvalues and is small.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.linalg import eigh
from scipy.sparse import csr_array
from scipy.sparse.linalg import eigsh

from deepbench.data.number_text import number_text
from deepbench.data.samples import AllSamples, TrainingSet
from deepbench.study.records import ExplorationRecord

COMPONENTS = 5
#: Roles whose columns can colour a picture.
COLOUR_ROLES = (
    "unit",
    "pair",
    "batch",
    "operator",
    "site",
    "date",
    "timepoint",
    "sensitive",
    "part",
)
_MAP_ROWS = 120
_MAP_COLUMNS = 200
_MOST_NAMED = 50
_MOST_COLOURINGS = 100
_LONGEST_LABEL = 80  # longer texts are comments and sequences
_BLOCK_CELLS = 4_000_000
_LARGEST_FULL = 1_000
_NO_VARIANCE = 1e-10


@dataclass(frozen=True)
class FeatureSpace:
    """Samples as points in the space of the standardised features.

    Gaps of a number become its median, gaps of a label its most frequent value. Numbers have
    variance 1; a label is one column per value, together of variance 1 (Pagès 2004, factor
    analysis of mixed data). Constant features are left out.

    Attributes:
        table: (n, q) standardised columns, mean 0, or None where they outnumber the samples.
        products: (n, n) products of samples (the table times its transpose), or None where there
            is the table; distances and variances are the same in either.
        total: Sum of squares of all samples around their mean.
        features: Number of features that differ between samples.
        samples: n.
    """

    table: NDArray[np.float64] | None
    products: NDArray[np.float64] | None
    total: float
    features: int
    samples: int

    def squared_lengths(self, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return (m,) squared lengths of weighted sums of samples.

        Args:
            weights: (n, m) one column of weights per sum.
        """
        if self.table is not None:
            sums = self.table.T @ weights
            return np.asarray((sums**2).sum(axis=0), dtype=np.float64)
        assert self.products is not None
        found = np.einsum("ij,ij->j", weights, self.products @ weights)
        return np.maximum(np.asarray(found, dtype=np.float64), 0.0)

    def summed(self, groups: NDArray[np.int64]) -> FeatureSpace:
        """Return the space of sums of samples: one point per group, the same total.

        Args:
            groups: (n,) codes from 0, each in use.
        """
        number = int(groups.max(initial=-1)) + 1
        member = csr_array(
            (np.ones(len(groups)), (groups, np.arange(len(groups)))), shape=(number, len(groups))
        )
        table = None if self.table is None else np.asarray(member @ self.table)
        products = None
        if self.products is not None:
            products = np.asarray(member @ np.asarray(member @ self.products).T)
        return replace(self, table=table, products=products, samples=number)

    def take(self, rows: NDArray[np.int64]) -> FeatureSpace:
        """Return the space of some of the samples, around their own mean."""
        if self.table is not None:
            table = self.table[rows]
            table = table - table.mean(axis=0)
            return replace(self, table=table, total=float((table**2).sum()), samples=len(rows))
        assert self.products is not None
        products = self.products[np.ix_(rows, rows)]
        means = products.mean(axis=0)
        products = products - means[:, None] - means[None, :] + means.mean()
        return replace(self, products=products, total=float(np.trace(products)), samples=len(rows))


def feature_space(features: pd.DataFrame) -> FeatureSpace:
    """Return the samples of a table in which each feature weighs the same.

    Args:
        features: (n, p) float64 columns (NaN = missing) and text columns (None = missing).
    """
    n = len(features)
    counted: list[int] = []
    blocks = standardised_blocks(features, counted)
    if features.shape[1] > n:
        products = np.zeros((n, n))
        for block in blocks:
            products += block @ block.T
        return FeatureSpace(None, products, float(np.trace(products)), sum(counted), n)
    table = np.hstack([np.zeros((n, 0)), *blocks])
    return FeatureSpace(table, None, float((table**2).sum()), sum(counted), n)


@dataclass(frozen=True)
class PrincipalComponents:
    """Coordinates of samples on the directions in which they differ most.

    Attributes:
        scores: (n, k) coordinates, k at most 5; of each component the largest one in size is
            positive, so that the same table gives the same picture.
        shares: (k,) shares of the variance of all features.
        features: Number of features that differ between samples.
    """

    scores: NDArray[np.float64]
    shares: NDArray[np.float64]
    features: int


def principal_components(
    features: pd.DataFrame | FeatureSpace, number: int = COMPONENTS
) -> PrincipalComponents:
    """Return the leading principal components of a table in which each feature weighs the same.

    Args:
        features: The features, or their space if it is known already.
        number: Components at most.
    """
    space = features if isinstance(features, FeatureSpace) else feature_space(features)
    if space.table is None:
        assert space.products is not None
        values, vectors = _leading(space.products, number)
        scores = vectors * np.sqrt(values)
    else:
        values, vectors = _leading(space.table.T @ space.table, number)
        scores = space.table @ vectors
    if scores.shape[1]:
        largest = np.abs(scores).argmax(axis=0)
        signs = np.sign(scores[largest, np.arange(scores.shape[1])])
        scores = scores * signs
    shares = values / space.total if space.total else values
    return PrincipalComponents(scores, shares, space.features)


def standardised_blocks(
    features: pd.DataFrame, counted: list[int]
) -> Iterator[NDArray[np.float64]]:
    """Yield (n, q) blocks of centred columns; note how many features each stands for."""
    is_number = np.array([dtype == np.float64 for dtype in features.dtypes], dtype=bool)
    numbers = features.loc[:, is_number].to_numpy(dtype=np.float64)
    step = max(1, _BLOCK_CELLS // max(1, len(features)))
    for first in range(0, numbers.shape[1], step):
        block = _standard_numbers(numbers[:, first : first + step])
        counted.append(block.shape[1])
        yield block
    for name in features.columns[~is_number]:
        block = _standard_label(features[name])
        if block.shape[1]:
            counted.append(1)
            yield block


def _standard_numbers(X: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the columns that differ, gaps filled with the median, mean 0 and variance 1."""
    gaps = np.isnan(X)
    low = np.where(gaps, np.inf, X).min(axis=0, initial=np.inf)
    high = np.where(gaps, -np.inf, X).max(axis=0, initial=-np.inf)
    differs = high > low
    filled = X[:, differs].copy()
    gappy = gaps[:, differs]
    for column in np.flatnonzero(gappy.any(axis=0)):
        hole = gappy[:, column]
        filled[hole, column] = np.median(filled[~hole, column])
    filled /= np.maximum(np.abs(low), np.abs(high))[differs]  # or huge values would overflow
    filled -= filled.mean(axis=0)
    filled /= filled.std(axis=0)
    return filled


def _standard_label(values: pd.Series) -> NDArray[np.float64]:
    """Return one centred column per value of a label, together of variance 1."""
    codes = pd.factorize(values)[0]
    if codes.max(initial=-1) < 1:
        return np.zeros((len(codes), 0))
    codes = np.where(codes < 0, np.bincount(codes[codes >= 0]).argmax(), codes)
    block = np.equal.outer(codes, np.arange(codes.max() + 1)).astype(np.float64)
    block -= block.mean(axis=0)
    return np.asarray(block / np.sqrt((block**2).mean(axis=0).sum()), dtype=np.float64)


def _leading(
    products: NDArray[np.float64], number: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the largest eigenvalues of a symmetric matrix, largest first, and their vectors."""
    size = len(products)
    number = min(number, size)
    if not number:
        return np.zeros(0), np.zeros((size, 0))
    if size <= _LARGEST_FULL:
        values, vectors = eigh(products, subset_by_index=(size - number, size - 1))
    else:
        start = np.random.default_rng(0).normal(size=size)
        values, vectors = eigsh(products, k=number, which="LA", v0=start)
        order = np.argsort(values)
        values, vectors = values[order], vectors[:, order]
    values, vectors = values[::-1], vectors[:, ::-1]
    real = values > _NO_VARIANCE * max(float(np.trace(products)), np.finfo(float).tiny)
    return values[real], vectors[:, real]


def explore(
    samples: AllSamples | TrainingSet,
    roles: Mapping[str, tuple[str, ...]],
    scope: Literal["all samples", "training samples"],
    space: FeatureSpace | None = None,
) -> ExplorationRecord:
    """Return missing cells and principal components of samples.

    Args:
        samples: The samples to show.
        roles: Columns by role; those of the samples' origin come first among the colourings.
        scope: What samples they are, for the sentence under the picture.
        space: The space of their features, if it is known already.
    """
    gaps = samples.features.isna().to_numpy()
    found = principal_components(samples.features if space is None else space)
    return ExplorationRecord(
        scope=scope,
        outcome=samples.info.column,
        task=samples.info.task,
        classes=samples.info.classes,
        samples=tuple(str(name) for name in samples.sample_ids),
        outcomes=outcome_texts(samples),
        colourings=_colourings(samples, roles, found.scores[:, :2]),
        components=tuple(
            tuple(float(f"{score:.6g}") for score in component) for component in found.scores.T
        ),
        explained=tuple(float(share) for share in found.shares),
        features_used=found.features,
        missing_share=float(gaps.mean()) if gaps.size else 0.0,
        missing_map=tuple(tuple(round(float(s), 4) for s in row) for row in missing_map(gaps)),
        missing_features=_most(list(samples.features.columns), gaps.sum(axis=0)),
        missing_samples=_most([str(name) for name in samples.sample_ids], gaps.sum(axis=1)),
    )


def _colourings(
    samples: AllSamples | TrainingSet,
    roles: Mapping[str, tuple[str, ...]],
    scores: NDArray[np.float64],
) -> dict[str, tuple[str, ...]]:
    """Return the columns that can colour a picture: annotations, then features.

    Of more features than a list can hold, those that go most with the picture's two axes.
    """
    annotations = samples.annotations
    first = [c for role in COLOUR_ROLES for c in roles.get(role, ())]
    others = [
        str(column)
        for column in annotations.columns
        if column not in first and annotations[column].str.len().max() <= _LONGEST_LABEL
    ]
    named = [c for c in [*first, *others] if c in annotations.columns][:_MOST_COLOURINGS]
    colourings = {column: tuple(map(str, annotations[column])) for column in named}
    features = samples.features
    room = _MOST_COLOURINGS - len(named)
    fits = features.shape[1] <= room
    places = range(features.shape[1]) if fits else _going_with(features, scores)[:room]
    for place in sorted(places):
        colourings.setdefault(str(features.columns[place]), _as_texts(features.iloc[:, place]))
    return colourings


def _going_with(features: pd.DataFrame, scores: NDArray[np.float64]) -> list[int]:
    """Return the numbers of features: labels, then those that correlate most with the scores."""
    is_number = np.array([dtype == np.float64 for dtype in features.dtypes], dtype=bool)
    places = np.flatnonzero(is_number)
    strength = np.zeros(len(places))
    axes = scores / np.maximum(np.linalg.norm(scores, axis=0), np.finfo(float).tiny)
    step = max(1, _BLOCK_CELLS // max(1, len(features)))
    for begin in range(0, len(places), step):
        block = features.iloc[:, places[begin : begin + step]].to_numpy(dtype=np.float64)
        gaps = np.isnan(block)
        known = np.maximum((~gaps).sum(axis=0), 1)
        block = np.where(gaps, 0.0, block - np.where(gaps, 0.0, block).sum(axis=0) / known)
        size = np.maximum(np.linalg.norm(block, axis=0), np.finfo(float).tiny)
        strength[begin : begin + step] = (np.abs(axes.T @ block) / size).max(axis=0, initial=0.0)
    ranked = places[np.argsort(-strength, kind="stable")]
    return [*np.flatnonzero(~is_number).tolist(), *ranked.tolist()]


def _as_texts(values: pd.Series) -> tuple[str, ...]:
    if values.dtype == np.float64:
        return tuple(number_text(float(value)) for value in values)
    return tuple(values.astype(object).where(values.notna(), "").astype(str))


def outcome_texts(samples: AllSamples | TrainingSet) -> tuple[str, ...]:
    """Return (n,) the outcome of each sample as text: its class, or its number."""
    if samples.info.classes:
        return tuple(samples.info.classes[int(code)] for code in samples.outcome)
    return tuple(f"{value:.15g}" for value in samples.outcome)


def missing_map(gaps: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the share of missing cells in at most 120 × 200 blocks of neighbouring cells.

    Args:
        gaps: (n, p) whether a cell is missing.
    """
    if not gaps.size:
        return np.zeros((0, 0))
    rows, row_sizes = _blocks(gaps.shape[0], _MAP_ROWS)
    columns, column_sizes = _blocks(gaps.shape[1], _MAP_COLUMNS)
    counts = np.add.reduceat(gaps.astype(np.int32), columns, axis=1)
    counts = np.add.reduceat(counts, rows, axis=0)
    return np.asarray(counts / np.outer(row_sizes, column_sizes), dtype=np.float64)


def _blocks(length: int, most: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return where each of at most so many blocks begins, and how long it is."""
    edges = np.linspace(0, length, min(length, most) + 1).astype(np.int64)
    return edges[:-1], np.diff(edges)


def _most(names: list[str], counts: NDArray[np.int64]) -> tuple[tuple[str, int], ...]:
    """Return the names with the highest counts, highest first; those without any are no news."""
    order = np.argsort(-counts, kind="stable")[:_MOST_NAMED]
    return tuple((names[i], int(counts[i])) for i in order if counts[i])
