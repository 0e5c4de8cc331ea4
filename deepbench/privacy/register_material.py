"""What the ethics register is filled from, and what an issue of it is."""

from __future__ import annotations

from dataclasses import dataclass

from deepbench.plan import PrivacyLevel
from deepbench.study.records import (
    AuditRecord,
    CheckRecord,
    ClaimsRecord,
    InterpretationRecord,
    SampleSheetRecord,
    SensitivityRecord,
    SmallGroups,
    SubgroupAuditRecord,
    TestRecord,
)

# A group of fewer people can give its members away, and says little about the group.
SMALLEST_GROUP = 10


@dataclass(frozen=True)
class Issue:
    """Something to be decided by people.

    Attributes:
        name: Its name, under which the plan answers it.
        text: What was noticed, where, and what is asked.
    """

    name: str
    text: str


@dataclass(frozen=True)
class Material:
    """What the register is filled from; None or empty for what a study did not reach.

    Attributes:
        sheet: Roles, task and classes.
        check: Findings about batches and sites, and what the outcome goes with.
        test: Scores by class; nothing is raised from a locked test set.
        sensitivity: What the scan for identifiers found, and the level in force.
        interpretation: What the model uses and where it fails.
        claims: What is to be claimed.
        audit: What the model gives away.
        subgroups: How well groups are served.
        missing: Groups of sensitive columns that the training samples lack.
        model: Name of the chosen model.
        held: Level that holds because it was lowered without a reason, or the one answered.
    """

    sheet: SampleSheetRecord
    check: CheckRecord | None = None
    test: TestRecord | None = None
    sensitivity: SensitivityRecord | None = None
    interpretation: InterpretationRecord | None = None
    claims: ClaimsRecord | None = None
    audit: AuditRecord | None = None
    subgroups: SubgroupAuditRecord | None = None
    missing: tuple[SmallGroups, ...] = ()
    model: str = ""
    held: PrivacyLevel | None = None
