"""From the bytes of a text file to UTF-8 with plain line ends; what is not certain is asked.

The content stays bytes: files of hundreds of megabytes are checked in chunks and not decoded.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, field

from deepbench.data.readers.bad_bytes import marked, wrong_bytes
from deepbench.data.wording import counted
from deepbench.errors import Choice, DataError, DataQuestion, PlanError
from deepbench.plan import Data
from deepbench.study.records import Conversion

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8 with byte-order mark"),
    (codecs.BOM_UTF32_LE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)
_UTF8 = frozenset({"utf-8", "utf-8-sig"})
# Codecs of Python that decode text of programs or host names, no files.
_NO_FILE_CODECS = frozenset({"unicode_escape", "raw_unicode_escape", "idna", "punycode", "utf-7"})

# No text has these; UTF-16 and UTF-32 without a mark have NUL, which is told apart.
_BINARY = re.compile(rb"[\x01-\x08\x0e-\x1a\x1c-\x1f]")
_LINE_END = re.compile(rb"[\n\r]")
_HEAD_BYTES = 4096
_NO_MORE_TEXT = bytes(16)  # NUL in a row, as where a file was cut off or never written
_CHUNK_BYTES = 8 << 20
_SECOND_MARK = "\ufeff".encode()

MARK_SAYS_SO = "The file begins with a mark that says so."
PLAIN = "The file has plain characters only, which all usual encodings write alike."
VALID = "All special characters are written as UTF-8 prescribes."


@dataclass(frozen=True)
class FileText:
    r"""Text of a file.

    Attributes:
        data: UTF-8, without mark, lines ended by ``\n``.
        encoding: Encoding of the file in words.
        conversions: What was changed.
        reason: Why this encoding was taken; empty if the plan says it.
    """

    data: bytes
    encoding: str
    conversions: list[Conversion] = field(default_factory=list)
    reason: str = ""


def read_text(data: bytes, options: Data, name: str) -> FileText:
    """Return the text of a file.

    Args:
        data: Content of the file.
        options: [data] of the plan; ``encoding``, ``bad_bytes`` and ``nul_characters`` count.
        name: Name of the file, for sentences.

    Raises:
        PlanError: no such encoding.
        DataError: the file is no text.
        DataQuestion: the encoding cannot be told, or there are NUL characters.
    """
    codec, words, reason = _choose(data, options.encoding)
    notes: list[Conversion] = []
    if codec in _UTF8:
        if options.encoding == "auto" and b"\0" in data:
            _ask_wide_encoding(data, name)
        if codec == "utf-8-sig":
            data = data[len(codecs.BOM_UTF8) :]
        if not is_utf8(data):
            data = _repaired(data, codec, words, options, name, notes)
        elif reason != MARK_SAYS_SO and options.encoding == "auto":
            reason = PLAIN if data.isascii() else VALID
    else:
        data = _recoded(data, codec, words, options, name, notes)
    if data.startswith(_SECOND_MARK):
        while data.startswith(_SECOND_MARK):
            data = data[len(_SECOND_MARK) :]
        notes.append(_note("second byte-order mark removed", 1))
    data = _without_nul(data, options, name, notes)
    data = _with_plain_line_ends(data, notes)
    return FileText(data, words, notes, reason)


def decode(data: bytes, encoding: str, name: str) -> tuple[str, str, list[Conversion]]:
    """Return the text of a file, its encoding in words, and what was changed.

    As `read_text`, for formats whose lines are looked at one by one.
    """
    text = read_text(data, Data(source=name, encoding=encoding), name)
    return text.data.decode("utf-8"), text.encoding, text.conversions


def decode_leniently(data: bytes, encoding: str) -> tuple[str, str]:
    """Decode the start of a text file to be looked at, with � for what is not of the encoding.

    Args:
        data: Bytes from the start of a file; may end in the middle of a character.
        encoding: As in the plan; one that does not exist counts as ``auto``.

    Returns:
        The text, empty if it is none, and the encoding in words.
    """
    try:
        codec, words, _ = _choose(data, encoding)
    except PlanError:
        codec, words, _ = _choose(data, "auto")
    if codec == "utf-8" and (wide := _wide_encoding(data)):
        codec, words = wide, wide.upper()
    if codec == "utf-8" and _BINARY.search(data[:_HEAD_BYTES]):
        return "", words
    if codec == "utf-8":
        data = data.partition(_NO_MORE_TEXT)[0]
    text = data.decode(codec, errors="replace").lstrip("\ufeff")
    return text.replace("\0", "⟦U+0000⟧"), words


def is_utf8(data: bytes) -> bool:
    """Whether bytes are UTF-8, looked at in chunks."""
    if data.isascii():
        return True
    decoder = codecs.getincrementaldecoder("utf-8")()
    view = memoryview(data)
    try:
        for start in range(0, len(data), _CHUNK_BYTES):
            last = start + _CHUNK_BYTES >= len(data)
            decoder.decode(view[start : start + _CHUNK_BYTES], last)
    except UnicodeDecodeError:
        return False
    return True


def _choose(data: bytes, encoding: str) -> tuple[str, str, str]:
    """Return the codec, its name in words, and why it was chosen."""
    for mark, codec, words in _MARKS:
        if data.startswith(mark) and encoding.casefold() in {"auto", "utf-8", "utf8", codec}:
            return codec, words, MARK_SAYS_SO
    if encoding == "auto":
        return "utf-8", "UTF-8", ""
    try:
        b"a".decode(encoding, errors="replace")  # also refuses codecs that are no text: zip, rot13
        codec = codecs.lookup(encoding).name
    except (LookupError, ValueError):
        codec = ""
    if not codec or codec.replace("_", "-") in {c.replace("_", "-") for c in _NO_FILE_CODECS}:
        raise PlanError(
            f"encoding under [data] in the plan: there is no text encoding called '{encoding}'.",
            "Usual ones are utf-8, cp1252 (Windows, Western Europe), latin-1, utf-16, gb18030.",
        )
    return codec, codec, ""


def _wide_encoding(data: bytes) -> str:
    """Return UTF-16 by its byte order where every second byte is NUL, else nothing."""
    head = data[: _HEAD_BYTES & ~1]
    even, odd = head[0::2].count(0), head[1::2].count(0)
    least = max(1, len(head) // 4)  # half of the characters are of the Latin alphabet
    if odd >= least and even <= odd // 20:
        return "utf-16-le"
    return "utf-16-be" if even >= least and odd <= even // 20 else ""


def _ask_wide_encoding(data: bytes, name: str) -> None:
    codec = _wide_encoding(data)
    if not codec:
        return
    start = " ".join(data[:120].decode(codec, errors="replace").split("\n", 1)[0].split())
    raise DataQuestion(
        f"{name}: every second byte is NUL, as in text from Excel or an instrument in UTF-16.",
        "data.encoding",
        (Choice(codec, f"Read as {codec.upper()}", f"the first line is: {start[:60]}"),),
        "Or export the table again as CSV (UTF-8).",
    )


def _repaired(
    data: bytes, codec: str, words: str, options: Data, name: str, notes: list[Conversion]
) -> bytes:
    """Return UTF-8 with its wrong bytes marked, if the plan says so."""
    no_text = _BINARY.search(data[:_HEAD_BYTES]) or not _LINE_END.search(data)
    if options.encoding == "auto" and no_text:
        raise DataError(
            f"{name} is not text, and no kind of table that is known here.",
            "Open it in the program that made it and save the table as CSV or XLSX.",
        )
    if options.bad_bytes != "replace":
        raise wrong_bytes(data, "utf-8", words, options.encoding == "auto", name)
    text, number = marked(data, "utf-8")
    notes.append(_note(f"bytes that are not {words} replaced by marks such as ⟦0xE9⟧", number))
    return text.encode("utf-8")


def _recoded(
    data: bytes, codec: str, words: str, options: Data, name: str, notes: list[Conversion]
) -> bytes:
    try:
        text = data.decode(codec)
    except UnicodeError:
        if options.bad_bytes != "replace":
            raise wrong_bytes(data, codec, words, False, name) from None
        text, number = marked(data, codec)
        notes.append(_note(f"bytes that are not {words} replaced by marks such as ⟦0xE9⟧", number))
    return text.encode("utf-8", errors="replace")


def _without_nul(data: bytes, options: Data, name: str, notes: list[Conversion]) -> bytes:
    if b"\0" not in data:
        return data
    nulls = data.count(b"\0")
    if options.nul_characters == "remove":
        notes.append(_note("NUL characters removed", nulls))
        return data.replace(b"\0", b"")
    line = data.count(b"\n", 0, data.index(0)) + 1
    raise DataQuestion(
        f"{name}, line {line}: the file holds {counted(nulls, 'NUL character')}, which no text "
        "has: it may be damaged.",
        "data.nul_characters",
        (Choice("remove", "Remove Them", f"{counted(nulls, 'character')} left out"),),
        "Or export the table again as CSV.",
    )


def _with_plain_line_ends(data: bytes, notes: list[Conversion]) -> bytes:
    if b"\r" not in data:
        return data
    windows = data.count(b"\r\n")
    mac = data.count(b"\r") - windows
    unix = data.count(b"\n") - windows
    if odd := mac + unix + windows - max(mac, unix, windows):
        notes.append(_note("line ends of different kinds read alike", odd))
    elif mac:
        notes.append(_note("line ends of old Macs read as line ends", mac))
    if windows:
        data = data.replace(b"\r\n", b"\n")
    return data.replace(b"\r", b"\n") if mac else data


def _note(what: str, count: int) -> Conversion:
    return Conversion(column="(file)", what=what, count=count)
