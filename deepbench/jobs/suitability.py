"""Stage 2: is deep learning a good fit? Asked before any data is read."""

from __future__ import annotations

from deepbench.jobs.context import JobContext
from deepbench.study.records import StartRecord, SuitabilityRecord
from deepbench.suitability.verdict import judge


def run(context: JobContext) -> SuitabilityRecord:
    """Judge by the answers alone."""
    start = context.record("start", StartRecord)
    return judge(context.plan.suitability, None, start.machine)
