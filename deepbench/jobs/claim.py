"""Stage 12: what may be claimed, and what was not shown."""

from __future__ import annotations

from deepbench.interpretation.absent_groups import absent_groups
from deepbench.interpretation.claim_material import ClaimMaterial
from deepbench.interpretation.claims import build_claims
from deepbench.jobs.context import JobContext
from deepbench.models.workbench import load_workbench
from deepbench.study.records import (
    CheckRecord,
    ChoiceRecord,
    ClaimsRecord,
    InterpretationRecord,
    SampleSheetRecord,
    ShuffleRecord,
    SplitRecord,
)


def run(context: JobContext) -> ClaimsRecord:
    """Write association sentences; block on a feature known only after the outcome."""
    plan, choice = context.plan, context.record("test", ChoiceRecord)
    sheet = context.record("sample-sheet", SampleSheetRecord)
    absent: tuple[str, ...] = ()
    if choice.signal == "yes":
        training = load_workbench(context.bench_source()).training
        absent = absent_groups(training, sheet.roles, plan.question.organism)
    return build_claims(
        ClaimMaterial(
            plan=plan,
            sheet=sheet,
            check=context.record("check", CheckRecord),
            split=context.record("split", SplitRecord),
            shuffles=context.record("shuffles", ShuffleRecord),
            choice=choice,
            found=context.record("interpretation", InterpretationRecord),
            absent=absent,
        )
    )
