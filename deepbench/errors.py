"""The one exception tree: what happened, where, and what to do about it.

Each class carries the exit code of the command line (README, "Exit codes").
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


class DeepBenchError(Exception):
    """A problem that can be said in a sentence.

    Args:
        message: What happened and where (file, sheet, row, column), as a sentence.
        hint: What the user can do about it, as a sentence; may be empty.
    """

    exit_code = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()

    def __reduce__(self) -> tuple[type[DeepBenchError], tuple[str, str]]:
        # Exceptions cross the process pool; the default would lose the hint.
        return (type(self), (self.message, self.hint))


class PlanError(DeepBenchError):
    """The plan cannot be read, or asks for something that does not exist."""

    exit_code = 2


class DataError(DeepBenchError):
    """The data cannot be read, or cannot be used as the plan asks."""

    exit_code = 2


@dataclass(frozen=True)
class Choice:
    """One answer to a question about the data.

    Attributes:
        value: What the plan says then (text, number, list or dict).
        words: The answer in words, short enough for a button.
        shows: What it makes of the data, for example ``1,234 is 1.234``; may be empty.
    """

    value: Any
    words: str
    shows: str = ""


class DataQuestion(DataError):
    """The data can be read in several ways, and only the user knows which is right.

    A window shows the choices as buttons; the command line prints the line of the plan for each.

    Args:
        message: What was found and where, as a sentence.
        key: Key of the plan that holds the answer, for example ``data.decimal``.
        choices: The possible answers.
        hint: What else can be done, as a sentence; the lines of the plan are put before it.
    """

    def __init__(
        self, message: str, key: str, choices: tuple[Choice, ...], hint: str = ""
    ) -> None:
        section, _, name = key.rpartition(".")
        lines = [
            f"{name} = {as_toml(choice.value)} ({choice.shows or choice.words})"
            for choice in choices
        ]
        asked = f"Write under [{section}] in the plan: {'; or '.join(lines)}." if lines else ""
        super().__init__(message, f"{asked} {hint}".strip())
        self.key = key
        self.choices = choices
        self.further_hint = hint

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self), (self.message, self.key, self.choices, self.further_hint))


def as_toml(value: Any) -> str:
    """Write a value as a plan would hold it."""
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t") + '"'
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{as_toml(str(k))} = {as_toml(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(as_toml(item) for item in value) + "]"
    return str(value)


class StudyError(DeepBenchError):
    """The study folder cannot be used: not writable, locked, damaged, from a newer version."""

    exit_code = 2


class StageBlocked(DeepBenchError):
    """A stage refuses to go on, because what would follow could not be trusted."""

    exit_code = 3


class GateRefused(StageBlocked):
    """The privacy gate does not let a file leave the study."""


class WorkerError(DeepBenchError):
    """The worker process died or cannot be reached."""


class Cancelled(DeepBenchError):
    """The user asked to stop. Raised where progress is reported."""

    exit_code = 130

    def __init__(self, message: str = "Stopped by the user.", hint: str = "") -> None:
        super().__init__(message, hint or "Run the same command again to continue.")
