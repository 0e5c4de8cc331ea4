"""One column that is not simply numbers: with a role, a type of the plan, or texts in it."""

from __future__ import annotations

from collections import Counter
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from deepbench.data.cells.bulk_numbers import (
    CODED,
    DASHED,
    EMPTY,
    GROUPED,
    IDENTIFIER,
    MISSING,
    TEXT,
    NumberBlock,
)
from deepbench.data.cells.date_columns import DateColumn, read_date_column
from deepbench.data.cells.dates import are_dates
from deepbench.data.cells.measurements import (
    DASHES_READ,
    FEW_LEVELS,
    THOUSANDS_REMOVED,
    Measurements,
    read_measurements,
)
from deepbench.data.cells.missing_codes import Codes
from deepbench.data.cells.odd_column import OddColumn
from deepbench.data.number_text import number_text
from deepbench.data.raw_table import RawTable
from deepbench.data.text_cells import Texts
from deepbench.data.wording import shorten
from deepbench.errors import DataError
from deepbench.plan import Data
from deepbench.study.records import ColumnRecord

Kind = Literal["numeric", "categorical", "text", "date", "empty"]

#: Roles of columns that hold dates, or may.
ROLES_OF_DATES = ("date", "timepoint")
# "text" (names, sequences, comments) as against "categorical": mostly different, or long.
_TEXT_SHARE = 0.5
_LONG_TEXT = 80


