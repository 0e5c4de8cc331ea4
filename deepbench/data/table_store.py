"""Samples and typed tables as one Parquet file, quick for 20,000 columns.

Parquet pays per column, so all numeric columns are stored as one column of fixed-size lists
and all text columns as one column of lists. Names, order and what is predicted stand in the
file's metadata as JSON. The same content gives the same bytes (artifacts are named by hash).
"""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import asdict, fields
from typing import Any, TypeVar

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from deepbench.data.cell_places import FilePlaces
from deepbench.data.column_types import ParsedTable
from deepbench.data.raw_table import CellLocator
from deepbench.data.samples import AllSamples, OutcomeInfo, TestSet, TrainingSet
from deepbench.errors import StudyError
from deepbench.study.records import ColumnRecord, Conversion

STORE_FORMAT = 1
_META = b"deepbench"
# asdict copies every value deeply, which for 20,000 columns takes longer than writing them.
_COLUMN_FIELDS = tuple(field.name for field in fields(ColumnRecord))

Samples = TypeVar("Samples", AllSamples, TrainingSet, TestSet)


def to_parquet_bytes(samples: AllSamples | TrainingSet | TestSet) -> bytes:
    """Return samples as the bytes of a Parquet file."""
    columns = {
        "sample": pa.array(samples.sample_ids.tolist(), type=pa.large_string()),
        "unit": pa.array(samples.units),
        "outcome": pa.array(samples.outcome),
    }
    meta = {
        "content": "samples",
        "info": asdict(samples.info),
        "features": _add_frame(columns, "features", samples.features),
        "annotations": _add_frame(columns, "annotations", samples.annotations),
    }
    return _write(columns, meta)


def from_parquet_bytes(data: bytes, kind: type[Samples]) -> Samples:
    """Return the samples that `to_parquet_bytes` wrote.

    Args:
        data: Bytes of the file.
        kind: `AllSamples`, `TrainingSet` or `TestSet`. The vault is what guards test samples:
            only `deepbench.data.vault.opening` asks for a `TestSet`.

    Raises:
        StudyError: the bytes are damaged or of another format.
    """
    table, meta = _read(data, "samples")
    info = meta["info"]
    return kind(
        features=_take_frame(table, "features", meta["features"]),
        outcome=table["outcome"].to_numpy().copy(),
        sample_ids=np.array(table["sample"].to_pylist(), dtype=np.str_),
        units=table["unit"].to_numpy().copy(),
        annotations=_take_frame(table, "annotations", meta["annotations"]),
        info=OutcomeInfo(info["column"], info["task"], tuple(info["classes"])),
    )


def sample_names_in(data: bytes) -> list[str]:
    """Return the names of the samples that `to_parquet_bytes` wrote, and nothing else of them.

    Raises:
        StudyError: the bytes hold no samples.
    """
    try:
        names = pq.read_table(io.BytesIO(data), columns=["sample"])["sample"]
    except (pa.ArrowException, OSError, KeyError, ValueError):
        raise StudyError(
            "A table of the study is damaged and cannot be read.",
            "Run 'deepbench check' on the study, or import the data again.",
        ) from None
    return [str(name) for name in names.to_pylist()]


def table_to_parquet_bytes(parsed: ParsedTable) -> bytes:
    """Return a typed table as the bytes of a Parquet file."""
    columns = {"row": pa.array(parsed.locator.rows)}
    meta = {
        "content": "table",
        "frame": _add_frame(columns, "frame", parsed.frame),
        "columns": {
            name: [getattr(column, name) for column in parsed.columns] for name in _COLUMN_FIELDS
        },
        "conversions": [conversion.model_dump() for conversion in parsed.conversions],
        "first_column": parsed.locator.first_column,
        "files": [_places(file) for file in parsed.locator.files],
        "sample_column": parsed.sample_column,
        "aside": parsed.aside,
        "decimal": parsed.decimal,
        "units": dict(parsed.units),
        "header": parsed.header,
        "source_name": parsed.source_name,
    }
    return _write(columns, meta)


def table_from_parquet_bytes(data: bytes) -> ParsedTable:
    """Return the typed table that `table_to_parquet_bytes` wrote; errors as there."""
    table, meta = _read(data, "table")
    return ParsedTable(
        frame=_take_frame(table, "frame", meta["frame"]),
        columns=_columns(meta["columns"]),
        conversions=tuple(Conversion.model_validate(item) for item in meta["conversions"]),
        locator=CellLocator(
            table["row"].to_numpy().copy(),
            meta["first_column"],
            tuple(_file_places(file) for file in meta.get("files", ())),
        ),
        decimal=meta["decimal"],
        units=meta.get("units", {}),
        header=meta["header"],
        source_name=meta["source_name"],
        sample_column=meta.get("sample_column", ""),
        aside=tuple(meta.get("aside", ())),
    )


