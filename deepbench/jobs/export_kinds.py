"""What an export is: one file, or a folder of files that leave together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from deepbench.errors import DeepBenchError
from deepbench.jobs.let_bundle_go import Finish
from deepbench.plan import PrivacyLevel
from deepbench.privacy.bundle_file import BundleFile, FileContent
from deepbench.privacy.gate import LeavingKind
from deepbench.study.folder import Study
from deepbench.worker.progress import Progress


@dataclass(frozen=True)
class Judgement:
    """Why something may not leave (None: it may), and else what of it does."""

    refusal: DeepBenchError | None
    sentence: str = ""


Judge = Callable[[Study, PrivacyLevel], Judgement]


@dataclass(frozen=True)
class FileExport:
    """One file that may leave.

    Attributes:
        name: Name in `ExportStudy`.
        title: What it is called.
        suffixes: Endings of its file, the usual one first.
        kind: Kind of content at the gate.
        judge: Says whether it may leave as the study stands.
        make: Returns what is in it.
    """

    name: str
    title: str
    suffixes: tuple[str, ...]
    kind: LeavingKind
    judge: Judge
    make: Callable[[Study, PrivacyLevel], FileContent]


@dataclass(frozen=True)
class FolderContent:
    """What a folder of files is made of.

    Attributes:
        files: The files that are asked for, final.
        finish: Makes files that depend on which of them leave: README, card, checksums.
        stays: Sentences on what was not even made.
    """

    files: Sequence[BundleFile]
    finish: Finish = lambda decisions: ()
    stays: tuple[str, ...] = ()


@dataclass(frozen=True)
class FolderExport:
    """Files that leave together, in a new folder.

    Attributes:
        name: Name in `ExportStudy`.
        title: What it is called.
        folder: Name of the folder that is made.
        judge: Says whether it may leave as the study stands; cheap, no file is made for it.
        make: Returns what is asked for.
        essential: Kinds without which the rest makes no sense.
    """

    name: str
    title: str
    folder: str
    judge: Judge
    make: Callable[[Study, PrivacyLevel, Progress], FolderContent]
    essential: frozenset[LeavingKind] = frozenset()


def as_folder(export: FileExport | FolderExport) -> FolderExport:
    """Return an export as files that leave together; one file is a folder of one."""
    if isinstance(export, FolderExport):
        return export

    def make(study: Study, level: PrivacyLevel, _: Progress) -> FolderContent:
        made = export.make(study, level)
        said = export.judge(study, level).sentence
        path = f"{export.name}.{export.suffixes[0]}"
        file = BundleFile(path, made.content, export.kind, export.title, said, made.drawn)
        return FolderContent([file])

    return FolderExport(export.name, export.title, "", export.judge, make)
