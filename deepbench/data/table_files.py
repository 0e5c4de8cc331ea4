"""The files that a table comes from: the source, more of the same, a sample sheet."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from deepbench.data.provenance import (
    file_facts,
    require_readable_size,
    require_regular_file,
    unreadable,
)
from deepbench.plan import Data
from deepbench.study.records import SourceFile

_LARGE_BYTES = 32 << 20


@dataclass(frozen=True)
class TableFiles:
    """Paths of the files of a table.

    Attributes:
        source: The table.
        more: Further files with the same measurements of other samples.
        sample_sheet: What is known of each sample, or None.
    """

    source: Path
    more: tuple[Path, ...] = ()
    sample_sheet: Path | None = None

    @classmethod
    def of(cls, data: Data, find: Callable[[str], Path]) -> TableFiles:
        """Return the files that [data] of a plan names.

        Args:
            data: [data] of the plan.
            find: Resolves a path of the plan.
        """
        sheet = data.sample_sheet.strip()
        return cls(
            find(data.source.strip()),
            tuple(find(name.strip()) for name in data.more if name.strip()),
            find(sheet) if sheet else None,
        )

    def __iter__(self) -> Iterator[Path]:
        yield self.source
        yield from self.more
        if self.sample_sheet is not None:
            yield self.sample_sheet

    def state(self) -> tuple[tuple[int, int, int], ...]:
        """Return size, time of change and number of each file, which change when it is written.

        Raises:
            DataError: a file is missing, is no regular file, or cannot be read.
        """
        found = []
        for path in self:
            require_regular_file(path)
            try:
                facts = path.stat()
            except OSError as error:
                raise unreadable(path, error) from None
            found.append((facts.st_size, facts.st_mtime_ns, facts.st_ino))
        return tuple(found)

    @property
    def large(self) -> bool:
        """Whether reading the files once more, to compare their hashes, would take long."""
        return sum(size for size, _, _ in self.state()) > _LARGE_BYTES

    def require_readable(self) -> None:
        """Refuse what is missing, no regular file or too large, before gigabytes are hashed.

        Raises:
            DataError: says which, and what to do.
        """
        for path in self:
            require_regular_file(path)
            require_readable_size(path)

    def facts(self) -> tuple[SourceFile, ...]:
        """Return name, size and hash of each file, the source first.

        Raises:
            DataError: a file is missing, is no regular file, or cannot be read.
        """
        found = []
        self.require_readable()
        for path in self:
            facts = file_facts(path)
            part = "source" if path is self.source else "more"
            found.append(
                SourceFile.model_validate(
                    {
                        "part": "sample sheet" if path is self.sample_sheet else part,
                        "name": path.name,
                        "size_bytes": facts.size,
                        "sha256": facts.sha256,
                    }
                )
            )
        return tuple(found)


def joint_sha256(files: tuple[SourceFile, ...]) -> str:
    """Return one hash for all files of a table; that of the source if it is the only one."""
    if len(files) == 1:
        return files[0].sha256
    joint = "\n".join(f"{file.part} {file.sha256}" for file in files)
    return hashlib.sha256(joint.encode()).hexdigest()
