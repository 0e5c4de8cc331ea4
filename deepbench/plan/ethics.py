"""[ethics]: governance, what people raised and said, decisions, approvals."""

from __future__ import annotations

import datetime
from typing import Literal

from pydantic import Field

from deepbench.plan.approval import Approval
from deepbench.plan.base import Part


class RegisterEntry(Part):
    """[[ethics.entries]] An answer to an open entry of the ethics register."""

    issue: str = Field(min_length=1, description="Name of the issue, as the register prints it.")
    decision: Literal["resolved", "accepted"] = Field(description="What was decided.")
    reason: str = Field(min_length=10, description="Why.")
    by: str = Field(min_length=2, description="Who decided.")
    date: datetime.date | None = Field(None, description="When it was decided.")


class RaisedIssue(Part):
    """[[ethics.raised]] An issue that a person raises."""

    issue: str = Field(min_length=3, description="Its name; no two issues share one.")
    text: str = Field(min_length=10, description="What is at stake, and for whom.")
    by: str = Field(min_length=2, description="Who raises it.")
    date: datetime.date | None = Field(None, description="When it was raised.")


class RegisterComment(Part):
    """[[ethics.comments]] What somebody said about an issue of the register."""

    issue: str = Field(min_length=1, description="Name of the issue, as the register prints it.")
    text: str = Field(min_length=3, description="What was said.")
    by: str = Field(min_length=2, description="Who said it.")
    date: datetime.date | None = Field(None, description="When it was said.")


class Ethics(Part):
    """[ethics] Governance and answers to the register."""

    approval: str = Field("", description="Ethics board and number, or why none is needed.")
    consent: str = Field("", description="Consent or legal basis for the use of the data.")
    entries: list[RegisterEntry] = Field(default_factory=list, description="Decisions.")
    raised: list[RaisedIssue] = Field(
        default_factory=list, description="Issues that people raise, beside the program's own."
    )
    comments: list[RegisterComment] = Field(
        default_factory=list, description="What was said about issues, whoever raised them."
    )
    approvals: list[Approval] = Field(
        default_factory=list,
        description="What a second person lets leave; each for a recipient and up to a day.",
    )
