"""Artifacts: files named by the hash of their content, written before the ledger names them.

A crash therefore leaves at worst an orphan file, never a ledger line without its file.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

from deepbench.errors import StudyError
from deepbench.study.files import file_sha256, sha256_of, write_atomically

if TYPE_CHECKING:
    # The window reads studies without arrays, and has no memory to spare for the library.
    import numpy as np
    from numpy.typing import NDArray

_HASH_LENGTH = 16
#: Files with a plain name, and the area and name of the artifact each is a copy of.
PLAIN_COPIES = {
    "plan.toml": ("runs", "plan.toml"),
    "results.json": ("report", "results.json"),
    "report/report.html": ("report", "report.html"),
}


def store_artifact(folder: Path, area: str, name: str, content: bytes) -> str:
    """Write an artifact and return its path relative to the study folder.

    The file is called ``NAME-HASH.SUFFIX`` where HASH begins the SHA-256 of the content; one
    that is there already is not written again.
    """
    relative = artifact_name(area, name, sha256_of(content))
    path = folder / relative
    if not (path.exists() and path.stat().st_size == len(content)):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, content)
    return relative


def artifact_name(area: str, name: str, digest: str) -> str:
    """Return the path of an artifact relative to the study folder, from its SHA-256."""
    stem, dot, suffix = name.rpartition(".")
    return f"{area}/{stem}-{digest[:_HASH_LENGTH]}{dot}{suffix}"


def read_artifact(folder: Path, relative: str) -> bytes:
    """Return the content of an artifact.

    Raises:
        StudyError: the file is missing or its content does not fit its name.
    """
    path = folder / relative
    try:
        content = path.read_bytes()
    except OSError:
        raise StudyError(
            f"{relative} is missing from the study.", "Restore the study folder from a backup."
        ) from None
    if not artifact_intact(relative, sha256_of(content)):
        raise StudyError(
            f"{relative} was changed since it was written.",
            "Restore the study folder from a backup.",
        )
    return content


def artifact_intact(relative: str, digest: str) -> bool:
    """Say whether a file's SHA-256 fits the hash in its name."""
    stem = Path(relative).stem
    return stem.rpartition("-")[2] == digest[:_HASH_LENGTH]


def artifact_problem(folder: Path, relative: str) -> str:
    """Return what is wrong with an artifact on disk, or an empty text."""
    path = folder / relative
    if not path.is_file():
        return f"{relative} is missing."
    if not artifact_intact(relative, file_sha256(path)):
        return f"{relative} was changed since it was written."
    return ""


def array_bytes(array: NDArray[np.float64]) -> bytes:
    """Return a number array in NumPy's file format (never with pickled objects)."""
    import numpy as np

    stream = io.BytesIO()
    np.save(stream, array, allow_pickle=False)
    return stream.getvalue()


def array_from_bytes(content: bytes) -> NDArray[np.float64]:
    """Read back what `array_bytes` wrote."""
    import numpy as np

    array: NDArray[np.float64] = np.load(io.BytesIO(content), allow_pickle=False)
    return array
