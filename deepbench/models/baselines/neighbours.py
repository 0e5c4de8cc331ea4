"""Nearest rows by Euclidean distance, with a rule for ties that no order of rows can sway."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from deepbench.models.baselines.kernels import RowProducts

# Squared distances closer than this part of the squared lengths are equal but for rounding.
_ROUNDING = 1e-12
# Distances held at a time, in numbers.
_BLOCK = 4_000_000


@dataclass(frozen=True, eq=False)
class Nearest:
    """The nearest of n rows to each of m others, and all that tie with the last of them.

    Attributes:
        rows: (m, w) row numbers, nearest first.
        squared: (m, w) their squared distances; infinite where a row has fewer.
        slack: (m,) differences of squared distances that are rounding.
        among: Number n of rows.
    """

    rows: NDArray[np.int64]
    squared: NDArray[np.float64]
    slack: NDArray[np.float64]
    among: int

    def weights(self, count: int, by_distance: bool) -> NDArray[np.float64]:
        """Return (m, w) weights of the ``count`` nearest, which sum to 1.

        Rows that tie for the last places share them. By distance, weights are the inverse of
        it; where it is zero for some, they alone count.
        """
        reach = self.squared[:, count - 1 : count]
        slack = self.slack[:, None]
        inside = self.squared < reach - slack
        tied = np.abs(np.where(np.isinf(self.squared), np.inf, self.squared - reach)) <= slack
        places = (count - inside.sum(axis=1)) / tied.sum(axis=1)
        weights = inside + tied * places[:, None]
        if by_distance:
            weights *= _inverse(self.squared)
        total: NDArray[np.float64] = weights / weights.sum(axis=1, keepdims=True)
        return total

    def average(
        self, weights: NDArray[np.float64], targets: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return (m, T) weighted means of the (n, T) targets of the nearest."""
        ends = np.arange(len(self.rows) + 1) * self.rows.shape[1]
        sparse = csr_array(
            (weights.ravel(), self.rows.ravel(), ends), shape=(len(self.rows), self.among)
        )
        return np.asarray(sparse @ targets)


def nearest(a: NDArray[np.float64], b: NDArray[np.float64], most: int) -> Nearest:
    """Find the ``most`` nearest of the (n, k) rows ``b`` to each of the (m, k) rows ``a``."""
    block = max(1, _BLOCK // len(b))
    starts = range(0, max(len(a), 1), block)
    parts = [_nearest(RowProducts.of(a[i : i + block], b), most) for i in starts]
    width = max(part.rows.shape[1] for part in parts)
    missing = [((0, 0), (0, width - part.rows.shape[1])) for part in parts]
    padded = list(zip(parts, missing, strict=True))
    return Nearest(
        np.vstack([np.pad(part.rows, pad) for part, pad in padded]),
        np.vstack([np.pad(part.squared, pad, constant_values=np.inf) for part, pad in padded]),
        np.concatenate([part.slack for part in parts]),
        len(b),
    )


def _nearest(products: RowProducts, most: int) -> Nearest:
    squared = products.squared_distances()
    slack = _ROUNDING * (products.left + products.right.mean())
    squared[squared <= slack[:, None]] = 0.0
    among = squared.shape[1]
    reach = np.partition(squared, most - 1, axis=1)[:, most - 1]
    width = int((squared <= (reach + slack)[:, None]).sum(axis=1).max(initial=most))
    rows = np.argpartition(squared, width - 1, axis=1)[:, :width]
    found = np.take_along_axis(squared, rows, axis=1)
    order = np.argsort(found, axis=1, kind="stable")
    return Nearest(
        np.take_along_axis(rows, order, axis=1).astype(np.int64),
        np.take_along_axis(found, order, axis=1),
        slack,
        among,
    )


def _inverse(squared: NDArray[np.float64]) -> NDArray[np.float64]:
    exact = squared == 0.0
    inverse = 1.0 / np.sqrt(np.where(exact, 1.0, squared))
    return np.asarray(np.where(exact.any(axis=1, keepdims=True), exact, inverse))
