"""All records of a study together, as the report and ``results.json`` read them."""

from __future__ import annotations

from typing import TypeVar

from deepbench import __version__
from deepbench.study.folder import Study, study_title
from deepbench.study.records import (
    CheckRecord,
    ChoiceRecord,
    ClaimsRecord,
    EthicsRecord,
    ImportRecord,
    InterpretationRecord,
    LeaderboardRecord,
    QuestionRecord,
    Record,
    SampleSheetRecord,
    ShuffleRecord,
    SplitRecord,
    StartRecord,
    StudySummary,
    SuitabilityRecord,
)

R = TypeVar("R", bound=Record)
SUITABILITY_WITH_DATA = "suitability_with_data"


def study_summary(study: Study, current: dict[str, str] | None = None) -> StudySummary:
    """Return the records of a study.

    Args:
        study: The study.
        current: Fingerprints that stages have now; records of stages that are out of date are
            left out. None takes what finished last.
    """
    plan = study.plan()
    finished = study.finished()

    def found(stage: str, kind: type[R]) -> R | None:
        if current is not None and finished.get(stage) != current[stage]:
            return None
        return study.stage_record(stage, kind)

    suitability = found("suitability", SuitabilityRecord)
    if found("check", CheckRecord) is not None:
        events = study.ledger.of_kind(SUITABILITY_WITH_DATA)
        suitability = study.read_record(events[-1].data["record"], SuitabilityRecord)
    return StudySummary(
        title=plan.question.title or study_title(study.folder),
        version=__version__,
        plan_toml=plan.to_toml(),
        start=found("start", StartRecord),
        question=found("question", QuestionRecord),
        suitability=suitability,
        imported=found("import", ImportRecord),
        sheet=found("sample-sheet", SampleSheetRecord),
        check=found("check", CheckRecord),
        split=found("split", SplitRecord),
        baselines=found("baselines", LeaderboardRecord),
        networks=found("networks", LeaderboardRecord),
        shuffles=found("shuffles", ShuffleRecord),
        choice=found("test", ChoiceRecord),
        interpretation=found("interpretation", InterpretationRecord),
        claims=found("claims", ClaimsRecord),
        ethics=found("ethics", EthicsRecord),
    )
