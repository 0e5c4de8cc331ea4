"""Outcome that is computed from other columns of the table."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from deepbench.data.findings.base import Finding, FindingContext, numeric_names, one_row_per_unit
from deepbench.data.findings.formulas import Formula, find_formula, find_threshold
from deepbench.data.samples import AllSamples
from deepbench.data.wording import counted, shorten, some_names
from deepbench.study.records import FindingRecord

_SHOWN = 3


class ComputedOutcome(Finding):
    """Looks for few columns of which the outcome is a sum, product, ratio or threshold."""

    kind: ClassVar[str] = "computed outcome"

    def find(self, samples: AllSamples, context: FindingContext) -> list[FindingRecord]:
        """Return a finding on the columns that make the outcome, if there are any."""
        names = numeric_names(samples.features)
        if len(names) < 2:
            return []
        rows = one_row_per_unit(samples)
        X = samples.features[names].to_numpy(dtype=np.float64)
        if len(rows) < len(X):
            X = X[rows]
        if samples.info.classes:
            formula = find_threshold(X, samples.outcome[rows].astype(np.int64))
        else:
            formula = find_formula(X, samples.outcome[rows].astype(np.float64))
        if formula is None:
            return []
        columns = tuple(names[i] for i in formula.columns)
        return [self._record(samples, columns, formula)]

    def _record(
        self, samples: AllSamples, columns: tuple[str, ...], formula: Formula
    ) -> FindingRecord:
        outcome = f"The outcome '{shorten(samples.info.column)}'"
        share = f"{100 * formula.explained:.4g} %"
        if samples.info.classes:
            message = (
                f"{outcome} is cut from {_written(formula.kind, columns)}: a threshold on it "
                f"tells {share} of the samples right, also those next to the threshold."
            )
        elif formula.kind == "sum":
            number = "" if len(columns) <= _SHOWN else f"{counted(len(columns), 'column')}, "
            message = (
                f"{outcome} is a weighted sum of {number}{some_names(columns, _SHOWN)} "
                f"({share} of its variance)."
            )
        else:
            message = (
                f"{outcome} is a product or ratio of {some_names(columns, _SHOWN)} "
                f"({share} of its variance, in logarithms)."
            )
        return FindingRecord(
            kind=self.kind,
            severity="serious",
            where="formula",
            message=message,
            hint=(
                "Kept until you decide. If the outcome was computed from these columns, a model "
                "would only find the formula again: leave them out (leave_out under [check])."
            ),
            columns=columns,
        )


def _written(kind: str, columns: tuple[str, ...]) -> str:
    """Return a combination with the names of its columns."""
    names = {"a": f"'{shorten(columns[0])}'", "b": f"'{shorten(columns[1])}'"}
    return "".join(names.get(character, character) for character in kind)
