"""What is said of a file that was looked at: its size, how it was read, what was changed."""

from __future__ import annotations

from deepbench.study.records import Conversion, PreviewRecord
from deepbench_ui.models.numbers import counted

FACTS = "{name}: {rows}, {columns}, {size}. {how}"
#: Of a file whose rows and columns cannot be told yet, or not at all.
SIZE_ONLY = "{name}: {size}. {how}"
READ_AS, LOOKED_AT = "Read as {how}.", "It looks like {how}."
CHANGED_IN = "“{column}”: {what}"
TIMES = "{line} ({count:,}×)"
_FORMATS = {"text": "text", "XLSX": "an Excel file", "XLS": "an Excel file (old kind)"}
_SEPARATORS = {"\t": "tabs", "tab": "tabs", ",": "commas", ";": "semicolons", "|": "bars"}
_DECIMAL_UNITS = (("GB", 1e9), ("MB", 1e6), ("kB", 1e3))


def facts_line(preview: PreviewRecord) -> str:
    """Return name, rows, columns and size of a file, and how it was read."""
    known = bool(preview.columns)
    how = _how_read(preview)
    return (
        (FACTS if known else SIZE_ONLY)
        .format(
            name=preview.source_name,
            rows=counted(preview.rows, "row"),
            columns=counted(len(preview.columns), "column"),
            size=spell_size(preview.size_bytes),
            how=(READ_AS if known else LOOKED_AT).format(how=how) if how else "",
        )
        .strip()
    )


def conversion_line(change: Conversion) -> str:
    """Return what was changed, in which column, and how often."""
    if not change.column:
        return change.what
    if change.column.startswith("(") and change.column.endswith(")"):
        line = change.what[:1].upper() + change.what[1:]  # of the table, not of a column
    else:
        line = CHANGED_IN.format(column=change.column, what=change.what)
    return TIMES.format(line=line, count=change.count)


def spell_size(size: int) -> str:
    """Return a size in bytes as a person says it."""
    for unit, scale in _DECIMAL_UNITS:
        if size >= scale:
            return f"{size / scale:.1f} {unit}"
    return f"{size} bytes"


def _how_read(preview: PreviewRecord) -> str:
    """Return format, sheet, encoding and separators; empty where the file is no table at all."""
    parts = [_FORMATS.get(preview.format, preview.format)]
    if preview.sheet:
        parts.append(f"sheet “{preview.sheet}”")
    if preview.encoding:
        parts.append(preview.encoding)
    if preview.encoding and preview.delimiter:
        between = _SEPARATORS.get(preview.delimiter, preview.delimiter)
        parts.append(f"columns between {between}")
    if preview.decimal == ",":
        parts.append("decimal commas")
    return ", ".join(part for part in parts if part)
