"""The one exception tree: what happened, where, and what to do about it.

Each class carries the exit code of the command line (README, "Exit codes").
"""

from __future__ import annotations


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
