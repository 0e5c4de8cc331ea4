"""What stages 12 to 14 found: claims, ethics, report."""

from __future__ import annotations

from typing import Literal

from deepbench.study.records.base import Record


class ClaimRecord(Record):
    """Stage 12: one sentence that may be written, with its reservations."""

    feature: str
    sentence: str
    reservations: tuple[str, ...]


class ClaimsRecord(Record):
    """Stage 12: what may be claimed and what was not shown."""

    claims: tuple[ClaimRecord, ...]
    not_shown: tuple[str, ...]
    ceiling: str


class EthicsEntryRecord(Record):
    """Stage 13: one entry of the ethics register."""

    issue: str
    text: str
    raised_by: str
    state: Literal["open", "resolved", "accepted"]
    decision: str = ""
    by: str = ""


class EthicsRecord(Record):
    """Stage 13: the register, the level, and what may leave."""

    level: str
    entries: tuple[EthicsEntryRecord, ...]
    may_leave: tuple[tuple[str, str], ...]
    sentences: tuple[str, ...]


class ReportRecord(Record):
    """Stage 14: where the report and the results are."""

    report: str
    results: str
    reproduced: bool
    sentences: tuple[str, ...]
