"""Outcome tied to batch, site or operator: what looks like biology may be the plate.

Dates have a finding of their own (`outcome_order`), as their order counts besides the days.
"""

from __future__ import annotations

from dataclasses import dataclass
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
from deepbench.data.multiplicity import holm
from deepbench.data.samples import AllSamples
from deepbench.data.wording import counted, shorten
from deepbench.seeds import derive_seed
from deepbench.study.records import FindingRecord

_LEVEL = 0.01
_STRONG = 0.5
_NOTABLE = 0.1


@dataclass(frozen=True)
class _Tested:
    """A column beside the outcome, one row per unit, and the chance that both are independent."""

    role: str
    column: str
    codes: NDArray[np.int64]
    outcome: NDArray[np.int64] | NDArray[np.float64]
    p: float


class Confounding(Finding):
    """Asks whether batch, site or operator alone would tell the outcome."""

    kind: ClassVar[str] = "outcome and batch"

    def find(self, samples: AllSamples, context: FindingContext) -> list[FindingRecord]:
        """Return at most one finding per column with the role batch, site or operator.

        The p-values are held to their number (Holm), so that many columns raise no alarm by
        chance.
        """
        found: list[FindingRecord] = []
        tested: list[_Tested] = []
        rows = one_row_per_unit(samples)
        for role in ROLES:
            for column in context.roles.get(role, ()):
                texts = samples.annotations[column].to_numpy(dtype=object)[rows]
                known = texts != ""
                codes = codes_of(texts[known])
                number = len(np.unique(codes))
                if number < 2:
                    continue
                if number > len(codes) / 2:
                    found.append(self._too_many(role, column, number, len(codes)))
                    continue
                seed = derive_seed(context.seed, self.kind, column)
                outcome = samples.outcome[rows][known]
                tested.append(_test(samples, role, column, codes, outcome, seed))
        adjusted = holm([one.p for one in tested])
        for one, p in zip(tested, adjusted, strict=True):
            record = self._one(samples, one) if p < _LEVEL else None
            if record is not None:
                found.append(record)
        return found

    def _too_many(self, role: str, column: str, number: int, units: int) -> FindingRecord:
        return self._record(
            role,
            column,
            "info",
            f"has {counted(number, role, _SEVERAL[role])} for {counted(units, 'unit')}, too many "
            "to tell whether the outcome depends on it",
            "If the column names units, give it the role unit.",
        )

    def _one(self, samples: AllSamples, tested: _Tested) -> FindingRecord | None:
        return self._classes(tested) if samples.info.classes else self._regression(tested)

    def _classes(self, tested: _Tested) -> FindingRecord | None:
        role, column = tested.role, tested.column
        table = cross_table(tested.codes, _present(tested.outcome))
        one_class = (table > 0).sum(axis=1) == 1
        if one_class.all():
            return self._record(
                role,
                column,
                "blocking",
                "holds samples of a single class in each of its values, so nothing can tell the "
                f"outcome from the {role}",
                f"{_BOTH[role]}, or leave out what was measured apart. No statistics can repair "
                "this design.",
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
            f"goes with the outcome (Cramér's V {strength:.2f}, p {_p(tested.p)}{some}); a model "
            f"may learn the {role} instead of the biology",
            _ADVICE[role],
        )

    def _regression(self, tested: _Tested) -> FindingRecord:
        share = eta_squared(tested.codes, tested.outcome.astype(np.float64))
        return self._record(
            tested.role,
            tested.column,
            "serious" if share >= _STRONG else "warning",
            f"goes with the outcome (it explains {100 * share:.0f} % of its variance, p "
            f"{_p(tested.p)}); a model may learn the {tested.role} instead of the biology",
            _ADVICE[tested.role],
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


def _test(
    samples: AllSamples,
    role: str,
    column: str,
    codes: NDArray[np.int64],
    outcome: NDArray[np.int64] | NDArray[np.float64],
    seed: int,
) -> _Tested:
    if not samples.info.classes:
        p = group_difference_p(codes, outcome.astype(np.float64), seed)
    else:
        classes = _present(outcome)
        p = independence_p(codes, classes, seed) if classes.max() > 0 else 1.0
    return _Tested(role, column, codes, outcome, p)


def _present(outcome: NDArray[np.int64] | NDArray[np.float64]) -> NDArray[np.int64]:
    """Return codes of the classes that are there, without gaps."""
    return np.unique(outcome, return_inverse=True)[1].astype(np.int64)


#: Roles whose columns are looked at.
ROLES = ("batch", "site", "operator")
_SEVERAL = {"batch": "batches", "site": "sites", "operator": "operators"}
_BOTH = {
    "batch": "Measure both classes in the same batch",
    "site": "Measure both classes in the same site",
    "operator": "Let each operator measure both classes",
}
_ADVICE = {
    "operator": (
        "Let everybody measure all groups in random order; until then look at the scores per "
        "operator."
    ),
    "batch": (
        "Look at the scores per batch, and at what a model reaches that sees the batch alone."
    ),
    "site": (
        'Use split.design = "leave-one-site-out": it tests each model where it has not been.'
    ),
}


def _p(p: float) -> str:
    return "< 0.001" if p < 0.001 else f"= {p:.3f}"
