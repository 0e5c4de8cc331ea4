"""Judge by the answers of tip 1 while they are being given, with the data once it is known."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from deepbench.jobs.summary import judge_with_data
from deepbench.messages import JudgeSuitability
from deepbench.plan import Suitability, plan_from_answers
from deepbench.study.folder import Study, is_study
from deepbench.suitability.verdict import judge
from deepbench.worker.progress import Progress

# A plan needs these parts; the verdict does not look at them.
_OTHER_PARTS: dict[str, Any] = {"question": {"outcome": "outcome"}, "data": {"source": "table"}}


def judge_suitability(request: JudgeSuitability, progress: Progress) -> dict[str, object]:
    """Return the fields of a `SuitabilityRecord`.

    Before anything was run the machine is left out: whether its graphics card can be used is
    known only after it was tried, which takes seconds, and it never counts for or against.

    Raises:
        PlanError: an answer is none of the choices.
    """
    progress.check_cancelled()
    answers = _answers(request.answers)
    folder = Path(request.study)
    if request.study and is_study(folder):
        with Study.open_for_reading(folder) as study:
            with_data = judge_with_data(study, answers)
        if with_data is not None:
            return with_data.model_dump(mode="json")
    return judge(answers).model_dump(mode="json")


def _answers(answers: dict[str, Any]) -> Suitability:
    given = answers.get("suitability") or {}
    return plan_from_answers({**_OTHER_PARTS, "suitability": given}, "The answers").suitability
