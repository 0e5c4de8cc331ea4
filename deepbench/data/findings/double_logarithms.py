"""Intensities of which the logarithm was taken twice."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

import numpy as np
import pandas as pd
from scipy.stats import spearmanr

from deepbench.data.findings.base import Finding, FindingContext
from deepbench.data.findings.measured import Floats, measured
from deepbench.data.measurement_kinds import LEAST_COLUMNS, recognise
from deepbench.data.samples import AllSamples
from deepbench.study.records import FindingRecord

_LARGEST = 4.2  # log2(log2(65,536) + 1) is 4.1; logarithms to base 10 go farther
_LEAST_TOP = 3.2
_TREND = -0.3
_LESS_TREND = 0.2


class DoubleLogarithms(Finding):
    """Asks whether small values become logarithms of intensities when one logarithm is undone.

    Logarithms to base 10 lie in the same range, so that the spread has to tell: a second logarithm
    makes it smaller the larger a feature is, and this goes away when it is undone.
    """

    kind: ClassVar[str] = "logarithm taken twice"

    def find(self, samples: AllSamples, context: FindingContext) -> list[FindingRecord]:
        """Return at most one finding."""
        table = measured(samples, context)
        X = table.thinned()
        if X.shape[1] < LEAST_COLUMNS or not _in_range(X) or not _shrinks(X):
            return []
        undone = pd.DataFrame(np.exp2(X), columns=[f"m{i}" for i in range(X.shape[1])])
        if recognise(replace(samples, features=undone), (), ()).kind != "log intensities":
            return []
        return [
            FindingRecord(
                kind=self.kind,
                severity="warning",
                where="measurements",
                message=(
                    f"The values lie between {np.nanmin(X):.1f} and {np.nanmax(X):.1f}, and "
                    "differ less between samples the larger they are, as if the logarithm of "
                    "intensities had been taken twice."
                ),
                hint=(
                    "Look up what was done to the file, and take the logarithm once. If it was "
                    "taken once, to base 10 for example, go on."
                ),
                decision="kept",
            )
        ]


def _in_range(X: Floats) -> bool:
    values = X[~np.isnan(X)]
    if not len(values) or values.min() < 0 or values.max() > _LARGEST:
        return False
    return bool(np.quantile(values, 0.99) >= _LEAST_TOP and (values != np.floor(values)).any())


def _shrinks(X: Floats) -> bool:
    """Whether the spread of features falls with their mean, and less so after undoing."""
    once = _trend(X)
    return once <= _TREND and _trend(np.exp2(X)) >= once + _LESS_TREND


def _trend(X: Floats) -> float:
    known = X[:, ~np.isnan(X).all(axis=0)]
    mean, spread = np.nanmean(known, axis=0), np.nanstd(known, axis=0)
    if np.ptp(mean) == 0 or np.ptp(spread) == 0:
        return 0.0
    return float(spearmanr(mean, spread).statistic)
