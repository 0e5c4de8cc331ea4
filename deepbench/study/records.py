"""What the stages found, as records.

Whatever a page, a figure, the report, ``results.json`` or a test shows is one of these. They are
immutable, carry no numpy and read and write JSON. A number that cannot be computed is None.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

Severity = Literal["info", "warning", "serious", "blocking"]


class Record(BaseModel):
    """Base of all records: frozen, unknown keys refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Score(Record):
    """A number with its uncertainty (95 % interval unless said otherwise)."""

    value: float | None
    low: float | None = None
    high: float | None = None


# --- stage 0 to 2 -------------------------------------------------------------------------


class MachineRecord(Record):
    """Stage 0: what this machine has."""

    system: str
    processor_cores: int
    memory_gb: float
    disk_free_gb: float
    device: str
    device_sentence: str
    versions: dict[str, str]


class StartRecord(Record):
    """Stage 0: sensitivity and machine."""

    privacy_level: str
    privacy_sentence: str
    folder_warnings: tuple[str, ...]
    machine: MachineRecord


class QuestionRecord(Record):
    """Stage 1: what is asked."""

    outcome: str
    sentence: str
    open_points: tuple[str, ...]


class Reason(Record):
    """One reason of the suitability verdict."""

    rule: str
    speaks: Literal["for", "against", "neutral"]
    text: str
    source: str


class SuitabilityRecord(Record):
    """Stage 2: is deep learning a good fit? Asked before and after the data is known."""

    verdict: Literal["good fit", "baselines first", "use traditional models"]
    reasons: tuple[Reason, ...]
    unanswered: tuple[str, ...]
    with_data: bool
    override_reason: str = ""


# --- stages 3 to 6 ------------------------------------------------------------------------


class Conversion(Record):
    """One silent-by-nobody change made while reading: what, where, how often."""

    column: str
    what: str
    count: int


class ColumnRecord(Record):
    """One column of the imported table."""

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
    """Stage 5: one finding of the data check."""

    kind: str
    severity: Severity
    where: str
    message: str
    hint: str = ""
    columns: tuple[str, ...] = ()
    samples: tuple[str, ...] = ()
    decision: Literal["none", "left out", "kept", "kept together"] = "none"


class CheckRecord(Record):
    """Stage 5: all findings, and what follows for the features and units.

    ``units`` and ``class_units`` are counted after rows were merged into units; without merging
    they are None and empty, and the sample sheet's counts hold.
    """

    findings: tuple[FindingRecord, ...]
    left_out_features: tuple[str, ...]
    features: int
    units: int | None = None
    class_units: dict[str, int] = {}


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


# --- stages 7 and 8 -----------------------------------------------------------------------


class TrialRecord(Record):
    """One trial: settings of one family, scored on all tuning folds."""

    search: str
    family: str
    number: int
    params: dict[str, Any]
    score: float | None
    fold_scores: tuple[float | None, ...]
    seconds: float
    predictions: str
    note: str = ""


class SanityRecord(Record):
    """A sanity check of a network size."""

    name: str
    passed: bool
    value: float
    expected: float
    sentence: str


class CurveRecord(Record):
    """Training against tuning (early-stopping) loss by epoch, of the best settings."""

    training: tuple[float, ...]
    tuning: tuple[float, ...]
    best_epoch: int


class ModelRecord(Record):
    """One model family with its best settings."""

    name: str
    title: str
    family: Literal["baseline", "network"]
    size: str
    trials: int
    seconds: float
    metric: str
    plain: float | None
    corrected: Score
    standard_error: float | None
    fold_scores: tuple[float | None, ...]
    params: dict[str, Any]
    best_trial: int
    seed_scores: tuple[float, ...] = ()
    sanity: tuple[SanityRecord, ...] = ()
    curve: CurveRecord | None = None
    note: str = ""


class LearningCurveRecord(Record):
    """Score of the best baseline on growing parts of the training samples."""

    model: str
    metric: str
    samples: tuple[int, ...]
    scores: tuple[float | None, ...]
    spreads: tuple[float | None, ...]


class LeaderboardRecord(Record):
    """Stages 7 and 8: models tuned in this stage, in the order tried."""

    models: tuple[ModelRecord, ...]
    sentences: tuple[str, ...]
    learning_curve: LearningCurveRecord | None = None


# --- stages 9 and 10 ----------------------------------------------------------------------


class ShuffledModelRecord(Record):
    """The shuffled-label check of one model."""

    model: str
    metric: str
    real: float | None
    null: tuple[float, ...]
    p_value: float
    replicates: int
    repeated: Literal["whole search", "selected settings"]


