"""Reads the text of a PDF back, page by page: another implementation than the gate's reader."""

from __future__ import annotations

import re
import zlib

_OBJECT = re.compile(rb"\n(\d+) 0 obj\b(.*?)endobj", re.DOTALL)
_STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)
_PAIR = re.compile(rb"<([0-9A-F]{2})> <([0-9A-F]+)>")
_DRAWN = re.compile(rb"/(F\d+(?:\+\d+)?) [\d.]+ Tf|\(((?:\\.|[^\\()])*)\) Tj", re.DOTALL)
_ESCAPE = re.compile(rb"\\(?:([0-7]{3})|(.))", re.DOTALL)


def pages_of(pdf: bytes) -> list[str]:
    """Return the text drawn on each page, a line for each piece."""
    objects = {int(number): body for number, body in _OBJECT.findall(pdf)}
    letters = {
        name: _letters(objects, int(number))
        for name, number in re.findall(rb"/(F\d+\+\d+) (\d+) 0 R", pdf)
    }
    contents = [
        int(number)
        for body in objects.values()
        if re.search(rb"/Type /Page\b", body)
        for number in re.findall(rb"/Contents (\d+) 0 R", body)
    ]
    return [_text(_unpacked(objects[number]), letters) for number in contents]


def _unpacked(body: bytes) -> bytes:
    found = _STREAM.search(body)
    assert found is not None
    return zlib.decompressobj().decompress(found[1])


def _letters(objects: dict[int, bytes], font: int) -> dict[int, str]:
    found = re.search(rb"/ToUnicode (\d+) 0 R", objects[font])
    assert found is not None
    table = _unpacked(objects[int(found[1])]).partition(b"beginbfchar")[2]
    return {int(code, 16): chr(int(letter, 16)) for code, letter in _PAIR.findall(table)}


def _text(stream: bytes, letters: dict[bytes, dict[int, str]]) -> str:
    lines, table = [], {}
    for font, text in _DRAWN.findall(stream):
        if font:
            table = letters.get(font, {})
            continue
        plain = _ESCAPE.sub(lambda hit: bytes([int(hit[1], 8)]) if hit[1] else hit[2], text)
        lines.append("".join(table[code] for code in plain))
    return "\n".join(lines)
