"""New samples for a finished model: columns matched by name, what is missing or unusual said."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from deepbench.data.assembly.assemble import read_further, read_sheet, turn
from deepbench.data.assembly.joining import join
from deepbench.data.assembly.more import like_first
from deepbench.data.column_types import parse_columns
from deepbench.data.raw_table import RawTable
from deepbench.data.roles import find_column
from deepbench.data.sequences import with_wanted_sequences
from deepbench.data.wording import counted, some_names
from deepbench.errors import DataError, DataQuestion
from deepbench.plan import Data


@dataclass(frozen=True)
class ModelColumns:
    """What a model needs of a table.

    Attributes:
        numeric: Columns of numbers it was fitted on.
        categorical: Columns of labels it was fitted on.
        used: Those that its predictions depend on.
        ranges: Smallest and largest value of each numeric column in training.
    """

    numeric: tuple[str, ...]
    categorical: tuple[str, ...]
    used: frozenset[str]
    ranges: Mapping[str, tuple[float, float]]


@dataclass(frozen=True)
class NewSamples:
    """A table matched to a model.

    Attributes:
        features: (n, p) columns of the model, by its names.
        sample_column: Name of the column that names the samples, or ``sample``.
        sample_ids: (n,) names of the samples.
        notes: What the user should know.
        named: Whether the table names its samples; otherwise they are called by their rows.
    """

    features: pd.DataFrame
    sample_column: str
    sample_ids: NDArray[np.str_]
    notes: tuple[str, ...]
    named: bool = False


def read_new_samples(
    path: Path,
    options: Data,
    wanted: ModelColumns,
    sample_columns: list[str],
    sheet: Path | None = None,
) -> NewSamples:
    """Read a table of new samples.

    It may lie on its side: the model's columns tell which way.

    Args:
        path: The file.
        options: [data] of the plan; how the training table was written.
        wanted: What the model needs.
        sample_columns: Columns that name a sample, by the plan.
        sheet: What is known of each new sample, where the model needs it.

    Raises:
        DataError: the file cannot be read, or a column that the model uses is not there.
    """
    read = _read(path, options, wanted, sheet)
    raw = with_wanted_sequences(read, (*wanted.numeric, *wanted.categorical))
    if not raw.rows:
        raise DataError(f"{path.name} holds no samples.", "Add a row for each sample.")
    matched = _match(raw, wanted, needs_sheet=bool(options.sample_sheet) and sheet is None)
    frame = _typed(raw, options, wanted, matched)
    column = _sample_column(raw, sample_columns)
    names = raw.column(column) if column else raw.locator.row_names()
    return NewSamples(
        features=frame,
        sample_column=column or "sample",
        sample_ids=np.array(names, dtype=np.str_),
        notes=tuple(_notes(raw, frame, wanted, matched, sample_columns)),
        named=bool(column),
    )


def _read(path: Path, options: Data, wanted: ModelColumns, sheet: Path | None) -> RawTable:
    """Read with the plan's options; a sheet of another name is fine if it is the only one."""
    free = options.model_copy(
        update={
            "types": {},
            "more": [],
            "unmatched": "leave out",
            "between": "keep" if options.between == "keep" else "leave out",
        }
    )
    facts = read_sheet(sheet, free) if sheet is not None else None
    raw = read_further(path, free, facts)
    names = frozenset((*wanted.numeric, *wanted.categorical))
    reason = "its rows have the names of the model's columns"
    table = like_first(names, raw, lambda raw: turn(raw, free, reason, facts, names))
    if facts is None:
        return table
    try:
        return join(table, facts, free)
    except DataQuestion as question:
        raise DataError(
            question.message, "Write the names of the samples alike in both files."
        ) from None


