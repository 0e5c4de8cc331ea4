"""What the window or the command line asks of the worker process."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


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
    """Apply the finished model of a study to the table ``input``; write ``output``.

    ``sample_sheet`` is what is known of each new sample, where the model uses it.
    """

    study: str
    input: str
    output: str
    in_window: bool = False
    sample_sheet: str = ""


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
class VerifyStudy:
    """Run the plan of a study or of an exported bundle again and compare all numbers.

    Attributes:
        path: Study folder or unpacked bundle.
        data: Folder with the data; empty if it lies where the plan says.
        workers: Number of processes that calculate, 1 or more.
        device: auto, cpu, cuda or mps.
    """

    path: str
    data: str = ""
    workers: int = 1
    device: str = "auto"


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
class SketchSplit:
    """Say what the split that ``answers`` ask for would be, before it is locked.

    Answered with the fields of a `deepbench.study.records.SplitSketchRecord`. Attributes as in
    `PreviewTable`.
    """

    study: str
    answers: dict[str, Any]


@dataclass(frozen=True, slots=True)
class EstimateTime:
    """Say how long each budget would take on this machine, measuring it if need be.

    Answered with the fields of a `deepbench.study.records.TimeEstimateRecord`.

    Attributes:
        prepare: Whether to read the data and set test samples aside where that was not done; if
            not, the answer says that it has to be done first.

    The other attributes are those of `RunStudy`.
    """

    plan_path: str | None
    study: str
    workers: int = 1
    device: str = "auto"
    answers: dict[str, Any] | None = None
    in_window: bool = False
    prepare: bool = False


@dataclass(frozen=True, slots=True)
class JudgeSuitability:
    """Judge by the answers of tip 1, and by the data of ``study`` once it was checked.

    Answered with the fields of a `deepbench.study.records.SuitabilityRecord`.
    """

    answers: dict[str, Any]
    study: str = ""


@dataclass(frozen=True, slots=True)
class AuditModel:
    """Attack the finished model of a study, to find out what it gives away.

    Answered with the sentences of the audit, and under ``audit`` with the fields of a
    `deepbench.study.records.AuditRecord`.

    Attributes:
        study: Path of the study folder.
        effort: quick or thorough.

    The other attributes are those of `RunStudy`.
    """

    study: str
    effort: str = "quick"
    workers: int = 1
    device: str = "auto"
    in_window: bool = False


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
        shown: The numbers and texts of a figure, as CSV in base64: in pixels nobody can look for
            small counts.
    """

    study: str
    kind: str
    title: str
    suffix: str
    content: str
    destination: str
    per_sample: bool
    shown: str = ""


@dataclass(frozen=True, slots=True)
class ListExports:
    """Say what of a study may leave at its level.

    Answered with ``{"items": [fields of deepbench.study.records.ExportItem, …]}``.
    """

    study: str


@dataclass(frozen=True, slots=True)
class PreviewBundle:
    """Say which files would leave with an export; write nothing.

    Answered with the fields of a `deepbench.study.records.BundlePreview`.

    Attributes:
        study: Path of the study folder.
        what: Name of an `ExportItem`.
    """

    study: str
    what: str = "bundle"


@dataclass(frozen=True, slots=True)
class ReadBundleFile:
    """Give the text of one file that would leave with an export; write nothing.

    Answered with ``{"text": text, "whole": whether that is all of it}``.

    Attributes:
        study: Path of the study folder.
        what: Name of an `ExportItem`.
        path: Path of a file that its preview calls readable.
    """

    study: str
    what: str
    path: str


@dataclass(frozen=True, slots=True)
class ExportStudy:
    """Write one export of a study (``what`` is the name of an `ExportItem`) to ``output``.

    With ``into``, a folder, the file or folder gets its usual name in there, or one with a number
    behind it if that is taken. An export that is a folder of files needs it. With ``seen``, the
    seal of a `BundlePreview`, exactly the files that were shown are written or none.
    """

    study: str
    what: str
    output: str = ""
    in_window: bool = False
    into: str = ""
    seen: str = ""


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


JobRequest = (
    RunStudy
    | Predict
    | WriteReport
    | CheckStudy
    | VerifyStudy
    | Doctor
    | PreviewTable
    | SketchDesign
    | SketchSplit
    | EstimateTime
    | JudgeSuitability
    | AuditModel
    | LetOut
    | ListExports
    | PreviewBundle
    | ReadBundleFile
    | ExportStudy
    | SupportBundle
)
Control = Cancel | Pause | Resume | Ping | Shutdown
Request = JobRequest | Control
