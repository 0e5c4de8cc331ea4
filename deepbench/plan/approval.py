"""[[ethics.approvals]]: what a second person lets leave a study although it stays by itself."""

from __future__ import annotations

import datetime
from typing import Literal

from pydantic import Field

from deepbench.plan.base import Part

ApprovedThing = Literal[
    "model", "private model", "model that stores samples", "single samples", "samples"
]
#: A reason that says something.
SHORTEST_REASON = 30


class Approval(Part):
    """[[ethics.approvals]] A second person lets something leave that stays by itself."""

    what: ApprovedThing = Field(description="What may leave.")
    requester: str = Field(min_length=2, description="Who asked for it.")
    approver: str = Field(min_length=2, description="Who approved it; another person.")
    role: str = Field(min_length=2, description="On what authority the approver decides.")
    reason: str = Field(min_length=SHORTEST_REASON, description="Why it may leave all the same.")
    recipient: str = Field(min_length=2, description="Who receives it.")
    legal_basis: str = Field(min_length=5, description="Contract, consent or law it rests on.")
    expires: datetime.date = Field(description="Last day on which it may be used.")
