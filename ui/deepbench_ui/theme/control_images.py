"""The marks inside controls: ticks, dots and arrows.

A style sheet takes images from files or from Qt resources, nothing else. The marks are tinted
at run time and the window writes no files, so they become a Qt resource in memory. Its format
is that of Qt's resource compiler, version 1 (``qtbase/src/tools/rcc/rcc.cpp``): a tree, a table
of names, and the contents.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from PySide6.QtCore import QBuffer, QIODevice, qRegisterResourceData

from deepbench_ui.theme.drawing import draw_pixmap
from deepbench_ui.theme.tokens import Tokens

_FORMAT = 1
_FOLDER_FLAG = 2
_ANY_COUNTRY = 0
_C_LANGUAGE = 1
_SCALES = (1, 2, 3)


@dataclass(frozen=True)
class _Mark:
    name: str
    icon: str
    token: str
    size: int


_MARKS = (
    _Mark("check", "check", "on_accent", 14),
    _Mark("check-disabled", "check", "surface", 14),
    _Mark("dash", "dash", "on_accent", 14),
    _Mark("dot", "dot", "on_accent", 14),
    _Mark("dot-disabled", "dot", "surface", 14),
    _Mark("up", "chevron-up", "text_muted", 14),
    _Mark("up-disabled", "chevron-up", "disabled_text", 14),
    _Mark("down", "chevron-down", "text_muted", 14),
    _Mark("down-disabled", "chevron-down", "disabled_text", 14),
    _Mark("right", "chevron-right", "text_muted", 14),
)

# Qt keeps pointers to these bytes, so they live as long as the program.
_registered: dict[str, tuple[bytes, bytes, bytes]] = {}


def control_images(tokens: Tokens) -> str:
    """Return the folder, as a Qt resource, that holds a theme's marks as PNG files."""
    if tokens.name not in _registered:
        folder = f"deepbench-{tokens.name}"
        blocks = _resource(folder, _files(tokens))
        _registered[tokens.name] = blocks
        qRegisterResourceData(_FORMAT, *blocks)
    return f":/deepbench-{tokens.name}"


def _files(tokens: Tokens) -> dict[str, bytes]:
    """Return the marks by file name; Qt takes ``name@2x.png`` on screens of that scale."""
    files: dict[str, bytes] = {}
    for mark in _MARKS:
        for scale in _SCALES:
            suffix = "" if scale == 1 else f"@{scale}x"
            side = mark.size * scale
            files[f"{mark.name}{suffix}.png"] = _png(mark.icon, tokens.colours[mark.token], side)
    return files


def _png(icon: str, colour: str, side: int) -> bytes:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    draw_pixmap(icon, colour, side, side).save(buffer, "PNG")
    return bytes(buffer.data().data())


def _resource(folder: str, files: dict[str, bytes]) -> tuple[bytes, bytes, bytes]:
    """Return tree, names and contents of one folder of files."""
    # Qt looks names up by bisection of their hashes.
    ordered = sorted(files, key=_hash)
    names, contents = _Block(), _Block()
    tree = struct.pack(">IHII", 0, _FOLDER_FLAG, 1, 1)
    tree += struct.pack(">IHII", names.add(_name(folder)), _FOLDER_FLAG, len(ordered), 2)
    for file in ordered:
        name = names.add(_name(file))
        content = contents.add(struct.pack(">I", len(files[file])) + files[file])
        tree += struct.pack(">IHHHI", name, 0, _ANY_COUNTRY, _C_LANGUAGE, content)
    return tree, bytes(names.data), bytes(contents.data)


class _Block:
    """Entries one after the other, known by their offsets."""

    def __init__(self) -> None:
        self.data = bytearray()

    def add(self, entry: bytes) -> int:
        offset = len(self.data)
        self.data += entry
        return offset


def _name(text: str) -> bytes:
    return struct.pack(">HI", len(text), _hash(text)) + text.encode("utf-16-be")


def _hash(text: str) -> int:
    """Return Qt's hash of a resource name (``qt_hash``)."""
    value = 0
    for letter in text:
        value = (value << 4) + ord(letter)
        value ^= (value & 0xF0000000) >> 23
        value &= 0x0FFFFFFF
    return value
