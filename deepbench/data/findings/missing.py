"""Missing values: features and samples with few values, gaps that go with the outcome."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from deepbench.data.findings.base import (
    Finding,
    FindingContext,
    codes_of,
    one_row_per_unit,
    percent,
)
from deepbench.data.findings.label_tests import indicator_tests
from deepbench.data.samples import AllSamples
from deepbench.data.wording import counted, some_names
from deepbench.study.records import FindingRecord

_MANY = 0.5
_LEAST_GAPS = 5
_LEAST_FEATURES = 5
_FEW_SAMPLES = 0.2  # where more samples are gappy, the table is
_LEVEL = 0.01  # after Bonferroni's correction for the number of features with gaps
_LEAST_V = 0.2


class MissingValues(Finding):
    """Counts gaps per feature and asks whether they know the outcome, the site or the batch."""

    kind: ClassVar[str] = "missing values"

    def find(self, samples: AllSamples, context: FindingContext) -> list[FindingRecord]:
        """Return findings on empty features, on gappy ones, and on gaps that are informative."""
        gaps = samples.features.isna().to_numpy()
        if not gaps.any():
            return []
        names = np.array(samples.features.columns, dtype=object)
        share = gaps.mean(axis=0)
        found = []
        if (share == 1).any():
            found.append(self._empty(tuple(names[share == 1])))
        gappy = (share > _MANY) & (share < 1)
        if gappy.any():
            order = np.argsort(-share[gappy], kind="stable")
            found.append(self._gappy(tuple(names[gappy][order]), float(share[gappy].max())))
        found += self._gappy_samples(samples, gaps[:, share < 1])
        return found + self._informative(samples, context, names, gaps)

    def _gappy_samples(self, samples: AllSamples, gaps: NDArray[np.bool_]) -> list[FindingRecord]:
        """Return a finding on samples that were hardly measured, where most others were."""
        if gaps.shape[1] < _LEAST_FEATURES:
            return []
        share = gaps.mean(axis=1)
        gappy = np.flatnonzero(share > _MANY)
        if not 0 < len(gappy) <= _FEW_SAMPLES * len(samples):
            return []
        gappy = gappy[np.argsort(-share[gappy], kind="stable")]
        verb = "lacks" if len(gappy) == 1 else "lack"
        return [
            FindingRecord(
                kind=self.kind,
                severity="warning",
                where="samples with many gaps",
                message=(
                    f"{counted(len(gappy), 'sample')} {verb} a value in more than half of the "
                    f"features (up to {percent(float(share.max()))}); most of what a model sees "
                    "of them is filled in."
                ),
                hint=(
                    "Leave them out (leave_out_samples under [check]) if the measurement failed."
                ),
                samples=tuple(str(name) for name in samples.sample_ids[gappy]),
                decision="kept",
            )
        ]

    def _empty(self, columns: tuple[str, ...]) -> FindingRecord:
        verb = "has no value" if len(columns) == 1 else "have no value"
        return FindingRecord(
            kind=self.kind,
            severity="warning",
            where="features without a value",
            message=f"{some_names(columns)} {verb} in any sample and cannot be used.",
            hint="Left out. If there should be values, look at the file and at missing in [data].",
            columns=columns,
            decision="left out",
        )

    def _gappy(self, columns: tuple[str, ...], most: float) -> FindingRecord:
        verb = "is missing" if len(columns) == 1 else "are each missing"
        return FindingRecord(
            kind=self.kind,
            severity="warning",
            where="features with many gaps",
            message=(
                f"{some_names(columns)} {verb} in more than half of the samples (up to "
                f"{100 * most:.0f} %); most of what a model sees there is filled in."
            ),
            hint=(
                "Leave them out (leave_out under [check]) if the reason for the gaps is not known."
            ),
            columns=columns,
            decision="kept",
        )

    def _informative(
        self,
        samples: AllSamples,
        context: FindingContext,
        names: NDArray[np.object_],
        gaps: NDArray[np.bool_],
    ) -> list[FindingRecord]:
        rows = one_row_per_unit(samples)
        counts = gaps[rows].sum(axis=0)
        tested = np.flatnonzero((counts >= _LEAST_GAPS) & (counts <= len(rows) - _LEAST_GAPS))
        if not len(tested):
            return []
        groupings = [("the outcome", _outcome_groups(samples)[rows])]
        for role in ("site", "batch"):
            for column in context.roles.get(role, ()):
                codes = codes_of(samples.annotations[column].to_numpy(dtype=object)[rows])
                groupings.append((f"the {role} ('{column}')", codes))
        found = []
        for what, groups in groupings:
            used = np.unique(groups, return_inverse=True)[1].astype(np.int64)
            if not 1 <= used.max() < len(rows) // 2:
                continue
            strength, p = indicator_tests(gaps[np.ix_(rows, tested)], used)
            clear = (p * len(tested) < _LEVEL) & (strength >= _LEAST_V)
            if clear.any():
                order = np.argsort(-strength[clear], kind="stable")
                columns = tuple(names[tested[clear]][order])
                found.append(self._tied(what, columns, float(strength[clear].max())))
        return found

    def _tied(self, what: str, columns: tuple[str, ...], strength: float) -> FindingRecord:
        verb = "is" if len(columns) == 1 else "are"
        return FindingRecord(
            kind=self.kind,
            severity="warning",
            where=what,
            message=(
                f"Whether {some_names(columns)} {verb} missing goes with {what} (Cramér's V up to "
                f"{strength:.2f}, {counted(len(columns), 'feature')}); a model may learn from the "
                "gap instead of the value."
            ),
            hint=(
                "Ask why the values are missing. If the reason would not hold for new samples, "
                "leave the features out (leave_out under [check])."
            ),
            columns=columns,
            decision="kept",
        )


def _outcome_groups(samples: AllSamples) -> NDArray[np.int64]:
    """Return (n,) the class, or the fifth of the outcome for regression."""
    if samples.info.classes:
        return samples.outcome.astype(np.int64)
    edges = np.unique(np.quantile(samples.outcome, [0.2, 0.4, 0.6, 0.8]))
    return np.searchsorted(edges, samples.outcome, side="right").astype(np.int64)
