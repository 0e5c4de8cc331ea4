"""The data check: all findings in order, what follows from them, and carrying it out."""

from __future__ import annotations

from dataclasses import replace

from deepbench.data.findings.base import Finding, FindingContext
from deepbench.data.findings.confounding import Confounding
from deepbench.data.findings.constant import ConstantFeatures
from deepbench.data.findings.duplicates import DUPLICATES, Duplicates, duplicate_groups
from deepbench.data.findings.grouping import column_names_of_rows, repeated_keys
from deepbench.data.findings.identifiers import Identifiers
from deepbench.data.findings.imbalance import ClassImbalance
from deepbench.data.findings.leakage import SuspiciousFeatures
from deepbench.data.findings.missing import MissingValues
from deepbench.data.findings.possible_roles import PossibleRoles
from deepbench.data.findings.repeated_units import REPEATED_UNITS, RepeatedUnits
from deepbench.data.roles import find_column, regroup
from deepbench.data.samples import AllSamples
from deepbench.data.wording import some_names
from deepbench.errors import DataError
from deepbench.study.records import CheckRecord, FindingRecord

# Each finding sees the samples as the ones before it left them: units are settled before
# features are judged by units, and duplicates are looked for in the features that stay.
FINDINGS: tuple[Finding, ...] = (
    RepeatedUnits(),
    Identifiers(),
    MissingValues(),
    ConstantFeatures(),
    SuspiciousFeatures(),
    PossibleRoles(),
    Duplicates(),
    ClassImbalance(),
    Confounding(),
)


def check(samples: AllSamples, context: FindingContext) -> CheckRecord:
    """Look for all kinds of trouble.

    Args:
        samples: All samples, before any is set aside.
        context: Roles, seed, and features to keep.

    Returns:
        The findings; one of severity ``blocking`` has to stop the study.

    Raises:
        DataError: no feature would be left, or a feature to keep does not exist.
    """
    keep = _features_to_keep(samples, context.keep)
    records: list[FindingRecord] = []
    left_out: set[str] = set()
    remaining = samples
    for finding in FINDINGS:
        found = [_spare(record, keep) for record in finding.find(remaining, context)]
        remaining = _carry_out(remaining, found)
        records += found
        left_out.update(_left_out(found))
        if not remaining.features.shape[1]:
            raise _nothing_left(records)
    return CheckRecord(
        findings=tuple(records),
        left_out_features=tuple(c for c in samples.features.columns if c in left_out),
        features=remaining.features.shape[1],
    )


def clean(samples: AllSamples, record: CheckRecord) -> AllSamples:
    """Carry out what the check decided: leave features out, merge rows into units."""
    merging = [f for f in record.findings if f.kind == DUPLICATES]
    others = [f for f in record.findings if f.kind != DUPLICATES]
    return _carry_out(_carry_out(samples, others), merging)


def _carry_out(samples: AllSamples, found: list[FindingRecord]) -> AllSamples:
    for finding in found:
        if finding.kind == REPEATED_UNITS:
            names = column_names_of_rows(samples, finding.columns[0])
            samples = regroup(samples, repeated_keys(names)[0])
    if any(finding.kind == DUPLICATES for finding in found):
        keys = [f"row {row}" for row in range(len(samples))]
        for number, group in enumerate(duplicate_groups(samples)):
            for row in group:
                keys[row] = f"group {number}"
        samples = regroup(samples, keys)
    dropped = _left_out(found)
    if not dropped:
        return samples
    return replace(
        samples,
        features=samples.features[[c for c in samples.features.columns if c not in dropped]],
        annotations=samples.annotations[
            [c for c in samples.annotations.columns if c not in dropped]
        ],
    )


def _features_to_keep(samples: AllSamples, names: frozenset[str]) -> frozenset[str]:
    columns = list(samples.features.columns)
    return frozenset(find_column(n, columns, False, "check.keep") for n in sorted(names))


def _spare(record: FindingRecord, keep: frozenset[str]) -> FindingRecord:
    """Let the plan overrule a finding that would leave features out."""
    spared = [column for column in record.columns if column in keep]
    if record.decision != "left out" or not spared:
        return record
    rest = tuple(column for column in record.columns if column not in keep)
    hint = f"Kept, as the plan asks: {some_names(spared)}."
    return record.model_copy(
        update={
            "columns": rest or record.columns,
            "decision": "left out" if rest else "kept",
            "hint": f"{hint} {record.hint}" if rest else hint,
        }
    )


def _left_out(found: list[FindingRecord]) -> set[str]:
    """Return the columns that go: left out, or recognised as names of units."""
    return {
        column
        for finding in found
        if finding.decision == "left out" or finding.kind == REPEATED_UNITS
        for column in finding.columns
    }


def _nothing_left(records: list[FindingRecord]) -> DataError:
    reasons = " ".join(f.message for f in records if f.columns)
    return DataError(
        f"No feature is left after the data check. {reasons}",
        "Add columns with measurements.",
    )
