"""What the stages found, as records.

Whatever a page, a figure, the report, ``results.json`` or a test shows is one of these. They are
immutable, carry no numpy and read and write JSON. A number that cannot be computed is None.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

Severity = Literal["info", "warning", "serious", "blocking"]


class Record(BaseModel):
    """Base of all records: frozen, unknown keys refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Score(Record):
    """A number with its uncertainty (95 % interval unless said otherwise)."""

    value: float | None
    low: float | None = None
    high: float | None = None
