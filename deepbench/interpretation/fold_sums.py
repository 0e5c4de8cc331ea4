"""Importances as sums over blocks of samples, within a bound of memory.

What grows with samples x features is kept in single precision, once; what grows with the outputs
as well only for one block, and for the features whose single samples are asked for.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deepbench.interpretation.attributions import Attributions, Attributor
from deepbench.interpretation.explanation import Floats, Scale
from deepbench.interpretation.fold_results import SampleAttributions

#: Bytes of the attributions of single samples that a fold may keep.
MOST_BYTES = 64_000_000
# However wide the table, so many features have room.
_FEWEST_KEPT = 300


@dataclass(frozen=True, eq=False)
class Explained:
    """Attributions of some rows, summed up.

    Attributes:
        features: (p,) the user's columns.
        method: How attributions were computed.
        scale: What they add up to.
        unit: What they are measured in.
        sentences: What has to be said about them.
        sizes: (n, p) float32 mean absolute attribution over the outputs.
        signed: (n, p) float32 attributions; None with several outputs.
        size_by_start: (S, p) mean absolute attributions in each random start; S is 0 without.
        single: Attributions of single samples.
        error: Largest difference between sums of attributions and outputs.
        attributed: Largest difference between an output and the expected one.
    """

    features: tuple[str, ...]
    method: str
    scale: Scale
    unit: str
    sentences: tuple[str, ...]
    sizes: NDArray[np.float32]
    signed: NDArray[np.float32] | None
    size_by_start: Floats
    single: SampleAttributions
    error: float
    attributed: float


def explain_rows(
    attributor: Attributor, x: Floats, wanted: Collection[str] | None = None
) -> Explained:
    """Explain rows block by block.

    Args:
        attributor: Explains them.
        x: (n, k) rows; at least one.
        wanted: Features whose single attributions are kept; as many as there is room for if None.
    """
    sums = _Sums(attributor.features, len(x), wanted)
    for block in attributor.blocks(x):
        sums.add(block)
    return sums.found()


class _Sums:
    """Takes blocks of attributions in and forgets them."""

    def __init__(
        self, features: tuple[str, ...], rows: int, wanted: Collection[str] | None
    ) -> None:
        self._features, self._rows, self._wanted = features, rows, wanted
        self._done = 0
        self._error = self._attributed = 0.0

    def add(self, block: Attributions) -> None:
        if not self._done:
            self._begin(block)
        where = slice(self._done, self._done + len(block.outputs))
        self._done = where.stop
        absolute = np.abs(block.values)
        self._sizes[where] = absolute.mean(axis=2)
        if block.values.shape[2] == 1:
            self._signed[where] = block.values[:, :, 0]
        if block.by_start is not None:
            for start, values in enumerate(block.by_start):
                self._by_start[start] += np.abs(values).mean(axis=2).sum(axis=0)
        kept = block.values[:, self._columns].astype(np.float32)
        self._values[where] = kept
        # What rounding takes off a feature goes to the others: the sum stays that of the method.
        self._rest[where] = (
            block.values.sum(axis=1) - kept.sum(axis=1, dtype=np.float64) + block.rest
        )
        self._outputs[where] = block.outputs
        self._error = max(self._error, block.local_accuracy_error)
        self._attributed = max(self._attributed, block.attributed)

    def _begin(self, block: Attributions) -> None:
        outputs, count = block.values.shape[2], len(self._features)
        self._first = block
        self._columns = self._chosen(block)
        self._sizes = np.empty((self._rows, count), dtype=np.float32)
        # The only output's sizes are those of its attributions.
        self._signed = np.empty((self._rows, count if outputs == 1 else 0), dtype=np.float32)
        starts = 0 if block.by_start is None else len(block.by_start)
        self._by_start = np.zeros((starts, count))
        self._values = np.empty((self._rows, len(self._columns), outputs), dtype=np.float32)
        self._rest = np.empty((self._rows, outputs))
        self._outputs = np.empty((self._rows, outputs))

    def _chosen(self, block: Attributions) -> NDArray[np.int64]:
        """Return the columns kept: those wanted, or the largest of the first block."""
        if self._wanted is not None:
            found = [i for i, name in enumerate(self._features) if name in self._wanted]
            return np.array(found, dtype=np.int64)
        room = MOST_BYTES // (4 * self._rows * block.values.shape[2])
        if room >= len(self._features):
            return np.arange(len(self._features))
        sizes = np.abs(block.values).mean(axis=(0, 2))
        order = np.argsort(-sizes, kind="stable")
        return np.sort(order[: max(room, _FEWEST_KEPT)])

    def found(self) -> Explained:
        first = self._first
        single = SampleAttributions(
            self._columns, self._values, self._rest, first.base, self._outputs
        )
        return Explained(
            self._features,
            first.method,
            first.scale,
            first.unit,
            first.sentences,
            self._sizes,
            self._signed if self._signed.shape[1] == len(self._features) else None,
            self._by_start / self._rows,
            single,
            self._error,
            self._attributed,
        )


def unit_variance(sizes: NDArray[np.float32], units: NDArray[np.int64]) -> Floats:
    """Return the (p,) variance, over units drawn, of the mean over samples.

    That of a ratio: the sum over samples of a unit, and its number of samples, vary together.

    Args:
        sizes: (n, p) values.
        units: (n,) unit of each sample.
    """
    _, of_row, counts = np.unique(units, return_inverse=True, return_counts=True)
    number = len(counts)
    if number < 2:
        return np.full(sizes.shape[1], np.nan)
    mean = sizes.mean(axis=0, dtype=np.float64)
    squares = np.zeros(sizes.shape[1])
    for unit in range(number):
        own = sizes[of_row == unit].sum(axis=0, dtype=np.float64)
        squares += (own - counts[unit] * mean) ** 2
    found: Floats = squares / len(sizes) ** 2 * number / (number - 1)
    return found
