"""What the window or the command line and the worker process say to each other.

One frozen dataclass per message. On the pipe a message is JSON bytes, never a pickle: an object
with the protocol's ``version``, the ``type`` (name of the class) and the fields. The bytes are
ASCII, so that they survive every console, and names that are not Unicode (possible on Linux)
keep their surrogates.
"""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass, field
from functools import cache
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from deepbench.errors import WorkerError

PROTOCOL_VERSION = 1

# --- requests: to the worker --------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RunStudy:
    """Run a plan, or a built-in example, in a study folder; continue where it stopped.

    Attributes:
        plan_path: Path of the plan, or None for an example or for answers.
        example: Name of a built-in example, or None for a plan.
        study: Path of the study folder.
        until: Key of the last stage to run, or None for all.
        workers: Number of processes that calculate, 1 or more.
        device: auto, cpu, cuda or mps.
        answers: The plan as nested dicts, in place of ``plan_path``; its paths are relative to
            the study folder.
        in_window: The sender has the study open in a window and holds its ``window.lock``.
    """

    plan_path: str | None
    example: str | None
    study: str
    until: str | None = None
    workers: int = 1
    device: str = "auto"
    answers: dict[str, Any] | None = None
    in_window: bool = False


@dataclass(frozen=True, slots=True)
class Predict:
    """Apply the finished model of a study to the table ``input``; write ``output``."""

    study: str
    input: str
    output: str
    in_window: bool = False


@dataclass(frozen=True, slots=True)
class WriteReport:
    """Write the report of a study to ``output``."""

    study: str
    output: str
    in_window: bool = False


@dataclass(frozen=True, slots=True)
class CheckStudy:
    """Check the ledger's chain and all files of a study against their hashes."""

    study: str


@dataclass(frozen=True, slots=True)
class Doctor:
    """Describe this machine, the free space in ``folder``, and try the device."""

    device: str = "auto"
    folder: str = "."


@dataclass(frozen=True, slots=True)
class PreviewTable:
    """Read the table that ``answers`` name as far as a page shows it.

    Answered with the fields of a `deepbench.study.records.PreviewRecord`.

    Attributes:
        study: Path of the study folder, against which relative paths are resolved.
        answers: The plan as nested dicts, complete or not.
        rows: Rows shown at most.
        columns: Columns whose cells are shown at most.
    """

    study: str
    answers: dict[str, Any]
    rows: int = 60
    columns: int = 60


@dataclass(frozen=True, slots=True)
class SketchDesign:
    """Count classes, units, batches and sites under the roles that ``answers`` give.

    Answered with the fields of a `deepbench.study.records.DesignRecord`. Attributes as in
    `PreviewTable`.
    """

    study: str
    answers: dict[str, Any]


@dataclass(frozen=True, slots=True)
class JudgeSuitability:
    """Judge by the answers of tip 1, and by the data of ``study`` once it was checked.

    Answered with the fields of a `deepbench.study.records.SuitabilityRecord`.
    """

    answers: dict[str, Any]
    study: str = ""


@dataclass(frozen=True, slots=True)
class LetOut:
    """Let something that the window shows leave the study, through the gate.

    Answered with ``{"output": path}``.

    Attributes:
        study: Path of the study folder.
        kind: What it is: "figure", "table" or "text".
        title: What the user calls it, for the ledger; no values.
        suffix: Format: svg, pdf, png, csv or txt.
        content: The bytes, base64.
        destination: File to write, or "clipboard": then nothing is written, and the window may
            put the content on the clipboard when the answer arrives.
        per_sample: Whether it shows single samples.
    """

    study: str
    kind: str
    title: str
    suffix: str
    content: str
    destination: str
    per_sample: bool


@dataclass(frozen=True, slots=True)
class ListExports:
    """Say what of a study may leave at its level.

    Answered with ``{"items": [fields of deepbench.study.records.ExportItem, …]}``.
    """

    study: str


@dataclass(frozen=True, slots=True)
class ExportStudy:
    """Write one export of a study (``what`` is the name of an `ExportItem`) to ``output``."""

    study: str
    what: str
    output: str
    in_window: bool = False


