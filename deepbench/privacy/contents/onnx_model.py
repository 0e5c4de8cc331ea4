"""ONNX models taken apart, without the library: fields of a protocol buffer, however deep.

What a field means is not needed to find a name or a row in it: every field is looked at as text,
as numbers, and as a message of further fields. Only what must not be in a model that leaves is
looked for by its place: operators of somebody's own, functions, data in other files.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deepbench.errors import GateRefused
from deepbench.privacy.contents.parts import Contents, unreadable

# Places in onnx.proto.
_GRAPH, _OPERATOR_SETS, _FUNCTIONS, _PROPERTIES = 7, 8, 25, 14
_SAYS_OF_ITSELF = frozenset({2, 3, 4, 6})  # producer, its version, domain, description
_NODES, _INITIALIZERS, _DOMAIN_OF_NODE, _DOMAIN_OF_SET = 1, 5, 7, 1
_EXTERNAL_DATA, _DATA_LOCATION = 13, 14
_DOMAINS = frozenset({b"", b"ai.onnx", b"ai.onnx.ml"})
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_DEEPEST = 24


@dataclass(frozen=True)
class _Field:
    """One field: its number, its wire type, and its bytes (or its value as bytes)."""

    number: int
    wire: int
    body: bytes


def onnx_contents(content: bytes) -> Contents:
    """Return texts, properties and numbers in an ONNX model.

    Raises:
        GateRefused: it is none, or needs more than the operators of the standard.
    """
    fields = _message(content)
    if not fields or not any(field.number == _GRAPH for field in fields):
        raise unreadable("an ONNX model")
    _demand_standard(fields)
    found = Contents()
    for field in fields:
        if field.wire == _BYTES and field.number in _SAYS_OF_ITSELF:
            found.properties.append(field.body.decode("utf-8", "replace"))
        elif field.wire == _BYTES and field.number == _PROPERTIES:
            pair = _message(field.body) or []
            found.properties += [each.body.decode("utf-8", "replace") for each in pair]
    _look(content, found, 0)
    return found


def _demand_standard(fields: list[_Field]) -> None:
    sets = _inner(fields, _OPERATOR_SETS)
    graphs = list(_inner(fields, _GRAPH))
    nodes = [node for graph in graphs for node in _inner(graph, _NODES)]
    domains = [each.body for parts in sets for each in parts if each.number == _DOMAIN_OF_SET]
    domains += [each.body for node in nodes for each in node if each.number == _DOMAIN_OF_NODE]
    own = not _DOMAINS.issuperset(domains) or any(each.number == _FUNCTIONS for each in fields)
    arrays = (array for graph in graphs for array in _inner(graph, _INITIALIZERS))
    elsewhere = any(
        part.number == _EXTERNAL_DATA or (part.number == _DATA_LOCATION and any(part.body))
        for array in arrays
        for part in array
    )
    if own or elsewhere:
        raise GateRefused(
            "The ONNX model needs operators or data of its own, so it stays.",
            "Report it as a fault of the program.",
        )


def _inner(fields: list[_Field], number: int) -> Iterator[list[_Field]]:
    """Yield the messages that stand in a field."""
    for field in fields:
        if field.number == number and field.wire == _BYTES:
            inner = _message(field.body)
            if inner is None:
                raise unreadable("an ONNX model")
            yield inner


def _look(content: bytes, found: Contents, depth: int) -> None:
    """Take over what a message holds."""
    fields = _message(content) or []
    if depth > _DEEPEST:
        raise unreadable("an ONNX model")
    for wire, kind in ((_FIXED32, "<f4"), (_FIXED64, "<f8")):
        for number in {field.number for field in fields if field.wire == wire}:
            body = b"".join(f.body for f in fields if f.wire == wire and f.number == number)
            found.add_array(np.frombuffer(body, dtype=kind))
    for field in fields:
        if field.wire != _BYTES or not field.body:
            continue
        if text := _text(field.body):
            found.texts.append(text)
        for kind in ("<f4", "<f8", "<i8"):
            if len(field.body) >= 8 and len(field.body) % int(kind[2]) == 0:
                found.add_array(_finite(np.frombuffer(field.body, dtype=kind)))
        if _message(field.body):
            _look(field.body, found, depth + 1)
    _add_columns(fields, found)


def _add_columns(fields: list[_Field], found: Contents) -> None:
    """Take over an array of two dimensions once more, column by column."""
    sizes = [field for field in fields if field.number == 1 and field.wire in (_VARINT, _BYTES)]
    shape = [size for field in sizes for size in _varints(field.body)]
    if len(shape) != 2 or min(shape) < 2:
        return
    for field in fields:
        for kind in ("<f4", "<f8"):
            if field.wire == _BYTES and len(field.body) == shape[0] * shape[1] * int(kind[2]):
                values = np.frombuffer(field.body, dtype=kind).reshape(shape)
                found.add_array(_finite(values.T.ravel()))


def _finite(values: NDArray[Any]) -> NDArray[np.float64]:
    with np.errstate(all="ignore"):
        plain = values.astype(np.float64)
    return np.where(np.isfinite(plain), plain, np.nan)


def _text(body: bytes) -> str:
    """Return a field as text; empty if it is none."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return ""
    return text if text.isprintable() else ""


def _message(content: bytes) -> list[_Field] | None:
    """Return the fields of a message; None if the bytes are none."""
    fields, place = [], 0
    try:
        while place < len(content):
            tag, place = _varint(content, place)
            number, wire = tag >> 3, tag & 7
            if not 0 < number < 1 << 20:
                return None
            if wire == _VARINT:
                end = _varint(content, place)[1]
            elif wire == _BYTES:
                length, place = _varint(content, place)
                end = place + length
            elif wire in (_FIXED32, _FIXED64):
                end = place + (4 if wire == _FIXED32 else 8)
            else:
                return None
            if end > len(content):
                return None
            fields.append(_Field(number, wire, content[place:end]))
            place = end
    except IndexError:
        return None
    return fields


def _varint(content: bytes, place: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = content[place]
        value |= (byte & 0x7F) << shift
        place += 1
        if byte < 0x80:
            return value, place
        shift += 7
        if shift > 63:
            raise IndexError


def _varints(body: bytes) -> list[int]:
    values, place = [], 0
    try:
        while place < len(body):
            value, place = _varint(body, place)
            values.append(value)
    except IndexError:
        return []
    return values
