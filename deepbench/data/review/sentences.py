"""The review in words: one sentence for each thing worth saying."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from deepbench.data.exploration import FeatureSpace, principal_components
from deepbench.data.findings.base import percent
from deepbench.data.findings.label_tests import eta_squared
from deepbench.data.multiplicity import holm
from deepbench.data.review.associations import CRAMERS_V, SPEARMAN
from deepbench.data.review.columns import ReviewColumn, columns_to_review
from deepbench.data.review.effective_size import EffectiveSize
from deepbench.data.review.variance import ROLES as VARIANCE_ROLES
from deepbench.data.review.variance import beyond_chance
from deepbench.data.samples import AllSamples
from deepbench.data.wording import shorten, some_names
from deepbench.study.records import AssociationRecord, VarianceShareRecord

_LEVEL = 0.05
_STRONG = {CRAMERS_V: 0.3, SPEARMAN: 0.3}
_STRONG_SHARE = 0.1
_NOTABLE_SHARE = 0.05
_COMPONENT_SHARE = 0.5
_MOST_NAMED = 5


def sentences(
    samples: AllSamples,
    roles: Mapping[str, tuple[str, ...]],
    space: FeatureSpace,
    size: EffectiveSize,
    associations: Sequence[AssociationRecord],
    variance: Sequence[VarianceShareRecord],
) -> tuple[str, ...]:
    """Return what the review says.

    Args:
        samples: The samples that were reviewed.
        roles: Columns by role.
        space: The space of their features.
        size: What they are worth.
        associations: How the outcome goes with each column.
        variance: What the outcome and each column explain.
    """
    tied = _significant(associations)
    said = [size.sentence, *_of_associations(associations, tied), *_of_variance(variance)]
    said += _of_both(tied, variance)
    said.append(_of_components(samples, roles, space, variance))
    return tuple(sentence for sentence in said if sentence)


def _significant(associations: Sequence[AssociationRecord]) -> list[AssociationRecord]:
    adjusted = holm([record.p for record in associations])
    return [r for r, p in zip(associations, adjusted, strict=True) if p < _LEVEL]


def _of_associations(
    associations: Sequence[AssociationRecord], tied: Sequence[AssociationRecord]
) -> list[str]:
    if not associations:
        return []
    if not tied:
        names = some_names([record.column for record in associations], _MOST_NAMED)
        return [f"The outcome goes with none of the columns looked at ({names})."]
    said = []
    for record in sorted(tied, key=lambda r: -abs(r.value))[:_MOST_NAMED]:
        ends = (
            f", 95 % interval {record.low:.2f} to {record.high:.2f}"
            if record.low is not None and record.high is not None
            else ""
        )
        said.append(
            f"The outcome goes with the {_role(record.role)} column '{shorten(record.column)}' "
            f"({record.measure} {record.value:.2f}{ends})."
        )
    return said


def _of_variance(variance: Sequence[VarianceShareRecord]) -> list[str]:
    said = []
    for record in variance:
        what = (
            "The outcome"
            if record.role == "outcome"
            else f"The {_role(record.role)} column '{shorten(record.column)}'"
        )
        chance = percent(record.expected_by_chance)
        if record.p >= _LEVEL:
            said.append(
                f"{what} explains no more of the variance of all features than chance would "
                f"({percent(record.share)}, by chance {chance})."
            )
        else:
            said.append(
                f"{what} explains {percent(record.share)} of the variance of all features (by "
                f"chance {chance})."
            )
    return said[: _MOST_NAMED + 1]


def _of_both(
    tied: Sequence[AssociationRecord], variance: Sequence[VarianceShareRecord]
) -> list[str]:
    """Warn where both the outcome and the features differ between the values of a column."""
    shaping = {r.column for r in variance if r.p < _LEVEL and beyond_chance(r) >= _NOTABLE_SHARE}
    return [
        f"Both the outcome and the features differ between the values of "
        f"'{shorten(record.column)}': an association of a feature with the outcome may come from "
        f"it alone, and may even turn round within its values."
        for record in tied
        if record.column in shaping
        and abs(record.value) >= _STRONG.get(record.measure, _STRONG_SHARE)
    ]


def _of_components(
    samples: AllSamples,
    roles: Mapping[str, tuple[str, ...]],
    space: FeatureSpace,
    variance: Sequence[VarianceShareRecord],
) -> str:
    """Say which principal component a column shapes most, as in a PVCA, if it shapes one."""
    shaping = {r.column for r in variance if r.p < _LEVEL}
    found = principal_components(space)
    best = (_COMPONENT_SHARE, "", 0)
    for column in columns_to_review(samples, roles, VARIANCE_ROLES):
        if column.name in shaping:
            for place, scores in enumerate(found.scores.T):
                best = max(best, (_explained(column, scores), column.name, place))
    share, name, place = best
    if not name:
        return ""
    return (
        f"Principal component {place + 1}, which holds {percent(float(found.shares[place]))} of "
        f"the variance of all features, is mostly '{shorten(name)}': it explains "
        f"{percent(share)} of that component."
    )


def _explained(column: ReviewColumn, scores: np.ndarray) -> float:
    """Return the share of a component that a column explains."""
    known = np.flatnonzero(column.codes >= 0)
    if column.numbers is None:
        return eta_squared(column.codes[known], scores[known])
    return float(np.corrcoef(column.numbers[known], scores[known])[0, 1] ** 2)


def _role(role: str) -> str:
    return "time point" if role == "timepoint" else role
