"""Show a table before it is imported: raw cells beside parsed ones, types, likely roles."""

from __future__ import annotations

from deepbench.data.preview import preview
from deepbench.jobs.table_answers import table_answers
from deepbench.messages import PreviewTable
from deepbench.worker.progress import Progress


def preview_table(request: PreviewTable, progress: Progress) -> dict[str, object]:
    """Return the fields of a `PreviewRecord`.

    Raises:
        PlanError: the answers name no table. Everything else stands in the record.
    """
    progress.check_cancelled()
    answers, problem = table_answers(request.study, request.answers)
    record = preview(answers, request.rows, request.columns, problem)
    progress.check_cancelled()
    return record.model_dump(mode="json")
