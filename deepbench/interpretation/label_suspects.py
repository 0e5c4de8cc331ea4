"""Samples whose outcome may have been written down wrongly.

Classes: confident learning (Northcutt, Jiang & Chuang 2021, doi 10.1613/jair.1.12125). A model is
sure of a class for a sample if its held-out probability reaches the mean that samples of that
class get for it. A sample for which it is sure of another class than the one written lies off the
diagonal of the "confident joint". By itself that rule names most errors of a middling model, so
the other class must also have a calibrated probability of 80 %, and its odds against the written
one be ten times what the sizes of the classes say beforehand. Numbers: a residual that is far
outside the spread of residuals of similar predictions.

Measured on two normal classes of 250 samples, 20 features, linear model and forest (suspects, and
those of them that were wrong labels):

=================== ======================= ===================================
AUROC without flips labels flipped          confident joint alone    as here
=================== ======================= ===================================
0.98                none                    11 (0)                   7 (0)
0.98                27 (5 %)                30 (20)                  14 (13)
0.86                none                    63 (0)                   6 (0)
0.86                27 (5 %)                83 (18)                  4 (3)
0.69                none                    160 (0)                  0 (0)
=================== ======================= ===================================

So a suspect is not a wrong label, and a label that is none may be wrong. The model may be wrong,
and a rare case looks just like this.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

Codes = NDArray[np.int64]
Floats = NDArray[np.float64]

NONE = -1
LEAST_EVIDENCE = 10.0
LEAST_PROBABILITY = 0.8
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
    strong = (evidence >= LEAST_EVIDENCE) & (p[rows, other] >= LEAST_PROBABILITY)
    return np.where((other != codes) & strong, sure, NONE).astype(np.int64)


def residual_outliers(observed: Floats, predicted: Floats) -> Floats:
    """Return (n,) by how many typical spreads a residual lies outside; 0 for those that do not.

    The spread is that of the residuals of the nearest predictions, a fifth of all and fifty at
    least, on the same side of their median, so that neither large values, which are hard to
    predict, nor those on the long side of a skewed outcome are all suspects. Far outside is what
    one in twenty tables with normal residuals has, and four spreads at least.

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
        off = residuals[place] - middle
        same_side = near[near >= middle] if off >= 0 else near[near <= middle]
        spread = _TO_SPREAD * np.median(np.abs(same_side - middle))
        far[place] = abs(off) / spread if spread > 0 else 0.0
    limit = max(_LEAST_OUT, float(norm.isf(_CHANCE / (2 * n))))
    result = np.empty(n)
    result[order] = np.where(far > limit, far, 0.0)
    return result
