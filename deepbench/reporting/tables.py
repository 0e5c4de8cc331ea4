"""Tables of the report as plain values; the template only lays them out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Attributes:
        title: Heading.
        numeric: Whether its cells are numbers (right-aligned, digits of equal width).
    """

    title: str
    numeric: bool = False


@dataclass(frozen=True)
class Table:
    """A table ready to be laid out.

    Attributes:
        caption: Title of the table.
        columns: Its columns; the first cell of each row is the row's heading.
        rows: Texts of the cells.
        note: Sentence below the table; may be empty.
        marked: Rows to set off, by position.
        tone: What setting off means: ``good``, or ``care``.
    """

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""
    marked: frozenset[int] = frozenset()
    tone: str = "good"


def table(
    caption: str,
    columns: Sequence[str | Column],
    rows: Sequence[Sequence[str]],
    *,
    note: str = "",
    marked: Sequence[int] = (),
    tone: str = "good",
) -> Table:
    """Make a table; a heading that starts with "#" names a numeric column."""
    made = tuple(
        column
        if isinstance(column, Column)
        else Column(column.removeprefix("#"), column.startswith("#"))
        for column in columns
    )
    return Table(caption, made, tuple(tuple(row) for row in rows), note, frozenset(marked), tone)


def capped(names: Sequence[str], limit: int) -> tuple[tuple[str, ...], str]:
    """Return the first names, and how many more there are ("and 19,800 more")."""
    more = len(names) - limit
    return tuple(names[:limit]), f"and {more:,} more" if more > 0 else ""


def setting(value: Any) -> str:
    """Write the value of a model's setting."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.4g}" if math.isfinite(value) else "–"
    if isinstance(value, list | tuple):
        return ", ".join(setting(entry) for entry in value)
    if isinstance(value, dict):
        return ", ".join(f"{key}: {setting(entry)}" for key, entry in value.items())
    return str(value)
