"""The data check: all findings in order, what follows from them, and carrying it out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from deepbench.data.findings.afterwards import KnownAfterwards
from deepbench.data.findings.base import Finding, FindingContext
from deepbench.data.findings.computed_outcome import ComputedOutcome
from deepbench.data.findings.confounding import Confounding
from deepbench.data.findings.constant import ConstantFeatures
from deepbench.data.findings.damaged_names import DamagedNames
from deepbench.data.findings.decisions import (
    Decisions,
    decided,
    decisions_on_features,
    leave_samples_out,
    left_out_samples,
    remaining_features,
    spared,
    without_samples,
)
from deepbench.data.findings.design_answers import DesignAnswers
from deepbench.data.findings.double_logarithms import DoubleLogarithms
from deepbench.data.findings.drift import Drift
from deepbench.data.findings.duplicates import DUPLICATES, Duplicates, duplicate_groups
from deepbench.data.findings.failed_samples import FailedSamples
from deepbench.data.findings.grouping import column_names_of_rows, repeated_keys
from deepbench.data.findings.identifiers import Identifiers
from deepbench.data.findings.imbalance import ClassImbalance
from deepbench.data.findings.impossible_values import ImpossibleValues
from deepbench.data.findings.joined_columns import JoinedColumns
from deepbench.data.findings.leakage import SuspiciousFeatures
from deepbench.data.findings.measurement_kind import KindOfMeasurement, settled
from deepbench.data.findings.missing import MissingValues
from deepbench.data.findings.missing_codes import MissingCodes
from deepbench.data.findings.mixed_scales import MixedScales
from deepbench.data.findings.mixed_units import MixedUnits
from deepbench.data.findings.named_files import NamedFiles
from deepbench.data.findings.near_duplicates import (
    NEAR_DUPLICATES,
    NearDuplicates,
    near_duplicate_groups,
)
from deepbench.data.findings.outcome_order import OutcomeAndOrder
from deepbench.data.findings.outliers import OutlyingSamples
from deepbench.data.findings.plate_position import PlatePosition
from deepbench.data.findings.possible_roles import PossibleRoles
from deepbench.data.findings.repeated_names import RepeatedNames
from deepbench.data.findings.repeated_units import REPEATED_UNITS, RepeatedUnits
from deepbench.data.findings.reversed_samples import ReversedSamples
from deepbench.data.findings.reversed_within import ReversedWithin
from deepbench.data.findings.sequence_shortcuts import SequenceShortcuts
from deepbench.data.findings.similar_sequences import (
    SIMILAR_SEQUENCES,
    SimilarSequences,
    similar_groups,
)
from deepbench.data.findings.values_at_limits import ValuesAtLimits
from deepbench.data.findings.zeros_for_gaps import ZerosForGaps
from deepbench.data.roles import regroup
from deepbench.data.samples import AllSamples
from deepbench.errors import DataError
from deepbench.study.records import CheckRecord, FindingRecord

# Each finding sees the samples as the ones before it left them: units are settled before
# features are judged by units, and duplicates are looked for in the features that stay.
_ON_FEATURES: tuple[Finding, ...] = (
    # Before columns of text are left out, sequences among them.
    SimilarSequences(),
    SequenceShortcuts(),
    RepeatedUnits(),
    NamedFiles(),
    # Before names, numbers and dates are left out, which tell the order of the samples.
    OutcomeAndOrder(),
    Drift(),
    PlatePosition(),
    JoinedColumns(),
    Identifiers(),
    DamagedNames(),
    ImpossibleValues(),
    MixedUnits(),
    ValuesAtLimits(),
    MissingCodes(),
    ZerosForGaps(),
    MissingValues(),
    ConstantFeatures(),
    SuspiciousFeatures(),
    ComputedOutcome(),
    KnownAfterwards(),
    PossibleRoles(),
    ReversedWithin(),
    DesignAnswers(),
)
_ON_SAMPLES: tuple[Finding, ...] = (
    RepeatedNames(),
    FailedSamples(),
    MixedScales(),
    ReversedSamples(),
    DoubleLogarithms(),
    KindOfMeasurement(),
    Duplicates(),
    NearDuplicates(),
    OutlyingSamples(),
    ClassImbalance(),
    Confounding(),
)
#: Kinds that merge samples by their measurements, once all that goes has gone.
_MERGING = (DUPLICATES, NEAR_DUPLICATES)
FINDINGS: tuple[Finding, ...] = (*_ON_FEATURES, *_ON_SAMPLES)


def check(samples: AllSamples, context: FindingContext) -> CheckRecord:
    """Look for all kinds of trouble.

    Features that the plan leaves out are still looked at, so that the finding that made the user
    leave them out stays and carries the reason. Samples that it leaves out are gone before: one
    wrong value among them could hide or cause any finding.

    Args:
        samples: All samples, before any is set aside.
        context: Roles, seed, and decisions of the plan.

    Returns:
        The findings; one of severity ``blocking`` has to stop the study.

    Raises:
        DataError: no feature or too few samples would be left, or a feature to keep does not
            exist; or the measurements cannot be transformed as the plan asks.
        PlanError: what the plan leaves out does not exist, or is also to be kept.
    """
    decisions = decisions_on_features(samples, context)
    remaining, records = leave_samples_out(samples, context.leave_out_samples)
    gone = len(samples) - len(remaining)
    remaining = _look(_ON_FEATURES, remaining, context, decisions, records)
    records += remaining_features(decisions, records, list(samples.features.columns))
    remaining = _without_columns(remaining, _left_out(records))
    _require_features(remaining, records)
    context = replace(context, prepared=settled(remaining, context))
    remaining = _look(_ON_SAMPLES, remaining, context, decisions, records)
    left_out = _left_out(records)
    return CheckRecord(
        findings=tuple(records),
        left_out_features=tuple(c for c in samples.features.columns if c in left_out),
        features=remaining.features.shape[1],
        left_out_samples=gone,
    )


def _look(
    findings: Sequence[Finding],
    samples: AllSamples,
    context: FindingContext,
    decisions: Decisions,
    records: list[FindingRecord],
) -> AllSamples:
    """Add what these findings say to the records; return the samples as they leave them."""
    for finding in findings:
        found = [spared(record, decisions) for record in finding.find(samples, context)]
        samples = _carry_out(samples, found)
        records += [_offering(decided(record, decisions), samples) for record in found]
        _require_features(samples, records)
    return samples


def _offering(record: FindingRecord, samples: AllSamples) -> FindingRecord:
    """Say whether what the finding names are features that may still be left out."""
    in_use = bool(record.columns) and set(samples.features.columns).issuperset(record.columns)
    can = in_use and record.decision != "left out"
    return record.model_copy(update={"can_leave_out": can})


def clean(samples: AllSamples, record: CheckRecord) -> AllSamples:
    """Carry out what the check decided: leave out, merge rows into units."""
    samples = without_samples(samples, left_out_samples(record.findings))
    others = [f for f in record.findings if f.kind not in _MERGING]
    samples = _carry_out(samples, others)
    # In the order of the check: samples that are nearly equal are looked for between units.
    for kind in _MERGING:
        samples = _carry_out(samples, [f for f in record.findings if f.kind == kind])
    return samples


def _carry_out(samples: AllSamples, found: Sequence[FindingRecord]) -> AllSamples:
    if any(finding.kind == SIMILAR_SEQUENCES for finding in found):
        for groups in similar_groups(samples):
            samples = regroup(samples, [f"group {code}" for code in groups.codes])
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
    if any(finding.kind == NEAR_DUPLICATES for finding in found):
        samples = regroup(samples, [f"group {code}" for code in near_duplicate_groups(samples)])
    return _without_columns(samples, _left_out(found))


def _without_columns(samples: AllSamples, dropped: set[str]) -> AllSamples:
    if not dropped:
        return samples
    return replace(
        samples,
        features=samples.features[[c for c in samples.features.columns if c not in dropped]],
        annotations=samples.annotations[
            [c for c in samples.annotations.columns if c not in dropped]
        ],
    )


def _left_out(found: Sequence[FindingRecord]) -> set[str]:
    """Return the columns that go: left out, or recognised as names of units."""
    return {
        column
        for finding in found
        if finding.decision == "left out" or finding.kind == REPEATED_UNITS
        for column in finding.columns
    }


def _require_features(samples: AllSamples, records: Sequence[FindingRecord]) -> None:
    if samples.features.shape[1]:
        return
    reasons = " ".join(f.message for f in records if f.columns)
    raise DataError(
        f"No feature is left after the data check. {reasons}",
        "Add columns with measurements.",
    )
