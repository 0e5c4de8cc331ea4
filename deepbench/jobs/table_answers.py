"""What a half-answered plan says about its table, for pages that look ahead of a run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from deepbench.data.answered_tables import TableAnswers
from deepbench.data.table_files import TableFiles
from deepbench.errors import DeepBenchError, PlanError
from deepbench.plan import Data, Roles, plan_from_answers
from deepbench.study.location import find_source

_NAME = "The answers"
# Stands in where the outcome is not known yet, so that the rest can be checked.
_ANY_QUESTION = {"outcome": "outcome"}


def table_answers(
    study: str, answers: dict[str, Any]
) -> tuple[TableAnswers, DeepBenchError | None]:
    """Return what the answers say about the table.

    Args:
        study: Path of the study folder, against which the table's path is resolved.
        answers: The plan as nested dicts, complete or not.

    Returns:
        The answers; and what is wrong with them, or None. Where something is wrong, nothing is
        used but the path of the table and the name of the outcome.

    Raises:
        PlanError: no table is named.
    """
    source = _part(answers, "data").get("source")
    if not isinstance(source, str) or not source.strip():
        raise PlanError("No table has been chosen yet.", "Choose the file that holds it.")
    outcome = _part(answers, "question").get("outcome")
    name = str(outcome).strip() if isinstance(outcome, str | int) else ""

    def find(written: str) -> Path:
        return find_source(Path(study), written)

    checked = {"data": answers["data"], "roles": _part(answers, "roles")}
    try:
        plan = plan_from_answers({"question": _ANY_QUESTION, **checked}, _NAME)
    except DeepBenchError as error:
        only = Data(source=source)
        return TableAnswers(TableFiles.of(only, find), only, name, Roles()), error
    return TableAnswers(TableFiles.of(plan.data, find), plan.data, name, plan.roles), None


def _part(answers: dict[str, Any], name: str) -> dict[str, Any]:
    part = answers.get(name)
    return part if isinstance(part, dict) else {}
