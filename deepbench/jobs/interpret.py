"""Stage 11: what the chosen model and the best network use, and where the chosen one fails.

Each part stands in its own module: how many steps it takes, and its work.
"""

from __future__ import annotations

from deepbench.jobs import (
    interpret_attributions,
    interpret_enrichment,
    interpret_failures,
    interpret_imitation,
    interpret_panels,
    interpret_questions,
)
from deepbench.jobs.context import JobContext
from deepbench.jobs.interpreting import Interpreting
from deepbench.jobs.steps import Steps
from deepbench.study.records import ChoiceRecord, InterpretationRecord


def run(context: JobContext) -> InterpretationRecord:
    """Look into the models; skip when there is no signal."""
    choice = context.record("test", ChoiceRecord)
    if choice.signal != "yes":
        return InterpretationRecord(
            models=(),
            skipped="Without evidence of a signal, what a model uses is noise; it is not shown.",
        )
    work = Interpreting.of(context, choice)
    parts = (
        interpret_attributions,
        interpret_panels,
        interpret_failures,
        interpret_imitation,
        interpret_enrichment,
        interpret_questions,
    )
    steps = Steps(context.progress, total=sum(part.count_steps(work) for part in parts))
    used = interpret_attributions.explain_models(work, steps)
    panels = interpret_panels.find_panels(work, steps)
    failures = interpret_failures.where_it_fails(work, used.models, steps)
    imitations = interpret_imitation.imitate_models(work, steps)
    enrichment = interpret_enrichment.find_enrichment(work, steps)
    found = InterpretationRecord(
        models=used.models,
        agreement=used.agreement,
        panels=panels,
        failures=failures,
        imitations=imitations,
        enrichment=enrichment,
    )
    asked = interpret_questions.what_is_known(work, found, steps)
    return found.model_copy(update={"asked": asked})
