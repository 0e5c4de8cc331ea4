"""Samples whose outcome may have been written down wrongly.

Classes: confident learning (Northcutt, Jiang & Chuang 2021, doi 10.1613/jair.1.12125). A model is
sure of a class for a sample if its held-out probability reaches the mean that samples of that
class get for it. A sample for which it is sure of another class than the one written lies off the
diagonal of the "confident joint". By itself that rule names most errors of a middling model, so
the evidence must also be strong: the odds of the class that the model is sure of against the
written one, over what the sizes of the classes say beforehand, are ten or more. Numbers: a
residual that is far outside the spread of residuals of similar predictions.

A suspect is not a wrong label. The model may be wrong, and a rare case looks just like this.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

Codes = NDArray[np.int64]
Floats = NDArray[np.float64]

NONE = -1
LEAST_EVIDENCE = 10.0
_TINY = 1e-12
# Residuals are compared with so many others of the nearest predictions, at least.
_LEAST_SIMILAR = 50
_SIMILAR_SHARE = 0.2
_CHANCE = 0.05
_LEAST_OUT = 4.0
_TO_SPREAD = 1.4826


def confident_classes(codes: Codes, p: Floats) -> Codes:
    """Return (n,) the class that the model is sure of; -1 where it is sure of none.

    With thresholds t_k, the mean of p_k over samples written as k, it is the most probable class
    among those with p_k >= t_k (equation 2 of the paper). A class without samples has none.

    Args:
        codes: (n,) classes as written.
        p: (n, K) held-out probabilities.
    """
    counts = np.bincount(codes, minlength=p.shape[1])
    own = np.bincount(codes, weights=p[np.arange(len(p)), codes], minlength=p.shape[1])
    thresholds = np.where(counts > 0, own / np.maximum(counts, 1), np.inf)
    sure = np.where(p >= thresholds, p, -np.inf)
    return np.where(np.isfinite(sure).any(axis=1), sure.argmax(axis=1), NONE).astype(np.int64)


def confident_joint(codes: Codes, p: Floats) -> NDArray[np.int64]:
    """Return (K, K) counts of samples by written class and the class that the model is sure of."""
    sure = confident_classes(codes, p)
    known = sure != NONE
    joint = np.zeros((p.shape[1], p.shape[1]), dtype=np.int64)
    np.add.at(joint, (codes[known], sure[known]), 1)
    return joint


def label_suspects(codes: Codes, p: Floats) -> Codes:
    """Return (n,) the class that a suspect seems to have; -1 for samples that are none.

    Args:
        codes: (n,) classes as written.
        p: (n, K) held-out probabilities, calibrated.
    """
    sure = confident_classes(codes, p)
    rows = np.arange(len(p))
    shares = np.bincount(codes, minlength=p.shape[1]) / len(codes)
    other = np.where(sure == NONE, codes, sure)
    risen = (p + _TINY) / (shares + _TINY)
    evidence = risen[rows, other] / risen[rows, codes]
    return np.where((other != codes) & (evidence >= LEAST_EVIDENCE), sure, NONE).astype(np.int64)


def residual_outliers(observed: Floats, predicted: Floats) -> Floats:
    """Return (n,) by how many typical spreads a residual lies outside; 0 for those that do not.

    The spread is that of the residuals of the nearest predictions, a fifth of all and fifty at
    least, so that large values, which are hard to predict, are not all suspects. Far outside is
    what one in twenty tables with normal residuals has, and four spreads at least.

    Args:
        observed: (n,) outcome.
        predicted: (n,) held-out predictions.
    """
    n = len(observed)
    similar = min(n, max(_LEAST_SIMILAR, int(_SIMILAR_SHARE * n)))
    order = np.argsort(predicted, kind="stable")
    residuals = (observed - predicted)[order]
    far = np.empty(n)
    for place in range(n):
        start = min(max(place - similar // 2, 0), n - similar)
        near = residuals[start : start + similar]
        middle = np.median(near)
        spread = _TO_SPREAD * np.median(np.abs(near - middle))
        far[place] = abs(residuals[place] - middle) / spread if spread > 0 else 0.0
    limit = max(_LEAST_OUT, float(norm.isf(_CHANCE / (2 * n))))
    result = np.empty(n)
    result[order] = np.where(far > limit, far, 0.0)
    return result
