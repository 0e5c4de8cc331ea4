"""All records of a study together, as the report and ``results.json`` read them."""

from __future__ import annotations

from typing import TypeVar

from deepbench import __version__
from deepbench.plan import StudyPlan, Suitability
from deepbench.privacy.plan_scan import without_folders
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
from deepbench.suitability.facts import DataFacts
from deepbench.suitability.verdict import judge

R = TypeVar("R", bound=Record)
CHECK_BLOCKED = "check_blocked"


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
    check = found("check", CheckRecord)
    if check is None:
        check = _noted(study, CHECK_BLOCKED, CheckRecord)
    if check is not None:
        check = check.with_reasons(plan.check.reasons)
    sheet = found("sample-sheet", SampleSheetRecord)
    if check is not None:
        suitability = judge_with_data(study, plan.suitability) or suitability
    return StudySummary(
        title=plan.question.title or study_title(study.folder),
        version=__version__,
        plan_toml=printed_plan(plan).to_toml(),
        start=found("start", StartRecord),
        question=found("question", QuestionRecord),
        suitability=suitability,
        imported=found("import", ImportRecord),
        sheet=sheet if sheet is None or check is None else sheet_after_check(sheet, check),
        check=check,
        split=found("split", SplitRecord),
        baselines=found("baselines", LeaderboardRecord),
        networks=found("networks", LeaderboardRecord),
        shuffles=found("shuffles", ShuffleRecord),
        choice=found("test", ChoiceRecord),
        interpretation=found("interpretation", InterpretationRecord),
        claims=found("claims", ClaimsRecord),
        ethics=found("ethics", EthicsRecord),
        openings=len(study.ledger.of_kind("test_opened")),
        date=_date(study),
    )


def _date(study: Study) -> str:
    """Return the day on which a stage finished last, or nothing before the first."""
    events = study.ledger.of_kind("stage_finished")
    return events[-1].time[:10] if events else ""


def judge_with_data(study: Study, answers: Suitability) -> SuitabilityRecord | None:
    """Return the verdict of tip 1 with the real numbers; None before the data was checked."""
    sheet = study.stage_record("sample-sheet", SampleSheetRecord)
    check = study.stage_record("check", CheckRecord) or _noted(study, CHECK_BLOCKED, CheckRecord)
    if sheet is None or check is None:
        return None
    start = study.stage_record("start", StartRecord)
    facts = DataFacts.from_sheet(sheet_after_check(sheet, check))
    return judge(answers, facts, start.machine if start is not None else None)


def printed_plan(plan: StudyPlan) -> StudyPlan:
    """Return the plan as it is printed: folders are the user's own."""
    return StudyPlan.model_validate(without_folders(plan.model_dump()))


def sheet_after_check(sheet: SampleSheetRecord, check: CheckRecord) -> SampleSheetRecord:
    """Return the sample sheet with the samples and units that the data check settled on."""
    if check.units is None:
        return sheet
    if check.samples is None:
        after = f"The data check merged rows that belong together: {check.units} units."
        changes: dict[str, object] = {}
    else:
        gone = check.left_out_samples
        after = (
            f"{gone} {'sample was' if gone == 1 else 'samples were'} left out at the data check: "
            f"{check.samples} samples of {check.units} units remain."
        )
        changes = {"samples": check.samples, "class_samples": check.class_samples}
    changes |= {
        "units": check.units,
        "class_units": check.class_units,
        "sentence": f"{sheet.sentence} {after}",
    }
    return sheet.model_copy(update=changes)


def _noted(study: Study, kind: str, record: type[R]) -> R | None:
    """Return the record of the last event of a kind, or None."""
    events = study.ledger.of_kind(kind)
    return study.read_record(events[-1].data["record"], record) if events else None
