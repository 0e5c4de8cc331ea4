"""Answers about how files are read, in words: what was asked, and what was answered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

#: Key of [data] → what it is about, and the words of its values; values without words are shown
#: as they are.
ANSWERS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "member": ("File inside the archive", {}),
    "sheet": ("Sheet with the table", {}),
    "decimal": ("Decimal mark", {".": "point", ",": "comma"}),
    "bad_bytes": ("Bytes that are no text", {"replace": "replaced by marks"}),
    "nul_characters": ("NUL characters", {"remove": "removed"}),
    "quotes": ("Quotation marks", {"none": "ordinary characters"}),
    "header_row": ("Row with the names of the columns", {}),
    "row_names": (
        "First column",
        {"yes": "holds row names", "no": "is a column like the others"},
    ),
    "repeated_columns": ("Columns that are there twice", {"first": "the first is kept"}),
    "uneven_rows": ("Rows with a wrong number of cells", {"skip": "skipped"}),
    "formulas": ("Formulas without a result", {"empty": "read as empty"}),
    "orientation": (
        "The table has",
        {"samples in rows": "samples in rows", "samples in columns": "samples in columns"},
    ),
    "between": (
        "Columns between the samples",
        {"leave out": "left out", "keep": "kept"},
    ),
    "sample_sheet_tab": ("Sheet with the sample sheet", {}),
    "sample_sheet_key": ("Column that names the samples", {}),
    "matching": (
        "Names of samples are matched",
        {
            "exact": "as they are written",
            "loose": "whatever the case, blanks, dots and dashes",
            "start": "without what stands behind the name",
            "number": "by their number",
            "order": "not at all: the files are joined line by line",
        },
    ),
    "unmatched": ("Samples that one file lacks", {"leave out": "left out"}),
    "below_detection": (
        "Values such as <0.5",
        {
            "limit/sqrt2": "limit / √2",
            "limit/2": "half the limit",
            "limit": "the limit itself",
            "missing": "missing",
        },
    ),
    "units_in_cells": ("Units written in cells", {"remove": "removed"}),
    "date_order": ("Dates such as 03/04/2021", {}),
    "sequences": (
        "Sequences",
        {"composition": "measured by counting their letters", "leave": "left out"},
    ),
    "missing_in": ("Signs for “missing” in single columns", {}),
}


def answered(data: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Return the questions about reading that were answered: key of [data], and a sentence."""
    found = []
    for key, (title, words) in ANSWERS.items():
        value = data.get(key)
        if value in (None, "", "ask", "auto", {}):
            continue
        found.append((key, f"{title}: {_words(value, words)}"))
    return tuple(found)


def _words(value: Any, words: Mapping[str, str]) -> str:
    if isinstance(value, Mapping):
        parts = [f"{column}: {', '.join(map(str, codes))}" for column, codes in value.items()]
        return "; ".join(parts)
    return words.get(str(value), str(value))
