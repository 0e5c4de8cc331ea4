"""From bytes to text: byte-order marks, UTF-8, and a refusal to guess anything else."""

from __future__ import annotations

import codecs
import re

from deepbench.data.wording import counted
from deepbench.errors import DataError, PlanError
from deepbench.study.records import Conversion

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8 with byte-order mark"),
    (codecs.BOM_UTF32_LE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)


# No text has these; UTF-16 and UTF-32 without a mark have NUL, which is told apart.
_BINARY = re.compile(rb"[\x01-\x08\x0e-\x1a\x1c-\x1f]")
_HEAD_BYTES = 4096


def decode(data: bytes, encoding: str, name: str) -> tuple[str, str, list[Conversion]]:
    """Decode a text file.

    Args:
        data: Content of the file.
        encoding: As in the plan; ``auto`` takes a byte-order mark, else UTF-8.
        name: Name of the file, for sentences.

    Returns:
        The text, the encoding in words, and what was changed.

    Raises:
        PlanError: no such encoding.
        DataError: the bytes are not in this encoding, or hold NUL characters.
    """
    codec, words = _choose(data, encoding)
    try:
        text = data.decode(codec)
    except UnicodeDecodeError as error:
        raise _wrong_encoding(data, error, encoding, words, name) from None
    conversions = []
    if text.startswith("\ufeff"):
        text = text.lstrip("\ufeff")
        conversions.append(
            Conversion(column="(file)", what="second byte-order mark removed", count=1)
        )
    nulls = text.count("\0")
    if nulls:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise DataError(
            f"{name}, line {line}: the file holds {counted(nulls, 'NUL character')}, which no "
            "text has: it is binary, damaged, or in another encoding.",
            'If it came from Excel as "Unicode text", write encoding = "utf-16-le" under [data] '
            "in the plan; else export the table again as CSV.",
        )
    return text, words, conversions


def decode_leniently(data: bytes, encoding: str) -> tuple[str, str]:
    """Decode the start of a text file to be looked at, with � for what is not of the encoding.

    Args:
        data: Bytes from the start of a file; may end in the middle of a character.
        encoding: As in the plan; one that does not exist counts as ``auto``.

    Returns:
        The text, empty if it is none, and the encoding in words.
    """
    try:
        codec, words = _choose(data, encoding)
    except PlanError:
        codec, words = _choose(data, "auto")
    text = data.decode(codec, errors="replace").lstrip("\ufeff")
    if "\0" in text or (codec == "utf-8" and _BINARY.search(data[:_HEAD_BYTES])):
        return "", words
    return text, words


def _choose(data: bytes, encoding: str) -> tuple[str, str]:
    for mark, codec, words in _MARKS:
        if data.startswith(mark) and encoding.casefold() in {"auto", "utf-8", "utf8", codec}:
            return codec, words
    if encoding == "auto":
        return "utf-8", "UTF-8"
    try:
        b"a".decode(encoding, errors="replace")  # also refuses codecs that are no text: zip, rot13
    except (LookupError, ValueError):
        raise PlanError(
            f"encoding under [data] in the plan: there is no text encoding called '{encoding}'.",
            "Usual ones are utf-8, cp1252 (Windows, Western Europe), latin-1, utf-16, gb18030.",
        ) from None
    codec = codecs.lookup(encoding).name
    return codec, codec


def _wrong_encoding(
    data: bytes, error: UnicodeDecodeError, encoding: str, words: str, name: str
) -> DataError:
    if encoding == "auto" and _BINARY.search(data[:_HEAD_BYTES]):
        return DataError(
            f"{name} is not text, and no kind of table that is known here.",
            "Open it in the program that made it and save the table as CSV or XLSX.",
        )
    line = data.count(b"\n", 0, error.start) + 1
    hint = (
        'Files from Excel on Windows are mostly in cp1252: write encoding = "cp1252" under [data] '
        'in the plan, or save the file in Excel as "CSV UTF-8".'
        if encoding == "auto"
        else "Correct encoding under [data] in the plan."
    )
    return DataError(
        f"{name}, line {line}: byte {error.start + 1:,} (0x{data[error.start]:02x}) is not "
        f"{words} text.",
        hint,
    )
