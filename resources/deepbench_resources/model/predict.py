"""Predict the samples of a CSV file with the model beside this script.

    python predict.py TABLE.csv                       writes predictions.csv
    python predict.py TABLE.csv -o OUT.csv --sample ID --decimal ,

Needs Python 3.10 or newer, numpy and onnxruntime (pip install numpy onnxruntime), and the files
model.onnx and schema.json in the same folder. DeepBench itself is not needed.

The columns of the table are found by their names in schema.json, in any order; other columns are
left aside. A cell that is empty or a code for missing is filled in as in training. What cannot be
read is an error, never a guess. Notes go to the screen, predictions to the file: one line for each
sample, in the order of the table.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import io
import json
import re
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

HERE = Path(__file__).resolve().parent
ROWS_AT_A_TIME = 256
MOST_NAMED = 5
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
# A spreadsheet program takes a cell that begins so for a formula.
FORMULA = re.compile(r"[=+\-@\t\r]")


class TableError(Exception):
    """The table cannot be used; the message says where and why."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the script; returns its exit code."""
    options = read_options(arguments)
    table, output = Path(options.table), Path(options.output)
    try:
        if output.exists() and table.exists() and output.samefile(table):
            raise TableError("The predictions would replace the table. Give another name with -o.")
        schema = read_schema()
        header, rows = read_table(table, schema)
        places = match_columns(header, schema)
        sample, names = sample_names(header, rows, options.sample)
        numbers = read_numbers(rows, places, schema, options.decimal)
        texts = read_texts(rows, places, schema)
        for note in notes(header, places, numbers, texts, schema):
            print(note, file=sys.stderr)
        predicted = predict(numbers, texts, schema)
        write(output, schema, sample, names, predicted)
    except TableError as error:
        print(error, file=sys.stderr)
        return 2
    except OSError as error:
        print(f"{error.filename}: {error.strerror}.", file=sys.stderr)
        return 1
    print(f"{len(rows)} samples predicted: {output}", file=sys.stderr)
    return 0


