"""Stage 11: what the chosen model and the best network use, and where the chosen one fails.

Each part stands in its own module: how many steps it takes, and its work.
"""

from __future__ import annotations

from deepbench.jobs import interpret_attributions
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
    steps = Steps(context.progress, total=interpret_attributions.count_steps(work))
    models = interpret_attributions.explain_models(work, steps)
    return InterpretationRecord(models=models)
