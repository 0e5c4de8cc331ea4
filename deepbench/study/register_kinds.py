"""Kinds of issues that the program raises in the ethics register; people use other names."""

from __future__ import annotations

ISSUE_KINDS: tuple[str, ...] = (
    "approval not stated",
    "consent not stated",
    "licence not stated",
    "level lowered without reason",
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
