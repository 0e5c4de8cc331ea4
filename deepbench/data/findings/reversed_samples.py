"""Samples whose values have the opposite sign: dyes swapped, a ratio taken upside down."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from deepbench.data.findings.base import Finding, FindingContext
from deepbench.data.findings.measured import Floats, measured, names_of
from deepbench.data.samples import AllSamples
from deepbench.data.wording import counted
from deepbench.study.records import FindingRecord

_LEAST_FEATURES = 20
_LEAST_SAMPLES = 10
_BOTH_SIGNS = 0.1
_ALIKE = 0.6
_OPPOSITE = -0.6
_MOST_SHARE = 0.3


class ReversedSamples(Finding):
    """Compares each sample with the profile that most samples share."""

    kind: ClassVar[str] = "reversed samples"

    def find(self, samples: AllSamples, context: FindingContext) -> list[FindingRecord]:
        """Return at most one finding."""
        X = measured(samples, context).thinned()
        if X.shape[1] < _LEAST_FEATURES or len(X) < _LEAST_SAMPLES:
            return []
        reversed_ones = _reversed(X)
        if not reversed_ones.any():
            return []
        verb = "has" if reversed_ones.sum() == 1 else "have"
        return [
            FindingRecord(
                kind=self.kind,
                severity="serious",
                where="signs of samples",
                message=(
                    f"{counted(int(reversed_ones.sum()), 'sample')} {verb} high values where the "
                    "others have low ones and the other way round, as if the sign was reversed: "
                    "dyes swapped, or a ratio taken upside down."
                ),
                hint=(
                    "Look up how these samples were computed, and correct the file; or leave them "
                    "out (leave_out_samples under [check])."
                ),
                samples=names_of(samples, reversed_ones),
            )
        ]


def _reversed(X: Floats) -> NDArray[np.bool_]:
    """Return (n,) whether a sample correlates negatively with what most others share."""
    none = np.zeros(len(X), dtype=np.bool_)
    X = X[:, np.isnan(X).mean(axis=0) < 0.5]
    if X.shape[1] < _LEAST_FEATURES:
        return none
    with np.errstate(invalid="ignore"):
        negative = (X < 0).sum() / max((~np.isnan(X)).sum(), 1)
    if not _BOTH_SIGNS <= negative <= 1 - _BOTH_SIGNS:
        return none
    profile = np.nanmedian(X, axis=0)
    filled = np.where(np.isnan(X), profile, X)
    # Without subtracting means: a sign turns values around zero, not around their mean.
    lengths = np.linalg.norm(filled, axis=1) * np.linalg.norm(profile)
    alike = (filled @ profile) / np.where(lengths > 0, lengths, np.inf)
    opposite: NDArray[np.bool_] = alike <= _OPPOSITE
    if np.median(alike[~opposite], axis=0) < _ALIKE or opposite.mean() > _MOST_SHARE:
        return none
    return opposite
