"""Units that a model gives away one by one, whatever it does on average."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from deepbench.privacy.audit.attack_scores import AttackScores
from deepbench.privacy.audit.membership_intervals import false_positives

# Found in this share of the models it trained: by chance that happens to hardly any unit, as 4 of
# 8 models at 1 % false positives do to 7 in 10 million.
_SURE = 0.5


def memorised_units(scores: AttackScores) -> NDArray[np.int64]:
    """Return the units of which an attack is sure at 1 % false positives.

    That is, whose score as a member lies above the threshold in at least half of the models that
    they trained.
    """
    others = np.sort(scores.score[~scores.member])[::-1]
    # Strictly above: scores that are all equal single nobody out.
    threshold = others[min(int(false_positives(scores) * len(others)), len(others) - 1)]
    units, code = np.unique(scores.units, return_inverse=True)
    found = np.bincount(code, weights=scores.member & (scores.score > threshold))
    trained = np.bincount(code, weights=scores.member)
    return np.asarray(units[(trained > 0) & (found >= _SURE * trained)])
