"""Judge by the answers of tip 1 alone, while they are being given."""

from __future__ import annotations

from typing import Any

from deepbench.messages import JudgeSuitability
from deepbench.plan import Suitability, plan_from_answers
from deepbench.suitability.verdict import judge
from deepbench.worker.progress import Progress

# A plan needs these parts; the verdict does not look at them.
_OTHER_PARTS: dict[str, Any] = {"question": {"outcome": "outcome"}, "data": {"source": "table"}}


def judge_suitability(request: JudgeSuitability, progress: Progress) -> dict[str, object]:
    """Return the fields of a `SuitabilityRecord`.

    The machine is left out: whether its graphics card can be used is known only after it was
    tried, which takes seconds, and it never counts for or against anything.

    Raises:
        PlanError: an answer is none of the choices.
    """
    progress.check_cancelled()
    return judge(_answers(request.answers)).model_dump(mode="json")


def _answers(answers: dict[str, Any]) -> Suitability:
    given = answers.get("suitability") or {}
    return plan_from_answers({**_OTHER_PARTS, "suitability": given}, "The answers").suitability
