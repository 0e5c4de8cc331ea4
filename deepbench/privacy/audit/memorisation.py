"""Units that a model gives away one by one, whatever it does on average."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from deepbench.privacy.audit.attack_scores import AttackScores
from deepbench.privacy.audit.membership_intervals import false_positives

# Found in this share of the models it trained, and taken for a member by hardly any other model.
# By chance that happens to no unit: 4 of 8 models at 1 % false positives to 7 in 10 million.
_SURE, _RARELY = 0.5, 0.2


def memorised_units(scores: AttackScores) -> NDArray[np.int64]:
    """Return the units of which an attack is sure at 1 % false positives.

    That is, whose score lies above the threshold in at least half of the models that they
    trained, and in hardly any other.
    """
    others = np.sort(scores.score[~scores.member])[::-1]
    # Strictly above: scores that are all equal single nobody out.
    threshold = others[min(int(false_positives(scores) * len(others)), len(others) - 1)]
    units, code = np.unique(scores.units, return_inverse=True)
    above = scores.score > threshold

    def share(kind: NDArray[np.bool_]) -> NDArray[np.float64]:
        times = np.bincount(code, weights=kind.astype(np.float64))
        found = np.bincount(code, weights=(kind & above).astype(np.float64))
        return np.asarray(np.divide(found, times, out=np.zeros_like(found), where=times > 0))

    return np.asarray(units[(share(scores.member) >= _SURE) & (share(~scores.member) <= _RARELY)])
