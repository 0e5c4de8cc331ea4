"""Values that the kind of measurement does not have: counts below zero."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

import numpy as np

from deepbench.data.findings.base import Finding, FindingContext
from deepbench.data.findings.measured import Measured, measured, names_of
from deepbench.data.measurement_kinds import LEAST_COLUMNS, recognise
from deepbench.data.samples import AllSamples
from deepbench.data.wording import counted, some_names
from deepbench.study.records import FindingRecord

_FEW = 0.05  # of the cells; where more are negative, it is another kind of measurement
_NEVER_NEGATIVE = frozenset(
    {"counts", "compositional counts", "TPM or FPKM", "shares", "beta values"}
)


class ImpossibleValues(Finding):
    """Looks for the few negative cells of a table that otherwise cannot have any."""

    kind: ClassVar[str] = "impossible values"

    def find(self, samples: AllSamples, context: FindingContext) -> list[FindingRecord]:
        """Return at most one finding."""
        table = measured(samples, context)
        if len(table.names) < LEAST_COLUMNS:
            return []
        with np.errstate(invalid="ignore"):
            negative = table.X < 0
        if not 0 < negative.mean() <= _FEW:
            return []
        kind = _kind_without(samples, table, context)
        if kind not in _NEVER_NEGATIVE:
            return []
        columns = tuple(np.array(table.names, dtype=object)[negative.any(axis=0)])
        rows = np.flatnonzero(negative.any(axis=1))
        return [
            FindingRecord(
                kind=self.kind,
                severity="serious",
                where="negative values",
                message=(
                    f"{counted(int(negative.sum()), 'cell')} in {some_names(columns)} "
                    f"({counted(len(rows), 'sample')}) "
                    f"{'is' if negative.sum() == 1 else 'are'} below zero, where all others look "
                    f"like {kind}, which cannot be."
                ),
                hint=(
                    "Look whether a code for missing values (such as -1 or -99) or another kind "
                    "of number got into the file, and correct it; or leave the features out "
                    "(leave_out under [check])."
                ),
                columns=columns,
                samples=names_of(samples, rows),
            )
        ]


def _kind_without(samples: AllSamples, table: Measured, context: FindingContext) -> str:
    """Return the kind of measurement that the table would be without its negative values."""
    features = samples.features[table.thinned_names()]
    features = features.mask(features < 0)
    return recognise(
        replace(samples, features=features),
        context.preparation.not_transformed,
        context.sheet_columns,
    ).kind
