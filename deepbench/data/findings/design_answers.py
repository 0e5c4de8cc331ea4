"""What the plan says about the design, held against what the table shows."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from deepbench.data.findings.base import Finding, FindingContext, codes_of
from deepbench.data.findings.confounding import Confounding
from deepbench.data.samples import AllSamples
from deepbench.data.wording import counted, some_names
from deepbench.study.records import FindingRecord, Severity


class DesignAnswers(Finding):
    """Asks whether the answers under [design] and the samples contradict each other."""

    kind: ClassVar[str] = "design and data"

    def find(self, samples: AllSamples, context: FindingContext) -> list[FindingRecord]:
        """Return at most one finding per answer; an open question is none."""
        found = (
            self._matched(context),
            self._randomised(samples, context),
            self._repeated(samples, context),
            self._time_points(context),
            self._mixed_batches(context),
        )
        return [record for record in found if record is not None]

    def _matched(self, context: FindingContext) -> FindingRecord | None:
        if context.design.allocation != "matched" or context.roles.get("pair"):
            return None
        return self._record(
            "matched groups",
            "serious",
            "The plan says that the groups are matched, but no column names the pairs or sets: "
            "samples of one pair may stand on both sides of a split.",
            'Name the column that holds the number of the pair: pair = "…" under [roles]. If '
            "only the groups as a whole were made alike, give that as the reason.",
        )

    def _randomised(self, samples: AllSamples, context: FindingContext) -> FindingRecord | None:
        if context.design.allocation != "randomised":
            return None
        tied = [
            record for record in Confounding().find(samples, context) if record.severity != "info"
        ]
        if not tied:
            return None
        columns = tuple(column for record in tied for column in record.columns)
        return self._record(
            "randomised groups",
            "warning",
            f"The plan says that the groups were randomised, yet the outcome goes with "
            f"{some_names(columns)}, which chance hardly gives.",
            "Look whether randomisation was done within each batch, site and operator, or "
            "whether the outcome came about after it.",
            columns,
        )

    def _repeated(self, samples: AllSamples, context: FindingContext) -> FindingRecord | None:
        answer = context.design.repeated
        rows, units = len(samples), _units_without_pairs(samples, context)
        if answer == "no" and units < rows:
            return self._record(
                "repeated measurements",
                "warning",
                f"The plan says that each biological unit was measured once, but "
                f"{counted(rows, 'row')} come from {counted(units, 'unit')}.",
                'Correct the answer (repeated = "yes" under [design]), or the column under '
                "roles.unit. Rows of one unit are kept together in any case.",
            )
        if answer == "yes" and units == rows and not context.roles.get("pair"):
            return self._record(
                "repeated measurements",
                "serious",
                "The plan says that biological units were measured more than once, but no two "
                "rows share a unit: each row is taken as its own, and rows of one unit may stand "
                "on both sides of a split.",
                'Name the column that tells whose each sample is: unit = "…" under [roles].',
            )
        return None

    def _time_points(self, context: FindingContext) -> FindingRecord | None:
        answer = context.design.time_points
        columns = context.roles.get("timepoint", ())
        if answer == "yes" and not columns and not context.roles.get("date"):
            return self._record(
                "time points",
                "warning",
                "The plan says that samples were taken at several time points, but no column "
                "says which: whether the outcome goes with time cannot be looked at.",
                'Name the column: timepoint = "…" (or date = "…") under [roles].',
            )
        if answer == "no" and columns:
            return self._record(
                "time points",
                "info",
                f"The plan says that there are no time points, but {some_names(columns)} has "
                "that role.",
                "Correct one of them: time_points under [design], or timepoint under [roles].",
                columns,
            )
        return None

    def _mixed_batches(self, context: FindingContext) -> FindingRecord | None:
        named = context.roles.get("batch") or context.roles.get("operator")
        if context.design.mixed_batches != "no" or named:
            return None
        return self._record(
            "batches",
            "warning",
            "The plan says that not every batch held samples of all groups, but no column names "
            "the batches: a model may learn the batch instead of the biology, unnoticed.",
            'Name the column: batch = "…" under [roles].',
        )

    def _record(
        self,
        where: str,
        severity: Severity,
        message: str,
        hint: str,
        columns: tuple[str, ...] = (),
    ) -> FindingRecord:
        return FindingRecord(
            kind=self.kind,
            severity=severity,
            where=where,
            message=message,
            hint=hint,
            columns=columns,
        )


def _units_without_pairs(samples: AllSamples, context: FindingContext) -> int:
    """Return the number of units before those of a pair were joined.

    Where pairs are named and units are not, each row is its own unit.
    """
    if not context.roles.get("pair"):
        return samples.number_of_units
    columns = [c for c in context.roles.get("unit", ()) if c in samples.annotations.columns]
    if not columns:
        return len(samples)
    texts = samples.annotations[columns].astype(str)
    given = (texts != "").any(axis=1).to_numpy()
    names = texts[given].agg("\0".join, axis=1)
    return len(np.unique(codes_of(names))) + int((~given).sum())
