"""What stages 0 to 2 found: machine, question, suitability."""

from __future__ import annotations

from typing import Literal

from deepbench.study.records.base import Record


class MachineRecord(Record):
    """Stage 0: what this machine has."""

    system: str
    processor_cores: int
    memory_gb: float
    disk_free_gb: float
    device: str
    device_sentence: str
    versions: dict[str, str]


class StartRecord(Record):
    """Stage 0: sensitivity and machine."""

    privacy_level: str
    privacy_sentence: str
    folder_warnings: tuple[str, ...]
    machine: MachineRecord


class QuestionRecord(Record):
    """Stage 1: what is asked."""

    outcome: str
    sentence: str
    open_points: tuple[str, ...]


class Reason(Record):
    """One reason of the suitability verdict."""

    rule: str
    speaks: Literal["for", "against", "neutral"]
    text: str
    source: str


class SuitabilityRecord(Record):
    """Stage 2: is deep learning a good fit? Asked before and after the data is known."""

    verdict: Literal["good fit", "baselines first", "use traditional models"]
    reasons: tuple[Reason, ...]
    unanswered: tuple[str, ...]
    with_data: bool
    override_reason: str = ""
