"""What leaves a study as a whole: report, results, methods text and plan, as the level allows."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import tomli_w

from deepbench.errors import PlanError
from deepbench.jobs.hidden_texts import hidden_texts
from deepbench.jobs.leave import SMALLEST_CELL, has_draft
from deepbench.jobs.lowering import current_fingerprints
from deepbench.jobs.sample_names import sample_names
from deepbench.jobs.summary import study_summary
from deepbench.jobs.views import load_view
from deepbench.plan import PrivacyLevel, plan_from_answers
from deepbench.privacy.bundle_file import FileContent
from deepbench.privacy.final_bytes import is_guarded
from deepbench.privacy.plan_scan import ReleasedPlan, release_plan, shown_plan
from deepbench.reporting import figure_files
from deepbench.reporting.html_report import PreparedReport, prepare_report, render_report
from deepbench.reporting.methods_text import methods_text
from deepbench.reporting.release import releasable
from deepbench.reporting.results_json import results_document
from deepbench.reporting.results_release import released_results
from deepbench.reporting.small_cells import SmallCells
from deepbench.study.draft import Draft
from deepbench.study.folder import Study
from deepbench.study.records import AllImportancesRecord, StudySummary
from deepbench.workflow import STAGE_BY_KEY

_NEEDED = (("question", "outcome", "the outcome"), ("data", "source", "the table"))


@dataclass(frozen=True)
class Stop:
    """A stage that refused to go on in the last run, and why."""

    stage: str
    why: str


def last_stop(study: Study) -> Stop | None:
    """Return where the last run was refused to go on, or None if it was not."""
    events = study.ledger.of_kind("stage_blocked")
    plans = study.ledger.of_kind("plan")
    if not events or (plans and plans[-1].number > events[-1].number):
        return None
    stage = events[-1].data["stage"]
    done = [e for e in study.ledger.of_kind("stage_finished") if e.data["stage"] == stage]
    if done and done[-1].number > events[-1].number:
        return None
    return Stop(stage, f"{events[-1].data['message']} {events[-1].data['hint']}".strip())


def last_run(study: Study) -> StudySummary:
    """Return the records of the last run; those that are out of date are left out."""
    summary = study_summary(study, current_fingerprints(study))
    stop = last_stop(study)
    if stop is None:
        return summary
    stage = STAGE_BY_KEY[stop.stage]
    stopped = f"Stopped at stage {stage.number} ({stage.title}): {stop.why}"
    return summary.model_copy(update={"stopped": stopped})


def report_html(study: Study, summary: StudySummary, level: PrivacyLevel) -> FileContent:
    """Return the report as it may leave at a level, with what its figures say."""
    report = prepared_report(study, summary, level)
    page = render_report(report).encode("utf-8")
    return FileContent(page, figure_files.drawn_texts(report.sections))


def prepared_report(study: Study, summary: StudySummary, level: PrivacyLevel) -> PreparedReport:
    """Return all that the report shows at a level, figures drawn."""
    guarded = is_guarded(level)
    names = names_to_hide(study, level)
    importances = all_importances(study, summary)
    if guarded:
        hidden = hidden_texts(summary, names)
        answers = study.plan().model_dump(mode="json", exclude_none=True)
        plan = tomli_w.dumps(shown_plan(answers, level, names))
        summary = hidden.taken_out(summary).model_copy(update={"plan_toml": plan})
        importances = hidden.taken_out(importances) if importances is not None else None
    return prepare_report(
        summary,
        small_cells=SMALLEST_CELL if guarded else 0,
        per_sample=not guarded,
        names=names,
        importances=importances,
    )


def names_to_hide(study: Study, level: PrivacyLevel) -> frozenset[str]:
    """Return the names of samples and units that may not leave at a level."""
    return sample_names(study) if is_guarded(level) else frozenset()


def all_importances(study: Study, summary: StudySummary) -> AllImportancesRecord | None:
    """Return the importance of every feature, where the records told of are those it rests on."""
    if summary.interpretation is None or not summary.interpretation.models:
        return None
    return load_view(study, "importances", AllImportancesRecord)


def results_json(summary: StudySummary, level: PrivacyLevel, names: Collection[str] = ()) -> bytes:
    """Return ``results.json`` as it may leave at a level.

    Args:
        summary: The records.
        level: Sensitivity of the study.
        names: Names of samples and units (`names_to_hide`).
    """
    if is_guarded(level):
        summary = hidden_texts(summary, names).taken_out(summary)
        document = released_results(summary, SmallCells(SMALLEST_CELL), names)
    else:
        document = results_document(summary)
    text = json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False)
    return f"{text}\n".encode()


def methods_txt(summary: StudySummary, level: PrivacyLevel, names: Collection[str] = ()) -> bytes:
    """Return the methods paragraph and the works it cites, as it may leave at a level."""
    guarded = is_guarded(level)
    if guarded:
        summary = hidden_texts(summary, names).taken_out(summary)
    cells = SmallCells(SMALLEST_CELL if guarded else 0)
    methods = methods_text(releasable(summary, cells, per_sample=not guarded, names=names), cells)
    parts = [*methods.paragraphs]
    if methods.references:
        parts.append("\n".join(["References", *methods.references]))
    return ("\n\n".join(parts) + "\n").encode("utf-8")


def released_plan(study: Study, level: PrivacyLevel) -> ReleasedPlan:
    """Return the answers as they may leave: those on screen, else those of the last run."""
    return release_plan(plan_answers(study), level, names_to_hide(study, level))


def plan_answers(study: Study) -> dict[str, Any]:
    """Return the answers on screen, or the plan that was run where none were given."""
    if has_draft(study):
        return Draft.load(study.folder).answers
    return study.plan().model_dump(mode="json", exclude_none=True)


def missing_answers(answers: dict[str, Any]) -> tuple[str, ...]:
    """Return what a plan needs and these answers lack, in words."""
    return tuple(
        f"{what} ([{table}] {key})"
        for table, key, what in _NEEDED
        if not isinstance(answers.get(table), dict) or not answers[table].get(key)
    )


def plan_toml(released: ReleasedPlan) -> bytes:
    """Return answers as a plan; comments say what is missing or was left out."""
    comments = [f"Left out: {what}." for what in released.left_out]
    missing = missing_answers(released.answers)
    try:
        text = plan_from_answers(released.answers).to_toml()
    except PlanError as error:
        text = tomli_w.dumps(_without_nothing(released.answers))
        problem = f"It lacks {' and '.join(missing)}." if missing else error.message
        comments.insert(0, f"Not complete: this cannot be run yet. {problem}")
    # A value could bring a line break into a comment.
    lines = [f"# {' '.join(comment.split())}\n" for comment in comments]
    return "".join([*lines, text]).encode("utf-8", "backslashreplace")


def _without_nothing(value: Any) -> Any:
    """Return answers without "no answer", which TOML cannot write."""
    if isinstance(value, dict):
        return {key: _without_nothing(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [_without_nothing(item) for item in value if item is not None]
    return value
