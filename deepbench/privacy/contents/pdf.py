"""PDF documents taken apart: properties, and the text that is drawn.

Only what is needed to find a name again: strings of all objects, and of drawn text, decoded with
the tables that the file itself gives for its fonts. A document that draws text of which nothing
can be read does not leave.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator

from deepbench.privacy.contents.parts import Contents, unreadable
from deepbench.privacy.contents.texts import numbers_in

_STREAM = re.compile(rb"stream\r?\n")
_ACTIVE = re.compile(rb"/(?:JavaScript|JS|Launch|EmbeddedFile|EmbeddedFiles|RichMedia)\b")
_FILTER = re.compile(rb"/Filter\s*(?:\[\s*)?/(\w+)")
_STRING = re.compile(rb"\((?:[^()\\]|\\.)*\)|<[0-9A-Fa-f\s]*>", re.DOTALL)
_SHOWN = re.compile(
    rb"(\[(?:\((?:[^()\\]|\\.)*\)|<[0-9A-Fa-f\s]*>|[^\]()<>])*\]\s*TJ"
    rb"|(?:\((?:[^()\\]|\\.)*\)|<[0-9A-Fa-f\s]*>)\s*(?:Tj|'|\"))",
    re.DOTALL,
)
_RANGE = re.compile(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>")
_CHARACTER = re.compile(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>(?!\s*<)")
_SECTION = re.compile(rb"begin(bfchar|bfrange)(.*?)end\1", re.DOTALL)
_ESCAPE = re.compile(rb"\\(?:([0-7]{1,3})|(\r\n|.))", re.DOTALL)
_LETTERS = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
_MOST = 1 << 28
_WORD = re.compile(r"[^\W\d_]{3,}|\d{2,}")
_MOST_CODES = 1 << 16


def pdf_contents(content: bytes) -> Contents:
    """Return what is inside a PDF document.

    Raises:
        GateRefused: it is none, is encrypted, runs something, or its text cannot be read.
    """
    if not content.startswith(b"%PDF-"):
        raise unreadable("a PDF document")
    outside, streams = _apart(content)
    packed = [body for head, body in streams if b"/ObjStm" in head]
    objects = b"\n".join([outside, *packed])
    if b"/Encrypt" in objects or _ACTIVE.search(objects):
        raise unreadable("a plain PDF document")
    found = Contents(properties=[_decoded(each) for each in _STRING.findall(objects)])
    tables = [_table(body) for _, body in streams if b"begincmap" in body]
    drawn = 0
    for head, body in streams:
        if b"/Metadata" in head or body.lstrip().startswith(b"<?xpacket"):
            found.properties.append(body.decode("utf-8", "replace"))
        elif b"/ObjStm" not in head and b"begincmap" not in body and b"/Image" not in head:
            shown = _SHOWN.findall(body)
            drawn += len(shown)
            found.texts += [text for each in shown for text in _readings(each, tables)]
            found.add_array(numbers_in(body.decode("latin-1")))
    if drawn and not any(_WORD.search(text) for text in found.texts):
        raise unreadable("a PDF document with text")
    # A line is often drawn in several pieces.
    found.texts.append(" ".join(found.texts))
    found.texts.append("".join(found.texts[:-1]))
    return found


def _apart(content: bytes) -> tuple[bytes, list[tuple[bytes, bytes]]]:
    """Return what stands outside of streams, and each stream with the dictionary before it."""
    outside, streams, place, unpacked = [], [], 0, 0
    for start in _STREAM.finditer(content):
        if start.start() < place or content[start.start() - 3 : start.start()] == b"end":
            continue
        end = content.find(b"endstream", start.end())
        if end < 0:
            raise unreadable("a PDF document")
        before = content[place : start.start()]
        head = before[before.rfind(b"obj") :]
        body = _unpacked(head, content[start.end() : end])
        unpacked += len(body)
        if unpacked > _MOST:
            raise unreadable("a PDF document")
        outside.append(before)
        streams.append((head, body))
        place = end
    outside.append(content[place:])
    return b"\n".join(outside), streams


def _unpacked(head: bytes, body: bytes) -> bytes:
    method = _FILTER.search(head)
    if method is None:
        return body
    if method[1] == b"FlateDecode":
        try:
            return zlib.decompressobj().decompress(body, _MOST)
        except zlib.error:
            raise unreadable("a PDF document") from None
    # A photograph may carry where and by whom it was taken.
    raise unreadable("a PDF document without photographs")


def _readings(shown: bytes, tables: list[dict[bytes, str]]) -> Iterator[str]:
    """Yield what a piece of drawn text says, by each table of the file's fonts."""
    codes = [_bytes_of(each) for each in _STRING.findall(shown)]
    plain = b"".join(codes)
    yield plain.decode("latin-1")
    for table in tables:
        width = max(map(len, table), default=1)
        pieces = (plain[place : place + width] for place in range(0, len(plain), width))
        yield "".join(table.get(piece, "") for piece in pieces)


def _table(body: bytes) -> dict[bytes, str]:
    """Return which letters the codes of a font mean."""
    table: dict[bytes, str] = {}
    for kind, lines in _SECTION.findall(body):
        if kind == b"bfchar":
            for code, letters in _CHARACTER.findall(lines):
                table[bytes.fromhex(code.decode())] = _letters(letters)
            continue
        for first, last, letters in _RANGE.findall(lines):
            low, high, width = int(first, 16), int(last, 16), len(first) // 2
            start = int(letters, 16)
            for step in range(min(high - low + 1, _MOST_CODES)):
                table[(low + step).to_bytes(width, "big")] = chr(min(start + step, 0x10FFFF))
    return table


def _letters(digits: bytes) -> str:
    return bytes.fromhex(digits.decode()).decode("utf-16-be", "replace")


def _bytes_of(string: bytes) -> bytes:
    """Return the bytes of a string object."""
    if string.startswith(b"<"):
        digits = re.sub(rb"\s", b"", string[1:-1])
        return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode())

    def plain(escape: re.Match[bytes]) -> bytes:
        if escape[1]:
            return bytes([int(escape[1], 8) & 0xFF])
        return _LETTERS.get(escape[2], b"" if escape[2] in (b"\n", b"\r\n") else escape[2])

    return _ESCAPE.sub(plain, string[1:-1])


def _decoded(string: bytes) -> str:
    """Return a string object as text."""
    plain = _bytes_of(string)
    if plain.startswith(b"\xfe\xff"):
        return plain[2:].decode("utf-16-be", "replace")
    return plain.decode("latin-1")
