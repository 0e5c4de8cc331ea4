"""What a sample sheet says of each sample, put beside its measurements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from deepbench.data.assembly.by_order import (
    keys_without_names,
    line_by_line,
    question_of_order,
)
from deepbench.data.assembly.decimal_marks import with_decimal
from deepbench.data.assembly.keys import Keys, find_keys
from deepbench.data.assembly.matching import RULE_WORDS, RULES, Pairing, Rule, pair
from deepbench.data.cell_places import FilePlaces
from deepbench.data.raw_table import CellLocator, RawTable
from deepbench.data.wording import counted, shorten, some_names
from deepbench.errors import Choice, DataError, DataQuestion
from deepbench.plan import Data
from deepbench.study.records import Conversion, MatchingRecord

_MOST_PAIRS = 20
_MOST_NAMES = 200
_SHOWN = 5
_BUTTONS: dict[Rule, str] = {
    "exact": "Only Names Exactly Alike",
    "loose": "Ignore Capitals and Signs",
    "start": "Ignore Endings",
    "number": "Go by the Number",
}


def join(table: RawTable, sheet: RawTable, data: Data) -> RawTable:
    """Put the columns of a sample sheet before those of a table, sample by sample.

    Args:
        table: One row per sample.
        sheet: One row per sample, in any order.
        data: [data] of the plan.

    Raises:
        DataError: the files have no sample in common, or a name stands twice.
        DataQuestion: the names differ in their spelling, or a sample is missing in one file, and
            the plan does not say what then.
    """
    if data.matching == "order":
        keys = keys_without_names(table, sheet)
        return _joined(keys, line_by_line(table, sheet), table, sheet)
    try:
        keys = find_keys(table, sheet, data)
    except DataQuestion:
        raise
    except DataError as error:
        raise question_of_order(table, sheet, data) or error from None
    pairing = _pairing(keys, table, sheet, data)
    if data.unmatched == "ask" and (pairing.only_table or pairing.only_sheet):
        raise _unmatched(keys, pairing, table, sheet, data)
    return _joined(keys, pairing, table, sheet)


# --- which rule -----------------------------------------------------------------------------


def _pairing(keys: Keys, table: RawTable, sheet: RawTable, data: Data) -> Pairing:
    if data.matching != "ask":
        found = pair(keys.table, keys.sheet, data.matching)
        if not found.pairs:
            raise DataError(
                f"No sample of {table.source_name} is found in {sheet.source_name} where "
                f"{RULE_WORDS[data.matching]}: {some_names(keys.table.names)} and "
                f"{some_names(keys.sheet.names)}.",
                'Write matching = "ask" under [data] in the plan to see what else is possible.',
            )
        return found
    ways = [pair(keys.table, keys.sheet, "exact")]
    if ways[0].only_table and ways[0].only_sheet:
        for rule in RULES[1:]:
            found = pair(keys.table, keys.sheet, rule)
            if len(found.pairs) > max(len(way.pairs) for way in ways):
                ways.append(found)
    if len(ways) > 1:
        raise _which_rule(keys, ways, table, sheet)
    if not ways[0].pairs:
        raise DataError(
            f"The samples of {table.source_name} cannot be told apart in {sheet.source_name}: "
            f"every name has several candidates (such as {some_names(keys.table.names)}).",
            "Use the same names in both files.",
        )
    return ways[0]


def _which_rule(keys: Keys, ways: list[Pairing], table: RawTable, sheet: RawTable) -> DataQuestion:
    exact = len(ways[0].pairs)
    total = min(len(keys.table.names), len(keys.sheet.names))
    alike = f"only {exact:,}" if exact else "none"
    return DataQuestion(
        f"{table.source_name} and {sheet.source_name} spell the names of samples differently: "
        f"{alike} of {total:,} are exactly alike. Other ways of matching them find more.",
        "data.matching",
        tuple(
            Choice(way.rule, _BUTTONS[way.rule], _shows(keys, way, total))
            for way in ways
            if way.pairs
        ),
        "Look at the pairs: a wrong one gives a sample the outcome of another.",
    )


def _shows(keys: Keys, way: Pairing, total: int) -> str:
    different = _differing(keys, way)
    shown = ", ".join(f"{own} ↔ {other}" for own, other in different[-3:])
    unclear = f"; {way.unclear:,} unclear" if way.unclear else ""
    pairs = f"{len(way.pairs):,} of {total:,} matched{unclear}"
    return f"{pairs}: {shown}" if shown else pairs


def _differing(keys: Keys, way: Pairing) -> list[tuple[str, str]]:
    named = [(keys.table.names[own], keys.sheet.names[other]) for own, other in way.pairs]
    return [(own, other) for own, other in named if own != other]


# --- samples that one file lacks ------------------------------------------------------------


def _unmatched(
    keys: Keys, pairing: Pairing, table: RawTable, sheet: RawTable, data: Data
) -> DataQuestion:
    parts = []
    if pairing.only_table:
        names = _names(keys.table.names, pairing.only_table)
        parts.append(
            f"{counted(len(names), 'sample')} of {table.source_name} "
            f"{'is' if len(names) == 1 else 'are'} not in {sheet.source_name}: "
            f"{some_names(names, _SHOWN)}."
        )
    if pairing.only_sheet:
        names = _names(keys.sheet.names, pairing.only_sheet)
        where = table.source_name if not data.more else f"{table.source_name} and the files added"
        parts.append(
            f"{counted(len(names), 'sample')} of {sheet.source_name} "
            f"{'is' if len(names) == 1 else 'are'} not in {where}: {some_names(names, _SHOWN)}."
        )
    further = (
        "If these samples were measured too and stand in another file, add it: "
        'more = ["…"] under [data].'
        if pairing.only_sheet and not data.more
        else "Or complete the files."
    )
    unclear = (
        f" {counted(pairing.unclear, 'name has', 'names have')} several candidates."
        if pairing.unclear
        else ""
    )
    return DataQuestion(
        f"{' '.join(parts)}{unclear}",
        "data.unmatched",
        (
            Choice(
                "leave out",
                "Leave Them Out",
                f"go on with the {counted(len(pairing.pairs), 'sample')} that both have",
            ),
        ),
        further,
    )


def _names(names: Sequence[str], rows: Sequence[int]) -> list[str]:
    return [names[row] or f"(no name, entry {row + 1})" for row in rows]


# --- the joined table -----------------------------------------------------------------------


def _joined(keys: Keys, pairing: Pairing, table: RawTable, sheet: RawTable) -> RawTable:
    rows = np.array([own for own, _ in pairing.pairs], dtype=np.int64)
    others = np.array([other for _, other in pairing.pairs], dtype=np.int64)
    facts = _take_rows(sheet, others)
    values = _take_rows(table, rows)
    cells, marks = with_decimal(facts.cells, facts.how.decimal, values.how.decimal)
    facts = replace(facts, cells=cells)
    dropped = _repeated(keys, facts, values)
    names, renamed = _distinct_names(facts, values, dropped)
    kept = [place for place, name in enumerate(values.columns) if name not in dropped]
    values = _take_columns(values, kept)
    in_order = pairing.rule == "order"
    same = pairing.rule == "exact" or in_order or not _differing(keys, pairing)
    own_name = table.columns[keys.place]
    spelled = () if same or own_name in dropped else (own_name,)
    notes = _notes(keys, pairing, table, sheet, marks, dropped, renamed)
    return replace(
        values,
        columns=(*names, *values.columns),
        cells=facts.cells.beside(values.cells),
        conversions=(
            *table.conversions,
            *(_in_file(note, sheet.source_name) for note in sheet.conversions),
            *notes,
        ),
        locator=_locators(facts, values, table.source_name),
        units={**_units(facts, names), **values.units},
        remarks=(*table.remarks, *sheet.remarks),
        sheet_columns=(*names, *(c for c in values.columns if c in table.sheet_columns)),
        matching=_record(keys, pairing),
        sample_column=(
            table.sample_column if in_order else names[facts.columns.index(keys.column)]
        ),
        aside=tuple(dict.fromkeys((*(c for c in values.aside if c not in dropped), *spelled))),
        own_sheet=None,
        sequences=(
            *(names[facts.columns.index(name)] for name in facts.sequences),
            *(name for name in values.sequences if name in values.columns),
        ),
    )


def _take_rows(raw: RawTable, rows: NDArray[np.int64]) -> RawTable:
    if len(rows) == raw.rows and (rows == np.arange(raw.rows)).all():
        return raw
    return replace(raw, cells=raw.cells.take_rows(rows), locator=raw.locator.take_rows(rows))


def _take_columns(raw: RawTable, places: Sequence[int]) -> RawTable:
    if len(places) == len(raw.columns):
        return raw
    return replace(
        raw,
        columns=tuple(raw.columns[place] for place in places),
        cells=raw.cells.take_columns(places),
        locator=raw.locator.take_columns(places),
    )


def _repeated(keys: Keys, facts: RawTable, values: RawTable) -> list[str]:
    """Return columns of the table that say what a column of the sheet says already."""
    ids = facts.column(keys.column)
    own = values.columns[keys.place]
    found = [own] if (values.column(own) == ids).all() else []
    both = [name for name in values.columns if name in set(facts.columns) and name not in found]
    return found + [name for name in both if (values.column(name) == facts.column(name)).all()]


def _distinct_names(
    facts: RawTable, values: RawTable, dropped: Sequence[str]
) -> tuple[tuple[str, ...], list[str]]:
    """Return names for the columns of the sheet, and those that had to be changed."""
    taken = set(values.columns) - set(dropped)
    names, renamed = [], []
    for name in facts.columns:
        new = name
        if name in taken:
            new = f"{name} ({facts.source_name})"
            renamed.append(name)
        while new in taken:
            new += "'"
        taken.add(new)
        names.append(new)
    return tuple(names), renamed


def _units(facts: RawTable, names: Sequence[str]) -> dict[str, str]:
    called = dict(zip(facts.columns, names, strict=True))
    return {called[name]: unit for name, unit in facts.units.items() if name in called}


def _locators(facts: RawTable, values: RawTable, source: str) -> CellLocator:
    """Return where the cells stand: measurements in the table's files, facts in the sheet's."""
    width, more = len(facts.columns), len(values.columns)
    before, behind = np.full(width, -1), np.full(more, -1)
    own = values.locator.in_files(source, more)
    theirs = facts.locator.in_files(facts.source_name, width)

    def placed(file: FilePlaces, *columns: NDArray[np.int64]) -> FilePlaces:
        return replace(file, columns=np.concatenate(columns).astype(np.int64))

    files = [placed(file, before, file.columns) for file in own]
    files += [placed(file, file.columns, behind) for file in theirs]
    return CellLocator(values.locator.rows, values.locator.first_column, tuple(files))


def _in_file(note: Conversion, name: str) -> Conversion:
    return note.model_copy(update={"what": f"{note.what}, in {name}"})


def _notes(
    keys: Keys,
    pairing: Pairing,
    table: RawTable,
    sheet: RawTable,
    marks: int,
    dropped: Sequence[str],
    renamed: Sequence[str],
) -> list[Conversion]:
    name = sheet.source_name
    counts = (
        (
            "(samples)",
            f"matched with '{shorten(keys.column)}' of {name}: {RULE_WORDS[pairing.rule]}",
            len(pairing.pairs),
        ),
        ("(samples)", f"left out: not in {name}", len(pairing.only_table)),
        ("(samples)", f"in {name} only: left out", len(pairing.only_sheet)),
        ("(cells)", f"numbers of {name} written with the decimal mark of the table", marks),
        *((c, f"the same in both files: that of {name} is used", table.rows) for c in dropped),
        *((c, f"also in the table: called '{c} ({name})'", 1) for c in renamed),
    )
    return [Conversion(column=where, what=what, count=n) for where, what, n in counts if n]


def _record(keys: Keys, pairing: Pairing) -> MatchingRecord:
    return MatchingRecord(
        rule=pairing.rule,
        rule_words=RULE_WORDS[pairing.rule],
        key=keys.column,
        matched=len(pairing.pairs),
        pairs=tuple(_differing(keys, pairing)[:_MOST_PAIRS]),
        only_table=tuple(_names(keys.table.names, pairing.only_table)[:_MOST_NAMES]),
        only_sheet=tuple(_names(keys.sheet.names, pairing.only_sheet)[:_MOST_NAMES]),
    )