def _places(file: FilePlaces) -> dict[str, Any]:
    return {**vars(file), "rows": file.rows.tolist(), "columns": file.columns.tolist()}


def _columns(stored: dict[str, list[Any]] | list[dict[str, Any]]) -> tuple[ColumnRecord, ...]:
    """Return the records of columns; tables of before had them one by one."""
    if isinstance(stored, list):
        return tuple(ColumnRecord(**column) for column in stored)
    return tuple(map(ColumnRecord, *(stored[name] for name in _COLUMN_FIELDS)))


def _file_places(stored: dict[str, Any]) -> FilePlaces:
    arrays = {key: np.array(stored[key], dtype=np.int64) for key in ("rows", "columns")}
    return FilePlaces(**{**stored, **arrays})


def _write(columns: dict[str, Any], meta: dict[str, Any]) -> bytes:
    text = json.dumps({"format": STORE_FORMAT, **meta}, ensure_ascii=False)
    table = pa.table(columns).replace_schema_metadata({_META: text.encode("utf-8")})
    stream = io.BytesIO()
    # Measurements hardly repeat: a dictionary would only cost time. Snappy costs a quarter of what
    # writing does, and makes counts small.
    pq.write_table(
        table, stream, compression="snappy", use_dictionary=False, write_statistics=False
    )
    return stream.getvalue()


def _read(data: bytes, content: str) -> tuple[Any, dict[str, Any]]:
    try:
        table = pq.read_table(io.BytesIO(data))
        meta: dict[str, Any] = json.loads((table.schema.metadata or {})[_META])
    except (pa.ArrowException, OSError, KeyError, ValueError):
        raise StudyError(
            "A table of the study is damaged and cannot be read.",
            "Run 'deepbench check' on the study, or import the data again.",
        ) from None
    if meta["format"] != STORE_FORMAT or meta["content"] != content:
        raise StudyError(
            f"A table of the study has format {meta['format']} ({meta['content']}), which this "
            "version does not read here.",
            "Open the study with the version that wrote it.",
        )
    return table, meta


def _add_frame(columns: dict[str, Any], prefix: str, frame: pd.DataFrame) -> dict[str, list[str]]:
    """Add a frame as at most two columns; return names, and which are numeric and text."""
    is_number = [dtype == np.float64 for dtype in frame.dtypes]
    numbers = [name for name, number in zip(frame.columns, is_number, strict=True) if number]
    texts = [name for name, number in zip(frame.columns, is_number, strict=True) if not number]
    if numbers:
        values = np.ascontiguousarray(frame[numbers].to_numpy(dtype=np.float64))
        flat = pa.array(values.reshape(-1))
        columns[f"{prefix}.numbers"] = pa.FixedSizeListArray.from_arrays(flat, len(numbers))
    if texts:
        cells = frame[texts].astype(object).where(frame[texts].notna(), None)
        flat = pa.array(cells.to_numpy(dtype=object).reshape(-1), type=pa.large_string())
        columns[f"{prefix}.texts"] = pa.FixedSizeListArray.from_arrays(flat, len(texts))
    return {"order": list(frame.columns), "numbers": numbers, "texts": texts}


def _take_frame(table: Any, prefix: str, names: dict[str, list[str]]) -> pd.DataFrame:
    rows = table.num_rows
    parts: list[pd.DataFrame] = []
    for kind in ("numbers", "texts"):
        if names[kind]:
            flat = _flat(table[f"{prefix}.{kind}"])
            values = flat.reshape(rows, len(names[kind]))
            dtype = object if kind == "texts" else None
            parts.append(pd.DataFrame(values, columns=names[kind], dtype=dtype, copy=False))
    if not parts:
        return pd.DataFrame(index=range(rows))
    return parts[0] if len(parts) == 1 else _ordered(parts, names["order"])


def _flat(column: Any) -> Any:
    return column.combine_chunks().flatten().to_numpy(zero_copy_only=False).copy()


def _ordered(parts: Sequence[pd.DataFrame], order: list[str]) -> pd.DataFrame:
    return pd.concat(parts, axis=1)[order]
