"""Tables on their side: features in rows, samples in columns, turned so that a row is a sample."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from deepbench.data.assembly.companions import Companions, find_companions, kept
from deepbench.data.assembly.feature_names import describes_features, look_like_features
from deepbench.data.assembly.first_rows import FirstRows
from deepbench.data.cell_places import FilePlaces
from deepbench.data.number_text import parse_numbers
from deepbench.data.raw_table import CellLocator, RawTable
from deepbench.data.text_cells import TextCells, as_arrow
from deepbench.data.wording import counted, some_names
from deepbench.plan import Data
from deepbench.study.records import Conversion

#: Name of the column of sample names in a turned table.
SAMPLE = "sample"
_SHOWN = 5
_FILE_ROW_NAME = "row"
_UNITS = frozenset({"unit", "units", "einheit", "einheiten"})


@dataclass(frozen=True)
class Sides:
    """The columns of a table on its side.

    Attributes:
        described: Columns that describe the features, in file order.
        values: All others: samples, and what stands between them.
    """

    described: tuple[int, ...]
    values: list[int]


def sides_of(raw: RawTable, first: FirstRows, samples: frozenset[str] = frozenset()) -> Sides:
    """Tell the columns that describe features from those of samples.

    The first column names the features. Columns right behind it describe them if they are called
    so, or hold no numbers; further columns only if they are called so.

    Args:
        raw: A table with features in rows.
        first: Its first rows.
        samples: Names that are known to be samples.
    """
    shares, filled = first.number_shares(), first.filled()
    measured = bool((shares > 0).mean() > 0.5) if len(shares) < 3 else bool((shares > 0).any())
    described: list[int] = []
    leading = True
    for place, name in enumerate(raw.columns):
        texts = measured and filled[place] and shares[place] == 0
        called = describes_features(name)
        if place and (name in samples or not (called or (leading and texts))):
            leading = False
        else:
            described.append(place)
    values = [place for place in range(len(raw.columns)) if place not in set(described)]
    return Sides(tuple(described), values)


def turned(
    raw: RawTable,
    data: Data,
    reason: str = "",
    samples: frozenset[str] = frozenset(),
    features: frozenset[str] = frozenset(),
) -> RawTable:
    """Return the table with samples in rows: a column of their names, then the features.

    Args:
        raw: A table with samples in columns.
        data: [data] of the plan.
        reason: Why it is turned; empty if the plan says so.
        samples: Names that are known to be samples.
        features: Names that features are known to have, by another file of the same kind.

    Raises:
        DataQuestion: columns stand between the samples, and the plan does not say what to do.
    """
    first = FirstRows.of(raw)
    sides = sides_of(raw, first, samples)
    between = find_companions(raw, sides.values, first)
    keep = between is not None and kept(raw, between, data)
    places = sides.values if between is None else between.samples.tolist()
    called, notes = _feature_names(raw, sides, features)
    names = [raw.columns[place] for place in places]
    columns, cells = list(called), raw.cells.take_columns(places).turned()
    if between is not None and keep:
        for kind, chosen in zip(between.kinds, between.columns.T, strict=True):
            columns += _free([f"{name} ({kind})" for name in called], columns)
            cells = cells.beside(raw.cells.take_columns(chosen).turned())
    sample = _free([SAMPLE], columns)[0]
    notes += _notes(raw, between, keep, len(places))
    reasons = {**raw.how.reasons, **({"orientation": reason} if reason else {})}
    return replace(
        raw,
        columns=(sample, *columns),
        cells=TextCells.of_columns([as_arrow(names)], len(names)).beside(cells),
        how=replace(raw.how, turned=True, header=True, reasons=reasons),
        conversions=(*raw.conversions, *notes),
        locator=_locator(raw, places, between if keep else None),
        units=_units(raw, sides, called),
        sheet_columns=(sample,),
        sample_column=sample,
        samples_in_columns=False,
    )


def _notes(
    raw: RawTable, between: Companions | None, keep: bool, samples: int
) -> list[Conversion]:
    notes = [
        Conversion(
            column="(table)",
            what="rows and columns exchanged: each column of the file is a sample",
            count=samples,
        )
    ]
    if between is not None:
        what = "kept as features" if keep else "left out"
        notes += [
            Conversion(
                column=kind, what=f"columns behind each sample, {what}", count=len(between.samples)
            )
            for kind in between.kinds
        ]
    return notes


# --- names of features ----------------------------------------------------------------------


def _feature_names(
    raw: RawTable, sides: Sides, known: frozenset[str]
) -> tuple[list[str], list[Conversion]]:
    """Return a name for each row of the file, all different, and what was done for that."""
    columns = {place: raw.cells.column(place).tolist() for place in sides.described}
    chosen = _naming_column(columns, known)
    names = [" ".join(name.split()) for name in columns[chosen]]
    rows = raw.locator.rows
    notes = []
    if empty := names.count(""):
        names = [name or f"{_FILE_ROW_NAME} {rows[i]}" for i, name in enumerate(names)]
        notes.append(
            _note(raw.columns[chosen], "features without a name called by their row", empty)
        )
    others = [place for place in sides.described if place != chosen]
    used: list[int] = []
    for place in others:
        if len(set(names)) == len(names):
            break
        if made := _distinct_by(names, columns[place]):
            what = f"features of the same name ({_repeated(names)}) told apart by"
            changed = sum(own != new for own, new in zip(names, made, strict=True))
            notes.append(_note(raw.columns[chosen], f"{what} '{raw.columns[place]}'", changed))
            names = made
            used.append(place)
    names, numbered = _numbered(names)
    if numbered:
        what = f"features of the same name ({_repeated(columns[chosen])}) numbered in file order"
        notes.append(_note(raw.columns[chosen], what, numbered))
    notes += [
        _note(raw.columns[place], "describes features: left aside", len(names))
        for place in others
        if place not in used
    ]
    return names, notes


def _note(column: str, what: str, count: int) -> Conversion:
    return Conversion(column=column, what=what, count=count)


def _naming_column(columns: dict[int, list[str]], known: frozenset[str]) -> int:
    """Return the column that names the features best: all different, and no running number.

    Args:
        columns: Cells of the columns that describe features.
        known: Names that features are known to have.
    """
    shared = {place: len(known.intersection(names)) for place, names in columns.items()}
    if most := max(shared.values()):
        return next(place for place, count in shared.items() if count == most)

    def rank(place: int) -> tuple[bool, bool, int]:
        names = columns[place]
        filled = [name for name in names if name]
        unique = len(set(filled)) == len(names)
        counts = _counts_up(names)
        return (not unique or counts, not look_like_features(filled) or counts, place)

    best = min(columns, key=rank)
    # Symbols that repeat here and there are better names than a position or a length.
    return best if not rank(best)[0] else min(columns, key=lambda p: (_counts_up(columns[p]), p))


def _counts_up(names: Sequence[str]) -> bool:
    """Whether the names are just the numbers of the rows."""
    values, _ = parse_numbers(np.array(names, dtype=object), ".")
    return len(values) > 1 and bool((np.diff(values) == 1).all())


def _distinct_by(names: Sequence[str], other: Sequence[str]) -> list[str] | None:
    """Return the names with another column's cell behind those that repeat, if that helps."""
    counts = Counter(names)
    made = [
        f"{name} ({' '.join(cell.split())})" if counts[name] > 1 and cell else name
        for name, cell in zip(names, other, strict=True)
    ]
    return made if len(set(made)) > len(counts) else None


