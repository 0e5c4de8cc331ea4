"""GCT files (GenePattern): features in rows, samples in columns.

Format: https://www.genepattern.org/file-formats-guide#GCT (1.2), and Enache et al. 2019,
doi:10.1093/bioinformatics/bty784 (1.3, with descriptions of features and samples).
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import numpy as np

from deepbench.data.provenance import unreadable
from deepbench.data.raw_table import CellLocator, HowRead, RawTable
from deepbench.data.readers.base import Grid, Reader
from deepbench.data.readers.header import clean_names
from deepbench.data.readers.splitting import BrokenRow, cut_strictly
from deepbench.data.readers.table_building import build_table
from deepbench.data.readers.text_encoding import decode
from deepbench.data.text_cells import CellRows, TextCells
from deepbench.data.wording import counted
from deepbench.errors import DataError
from deepbench.plan import Data
from deepbench.study.records import Conversion

_VERSIONS = ("#1.2", "#1.3")
_COUNT = re.compile("[0-9]{1,9}")
_COUNTS = {"#1.2": 2, "#1.3": 4}
_HINT = "Write the file again with the program that made it, or save the table as TSV."


class GctReader(Reader):
    """Reads GCT 1.2 and 1.3."""

    name: ClassVar[str] = "gct"

    def recognises(self, head: bytes) -> bool:
        """The first line is the version."""
        first = head.removeprefix(b"\xef\xbb\xbf").split(b"\n", 1)[0].strip()
        return first.decode("latin-1") in _VERSIONS

    def read(self, path: Path, options: Data) -> RawTable:
        """Read a GCT file; errors as in `Reader.read`, and counts that are not those announced."""
        try:
            data = path.read_bytes()
        except OSError as error:
            raise unreadable(path, error) from None
        text, encoding, notes = decode(data, options.encoding, path.name)
        try:
            rows, numbers = cut_strictly(text, "\t", quotes=False)
        except BrokenRow as broken:
            raise DataError(
                f"{path.name}: a cell on line {broken.line} is longer than a million characters.",
                _HINT,
            ) from None
        filled = [i for i, row in enumerate(rows) if i < 3 or any(map(str.strip, row))]
        if blank := len(rows) - len(filled):
            notes.append(Conversion(column="(rows)", what="blank rows skipped", count=blank))
        rows, numbers = [rows[i] for i in filled], [numbers[i] for i in filled]
        shape = _shape(rows, numbers, path.name)
        described, samples, features = shape.described, shape.samples, shape.features
        names = [cell.strip() for cell in rows[2][1 + described : 1 + described + samples]]
        body = rows[3 + shape.facts :]
        grid = Grid(
            source_name=path.name,
            rows=CellRows.of([row[0], *row[1 + described :]] for row in body),
            row_numbers=np.array(numbers[3 + shape.facts :], dtype=np.int64),
            format="GCT",
            encoding=encoding,
            delimiter="tab",
            names=["feature", *names],
            conversions=[*notes, *_left_aside(rows[2][1 : 1 + described], features)],
        )
        raw = build_table(grid, options.model_copy(update={"header": "yes"}))
        sheet = _sample_facts(rows[3 : 3 + shape.facts], names, described, path.name, encoding)
        return replace(raw, samples_in_columns=True, own_sheet=sheet)


class _Shape:
    """What the first three lines announce, checked against the lines that follow."""

    def __init__(self, features: int, samples: int, described: int, facts: int) -> None:
        self.features = features
        self.samples = samples
        self.described = described
        self.facts = facts


def _shape(rows: list[list[str]], numbers: list[int], name: str) -> _Shape:
    if len(rows) < 4:
        raise DataError(f"{name} is a GCT file without any data.", _HINT)
    version = rows[0][0].strip().removeprefix("\ufeff")
    counts = [cell.strip() for cell in rows[1] if cell.strip()]
    if len(counts) < _COUNTS[version] or not all(map(_COUNT.fullmatch, counts)):
        raise DataError(
            f"{name}, row 2: it does not say how many rows and columns there are, as a GCT file "
            "must.",
            _HINT,
        )
    features, samples = int(counts[0]), int(counts[1])
    described, facts = (int(counts[2]), int(counts[3])) if version == "#1.3" else (1, 0)
    width = 1 + described + samples
    header = len(rows[2])
    body = rows[3:]
    if header < width or len(body) != facts + features:
        raise DataError(
            f"{name} announces {counted(features, 'feature')} and {counted(samples, 'sample')}, "
            f"but has {counted(len(body) - facts, 'row')} and "
            f"{counted(max(0, header - 1 - described), 'sample')}.",
            "The file may be cut off: get it again.",
        )
    for row, number in zip(body, numbers[3:], strict=True):
        if len(row) != width:
            raise DataError(
                f"{name}, row {number}: the row has {counted(len(row), 'cell')}, the header has "
                f"{width:,}.",
                _HINT,
            )
    return _Shape(features, samples, described, facts)


def _left_aside(descriptions: list[str], features: int) -> list[Conversion]:
    return [
        Conversion(
            column=cell.strip() or "(description)",
            what="description of the features left aside",
            count=features,
        )
        for cell in descriptions
    ]


def _sample_facts(
    rows: list[list[str]], samples: list[str], described: int, source: str, encoding: str
) -> RawTable | None:
    """Return what GCT 1.3 says of each sample: one row per sample."""
    if not rows:
        return None
    names, notes = clean_names(["sample", *(row[0] for row in rows)], source)
    columns = [samples, *([cell.strip() for cell in row[1 + described :]] for row in rows)]
    cells = TextCells.of_objects(np.array(columns, dtype=object)).turned()
    return RawTable(
        source_name=source,
        columns=tuple(names),
        cells=cells,
        how=HowRead(format="GCT", encoding=encoding, delimiter="tab"),
        conversions=tuple(notes),
        locator=CellLocator(np.arange(1, len(samples) + 1, dtype=np.int64)),
        sheet_columns=tuple(names),
    )
