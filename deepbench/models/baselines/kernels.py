"""Inner products of rows, and the kernels and distances that follow from them.

At omics width the inner products are all that costs anything: one matrix of them serves every
kernel, width, number of neighbours and label vector.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deepbench.models.fold_data import FoldData

# Rows looked at for the typical distance.
_DISTANCE_ROWS = 200
# Inner products are kept as long as the fold if they are no larger than its matrix, or this.
_SMALL = 1_000_000


@dataclass(frozen=True, eq=False)
class RowProducts:
    """Inner products of two sets of rows.

    Attributes:
        inner: (m, n) inner products.
        left: (m,) squared lengths of the first rows.
        right: (n,) squared lengths of the second.
    """

    inner: NDArray[np.float64]
    left: NDArray[np.float64]
    right: NDArray[np.float64]

    @classmethod
    def of(cls, a: NDArray[np.float64], b: NDArray[np.float64]) -> RowProducts:
        """Multiply (m, k) and (n, k) rows."""
        return cls(a @ b.T, np.einsum("ij,ij->i", a, a), np.einsum("ij,ij->i", b, b))

    def squared_distances(self) -> NDArray[np.float64]:
        """Return (m, n) squared Euclidean distances."""
        distances = -2.0 * self.inner
        distances += self.left[:, None]
        distances += self.right
        return np.maximum(distances, 0.0, out=distances)


def squared_distances(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (m, n) squared Euclidean distances of (m, k) and (n, k) rows."""
    return RowProducts.of(a, b).squared_distances()


def kernel_matrix(products: RowProducts, gaussian: bool, factor: float) -> NDArray[np.float64]:
    """Return (m, n) the kernel: Gaussian of the distance, or inner product.

    Args:
        products: Of the rows.
        gaussian: Which of the two.
        factor: What squared distances or inner products are multiplied by.
    """
    if not gaussian:
        return factor * products.inner
    matrix = products.squared_distances()
    matrix *= -factor
    return np.exp(matrix, out=matrix)


def kernel_factor(products: RowProducts, gaussian: bool, width: float) -> float:
    """Return the factor that suits the fit rows, whatever the number of columns.

    Args:
        products: Of the fit rows with themselves.
        gaussian: Whether ``width`` is divided by the median squared distance of rows that are
            apart; else one is divided by their mean squared length.
        width: Relative inverse width of a Gaussian.
    """
    rows = len(products.inner)
    if not gaussian:
        length = float(products.left.sum()) / rows
        return 1.0 / length if length > 0.0 else 1.0
    some = np.unique(np.linspace(0, rows - 1, _DISTANCE_ROWS).astype(np.int64))
    part = RowProducts(
        products.inner[np.ix_(some, some)], products.left[some], products.right[some]
    )
    distances = part.squared_distances()[np.triu_indices(len(some), k=1)]
    apart = distances[distances > 0.0]
    typical = float(np.median(apart)) if len(apart) else 1.0
    return width / typical


def fold_products(data: FoldData) -> tuple[RowProducts, RowProducts]:
    """Return the products of all columns: fit rows with themselves, tuning with fit rows."""

    def make() -> tuple[RowProducts, RowProducts]:
        return RowProducts.of(data.fit, data.fit), RowProducts.of(data.tune, data.fit)

    if len(data.fit) ** 2 > max(data.fit.size, _SMALL):
        return make()
    return data.shared("inner products of rows", make)
