"""Stage 13: the ethics register and what may leave at this level."""

from __future__ import annotations

from deepbench.jobs.audit_model import audit_in_stage
from deepbench.jobs.context import JobContext
from deepbench.jobs.private_training import train_privately
from deepbench.jobs.scan_sensitivity import sensitivity
from deepbench.privacy.ethics_register import build_register
from deepbench.study.records import CheckRecord, ChoiceRecord, EthicsRecord, SampleSheetRecord


def run(context: JobContext) -> EthicsRecord:
    """Attack the model, raise what the program noticed, and match it with the plan's answers."""
    audit = audit_in_stage(context)
    private = train_privately(context)
    register = build_register(
        context.plan,
        context.record("sample-sheet", SampleSheetRecord),
        context.record("check", CheckRecord),
        context.record("test", ChoiceRecord).test,
        sensitivity(context.study, context.plan.privacy.level, context.plan.ethics.entries),
    )
    return register.model_copy(update={"audit": audit, "private_training": private})
