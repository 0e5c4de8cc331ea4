"""One column in two units: glucose in mg/dl at one site and in mmol/l at the other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from deepbench.data.findings.base import Finding, FindingContext, codes_of, numeric_names
from deepbench.data.findings.measured import Floats, names_of
from deepbench.data.samples import AllSamples
from deepbench.data.wording import counted, shorten, some_names
from deepbench.study.records import FindingRecord

_ROLES = ("site", "batch", "operator")
_MOST_FEATURES = 1_000
_MOST_GROUPS = 30
_LEAST_GROUP = 5
_LEAST_DIFFERENT = 4
_LEAST_ALONE = 8  # where no group says who they are
_FEW_ZEROS = 0.1  # a unit has a value of 0 as well, but few
_FACTORS = {
    2.2046: "pounds and kilograms",
    2.54: "inches and centimetres",
    7.5006: "mmHg and kPa",
    10.0: "a decimal place, or units such as mm and cm",
    12.0: "years and months",
    18.016: "mg/dl and mmol/l of glucose",
    30.48: "feet and centimetres",
    38.67: "mg/dl and mmol/l of cholesterol",
    88.42: "mg/dl and µmol/l of creatinine, or mmol/l of triglycerides",
    100.0: "per cent and shares, or units such as m and cm",
    365.25: "years and days",
    1_000.0: "units such as g and kg, or a thousands separator",
    1e6: "units such as µg and g",
}
_TOLERANCE = 0.06  # of the logarithm of a factor
_SLIPS = 0.02  # values of one unit that may lie among those of the other
_SHAPE = 0.2  # by which the quartiles may differ after conversion, on the scale of logarithms
_TO_QUARTILES = 1.349  # from the standard deviation to the distance of the quartiles
_ERROR_OF_MEDIAN = 1.2533
_FEW_DEGREES = 0.03
_GAP = 0.5  # between the units, in ranges of one of them, where no group is known


@dataclass(frozen=True, eq=False)
class _Mixture:
    """Values of a column in two units.

    Attributes:
        column: Its name.
        high: (n,) which samples have the larger values.
        low: (n,) which have the smaller.
        what: How the units differ, in words.
        grouping: Column by whose groups they differ; empty if by none.
        groups: Those of its groups that are fewer.
    """

    column: str
    high: NDArray[np.bool_]
    low: NDArray[np.bool_]
    what: str
    grouping: str = ""
    groups: tuple[str, ...] = ()


class MixedUnits(Finding):
    """Looks for columns of which a part is larger by a known factor, without any overlap."""

    kind: ClassVar[str] = "mixed units"

    def find(self, samples: AllSamples, context: FindingContext) -> list[FindingRecord]:
        """Return a finding for the columns of each factor and each group of samples."""
        names = numeric_names(samples.features)
        if not names or len(names) > _MOST_FEATURES:
            return []
        together: dict[tuple[str, str, tuple[str, ...]], list[_Mixture]] = defaultdict(list)
        for column in names:
            values = samples.features[column].to_numpy(dtype=np.float64)
            mixture = _by_group(samples, context, column, values) or _by_gap(column, values)
            if mixture is not None:
                key = mixture.grouping or mixture.column
                together[key, mixture.what, mixture.groups].append(mixture)
        return [self._record(samples, mixtures) for mixtures in together.values()]

    def _record(self, samples: AllSamples, mixtures: list[_Mixture]) -> FindingRecord:
        first = mixtures[0]
        columns = tuple(mixture.column for mixture in mixtures)
        fewer = first.high if first.high.sum() <= first.low.sum() else first.low
        if first.grouping:
            who = f"In {some_names(first.groups)} of '{shorten(first.grouping)}'"
            where = f"{some_names(columns, 1)} by '{shorten(first.grouping)}'"
        else:
            who = f"In {counted(int(fewer.sum()), 'sample')}"
            where = f"column '{shorten(first.column)}'"
        verb = "is" if len(columns) == 1 else "are"
        side = "" if first.what == _SIGN else "larger " if fewer is first.high else "smaller "
        return FindingRecord(
            kind=self.kind,
            severity="serious",
            where=where,
            message=(
                f"{who}, {some_names(columns)} {verb} {side}{first.what} than in all others, "
                "without any overlap. A model would learn where a sample was measured."
            ),
            hint=(
                "Look up the units, and convert these values in the file. If the samples truly "
                "differ so much, give a reason; else leave the feature out (leave_out under "
                "[check])."
            ),
            columns=columns,
            samples=names_of(samples, fewer),
        )


_SIGN = "of another sign"


def _by_group(
    samples: AllSamples, context: FindingContext, column: str, values: Floats
) -> _Mixture | None:
    for role in _ROLES:
        for grouping in context.roles.get(role, ()):
            texts = samples.annotations[grouping].to_numpy(dtype=object)
            found = _between(column, values, grouping, texts)
            if found is not None:
                return found
    return None


def _between(
    column: str, values: Floats, grouping: str, texts: NDArray[np.object_]
) -> _Mixture | None:
    """Split the groups at the largest step of their medians, and ask what the step is."""
    used = ~np.isnan(values) & (texts != "")
    codes = np.where(used, codes_of(texts), -1)
    groups = np.unique(codes[codes >= 0])
    if not 2 <= len(groups) <= _MOST_GROUPS:
        return None
    medians = np.array([np.median(values[codes == group]) for group in groups])
    order = np.argsort(medians, kind="stable")
    for cut in _cuts(medians[order]):
        low, high = np.isin(codes, groups[order[:cut]]), np.isin(codes, groups[order[cut:]])
        what = _difference(values[low], values[high], signs=True)
        if what:
            fewer = high if high.sum() <= low.sum() else low
            named = tuple(dict.fromkeys(str(text) for text in texts[fewer]))
            return _Mixture(column, high, low, what, grouping, named)
    return None


def _cuts(medians: Floats) -> Iterator[int]:
    """Yield where sorted medians change sign, or where they grow most in proportion."""
    negative = int((medians < 0).sum())
    if 0 < negative < len(medians):
        yield negative
    elif not negative and medians[0] > 0:
        yield int(np.argmax(medians[1:] / medians[:-1])) + 1


def _by_gap(column: str, values: Floats) -> _Mixture | None:
    """Split a column at its largest gap in proportion, and ask what the gap is."""
    some = values > 0  # False where missing
    known = int((~np.isnan(values)).sum())
    if (values < 0).any() or some.sum() < max(2 * _LEAST_ALONE, (1 - _FEW_ZEROS) * known):
        return None
    ordered = np.sort(np.log(values[some]))
    inner = np.diff(ordered)[_LEAST_ALONE - 1 : 1 - _LEAST_ALONE]
    if not len(inner):
        return None
    cut = int(np.argmax(inner)) + _LEAST_ALONE
    gap = ordered[cut] - ordered[cut - 1]
    ranges = [float(np.ptp(part)) for part in (ordered[:cut], ordered[cut:])]
    if gap < _GAP * max(*ranges, np.log(2)):
        return None
    low, high = some & (values < np.exp(ordered[cut] - gap / 2)), some.copy()
    high &= ~low
    what = _difference(values[low], values[high], signs=False)
    return _Mixture(column, high, low, what) if what else None


def _difference(low: Floats, high: Floats, signs: bool) -> str:
    """Return how two units differ if the values are the same but for the unit; empty if not."""
    for part in (low, high):
        different = max(_LEAST_DIFFERENT, len(part) / 10)
        if len(part) < _LEAST_GROUP or len(np.unique(part)) < different:
            return ""
    if np.quantile(low, 1 - _SLIPS) >= np.quantile(high, _SLIPS):
        return ""
    if signs and np.quantile(low, 1 - _SLIPS) < 0 < np.quantile(high, _SLIPS):
        return _SIGN if _same_shape(-low, high, 1.0) else ""
    if _are_degrees(low, high):
        return "as by degrees Fahrenheit in place of Celsius"
    ratio = np.log(max(np.median(high), 1e-300) / max(np.median(low), 1e-300))
    factor = min(_FACTORS, key=lambda known: abs(np.log(known) - ratio))
    if not _same_shape(low, high, factor):
        return ""
    shown = f"{factor:,.2f}".rstrip("0").rstrip(".")
    return f"by a factor of about {shown} ({_FACTORS[factor]})"


def _same_shape(low: Floats, high: Floats, factor: float) -> bool:
    """Whether the quartiles agree after conversion, as far as so few values can tell."""
    if min(low.min() * factor, high.min()) <= 0:
        return False
    a, b = (np.log(part) for part in (low * factor, high))
    quartiles = [np.quantile(part, [0.25, 0.5, 0.75]) for part in (a, b)]
    spread = max(float(q[2] - q[0]) for q in quartiles) / _TO_QUARTILES
    error = _ERROR_OF_MEDIAN * spread * np.sqrt(1 / len(a) + 1 / len(b))
    apart = np.abs(quartiles[0] - quartiles[1])
    return bool(apart[1] <= _TOLERANCE + 2 * error and apart.max() <= _SHAPE + 2 * error)


def _are_degrees(low: Floats, high: Floats) -> bool:
    """Whether the larger values are Fahrenheit where the smaller are Celsius."""
    a, b = (np.quantile(part, [0.25, 0.5, 0.75]) for part in (1.8 * low + 32, high))
    near = np.abs(a - b).max() <= _FEW_DEGREES * abs(b[1])
    spread = (a[2] - a[0]) / (b[2] - b[0]) if b[2] > b[0] else 0.0
    return bool(near and 0.5 <= spread <= 2.0 and -30 <= np.median(low) <= 60)
