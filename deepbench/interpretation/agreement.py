"""Do two models use the same features?"""

from __future__ import annotations

import numpy as np

from deepbench.data.wording import decimal, noun
from deepbench.interpretation.importance import Importance
from deepbench.interpretation.stability import rank_correlation
from deepbench.study.records import AgreementRecord

MOST_COMPARED = 20
# Of few features the better half is compared, or nearly all would be shared by chance.
_PART_COMPARED = 2

_SENTENCE = (
    "Of the {top} most important features of one model, {shared} {are} among those of the other"
)
_BY_CHANCE = " ({chance} by chance)"
_RANKS = "; over all features in use the ranks correlate with {value}"
_NOTHING = "At least one of the two models uses no feature, so there is nothing to compare."


def agreement(one: Importance, other: Importance, features_of_table: int) -> AgreementRecord:
    """Compare the importances of two models.

    By chance ``top`` features drawn from those of the table share top² / p with others.

    Args:
        one: Importances of a model.
        other: Importances of another.
        features_of_table: Features that models could have used.
    """
    names = sorted({*one.features, *other.features})
    place = {name: i for i, name in enumerate(names)}
    sizes = np.zeros((2, len(names)))
    for row, found in enumerate((one, other)):
        sizes[row, [place[name] for name in found.features]] = found.importance
    rank = rank_correlation(*sizes)
    top = min(
        MOST_COMPARED,
        max(features_of_table // _PART_COMPARED, 1),
        len(one.order),
        len(other.order),
    )
    shared = len(set(one.ranked[:top]) & set(other.ranked[:top]))
    chance = top**2 / max(features_of_table, 1)
    return AgreementRecord(
        models=(one.fits.folds[0].model, other.fits.folds[0].model),
        rank_correlation=rank,
        top=top,
        shared=shared,
        by_chance=chance,
        sentence=_sentence(top, shared, chance, rank),
    )


def chance_text(expected: float) -> str:
    """Write how many features are expected to be shared by chance."""
    return f"{expected:.1f}" if expected >= 0.05 else "hardly any"


def _sentence(top: int, shared: int, chance: float, rank: float | None) -> str:
    if not top:
        return _NOTHING
    text = _SENTENCE.format(top=top, shared=shared or "none", are=noun(shared or 2, "is", "are"))
    text += _BY_CHANCE.format(chance=chance_text(chance))
    return text + (_RANKS.format(value=decimal(rank, 2)) if rank is not None else "") + "."
