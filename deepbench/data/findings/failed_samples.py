"""Samples in which nothing, or hardly anything, was measured: rows of zeros, empty libraries."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from deepbench.data.findings.base import Finding, FindingContext
from deepbench.data.findings.measured import Floats, measured, names_of
from deepbench.data.samples import AllSamples
from deepbench.data.wording import counted
from deepbench.study.records import FindingRecord

_LEAST_FEATURES = 10
_LEAST_OF_TOTAL = 50
_LEAST_SAMPLES = 10
_FEW_READS = 0.1  # of the usual total
_FAR = 5.0  # robust standard deviations of the logarithm of the totals
_MOST_SHARE = 0.2
_TO_SPREAD = 1.4826


class FailedSamples(Finding):
    """Looks for samples whose values are all equal, and for those with far too low a total."""

    kind: ClassVar[str] = "failed samples"

    def find(self, samples: AllSamples, context: FindingContext) -> list[FindingRecord]:
        """Return at most one finding on equal values, and one on low totals."""
        X = measured(samples, context).X
        if X.shape[1] < _LEAST_FEATURES:
            return []
        flat = _flat(X)
        found = []
        if flat.any():
            found.append(self._flat(samples, X, flat))
        low = _low_totals(X, flat)
        if low.any():
            found.append(self._low(samples, low))
        return found

    def _flat(self, samples: AllSamples, X: Floats, flat: NDArray[np.bool_]) -> FindingRecord:
        zero = bool((np.nan_to_num(X[flat]) == 0).all())
        verb = "has" if flat.sum() == 1 else "have"
        what = "nothing but zeros" if zero else "the same value in all measurements"
        return FindingRecord(
            kind=self.kind,
            severity="serious",
            where="samples without differences",
            message=(
                f"{counted(int(flat.sum()), 'sample')} {verb} {what}: nothing was measured there."
            ),
            hint="Leave them out (leave_out_samples under [check]), or correct the file.",
            samples=names_of(samples, flat),
        )

    def _low(self, samples: AllSamples, low: NDArray[np.bool_]) -> FindingRecord:
        verb = "sums" if low.sum() == 1 else "sum"
        return FindingRecord(
            kind=self.kind,
            severity="warning",
            where="samples with low totals",
            message=(
                f"{counted(int(low.sum()), 'sample')} {verb} to less than a tenth of what other "
                "samples do: too little material or too few reads."
            ),
            hint=(
                "Look them up in your notes, and leave them out (leave_out_samples under [check]) "
                "if the measurement failed."
            ),
            samples=names_of(samples, low),
            decision="kept",
        )


def _flat(X: Floats) -> NDArray[np.bool_]:
    """Return (n,) whether all values of a sample are equal, and there are enough of them."""
    with np.errstate(invalid="ignore"):
        same = np.fmin.reduce(X, axis=1) == np.fmax.reduce(X, axis=1)
    enough = (~np.isnan(X)).sum(axis=1) >= _LEAST_FEATURES
    found: NDArray[np.bool_] = same & enough
    # Where most samples are so, the columns are no measurements of one kind.
    return found if found.mean() <= _MOST_SHARE else np.zeros(len(X), dtype=np.bool_)


def _low_totals(X: Floats, flat: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return (n,) whether the values of a sample, none of them negative, sum to far too little."""
    none = np.zeros(len(X), dtype=np.bool_)
    if X.shape[1] < _LEAST_OF_TOTAL or (X < 0).any() or len(X) < _LEAST_SAMPLES:
        return none
    gaps = np.isnan(X).mean(axis=1)
    totals = np.nansum(X, axis=1) / np.maximum(1 - gaps, 1e-9)
    usual = (totals > 0) & ~flat & (gaps < 0.5)
    if usual.sum() < _LEAST_SAMPLES:
        return none
    logs = np.full(len(X), np.nan)
    logs[usual] = np.log(totals[usual])
    middle = float(np.median(logs[usual]))
    spread = _TO_SPREAD * float(np.median(np.abs(logs[usual] - middle)))
    limit = middle - max(_FAR * spread, -np.log(_FEW_READS))
    low = usual & (np.nan_to_num(logs, nan=middle) < limit)
    return low if low.mean() <= _MOST_SHARE else none
