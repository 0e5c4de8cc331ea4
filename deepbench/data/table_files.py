"""The files that a table comes from: the source, more of the same, a sample sheet."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from deepbench.data.provenance import file_facts, require_readable_size, require_regular_file
from deepbench.plan import Data
from deepbench.study.records import SourceFile


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

    def facts(self) -> tuple[SourceFile, ...]:
        """Return name, size and hash of each file, the source first.

        Raises:
            DataError: a file is missing, is no regular file, or cannot be read.
        """
        found = []
        for path in self:
            require_regular_file(path)
            require_readable_size(path)  # before gigabytes are hashed
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
