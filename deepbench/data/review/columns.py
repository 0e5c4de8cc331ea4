"""The columns that a review looks at: as labels, or in order where they are dates or measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from deepbench.data.column_types import FEW_LEVELS
from deepbench.data.findings.order_axes import dates_as_numbers
from deepbench.data.number_text import Decimal, parse_numbers
from deepbench.data.samples import AllSamples

_DECIMALS: tuple[Decimal, ...] = (".", ",")


@dataclass(frozen=True)
class ReviewColumn:
    """A column with a role.

    Attributes:
        name: Its name among the annotations.
        role: Its role.
        codes: (n,) codes of its different values, -1 where nothing is written.
        numbers: (n,) its values where they have an order (days, years, a measured age), NaN
            where nothing is written; None for labels.
    """

    name: str
    role: str
    codes: NDArray[np.int64]
    numbers: NDArray[np.float64] | None

    @property
    def levels(self) -> int:
        """Number of different values."""
        return int(self.codes.max(initial=-1)) + 1


def columns_to_review(
    samples: AllSamples, roles: Mapping[str, tuple[str, ...]], wanted: Sequence[str]
) -> list[ReviewColumn]:
    """Return the columns of these roles that hold more than one value."""
    found = []
    for role in wanted:
        for name in roles.get(role, ()):
            if name not in samples.annotations.columns:
                continue  # left out at the data check
            column = _column(samples.annotations[name].to_numpy(dtype=object), name, role)
            if column.levels > 1:
                found.append(column)
    return found


def _column(texts: NDArray[np.object_], name: str, role: str) -> ReviewColumn:
    given = pd.Series(texts, dtype="object").replace("", None)
    codes = pd.factorize(given)[0].astype(np.int64)
    return ReviewColumn(name, role, codes, _numbers(texts, codes, role))


def _numbers(
    texts: NDArray[np.object_], codes: NDArray[np.int64], role: str
) -> NDArray[np.float64] | None:
    if role == "date":
        return dates_as_numbers([str(text) for text in texts])
    levels = int(codes.max(initial=-1)) + 1
    measured = role == "sensitive" and levels > FEW_LEVELS
    many_times = role == "timepoint" and 2 * levels > len(texts)
    return _measured(texts) if measured or many_times else None


def _measured(texts: NDArray[np.object_]) -> NDArray[np.float64] | None:
    """Return texts as numbers, None if some of them are none."""
    given = texts != ""
    for decimal in _DECIMALS:
        values, _ = parse_numbers(texts, decimal)
        if not np.isnan(values[given]).any():
            return values
    return None