class ShuffleRecord(Record):
    """Stage 9: shuffled labels, with one p-value for all models together.

    ``explained_by_batch``: the score is above chance, but labels shuffled inside sites and
    batches score as high; what the models find is where samples were processed.
    """

    models: tuple[ShuffledModelRecord, ...]
    p_value: float
    strategy: str
    batch_only: Score | None
    signal: Literal["yes", "no", "unclear"]
    sentences: tuple[str, ...]
    explained_by_batch: bool = False


class ComparisonRecord(Record):
    """Best network against best baseline on the tuning folds, paired over units."""

    network: str
    baseline: str
    metric: str
    difference: float | None
    low: float | None
    high: float | None


class SubgroupRecord(Record):
    """Score of the chosen model inside one group of test samples."""

    column: str
    group: str
    samples: int
    units: int
    metric: str
    score: Score


class CurvesRecord(Record):
    """What the pictures of the test set show; aggregate over samples."""

    false_positive_rate: tuple[float, ...] = ()
    true_positive_rate: tuple[float, ...] = ()
    recall: tuple[float, ...] = ()
    precision: tuple[float, ...] = ()
    calibration_predicted: tuple[float, ...] = ()
    calibration_observed: tuple[float, ...] = ()
    calibration_samples: tuple[int, ...] = ()
    confusion: tuple[tuple[int, ...], ...] = ()
    observed: tuple[float, ...] = ()
    predicted: tuple[float, ...] = ()


class TestRecord(Record):
    """Stage 10: the one look at the test set, or why it stays locked."""

    __test__ = False

    opened: int
    model: str
    metrics: dict[str, Score]
    baseline: str
    baseline_metrics: dict[str, Score]
    difference: Score | None
    subgroups: tuple[SubgroupRecord, ...]
    curves: CurvesRecord | None
    reuse_reasons: tuple[str, ...]
    predictions: str
    sentences: tuple[str, ...]


class ChoiceRecord(Record):
    """Stage 10: which model is recommended and why."""

    signal: Literal["yes", "no", "unclear"]
    deep_learning: Literal["better", "no better", "worse", "not tried"]
    recommended: str
    comparison: ComparisonRecord | None
    sentences: tuple[str, ...]
    expected: Score
    final_model: str
    test: TestRecord


# --- stages 11 to 14 ----------------------------------------------------------------------


class FeatureImportance(Record):
    """Importance of one feature of the user's table.

    ``importance`` is the mean absolute attribution over held-out samples, averaged over folds;
    ``low`` and ``high`` are the smallest and largest fold; ``direction`` is the rank
    correlation of value and attribution (numeric features), ``twin`` the same importance in a
    model trained on shuffled labels.
    """

    feature: str
    importance: float
    low: float
    high: float
    direction: float | None
    twin: float | None


class AttributionRecord(Record):
    """Stage 11: what one model uses."""

    model: str
    method: str
    unit: str
    samples: int
    folds: int
    features: tuple[FeatureImportance, ...]
    rank_stability: float | None
    local_accuracy_error: float | None
    above_twin: int | None
    sentences: tuple[str, ...]


class InterpretationRecord(Record):
    """Stage 11: attributions of the chosen model and of the best network."""

    models: tuple[AttributionRecord, ...]
    skipped: str = ""


class ClaimRecord(Record):
    """Stage 12: one sentence that may be written, with its reservations."""

    feature: str
    sentence: str
    reservations: tuple[str, ...]


class ClaimsRecord(Record):
    """Stage 12: what may be claimed and what was not shown."""

    claims: tuple[ClaimRecord, ...]
    not_shown: tuple[str, ...]
    ceiling: str


class EthicsEntryRecord(Record):
    """Stage 13: one entry of the ethics register."""

    issue: str
    text: str
    raised_by: str
    state: Literal["open", "resolved", "accepted"]
    decision: str = ""
    by: str = ""


class EthicsRecord(Record):
    """Stage 13: the register, the level, and what may leave."""

    level: str
    entries: tuple[EthicsEntryRecord, ...]
    may_leave: tuple[tuple[str, str], ...]
    sentences: tuple[str, ...]


class ReportRecord(Record):
    """Stage 14: where the report and the results are."""

    report: str
    results: str
    reproduced: bool
    sentences: tuple[str, ...]


class StudySummary(Record):
    """All records of a study that exist so far, for the report."""

    title: str
    version: str
    plan_toml: str
    start: StartRecord | None = None
    question: QuestionRecord | None = None
    suitability: SuitabilityRecord | None = None
    imported: ImportRecord | None = None
    sheet: SampleSheetRecord | None = None
    check: CheckRecord | None = None
    split: SplitRecord | None = None
    baselines: LeaderboardRecord | None = None
    networks: LeaderboardRecord | None = None
    shuffles: ShuffleRecord | None = None
    choice: ChoiceRecord | None = None
    interpretation: InterpretationRecord | None = None
    claims: ClaimsRecord | None = None
    ethics: EthicsRecord | None = None
    stopped: str = ""
