"""The files that would leave with an export, by folder, those that stay first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from deepbench.study.files import size_text
from deepbench.study.records import BundleFilePreview, BundlePreview
from deepbench_ui.models.numbers import counted

LEAVE_STAY = "{leave} would leave, {size} in all; {stay} in the study."
LEAVE = "{leave} would leave, {size} in all."
STAY = "{stay} in the study."
LEVEL = "In force is the level “{level}”."
LEAVES, STAYS = "Leaves", "Stays"
FILE_LEAVES, FILE_STAYS = "It would leave. {sentence}", "It stays in the study. {sentence}"


@dataclass(frozen=True)
class FileGroup:
    """The files of one folder.

    Attributes:
        folder: Its name; empty for files that stand beside the folders.
        files: Those that stay first.
    """

    folder: str
    files: tuple[BundleFilePreview, ...]

    @property
    def stays(self) -> int:
        """How many of its files stay in the study."""
        return sum(not file.allowed for file in self.files)

    @property
    def size(self) -> int:
        """Bytes of those that would leave."""
        return leaving_size(self.files)


def leaving_size(files: Iterable[BundleFilePreview]) -> int:
    """Return the bytes of the files that would leave."""
    return sum(file.bytes for file in files if file.allowed)


def file_groups(files: Iterable[BundleFilePreview]) -> tuple[FileGroup, ...]:
    """Return files by folder: folders of which something stays, files beside them, the others."""
    by_folder: dict[str, list[BundleFilePreview]] = {}
    for file in files:
        by_folder.setdefault(file.path.rpartition("/")[0], []).append(file)
    groups = [
        FileGroup(folder, tuple(sorted(inside, key=lambda file: (file.allowed, file.path))))
        for folder, inside in by_folder.items()
    ]
    return tuple(sorted(groups, key=lambda group: (not group.stays, group.folder)))


def name_of(file: BundleFilePreview) -> str:
    """Return the name of a file without its folder."""
    return file.path.rpartition("/")[2]


def total_sentence(files: Sequence[BundleFilePreview]) -> str:
    """Say how many files leave, how large they are together, and how many stay."""
    many = sum(file.allowed for file in files)
    rest = len(files) - many
    leave, size = counted(many, "file"), size_text(leaving_size(files))
    stay = f"{counted(rest, 'file')} {'stays' if rest == 1 else 'stay'}"
    if not many:
        return STAY.format(stay=stay)
    return (LEAVE_STAY if rest else LEAVE).format(leave=leave, size=size, stay=stay)


def group_sentence(group: FileGroup) -> str:
    """Say the same of a folder."""
    return total_sentence(group.files)


def level_sentence(preview: BundlePreview) -> str:
    """Say which level decides, and why it is not the one answered last."""
    return f"{LEVEL.format(level=preview.level)} {preview.note}".strip()


def file_sentence(file: BundleFilePreview) -> str:
    """Say of a file what is in it, or why it stays and what would be possible instead."""
    text = FILE_LEAVES if file.allowed else FILE_STAYS
    return text.format(sentence=file.sentence).strip()
