"""What stages 11 to 14 found: attributions, claims, ethics, report."""

from __future__ import annotations

from typing import Literal

from deepbench.study.records.base import Record


class FeatureImportance(Record):
    """Importance of one feature of the user's table.

    ``importance`` is the mean absolute attribution over held-out samples, averaged over folds;
    ``low`` and ``high`` are the smallest and largest fold; ``direction`` is the rank
    correlation of value and attribution (numeric features), ``twin`` the same importance in a
    model trained on shuffled labels.
    """

    feature: str
    importance: float
    low: float
    high: float
    direction: float | None
    twin: float | None


class AttributionRecord(Record):
    """Stage 11: what one model uses."""

    model: str
    method: str
    unit: str
    samples: int
    folds: int
    features: tuple[FeatureImportance, ...]
    rank_stability: float | None
    local_accuracy_error: float | None
    above_twin: int | None
    sentences: tuple[str, ...]


class InterpretationRecord(Record):
    """Stage 11: attributions of the chosen model and of the best network."""

    models: tuple[AttributionRecord, ...]
    skipped: str = ""


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