def read_options(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    about = argparse.ArgumentParser(description="Predict the samples of a CSV file.")
    about.add_argument("table", help="CSV file in UTF-8: a line for each sample")
    about.add_argument("-o", "--output", default="predictions.csv", help="file to write")
    about.add_argument("--sample", help="column that names the samples; without it, line numbers")
    about.add_argument("--decimal", default=".", choices=[".", ","], help="decimal mark")
    return about.parse_args(arguments)


def read_schema() -> dict[str, Any]:
    """Read schema.json, and make sure that it belongs to model.onnx."""
    schema: dict[str, Any] = json.loads((HERE / "schema.json").read_text("utf-8"))
    content = (HERE / "model.onnx").read_bytes()
    if hashlib.sha256(content).hexdigest() != schema["files"]["model.onnx"]["sha256"]:
        raise TableError("model.onnx is not the file that schema.json was written for.")
    return schema


def columns_of(schema: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    """Return the columns of a type, in the order in which the model takes them."""
    return [column for column in schema["columns"] if column["type"] == kind]


# --- the table ---------------------------------------------------------------------------------


def read_table(path: Path, schema: dict[str, Any]) -> tuple[list[str], list[list[str]]]:
    """Read the column names and the cells; the separator is found by the columns of the model."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise TableError(f"{path.name} is not a text file in UTF-8.") from None
    wanted = {column["name"] for column in schema["columns"]}
    found: dict[str, int] = {}
    for separator in (",", ";", "\t"):
        first = next(csv.reader(io.StringIO(text, newline=""), delimiter=separator), [])
        found[separator] = len(wanted & {cell.strip() for cell in first})
    separator = max(found, key=lambda mark: found[mark])
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    header = [cell.strip() for cell in next(reader, [])]
    rows = []
    for cells in reader:
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(header):
            raise TableError(
                f"Line {reader.line_num} of {path.name} has {len(cells)} cells, the first line "
                f"{len(header)}."
            )
        rows.append([cell.strip() for cell in cells])
    if not rows:
        raise TableError(f"{path.name} holds no samples.")
    return header, rows


def match_columns(header: list[str], schema: dict[str, Any]) -> dict[str, int]:
    """Return where each column of the model stands."""
    names = [column["name"] for column in schema["columns"]]
    places = {name: place for place, name in enumerate(header)}
    missing = [name for name in names if name not in places]
    if missing:
        raise TableError(
            f"The table lacks {len(missing)} of the {len(names)} columns that the model needs: "
            f"{some(missing)}."
        )
    wanted = set(names)
    seen: set[str] = set()
    for name in header:
        if name in wanted and name in seen:
            raise TableError(f"Several columns of the table are called {name}.")
        seen.add(name)
    return {name: places[name] for name in names}


def sample_names(
    header: list[str], rows: list[list[str]], column: str | None
) -> tuple[str, list[str]]:
    """Return the title of the column of names, and the names of the samples."""
    if column is None:
        return "sample", [str(number) for number in range(1, len(rows) + 1)]
    if header.count(column) != 1:
        raise TableError(f"There is not exactly one column called {column}.")
    place = header.index(column)
    return column, [row[place] for row in rows]


def read_numbers(
    rows: list[list[str]], places: dict[str, int], schema: dict[str, Any], decimal: str
) -> NDArray[Any]:
    """Return (samples, columns) numbers, NaN where missing."""
    columns = columns_of(schema, "number")
    values = np.full((len(rows), len(columns)), np.nan)
    for number, column in enumerate(columns):
        place = places[column["name"]]
        codes = {"", *schema["missing"]["numbers"], *column.get("missing", [])}
        as_numbers = {float(code) for code in codes if NUMBER.fullmatch(code)}
        for row, cells in enumerate(rows):
            cell = cells[place]
            if cell.casefold() in codes:
                continue
            plain = cell.replace(",", ".") if decimal == "," and "." not in cell else cell
            value = float(plain) if NUMBER.fullmatch(plain) else np.inf
            if not np.isfinite(value):
                raise TableError(
                    f"Sample {row + 1} of the table has no number in column {column['name']}. "
                    "Correct the cell, or empty it."
                )
            if value not in as_numbers:
                values[row, number] = value
    check_transform(values, columns, schema)
    return values


def check_transform(
    values: NDArray[Any], columns: list[dict[str, Any]], schema: dict[str, Any]
) -> None:
    """Refuse numbers that cannot be transformed as in training."""
    transform = schema["transform"]
    if transform is None:
        return
    chosen = [number for number, column in enumerate(columns) if column.get("transformed")]
    block = values[:, chosen]
    highest = np.inf if transform["highest"] is None else transform["highest"]
    wrong = ((block < 0.0) | (block > highest)).any(axis=0)
    if wrong.any():
        names = [columns[chosen[place]]["name"] for place in np.flatnonzero(wrong)]
        raise TableError(
            f"{transform['name']} takes {transform['takes']}, and other values stand in "
            f"{some(names)}. Values have to be on the scale of the training table."
        )
    empty = np.fmax.reduce(block, axis=1) == 0.0
    if transform["of_whole_sample"] and empty.any():
        raise TableError(
            f"Sample {int(np.argmax(empty)) + 1} of the table has only zeros in the "
            f"{len(chosen)} columns that {transform['name']} is applied to. Leave it out."
        )


def read_texts(
    rows: list[list[str]], places: dict[str, int], schema: dict[str, Any]
) -> NDArray[Any]:
    """Return (samples, columns) texts, empty where missing."""
    columns = columns_of(schema, "text")
    texts = np.full((len(rows), len(columns)), "", dtype=object)
    for number, column in enumerate(columns):
        codes = {"", *schema["missing"]["texts"], *column.get("missing", [])}
        as_numbers = {float(code) for code in codes if NUMBER.fullmatch(code)}
        for row, cells in enumerate(rows):
            cell = cells[places[column["name"]]]
            is_number = bool(as_numbers) and NUMBER.fullmatch(cell) is not None
            if cell.casefold() not in codes and not (is_number and float(cell) in as_numbers):
                texts[row, number] = cell
    return texts


# --- what the reader should know ---------------------------------------------------------------


def notes(
    header: list[str],
    places: dict[str, int],
    numbers: NDArray[Any],
    texts: NDArray[Any],
    schema: dict[str, Any],
) -> Iterable[str]:
    """Yield sentences on what is unusual about the table."""
    extra = [name for name in header if name not in places]
    if extra:
        yield f"Not used by the model: {some(extra)}."
    columns = columns_of(schema, "number")
    gaps = np.isnan(numbers)
    if gaps.any():
        names = [columns[place]["name"] for place in np.flatnonzero(gaps.any(axis=0))]
        yield (
            f"{int(gaps.any(axis=1).sum())} samples lack values, which are filled in as in "
            f"training: {some(names)}."
        )
    limits = np.array([column.get("range", [-np.inf, np.inf]) for column in columns])
    limits = limits.reshape(-1, 2)
    outside = (numbers < limits[:, 0]) | (numbers > limits[:, 1])
    if outside.any():
        names = [columns[place]["name"] for place in np.flatnonzero(outside.any(axis=0))]
        yield (
            f"{int(outside.any(axis=1).sum())} samples have values outside of the range in "
            f"schema.json, where the model may be guessing: {some(names)}."
        )
    for place, column in enumerate(columns_of(schema, "text")):
        unseen = {text for text in texts[:, place] if text} - set(column["labels"])
        if unseen:
            yield (
                f"{column['name']} has {len(unseen)} labels that the model does not tell apart; "
                f"they are {column['others']}."
            )


def some(names: list[str]) -> str:
    """Name the first few."""
    rest = len(names) - MOST_NAMED
    return ", ".join(names[:MOST_NAMED]) + (f" and {rest} more" if rest > 0 else "")


# --- the model ---------------------------------------------------------------------------------


def predict(
    numbers: NDArray[Any], texts: NDArray[Any], schema: dict[str, Any]
) -> dict[str, NDArray[Any]]:
    """Return ``predicted`` (samples,), and ``probabilities`` (samples, classes) of classes."""
    onnxruntime.disable_telemetry_events()
    settings = onnxruntime.SessionOptions()
    settings.log_severity_level = 3
    session = onnxruntime.InferenceSession(
        str(HERE / "model.onnx"), settings, providers=["CPUExecutionProvider"]
    )
    inputs = {"numbers": numbers, "texts": texts}
    wanted = [one.name for one in session.get_inputs()]
    results = [one.name for one in session.get_outputs()]
    parts = [
        session.run(
            results, {name: inputs[name][begin : begin + ROWS_AT_A_TIME] for name in wanted}
        )
        for begin in range(0, len(numbers), ROWS_AT_A_TIME)
    ]
    joined = (np.concatenate(values) for values in zip(*parts, strict=True))
    return dict(zip(results, joined, strict=True))


def write(
    path: Path,
    schema: dict[str, Any],
    sample: str,
    names: list[str],
    predicted: dict[str, NDArray[Any]],
) -> None:
    """Write a line for each sample: its name, what is predicted, a probability of each class."""
    classes = schema["outcome"].get("classes", [])
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(map(safe, [sample, "predicted", *(f"p_{name}" for name in classes)]))
        for row, name in enumerate(names):
            said = predicted["predicted"][row]
            line = [safe(name), safe(str(said)) if classes else repr(float(said))]
            if classes:
                line += [repr(float(p)) for p in predicted["probabilities"][row]]
            writer.writerow(line)


def safe(cell: str) -> str:
    """Return a cell that no spreadsheet program takes for a formula; numbers stay numbers."""
    return f"'{cell}" if FORMULA.match(cell) and not NUMBER.fullmatch(cell) else cell


if __name__ == "__main__":
    sys.exit(main())
