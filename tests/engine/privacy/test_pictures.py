"""Pictures: only pixels are left, and all of them."""

from __future__ import annotations

import io
import struct
import zlib

import matplotlib.image
import numpy as np
import pytest

from deepbench.errors import DataError
from deepbench.privacy.pictures import demand_picture, is_pixels_only, pixels_only

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(*extra: bytes, after: bytes = b"") -> bytes:
    rows = b"".join(
        b"\x00" + bytes([30 * row + column for column in range(4)]) for row in range(3)
    )
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 4, 3, 8, 0, 0, 0, 0))
    body = chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return SIGNATURE + head + b"".join(extra) + body + after


def pixels(content: bytes) -> np.ndarray:
    return np.asarray(matplotlib.image.imread(io.BytesIO(content), format="png"))


def test_texts_and_what_follows_are_left_behind() -> None:
    name = b"Anna Schmidt"
    full = png(
        chunk(b"tEXt", b"Author\x00" + name),
        chunk(b"pHYs", struct.pack(">IIB", 3000, 3000, 1)),
        chunk(b"iCCP", name + b"\x00\x00" + zlib.compress(b"profile")),
        chunk(b"eXIf", name),
        after=name,
    )
    clean = pixels_only(full)
    assert name not in clean
    assert b"pHYs" in clean
    assert np.array_equal(pixels(clean), pixels(full))
    assert is_pixels_only(clean)
    assert not is_pixels_only(full)
    assert pixels_only(clean) == clean


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"sample,value\nP1,2\n",
        SIGNATURE,
        png()[:-6],
        png().replace(b"IDAT", b"IDAX"),
        SIGNATURE + chunk(b"IEND", b""),
        SIGNATURE + struct.pack(">I", 2**31) + b"IHDR",
    ],
)
def test_what_is_no_png_is_told(content: bytes) -> None:
    with pytest.raises(DataError, match="did not arrive as a PNG picture"):
        demand_picture(content, "png")
    assert not is_pixels_only(content)


def test_other_formats_by_their_beginning() -> None:
    demand_picture(b"%PDF-1.4 ...", "pdf")
    demand_picture(b'<?xml version="1.0"?><svg xmlns="x"/>', "svg")
    for content, suffix in ((b"a,b", "pdf"), (b"a,b", "svg"), (b"<svg><script/></svg>", "svg")):
        with pytest.raises(DataError, match=suffix.upper()):
            demand_picture(content, suffix)
