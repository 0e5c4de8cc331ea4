"""Wells of plates (A1 … P24) in a column or in the names of samples."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from deepbench.data.findings.base import (
    FindingContext,
    codes_of,
    label_names,
    words,
)
from deepbench.data.samples import AllSamples

_WELL = re.compile(r"([A-P])(0?[1-9]|1[0-9]|2[0-4])")
_IN_NAME = re.compile(r"(?<![A-Za-z0-9])([A-P])(0?[1-9]|1[0-9]|2[0-4])(?![A-Za-z0-9])")
_WELL_WORDS = frozenset("well wells position pos vertiefung kavität plattenposition".split())
_LEAST_SHARE = 0.9
_LEAST_LINES = 4
_FEW_LINES = 2
_SMALL_PLATE = (8, 12)
_LARGE_PLATE = (16, 24)


@dataclass(frozen=True)
class Wells:
    """Where samples stood on their plates.

    Attributes:
        column: Column that says so.
        is_feature: Whether that column is a feature.
        row: (n,) rows of the plate from 0 (A), NaN = not known.
        line: (n,) columns of the plate from 1, NaN = not known.
        edge: (n,) 1 on the edge of the plate, else 0, NaN = not known.
        plate: (n,) codes of the plate.
    """

    column: str
    is_feature: bool
    row: NDArray[np.float64]
    line: NDArray[np.float64]
    edge: NDArray[np.float64]
    plate: NDArray[np.int64]

    def take(self, rows: NDArray[np.int64]) -> Wells:
        """Return the wells of the given rows."""
        return Wells(
            self.column,
            self.is_feature,
            self.row[rows],
            self.line[rows],
            self.edge[rows],
            self.plate[rows],
        )


def find_wells(samples: AllSamples, context: FindingContext) -> Wells | None:
    """Return the wells of the samples, from a column of wells or from their names."""
    batches = [c for c in context.roles.get("batch", ()) if c in samples.annotations.columns]
    plate = np.zeros(len(samples), dtype=np.int64)
    for column in batches:
        codes = codes_of(samples.annotations[column])
        plate = plate * (int(codes.max()) + 2) + codes + 1
    for column in (*samples.annotations.columns, *label_names(samples.features)):
        is_feature = column in samples.features.columns
        texts = (samples.features if is_feature else samples.annotations)[column]
        cells = [str(text).strip().upper() if text is not None else "" for text in texts]
        named = bool(words(column) & _WELL_WORDS)
        wells = _parsed(cells, _WELL, _FEW_LINES if named else _LEAST_LINES)
        if wells is not None:
            return _wells(column, is_feature, wells, plate)
    if context.roles.get("sample"):
        names = [str(name) for name in samples.sample_ids]
        wells = _parsed(names, _IN_NAME, _LEAST_LINES)
        if wells is not None and not _are_groups(samples, wells, plate):
            return _wells(context.roles["sample"][0], False, wells, plate)
    return None


def _parsed(
    texts: Sequence[str], pattern: re.Pattern[str], least_lines: int
) -> NDArray[np.float64] | None:
    """Return (n, 2) rows and columns of wells, or None if the texts are no wells."""
    present = sum(bool(text) for text in texts)
    wells = np.full((len(texts), 2), np.nan)
    for i, text in enumerate(texts):
        match = pattern.fullmatch(text) if pattern is _WELL else pattern.search(text)
        if match:
            wells[i] = ord(match[1]) - ord("A"), int(match[2])
    known = ~np.isnan(wells[:, 0])
    if present < len(texts) / 2 or known.sum() < _LEAST_SHARE * present:
        return None
    rows, lines = (len(np.unique(wells[known, axis])) for axis in (0, 1))
    return wells if min(rows, lines) >= least_lines else None


def _are_groups(samples: AllSamples, wells: NDArray[np.float64], plate: NDArray[np.int64]) -> bool:
    """Whether names such as A1, B7 are groups with running numbers, or a well holds two samples.

    Then each letter has one outcome, and no two letters the same one.
    """
    frame = pd.DataFrame({"row": wells[:, 0], "line": wells[:, 1], "plate": plate})
    if frame.dropna().duplicated().any():
        return True
    if not samples.info.classes:
        return False
    pairs = pd.DataFrame({"row": wells[:, 0], "class": samples.outcome}).drop_duplicates().dropna()
    return bool(pairs["row"].is_unique)


def _wells(
    column: str, is_feature: bool, wells: NDArray[np.float64], plate: NDArray[np.int64]
) -> Wells:
    row, line = wells[:, 0], wells[:, 1]
    small = np.nanmax(row) < _SMALL_PLATE[0] and np.nanmax(line) <= _SMALL_PLATE[1]
    rows, lines = _SMALL_PLATE if small else _LARGE_PLATE
    on_edge = (row == 0) | (row == rows - 1) | (line == 1) | (line == lines)
    edge = np.where(np.isnan(row), np.nan, on_edge.astype(np.float64))
    return Wells(column, is_feature, row, line, edge, plate)
