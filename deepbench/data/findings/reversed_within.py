"""Features that go with the outcome one way over all samples and the other way within sites."""

from __future__ import annotations

from typing import ClassVar

from deepbench.data.findings.base import Finding, FindingContext
from deepbench.data.review.columns import ReviewColumn, columns_to_review
from deepbench.data.review.simpson import Reversal, reversals
from deepbench.data.samples import AllSamples
from deepbench.data.wording import counted, shorten, some_names
from deepbench.study.records import FindingRecord

_ROLES = ("batch", "operator", "site", "sensitive")


class ReversedWithin(Finding):
    """Warns of Simpson's paradox."""

    kind: ClassVar[str] = "reversed within"

    def find(self, samples: AllSamples, context: FindingContext) -> list[FindingRecord]:
        """Return at most one finding per column of batch, operator, site or sensitive."""
        columns = columns_to_review(samples, context.roles, _ROLES)
        found = []
        for column in columns:
            turning = reversals(samples, column, len(columns))
            if turning:
                found.append(self._record(samples, column, turning))
        return found

    def _record(
        self, samples: AllSamples, column: ReviewColumn, turning: list[Reversal]
    ) -> FindingRecord:
        first, name = turning[0], shorten(column.name)
        names = tuple(reversal.feature for reversal in turning)
        outcome = shorten(samples.info.column)
        target = f"class '{shorten(first.target)}'" if first.target else f"a high '{outcome}'"
        direction, other = ("higher", "lower") if first.pooled > 0 else ("lower", "higher")
        return FindingRecord(
            kind=f"{self.kind} {column.role}",
            severity="warning",
            where=f"{counted(len(names), 'feature')} within '{name}'",
            message=(
                f"{some_names(names)}: the association with the outcome turns round within "
                f"'{name}'. Over all samples '{shorten(first.feature)}' is {direction} with "
                f"{target}, among samples of the same '{name}' it is {other} (rank correlation "
                f"{first.pooled:.2f} against {first.within:.2f})."
            ),
            hint=(
                f"The direction over all samples comes from differences between values of "
                f"'{name}', so do not read it as biology. Look at these features within each "
                f"value, or leave them out."
            ),
            columns=names,
            decision="kept",
        )
