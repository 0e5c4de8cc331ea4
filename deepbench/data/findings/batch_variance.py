"""Batch, site, operator or date that shapes the features more than the outcome does.

What it says comes from the review of the metadata, which is made after the data check has settled
the samples: a function of that record, and no `Finding`.
"""

from __future__ import annotations

from deepbench.data.findings.base import percent
from deepbench.data.multiplicity import holm
from deepbench.data.review.variance import more_than_the_outcome
from deepbench.data.wording import shorten
from deepbench.study.records import FindingRecord, ReviewRecord

KIND = "more variance than the outcome"
_LEVEL = 0.01
_LEAST = 0.01
_NOTABLE = 0.1
_ROLES = ("batch", "operator", "site", "date")


def batch_variance_findings(review: ReviewRecord) -> tuple[FindingRecord, ...]:
    """Return a finding per column that explains more of the features than the outcome does.

    Args:
        review: The review of the samples as checked.
    """
    columns = [record for record in review.variance if record.role in _ROLES]
    adjusted = dict(
        zip(
            (record.column for record in columns),
            holm([record.p for record in columns]),
            strict=True,
        )
    )
    outcome = next((r for r in review.variance if r.role == "outcome"), None)
    found = []
    for record, share, _ in more_than_the_outcome(review.variance):
        if outcome is None or record.role not in _ROLES or share < _LEAST:
            continue
        if adjusted[record.column] >= _LEVEL:
            continue
        name = shorten(record.column)
        found.append(
            FindingRecord(
                kind=KIND,
                severity="warning" if share >= _NOTABLE else "info",
                where=f"{record.role} '{name}'",
                message=(
                    f"The {record.role} column '{name}' explains {percent(record.share)} of the "
                    f"variance of all features, the outcome {percent(outcome.share)} (by chance "
                    f"{percent(record.expected_by_chance)} and "
                    f"{percent(outcome.expected_by_chance)})."
                ),
                hint=(
                    f"That does no harm by itself where each {record.role} holds all groups. "
                    f"Colour the sample map by '{name}', and compare the scores by {record.role}."
                ),
                columns=(record.column,),
            )
        )
    return tuple(found)