class LoneColumn:
    """One column, from its cells to numbers or texts.

    Attributes:
        values: (n,) its numbers, NaN where there is none.
        role: Its role; empty if it has one that is not known here, None if it has none.
        notes: What was changed, each with the number of cells.
        problem: Why it cannot be read yet, if it cannot.
        unit: Unit that stood in the cells; empty if none did.
    """

    def __init__(
        self,
        raw: RawTable,
        block: NumberBlock,
        place: int,
        options: Data,
        own_codes: Codes | None,
    ) -> None:
        self._raw = raw
        self._options = options
        self._number = int(block.columns[place])
        self._name = raw.columns[self._number]
        self._texts = raw.cells.column(self._number)
        self.values = block.values[:, place].copy()
        self._state = block.state[:, place].copy()
        self._forced = options.types.get(self._name)
        self._kind: Kind | None = None
        self.role: str | None = None
        self.notes: list[tuple[str, int]] = []
        self.problem: DataError | None = None
        self.unit = ""
        if own_codes is not None:
            self._apply(own_codes)

    def _apply(self, codes: Codes) -> None:
        """Make codes of this column missing, also where it is text."""
        chosen = codes.missing(self._texts, self.values)
        for text, count in Counter(self._texts[chosen]).items():
            if text:
                self.notes.append(
                    (f"'{shorten(text)}' read as missing (code of this column)", count)
                )
        self._state[chosen] = EMPTY
        self.values[chosen] = np.nan

    def read(self) -> Texts | None:
        """Return the column as texts; None if it is numeric, its numbers then in ``values``."""
        if self.role is not None:
            return self._with_role()
        if self._forced == "categorical":
            self._kind = "categorical"
            return self._as_text()
        if self._forced == "date":
            return self._dates(needed=True)
        has_text = bool((self._state & TEXT).any())
        if self._forced != "numeric":
            if self._is_identifier():
                return self._identifiers()
            if has_text and not self._is_number().any() and self._may_be_dates():
                return self._dates(needed=False)
        if not has_text:
            self._note_flags()
            return None
        return self._measured(self._forced == "numeric")

    def _is_number(self) -> NDArray[np.bool_]:
        found: NDArray[np.bool_] = (self._state & (MISSING | TEXT)) == 0
        return found

    def _is_identifier(self) -> bool:
        """Whether numbers of the column are written as only identifiers are."""
        identifiers = int(((self._state & IDENTIFIER) > 0).sum())
        has_text = bool((self._state & TEXT).any())
        return identifiers > 0 and (not has_text or 2 * identifiers >= self._is_number().sum())

    def _identifiers(self) -> Texts:
        what = "numbers kept as text (leading zeros, 16 digits or an E, as in identifiers)"
        self.notes.append((what, int(self._is_number().sum())))
        return self._as_text()

    def _may_be_dates(self) -> bool:
        first = int(np.argmax((self._state & MISSING) == 0))
        return are_dates([str(self._texts[first])])

    def _with_role(self) -> Texts:
        if self.role in ROLES_OF_DATES or self._forced == "date":
            needed = self.role == "date" or self._forced == "date"
            if (self._state & TEXT).any() or self._forced == "date":
                return self._dates(needed)
        if self.role == "outcome" and (self._state & TEXT).any():
            return self._outcome()
        return self._as_text()

    def _dates(self, needed: bool) -> Texts:
        read = read_date_column(self._odd(), self._options, needed)
        if not isinstance(read, DateColumn):
            self.problem = read
            return self._as_text()
        self._note_codes()
        if read.note:
            self.notes.append((read.note, read.count))
        self._kind = "date"
        return read.texts

    def _outcome(self) -> Texts:
        """Return the outcome as text, numbers with more to them in the plainest form."""
        texts = self._as_text()
        read = read_measurements(self._odd(), self._options)
        if not isinstance(read, Measurements):
            return texts  # said when it is known whether it is to be a number at all
        self._take(read)
        mark = self._raw.how.decimal
        for row in np.flatnonzero((self._state & (MISSING)) == 0).tolist():
            texts[row] = number_text(float(read.values[row])).replace(".", mark) or None
        return texts

    def _measured(self, forced: bool) -> Texts | None:
        read = read_measurements(self._odd(forced), self._options)
        if isinstance(read, Measurements):
            self._note_codes()
            self._take(read)
            return None
        self.problem = read
        return self._as_text()

    def _take(self, read: Measurements) -> None:
        self.notes += read.notes
        self.unit = read.unit
        self.values = read.values

    def _odd(self, forced: bool = False) -> OddColumn:
        locator, number = self._raw.locator, self._number
        return OddColumn(
            name=self._name,
            texts=self._texts,
            values=self.values,
            missing=(self._state & MISSING) > 0,
            decimal=self._raw.how.decimal,
            file=lambda row: locator.file_name(row, number) or self._raw.source_name,
            reference=lambda row: locator.reference(row, number),
            forced=forced,
            is_outcome=self.role == "outcome",
        )

    def _note_flags(self) -> None:
        for flag, what in ((GROUPED, THOUSANDS_REMOVED), (DASHED, DASHES_READ)):
            self.notes.append((what, int(((self._state & flag) > 0).sum())))
        self._note_codes()

    def _note_codes(self) -> None:
        for code, count in Counter(self._texts[(self._state & CODED) > 0]).items():
            self.notes.append((f"'{code}' read as missing", count))

    def _as_text(self) -> Texts:
        texts: Texts = self._texts.copy()
        # A label "NA" is a label (a neuraminidase, a country) unless the plan says otherwise.
        by_plan = self._options.missing is not None
        coded = (self._state & CODED) > 0
        missing = (self._state & (MISSING if by_plan else EMPTY)) > 0
        if by_plan:
            self.notes.append(("codes of the plan read as missing", int(coded.sum())))
        elif coded.any() and self.role is None:
            shown = sorted(set(texts[coded]))[0]
            self.notes.append((f"'{shown}' kept as a label of its own", int(coded.sum())))
        texts[missing] = None
        return texts

    def record(self, texts: Texts) -> ColumnRecord:
        """Return the record of a column of texts."""
        present = np.array([text is not None for text in texts], dtype=np.bool_)
        levels = pd.unique(texts[present])
        kind = self._kind_of(texts[present], levels, self.values[present])
        return ColumnRecord(self._name, kind, "", int((~present).sum()), len(levels))

    def _kind_of(self, present: Texts, levels: Texts, numbers: NDArray[np.float64]) -> Kind:
        if not len(levels):
            return "empty"
        if self._kind is not None:
            return self._kind
        if self.role is not None and not np.isnan(numbers).any():
            return "numeric"
        if are_dates(levels):
            return "date"
        many = len(levels) >= FEW_LEVELS and len(levels) > _TEXT_SHARE * len(present)
        long = sum(map(len, levels)) > _LONG_TEXT * len(levels)
        return "text" if many or long else "categorical"
