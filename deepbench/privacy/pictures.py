"""Pictures before they leave: what their bytes are, and PNG without anything but pixels."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

from deepbench.errors import DataError

_PNG = b"\x89PNG\r\n\x1a\n"
# What is needed to draw the picture. Texts, times, camera data and colour profiles (which carry
# names) are left behind.
DRAWN = frozenset(
    (b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"sBIT", b"pHYs")
)


def demand_picture(content: bytes, suffix: str) -> None:
    """Check that some bytes are a picture of the format they are named after.

    Args:
        content: The file.
        suffix: png, svg or pdf.

    Raises:
        DataError: they are not.
    """
    if suffix == "png":
        pixels_only(content)
    elif suffix == "pdf" and not content.startswith(b"%PDF-"):
        raise _not_a_picture("PDF")
    elif suffix == "svg" and (b"<svg" not in content[:4096] or b"<script" in content.lower()):
        raise _not_a_picture("SVG")


def is_pixels_only(content: bytes) -> bool:
    """Return whether some bytes are a PNG picture and nothing besides."""
    try:
        return pixels_only(content) == content
    except DataError:
        return False


def pixels_only(content: bytes) -> bytes:
    """Return a PNG picture without anything that is not drawn.

    Raises:
        DataError: it is no whole PNG picture.
    """
    chunks = list(png_chunks(content))
    kinds = [kind for kind, _ in chunks]
    if kinds[:1] != [b"IHDR"] or kinds[-1:] != [b"IEND"] or b"IDAT" not in kinds:
        raise _not_a_picture("PNG")
    return _PNG + b"".join(whole for kind, whole in chunks if kind in DRAWN)


def png_chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield kind and bytes of each part, up to the end mark.

    Raises:
        DataError: it is no whole PNG picture.
    """
    if not content.startswith(_PNG):
        raise _not_a_picture("PNG")
    place, kind = len(_PNG), b""
    while kind != b"IEND":
        if place + 12 > len(content):
            raise _not_a_picture("PNG")
        (length,) = struct.unpack_from(">I", content, place)
        kind, end = content[place + 4 : place + 8], place + 12 + length
        whole = content[place:end]
        if len(whole) < 12 + length or zlib.crc32(whole[4:-4]) != int.from_bytes(whole[-4:]):
            raise _not_a_picture("PNG")
        yield kind, whole
        place = end


def _not_a_picture(name: str) -> DataError:
    return DataError(
        f"The figure did not arrive as a {name} picture, so nothing was written.", "Try it again."
    )
