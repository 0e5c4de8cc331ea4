"""What the page of stage 11 looks at: one of the models, and how far the stage has come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from deepbench.study.records import (
    AttributionRecord,
    ExplanationRecord,
    InterpretationRecord,
)

BEGINS = "{will} “Look Inside the Models” below begins."
RUNNING = "{will} It is being calculated."
NOT_THERE = (
    "{will} This result does not have it: it was calculated by an earlier version, or this part "
    "was left out. “Look Inside the Models” below calculates what is missing."
)
NOT_KEPT = (
    "The single samples of this result are not kept any more. “Look Inside the Models” below "
    "calculates them again."
)


@dataclass(frozen=True)
class Looked:
    """What is looked at.

    Attributes:
        state: Whether there is a result yet, or one is being calculated.
        record: What the stage found; None before.
        model: Name of the model that is looked at; empty before.
        task: Kind of outcome.
        target: Class or outcome that attributions speak for.
        explanation: Explained samples of the model (for one class); None if not kept.
    """

    state: Literal["before", "running", "done"] = "before"
    record: InterpretationRecord | None = None
    model: str = ""
    task: str = ""
    target: str = ""
    explanation: ExplanationRecord | None = None

    @property
    def attribution(self) -> AttributionRecord | None:
        """Importances of the model."""
        models = self.record.models if self.record is not None else ()
        return next((one for one in models if one.model == self.model), None)

    @property
    def counts_classes(self) -> bool:
        """Whether the outcome is a class, so that errors are shares."""
        return self.task != "regression"

    def missing(self, will: str) -> str:
        """Say why a part is not there.

        Args:
            will: What will be there.
        """
        if self.state == "running":
            return RUNNING.format(will=will)
        return (BEGINS if self.record is None else NOT_THERE).format(will=will)
