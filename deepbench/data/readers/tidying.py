"""Cells without spaces around them, with composed accents and nothing invisible; all counted."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from deepbench.data.readers.header import visible
from deepbench.data.text_cells import TextCells, as_arrow, buffers, not_ascii
from deepbench.study.records import Conversion

_SPACE, _LAST_ASCII = 32, 126
_INVISIBLE = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x{9f}\p{Cf}]"


def tidy_cells(cells: TextCells) -> tuple[TextCells, list[Conversion]]:
    """Return tidied cells, and what was changed about them."""
    counts = np.zeros(3, dtype=np.int64)
    parts = []
    for part in cells.parts:
        flat, changed = _tidy(part.flat)
        counts += changed
        parts.append(replace(part, flat=flat))
    changes = (
        "spaces around cells removed",
        "accents composed (NFC)",
        "hidden characters made visible, as in ⟦U+202E⟧",
    )
    notes = [
        Conversion(column="(cells)", what=what, count=int(n))
        for what, n in zip(changes, counts, strict=True)
        if n
    ]
    return (replace(cells, parts=tuple(parts)) if notes else cells), notes


def _tidy(flat: Any) -> tuple[Any, tuple[int, int, int]]:
    places = _doubtful(flat)
    if not len(places):
        return flat, (0, 0, 0)
    before = flat.take(pa.array(places))
    stripped = pc.utf8_trim_whitespace(before)
    composed = pc.utf8_normalize(stripped, form="NFC")
    shown, hidden = _with_hidden_shown(composed)
    counts = (_differences(before, stripped), _differences(stripped, composed), hidden)
    if not any(counts):
        return flat, counts
    changed = np.zeros(len(flat), dtype=np.bool_)
    changed[places] = True
    return pc.replace_with_mask(flat, pa.array(changed), shown), counts


def _doubtful(flat: Any) -> NDArray[np.int64]:
    """Return the places of texts with blanks, control characters, or other signs than ASCII."""
    offsets, content = buffers(flat)
    used = content[offsets[0] : offsets[-1]] if len(offsets) else content[:0]
    if not used.size or (used.min() > _SPACE and used.max() <= _LAST_ASCII):
        return np.zeros(0, dtype=np.int64)
    odd = np.flatnonzero((used <= _SPACE) | (used == _LAST_ASCII + 1)) + offsets[0]
    places = np.unique(np.searchsorted(offsets, odd, side="right") - 1)
    foreign = not_ascii(flat)
    if foreign is not None:
        places = np.union1d(places, np.flatnonzero(foreign))
    return places.astype(np.int64)


def _with_hidden_shown(texts: Any) -> tuple[Any, int]:
    found = pc.match_substring_regex(texts, _INVISIBLE)
    number = int(pc.sum(found).as_py() or 0)
    if not number:
        return texts, 0
    shown = as_arrow([visible(text) for text in texts.filter(found).to_pylist()])
    return pc.replace_with_mask(texts, found, shown.cast(texts.type)), number


def _differences(before: Any, after: Any) -> int:
    return int(pc.sum(pc.not_equal(before, after)).as_py() or 0)
