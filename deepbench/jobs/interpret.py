"""Stage 11: what the chosen model and the best network use, and where the chosen one fails.

Each part stands in its own module: how many steps it takes, and its work.
"""

from __future__ import annotations

from deepbench.jobs import (
    interpret_attributions,
    interpret_failures,
    interpret_imitation,
    interpret_panels,
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
    parts = (interpret_attributions, interpret_panels, interpret_failures, interpret_imitation)
    steps = Steps(context.progress, total=sum(part.count_steps(work) for part in parts))
    models = interpret_attributions.explain_models(work, steps)
    panels = interpret_panels.find_panels(work, steps)
    failures = interpret_failures.where_it_fails(work, models, steps)
    imitations = interpret_imitation.imitate_models(work, steps)
    return InterpretationRecord(
        models=models, panels=panels, failures=failures, imitations=imitations
    )
