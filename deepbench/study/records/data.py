"""What stages 3 to 6 found: import, sample sheet, data check, split."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

from pydantic import ConfigDict, Field

from deepbench.study.records.base import Record, Severity


class Conversion(Record):
    """One silent-by-nobody change made while reading: what, where, how often."""

    column: str
    what: str
    count: int


@dataclass(frozen=True, slots=True)
class ColumnRecord:
    """One column of the imported table.

    A plain dataclass, which pydantic checks inside of records like a record: of 20,000 columns
    each `Record` would take 1 kB of memory, and two thirds of the time of reading them.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    name: str
    kind: Literal["numeric", "categorical", "text", "date", "empty"]
    role: str
    missing: int
    distinct: int


class ImportRecord(Record):
    """Stage 3: provenance and how the file was read."""

    source_name: str
    size_bytes: int
    sha256: str
    format: str
    sheet: str
    encoding: str
    delimiter: str
    decimal: str
    header: bool
    rows: int
    columns: tuple[ColumnRecord, ...]
    conversions: tuple[Conversion, ...]
    artifact: str


class SampleSheetRecord(Record):
    """Stage 4: roles and the design they make."""

    task: Literal["binary", "multiclass", "regression"]
    outcome: str
    classes: tuple[str, ...]
    class_samples: dict[str, int]
    class_units: dict[str, int]
    samples: int
    units: int
    features: int
    numeric_features: int
    categorical_features: int
    roles: dict[str, tuple[str, ...]]
    left_out_rows: int
    sentence: str


class FindingRecord(Record):
    """Stage 5: one finding of the data check.

    ``columns`` and ``samples`` name what it concerns. ``can_leave_out`` says that the columns are
    features still in use, which the plan may leave out. ``reason`` is the plan's, why the finding
    was accepted or overruled.
    """

    kind: str
    severity: Severity
    where: str
    message: str
    hint: str = ""
    columns: tuple[str, ...] = ()
    samples: tuple[str, ...] = ()
    decision: Literal["none", "left out", "kept", "kept together"] = "none"
    can_leave_out: bool = False
    reason: str = ""

    @property
    def name(self) -> str:
        """Name under which the plan gives a reason; no two findings of a check share it."""
        return f"{self.kind}: {self.where}"

    @property
    def needs_decision(self) -> bool:
        """Whether a grave finding waits for a decision of the user, or a reason to go on."""
        grave = self.severity in ("serious", "blocking")
        return grave and self.decision == "none" and not self.reason


class CheckRecord(Record):
    """Stage 5: all findings, and what follows for the features and units.

    ``units`` and ``class_units`` are counted after rows were merged into units or samples were
    left out, ``samples`` and ``class_samples`` after samples were left out; else they are None
    and empty, and the sample sheet's counts hold. ``left_out_samples`` counts what the plan
    left out.
    """

    findings: tuple[FindingRecord, ...]
    left_out_features: tuple[str, ...]
    features: int
    units: int | None = None
    class_units: dict[str, int] = Field(default_factory=dict)
    left_out_samples: int = 0
    samples: int | None = None
    class_samples: dict[str, int] = Field(default_factory=dict)

    def with_reasons(self, reasons: Mapping[str, str]) -> CheckRecord:
        """Return the record with the plan's reasons beside the findings of their names.

        Findings change when the data does, and a reason for one that is gone does no harm. The
        report begins a kind with a capital, so that capitals do not count.
        """
        given = {name.strip().casefold(): reason.strip() for name, reason in reasons.items()}
        findings = tuple(
            finding.model_copy(update={"reason": given.get(finding.name.casefold(), "")})
            for finding in self.findings
        )
        return self.model_copy(update={"findings": findings})


class OuterFoldRecord(Record):
    """One outer fold: the only one of a hold-out, or one of several."""

    name: str
    train_units: int
    test_units: int
    train_samples: int
    test_samples: int
    test_classes: dict[str, int]


class SplitRecord(Record):
    """Stage 6: how test samples were set aside."""

    design: Literal["holdout", "nested", "leave-one-site-out", "time"]
    why: str
    train_units: int
    test_units: int
    outer_folds: tuple[OuterFoldRecord, ...]
    tuning_folds: int
    tuning_repeats: int
    proofs: tuple[str, ...]
    training_artifact: str
    test_artifacts: tuple[str, ...]
    assignment_artifact: str
