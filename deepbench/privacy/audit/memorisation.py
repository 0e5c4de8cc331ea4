"""Units that a model gives away one by one, whatever it does on average."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom

from deepbench.privacy.audit.attack_scores import AttackScores
from deepbench.privacy.audit.membership_intervals import false_positives

# Found in this share of the models it trained, and taken for a member by hardly any other model.
_SURE, _RARELY = 0.5, 0.2
# It must happen by chance to fewer units than this: to 7 in 10 million where a unit trained 8
# models and 4 find it, but to 6 in 10,000 where it trained 4 and 2 find it. As some units are
# mistaken more often than others, simulated audits of nothing still counted up to 1 in 500.
_CHANCE = 1e-4


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

    member = scores.member
    trained, found, others, mistaken = (
        np.bincount(code, weights=kind).astype(np.float64)
        for kind in (member, member & above, ~member, ~member & above)
    )
    sure = (found >= _SURE * trained) & (mistaken <= _RARELY * others)
    lucky = binom.sf(found - 1, trained, false_positives(scores))
    return np.asarray(units[sure & (lucky < _CHANCE)])
