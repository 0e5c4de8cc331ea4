"""Outcome tied to batch or site: what looks like biology may be the plate."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from deepbench.data.findings.base import Finding, FindingContext, codes_of, one_row_per_unit
from deepbench.data.findings.label_tests import (
    cramers_v,
    cross_table,
    eta_squared,
    group_difference_p,
    independence_p,
)
from deepbench.data.samples import AllSamples
from deepbench.data.wording import counted, shorten
from deepbench.seeds import derive_seed
from deepbench.study.records import FindingRecord

_LEVEL = 0.01
_STRONG = 0.5
_NOTABLE = 0.1


class Confounding(Finding):
    """Asks whether batch or site alone would tell the outcome."""

    kind: ClassVar[str] = "outcome and batch"

    def find(self, samples: AllSamples, context: FindingContext) -> list[FindingRecord]:
        """Return at most one finding per column with the role batch or site."""
        found = []
        rows = one_row_per_unit(samples)
        for role in ("batch", "site"):
            for column in context.roles.get(role, ()):
                texts = samples.annotations[column].to_numpy(dtype=object)[rows]
                known = texts != ""
                codes = codes_of(texts[known])
                outcome = samples.outcome[rows][known]
                seed = derive_seed(context.seed, self.kind, column)
                record = self._one(samples, role, column, codes, outcome, seed)
                if record is not None:
                    found.append(record)
        return found

    def _one(
        self,
        samples: AllSamples,
        role: str,
        column: str,
        codes: NDArray[np.int64],
        outcome: NDArray[np.int64] | NDArray[np.float64],
        seed: int,
    ) -> FindingRecord | None:
        number = len(np.unique(codes))
        if number < 2:
            return None
        if number > len(codes) / 2:
            return self._record(
                role,
                column,
                "info",
                f"has {counted(number, role, f'{role}s' if role == 'site' else 'batches')} for "
                f"{counted(len(codes), 'unit')}, too many to tell whether the outcome depends on "
                "it",
                "If the column names units, give it the role unit.",
            )
        if not samples.info.classes:
            return self._regression(role, column, codes, outcome.astype(np.float64), seed)
        return self._classes(role, column, codes, outcome.astype(np.int64), seed)

    def _classes(
        self,
        role: str,
        column: str,
        codes: NDArray[np.int64],
        outcome: NDArray[np.int64],
        seed: int,
    ) -> FindingRecord | None:
        present = np.unique(outcome, return_inverse=True)[1].astype(np.int64)
        if present.max() == 0:
            return None
        table = cross_table(codes, present)
        p = independence_p(codes, present, seed)
        if p >= _LEVEL:
            return None
        one_class = (table > 0).sum(axis=1) == 1
        if one_class.all():
            return self._record(
                role,
                column,
                "blocking",
                "holds samples of a single class in each of its values, so nothing can tell the "
                f"outcome from the {role}",
                f"Measure both classes in the same {role}, or leave out what was measured apart. "
                "No statistics can repair this design.",
            )
        strength = cramers_v(table)
        if strength < _NOTABLE:
            return None
        some = (
            f"; {int(one_class.sum())} of {len(table)} have a single class"
            if one_class.any()
            else ""
        )
        return self._record(
            role,
            column,
            "serious" if strength >= _STRONG else "warning",
            f"goes with the outcome (Cramér's V {strength:.2f}, p {_p(p)}{some}); a model may "
            f"learn the {role} instead of the biology",
            _ADVICE[role],
        )

    def _regression(
        self,
        role: str,
        column: str,
        codes: NDArray[np.int64],
        outcome: NDArray[np.float64],
        seed: int,
    ) -> FindingRecord | None:
        p = group_difference_p(codes, outcome, seed)
        share = eta_squared(codes, outcome)
        if p >= _LEVEL:
            return None
        return self._record(
            role,
            column,
            "serious" if share >= _STRONG else "warning",
            f"goes with the outcome (it explains {100 * share:.0f} % of its variance, p {_p(p)}); "
            f"a model may learn the {role} instead of the biology",
            _ADVICE[role],
        )

    def _record(
        self,
        role: str,
        column: str,
        severity: str,
        what: str,
        hint: str,
    ) -> FindingRecord:
        return FindingRecord.model_validate(
            {
                "kind": f"outcome and {role}",
                "severity": severity,
                "where": f"{role} '{shorten(column)}'",
                "message": f"The {role} column '{shorten(column)}' {what}.",
                "hint": hint,
                "columns": (column,),
            }
        )


_ADVICE = {
    "batch": (
        "Look at the scores per batch, and at what a model reaches that sees the batch alone."
    ),
    "site": (
        'Use split.design = "leave-one-site-out": it tests each model where it has not been.'
    ),
}


def _p(p: float) -> str:
    return "< 0.001" if p < 0.001 else f"= {p:.3f}"
