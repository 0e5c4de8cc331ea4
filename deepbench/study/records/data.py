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


class SourceFile(Record):
    """A file that the table came from."""

    part: Literal["source", "more", "sample sheet"]
    name: str
    size_bytes: int
    sha256: str


class MatchingRecord(Record):
    """How samples were matched with the sample sheet.

    ``pairs`` shows at most 20 names in both spellings where they differ. ``only_table`` and
    ``only_sheet`` name the samples (at most 200 of each) that the other file lacks.
    """

    rule: Literal["exact", "loose", "start", "number", "order"]
    rule_words: str
    key: str
    matched: int
    pairs: tuple[tuple[str, str], ...] = ()
    only_table: tuple[str, ...] = ()
    only_sheet: tuple[str, ...] = ()


class ImportRecord(Record):
    """Stage 3: provenance and how the file was read.

    ``reasons`` say why something was guessed, by key of [data] (``delimiter``, ``orientation``).
    ``files`` are all files that were read, the source first. ``sheet_columns`` are the columns
    that describe samples and are no measurements, where the files tell them apart.
    ``units`` are those of measurement, by column; ``remarks`` are lines above the table.
    """

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
    reasons: dict[str, str] = Field(default_factory=dict)
    files: tuple[SourceFile, ...] = ()
    matching: MatchingRecord | None = None
    sheet_columns: tuple[str, ...] = ()
    units: dict[str, str] = Field(default_factory=dict)
    remarks: tuple[str, ...] = ()


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


class PreparationRecord(Record):
    """What the measurements were recognised as, and what is done to them inside each fold.

    ``kind`` is what they look like, ``why`` the evidence in a sentence. ``transform`` is never
    ``auto``; ``columns`` counts the features it applies to, ``not_transformed`` names numeric
    features that it does not apply to (at most 50). ``artifact`` holds what the models are told.
    """

    kind: Literal[
        "counts",
        "TPM or FPKM",
        "log intensities",
        "intensities",
        "beta values",
        "compositional counts",
        "shares",
        "unknown",
    ]
    why: str
    transform: Literal["none", "log2", "log1p-cpm", "clr", "m-values"]
    proposed: Literal["none", "log2", "log1p-cpm", "clr", "m-values"]
    columns: int
    not_transformed: tuple[str, ...] = ()
    sentence: str = ""
    artifact: str = ""


class AssociationRecord(Record):
    """How strongly the outcome goes with a column, with an interval over units.

    ``measure`` names the effect size (Cramér's V, eta squared, Spearman).
    """

    column: str
    role: str
    measure: str
    value: float
    low: float | None
    high: float | None
    p: float
    units: int


class VarianceShareRecord(Record):
    """Share of the variance of all features that a column explains (PERMANOVA), and its p."""

    column: str
    role: str
    share: float
    expected_by_chance: float
    p: float
    units: int


class ReviewRecord(Record):
    """Review of design and metadata (tip 4).

    ``effective_samples`` is what the samples are worth as independent ones, with the intraclass
    correlation it comes from. ``sentences`` say it in words, one for each thing worth saying.
    """

    samples: int
    units: int
    effective_samples: float
    intraclass_correlation: float | None
    associations: tuple[AssociationRecord, ...] = ()
    variance: tuple[VarianceShareRecord, ...] = ()
    sentences: tuple[str, ...] = ()


class DetectableRecord(Record):
    """Planted control: effects planted into data of this shape, and how often they are found.

    ``effects`` are sizes of the shift between classes in standard deviations of one feature (or
    correlations for a measured outcome), ``power`` the share of simulated studies in which a
    linear model finds the effect at the 5 % level, ``scores`` its mean tuning score there.
    ``smallest`` is the smallest effect found in 80 % of the studies, None if none is.
    """

    measure: str
    planted_features: int
    effects: tuple[float, ...]
    power: tuple[float, ...]
    scores: tuple[float, ...]
    smallest: float | None
    repeats: int
    sentence: str


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
    preparation: PreparationRecord | None = None
    review: ReviewRecord | None = None
    detectable: DetectableRecord | None = None

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


class PowerRecord(Record):
    """How precise the test will be: an interval to expect at an assumed score."""

    measure: str
    test_units: int
    assumed: float
    low: float
    high: float
    sentence: str


class SimilarityRecord(Record):
    """Adversarial validation: can a model tell test samples from training samples?

    ``auroc`` with its interval is near 0.5 if both are alike; ``columns`` name the features that
    tell them apart best.
    """

    auroc: float
    low: float
    high: float
    expected: bool
    columns: tuple[str, ...]
    sentence: str


class SplitRecord(Record):
    """Stage 6: how test samples were set aside."""

    design: Literal[
        "holdout", "nested", "leave-one-site-out", "leave-one-batch-out", "time", "own"
    ]
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
    power: PowerRecord | None = None
    similarity: SimilarityRecord | None = None
