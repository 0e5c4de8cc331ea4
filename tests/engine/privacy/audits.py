"""Audits as they are recorded, made up."""

from __future__ import annotations

from typing import Any

from deepbench.study.records import AuditRecord


def quick_audit(**changes: Any) -> AuditRecord:
    """A quick audit of a linear model that passes, with nothing in it but what is changed."""
    whole = AuditRecord(
        model="linear",
        title="Linear model",
        model_sha256="",
        effort="quick",
        unit="patient",
        members=300,
        others=300,
        shadows=32,
        attacks=(),
        worst="",
        passes=True,
        memorised=0,
        stores_samples="",
        parameters=10,
        attributes=(),
        seconds=1.0,
        sentences=(),
    )
    return whole.model_copy(update=changes)
