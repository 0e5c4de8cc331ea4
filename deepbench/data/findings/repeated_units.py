"""Rows that belong to one biological unit although no role says so.

Fifteen rows of one mouse, split at random, are found again in the test set: 0.99 instead of
0.6. So a column of names that ties rows together counts as the unit if there is evidence: all
rows of a name share one outcome, far beyond chance, or resemble each other more than others do.
A column that merely repeats (a stage, a video frame) is left alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from deepbench.data.findings.base import Finding, FindingContext, label_names, numeric_names, words
from deepbench.data.findings.grouping import (
    Alikeness,
    alikeness,
    codes_of_keys,
    column_names_of_rows,
    repeated_keys,
)
from deepbench.data.findings.identifiers import ENTITIES
from deepbench.data.findings.label_tests import log_chance_of_constant_groups
from deepbench.data.samples import AllSamples
from deepbench.data.wording import counted, shorten
from deepbench.seeds import derive_seed
from deepbench.study.records import FindingRecord

REPEATED_UNITS = "repeated units"
_LEAST_GROUPS = 4
_LEAST_ROWS_PER_GROUP = 1.2
_SAME_OUTCOME = 0.99
_CHANCE = np.log(0.001)
_ALIKE = 0.25
_ALIKE_P = 0.005
_MANY_COLUMNS = 50
_ID_WORDS = ENTITIES | {"id", "ids", "identifier", "barcode", "uid", "name", "nr"}


@dataclass(frozen=True)
class _Candidate:
    """A column that may name units.

    Attributes:
        column: Its name.
        keys: ``names`` or ``prefixes``, as `repeated_keys` says.
        groups: (n,) codes.
        named: Whether its name, role or way of numbering says that it names things.
    """

    column: str
    keys: str
    groups: NDArray[np.int64]
    named: bool


@dataclass(frozen=True)
class _Evidence:
    same_outcome: bool
    alike: Alikeness

    @property
    def are_alike(self) -> bool:
        return self.alike.correlation >= _ALIKE and self.alike.p_value <= _ALIKE_P


class RepeatedUnits(Finding):
    """Finds the column that names units when the plan names none."""

    kind: ClassVar[str] = REPEATED_UNITS

    def find(self, samples: AllSamples, context: FindingContext) -> list[FindingRecord]:
        """Return one finding per column whose rows of one name must stay together."""
        if context.roles.get("unit") and samples.number_of_units < len(samples):
            return []
        found: list[FindingRecord] = []
        groupings: list[NDArray[np.int64]] = []
        for candidate in self._candidates(samples, context):
            if any(np.array_equal(candidate.groups, other) for other in groupings):
                continue
            seed = derive_seed(context.seed, self.kind, candidate.column)
            evidence = self._evidence(samples, candidate, seed)
            if evidence is not None:
                groupings.append(candidate.groups)
                found.append(self._record(samples, candidate, evidence))
        return found

    def _candidates(self, samples: AllSamples, context: FindingContext) -> list[_Candidate]:
        roles = context.roles
        named_by_role = [*roles.get("unit", ()), *roles.get("sample", ())]
        columns = list(dict.fromkeys([*named_by_role, *self._columns(samples, context)]))
        candidates = []
        for column in columns:
            names = column_names_of_rows(samples, column)
            keys, how = repeated_keys(names)
            groups = codes_of_keys(keys)
            if not how or not _could_be_units(samples, groups):
                continue
            named = how == "prefixes" or column in named_by_role or bool(words(column) & _ID_WORDS)
            candidates.append(_Candidate(column, how, groups, named))
        return candidates

    def _columns(self, samples: AllSamples, context: FindingContext) -> list[str]:
        """Return columns without a role that may hold names: texts, labels, numbered things."""
        texts = [c for c in samples.annotations.columns if not context.has_role(c)]
        labels = label_names(samples.features)
        if len(labels) > _MANY_COLUMNS:
            labels = [name for name in labels if words(name) & _ID_WORDS]
        numbers = [
            name
            for name in numeric_names(samples.features)
            if words(name) & _ID_WORDS and _are_whole(samples, name)
        ]
        return [*texts, *labels, *numbers]

    def _evidence(self, samples: AllSamples, candidate: _Candidate, seed: int) -> _Evidence | None:
        """Return the evidence that a column names units, or None if it does not suffice."""
        same = _same_outcome(samples, candidate.groups)
        if not (candidate.named or same):
            return None
        alike = alikeness(samples, candidate.groups, candidate.column, seed)
        evidence = _Evidence(same, alike)
        # Prefixes such as "control_1", "case_1" are the classes, not units.
        sure = candidate.named and not _is_nearly_the_outcome(samples, candidate.groups)
        enough = (same or evidence.are_alike) if sure else (same and evidence.are_alike)
        return evidence if enough else None

    def _record(
        self, samples: AllSamples, candidate: _Candidate, evidence: _Evidence
    ) -> FindingRecord:
        column = shorten(candidate.column)
        number = int(candidate.groups.max()) + 1
        what = (
            "names repeat"
            if candidate.keys == "names"
            else "names are the same but for a running number"
        )
        reasons = []
        if evidence.same_outcome:
            reasons.append("all rows of a name have the same outcome, far beyond chance")
        if evidence.are_alike:
            reasons.append(
                "rows of a name resemble each other (intraclass correlation "
                f"{evidence.alike.correlation:.2f})"
            )
        return FindingRecord(
            kind=self.kind,
            severity="serious",
            where=f"column '{column}'",
            message=(
                f"The {what} in '{column}': {counted(len(samples), 'row')} come from {number:,} "
                f"units: {'; '.join(reasons)}. Split at random, rows of one unit would "
                "stand on both sides and the score would be far too good."
            ),
            hint=(
                "Rows of one unit are kept together, and the column is no feature. State it in "
                "the plan with a column that names the units (unit under [roles]). If the rows "
                f'are independent, write ignore = "{column}" under [roles], and no other role '
                "for it."
            ),
            columns=(candidate.column,),
            decision="kept together",
        )


def _could_be_units(samples: AllSamples, groups: NDArray[np.int64]) -> bool:
    """Whether a grouping has several groups, and ties together rows that are not yet tied."""
    number = int(groups.max()) + 1
    pairs = len(np.unique(np.stack([samples.units, groups]), axis=1).T)
    ties_units = number < samples.number_of_units and pairs >= number
    return number >= _LEAST_GROUPS and ties_units and len(groups) >= _LEAST_ROWS_PER_GROUP * number


def _are_whole(samples: AllSamples, name: str) -> bool:
    values = samples.features[name].to_numpy(dtype=np.float64)
    return bool((values == np.round(values))[~np.isnan(values)].all())


def _outcome_codes(samples: AllSamples) -> NDArray[np.int64]:
    return np.unique(samples.outcome, return_inverse=True)[1].astype(np.int64)


def _same_outcome(samples: AllSamples, groups: NDArray[np.int64]) -> bool:
    """Whether rows of a group share their outcome, far beyond what chance would give.

    A number counts as shared if it is exactly equal: the age of a mouse in each of its rows.
    """
    outcome = _outcome_codes(samples)
    counts = np.bincount(groups)
    pairs = np.unique(np.stack([groups, outcome]), axis=1)
    outcomes_per_group = np.bincount(pairs[0], minlength=len(counts))
    several = counts > 1
    constant = several & (outcomes_per_group == 1)
    if not several.any() or constant.sum() < _SAME_OUTCOME * several.sum():
        return False
    chance = log_chance_of_constant_groups(counts[constant], np.bincount(outcome))
    return bool(chance <= _CHANCE)


def _is_nearly_the_outcome(samples: AllSamples, groups: NDArray[np.int64]) -> bool:
    """Whether some class has fewer than three groups, so that names may just be its name."""
    if not samples.info.classes:
        return False
    pairs = np.unique(np.stack([groups, samples.outcome.astype(np.int64)]), axis=1)
    return bool(np.bincount(pairs[1]).min() < 3)
