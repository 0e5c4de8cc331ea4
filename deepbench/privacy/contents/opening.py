"""Looking into a file by the ending of its name; what is not known does not leave."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from pathlib import PurePosixPath

import numpy as np

from deepbench.errors import GateRefused
from deepbench.privacy.contents.markup import html_contents, svg_contents
from deepbench.privacy.contents.onnx_model import onnx_contents
from deepbench.privacy.contents.parts import Contents, unreadable
from deepbench.privacy.contents.pdf import pdf_contents
from deepbench.privacy.contents.png import png_contents
from deepbench.privacy.contents.safetensors_model import safetensors_contents
from deepbench.privacy.contents.texts import csv_contents, json_contents, text_contents
from deepbench.privacy.contents.workbook import workbook_contents

# A ZIP container that unpacks to more than this is no model and no bundle of texts.
_MOST_UNPACKED = 1 << 30


def open_contents(path: str, content: bytes) -> Contents:
    """Return what is inside a file.

    Args:
        path: Its name; the ending says what it is.
        content: Its bytes.

    Raises:
        GateRefused: the format is not one of those that leave, or the file cannot be read.
    """
    suffix = PurePosixPath(path).suffix.lower().removeprefix(".")
    reader = _READERS.get(suffix)
    if reader is None:
        raise GateRefused(
            f"A file that ends in .{suffix} cannot be looked into, so it stays."
            if suffix
            else "A file whose name has no ending cannot be looked into, so it stays.",
            f"What may leave ends in {', '.join(sorted(_READERS))}.",
        )
    found = reader(content)
    found.texts.append(path)
    return found


def _archive_contents(content: bytes) -> Contents:
    """Return what is inside a ZIP container: a skops model, a support bundle."""
    found = Contents()
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            if sum(member.file_size for member in members) > _MOST_UNPACKED:
                raise unreadable("a ZIP file")
            found.properties.append(archive.comment.decode("utf-8"))
            for member in members:
                found.properties.append(member.comment.decode("utf-8"))
                found.add(open_contents(member.filename, archive.read(member)))
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, UnicodeDecodeError):
        raise unreadable("a ZIP file") from None
    return found


def _npy_contents(content: bytes) -> Contents:
    found = Contents()
    try:
        array = np.load(io.BytesIO(content), allow_pickle=False)
    except (ValueError, EOFError, OSError):
        raise unreadable("an array") from None
    if array.dtype.kind in "US":
        found.texts.extend(map(str, array.ravel().tolist()))
    elif array.dtype.kind not in "fiub":
        raise unreadable("an array")
    found.add_array(array)
    return found


_READERS: Mapping[str, Callable[[bytes], Contents]] = {
    **dict.fromkeys(("txt", "md", "toml", "py", "cff", "yaml", "yml", "sha256"), text_contents),
    "csv": csv_contents,
    "json": json_contents,
    **dict.fromkeys(("html", "htm"), html_contents),
    "svg": svg_contents,
    "png": png_contents,
    "pdf": pdf_contents,
    "xlsx": workbook_contents,
    "onnx": onnx_contents,
    "safetensors": safetensors_contents,
    **dict.fromkeys(("skops", "zip"), _archive_contents),
    "npy": _npy_contents,
}
KNOWN_SUFFIXES = frozenset(_READERS)
