"""Stage 12: what may be claimed, and what was not shown."""

from __future__ import annotations

from deepbench.interpretation.claims import build_claims
from deepbench.jobs.context import JobContext
from deepbench.study.records import (
    ChoiceRecord,
    ClaimsRecord,
    InterpretationRecord,
    SampleSheetRecord,
    SplitRecord,
)


def run(context: JobContext) -> ClaimsRecord:
    """Write association sentences; block on a feature known only after the outcome."""
    interpretation = context.record("interpretation", InterpretationRecord)
    choice = context.record("test", ChoiceRecord)
    attribution = interpretation.models[0] if interpretation.models else None
    return build_claims(
        attribution=attribution,
        plan=context.plan,
        sheet=context.record("sample-sheet", SampleSheetRecord),
        split=context.record("split", SplitRecord),
        test=choice.test,
        signal=choice.signal,
    )
