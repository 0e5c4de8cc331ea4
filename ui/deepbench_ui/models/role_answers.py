"""Roles of columns as answers of the plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

#: Roles in the order of the drop-downs: value, text, what it means.
ROLE_CHOICES: tuple[tuple[str, str, str], ...] = (
    ("feature", "Feature", "The models may use it."),
    ("outcome", "Outcome", "What is predicted."),
    ("sample", "Sample name", "Names the sample; no model sees it."),
    (
        "unit",
        "Biological unit",
        "Patient, mouse, litter, strain: its samples stay together.",
    ),
    ("pair", "Matched pair", "Pair or matched set: its samples stay together in every split."),
    ("replicate", "Technical replicate", "Number of the repeated measurement of one sample."),
    ("batch", "Batch", "Batch, run or plate in which the sample was processed."),
    ("operator", "Operator", "Who did the measurement."),
    ("site", "Site", "Site, hospital or cohort the sample comes from."),
    ("date", "Date", "Date of collection."),
    ("timepoint", "Time point", "Time point of a unit that was measured several times."),
    ("sensitive", "Sensitive attribute", "Subgroups are compared; no model sees it."),
    ("part", "Own division", "Your own training and test samples, or numbered folds."),
    ("ignore", "Ignore", "No model may see it."),
)
ROLE_NAMES = tuple(value for value, _, _ in ROLE_CHOICES if value not in ("feature", "outcome"))


def role_of(answers: Mapping[str, Any], column: str) -> str:
    """Return the role that the answers give a column; ``feature`` if none."""
    wanted = column.casefold()
    if str(answers.get("question", {}).get("outcome", "")).casefold() == wanted:
        return "outcome"
    for role, columns in answers.get("roles", {}).items():
        if any(str(name).casefold() == wanted for name in columns):
            return str(role)
    return "feature"


def role_changes(answers: Mapping[str, Any], column: str, role: str) -> dict[str, Any]:
    """Return what has to be answered so that a column gets a role.

    Args:
        answers: The answers so far.
        column: Name of the column.
        role: Its new role.
    """
    changes: dict[str, Any] = {}
    before = role_of(answers, column)
    if before == role:
        return changes
    roles = answers.get("roles", {})
    if before == "outcome":
        changes["question.outcome"] = None
    elif before != "feature":
        kept = [name for name in roles[before] if str(name).casefold() != column.casefold()]
        changes[f"roles.{before}"] = kept
    if role == "outcome":
        changes["question.outcome"] = column
    elif role != "feature":
        changes[f"roles.{role}"] = [*roles.get(role, []), column]
    return changes


def proposal_changes(
    answers: Mapping[str, Any], proposed: Mapping[str, Sequence[str]]
) -> dict[str, Any]:
    """Return what has to be answered to take the proposed roles; given roles are kept."""
    changes: dict[str, Any] = {}
    for role, columns in open_proposals(answers, proposed).items():
        changes[f"roles.{role}"] = [*answers.get("roles", {}).get(role, []), *columns]
    return changes


def open_proposals(
    answers: Mapping[str, Any], proposed: Mapping[str, Sequence[str]]
) -> dict[str, list[str]]:
    """Return the proposed roles of columns that have none yet."""
    found = {
        role: [column for column in columns if role_of(answers, column) == "feature"]
        for role, columns in proposed.items()
        if role in ROLE_NAMES
    }
    return {role: columns for role, columns in found.items() if columns}
