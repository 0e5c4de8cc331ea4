"""Kinds of issues that the program raises in the ethics register; people use other names."""

from __future__ import annotations

#: Answered by a reason for the level, or by a decision in the register.
NO_REASON = "level lowered without reason"
ISSUE_KINDS: tuple[str, ...] = (
    "approval not stated",
    "consent not stated",
    "licence not stated",
    NO_REASON,
    "identifiers",
    "rare combinations",
    "batch or site",
    "missing group",
    "sensitive attribute predictive",
    "sensitive attribute used",
    "sensitive attribute told",
    "subgroup gap",
    "small group",
    "low score for class",
    "errors gather",
    "causal claim",
    "test set reused",
    "audit failed",
    "audit not demonstrable",
    "model stores samples",
)
