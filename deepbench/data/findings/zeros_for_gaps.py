"""Zeros that stand for "not measured": a cholesterol of 0 mg/dl."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from deepbench.data.findings.base import Finding, FindingContext, numeric_names
from deepbench.data.findings.measured import Floats
from deepbench.data.findings.missing_codes import codes_in_plan
from deepbench.data.measurement_kinds import LEAST_COLUMNS, recognise
from deepbench.data.samples import AllSamples
from deepbench.data.wording import counted, some_names
from deepbench.study.records import FindingRecord

_MOST_FEATURES = 200  # zeros of wide tables are counts, or signals that were not detected
_LEAST_DIFFERENT = 20
_LEAST_VALUES = 30
_FAR = 3.0  # robust standard deviations of the other values below their middle
_GAP = 1.5  # of them below the smallest
_LEAST_SMALLEST = 0.2  # smallest other value, in medians
_MOST_ZEROS = 0.5
_USUAL = 0.2  # of the columns of a wide table have zeros
_TO_SPREAD = 1.4826


class ZerosForGaps(Finding):
    """Looks for zeros far below all other values of a column."""

    kind: ClassVar[str] = "zeros for gaps"

    def find(self, samples: AllSamples, context: FindingContext) -> list[FindingRecord]:
        """Return at most one finding."""
        names = numeric_names(samples.features)
        if not names or len(names) > _MOST_FEATURES:
            return []
        X = samples.features[names].to_numpy(dtype=np.float64)
        odd = [i for i in range(len(names)) if _are_odd(X[:, i])]
        if not odd or _are_signals(samples, X, context):
            return []
        odd.sort(key=lambda i: -int((X[:, i] == 0).sum()))
        columns = tuple(names[i] for i in odd)
        zeros = X[:, odd] == 0
        verb = "is" if zeros.sum() == 1 else "are"
        return [
            FindingRecord(
                kind=self.kind,
                severity="warning",
                where="zeros",
                message=(
                    f"{counted(int(zeros.sum()), 'cell')} of {some_names(columns)} (in "
                    f"{counted(int(zeros.any(axis=1).sum()), 'sample')}) {verb} 0, far below all "
                    "other values there: most likely nothing was measured."
                ),
                hint=(
                    "Kept as numbers. If 0 means that there is no value, "
                    f"{codes_in_plan(columns, '0')}; or a model takes them for extremely low."
                ),
                columns=columns,
                decision="kept",
            )
        ]


def _are_signals(samples: AllSamples, X: Floats, context: FindingContext) -> bool:
    """Whether the columns were measured on one scale, so that a zero is the lack of a signal."""
    if X.shape[1] < LEAST_COLUMNS:
        return False
    asked = context.preparation.not_transformed
    known = recognise(samples, asked, context.sheet_columns).kind != "unknown"
    return known or (X == 0).any(axis=0).mean() > _USUAL


def _are_odd(values: Floats) -> bool:
    known = values[~np.isnan(values)]
    others = known[known != 0]
    if not 0 < len(known) - len(others) <= _MOST_ZEROS * len(known):
        return False
    if len(others) < _LEAST_VALUES or others.min() < 0:
        return False
    if len(np.unique(others)) < _LEAST_DIFFERENT:
        return False
    middle = float(np.median(others))
    spread = _TO_SPREAD * float(np.median(np.abs(others - middle)))
    smallest = float(others.min())
    far = middle >= _FAR * spread and smallest >= _GAP * spread
    return far and smallest >= _LEAST_SMALLEST * middle
