"""Stage 0: how sensitive the data is, and what this machine has."""

from __future__ import annotations

from deepbench.jobs.context import JobContext
from deepbench.privacy.sensitivity import sensitivity_sentence
from deepbench.study.location import location_warnings
from deepbench.study.records import StartRecord
from deepbench.training.machine import machine_facts


def run(context: JobContext) -> StartRecord:
    """Note level, machine and where the study lies."""
    warnings = location_warnings(context.study.folder)
    for warning in warnings:
        context.progress.notice(warning)
    return StartRecord(
        privacy_level=context.plan.privacy.level,
        privacy_sentence=sensitivity_sentence(context.plan.privacy),
        folder_warnings=warnings,
        machine=machine_facts(context.device, context.study.folder),
    )
