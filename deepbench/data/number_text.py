"""Numbers written as text: which cells are numbers, and which mark is the decimal one.

The grammar is stricter than Python's: no ``inf``, ``nan``, ``0x10`` or ``1_000``. Whole blocks
are matched and converted by Arrow (RE2 and a correctly rounded parser), never cell by cell.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from deepbench.data.text_cells import Texts, as_arrow, edge_bytes, lengths_in_bytes

Decimal = Literal[".", ","]

_EXPONENT = r"([eE][+-]?\d+)?"
_PLAIN = {
    ".": rf"^[+-]?(\d+\.?\d*|\.\d+){_EXPONENT}$",
    ",": rf"^[+-]?(\d+,?\d*|,\d+){_EXPONENT}$",
}
# Groups of three: "1,234", "1,234.5". With a decimal comma "1.234" alone could be either, so
# that groups count only where they cannot be misread: "1.234,5", "1.234.567".
_GROUPED = {
    ".": r"^[+-]?\d{1,3}(,\d{3})+(\.\d*)?$",
    ",": r"^[+-]?\d{1,3}(\.\d{3})+,\d*$|^[+-]?\d{1,3}(\.\d{3}){2,}$",
}
_SURE_COMMA = (
    rf"^[+-]?(\d*,(\d{{1,2}}|\d{{4,}}){_EXPONENT}|0?,\d+{_EXPONENT}|\d+,\d+[eE][+-]?\d+)$"
)
_EITHER_COMMA = r"^[+-]?[1-9]\d{0,2},\d{3}$"
_SURE_POINT = (
    rf"^[+-]?(\d*\.(\d{{1,2}}|\d{{4,}}){_EXPONENT}|0?\.\d+{_EXPONENT}|\d+\.\d+[eE][+-]?\d+)$"
    r"|^[+-]?\d{1,3}(,\d{3}){2,}$|^[+-]?\d{1,3}(,\d{3})+\.\d*$"
)
_WHOLE_BELOW = 1e16  # from here on Python writes whole numbers with an exponent
_IDENTIFIER = r"^[+-]?0\d+$|^[+-]?\d{16,}$"
_SIGNS = np.frombuffer(b"0+-", dtype=np.uint8)
_MANY_DIGITS = 16


def matches(arrow: Any, pattern: str) -> NDArray[np.bool_]:
    """Return (m,) whether each text matches an RE2 pattern."""
    found: NDArray[np.bool_] = pc.match_substring_regex(arrow, pattern).to_numpy(
        zero_copy_only=False
    )
    return found


def parse_numbers(texts: Texts | Any, decimal: Decimal) -> tuple[NDArray[np.float64], int]:
    """Return the numbers written in a flat array of texts, NaN where there is none.

    Args:
        texts: (m,) trimmed texts, as an Arrow array or as Python's.
        decimal: Decimal mark. Thousands groups with the other mark are understood.

    Returns:
        (m,) values, correctly rounded; a number beyond the range of float64 counts as text. And
        the number of cells from which thousands separators were removed.
    """
    arrow = _arrow(texts)
    plain = matches(arrow, _PLAIN[decimal])
    prepared = pc.replace_substring(arrow, ",", ".") if decimal == "," else arrow
    values = _cast(prepared, plain)
    others = np.flatnonzero(~plain)
    grouped = np.zeros(len(plain), dtype=np.bool_)
    if len(others):
        grouped[others] = matches(arrow.take(pa.array(others)), _GROUPED[decimal])
    number = int(grouped.sum())
    if number:
        mark = "." if decimal == "," else ","
        rest = pc.replace_substring(arrow.filter(pa.array(grouped)), mark, "")
        rest = pc.replace_substring(rest, ",", ".")
        values[grouped] = _cast(rest, np.ones(number, dtype=np.bool_))
    values[np.isinf(values)] = np.nan
    return values, number


def _arrow(texts: Texts | Any) -> Any:
    return texts if isinstance(texts, pa.Array) else as_arrow(texts)


def _cast(arrow: Any, wanted: NDArray[np.bool_]) -> NDArray[np.float64]:
    whole = bool(wanted.all())
    chosen = arrow if whole else pc.if_else(pa.array(wanted), arrow, pa.scalar(None, arrow.type))
    values: NDArray[np.float64] = np.array(
        pc.cast(chosen, pa.float64()).to_numpy(zero_copy_only=False), dtype=np.float64
    )
    return values


def looks_like_identifier(texts: Texts | Any) -> NDArray[np.bool_]:
    """Return (m,) whether a number is written as only an identifier is: 00123, or 16 digits."""
    arrow = _arrow(texts)
    first, _ = edge_bytes(arrow)
    lengths = lengths_in_bytes(arrow)
    # Most numbers are told apart by their first sign or length, which costs less than matching.
    perhaps = np.flatnonzero((np.isin(first, _SIGNS) & (lengths > 1)) | (lengths >= _MANY_DIGITS))
    found = np.zeros(len(arrow), dtype=np.bool_)
    if len(perhaps):
        found[perhaps] = matches(arrow.take(pa.array(perhaps)), _IDENTIFIER)
    return found


def detect_decimal(texts: Texts | Any) -> tuple[Decimal | None, NDArray[np.int64]]:
    """Tell the decimal mark of the numbers in a flat array of texts.

    A comma is the decimal mark where some cell has one that is not followed by exactly three
    digits, and points are not used that way more often. If the only commas are as in ``1,234``
    and no cell shows what points mean, both readings are possible.

    Returns:
        The mark, or None if both readings are possible; and the places of the cells like
        ``1,234``.
    """
    arrow = _arrow(texts)
    either = np.flatnonzero(matches(arrow, _EITHER_COMMA))
    commas = int(matches(arrow, _SURE_COMMA).sum())
    points = int(matches(arrow, _SURE_POINT).sum()) if commas or len(either) else 0
    if commas > points:
        return ",", either
    if len(either) and not commas and not points:
        return None, either
    return ".", either


def number_text(value: float) -> str:
    """Return a number in its shortest exact form; nothing where it is missing."""
    if np.isnan(value):
        return ""
    if value.is_integer() and abs(value) < _WHOLE_BELOW:
        return str(int(value))
    return repr(value)
