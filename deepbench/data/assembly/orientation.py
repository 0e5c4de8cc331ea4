"""Which way a table lies: samples in its rows, or in its columns as in most tables of genes.

It is turned by itself only on proof: the outcome is the name of a row, or the names of the sample
sheet stand in the header. Where it only looks like a table of genes, the user is asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from deepbench.data.assembly.companions import find_companions
from deepbench.data.assembly.feature_names import (
    describes_features,
    look_like_features,
    names_features,
)
from deepbench.data.assembly.first_rows import FirstRows
from deepbench.data.assembly.matching import Names, Rule, overlap
from deepbench.data.assembly.sample_names import name_columns
from deepbench.data.assembly.turning import Sides, sides_of
from deepbench.data.raw_table import RawTable
from deepbench.data.wording import shorten, some_names
from deepbench.errors import Choice, DataQuestion
from deepbench.plan import Data

_MANY_MORE = 2  # rows for each column, from which a table of genes is likely
_NUMERIC = 0.95
_LEAST_OVERLAP = 2
# A number inside a name proves nothing: names of genes are full of numbers.
_PROVING: tuple[Rule, ...] = ("exact", "loose", "start")


@dataclass(frozen=True)
class Lying:
    """Which way a table lies.

    Attributes:
        turned: Whether samples are in its columns.
        reason: Why that was concluded, as half a sentence; empty if the plan says it.
    """

    turned: bool
    reason: str = ""


def which_way(raw: RawTable, data: Data, outcome: str, sheet: RawTable | None) -> Lying:
    """Tell which way a table lies.

    Args:
        raw: The table as it stands in the file.
        data: [data] of the plan.
        outcome: Name of the outcome; empty if it is not known.
        sheet: The sample sheet, if there is one.

    Raises:
        DataQuestion: only the user can tell.
    """
    if raw.samples_in_columns:
        return Lying(True, f"{raw.how.format} files hold samples in columns")
    if data.orientation != "auto" or raw.sample_column:
        return Lying(data.orientation == "samples in columns" and not raw.sample_column)
    in_sheet = sheet is not None and _has(sheet.columns, outcome)
    proofs = [] if in_sheet else _by_outcome(raw, outcome)
    if sheet is not None:
        proofs += _by_sheet(raw, sheet)
    ways = {proof.turned for proof in proofs}
    if len(ways) == 1:
        return Lying(ways.pop(), "; ".join(proof.reason for proof in proofs))
    if ways:
        raise _question(raw, f"{'; but '.join(proof.reason for proof in proofs)}")
    if (reason := _looks_turned(raw)) is not None:
        raise _question(raw, reason)
    return Lying(False)


def names_in_first_row(raw: RawTable, sheet: RawTable | None) -> str:
    """Return why the first row of a table read without a header holds names; empty if not.

    Args:
        raw: A table without a header.
        sheet: The sample sheet, if there is one.
    """
    first = raw.cells.row(0)
    if names_features(first[0]) and not names_features(raw.cells.cell(1, 0)):
        return f"The first row begins with '{shorten(first[0])}'."
    if sheet is None:
        return ""
    names = Names(first)
    known = (Names(sheet.column(column).tolist()) for column in sheet.columns)
    found = max((overlap(names, ids, "exact") for ids in known), default=0)
    if found < max(_LEAST_OVERLAP, min(sheet.rows, len(first)) / 2):
        return ""
    return f"The first row holds {found:,} names of {sheet.source_name}."


def _has(names: Sequence[str], name: str) -> bool:
    folded = name.strip().casefold()
    return bool(folded) and any(other.casefold() == folded for other in names)


def _by_outcome(raw: RawTable, outcome: str) -> list[Lying]:
    if not outcome or not raw.how.header:
        return []
    if _has(raw.columns, outcome):
        return [Lying(False, f"the outcome '{shorten(outcome)}' is the name of a column")]
    if outcome.strip() in set(raw.cells.column(0)):
        return [Lying(True, f"the outcome '{shorten(outcome)}' is the name of a row")]
    return []


def _by_sheet(raw: RawTable, sheet: RawTable) -> list[Lying]:
    """Compare the names of the sheet with the header and with the columns that hold names."""
    known = [Names(sheet.column(column).tolist()) for column in sheet.columns]
    header = Names(list(raw.columns))
    below = [Names(raw.cells.column(place).tolist()) for place in name_columns(raw)]
    for rule in _PROVING:
        across = max((overlap(header, ids, rule) for ids in known), default=0)
        down = max((overlap(names, ids, rule) for names in below for ids in known), default=0)
        enough = min(sheet.rows, len(raw.columns) if across > down else raw.rows) / 2
        if across == down or max(across, down) < max(_LEAST_OVERLAP, enough):
            continue
        here, there = ("header", "rows") if across > down else ("rows", "header")
        found, others = max(across, down), min(across, down)
        reason = (
            f"{found:,} names of {sheet.source_name} stand in the {here}, {others:,} in the "
            f"{there}"
        )
        return [Lying(across > down, reason)]
    return []


def _looks_turned(raw: RawTable) -> str | None:
    """Return why a table looks like one of genes in rows, None if it does not."""
    sides, samples, first = _sides(raw)
    shares = first.number_shares()[samples][first.filled()[samples]]
    if len(samples) < _LEAST_OVERLAP or not len(shares) or np.mean(shares) < _NUMERIC:
        return None
    many_rows = raw.rows >= _MANY_MORE * len(samples)
    for place in sides.described:
        if look_like_features(raw.cells.column(place).tolist()):
            return f"its column '{shorten(raw.columns[place])}' holds names of genes or the like"
    described = [raw.columns[place] for place in sides.described]
    named = [name for name in described if names_features(name)]
    several = len([name for name in described if describes_features(name)]) > 1
    if named and (many_rows or several):
        return f"its columns {some_names(described)} describe features, not samples"
    return None


def _sides(raw: RawTable) -> tuple[Sides, list[int], FirstRows]:
    """Return the columns that would describe features, those of samples, and the first rows."""
    first = FirstRows.of(raw)
    sides = sides_of(raw, first)
    between = find_companions(raw, sides.values, first)
    return sides, sides.values if between is None else between.samples.tolist(), first


def _question(raw: RawTable, reason: str) -> DataQuestion:
    sides, samples, _ = _sides(raw)
    across = [raw.columns[place] for place in samples] or list(raw.columns)
    down = _names_down(raw, sides)
    return DataQuestion(
        f"{raw.source_name} may lie on its side: {reason}. Its rows are called "
        f"{some_names(down)}; its columns {some_names(across)}. Which of them are the samples?",
        "data.orientation",
        (
            Choice(
                "samples in columns",
                "Samples Are the Columns",
                f"{some_names(across)} are samples",
            ),
            Choice("samples in rows", "Samples Are the Rows", f"{some_names(down)} are samples"),
        ),
        "If the outcome stands in a sample sheet, name that file as sample_sheet under [data]: "
        "its names tell which way the table lies.",
    )


def _names_down(raw: RawTable, sides: Sides) -> list[str]:
    places = sides.described or (0,)
    columns = [raw.cells.column(place).tolist() for place in places]
    best = max(columns, key=lambda names: len(set(names)))
    return [name or "(empty)" for name in best]
