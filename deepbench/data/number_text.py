"""Numbers written as text: which cells are numbers, and which mark is the decimal one.

The grammar is stricter than Python's: no ``inf``, ``nan``, ``0x10`` or ``1_000``. Whole blocks
are matched and converted by Arrow (RE2 and a correctly rounded parser), never cell by cell.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from deepbench.data.text_cells import Texts, as_arrow, not_ascii

Decimal = Literal[".", ","]

_EXPONENT = r"([eE][+-]?\d+)?"
PLAIN_POINT = rf"^[+-]?(\d+\.?\d*|\.\d+){_EXPONENT}$"
_PLAIN = {
    ".": PLAIN_POINT,
    ",": rf"^[+-]?(\d+,?\d*|,\d+){_EXPONENT}$",
}
# Signs that separate thousands and cannot be anything else inside of a number: the apostrophe of
# Switzerland, straight and curved, and the no-break, thin and narrow no-break spaces.
_GAPS = "'\u2019\u00a0\u2009\u202f"
# Minus sign, en dash, hyphen and no-break hyphen, as word processors and typesetters put them.
_DASHES = "[\u2212\u2013\u2010\u2011]"


def _gapped(decimal: str) -> str:
    """Return patterns of groups of three, the same gap between all of them."""
    return "".join(rf"|^[+-]?[1-9]\d{{0,2}}({gap}\d{{3}})+({decimal}\d*)?$" for gap in _GAPS)


# Groups of three: "1,234", "1,234.5". With a decimal comma "1.234" alone could be either, so
# that groups count only where they cannot be misread: "1.234,5", "1.234.567". None begins with 0:
# "0,001" is a fraction, whatever the rest of the file says.
_GROUPED = {
    ".": r"^[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d*)?$" + _gapped(r"\."),
    ",": r"^[+-]?[1-9]\d{0,2}(\.\d{3})+,\d*$|^[+-]?[1-9]\d{0,2}(\.\d{3}){2,}$" + _gapped(","),
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
# 00123; 16 digits, more than a number can hold exactly; the name 2310009E13 of a clone.
IDENTIFIER = r"^[+-]?0\d+$|^[+-]?\d{16,}$|^\d{4,}[eE]\d{1,3}$"


def matches(arrow: Any, pattern: str) -> NDArray[np.bool_]:
    """Return (m,) whether each text matches an RE2 pattern."""
    found: NDArray[np.bool_] = pc.match_substring_regex(arrow, pattern).to_numpy(
        zero_copy_only=False
    )
    return found


@dataclass(frozen=True)
class WrittenNumbers:
    """Numbers as they are written in a flat array of texts; all arrays (m,).

    Attributes:
        values: The numbers, correctly rounded; NaN where there is none. A number beyond the range
            of float64 counts as text.
        grouped: Whether thousands separators were removed.
        dashes: Whether another dash (such as U+2212) was read as a minus sign.
    """

    values: NDArray[np.float64]
    grouped: NDArray[np.bool_]
    dashes: NDArray[np.bool_]


def written_numbers(texts: Texts | Any, decimal: Decimal) -> WrittenNumbers:
    """Return the numbers written in a flat array of trimmed texts.

    Args:
        texts: (m,) texts, as an Arrow array or as Python's.
        decimal: Decimal mark. Thousands groups with the other mark, with an apostrophe, or with
            a narrow or no-break space are understood.
    """
    arrow = _arrow(texts)
    dashes = np.zeros(len(arrow), dtype=np.bool_)
    foreign = not_ascii(arrow)
    if foreign is not None:
        dashes = matches(arrow, _DASHES)
        if dashes.any():
            arrow = pc.replace_substring_regex(arrow, _DASHES, "-")
    plain = matches(arrow, _PLAIN[decimal])
    prepared = pc.replace_substring(arrow, ",", ".") if decimal == "," else arrow
    values = _cast(prepared, plain)
    others = np.flatnonzero(~plain)
    grouped = np.zeros(len(plain), dtype=np.bool_)
    if len(others):
        grouped[others] = matches(arrow.take(pa.array(others)), _GROUPED[decimal])
    if grouped.any():
        mark = "." if decimal == "," else ","
        rest = pc.replace_substring_regex(arrow.filter(pa.array(grouped)), f"[{mark}{_GAPS}]", "")
        rest = pc.replace_substring(rest, ",", ".")
        values[grouped] = _cast(rest, np.ones(int(grouped.sum()), dtype=np.bool_))
    values[np.isinf(values)] = np.nan
    found = ~np.isnan(values)
    return WrittenNumbers(values, grouped & found, dashes & found)


def parse_numbers(texts: Texts | Any, decimal: Decimal) -> tuple[NDArray[np.float64], int]:
    """Return the (m,) values of `written_numbers`, and how many had thousands separators."""
    written = written_numbers(texts, decimal)
    return written.values, int(written.grouped.sum())


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
    return matches(_arrow(texts), IDENTIFIER)


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
