"""Transformations of measurements, each sample by itself.

No transformation looks at another sample: what becomes of a sample does not depend on the table it
stands in, and nothing of test samples can reach the training set. Missing values stay missing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from deepbench.data.wording import counted, some_names
from deepbench.errors import DataError

AppliedTransform = Literal["none", "log2", "log1p-cpm", "clr", "m-values"]
Floats = NDArray[np.float64]

#: These divide by something of the whole sample, so that they need all its measurements.
OF_WHOLE_SAMPLE: frozenset[AppliedTransform] = frozenset({"log1p-cpm", "clr"})

# Shares of methylated probes closer to 0 or 1 than this are noise; M-values end at ±10.
_BETA_MARGIN = 0.001
_ZERO_SHARE = 0.5


def log2_plus_one(x: Floats) -> Floats:
    """Return log2(x + 1)."""
    found: Floats = np.log2(x + 1.0)
    return found


def log_counts_per_million(x: Floats) -> Floats:
    """Return log2(1 + counts per million) of counts (n, b).

    The library size is the sum over the columns given. log2 as in limma-voom (Law et al. 2014,
    doi:10.1186/gb-2014-15-2-r29) and edgeR (Robinson et al. 2010,
    doi:10.1093/bioinformatics/btp616); adding 1 count per million keeps zeros at 0, whatever the
    library size.
    """
    totals = np.nansum(x, axis=1, keepdims=True)
    return log2_plus_one(x * (1e6 / _not_zero(totals)))


def centred_log_ratio(x: Floats) -> Floats:
    """Return ln(x) less its mean over the sample's parts (n, b).

    Aitchison 1982, doi:10.1111/j.2517-6161.1982.tb01195.x; for sequencing counts Gloor et al.
    2017, doi:10.3389/fmicb.2017.02224. Zeros become half of the sample's smallest value that is
    not zero (Martín-Fernández et al. 2003, doi:10.1023/A:1023866030544; with counts this is the
    usual half a read), so that counts and their shares give the same ratios.
    """
    smallest = np.where(x > 0.0, x, np.inf).min(axis=1, initial=np.inf, keepdims=True)
    filled = np.where(x == 0.0, _ZERO_SHARE * np.where(np.isinf(smallest), 1.0, smallest), x)
    logs = np.log(filled)
    parts = np.isfinite(logs).sum(axis=1, keepdims=True)
    centred: Floats = logs - np.nansum(logs, axis=1, keepdims=True) / np.maximum(parts, 1)
    return centred


def m_values(x: Floats) -> Floats:
    """Return log2(beta / (1 - beta)); Du et al. 2010, doi:10.1186/1471-2105-11-587."""
    inside = np.clip(x, _BETA_MARGIN, 1.0 - _BETA_MARGIN)
    found: Floats = np.log2(inside / (1.0 - inside))
    return found


def _not_zero(totals: Floats) -> Floats:
    """Return the totals with 1 for 0: only a sample without any value comes here with 0."""
    found: Floats = np.where(totals > 0.0, totals, 1.0)
    return found


@dataclass(frozen=True)
class Transformation:
    """What there is to know of a transformation.

    Attributes:
        title: Name on pages and in the report.
        formula: What it does, in words.
        takes: Which values it can be applied to, in words.
        highest: Largest value that it can be applied to; the smallest is 0 for all.
        function: (n, b) to (n, b), row by row.
    """

    title: str
    formula: str
    takes: str
    highest: float
    function: Callable[[Floats], Floats]


TRANSFORMATIONS: dict[AppliedTransform, Transformation] = {
    "log2": Transformation(
        "log2", "log2(x + 1)", "values from 0 up", np.inf, log2_plus_one
    ),
    "log1p-cpm": Transformation(
        "log1p-CPM",
        "log2(1 + counts per million)",
        "counts from 0 up",
        np.inf,
        log_counts_per_million,
    ),
    "clr": Transformation(
        "CLR", "centred log-ratio", "counts or shares from 0 up", np.inf, centred_log_ratio
    ),
    "m-values": Transformation(
        "M-values", "log2(beta / (1 - beta))", "beta values from 0 to 1", 1.0, m_values
    ),
}  # fmt: skip


def title_of(transform: AppliedTransform) -> str:
    """Return the name of a transformation on pages and in the report."""
    return TRANSFORMATIONS[transform].title if transform != "none" else "no transformation"


def outside(transform: AppliedTransform, x: Floats) -> NDArray[np.bool_]:
    """Return (n, b) whether a value is one that the transformation cannot be applied to."""
    if transform == "none":
        return np.zeros(x.shape, dtype=np.bool_)
    found: NDArray[np.bool_] = x < 0.0
    highest = TRANSFORMATIONS[transform].highest
    if np.isfinite(highest):
        found |= x > highest
    return found


def empty_samples(transform: AppliedTransform, x: Floats) -> NDArray[np.int64]:
    """Return the rows whose values are all 0, of which there is no share or ratio."""
    if transform not in OF_WHOLE_SAMPLE:
        return np.zeros(0, dtype=np.int64)
    # Missing where nothing is known of a sample, which is something else.
    return np.flatnonzero(np.fmax.reduce(x, axis=1) == 0.0)


def apply_transform(transform: AppliedTransform, x: Floats, names: Sequence[str]) -> Floats:
    """Return the transformed values (n, b).

    Args:
        transform: What to apply.
        x: Values, NaN where missing.
        names: (b,) columns, for the message.

    Raises:
        DataError: values that the transformation cannot be applied to; never NaN in their place.
    """
    if transform == "none":
        return x
    wrong = outside(transform, x)
    if wrong.any():
        raise DataError(wrong_values_sentence(transform, wrong, names), _SAME_SCALE)
    empty = empty_samples(transform, x)
    if len(empty):
        which = ", ".join(f"{row + 1}" for row in empty[:5])
        raise DataError(
            f"{counted(len(empty), 'sample')} (number {which} of the table) "
            f"{'has' if len(empty) == 1 else 'have'} only zeros in the {len(names):,} columns "
            f"that {title_of(transform)} is applied to.",
            "Leave such samples out: nothing was measured in them.",
        )
    return TRANSFORMATIONS[transform].function(x)


_SAME_SCALE = (
    "The values have to be on the scale of the training table, as they were before any "
    "transformation. Correct the cells, or empty them."
)


def wrong_values_sentence(
    transform: AppliedTransform, wrong: NDArray[np.bool_], names: Sequence[str]
) -> str:
    """Say how many values a transformation cannot be applied to, and in which columns."""
    columns = [names[int(number)] for number in np.unique(np.nonzero(wrong)[1])]
    values = counted(int(wrong.sum()), "value")
    limits = "below 0" if transform != "m-values" else "below 0 or above 1"
    verb = "is" if int(wrong.sum()) == 1 else "are"
    return (
        f"{values} {verb} {limits}, in {some_names(columns)}: {title_of(transform)} takes "
        f"{TRANSFORMATIONS[transform].takes}."
    )
