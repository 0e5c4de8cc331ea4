"""How far the neighbourhood of a sample agrees with what the model says of it, in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from deepbench.study.records import AllTrustRecord, NeighboursRecord, TrustRecord
from deepbench_ui.models.numbers import amount_text, counted
from deepbench_ui.models.row_table import Column

AGREES, DIVIDED, DISAGREES = "agrees", "is divided", "disagrees"
SENTENCE = "The neighbourhood {how} with the model: {counts}{trust}."
SENTENCE_DIVIDED = "The neighbourhood is divided: {counts}{trust}."
COUNTS = "the outcome of {agree} of the {many} nearest training samples agrees with the prediction"
COUNTS_NONE = "{many} were looked at"
TRUST = (
    ", and the nearest class that was not predicted is {times} times as far away as the predicted "
    "one"
)
CAREFUL = (
    "Rely on this prediction less than on others: samples that look the same to the model had "
    "another outcome."
)
NEIGHBOURHOOD = "Neighbourhood"
NEIGHBOURHOOD_TIP = (
    "Whether the nearest training samples, as the model sees them, had the outcome that it "
    "predicts."
)
NEIGHBOUR, OUTCOME, DISTANCE = "Training sample", "Outcome", "Distance"
DISTANCE_TIP = "Distance in {space}."

#: Shares of neighbours from which they agree, and up to which they disagree.
_MOST_AGREE: Final = 2 / 3
_FEW_AGREE: Final = 1 / 3


@dataclass(frozen=True)
class Verdict:
    """What a neighbourhood says.

    Attributes:
        words: agrees, is divided or disagrees.
        order: For sorting: what is least to be trusted first.
    """

    words: str
    order: float


@dataclass(frozen=True)
class NeighbourRow:
    """A training sample near the one that is explained."""

    sample: str
    outcome: str
    distance: float


def trust_of(view: AllTrustRecord | None, model: str) -> TrustRecord | None:
    """Return the neighbourhoods of one model."""
    found = view.models if view is not None else ()
    return next((one for one in found if one.model == model), None)


def verdict_of(near: NeighboursRecord) -> Verdict | None:
    """Return whether the neighbourhood agrees with the model; None if nothing says so."""
    if near.agreement is None and near.trust is None:
        return None
    share = near.agreement
    if share is None:
        share = 1.0 if (near.trust or 0.0) > 1.0 else 0.0
    # Both have to say the same for one word to be enough.
    closer_other = near.trust is not None and near.trust < 1.0
    if share >= _MOST_AGREE and not closer_other:
        words = AGREES
    elif share <= _FEW_AGREE and (near.trust is None or closer_other):
        words = DISAGREES
    else:
        words = DIVIDED
    return Verdict(words, share + (0.0 if near.trust is None else min(near.trust, 10.0) / 1000))


def trust_sentences(near: NeighboursRecord) -> list[str]:
    """Say how far the neighbourhood agrees, and what follows."""
    verdict = verdict_of(near)
    if verdict is None:
        return []
    many = len(near.neighbours)
    counts = COUNTS_NONE.format(many=counted(many, "training sample"))
    if near.agreement is not None:
        counts = COUNTS.format(agree=round(near.agreement * many), many=many)
    trust = "" if near.trust is None else TRUST.format(times=amount_text(near.trust))
    frame = SENTENCE_DIVIDED if verdict.words == DIVIDED else SENTENCE
    said = [frame.format(how=verdict.words, counts=counts, trust=trust)]
    return said if verdict.words == AGREES else [*said, CAREFUL]


def neighbour_rows(near: NeighboursRecord | None) -> list[NeighbourRow]:
    """Return the nearest training samples, nearest first."""
    if near is None:
        return []
    return [
        NeighbourRow(*row)
        for row in zip(near.neighbours, near.outcomes, near.distances, strict=True)
    ]


def neighbour_columns(space: str) -> tuple[Column[NeighbourRow], ...]:
    """Return the columns of the table of neighbours.

    Args:
        space: Where distances are measured.
    """
    return (
        Column(NEIGHBOUR, lambda row: row.sample),
        Column(OUTCOME, lambda row: row.outcome),
        Column(
            DISTANCE,
            lambda row: amount_text(row.distance),
            lambda row: row.distance,
            True,
            DISTANCE_TIP.format(space=space) if space else "",
        ),
    )