@dataclass(frozen=True, slots=True)
class SupportBundle:
    """Write a zip file for a fault report: versions and crash notes, no data, no paths.

    Attributes:
        output: File to write.
        study: Path of the study that was open, or None.
        notes: Texts of the window's own (name → text), without data.
    """

    output: str
    study: str | None
    notes: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Pause:
    """Begin nothing new until `Resume`; what is being fitted is finished first."""


@dataclass(frozen=True, slots=True)
class Resume:
    """Go on after a `Pause`."""


@dataclass(frozen=True, slots=True)
class Ping:
    """Answer with `Pong` at once, also in the middle of a job."""


@dataclass(frozen=True, slots=True)
class Cancel:
    """Stop the jobs asked for so far; the worker stays."""


@dataclass(frozen=True, slots=True)
class Shutdown:
    """Stop the jobs asked for so far and end the worker."""


# --- events: from the worker --------------------------------------------------------------


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
    """

    kind: str
    message: str
    hint: str
    exit_code: int


@dataclass(frozen=True, slots=True)
class JobCancelled:
    """The job was stopped at the user's wish."""


JobRequest = (
    RunStudy
    | Predict
    | WriteReport
    | CheckStudy
    | Doctor
    | PreviewTable
    | SketchDesign
    | JudgeSuitability
    | LetOut
    | ListExports
    | ExportStudy
    | SupportBundle
)
Control = Cancel | Pause | Resume | Ping | Shutdown
Request = JobRequest | Control
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
Message = Request | Event

_CLASSES: dict[str, type[Message]] = {cls.__name__: cls for cls in get_args(Message)}


def encode(message: Message) -> bytes:
    """Return the message as one line of ASCII JSON, without the line break.

    Raises:
        WorkerError: a field holds something JSON does not know (NaN included).
    """
    # Not dataclasses.asdict: it copies deeply, and results can be large.
    fields = {part.name: getattr(message, part.name) for part in dataclasses.fields(message)}
    document = {"version": PROTOCOL_VERSION, "type": type(message).__name__, **fields}
    try:
        return json.dumps(document, allow_nan=False).encode("ascii")
    except (TypeError, ValueError, RecursionError):
        raise WorkerError(
            f"A {type(message).__name__} message holds something that cannot be sent."
        ) from None


def decode(data: bytes) -> Message:
    """Return the message in ``data``.

    Raises:
        WorkerError: not a message of this version, or its fields are not as declared.
    """
    try:
        document = json.loads(data.decode("ascii"))
    except (ValueError, RecursionError):
        raise WorkerError("The worker's pipe carried something that is not a message.") from None
    if not isinstance(document, dict):
        raise WorkerError("The worker's pipe carried something that is not a message.")
    if document.pop("version", None) != PROTOCOL_VERSION:
        raise WorkerError("The worker's pipe carried a message of another version.")
    cls = _CLASSES.get(str(document.pop("type", None)))
    if cls is None:
        raise WorkerError("The worker's pipe carried a message of an unknown type.")
    problem = _problem(cls, document)
    if problem:
        raise WorkerError(f"The worker's pipe carried a {cls.__name__} message with {problem}.")
    return cls(**document)


def _problem(cls: type[Message], document: dict[str, Any]) -> str:
    """Say what is wrong with the fields, without repeating a value; empty when nothing is."""
    hints = _hints(cls.__name__)
    if not document.keys() <= hints.keys():
        return "an unknown field"
    for part in dataclasses.fields(cls):
        optional = (
            part.default is not dataclasses.MISSING
            or part.default_factory is not dataclasses.MISSING
        )
        if part.name not in document:
            if not optional:
                return f"no {part.name}"
        elif not _fits(document[part.name], hints[part.name]):
            return f"a wrong {part.name}"
    return ""


@cache
def _hints(type_name: str) -> dict[str, Any]:
    return get_type_hints(_CLASSES[type_name])


def _fits(value: Any, hint: Any) -> bool:
    """Say whether a JSON value is of the declared type."""
    origin, parts = get_origin(hint), get_args(hint)
    if hint is Any:
        return True
    if origin in (UnionType, Union):
        return any(_fits(value, part) for part in parts)
    if origin is dict:
        return isinstance(value, dict) and all(_fits(item, parts[1]) for item in value.values())
    if hint in (int, float):
        kinds = (int,) if hint is int else (int, float)
        return isinstance(value, kinds) and not isinstance(value, bool)
    return value is None if hint is NoneType else isinstance(value, hint)
