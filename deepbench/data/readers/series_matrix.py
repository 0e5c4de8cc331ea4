"""Series matrix files of the Gene Expression Omnibus (GEO).

Lines that begin with ``!`` describe the series and its samples, the table stands between
``!series_matrix_table_begin`` and ``!series_matrix_table_end``, features in rows. Format:
https://www.ncbi.nlm.nih.gov/geo/info/soft.html; Barrett et al. 2013, doi:10.1093/nar/gks1193.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import numpy as np

from deepbench.data.provenance import unreadable
from deepbench.data.raw_table import CellLocator, HowRead, RawTable
from deepbench.data.readers.base import Grid, Reader
from deepbench.data.readers.delimited import cut_text
from deepbench.data.readers.table_building import build_table
from deepbench.data.readers.text_encoding import decode
from deepbench.data.text_cells import TextCells
from deepbench.data.wording import counted
from deepbench.errors import DataError
from deepbench.plan import Data

_SERIES, _SAMPLE = "!Series_", "!Sample_"
_BEGIN, _END = "!series_matrix_table_begin", "!series_matrix_table_end"
_ACCESSION = "geo_accession"
_CHARACTERISTICS = "characteristics_ch"
_TOLD = ("geo_accession", "title", "status", "pubmed_id", "contact_name", "platform_id")
_HINT = "Get the series matrix file again; it may be cut off."


class SeriesMatrixReader(Reader):
    """Reads GEO series matrix files."""

    name: ClassVar[str] = "series matrix"

    def recognises(self, head: bytes) -> bool:
        """The first line describes the series."""
        return head.removeprefix(b"\xef\xbb\xbf").startswith(_SERIES.encode())

    def read(self, path: Path, options: Data) -> RawTable:
        """Read a series matrix; errors as in `Reader.read`."""
        try:
            data = path.read_bytes()
        except OSError as error:
            raise unreadable(path, error) from None
        text, encoding, notes = decode(data, options.encoding, path.name)
        lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        begin = _place(lines, _BEGIN, path.name)
        end = _place(lines, _END, path.name)
        if end - begin < 3:
            raise DataError(
                f"{path.name} holds no values: the table of the series is empty, as is usual for "
                "sequencing data.",
                "Use the table of counts from the supplementary files of the series, with this "
                "file as sample sheet.",
            )
        body = "\n".join(lines[begin + 1 : end]).encode()
        quotes = options.quotes == "auto"
        rows, numbers = cut_text(body, "\t", quotes, path.name, above=begin + 1)
        grid = Grid(
            source_name=path.name,
            rows=rows,
            row_numbers=numbers,
            format="GEO series matrix",
            encoding=encoding,
            delimiter="tab",
            conversions=notes,
            remarks=_remarks(lines[:begin]),
        )
        raw = build_table(grid, options.model_copy(update={"header": "yes"}))
        sheet = sample_sheet(lines[:begin], raw.columns[1:], path.name, encoding)
        return replace(raw, samples_in_columns=True, own_sheet=sheet)


def _place(lines: Sequence[str], wanted: str, name: str) -> int:
    for number, line in enumerate(lines):
        if line.strip().casefold() == wanted:
            return number
    raise DataError(f"{name}: the line '{wanted}' of a series matrix is missing.", _HINT)


def _cells(line: str) -> list[str]:
    return [cell.strip().strip('"').strip() for cell in line.split("\t")]


def _remarks(lines: Sequence[str]) -> list[str]:
    found = []
    for line in lines:
        if line.startswith(_SERIES):
            key, *values = _cells(line.removeprefix(_SERIES))
            if key in _TOLD and any(values):
                found.append(f"{key}: {'; '.join(value for value in values if value)}"[:500])
    return found


def sample_sheet(
    lines: Sequence[str], samples: Sequence[str], source: str, encoding: str
) -> RawTable:
    """Return what the file says of each sample: one row per sample, its accession first.

    Characteristics such as ``tissue: liver`` become columns of their own. What is the same for
    all samples tells nothing and is left out.

    Raises:
        DataError: the samples described are not those of the table.
    """
    columns: dict[str, list[str]] = {}
    for line in lines:
        if not line.startswith(_SAMPLE):
            continue
        key, *values = _cells(line.removeprefix(_SAMPLE))
        if len(values) != len(samples):
            raise DataError(
                f"{source}: {counted(len(values), 'sample')} described as '{key}', but the table "
                f"has {len(samples):,}.",
                _HINT,
            )
        if key.startswith(_CHARACTERISTICS):
            _add_characteristics(columns, values)
        else:
            columns[_free_name(columns, key)] = values
    names = columns.pop(_ACCESSION, list(samples))
    if set(names) != set(samples):
        raise DataError(f"{source}: the samples described are not those of the table.", _HINT)
    telling = {key: values for key, values in columns.items() if len(set(values)) > 1}
    cells = TextCells.of_objects(np.array([names, *telling.values()], dtype=object)).turned()
    return RawTable(
        source_name=source,
        columns=("sample", *telling),
        cells=cells,
        how=HowRead(format="GEO series matrix", encoding=encoding, delimiter="tab"),
        conversions=(),
        locator=CellLocator(np.arange(1, len(names) + 1, dtype=np.int64)),
        sheet_columns=("sample", *telling),
    )


def _add_characteristics(columns: dict[str, list[str]], values: list[str]) -> None:
    """Add ``key: value`` cells; one line may hold different keys for different samples."""
    if not all(": " in value or not value for value in values):
        columns[_free_name(columns, "characteristics")] = values
        return
    for place, value in enumerate(values):
        key, _, told = value.partition(": ")
        if key:
            columns.setdefault(key, [""] * len(values))[place] = told.strip()


def _free_name(columns: dict[str, list[str]], name: str) -> str:
    if name not in columns:
        return name
    number = 2
    while f"{name} {number}" in columns:
        number += 1
    return f"{name} {number}"