def _numbered(names: Sequence[str]) -> tuple[list[str], int]:
    """Return the names with a number behind the second, third, … of the same name."""
    taken = set(names)
    seen: Counter[str] = Counter()
    made, changed = [], 0
    for name in names:
        seen[name] += 1
        if seen[name] == 1:
            made.append(name)
            continue
        number = seen[name]
        while (new := f"{name} [{number}]") in taken:
            number += 1
        taken.add(new)
        made.append(new)
        changed += 1
    return made, changed


def _repeated(names: Sequence[str]) -> str:
    repeated = [name for name, count in Counter(names).items() if count > 1 and name]
    return f"{counted(len(repeated), 'name')}: {some_names(repeated, _SHOWN)}" if repeated else ""


def _free(names: Sequence[str], taken: Sequence[str]) -> list[str]:
    """Return the names with a sign behind those that are taken."""
    known = set(taken)
    found = []
    for name in names:
        new = name
        while new in known:
            new = f"{new} name" if new == SAMPLE else f"{new}'"
        known.add(new)
        found.append(new)
    return found


# --- places and units -----------------------------------------------------------------------


def _locator(raw: RawTable, samples: Sequence[int], between: Companions | None) -> CellLocator:
    """Return where the cells stand: a row of the table is a column of the file."""
    (here,) = raw.locator.in_files(raw.source_name, len(raw.columns))
    rows = here.columns[np.asarray(samples, dtype=np.int64)] + 1
    features, first = here.rows, here.first_column
    kinds = 0 if between is None else len(between.kinds)
    absent = np.full(kinds * len(features), -1)

    def file(columns: np.ndarray, places: np.ndarray) -> FilePlaces:
        return FilePlaces(raw.source_name, places, columns.astype(np.int64), first, turned=True)

    files = [file(np.concatenate([[0], features, absent]), rows)]
    if between is not None:
        for kind in range(kinds):
            columns = np.full(1 + (1 + kinds) * len(features), -1)
            start = 1 + (1 + kind) * len(features)
            columns[start : start + len(features)] = features
            files.append(file(columns, here.columns[between.columns[:, kind]] + 1))
    return CellLocator(rows, first, tuple(files))


def _units(raw: RawTable, sides: Sides, features: Sequence[str]) -> dict[str, str]:
    """Return the units of features, where a column of the file tells them."""
    for place in sides.described:
        if raw.columns[place].strip().casefold() in _UNITS:
            cells = raw.cells.column(place).tolist()
            return {name: unit for name, unit in zip(features, cells, strict=True) if unit}
    return {}
