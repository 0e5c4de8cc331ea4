"""Numbers that may be codes for a missing value: -9, -99, 999."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from deepbench.data.findings.base import Finding, FindingContext, numeric_names
from deepbench.data.number_text import number_text
from deepbench.data.samples import AllSamples
from deepbench.data.wording import counted, some_names
from deepbench.study.records import FindingRecord

_BELOW = (-9.0, -99.0, -999.0, -9_999.0, -99_999.0)
_ABOVE = (99.0, 999.0, 9_999.0, 99_999.0, 999_999.0)
_LEAST_CELLS = 2
_LEAST_DIFFERENT = 3
_MOST_FEATURES = 200  # large numbers of wide tables are counts
_LINES = 5
_NEAR = (-3.0, -2.0, -1.0, 1.0, 2.0, 3.0)
_TIMES_NEIGHBOURS = 5


class MissingCodes(Finding):
    """Looks for usual codes that lie apart from all other values and stand there repeatedly."""

    kind: ClassVar[str] = "code for missing?"

    def find(self, samples: AllSamples, context: FindingContext) -> list[FindingRecord]:
        """Return one finding for each code."""
        names = numeric_names(samples.features)
        if not names:
            return []
        X = samples.features[names].to_numpy(dtype=np.float64)
        codes = _BELOW if len(names) > _MOST_FEATURES else (*_BELOW, *_ABOVE)
        found = []
        for code in codes:
            cells = X == code
            if not _stands_out(X, code, int(cells.sum())):
                continue
            columns = np.flatnonzero(cells.any(axis=0))
            apart = [i for i in columns.tolist() if _is_apart(X[~cells[:, i], i], code)]
            if apart and cells[:, apart].sum() >= _LEAST_CELLS:
                found.append(self._record(names, X, cells, apart, code))
        return found

    def _record(
        self,
        names: Sequence[str],
        X: NDArray[np.float64],
        cells: NDArray[np.bool_],
        places: Sequence[int],
        code: float,
    ) -> FindingRecord:
        places = sorted(places, key=lambda i: -int(cells[:, i].sum()))
        columns = tuple(names[i] for i in places)
        inside = cells[:, list(places)]
        written = number_text(code)
        if len(places) == 1:
            others = X[~cells[:, places[0]], places[0]]
            low, high = (number_text(float(end)) for end in (np.nanmin(others), np.nanmax(others)))
            where = f"{some_names(columns)}, where all other values lie between {low} and {high}"
        else:
            where = f"{some_names(columns)}, apart from all other values there"
        return FindingRecord(
            kind=self.kind,
            severity="warning",
            where=written,
            message=(
                f"{written} stands in {counted(int(inside.sum()), 'cell')} (in "
                f"{counted(int(inside.any(axis=1).sum()), 'sample')}) of {where}. It is often "
                "written for a missing value."
            ),
            hint=(
                f"Kept as a number. If it means that there is no value, "
                f"{codes_in_plan(columns, written)}; or a model takes it for an extreme one."
            ),
            columns=columns,
            decision="kept",
        )


def codes_in_plan(columns: Sequence[str], code: str) -> str:
    """Return what to write into the plan to make a code missing, as part of a sentence."""
    lines = [f'"{name}" = ["{code}"]' for name in columns[:_LINES]]
    rest = len(columns) - len(lines)
    likewise = f", and likewise for {counted(rest, 'more column')}" if rest else ""
    return f"write under [data.missing_in] in the plan: {', '.join(lines)}{likewise}"


def _stands_out(X: NDArray[np.float64], code: float, cells: int) -> bool:
    """Whether a code is written more often than the whole numbers next to it are.

    Among thousands of measurements that fall below zero, -9 is as usual as -8 and -10.
    """
    near = np.isin(X, [code + step for step in _NEAR])
    return cells > _TIMES_NEIGHBOURS * int(near.sum()) / len(_NEAR)


def _is_apart(others: NDArray[np.float64], code: float) -> bool:
    """Whether a code lies apart from the other values of its column."""
    known = others[~np.isnan(others)]
    if not len(known):
        return False
    low, high = float(known.min()), float(known.max())
    if code < 0:
        return low >= 0.0
    return code - high > high - low and len(np.unique(known)) >= _LEAST_DIFFERENT
