"""safetensors files taken apart: a header in JSON, then numbers."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deepbench.privacy.contents.parts import Contents, unreadable

_KINDS = {
    "F64": "<f8",
    "F32": "<f4",
    "F16": "<f2",
    "I64": "<i8",
    "I32": "<i4",
    "I16": "<i2",
    "I8": "i1",
    "U8": "u1",
    "BOOL": "?",
}


def safetensors_contents(content: bytes) -> Contents:
    """Return names, properties and numbers in a safetensors file.

    Raises:
        GateRefused: it is none, or holds bytes that belong to no array.
    """
    try:
        length = int.from_bytes(content[:8], "little")
        header = json.loads(content[8 : 8 + length])
        found, body, used = Contents(), content[8 + length :], 0
        for name, entry in sorted(header.items(), key=_begin):
            if name == "__metadata__":
                found.properties += [*entry, *map(str, entry.values())]
                continue
            begin, end = entry["data_offsets"]
            if begin != used:
                raise ValueError
            used = end
            found.texts.append(name)
            found.add_array(_array(entry, body[begin:end]))
        if used != len(body):
            raise ValueError
    except (ValueError, KeyError, TypeError, AttributeError):
        raise unreadable("a safetensors file") from None
    return found


def _begin(item: tuple[str, Any]) -> int:
    name, entry = item
    return -1 if name == "__metadata__" else int(entry["data_offsets"][0])


def _array(entry: dict[str, Any], body: bytes) -> NDArray[np.float64]:
    values: NDArray[Any]
    if entry["dtype"] == "BF16":
        high = np.frombuffer(body, dtype="<u2").astype(np.uint32) << 16
        values = high.view(np.float32)
    else:
        values = np.frombuffer(body, dtype=_KINDS[entry["dtype"]])
    return values.reshape(entry["shape"]).astype(np.float64)
