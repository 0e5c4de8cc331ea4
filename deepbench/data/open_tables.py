"""A table as it was read, before it is settled what its columns mean; the last one is kept.

Reading a wide table takes seconds, changing a role must not. So the last table read stays in
memory, typed as if all columns were features, with all cells as text beside it (in Arrow's form,
about the size of the file). What a plan says about single columns, a role or a type, is applied
to those columns alone; the result is what `deepbench.data.table_import.import_table` gives.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from deepbench.data.assembly.assemble import assemble
from deepbench.data.column_types import ParsedTable, parse_columns
from deepbench.data.provenance import require_regular_file, unreadable
from deepbench.data.raw_table import HowRead, RawTable
from deepbench.data.readers.workbook import sheet_names
from deepbench.data.table_files import TableFiles
from deepbench.errors import DataError
from deepbench.plan import Data
from deepbench.study.records import Conversion
from deepbench.workflow import READING

# Said of single columns, and applied to those alone.
_BY_COLUMN = {"types", "missing_in"}
# Answers on what cells mean: columns are typed anew, but the files need no new look.
_TYPING = {"missing", "below_detection", "units_in_cells", "date_order"}
_READING = {key.removeprefix("data.") for key in READING} - _BY_COLUMN - _TYPING


@dataclass(frozen=True)
class OpenTable:
    """A table as it was read.

    Attributes:
        size: Bytes of the files.
        sheets: Names of all sheets of a workbook.
        raw: All cells as text, and how they were read.
        parsed: The columns typed as if all were features and the plan said nothing of any.
        refused: Errors of columns that cannot be read yet, which stay text in ``parsed``.
    """

    size: int
    sheets: tuple[str, ...]
    raw: RawTable
    parsed: ParsedTable
    refused: dict[str, DataError]

    @property
    def columns(self) -> tuple[str, ...]:
        """(p,) column names."""
        return self.raw.columns

    @property
    def how(self) -> HowRead:
        """How the files were read."""
        return self.raw.how

    @property
    def conversions(self) -> tuple[Conversion, ...]:
        """What was changed on reading; what typing changes is not in it."""
        return self.raw.conversions

    @property
    def rows(self) -> int:
        """Number of rows."""
        return self.raw.rows

    def cells(self, column: int, rows: int | None = None) -> list[str]:
        """Return the first cells of a column as text, all if ``rows`` is None."""
        texts: list[str] = self.raw.cells.column(column, rows).tolist()
        return texts

    def typed(
        self, options: Data, as_text: Mapping[str, str]
    ) -> tuple[ParsedTable, dict[str, DataError]]:
        """Apply what a plan says about single columns.

        Args:
            options: [data] of the plan, columns under their names in the file.
            as_text: Role of each column that has one, the outcome included.

        Returns:
            The typed table, and the errors of columns that cannot be read yet, in file order;
            those columns are left as text.
        """
        own = {*as_text, *options.types, *options.missing_in} & set(self.columns)
        if not own:
            return self.parsed, self.refused
        frames = [self.parsed.frame.drop(columns=list(own))]
        records = {record.name: record for record in self.parsed.columns}
        notes = [note for note in self.parsed.conversions if note.column not in own]
        units = {name: unit for name, unit in self.parsed.units.items() if name not in own}
        refused = {name: error for name, error in self.refused.items() if name not in own}
        for group in self._groups(own, options):
            part = parse_columns(self._part(group), options, as_text, refused)
            frames.append(part.frame)
            records.update((record.name, record) for record in part.columns)
            notes += part.conversions
            units |= part.units
        parsed = replace(
            self.parsed,
            frame=pd.concat(frames, axis=1),
            columns=tuple(records[name] for name in self.columns),
            conversions=tuple(notes),
            units={name: units[name] for name in self.columns if name in units},
        )
        return parsed, {name: refused[name] for name in self.columns if name in refused}

    def typed_anew(self, options: Data) -> OpenTable:
        """Return the table typed under other answers on what cells mean; files are not read."""
        parsed, refused = _typed_alike(self.raw, options)
        return replace(self, parsed=parsed, refused=refused)

    def _groups(self, own: Collection[str], options: Data) -> list[list[int]]:
        """Return the numbers of these columns, in groups to be typed together.

        A column that shall be numeric stands alone, so that an error can name its cell.
        """
        places = [place for place, name in enumerate(self.columns) if name in own]
        alone = [p for p in places if options.types.get(self.columns[p]) == "numeric"]
        together = [p for p in places if p not in alone]
        return ([together] if together else []) + [[place] for place in alone]

    def _part(self, places: Sequence[int]) -> RawTable:
        return replace(
            self.raw,
            columns=tuple(self.columns[place] for place in places),
            cells=self.raw.cells.take_columns(places),
            conversions=(),
            locator=self.raw.locator.take_columns(places),
        )


@dataclass(frozen=True)
class _Key:
    """What a table was read from, and how."""

    files: tuple[tuple[str, int, int], ...]
    options: str
    typing: str


_last: tuple[_Key, str, OpenTable] | None = None  # with the outcome it was read for


def open_table(files: TableFiles, options: Data, outcome: str = "") -> OpenTable:
    """Read a table, or return the last one if it is the same files read in the same way.

    Args:
        files: The files.
        options: [data] of the plan; what it says of single columns is not looked at.
        outcome: Name of the outcome, which tells which way a table lies.

    Raises:
        DataError: a file cannot be read, or is no table.
        DataQuestion: only the user can tell how to read it.
        PlanError: an option names an encoding or delimiter that does not exist.
    """
    global _last  # noqa: PLW0603 - one table for the whole process is the point
    known = kept_table(files, options, outcome)
    if known is not None:
        return known
    key = _key(files, options)
    if _last is not None and replace(_last[0], typing=key.typing) == key:
        _, read_for, table = _last
        _last = (key, read_for, table.typed_anew(options))
        known = kept_table(files, options, outcome)
        if known is not None:
            return known
    forget_table()  # before the next one is read: two wide tables may not fit into memory
    table = _read(files, options, outcome, sum(size for _, size, _ in key.files))
    if _key(files, options) != key:
        raise DataError(
            f"{files.source.name} or a file read with it changed while it was being read.",
            "Close the program that writes it (or wait for it to synchronise) and try again.",
        )
    _last = (key, outcome, table)
    return table


def kept_table(files: TableFiles, options: Data, outcome: str = "") -> OpenTable | None:
    """Return the table if it is the one that was read last; errors as in `open_table`."""
    if _last is None or _last[0] != _key(files, options):
        return None
    _, read_for, table = _last
    # The outcome's name matters to reading only where it is no column: the table may have to be
    # turned for it.
    known = {column.casefold() for column in table.columns}
    return table if outcome in ("", read_for) or outcome.casefold() in known else None


def forget_table() -> None:
    """Give the memory of the last table back."""
    global _last  # noqa: PLW0603
    _last = None


def _key(files: TableFiles, options: Data) -> _Key:
    found = []
    for path in files:
        require_regular_file(path)
        try:
            facts = path.stat()
        except OSError as error:
            raise unreadable(path, error) from None
        found.append((str(path.absolute()), facts.st_size, facts.st_mtime_ns))
    how, typing = (options.model_dump_json(include=keys) for keys in (_READING, _TYPING))
    return _Key(tuple(found), how, typing)


def _read(files: TableFiles, options: Data, outcome: str, size: int) -> OpenTable:
    raw = assemble(files, options, outcome)
    parsed, refused = _typed_alike(raw, options)
    sheets = sheet_names(files.source) if raw.how.sheet else ()
    return OpenTable(size=size, sheets=sheets, raw=raw, parsed=parsed, refused=refused)


def _typed_alike(raw: RawTable, options: Data) -> tuple[ParsedTable, dict[str, DataError]]:
    """Type all columns as features, and return the errors of those that cannot be read yet."""
    refused: dict[str, DataError] = {}
    plain = options.model_copy(update={"types": {}, "missing_in": {}})
    parsed = parse_columns(raw, plain, (), refused)
    return replace(parsed, conversions=parsed.conversions[len(raw.conversions) :]), refused
