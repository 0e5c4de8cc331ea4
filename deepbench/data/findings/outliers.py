"""Samples that lie far from all others: a failed measurement, a swapped tube, a typing error."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import t as student_t

from deepbench.data.exploration import principal_components
from deepbench.data.findings.base import Finding, FindingContext
from deepbench.data.preparation import transformed
from deepbench.data.samples import AllSamples
from deepbench.data.wording import counted
from deepbench.study.records import FindingRecord

_LEAST_SAMPLES = 20
_LEAST_FEATURES = 2
_LEVEL = 0.01  # chance that any sample of a clean table is named
# Reference with longer tails than the normal distribution: medians of few samples are rough, and
# measurements are skewed. With 9 degrees of freedom three rows of the abalone table are named,
# among them the two heights that are typing errors, and no patient of the Wisconsin table.
_TAIL = 9
_MOST_SHARE = 0.02  # more of them are a group or a skewed scale, no outliers
_MOST = 3
_TO_SPREAD = 1.4826  # of the median absolute deviation to the standard deviation


class OutlyingSamples(Finding):
    """Measures how far each sample is from the middle of the principal components."""

    kind: ClassVar[str] = "outlying samples"

    def find(self, samples: AllSamples, context: FindingContext) -> list[FindingRecord]:
        """Return at most one finding, farthest sample first."""
        if len(samples) < _LEAST_SAMPLES or samples.features.shape[1] < _LEAST_FEATURES:
            return []
        features = samples.features
        if context.prepared is not None:
            # Or every sample that was sequenced deeper than others would lie apart.
            features = transformed(features, context.prepared.preparation)
        distance = outlyingness(features)
        limit = student_t.isf(_LEVEL / len(samples), _TAIL)
        far = np.flatnonzero(distance > limit)
        if not len(far) or len(far) > max(_MOST, _MOST_SHARE * len(samples)):
            return []
        far = far[np.argsort(-distance[far], kind="stable")]
        verb, other = ("lies", "another") if len(far) == 1 else ("lie", "others")
        return [
            FindingRecord(
                kind=self.kind,
                severity="info",
                where="samples",
                message=(
                    f"{counted(len(far), 'sample')} {verb} far from all others in the picture of "
                    "the principal components."
                ),
                hint=(
                    "Kept. Look them up in your notes: a failed measurement, a typing error or "
                    f"{other} of a different kind can be left out (leave_out_samples under "
                    "[check]); a rare but true value should stay."
                ),
                samples=tuple(str(name) for name in samples.sample_ids[far]),
                decision="kept",
            )
        ]


def outlyingness(features: pd.DataFrame) -> NDArray[np.float64]:
    """Return (n,) how far out each sample is, in robust standard deviations.

    Each principal component is centred on its median and scaled by its median absolute
    deviation, as in Hubert et al. 2005 (doi:10.1198/004017004000000563). The cube root of the
    sum of squares is about normal (Wilson and Hilferty 1931, doi:10.1073/pnas.17.12.684) and is
    scaled in the same way, so that skewed measurements widen their own limit.
    """
    scores = principal_components(features).scores
    spread = _TO_SPREAD * np.median(np.abs(scores - np.median(scores, axis=0)), axis=0)
    used = spread > 0
    if not used.any():
        return np.zeros(len(features))
    standard = (scores[:, used] - np.median(scores[:, used], axis=0)) / spread[used]
    roots = np.cbrt((standard**2).sum(axis=1))
    centred: NDArray[np.float64] = roots - np.median(roots)
    width = _TO_SPREAD * float(np.median(np.abs(centred)))
    return centred / width if width > 0 else np.zeros(len(features))
