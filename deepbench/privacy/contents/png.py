"""PNG pictures taken apart: what they say besides their pixels."""

from __future__ import annotations

import zlib

from deepbench.errors import DataError
from deepbench.privacy.contents.parts import Contents, unreadable
from deepbench.privacy.pictures import DRAWN, png_chunks

_LONGEST_TEXT = 1 << 24


def png_contents(content: bytes) -> Contents:
    """Return the texts and properties in a picture; what is drawn cannot be read.

    Raises:
        GateRefused: it is no picture, or holds what cannot be read.
    """
    found = Contents()
    try:
        end = 8
        for kind, whole in png_chunks(content):
            end += len(whole)
            if kind not in DRAWN:
                found.properties.append(_said(kind, whole[8:-4]))
    except (DataError, zlib.error, ValueError):
        raise unreadable("a PNG picture") from None
    if end != len(content):
        raise unreadable("a PNG picture")
    return found


def _said(kind: bytes, body: bytes) -> str:
    """Return what a part of a picture says."""
    key, _, rest = body.partition(b"\0")
    if kind == b"zTXt":
        body = key + b" " + _unpacked(rest[1:])
    elif kind == b"iTXt":
        packed, texts = rest[:1] == b"\1", rest[2:].split(b"\0", 2)
        if len(texts) != 3:
            raise ValueError
        body = b" ".join([key, *texts[:2], _unpacked(texts[2]) if packed else texts[2]])
    # Camera data and colour profiles have texts between their numbers.
    return body.replace(b"\0", b" ").decode("utf-8", "replace")


def _unpacked(body: bytes) -> bytes:
    return zlib.decompressobj().decompress(body, _LONGEST_TEXT)
