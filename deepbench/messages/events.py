"""What the worker process tells whoever started it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Ready:
    """The worker process has started."""

    pid: int
    versions: dict[str, str]


@dataclass(frozen=True, slots=True)
class Pong:
    """The answer to a `Ping`.

    Attributes:
        quiet_seconds: Seconds since the job last came to a point where it reports.
        paused: Whether the job waits for a `Resume`.
    """

    quiet_seconds: float
    paused: bool


@dataclass(frozen=True, slots=True)
class StageStarted:
    """A stage begins; ``total`` is the number of the last stage (stage 7 of 14)."""

    number: int
    key: str
    title: str
    total: int


@dataclass(frozen=True, slots=True)
class StageSkipped:
    """A stage is not run, for example because it is already done."""

    number: int
    key: str
    reason: str


@dataclass(frozen=True, slots=True)
class StageFinished:
    """A stage is done and on disk."""

    number: int
    key: str
    seconds: float
    sentence: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a stage is.

    Attributes:
        stage: Number of the stage.
        done: Steps done.
        total: Steps in all, 0 when not known.
        what: What is being done, in words.
        best: Best score so far, in words; empty when there is none.
        elapsed: Seconds since the job began.
        remaining: Estimated seconds until the stage ends, or None.
    """

    stage: int
    done: int
    total: int
    what: str
    best: str
    elapsed: float
    remaining: float | None


@dataclass(frozen=True, slots=True)
class TrialFinished:
    """A trial is done and on disk; ``score`` is None when it has none."""

    family: str
    number: int
    score: float | None
    seconds: float


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence for the user that changes nothing."""

    text: str


@dataclass(frozen=True, slots=True)
class JobFinished:
    """The job is done. ``result`` holds what the command line prints."""

    result: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class JobFailed:
    """The job ended with a problem.

    Attributes:
        kind: Name of the error, for programs.
        message: What happened and where.
        hint: What the user can do; may be empty.
        exit_code: Exit code of the command line.
        question: Fields of a `ReadingQuestion` where an answer of the user settles it.
    """

    kind: str
    message: str
    hint: str
    exit_code: int
    question: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class JobCancelled:
    """The job was stopped at the user's wish."""


JobEnd = JobFinished | JobFailed | JobCancelled
Event = (
    Ready
    | Pong
    | StageStarted
    | StageSkipped
    | StageFinished
    | Progress
    | TrialFinished
    | Notice
    | JobFinished
    | JobFailed
    | JobCancelled
)
