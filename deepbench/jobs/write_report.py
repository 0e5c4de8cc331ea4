"""``deepbench report``: the report leaves the study, through the gate."""

from __future__ import annotations

from pathlib import Path

from deepbench.errors import DataError, StudyError
from deepbench.jobs.summary import study_summary
from deepbench.messages import WriteReport
from deepbench.privacy.gate import LeaveRequest, issue_pass, write_out
from deepbench.reporting.html_report import render_html
from deepbench.study.folder import Study
from deepbench.worker.progress import Progress

_SMALLEST_CELL = 10
_SUFFIXES = (".html", ".htm")


def write_report(request: WriteReport, progress: Progress) -> dict[str, object]:
    """Write the report as it may leave at the study's level.

    Raises:
        StudyError: no study there, or it has no plan yet.
        DataError: the output is no HTML file, or cannot be written.
        GateRefused: the gate does not let the report leave.
    """
    if Path(request.output).suffix.lower() not in _SUFFIXES:
        raise DataError(
            f"The report is a web page, but {Path(request.output).name} does not end in .html.",
            "Name a file such as report.html; a browser can print it as PDF.",
        )
    with Study.open_for_writing_existing(Path(request.study).resolve()) as study:
        progress.check_cancelled()
        if not (study.folder / "plan.toml").exists():
            raise StudyError(
                "This study has no plan yet.", "Run one first: deepbench run PLAN --study STUDY."
            )
        level = study.plan().privacy.level
        guarded = level in ("sensitive", "restricted")
        html = render_html(
            study_summary(study),
            small_cells=_SMALLEST_CELL if guarded else 0,
            per_sample=not guarded,
        ).encode("utf-8")
        leave = issue_pass(
            LeaveRequest("report", html, Path(request.output), level, study.folder),
            lambda line: study.record("gate", line),
        )
        written = write_out(leave, html)
        notes = (
            [
                "Counts below ten and everything about single samples were left out (level "
                f"'{level}')."
            ]
            if guarded
            else []
        )
        return {"lines": [f"Report written to {written}.", *notes], "output": str(written)}
