"""The parts of a cell that is more than a number: ``< 1,5 mg/dl`` has a sign and a unit.

Numbers with another decimal mark than the file's are told here, as are texts for values beyond
the range of a method and for results that are no number at all.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from deepbench.data.cells.unit_words import is_unit_behind
from deepbench.data.number_text import Decimal, WrittenNumbers, written_numbers

Kind = Literal["number", "limit", "limit without number", "infinite", "bookkeeping", "text"]
Notation = Literal["", "other decimal mark", "both decimal marks", "blanks", "unclear"]

_NUMBER = (
    "[+\\-\u2212\u2013\u2010\u2011]?[0-9.,'\u2019\u00a0\u2009\u202f]*[0-9][.,]?"
    "(?:[eE][+\\-\u2212\u2013]?[0-9]+)?"
)
_CELL = re.compile(
    rf"(?P<sign><=|>=|[<>≤≥])?\s*(?P<number>{_NUMBER})(?P<gap>\s*)(?P<unit>[^\s0-9].*)?"
)
_BLANKS = re.compile(r"([+-]?[1-9][0-9]{0,2})((?: [0-9]{3})+)(?![0-9])")
_BELOW = re.compile(
    r"<\s*(l?lo[dq]|mdl|idl|dl|bdl|limit.*|detection.*)\.?|l?lo[dq]|b[dq]l|bl[dq]|bloq|blod|b\.?d\.?l\.?"
    r"|below.*(detection|limit|lo[dq]|range).*|<\s*dl",
    re.IGNORECASE,
)
_ABOVE = re.compile(
    r">\s*(ulo[dq]|max.*|limit.*)|ulo[dq]|aloq|alq|overflow|ovrflw|over range|saturated"
    r"|above.*(limit|loq|range).*",
    re.IGNORECASE,
)
_INFINITE = re.compile(
    r"[+\-\u2212]?(inf|infinity|∞)|[+\-\u2212]?1\.?#(inf|ind|qnan|snan|nan|j).*", re.IGNORECASE
)
_BOOKKEEPING = re.compile(r"\(\s*[0-9][0-9.,]*\s*\)|[0-9][0-9.,]*\s?-")
_THOUSANDS = {
    mark: re.compile(rf"[+\-\u2212\u2013\u2010\u2011]?[1-9][0-9]{{0,2}}[{mark}][0-9]{{3}}")
    for mark in ",."
}
_MOST_LABELS = 10
_UNKNOWN_UNIT = re.compile(r"[^\W\d_]{2,20}")


@dataclass
class Part:
    """What a text is made of.

    Attributes:
        kind: What it is as a whole.
        below: Whether a limit is one from below.
        number: The number as it is written; empty if there is none.
        unit: The unit as it is written; empty if there is none.
        value: The number.
    """

    kind: Kind = "text"
    below: bool = True
    number: str = ""
    unit: str = ""
    value: float = field(default=np.nan)


@dataclass(frozen=True)
class Parts:
    """The parts of different texts of one column, and how its numbers are written.

    Attributes:
        of: Part of each text.
        notation: What is unusual about the numbers, all cells together.
        example: A text that shows it.
        grouped: Texts from which thousands separators were removed.
        dashed: Texts in which another dash was read as minus.
    """

    of: dict[str, Part]
    notation: Notation
    example: str
    grouped: frozenset[str]
    dashed: frozenset[str]


def take_apart(texts: Sequence[str], decimal: Decimal) -> Parts:
    """Take different texts apart.

    Args:
        texts: Texts of one column, those that are plain numbers included.
        decimal: Decimal mark of the file.
    """
    parts = {text: _part(text) for text in texts}
    _accept_common_word(parts)
    numbered = [text for text, part in parts.items() if part.number]
    written, values, notation, example = _values(parts, numbered, decimal)
    for text, value in zip(numbered, values, strict=True):
        parts[text].value = float(value)
        if np.isnan(value) and notation != "unclear":
            parts[text].kind = "infinite" if _is_overflow(parts[text].number) else "text"
    grouped = frozenset(t for t, flag in zip(numbered, written.grouped, strict=True) if flag)
    dashed = frozenset(t for t, flag in zip(numbered, written.dashes, strict=True) if flag)
    return Parts(parts, notation, example, grouped, dashed)


def _part(text: str) -> Part:
    if _BELOW.fullmatch(text):
        return Part("limit without number")
    if _ABOVE.fullmatch(text):
        return Part("limit without number", below=False)
    if _INFINITE.fullmatch(text):
        return Part("infinite")
    if _BOOKKEEPING.fullmatch(text):
        return Part("bookkeeping")
    # Blanks that separate thousands are told from others by putting another sign for them.
    match = _CELL.fullmatch(_BLANKS.sub(_without_blanks, text))
    if match is None:
        return Part()
    sign, unit = match["sign"] or "", (match["unit"] or "").strip()
    if unit and not is_unit_behind(match["gap"], unit):
        known = match["gap"] and _UNKNOWN_UNIT.fullmatch(unit)
        return Part("text", number=match["number"], unit=unit) if known else Part()
    return Part("limit" if sign else "number", sign[:1] in ("<", "≤"), match["number"], unit)


def _without_blanks(match: re.Match[str]) -> str:
    return match[1] + match[2].replace(" ", "\u2009")


def _accept_common_word(parts: dict[str, Part]) -> None:
    """Take a word that stands behind nearly all numbers for a unit: 1200 spheroids."""
    with_number = [part for part in parts.values() if part.number]
    words = {part.unit for part in with_number if part.kind == "text"}
    for part in parts.values():
        if part.kind == "text" and part.unit:
            if len(words) == 1 and len(with_number) == len(parts) > _MOST_LABELS:
                part.kind = "number"
            else:
                part.number = ""


def _values(
    parts: dict[str, Part], numbered: list[str], decimal: Decimal
) -> tuple[WrittenNumbers, NDArray[np.float64], Notation, str]:
    """Return the numbers, how they are written, and a text that shows what is unusual."""
    texts = np.array([parts[text].number for text in numbered], dtype=object)
    own = written_numbers(texts, decimal)
    blanks = next((t for t in numbered if _BLANKS.search(t)), "")
    odd = np.isnan(own.values) & ~np.array([_is_overflow(text) for text in texts], dtype=np.bool_)
    if not odd.any():
        return own, own.values, "blanks" if blanks else "", blanks
    other = written_numbers(texts, "." if decimal == "," else ",")
    example = numbered[int(np.argmax(odd))]
    if not np.isnan(other.values).any():
        sure = any(_is_sure(text, decimal) for text in texts)
        return other, other.values, "other decimal mark" if sure else "unclear", example
    if np.isnan(other.values[odd]).any():
        return own, own.values, "blanks" if blanks else "", blanks
    values = np.where(np.isnan(own.values), other.values, own.values)
    pairs = zip(numbered, texts, strict=True)
    unclear = next((text for text, number in pairs if _is_either(number)), "")
    if unclear:
        return own, values, "unclear", unclear
    return own, values, "both decimal marks", example


def _is_either(number: str) -> bool:
    """Whether a mark may be of thousands where some cells write the comma, others the point."""
    return any(pattern.fullmatch(number) for pattern in _THOUSANDS.values())


def _is_sure(text: str, decimal: Decimal) -> bool:
    """Whether the other mark cannot be one of thousands in a number."""
    mark = "." if decimal == "," else ","
    return text.count(mark) == 1 and _THOUSANDS[mark].fullmatch(text) is None


def _is_overflow(number: str) -> bool:
    """Whether a number is written as it should be, but lies beyond what can be counted with."""
    try:
        value = float(number.replace(",", ".").replace("\u2212", "-"))
    except ValueError:
        return False
    return bool(np.isinf(value))
