"""Whether report, plan and what is made of them may leave as a study stands."""

from __future__ import annotations

from deepbench.errors import GateRefused, StudyError
from deepbench.jobs.export_kinds import Judgement
from deepbench.jobs.leave import has_draft, has_plan
from deepbench.jobs.lowering import current_fingerprints
from deepbench.jobs.released import (
    last_stop,
    missing_answers,
    released_plan,
)
from deepbench.plan import PrivacyLevel
from deepbench.privacy.final_bytes import is_guarded
from deepbench.study.draft import Draft
from deepbench.study.folder import Study
from deepbench.study.records import EthicsRecord, ImportRecord
from deepbench.workflow import STAGE_BY_KEY, STAGES, Stage, fingerprints

_WHOLE = "Complete, as the program shows it."
_REDUCED = (
    "Counts below ten and everything about single samples are left out, because the study is "
    "{level}."
)
_REPORT_NOT_YET = "It is written by the last step, “{title}”, which has not run yet."
_METHODS_NOT_YET = "There is nothing to describe before the sample sheet is settled."
_RUN_FIRST = "Run the study to the end first."
_NO_ANSWERS = "No question has been answered yet."
_OPEN = "The ethics register has {count}: {issues}."
_OPEN_HINT = (
    "Answer each on the page “{title}” or under [[ethics.entries]] in the plan, then run that "
    "step again."
)
_OLD = (
    "The ethics register is out of date: answers or results changed since it was made, and nobody "
    "was asked about them."
)
_NOT_MADE = "What may be claimed was not put before the ethics register yet."
_OLD_HINT = "Run the study up to the step “{title}”, and answer what is open there."
_LEFT_OUT_STAGES = "Not in it, because out of date: {stages}."
_OLD_ANSWERS = "It shows the last run; answers changed since then concern: {stages}."
_OLD_UNKNOWN = "It shows the last run; the answers on screen are not complete."
PLAN_STAYS = "The answer {field} holds {what}, so the plan stays in the study."
PLAN_HINT = "Change that answer; then the plan may leave."
_PLAN_WHOLE = "All answers, with the name of the table’s file in place of its path."
_PLAN_LACKS = "Not complete yet: it lacks {what}."
_PLAN_WITHOUT = "Left out, because the study is {level}: {what}."
_MOST_NAMED = 3


def demand_register_clear(study: Study) -> None:
    """Refuse while the ethics register has open entries or is out of date.

    Raises:
        GateRefused: an entry is open, or what would leave was not put before the register.
    """
    title = STAGE_BY_KEY["ethics"].title
    issues = open_issues(study)
    if issues:
        count = f"{len(issues)} open {'entry' if len(issues) == 1 else 'entries'}"
        raise GateRefused(
            _OPEN.format(count=count, issues="; ".join(issues)), _OPEN_HINT.format(title=title)
        )
    if has_plan(study) and (old := _register_lags(study)):
        raise GateRefused(old, _OLD_HINT.format(title=title))


def open_issues(study: Study) -> list[str]:
    """Return the open entries of the register as it was last made."""
    record = study.stage_record("ethics", EthicsRecord)
    return [entry.issue for entry in record.entries if entry.state == "open"] if record else []


def _register_lags(study: Study) -> str:
    """Say why the register does not speak of what would leave; empty if it does.

    A study that never came to its claims has none yet. One whose last run stopped before its
    claims leaves none of them: the report then says where it stopped.
    """
    finished, current = study.finished(), current_fingerprints(study)
    if finished.get("ethics") == current["ethics"]:
        return ""
    claimed = finished.get("claims") == current["claims"]
    if "ethics" not in finished:
        return _NOT_MADE if claimed else ""
    return _OLD if claimed or last_stop(study) is None else ""


# --- report, results, methods ---------------------------------------------------------------


def judge_report(study: Study, level: PrivacyLevel) -> Judgement:
    """Say whether the report may leave."""
    stop = last_stop(study) if has_plan(study) else None
    if not has_plan(study) or (stop is None and "report" not in study.finished()):
        title = STAGE_BY_KEY["report"].title
        return Judgement(StudyError(_REPORT_NOT_YET.format(title=title), _RUN_FIRST))
    try:
        demand_report_fit(study)
    except GateRefused as refusal:
        return Judgement(refusal)
    return Judgement(None, _what_leaves(study, level))


def demand_report_fit(study: Study) -> None:
    """Refuse a report that no register stands behind, or whose numbers did not repeat.

    Raises:
        GateRefused: it is not fit to leave.
    """
    stop = last_stop(study)
    if stop is not None and stop.stage == "report":
        raise GateRefused(stop.why)
    demand_register_clear(study)


def judge_methods(study: Study, level: PrivacyLevel) -> Judgement:
    """Say whether the methods paragraph may leave."""
    finished = study.finished()
    settled = has_plan(study) and "sample-sheet" in finished
    if not settled or current_fingerprints(study)["sample-sheet"] != finished["sample-sheet"]:
        return Judgement(StudyError(_METHODS_NOT_YET, _RUN_FIRST))
    return _if_register_clear(study) or Judgement(None, _what_leaves(study, level))


def _if_register_clear(study: Study) -> Judgement | None:
    """Return the refusal of a register that is not clear; None if it is."""
    try:
        demand_register_clear(study)
    except GateRefused as refusal:
        return Judgement(refusal)
    return None


def _what_leaves(study: Study, level: PrivacyLevel) -> str:
    first = _REDUCED.format(level=level) if is_guarded(level) else _WHOLE
    return " ".join(filter(None, (first, _out_of_date(study))))


def _out_of_date(study: Study) -> str:
    """Say which results are left out as out of date, or shown although answers changed."""
    finished, ran = study.finished(), current_fingerprints(study)
    left_out = [s for s in STAGES if s.key in finished and finished[s.key] != ran[s.key]]
    sentences = [_LEFT_OUT_STAGES.format(stages=_titles(left_out))] if left_out else []
    if has_draft(study):
        plan = Draft.load(study.folder).plan()
        if plan is None:
            return " ".join([*sentences, _OLD_UNKNOWN])
        imported = study.stage_record("import", ImportRecord)
        now = fingerprints(plan, imported.sha256 if imported else "")
        old = [s for s in STAGES if finished.get(s.key) == ran[s.key] != now[s.key]]
        if old:
            sentences.append(_OLD_ANSWERS.format(stages=_titles(old)))
    return " ".join(sentences)


def _titles(stages: list[Stage]) -> str:
    named = [stage.title for stage in stages[:_MOST_NAMED]]
    more = len(stages) - len(named)
    return ", ".join(named) + (f" and {more} more" if more else "")


# --- plan -----------------------------------------------------------------------------------


def judge_plan(study: Study, level: PrivacyLevel) -> Judgement:
    """Say whether the plan may leave."""
    if not has_draft(study) and not has_plan(study):
        return Judgement(StudyError(_NO_ANSWERS, "Answer the first pages."))
    unclear = _if_register_clear(study)
    if unclear is not None:
        return unclear
    released = released_plan(study, level)
    if released.problems:
        first = released.problems[0]
        stays = PLAN_STAYS.format(field=first.field, what=first.what)
        return Judgement(GateRefused(stays, PLAN_HINT))
    missing = missing_answers(released.answers)
    parts = [_PLAN_LACKS.format(what=" and ".join(missing)) if missing else _PLAN_WHOLE]
    if released.left_out:
        parts.append(_PLAN_WITHOUT.format(level=level, what="; ".join(released.left_out)))
    return Judgement(None, " ".join(parts))
