"""Codes for "missing": the usual ones, those of the plan, and numbers that may be some."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from deepbench.data.number_text import Decimal, parse_numbers
from deepbench.data.text_cells import Texts

#: Codes for "missing" among numbers, compared without regard to case.
MISSING_CODES = (
    "", "na", "n/a", "nan", "null", "none", "nil", "missing", "unknown", "?", ".", "-", "--",
    "n.a.", "n.d.", "nd", "n/d", "#n/a", "#div/0!", "#value!", "#num!", "#null!", "#ref!",
    "#name?", "<na>",
)  # fmt: skip


class Codes:
    """Codes for missing values, as texts without regard to case and as numbers (-9 is -9.0)."""

    def __init__(self, codes: Iterable[str], decimal: Decimal) -> None:
        self._texts = frozenset(code.strip().casefold() for code in codes) - {""}
        values, _ = parse_numbers(np.array(sorted(self._texts), dtype=object), decimal)
        self.numbers = tuple(float(value) for value in values[~np.isnan(values)])

    def among(self, texts: Iterable[str]) -> NDArray[np.bool_]:
        """Return (m,) whether each text is one of the codes as it is written."""
        return np.array([text.casefold() in self._texts for text in texts], dtype=np.bool_)

    def missing(self, texts: Texts, numbers: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Return (n,) whether each cell of a column is a code, as a text or as a number."""
        found = self.among(texts)
        for value in self.numbers:
            found |= numbers == value
        return found


def named_columns(
    missing_in: Mapping[str, Sequence[str]], columns: Sequence[str]
) -> dict[str, list[str]]:
    """Return the codes of single columns under the names that the columns have in the file.

    Names that no column has are passed over: a table of new samples need not have all columns.
    """
    if not missing_in:
        return {}
    known = set(columns)
    folded: dict[str, list[str]] = {}
    for column in columns:
        folded.setdefault(_folded(column), []).append(column)
    found: dict[str, list[str]] = {}
    for name, codes in missing_in.items():
        alike = [name] if name in known else folded.get(_folded(name), [])
        if len(alike) == 1:
            found.setdefault(alike[0], []).extend(codes)
    return found


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())
