"""Features that tell the outcome so well that they may contain it.

Two cases. A column of a few codes that determines the outcome (or follows from it) is the
outcome in other words and is left out. A measurement that separates the classes almost
perfectly may be a marker, or may have been known only afterwards: it is kept, and said. Nothing
is said where the best of as many noise features would do as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import f as f_distribution

from deepbench.data.findings.base import (
    Finding,
    FindingContext,
    codes_of,
    label_names,
    numeric_names,
    one_row_per_unit,
)
from deepbench.data.findings.label_tests import eta_squared
from deepbench.data.findings.rank_tests import (
    auroc_chance,
    best_noise_auroc,
    feature_aurocs,
    feature_spearmans,
    rank_variance_explained,
    separation_of_classes,
    spearman_chance,
)
from deepbench.data.findings.spelled_out import SpelledOut, find_spelled_out
from deepbench.data.samples import AllSamples
from deepbench.data.sequences import is_measured
from deepbench.data.wording import counted, shorten, some_names
from deepbench.study.records import FindingRecord

_AUROC = 0.99
_SPEARMAN = 0.98
_ETA_SQUARED = 0.98
_EXPECTED_AMONG_NOISE = 0.01  # so many features of pure noise may reach the same
_LEAST_EXPLAINED = 0.9
_LEAST_PRESENT = 0.5


@dataclass(frozen=True)
class _Telling:
    """Features that nearly tell the outcome, best first, and how well the best one does."""

    columns: tuple[str, ...]
    best: float


class SuspiciousFeatures(Finding):
    """Looks at one feature (or a set of coded ones) at a time."""

    kind: ClassVar[str] = "suspicious feature"

    def find(self, samples: AllSamples, context: FindingContext) -> list[FindingRecord]:
        """Return findings on columns that spell out the outcome, and on single measurements."""
        rows = one_row_per_unit(samples)
        features = samples.features.iloc[rows]
        outcome = samples.outcome[rows]
        found: list[FindingRecord] = []
        column = shorten(samples.info.column)
        if samples.info.classes:
            # A few letters of a promoter may well tell it apart: that is what it is made of.
            coded = features[[name for name in features.columns if not is_measured(name)]]
            spelled = find_spelled_out(coded, outcome.astype(np.int64))
            found = self._spelled_out(spelled, column)
        known = {name for record in found for name in record.columns}
        names = [name for name in numeric_names(features) if name not in known]
        X = features[names].to_numpy(dtype=np.float64)
        if samples.info.task == "binary":
            telling = _binary(names, X, outcome == 1)
            if telling.columns:
                n1 = int((outcome == 1).sum())
                noise = best_noise_auroc(len(names), n1, len(outcome) - n1)
                measure = f"AUROC {telling.best:.3f}"
                usual = f"the best of {counted(len(names), 'noise feature')} reaches {noise:.2f}"
                found.append(self._measurements(telling, column, f"{measure}; {usual}"))
        elif samples.info.task == "multiclass":
            telling = _multiclass(names, X, outcome.astype(np.int64))
            if telling.columns:
                measure = f"AUROC between neighbouring classes {telling.best:.3f} or more"
                found.append(self._measurements(telling, column, measure))
        else:
            found += self._regression(features, names, outcome.astype(np.float64), column)
        return found

    def _spelled_out(self, spelled: SpelledOut, outcome: str) -> list[FindingRecord]:
        columns = (*spelled.determining, *spelled.parts)
        found = []
        if columns:
            if not spelled.parts:
                what = _verb(columns, "determines", "each determine") + f" the outcome '{outcome}'"
            elif spelled.parts_determine:
                what = f"together spell out the outcome '{outcome}'"
            elif spelled.determining:
                what = f"hold the outcome '{outcome}' or a part of it"
            else:
                what = _verb(columns, "follows", "each follow") + (
                    f" from the outcome '{outcome}': every class has a single value there"
                )
            found.append(self._coded("coded features", columns, what))
        if spelled.combined:
            what = f"together determine the outcome '{outcome}'"
            found.append(self._coded("coded features together", spelled.combined, what))
        return found

    def _coded(self, where: str, columns: tuple[str, ...], what: str) -> FindingRecord:
        return FindingRecord(
            kind=self.kind,
            severity="serious",
            where=where,
            message=(
                f"{some_names(columns)} {what}, far beyond chance: "
                f"{'it is' if len(columns) == 1 else 'they are'} most likely the outcome in other "
                "words."
            ),
            hint=(
                "Left out: with them any model would look perfect and be of no use. To use one "
                'all the same, name it: check.keep = "…".'
            ),
            columns=columns,
            decision="left out",
        )

    def _measurements(
        self, telling: _Telling, outcome: str, measure: str, where: str = "single measurements"
    ) -> FindingRecord:
        verb = _verb(telling.columns, "tells", "each tell")
        return FindingRecord(
            kind=self.kind,
            severity="serious",
            where=where,
            message=(
                f"{some_names(telling.columns)} alone {verb} the outcome '{outcome}' almost "
                f"perfectly ({measure})."
            ),
            hint=(
                "Kept until you decide. Ask of each whether its value was known before the "
                "outcome and is not made from it; if not, leave it out (leave_out under [check])."
            ),
            columns=telling.columns,
        )

    def _regression(
        self,
        features: pd.DataFrame,
        names: list[str],
        outcome: NDArray[np.float64],
        column: str,
    ) -> list[FindingRecord]:
        found = []
        numbers = _correlated(names, features[names].to_numpy(dtype=np.float64), outcome)
        if numbers.columns:
            measure = f"rank correlation {numbers.best:.3f}"
            found.append(self._measurements(numbers, column, measure))
        labels = _explaining(features, outcome)
        if labels.columns:
            measure = f"explaining {100 * labels.best:.1f} % of its variance"
            found.append(self._measurements(labels, column, measure, "single labels"))
        return found


def _verb(columns: tuple[str, ...], one: str, several: str) -> str:
    return one if len(columns) == 1 else several


def _binary(names: list[str], X: NDArray[np.float64], positive: NDArray[np.bool_]) -> _Telling:
    if not names:
        return _Telling((), 0.0)
    aurocs, n1, n0 = feature_aurocs(X, positive)
    distances = np.nan_to_num(np.maximum(aurocs, 1 - aurocs))
    enough = (n1 + n0) >= _LEAST_PRESENT * len(positive)
    chosen = [
        i
        for i in np.flatnonzero((distances >= _AUROC) & enough)
        if auroc_chance(distances[i], int(n1[i]), int(n0[i])) * len(names) < _EXPECTED_AMONG_NOISE
    ]
    return _ranked(names, distances, chosen)


def _multiclass(names: list[str], X: NDArray[np.float64], outcome: NDArray[np.int64]) -> _Telling:
    if not names:
        return _Telling((), 0.0)
    explained = np.nan_to_num(rank_variance_explained(X, outcome))
    separation = np.zeros(len(names))
    chosen = []
    for i in np.flatnonzero(explained >= _LEAST_EXPLAINED):
        present = ~np.isnan(X[:, i])
        if present.mean() < _LEAST_PRESENT or len(np.unique(outcome[present])) < 3:
            continue
        separation[i], chance = separation_of_classes(X[present, i], outcome[present])
        if separation[i] >= _AUROC and chance * len(names) < _EXPECTED_AMONG_NOISE:
            chosen.append(i)
    return _ranked(names, separation, chosen)


def _ranked(names: list[str], scores: NDArray[np.float64], chosen: list[np.intp]) -> _Telling:
    chosen = sorted(chosen, key=lambda i: -scores[i])
    return _Telling(tuple(names[i] for i in chosen), float(scores[chosen[0]]) if chosen else 0.0)


def _correlated(
    names: list[str], X: NDArray[np.float64], outcome: NDArray[np.float64]
) -> _Telling:
    if not names:
        return _Telling((), 0.0)
    rhos, counts = feature_spearmans(X, outcome)
    strength = np.abs(np.nan_to_num(rhos))
    chosen = [
        i
        for i in np.flatnonzero((strength >= _SPEARMAN) & (counts >= _LEAST_PRESENT * len(X)))
        if spearman_chance(strength[i], int(counts[i])) * len(names) < _EXPECTED_AMONG_NOISE
    ]
    return _ranked(names, strength, chosen)


def _explaining(features: pd.DataFrame, outcome: NDArray[np.float64]) -> _Telling:
    """Return labels of which each value nearly fixes the outcome; an F test against chance."""
    names = label_names(features)
    shares = np.zeros(len(names))
    chosen = []
    for i, name in enumerate(names):
        codes = codes_of(features[name])
        present = codes >= 0
        groups = np.unique(codes[present], return_inverse=True)[1].astype(np.int64)
        n, number = len(groups), int(groups.max(initial=-1)) + 1
        if n < _LEAST_PRESENT * len(codes) or not 2 <= number <= n // 3:
            continue
        shares[i] = eta_squared(groups, outcome[present])
        ratio = (shares[i] / (number - 1)) / (max(1 - shares[i], 1e-12) / (n - number))
        chance = float(f_distribution.sf(ratio, number - 1, n - number))
        if shares[i] >= _ETA_SQUARED and chance * len(names) < _EXPECTED_AMONG_NOISE:
            chosen.append(np.intp(i))
    return _ranked(names, shares, chosen)
