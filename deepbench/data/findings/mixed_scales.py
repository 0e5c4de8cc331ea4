"""Samples on different scales in one table: some logarithms, some not; some a thousand times more.

That happens where files of two laboratories, or of two versions of a pipeline, are put together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from deepbench.data.findings.base import Finding, FindingContext
from deepbench.data.findings.measured import Floats, measured, names_of
from deepbench.data.samples import AllSamples
from deepbench.data.wording import counted
from deepbench.study.records import FindingRecord

_LEAST_SAMPLES = 10
_LEAST_FEATURES = 20
_LEAST_STEP = 4.0  # between the scales, in the 90 % point of samples
_LARGEST_LOG = 30.0
_ALIKE = 0.7  # correlation of the mean profiles
_LEAST_SLOPE, _MOST_SLOPE = 0.6, 1.6
_BASES = (("2", 1.0), ("e", float(np.log(2))), ("10", float(np.log10(2))))
# No 10, which may be the depth of sequencing.
_FACTORS = (100.0, 1_000.0, 10_000.0, 1e6)
_TOLERANCE = 0.4  # of the logarithm of a factor
_LEAST_GROUP = 3  # samples measured at another depth may hit a factor one by one


@dataclass(frozen=True, eq=False)
class _Scales:
    """Samples in two groups, of much smaller and of much larger values."""

    low: NDArray[np.int64]
    high: NDArray[np.int64]


class MixedScales(Finding):
    """Compares the sizes of values between samples."""

    kind: ClassVar[str] = "mixed scales"

    def find(self, samples: AllSamples, context: FindingContext) -> list[FindingRecord]:
        """Return at most one finding, naming the smaller group of samples."""
        X = measured(samples, context).thinned()
        if len(X) < _LEAST_SAMPLES or X.shape[1] < _LEAST_FEATURES:
            return []
        scales = _two_scales(X)
        if scales is None:
            return []
        low, high = _profile(X[scales.low]), _profile(X[scales.high])
        base = _logarithm(low, high)
        with np.errstate(invalid="ignore"):
            whole = bool((np.isnan(X) | (X == np.floor(X))).all())
        # The counts of a deeply sequenced sample are all larger by the same factor.
        factor = None if base or whole else _factor(low, high, scales)
        if base:
            what = (
                f"{counted(len(scales.low), 'sample')} hold logarithms (to base {base}, it "
                f"seems), and the {len(scales.high):,} others the values themselves"
            )
            advice = "Bring all samples to the same scale in the file"
        elif factor:
            what = (
                f"{counted(len(scales.high), 'sample')} have values about {factor:,.0f} times as "
                f"large as those of the {len(scales.low):,} others, in all features alike"
            )
            advice = "Bring all samples to the same unit in the file"
        else:
            return []
        fewer = scales.low if len(scales.low) <= len(scales.high) else scales.high
        return [
            FindingRecord(
                kind=self.kind,
                severity="serious",
                where="measurements of some samples",
                message=(
                    f"{what}. A model would learn which file a sample came from, not the biology."
                ),
                hint=(
                    f"{advice}, or leave out those that cannot be converted (leave_out_samples "
                    "under [check])."
                ),
                samples=names_of(samples, np.sort(fewer)),
            )
        ]


def _two_scales(X: Floats) -> _Scales | None:
    """Split the samples at the largest step of their 90 % points, if it is large."""
    known = np.flatnonzero((~np.isnan(X)).sum(axis=1) >= _LEAST_FEATURES)
    if len(known) < _LEAST_SAMPLES:
        return None
    size = np.nanquantile(X[known], 0.9, axis=1)
    known, size = known[size > 0], size[size > 0]
    if len(known) < _LEAST_SAMPLES:
        return None
    order = np.argsort(size, kind="stable")
    steps = size[order][1:] / size[order][:-1]
    cut = int(np.argmax(steps)) + 1
    if steps[cut - 1] < _LEAST_STEP:
        return None
    return _Scales(known[order[:cut]], known[order[cut:]])


def _profile(X: Floats) -> Floats:
    """Return (q,) the median of each column, NaN where there is none."""
    profile = np.full(X.shape[1], np.nan)
    some = ~np.isnan(X).all(axis=0)
    profile[some] = np.nanmedian(X[:, some], axis=0)
    return profile


def _logarithm(low: Floats, high: Floats) -> str:
    """Return the base if the small values are logarithms of the large ones; empty if not."""
    both = ~np.isnan(low) & ~np.isnan(high) & (high >= 0)
    if both.sum() < _LEAST_FEATURES or np.quantile(low[both], 0.99) > _LARGEST_LOG:
        return ""
    x, y = np.log2(high[both] + 1), low[both]
    if np.std(x) == 0 or np.std(y) == 0 or np.corrcoef(x, y)[0, 1] < _ALIKE:
        return ""
    # A share is 100 times smaller in every feature; a logarithm shrinks large values more.
    if np.corrcoef(high[both], y)[0, 1] > np.corrcoef(x, y)[0, 1]:
        return ""
    slope = float(np.std(y) / np.std(x))
    base, unit = min(_BASES, key=lambda known: abs(np.log(slope / known[1])))
    return base if _LEAST_SLOPE <= slope / unit <= _MOST_SLOPE else ""


def _factor(low: Floats, high: Floats, scales: _Scales) -> float | None:
    """Return the round factor between the groups if all features share it."""
    with np.errstate(invalid="ignore"):
        both = (low > 0) & (high > 0)
    if both.sum() < _LEAST_FEATURES or min(len(scales.low), len(scales.high)) < _LEAST_GROUP:
        return None
    ratios = np.log(high[both] / low[both])
    middle = float(np.median(ratios))
    factor = min(_FACTORS, key=lambda known: abs(np.log(known) - middle))
    lower, upper = np.quantile(ratios, [0.25, 0.75])
    round_one = abs(np.log(factor) - middle) <= _TOLERANCE
    return factor if round_one and upper - lower <= 0.25 * middle else None
