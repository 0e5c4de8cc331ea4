"""Many cells at the largest or the smallest value: a detector or a scale that ended there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from deepbench.data.findings.base import Finding, FindingContext, numeric_names, percent
from deepbench.data.findings.measured import Floats
from deepbench.data.samples import AllSamples
from deepbench.data.wording import counted, some_names
from deepbench.study.records import FindingRecord

_LEAST_CELLS = 5
_LEAST_SHARE = 0.05
_LEAST_DIFFERENT = 20
_DIFFERENT_SHARE = 0.3  # of the other values, if they are measured and not counted or scored
# Largest numbers of 10, 12, 14, 16 and 18 bits; pictures of 8 bits are often white on purpose.
_OF_DETECTORS = (1_023.0, 4_095.0, 16_383.0, 65_535.0, 262_143.0)
_DETECTOR_COLUMNS = 3
_MOST_COLUMNS = 0.9  # of all end below
_ONE_PER_SAMPLE = 0.9
_OF_OTHERS = 5  # times as often as any other value: rounded and counted numbers repeat as well

End = Literal["largest", "smallest"]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class _AtLimit:
    """Columns with many cells at one end.

    Attributes:
        end: Which end.
        columns: Numbers of the columns, most affected first.
        cells: (n, columns) which cells are at the limit.
        values: (columns,) the limits.
    """

    end: End
    columns: NDArray[np.int64]
    cells: Mask
    values: Floats


class ValuesAtLimits(Finding):
    """Counts cells that are equal to the largest or smallest value of a measured column."""

    kind: ClassVar[str] = "values at a limit"

    def find(self, samples: AllSamples, context: FindingContext) -> list[FindingRecord]:
        """Return at most one finding per end."""
        names = numeric_names(samples.features)
        if not names or len(samples) < _LEAST_DIFFERENT:
            return []
        X = samples.features[names].to_numpy(dtype=np.float64)
        found = []
        for end in ("largest", "smallest"):
            at_limit = _at_limit(X, end)
            if at_limit is not None:
                found.append(self._record(samples, names, at_limit))
        return found

    def _record(self, samples: AllSamples, names: list[str], at: _AtLimit) -> FindingRecord:
        columns = tuple(names[i] for i in at.columns)
        share = float(at.cells.mean(axis=0).max())
        limits = np.unique(at.values)
        limit = f" of {limits[0]:,.10g}" if len(limits) == 1 else " of their column"
        rows = int(at.cells.any(axis=1).sum())
        largest = at.end == "largest"
        why = (
            "as where a detector is saturated or a scale ends; how large they truly are is not "
            "known"
            if largest
            else "as where values below a limit of detection were replaced"
        )
        what_to_do = (
            "Look whether the instrument was overloaded: a measurement at a lower setting or a "
            "dilution tells the true values. If not, leave such features out (leave_out under "
            "[check])."
            if largest
            else "If they stand for values that could not be detected, ask whether this depends "
            "on the batch; if most of a feature is below the limit, leave it out (leave_out under "
            "[check])."
        )
        return FindingRecord(
            kind=self.kind,
            severity="warning" if largest else "info",
            where=f"{at.end} values",
            message=(
                f"{counted(int(at.cells.sum()), 'cell')} of {some_names(columns)} (in "
                f"{counted(rows, 'sample')}; up to {percent(share)} of a column) are equal to the "
                f"{at.end} value{limit}, {why}."
            ),
            hint=what_to_do,
            columns=columns,
            decision="kept",
        )


def _at_limit(X: Floats, end: End) -> _AtLimit | None:
    with np.errstate(invalid="ignore"):
        limit = (np.fmax if end == "largest" else np.fmin).reduce(X, axis=0)
        cells = X == limit
    count = cells.sum(axis=0)
    present = (~np.isnan(X)).sum(axis=0)
    # Zeros are counts of nothing, and many.
    many = (count >= np.maximum(_LEAST_CELLS, _LEAST_SHARE * present)) & (limit != 0)
    detector = np.zeros(len(limit), dtype=np.bool_)
    if end == "largest":
        # Among thousands of columns some end at such a number by chance, but not the largest.
        high = np.nanquantile(limit, _MOST_COLUMNS) if not np.isnan(limit).all() else np.inf
        shared = [
            v for v in _OF_DETECTORS if v >= high and (limit == v).sum() >= _DETECTOR_COLUMNS
        ]
        detector = np.isin(limit, shared)
    for i in np.flatnonzero(many & ~detector):
        many[i] = _is_measured(X[~cells[:, i], i], int(count[i]))
    columns = np.flatnonzero(many | detector)
    if not len(columns):
        return None
    columns = columns[np.argsort(-count[columns], kind="stable")]
    inside = cells[:, columns]
    if inside.sum() < _LEAST_CELLS or _is_normalised(X, limit[columns]):
        return None
    return _AtLimit(end, columns, inside, limit[columns])


def _is_measured(others: Floats, pile: int) -> bool:
    """Whether the other values differ as measured ones do, and the pile stands out."""
    known = others[~np.isnan(others)]
    _, repeats = np.unique(known, return_counts=True)
    if len(repeats) < max(_LEAST_DIFFERENT, _DIFFERENT_SHARE * len(known)):
        return False
    return pile >= _OF_OTHERS * int(repeats.max())


def _is_normalised(X: Floats, limits: Floats) -> bool:
    """Whether each sample has the limit once, as after quantile normalisation."""
    if len(np.unique(limits)) > 1:
        return False
    once = float(((X == limits[0]).sum(axis=1) == 1).mean())
    return once >= _ONE_PER_SAMPLE
