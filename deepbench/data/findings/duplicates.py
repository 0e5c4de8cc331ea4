"""Rows with exactly the same measurements."""

from __future__ import annotations

from collections import defaultdict
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from deepbench.data.findings.base import (
    Finding,
    FindingContext,
    codes_of,
    label_names,
    numeric_names,
)
from deepbench.data.samples import AllSamples
from deepbench.data.wording import counted
from deepbench.study.records import FindingRecord

DUPLICATES = "duplicates"
_LEAST_FEATURES = 5
_EXPECTED_BY_CHANCE = 0.05
_CHANCE_SHARE = 0.25
_SMALL_GROUP = 4
_COMMON_PROFILE = 0.05


class Duplicates(Finding):
    """Finds rows that are the same sample twice, and keeps them together."""

    kind: ClassVar[str] = DUPLICATES

    def find(self, samples: AllSamples, context: FindingContext) -> list[FindingRecord]:
        """Return a finding on duplicates, and one on those whose outcomes differ."""
        groups = duplicate_groups(samples)
        if not groups:
            return []
        differing = [g for g in groups if len(np.unique(samples.outcome[g])) > 1]
        agreeing = [g for g in groups if len(np.unique(samples.outcome[g])) == 1]
        found = []
        if agreeing:
            found.append(self._record(samples, agreeing, differ=False))
        if differing:
            found.append(self._record(samples, differing, differ=True))
        return found

    def _record(
        self, samples: AllSamples, groups: list[NDArray[np.int64]], differ: bool
    ) -> FindingRecord:
        rows = np.concatenate(groups)
        known = all(len(np.unique(samples.units[group])) == 1 for group in groups)
        what = (
            f"{counted(len(rows), 'sample')} have exactly the same measurements as another "
            f"({counted(len(groups), 'group')})"
        )
        if differ:
            what += ", but not the same outcome: either the labels or the measurements are wrong"
        hint = (
            "They belong to one unit already." if known else "They are kept together as one unit."
        )
        if differ:
            hint += " Find out which is right, and correct the file."
        return FindingRecord(
            kind=self.kind,
            severity="serious" if differ else "info" if known else "warning",
            where=f"samples with {'different outcomes' if differ else 'the same outcome'}",
            message=f"{what}.",
            hint=hint,
            samples=tuple(str(name) for name in samples.sample_ids[rows]),
            decision="kept together",
        )


def duplicate_groups(samples: AllSamples) -> list[NDArray[np.int64]]:
    """Return the row numbers of each set of samples with exactly equal measurements.

    Only rows with a value in five informative features or more are compared, and only if the
    table tells samples apart well enough that unrelated ones hardly ever agree in everything.
    """
    table = _coded(samples)
    table = table[:, _informative(table)]
    if table.shape[1] < _LEAST_FEATURES:
        return []
    table = table[:, np.argsort(_log_agreement(table), kind="stable")]  # telling ones first
    groups = _equal_rows(table)
    if not groups or _could_be_chance(table, groups):
        return []
    return groups


def _equal_rows(table: NDArray[np.float64]) -> list[NDArray[np.int64]]:
    table = np.ascontiguousarray(table)
    enough = (~np.isnan(table)).sum(axis=1) >= min(_LEAST_FEATURES, table.shape[1])
    by_content: dict[bytes, list[int]] = defaultdict(list)
    for row in np.flatnonzero(enough):
        by_content[table[row].tobytes()].append(int(row))
    return [np.array(rows, dtype=np.int64) for rows in by_content.values() if len(rows) > 1]


def _pairs(groups: list[NDArray[np.int64]]) -> int:
    return sum(len(group) * (len(group) - 1) // 2 for group in groups)


def _log_agreement(table: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (p,) log probability that two rows drawn at random agree in each feature."""
    n = len(table)
    ordered = np.sort(table, axis=0)
    logs = np.empty(table.shape[1])
    for column in range(table.shape[1]):
        _, counts = np.unique(ordered[:, column], return_counts=True)
        logs[column] = np.log(max(1.0, float((counts * (counts - 1)).sum())) / (n * (n - 1)))
    return logs


def _could_be_chance(table: NDArray[np.float64], groups: list[NDArray[np.int64]]) -> bool:
    """Whether as many pairs may agree because the features say too little.

    A profile that one row in twenty has is no fingerprint. And if pairs agree by chance, many
    more agree in all features but one: for each of the most telling features, the pairs that
    differ in it alone times the odds of agreeing in it are the pairs to expect by chance.
    """
    n = len(table)
    pairs = _pairs(groups)
    if max(map(len, groups)) > max(_SMALL_GROUP, _COMMON_PROFILE * n):
        return True
    logs = _log_agreement(table)
    if np.log(n * (n - 1) / 2) + logs.sum() > np.log(_EXPECTED_BY_CHANCE):
        return True
    for feature in range(min(_LEAST_FEATURES, table.shape[1])):
        agree = np.exp(logs[feature])
        others = _pairs(_equal_rows(np.delete(table, feature, axis=1))) - pairs
        if others * agree / max(1 - agree, 1e-12) > _CHANCE_SHARE * pairs:
            return True
    return False


def _coded(samples: AllSamples) -> NDArray[np.float64]:
    """Return (n, p) numbers, labels as codes; equal cells have equal bytes."""
    features = samples.features
    numbers = features[numeric_names(features)].to_numpy(dtype=np.float64) + 0.0  # no -0.0
    numbers[np.isnan(numbers)] = np.nan  # one NaN of the many there are
    labels = [codes_of(features[name]).astype(np.float64) for name in label_names(features)]
    if not labels:
        return np.ascontiguousarray(numbers)
    coded = np.stack(labels, axis=1)
    coded[coded < 0] = np.nan
    return np.ascontiguousarray(np.hstack([numbers, coded]))


def _informative(table: NDArray[np.float64]) -> NDArray[np.bool_]:
    low = np.nanmin(np.where(np.isnan(table), np.inf, table), axis=0)
    high = np.nanmax(np.where(np.isnan(table), -np.inf, table), axis=0)
    return np.asarray(high > low)
