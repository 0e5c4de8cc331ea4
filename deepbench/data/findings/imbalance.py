"""Too few units, in all or in a class."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from deepbench.data.findings.base import Finding, FindingContext, percent
from deepbench.data.samples import AllSamples
from deepbench.data.wording import counted, shorten, some_names
from deepbench.study.records import FindingRecord, Severity

_FEW = 10
_TOO_FEW = 5
_SMALL_SHARE = 0.2  # of an equal share: 10 % of two classes, 2.5 % of eight
_LARGE_RATIO = 5.0
_FEW_FOR_REGRESSION = 20
_TOO_FEW_FOR_REGRESSION = 10


class ClassImbalance(Finding):
    """Counts units, not rows: ten rows of one mouse are one mouse."""

    kind: ClassVar[str] = "class imbalance"

    def find(self, samples: AllSamples, context: FindingContext) -> list[FindingRecord]:
        """Return findings on classes with few units, and on unequal classes."""
        if not samples.info.classes:
            return self._regression(samples)
        units = np.array(
            [
                len(np.unique(samples.units[samples.outcome == code]))
                for code in range(len(samples.info.classes))
            ]
        )
        found = []
        if units.min() < _FEW:
            found.append(self._few(samples, units))
        share, ratio = units.min() / units.sum(), units.max() / max(1, units.min())
        if share * len(units) < _SMALL_SHARE or ratio > _LARGE_RATIO:
            found.append(self._unequal(samples, units, float(share), float(ratio)))
        return found

    def _few(self, samples: AllSamples, units: np.ndarray) -> FindingRecord:
        names = samples.info.classes
        small = [f"'{shorten(names[c])}' ({units[c]})" for c in np.flatnonzero(units < _FEW)]
        shown = ", ".join(small[:3]) + (f" and {len(small) - 3} more" if len(small) > 3 else "")
        blocking = units.min() < _TOO_FEW
        severity: Severity = "blocking" if blocking else "serious"
        rest = (
            f"fewer than {_TOO_FEW} cannot be spread over training, tuning and test sets"
            if blocking
            else "scores will be very uncertain"
        )
        hint = (
            "Collect more units of these classes, merge them with others, or remove their rows; "
            "check unit under [roles] and the finding 'repeated units' if there should be more."
            if blocking
            else "Collect more units if you can; read the intervals, not the scores."
        )
        return FindingRecord(
            kind=self.kind,
            severity=severity,
            where="small classes",
            message=f"Classes with fewer than {_FEW} units: {shown}; {rest}.",
            hint=hint,
        )

    def _unequal(
        self, samples: AllSamples, units: np.ndarray, share: float, ratio: float
    ) -> FindingRecord:
        names = samples.info.classes
        small, large = int(units.argmin()), int(units.argmax())
        return FindingRecord(
            kind=self.kind,
            severity="warning",
            where="unequal classes",
            message=(
                f"The classes are unequal: '{shorten(names[small])}' has {units[small]:,} of "
                f"{counted(int(units.sum()), 'unit')} ({percent(share)}), "
                f"'{shorten(names[large])}' {ratio:.1f} times as many. A model that always says "
                f"{some_names([names[large]])} is right for {percent(units[large] / units.sum())}."
            ),
            hint="Read balanced accuracy, MCC and average precision; accuracy misleads here.",
        )

    def _regression(self, samples: AllSamples) -> list[FindingRecord]:
        units = samples.number_of_units
        if units >= _FEW_FOR_REGRESSION:
            return []
        blocking = units < _TOO_FEW_FOR_REGRESSION
        return [
            FindingRecord(
                kind=self.kind,
                severity="blocking" if blocking else "serious",
                where="outcome",
                message=(
                    f"There are {counted(units, 'unit')}, "
                    + ("too few" if blocking else "very few")
                    + " for a regression to be judged."
                ),
                hint="Collect more units, or check unit under [roles] if there should be more.",
            )
        ]
