"""What the stages found, as records: frozen, without numpy, to and from JSON."""

from deepbench.study.records.base import Record, Score, Severity
from deepbench.study.records.data import (
    CheckRecord,
    ColumnRecord,
    Conversion,
    FindingRecord,
    ImportRecord,
    OuterFoldRecord,
    SampleSheetRecord,
    SplitRecord,
)
from deepbench.study.records.meaning import (
    AttributionRecord,
    ClaimRecord,
    ClaimsRecord,
    EthicsEntryRecord,
    EthicsRecord,
    FeatureImportance,
    InterpretationRecord,
    ReportRecord,
)
from deepbench.study.records.start import (
    MachineRecord,
    QuestionRecord,
    Reason,
    StartRecord,
    SuitabilityRecord,
)
from deepbench.study.records.summary import StudySummary
from deepbench.study.records.tuning import (
    CurveRecord,
    LeaderboardRecord,
    LearningCurveRecord,
    ModelRecord,
    SanityRecord,
    TrialRecord,
)
from deepbench.study.records.verdict import (
    ChoiceRecord,
    ComparisonRecord,
    CurvesRecord,
    ShuffledModelRecord,
    ShuffleRecord,
    SubgroupRecord,
    TestRecord,
)

__all__ = [
    "AttributionRecord",
    "CheckRecord",
    "ChoiceRecord",
    "ClaimRecord",
    "ClaimsRecord",
    "ColumnRecord",
    "ComparisonRecord",
    "Conversion",
    "CurveRecord",
    "CurvesRecord",
    "EthicsEntryRecord",
    "EthicsRecord",
    "FeatureImportance",
    "FindingRecord",
    "ImportRecord",
    "InterpretationRecord",
    "LeaderboardRecord",
    "LearningCurveRecord",
    "MachineRecord",
    "ModelRecord",
    "OuterFoldRecord",
    "QuestionRecord",
    "Reason",
    "Record",
    "ReportRecord",
    "SampleSheetRecord",
    "SanityRecord",
    "Score",
    "Severity",
    "ShuffleRecord",
    "ShuffledModelRecord",
    "SplitRecord",
    "StartRecord",
    "StudySummary",
    "SubgroupRecord",
    "SuitabilityRecord",
    "TestRecord",
    "TrialRecord",
]
