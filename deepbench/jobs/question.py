"""Stage 1: what is asked, and what the plan leaves open."""

from __future__ import annotations

from deepbench.jobs.context import JobContext
from deepbench.plan import StudyPlan
from deepbench.study.records import QuestionRecord


def run(context: JobContext) -> QuestionRecord:
    """Say the question in a sentence and list what was not answered."""
    return describe_question(context.plan)


def describe_question(plan: StudyPlan) -> QuestionRecord:
    """Return the question of a plan as a sentence, with its open points."""
    question = plan.question
    organism = f" in {question.organism}" if question.organism else ""
    decision = f" The answer is for: {question.decision}" if question.decision else ""
    open_points = [
        text
        for missing, text in (
            (not question.organism, "The organism is not stated ([question] organism)."),
            (
                not question.decision,
                "What will be decided with the answer is not stated ([question] decision).",
            ),
            (
                question.useful_score is None,
                "The smallest useful score was not fixed before training "
                "([question] useful_score).",
            ),
        )
        if missing
    ]
    return QuestionRecord(
        outcome=question.outcome,
        sentence=f"Can '{question.outcome}' be predicted from the other columns{organism}?"
        f"{decision}",
        open_points=tuple(open_points),
    )
