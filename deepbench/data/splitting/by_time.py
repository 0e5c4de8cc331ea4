"""Train on the past, test on the latest units."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from deepbench.data.samples import AllSamples
from deepbench.data.splitting.base import OuterFold, Parts, missing_classes, require_complete
from deepbench.data.wording import shorten, some_names
from deepbench.errors import DataError, PlanError, StageBlocked

_LEAST_SHARE, _MOST_SHARE = 0.05, 0.5


def by_time(samples: AllSamples, columns: Sequence[str], fraction: float) -> Parts:
    """Test the latest units by models that saw only what was before all of them.

    Raises:
        PlanError: no column has the role date, or several have.
        DataError: a sample has no date, or one that cannot be read.
        StageBlocked: all units have the same date.
    """
    column = _the_column(columns)
    dates = dates_of(samples, column)
    first = _first_dates(samples, dates)
    begin = _begin_of_test(first.to_numpy(dtype=np.float64), fraction)
    if begin is None:
        raise StageBlocked(
            f"All units have the same date in column '{shorten(column)}', so none is later.",
            "Correct the column under roles.date.",
        )
    return Parts((_fold(samples, dates, first, begin),))


def _the_column(columns: Sequence[str]) -> str:
    if not columns:
        raise PlanError(
            "Training on the past needs to know the date of each sample.",
            'Name the column in the plan: [roles] date = "…".',
        )
    if len(columns) > 1:
        raise PlanError(
            f"Training on the past goes by one date, but {len(columns)} columns have that role "
            f"({some_names(columns)}).",
            'Keep the one that counts: [roles] date = "…"; the others can be ignored.',
        )
    return columns[0]


def _first_dates(samples: AllSamples, dates: NDArray[np.float64]) -> pd.Series:
    # A unit is tested only if all of it is later: its first date decides.
    return pd.Series(dates).groupby(samples.units).min()


def _fold(
    samples: AllSamples, dates: NDArray[np.float64], first: pd.Series, begin: float
) -> OuterFold:
    is_test = np.isin(samples.units, first.index[first >= begin])
    rows = np.arange(len(samples))
    # What was measured later in units that began earlier is not the past either.
    return OuterFold("latest", rows[~is_test & (dates < begin)], rows[is_test])


def _begin_of_test(first: NDArray[np.float64], fraction: float) -> float | None:
    """Return the date from which units are tested, or None if all have the same.

    Units of one date stay together, so the share of test units is the nearest possible.
    """
    later = np.unique(first)[1:]
    if not len(later):
        return None
    shares = np.array([np.mean(first >= date) for date in later])
    return float(later[np.argmin(np.abs(shares - fraction))])


def share_that_works(samples: AllSamples, columns: Sequence[str]) -> str:
    """Say which share of test units would put every class on both sides; empty if none does."""
    column = _the_column(columns)
    dates = dates_of(samples, column)
    first = _first_dates(samples, dates)
    starts = first.to_numpy(dtype=np.float64)
    for begin in np.unique(starts)[:0:-1]:
        share = float(np.mean(starts >= begin))
        fold = _fold(samples, dates, first, float(begin))
        whole = not any(missing_classes(samples, rows) for rows in (fold.train, fold.test))
        if whole and _LEAST_SHARE < share < _MOST_SHARE:
            return (
                f"With the latest {share:.0%} of units as test set (split.test_fraction = "
                f"{share:.2f}) every class would be on both sides."
            )
    return ""


def dates_of(samples: AllSamples, column: str) -> NDArray[np.float64]:
    """Return (n,) dates as numbers that grow with time.

    ISO dates or plain numbers such as years are read; anything else is asked for rather than
    guessed.

    Raises:
        DataError: a sample has no date, or one that cannot be read.
    """
    require_complete(samples, column, "date")
    texts = samples.annotations[column]
    numbers = pd.to_numeric(texts, errors="coerce").to_numpy(dtype=np.float64)
    # A number like 31.12 is a day and a month; 2020.5 is the middle of a year.
    if bool(((numbers % 1 == 0) | (numbers >= 1000)).all()):
        return numbers
    parsed = pd.to_datetime(texts, format="ISO8601", errors="coerce", utc=True)
    unread = np.flatnonzero(parsed.isna().to_numpy())
    if len(unread):
        raise DataError(
            f"The date of sample '{shorten(str(samples.sample_ids[unread[0]]))}' in column "
            f"'{shorten(column)}' is not written as year-month-day.",
            "Write dates like 2024-03-31 (3 April or 4 March cannot be told apart otherwise).",
        )
    return parsed.dt.tz_localize(None).to_numpy(dtype="datetime64[s]").astype(np.float64)
