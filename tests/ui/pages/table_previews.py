"""What the desk answers about a table and the design in it."""

from __future__ import annotations

from typing import Any

from deepbench.study.records import (
    ColumnRecord,
    Conversion,
    CrossTable,
    DesignRecord,
    PreviewRecord,
)

COLUMNS = (
    ColumnRecord("sample", "text", "feature", 0, 3),
    ColumnRecord("Group", "categorical", "outcome", 0, 2),
    ColumnRecord("p1", "numeric", "feature", 1, 2),
)


def preview(**other: Any) -> dict[str, Any]:
    """Return a preview of three samples, as the desk sends it."""
    values: dict[str, Any] = {
        "source_name": "table.csv",
        "size_bytes": 1234,
        "format": "CSV",
        "sheet": "",
        "sheets": (),
        "encoding": "utf-8",
        "delimiter": ";",
        "decimal": ",",
        "header": True,
        "rows": 3,
        "columns": COLUMNS,
        "conversions": (Conversion(column="p1", what="decimal commas read", count=2),),
        "shown_columns": ("sample", "Group", "p1"),
        "row_numbers": (2, 3, 4),
        "raw": (("s1", "ill", "1,5"), ("s2", "well", "2,5"), ("s3", "ill", "NA")),
        "parsed": (("s1", "ill", "1.5"), ("s2", "well", "2.5"), ("s3", "ill", "")),
        "proposed_roles": {"sample": ("sample",)},
        "outcome_candidates": ("Group",),
    }
    return PreviewRecord(**(values | other)).model_dump(mode="json")


def design(**other: Any) -> dict[str, Any]:
    """Return a design with one table, as the desk sends it."""
    table = CrossTable(
        row_title="Outcome", column_title="Batch", rows=("ill", "well"), columns=("1", "2"),
        counts=((3, 4), (5, 6)),
    )  # fmt: skip
    values: dict[str, Any] = {
        "sentence": "18 samples of 18 units in 2 classes.",
        "task": "binary",
        "classes": ("ill", "well"),
        "class_samples": {"ill": 7, "well": 11},
        "class_units": {"ill": 7, "well": 11},
        "samples": 18,
        "units": 18,
        "features": 4,
        "tables": (table,),
    }
    return DesignRecord(**(values | other)).model_dump(mode="json")