def _match(raw: RawTable, wanted: ModelColumns, needs_sheet: bool) -> dict[str, str]:
    """Return the file's name of each of the model's columns that the file has."""
    matched: dict[str, str] = {}
    exact = set(raw.columns)
    for name in (*wanted.numeric, *wanted.categorical):
        if name in exact:
            matched[name] = name
            continue
        try:
            matched[name] = find_column(name, raw.columns, raw.how.header, "the model")
        except DataError:
            continue
    missing = [name for name in wanted.used if name not in matched]
    if missing:
        raise DataError(
            f"{raw.source_name} lacks {len(missing)} of the {len(wanted.used)} columns that the "
            f"model uses: {some_names(sorted(missing))}.",
            "Add them under the names they had in the training table."
            + (
                " If they stand in a sample sheet, give that too (--sample-sheet FILE)."
                if needs_sheet
                else ""
            ),
        )
    return matched


def _typed(
    raw: RawTable, options: Data, wanted: ModelColumns, matched: dict[str, str]
) -> pd.DataFrame:
    """Convert the matched columns to the kinds they had in training; absent ones are missing."""
    kinds: dict[str, str] = {}
    for name, column in matched.items():
        kinds[column] = "numeric" if name in wanted.ranges or name in wanted.numeric else "text"
    numeric = {column: "numeric" for column, kind in kinds.items() if kind == "numeric"}
    others = [column for column in raw.columns if kinds.get(column) != "numeric"]
    typing = Data.model_validate({**options.model_dump(), "types": numeric})
    try:
        typed = parse_columns(raw, typing, as_text=others).frame
    except DataError as error:
        hint = "Correct the cell, or empty it: a missing value is filled in as in training."
        raise DataError(error.message, hint) from None
    parts = {
        name: typed[matched[name]]
        if name in matched
        else pd.Series(np.nan if name in wanted.numeric else None, index=typed.index)
        for name in (*wanted.numeric, *wanted.categorical)
    }
    return pd.DataFrame(parts)


def _sample_column(raw: RawTable, sample_columns: list[str]) -> str:
    """Return the column that names the samples, or an empty text."""
    found = [column for column in (*sample_columns, raw.sample_column) if column in raw.columns]
    return found[0] if found else ""


def _notes(
    raw: RawTable,
    frame: pd.DataFrame,
    wanted: ModelColumns,
    matched: dict[str, str],
    sample_columns: list[str],
) -> list[str]:
    notes = _assembled(raw)
    absent = [n for n in (*wanted.numeric, *wanted.categorical) if n not in matched]
    if absent:
        notes.append(f"Not in the file, and not needed by this model: {some_names(absent)}.")
    known = {*matched.values(), *sample_columns, raw.sample_column}
    extra = [column for column in raw.columns if column not in known]
    if extra:
        notes.append(f"Columns that the model does not know were left aside: {some_names(extra)}.")
    notes += _unusual(frame, wanted)
    return notes


def _assembled(raw: RawTable) -> list[str]:
    """Say what was done to make a row of each sample."""
    notes = []
    if raw.how.turned:
        notes.append(f"Each column of {raw.source_name} was read as a sample.")
    match = raw.matching
    if match is not None and match.only_table:
        notes.append(
            f"{counted(len(match.only_table), 'sample')} left out, as the sample sheet lacks "
            f"{'it' if len(match.only_table) == 1 else 'them'}: {some_names(match.only_table)}."
        )
    return notes


def _unusual(frame: pd.DataFrame, wanted: ModelColumns) -> list[str]:
    """Say which used columns hold missing values or values outside the training range."""
    used: Collection[str] = [name for name in frame.columns if name in wanted.used]
    notes = []
    empty = frame[list(used)].isna()
    if empty.to_numpy().any():
        columns = [name for name in used if empty[name].any()]
        notes.append(
            f"{int(empty.any(axis=1).sum())} samples have missing values, filled as in training: "
            f"{some_names(columns)}."
        )
    numeric = [name for name in used if name in wanted.ranges]
    values = frame[numeric].to_numpy(dtype=np.float64)
    limits = np.array([wanted.ranges[name] for name in numeric]).reshape(-1, 2)
    outside = (values < limits[:, 0]) | (values > limits[:, 1])
    if outside.any():
        columns = [numeric[i] for i in np.flatnonzero(outside.any(axis=0))]
        notes.append(
            f"{int(outside.any(axis=1).sum())} of {len(frame)} samples have values outside the "
            f"range seen in training, where the model is guessing: {some_names(columns)}."
        )
    return notes
