"""What the measurements of a table are: counts, intensities, beta values, taxa, ...

The usual transformation depends on it. Recognising is careful: a table of fewer than 50 columns
that fit together, or of columns with scales of their own, is *unknown* and left as it is. Only
the numbers and names of columns are looked at, never the outcome.

Sources of the transformations proposed: `deepbench.data.transforms`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from deepbench.data.findings.base import numeric_names, percent
from deepbench.data.measurement_names import describes_sample, probe_share, taxon_share
from deepbench.data.samples import AllSamples
from deepbench.data.transforms import AppliedTransform, Floats
from deepbench.data.wording import counted

MeasurementKind = Literal[
    "counts",
    "TPM or FPKM",
    "log intensities",
    "intensities",
    "beta values",
    "compositional counts",
    "shares",
    "unknown",
]
Mask = NDArray[np.bool_]

LEAST_COLUMNS = 50
# What has a heavy tail by chance in few columns needs more of them.
_LEAST_INTENSITIES = 100
# Distributions are judged on so many samples, spread over the table (fewer where each has many
# values); limits on all.
_ROWS_SEEN, _FEWEST_ROWS_SEEN, _VALUES_SEEN = 200, 50, 1_000_000
_MOST_OF = 0.8
_NEARLY_ALL = 0.95
_FEW_BELOW = 0.2
_FEW_COLUMNS = 0.05


@dataclass(frozen=True)
class Recognised:
    """What the numeric features of a table are.

    Attributes:
        kind: What they look like.
        transform: The usual transformation.
        why: The evidence, as a sentence.
        columns: Features that fit together, in the order of the table; empty if unknown.
        left_alone: Other numeric features.
    """

    kind: MeasurementKind
    transform: AppliedTransform
    why: str
    columns: tuple[str, ...]
    left_alone: tuple[str, ...]


def recognise(
    samples: AllSamples, not_transformed: Collection[str], sheet_columns: Collection[str]
) -> Recognised:
    """Recognise what the numeric features are.

    Args:
        samples: All samples; only their features are looked at.
        not_transformed: Features that are no such measurements, by the plan.
        sheet_columns: Columns of the sample sheet, which describe samples.
    """
    numeric = numeric_names(samples.features)
    names = measurements_among(numeric, not_transformed, sheet_columns)
    if len(names) < LEAST_COLUMNS:
        return _unknown(
            f"{counted(len(names), 'numeric feature')}: too few to tell what was measured from "
            "the values alone."
        )
    table = _Columns.of(samples.features[names].to_numpy(dtype=np.float64), names)
    for look in _KINDS:
        found = look(table)
        if found is not None:
            return _recognised(found, names, numeric)
    return _unknown(
        f"The {len(names):,} numeric features do not look like counts, intensities, beta values "
        "or shares."
    )


def measurements_among(
    numeric: list[str], not_transformed: Collection[str], sheet_columns: Collection[str]
) -> list[str]:
    """Return the numeric features that may be measurements of one kind.

    Not those that the plan or the sample sheet sets apart, nor those named like what describes a
    sample (age, dose).
    """
    apart = {*not_transformed, *sheet_columns}
    return [name for name in numeric if name not in apart and not describes_sample(name)]


@dataclass(frozen=True, eq=False)
class _Found:
    kind: MeasurementKind
    transform: AppliedTransform
    why: str
    fits: Mask


def _recognised(found: _Found, names: list[str], numeric: list[str]) -> Recognised:
    columns = tuple(name for name, fits in zip(names, found.fits, strict=True) if fits)
    inside = set(columns)
    others = tuple(name for name in numeric if name not in inside)
    return Recognised(found.kind, found.transform, found.why, columns, others)


def _unknown(why: str) -> Recognised:
    return Recognised("unknown", "none", why, (), ())


@dataclass(frozen=True, eq=False)
class _Columns:
    """Candidate columns, and what is asked of them again and again.

    Attributes:
        names: (q,) names.
        x: (m, q) values of some samples.
        low: (q,) smallest values of all samples.
        high: (q,) largest values.
        whole: (q,) share of whole numbers among the values that are not 0; 1 without any.
        from_zero: (q,) whether values are from 0 up; also with few below 0 in few columns, which
            are errors to be asked about rather than something else that was measured.
    """

    names: list[str]
    x: Floats
    low: Floats
    high: Floats
    whole: Floats
    from_zero: Mask

    @classmethod
    def of(cls, numbers: Floats, names: list[str]) -> _Columns:
        most = int(np.clip(_VALUES_SEEN // len(names), _FEWEST_ROWS_SEEN, _ROWS_SEEN))
        rows = np.unique(np.linspace(0, len(numbers) - 1, most).astype(np.int64))
        x = numbers[rows]
        with np.errstate(invalid="ignore"):
            something = np.nan_to_num(x) != 0.0
            whole = something & (x == np.floor(x))
        counts = something.sum(axis=0)
        share = np.where(counts > 0, whole.sum(axis=0) / np.maximum(counts, 1), 1.0)
        low, high = np.fmin.reduce(numbers, axis=0), np.fmax.reduce(numbers, axis=0)
        with np.errstate(invalid="ignore"):
            few_below = (low < 0.0) & ((x < 0.0).mean(axis=0) <= _FEW_BELOW)
        from_zero = low >= 0.0
        if few_below.sum() <= _FEW_COLUMNS * len(names):
            from_zero |= few_below
        return cls(names, x, low, high, share, from_zero)

    def enough(self, fits: Mask, share: float = _MOST_OF, least: int = LEAST_COLUMNS) -> bool:
        """Whether enough columns fit together."""
        count = int(fits.sum())
        return count >= least and count >= share * len(self.names)

    def seen(self, fits: Mask) -> Floats:
        """Return (m, f) the columns that fit and have a value in the samples looked at."""
        found: Floats = self.x[:, fits & ~np.isnan(self.x).all(axis=0)]
        return found

    def cells(self, fits: Mask) -> Floats:
        """Return the values of the columns that fit, without the missing ones."""
        values = self.x[:, fits]
        found: Floats = values[~np.isnan(values)]
        return found

    def sums(self, fits: Mask) -> Floats:
        """Return the sum over the columns that fit for each sample."""
        found: Floats = np.nansum(self.x[:, fits], axis=1)
        return found

    def whole_share(self, fits: Mask) -> float:
        """Return the share of whole numbers among the values that are not 0."""
        values = self.cells(fits)
        values = values[values != 0.0]
        return float((values == np.floor(values)).mean()) if len(values) else 1.0


def _shares(table: _Columns) -> _Found | None:
    """Rows that add up to 1 or 100, and are no indicators."""
    fits = table.low >= 0.0
    if not table.enough(fits, _NEARLY_ALL) or table.whole_share(fits) > 0.5:
        return None
    sums = table.sums(fits)
    for total, word in ((1.0, "1"), (100.0, "100 %")):
        if np.mean(np.abs(sums - total) <= 0.01 * total) >= _NEARLY_ALL:
            why = f"The {int(fits.sum()):,} values of each sample are shares: they sum to {word}."
            return _Found("shares", "clr", why, fits)
    return None


def _beta_values(table: _Columns) -> _Found | None:
    """Values from 0 to 1 that heap up near both ends, in some columns low and in others high."""
    fits = (table.low >= 0.0) & (table.high <= 1.0) & (table.whole < 0.5)
    if not table.enough(fits):
        return None
    values = table.cells(fits)
    low, high = float((values < 0.2).mean()), float((values > 0.8).mean())
    named = probe_share([n for n, f in zip(table.names, fits, strict=True) if f]) >= 0.5
    scaled = float(((table.low == 0.0) & (table.high == 1.0))[fits].mean()) > 0.2
    between = float(np.std(np.nanmean(table.seen(fits), axis=0)))
    heaped = min(low, high) >= 0.15 and low + high >= 0.5 and between >= 0.2 and not scaled
    if not (heaped or named):
        return None
    named_words = ", and most columns are named like methylation probes (cg…)" if named else ""
    why = (
        f"The {int(fits.sum()):,} values of each sample lie between 0 and 1, {percent(low)} of "
        f"them below 0.2 and {percent(high)} above 0.8{named_words}, as beta values of DNA "
        "methylation do."
    )
    return _Found("beta values", "m-values", why, fits)


def _counts(table: _Columns) -> _Found | None:
    """Whole numbers from 0 up with a long tail; also with some estimated counts among them."""
    positive = table.from_zero
    partly = positive & (table.whole > 0.05) & (table.whole < 1.0)
    # Few columns with decimals are something else; many are counts that a program estimated.
    estimated = int(partly.sum()) >= max(3, 0.02 * len(table.names))
    fits = positive if estimated else positive & (table.whole == 1.0)
    if not table.enough(fits) or table.whole_share(fits) < 0.5:
        return None
    values = table.cells(fits)
    some = values[values > 0.0]
    if not len(some) or not _counted_like(table, fits, values, some):
        return None
    zeros = float((values == 0.0).mean())
    taxa = taxon_share([n for n, f in zip(table.names, fits, strict=True) if f])
    numbers = "counts, some of them estimated" if estimated else "whole numbers from 0 up"
    why = (
        f"The {int(fits.sum()):,} values of each sample are {numbers}; {percent(zeros)} are 0, "
        f"and a sample sums to about {_rounded(float(np.median(table.sums(fits))))}"
    )
    if taxa >= 0.5 and zeros >= 0.2:
        why += f". {percent(taxa)} of the columns are named like taxa (OTU, ASV, genus)."
        return _Found("compositional counts", "clr", why, fits)
    return _Found("counts", "log1p-cpm", f"{why}.", fits)


def _counted_like(table: _Columns, fits: Mask, values: Floats, some: Floats) -> bool:
    """Whether whole numbers are counts, and not scores, genotypes, pixels or rounded signals."""
    middle, high = np.quantile(some, [0.5, 0.99])
    x = table.seen(fits)
    # Features of one level each have a tail of their own, which no scale of a score or of a
    # pixel cuts off.
    open_end = high >= 2.0 * middle and some.max() >= 1.3 * high and _skewed(x)
    long_tail = high >= 20.0 and (high >= 5.0 * middle or open_end)
    from_zero = float((values <= 5.0).mean()) >= 0.005 or some.max() > 65_535.0
    means = np.nanmean(x, axis=0)
    measured = means >= 1.0
    if not measured.any():
        return False
    spread = np.nanstd(x, axis=0)[measured] / means[measured]
    return bool(long_tail and from_zero and np.median(spread) >= 0.15)


def _per_million(table: _Columns) -> _Found | None:
    """Values from 0 up with decimals: a million in each sample, or zeros and a long tail."""
    fits = table.from_zero
    if not table.enough(fits) or table.whole_share(fits) > 0.5:
        return None
    sums = table.sums(fits)
    middle = float(np.median(sums))
    columns = f"The {int(fits.sum()):,} values of each sample"
    if 0.9e6 <= middle <= 1.1e6 and float(np.std(sums)) <= 0.01 * middle:
        return _Found("TPM or FPKM", "log2", f"{columns} sum to one million.", fits)
    values = table.cells(fits)
    zeros = float((values == 0.0).mean())
    some = values[values > 0.0]
    half, high = np.quantile(some, [0.5, 0.99]) if len(some) else (0.0, 0.0)
    if zeros < 0.05 or high < 100.0 or high < 20.0 * half or not 1e3 <= middle <= 3e6:
        return None
    why = (
        f"{columns} are numbers from 0 up with decimals, {percent(zeros)} of them 0, with few "
        f"very large ones; a sample sums to about {_rounded(middle)}."
    )
    return _Found("TPM or FPKM", "log2", why, fits)


def _log_intensities(table: _Columns) -> _Found | None:
    """Values on one logarithmic scale: columns differ more than samples do."""
    fits = (table.low >= -10.0) & (table.high <= 30.0)
    if not table.enough(fits, 0.9) or table.whole_share(fits) > 0.5:
        return None
    middle, high = np.quantile(table.cells(fits), [0.5, 0.99])
    x = table.seen(fits)
    medians = np.nanmedian(x, axis=0)
    within = float(np.median(np.nanstd(x, axis=0)))
    between = float(np.std(medians))
    if not (2.0 <= middle <= 16.0 and 8.0 <= high <= 25.0 and between >= max(0.5, within)):
        return None
    why = (
        f"The {int(fits.sum()):,} values of each sample lie on one scale around {middle:.0f} that "
        f"hardly exceeds {high:.0f}, as logarithms of intensities do."
    )
    return _Found("log intensities", "none", why, fits)


def _intensities(table: _Columns) -> _Found | None:
    """Signals with a long tail in every column; below 0 after the background was taken away."""
    some_negative = float((~table.from_zero).mean()) > _FEW_COLUMNS
    fits = np.ones(len(table.names), dtype=np.bool_) if some_negative else table.from_zero
    if not table.enough(fits, least=_LEAST_INTENSITIES):
        return None
    sizes = np.abs(table.cells(fits))
    middle, high = np.quantile(sizes, [0.5, 0.99])
    x = table.seen(fits)
    medians = np.nanmedian(np.abs(x), axis=0)
    one_scale = np.quantile(medians, 0.05) >= 1.0
    if high < 1_000.0 or high < 8.0 * middle or not one_scale or not _skewed(x):
        return None
    why = (
        f"The {int(fits.sum()):,} values of each sample have a long tail, as intensities do: half "
        f"are below {_rounded(float(middle))}, one in a hundred is above {_rounded(float(high))}"
    )
    if some_negative:
        share = percent(float((table.cells(fits) < 0.0).mean()))
        why += (
            f". {share} are below 0, as after a background was taken away, and such values have "
            "no logarithm."
        )
        return _Found("intensities", "none", why, fits)
    return _Found("intensities", "log2", f"{why}.", fits)


def _skewed(x: Floats) -> bool:
    """Whether most columns have their tail on the right: mean above median, by much."""
    spread = np.nanstd(x, axis=0)
    differs = spread > 0.0
    if not differs.any():
        return False
    lean = (np.nanmean(x, axis=0) - np.nanmedian(x, axis=0))[differs] / spread[differs]
    return float(np.median(lean)) >= 0.05 and float((lean > 0.0).mean()) >= 0.6


def _rounded(value: float) -> str:
    """Return a number with two figures."""
    return f"{float(f'{value:.2g}'):,.0f}"


_KINDS: tuple[Callable[[_Columns], _Found | None], ...] = (
    _shares,
    _beta_values,
    _counts,
    _per_million,
    _log_intensities,
    _intensities,
)
