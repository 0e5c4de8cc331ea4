"""``deepbench report``: the report leaves the study, through the gate."""

from __future__ import annotations

from pathlib import Path

from deepbench.errors import DataError, StudyError
from deepbench.jobs.earlier_exports import note_sizes
from deepbench.jobs.export_judging import demand_report_fit
from deepbench.jobs.export_study import export_study
from deepbench.jobs.leave import has_plan, level_in_force
from deepbench.jobs.let_go import let_go
from deepbench.jobs.released import last_run, report_html
from deepbench.messages import ExportStudy, WriteReport
from deepbench.privacy.final_bytes import is_guarded
from deepbench.study.folder import Study
from deepbench.worker.progress import Progress

_SUFFIXES = (".html", ".htm")


def write_report(request: WriteReport, progress: Progress) -> dict[str, object]:
    """Write the report as it may leave at the study's level.

    A study that was not run to its end has a report as well: of what was done so far. The report
    in the study folder is always there; this one leaves it, so the register has to be clear.

    Raises:
        StudyError: no study there, or it has no plan yet.
        DataError: the output is no HTML file, or cannot be written.
        GateRefused: the ethics register is not clear, the numbers did not repeat, or the gate does
            not let the report leave.
    """
    output = Path(request.output)
    if output.suffix.lower() not in _SUFFIXES:
        raise DataError(
            f"The report is a web page, but {output.name} does not end in .html.",
            "Name a file such as report.html; a browser can print it as PDF.",
        )
    if request.in_window:
        return export_study(
            ExportStudy(request.study, "report", request.output, in_window=True), progress
        )
    with Study.open_for_writing_existing(Path(request.study).resolve()) as study:
        progress.check_cancelled()
        if not has_plan(study):
            raise StudyError(
                "This study has no plan yet.", "Run one first: deepbench run PLAN --study STUDY."
            )
        level = level_in_force(study)
        report = report_html(study, last_run(study), level)
        written = let_go(
            study,
            "report",
            report.content,
            output,
            checks=[lambda _: demand_report_fit(study)],
            drawn=report.drawn,
        )
        careful = note_sizes(study, "report", level)
        lines = [f"Report written to {written}.", *([careful] if careful else [])]
        if is_guarded(level):
            lines.append(
                "Counts below ten and everything about single samples were left out (level "
                f"'{level}')."
            )
    return {"lines": lines, "output": written}
