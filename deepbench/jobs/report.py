"""Stage 14: the report and ``results.json``, after the final model proved to reproduce."""

from __future__ import annotations

import json

import numpy as np

from deepbench.errors import StageBlocked
from deepbench.jobs.calibrating import calibrated
from deepbench.jobs.context import JobContext
from deepbench.jobs.leaderboard import all_trials
from deepbench.jobs.released import all_importances
from deepbench.jobs.steps import Steps
from deepbench.jobs.summary import study_summary
from deepbench.models.storage import load_model
from deepbench.models.trial_tasks import FinalTask, fit_final_model
from deepbench.models.workbench import load_workbench
from deepbench.reporting.finding_sentences import finding_sentences
from deepbench.reporting.html_report import render_html
from deepbench.reporting.results_json import results_document
from deepbench.reporting.verdict import verdict_sentences
from deepbench.study.files import write_atomically
from deepbench.study.records import ChoiceRecord, LeaderboardRecord, ReportRecord, StudySummary
from deepbench.workflow import Stage

REPORT_FILE = "report/report.html"
RESULTS_FILE = "results.json"
_TOLERANCE = 1e-6


def run(context: JobContext) -> ReportRecord:
    """Check that the stored model reproduces, then write report and results."""
    steps = Steps(context.progress, total=2)
    steps.say("fitting the chosen model again")
    reproduced, sentence = _reproduces(context)
    if not reproduced:
        raise StageBlocked(
            "Fitting the chosen model again does not give the numbers of the stored one.",
            "Do not use the results. Run the plan in a new study folder; if it happens again, "
            "the machine or a library is not deterministic.",
        )
    steps.add(1)
    steps.say("writing the report")
    summary = study_summary(context.study, context.fingerprints)
    record = _write(context, summary, sentence)
    steps.add(1)
    return record


def write_stopped(context: JobContext, stage: Stage, blocked: StageBlocked) -> None:
    """Leave a report that says where and why the study stopped."""
    summary = study_summary(context.study, context.fingerprints)
    stopped = f"Stopped at stage {stage.number} ({stage.title}): {blocked}"
    _write(context, summary.model_copy(update={"stopped": stopped}), "")


def locations(context: JobContext) -> ReportRecord:
    """Return where report and results are."""
    return context.record("report", ReportRecord)


def _write(context: JobContext, summary: StudySummary, sentence: str) -> ReportRecord:
    folder = context.study.folder
    importances = all_importances(context.study, summary)
    html = render_html(summary, importances=importances).encode("utf-8")
    document = json.dumps(results_document(summary), indent=2, ensure_ascii=False, allow_nan=False)
    results = f"{document}\n".encode()
    # Copies under their hash stay in the study; the plain names always show the latest.
    context.study.store("report", "report.html", html)
    context.study.store("report", "results.json", results)
    write_atomically(folder / REPORT_FILE, html)
    write_atomically(folder / RESULTS_FILE, results)
    return ReportRecord(
        report=REPORT_FILE,
        results=RESULTS_FILE,
        reproduced=True,
        sentences=(
            *verdict_sentences(summary),
            *finding_sentences(summary),
            *([sentence] if sentence else []),
        ),
    )


def _reproduces(context: JobContext) -> tuple[bool, str]:
    """Fit the chosen model again and compare with the one stored, on the training samples."""
    choice = context.record("test", ChoiceRecord)
    if not choice.final_model:
        return True, ""
    bench = load_workbench(context.bench_source())
    task = FinalTask(
        bench.source,
        choice.recommended,
        _params(context, choice.recommended),
        context.plan.networks.seeds,
    )
    future = context.compute.submit(fit_final_model, task)
    next(context.compute.wait([future], context.progress))
    stored = load_model(context.study.stored_folder(choice.final_model))
    features = bench.training.features
    model = future.result()
    if stored.calibration is not None:  # models stored earlier have none
        group = next(g for g in all_trials(context) if g.family.name == choice.recommended)
        model = calibrated(context.study, bench, group, model)
    again, before = model.predict(features), stored.predict(features)
    scale = 1.0 + float(np.abs(before).max())
    same = bool(np.allclose(again, before, rtol=0.0, atol=_TOLERANCE * scale))
    return same, "The stored model was fitted again and gave the same predictions." if same else ""


def _params(context: JobContext, name: str) -> dict[str, object]:
    for stage in ("baselines", "networks"):
        for model in context.record(stage, LeaderboardRecord).models:
            if model.name == name:
                return model.params
    raise StageBlocked(f"The chosen model '{name}' was not tuned.", "Run the plan again.")
