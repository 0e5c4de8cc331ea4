"""PDF documents taken apart: properties, and the text that is drawn.

Only what is needed to find a name again: strings of all objects, and of drawn text, decoded with
the tables that the file itself gives for its fonts. Of a document that draws text of which nothing
can be read, that is said.
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
_BLOCK = re.compile(rb"\bBT\b(.*?)\bET\b", re.DOTALL)
_RANGE = re.compile(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*(?:<([0-9A-Fa-f]+)>|\[([^\]]*)\])")
_HEX = re.compile(rb"<([0-9A-Fa-f]+)>")
_CHARACTER = re.compile(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>")
_SECTION = re.compile(rb"begin(bfchar|bfrange)(.*?)end\1", re.DOTALL)
_ESCAPE = re.compile(rb"\\(?:([0-7]{1,3})|(\r\n|.))", re.DOTALL)
_LETTERS = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
_MOST = 1 << 28
_WORD = re.compile(r"[^\W_]{2,}")
_MOST_CODES = 1 << 16


def pdf_contents(content: bytes) -> Contents:
    """Return what is inside a PDF document.

    Raises:
        GateRefused: it is none, is encrypted, or runs something.
    """
    if not content.startswith(b"%PDF-"):
        raise unreadable("a PDF document")
    outside, streams = _apart(content)
    packed = [body for head, body in streams if b"/ObjStm" in head]
    objects = b"\n".join([outside, *packed])
    if b"/Encrypt" in objects or _ACTIVE.search(objects):
        raise unreadable("a plain PDF document")
    # The rest are keys and hashes, which look like anything.
    said = filter(str.isprintable, map(_decoded, _STRING.findall(objects)))
    found = Contents(properties=list(said))
    tables = [_table(body) for _, body in streams if b"begincmap" in body]
    drawn = 0
    for head, body in streams:
        if b"/Metadata" in head or body.lstrip().startswith(b"<?xpacket"):
            found.properties.append(body.decode("utf-8", "replace"))
        elif b"/ObjStm" not in head and b"begincmap" not in body and b"/Image" not in head:
            drawn += len(_SHOWN.findall(body))
            found.texts += _readings(body, tables)
            found.add_array(numbers_in(body.decode("latin-1")))
    found.unread = any(map(_is_photograph, (head for head, _ in streams))) or (
        drawn > 0 and not any(_WORD.search(text) for text in found.texts)
    )
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
    if _is_photograph(head):
        return b""
    raise unreadable("a PDF document")


def _is_photograph(head: bytes) -> bool:
    """Whether a stream is a picture that may say where and by whom it was taken."""
    method = _FILTER.search(head)
    return method is not None and method[1] in (b"DCTDecode", b"JPXDecode")


def _readings(body: bytes, tables: list[dict[bytes, str]]) -> Iterator[str]:
    """Yield what is drawn, by each table of the file's fonts.

    Some programs draw letter by letter, others word by word, so the pieces of a block of text are
    put together without spaces and with them.
    """
    blocks = [
        [b"".join(map(_bytes_of, _STRING.findall(shown))) for shown in _SHOWN.findall(block)]
        for block in _BLOCK.findall(body)
    ]
    for table in (None, *tables):
        for pieces in blocks:
            letters = [_read(piece, table) for piece in pieces]
            yield "".join(letters)
            yield " ".join(letters)
        yield " ".join("".join(_read(piece, table) for piece in pieces) for pieces in blocks)


def _read(codes: bytes, table: dict[bytes, str] | None) -> str:
    if table is None:
        return codes.decode("latin-1")
    width = max(map(len, table), default=1)
    return "".join(
        table.get(codes[place : place + width], "") for place in range(0, len(codes), width)
    )


def _table(body: bytes) -> dict[bytes, str]:
    """Return which letters the codes of a font mean."""
    table: dict[bytes, str] = {}
    for kind, lines in _SECTION.findall(body):
        if kind == b"bfchar":
            for code, letters in _CHARACTER.findall(lines):
                table[bytes.fromhex(code.decode())] = _letters(letters)
            continue
        for first, last, start, listed in _RANGE.findall(lines):
            low, width = int(first, 16), len(first) // 2
            count = min(int(last, 16) - low + 1, _MOST_CODES)
            if start:
                begin = int(start, 16)
                letters = [chr(min(begin + step, 0x10FFFF)) for step in range(count)]
            else:
                letters = [_letters(each) for each in _HEX.findall(listed)]
            for step, letter in enumerate(letters):
                table[(low + step).to_bytes(width, "big")] = letter
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
