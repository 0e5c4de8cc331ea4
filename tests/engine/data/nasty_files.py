"""Files as labs have them, and what must come of each: a reading, a question, or a sentence.

Everything goes the public way, through the import of a run and through the preview of the window,
and both must say the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from deepbench.data.column_types import ParsedTable
from deepbench.data.table_files import TableFiles
from deepbench.data.table_import import import_table
from deepbench.errors import DataQuestion, DeepBenchError
from deepbench.jobs.preview_table import preview_table
from deepbench.messages import PreviewTable
from deepbench.plan import StudyPlan
from deepbench.study.records import ImportRecord, PreviewRecord
from deepbench.worker.progress import Progress

Content = str | bytes | Callable[[Path], None]
Cells = Sequence[float | str | None]

ID = ("s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8")
GROUP = ("case", "control") * 4
AGE = (31.0, 42.0, 29.0, 55.0, 61.0, 38.0, 47.0, 33.0)
COMMA = (("(all)", "decimal comma read as decimal point", 1),)
CRP = (1.5, 0.25, 64.0, 3.75, 0.5, 12.125, 7.5, 2.25)


@dataclass(frozen=True)
class Reads:
    """The file is read.

    Attributes:
        cells: Columns and their cells: numbers, texts, None where missing.
        said: Everything that was changed: column, what (a pattern) and how often. Nothing else
            may have been changed, and nothing of this silently.
        columns: Names of all columns, or None.
        how: Fields of the import record.
        options: Plan tables besides the usual.
    """

    cells: Mapping[str, Cells] = field(default_factory=dict)
    said: Sequence[tuple[str, str, int]] = ()
    columns: Sequence[str] | None = None
    how: Mapping[str, Any] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Refuses:
    """The file is refused in a sentence, with what to do."""

    message: str
    hint: str
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Asks:
    """Only the user can tell; each answer is given, and then the file is what stands with it."""

    key: str
    message: str
    answers: Sequence[tuple[Any, Reads | Refuses | Asks]]
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Nasty:
    """A file, and what must come of it."""

    title: str
    content: Content
    expected: Reads | Refuses | Asks
    name: str = "table.csv"
    outcome: str = "group"


# --- making ---------------------------------------------------------------------------------


def table(
    *extra: Sequence[object],
    sep: str = ",",
    newline: str = "\n",
    header: Sequence[str] = ("id", "group", "age", "crp"),
    decimal: str = ".",
) -> str:
    """Return eight patients as text; each of ``extra`` is a further column, its name first."""

    def number(value: float) -> str:
        return f"{value:g}".replace(".", decimal)

    columns = [
        [header[0], *ID],
        [header[1], *GROUP],
        [header[2], *map(number, AGE)],
        [header[3], *map(number, CRP)],
        *([str(cell) for cell in column] for column in extra),
    ]
    return newline.join(sep.join(row) for row in zip(*columns, strict=True)) + newline


PLAIN = {"id": ID, "group": GROUP, "age": AGE, "crp": CRP}


def extra(*cells: object, name: str = "x", **how: str) -> str:
    """Return the plain table with one more column."""
    return table((name, *cells), **how)  # type: ignore[arg-type]


def reads(
    *cells: float | str | None,
    said: Sequence[tuple[str, str, int]] = (),
    name: str = "x",
    options: Mapping[str, Any] | None = None,
) -> Reads:
    """Return that the plain table is read with one more column."""
    return Reads({**PLAIN, name: cells}, said, options=options or {})


def put(content: Content, path: Path) -> Path:
    """Write a file and return its path."""
    if callable(content):
        content(path)
    else:
        path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
    return path


# --- trying ---------------------------------------------------------------------------------

Outcome = tuple[ParsedTable, ImportRecord] | DeepBenchError


def plan_of(name: str, outcome: str, options: Mapping[str, Any]) -> StudyPlan:
    """Return a plan with the usual answers and some more."""
    data = {"source": name, **options.get("data", {})}
    question = {"outcome": outcome, **options.get("question", {})}
    rest = {key: value for key, value in options.items() if key not in ("data", "question")}
    return StudyPlan.model_validate({"data": data, "question": question, **rest})


def imported(path: Path, outcome: str, options: Mapping[str, Any]) -> Outcome:
    """Import as a run does; a sentence is returned, anything else is raised."""
    try:
        return import_table(TableFiles(path), plan_of(path.name, outcome, options))
    except DeepBenchError as error:
        return error


def previewed(path: Path, outcome: str, options: Mapping[str, Any]) -> PreviewRecord:
    """Preview as the window does."""
    plan = plan_of(path.name, outcome, options)
    answers = plan.model_dump(mode="json", exclude_unset=True)
    request = PreviewTable(str(path.parent), answers)
    return PreviewRecord.model_validate(preview_table(request, Progress()))


# --- judging --------------------------------------------------------------------------------


def check(case: Nasty, folder: Path) -> None:
    """Try a file in both ways, and follow every answer of every question."""
    path = put(case.content, folder / case.name)
    _check(case, path, case.expected, {})


def _check(
    case: Nasty, path: Path, expected: Reads | Refuses | Asks, given: Mapping[str, Any]
) -> None:
    options = merged(given, expected.options)
    outcome = imported(path, case.outcome, options)
    preview = previewed(path, case.outcome, options)
    if isinstance(expected, Reads):
        assert not isinstance(outcome, DeepBenchError), f"refused: {outcome}"
        _check_reading(expected, *outcome)
        assert (preview.problem, preview.question) == ("", None)
        assert preview.conversions == outcome[1].conversions
        return
    assert isinstance(outcome, DeepBenchError), f"was read as {shown(*outcome)}"
    assert preview.problem == outcome.message
    _check_sentence(outcome, expected.message)
    if isinstance(expected, Refuses):
        assert not isinstance(outcome, DataQuestion), f"asked {outcome.key}"
        assert re.search(expected.hint, outcome.hint), outcome.hint
        return
    assert isinstance(outcome, DataQuestion), f"not a question: {outcome}"
    assert preview.question is not None
    assert preview.question.key == outcome.key == expected.key
    values = [choice.value for choice in outcome.choices]
    assert values == [value for value, _ in expected.answers]
    for value, then in expected.answers:
        _check(case, path, then, merged(options, answer(outcome.key, value)))


def _check_sentence(error: DeepBenchError, pattern: str) -> None:
    assert re.search(pattern, error.message), error.message
    assert error.hint
    for text in (error.message, error.hint):
        assert len(text) < 900, text
        assert text.endswith((".", "?", ")")), text
        assert "Traceback" not in text
        assert not re.search(r"\b(NoneType|Error:|Exception|0x[0-9a-f]{6,})", text), text
        assert text.isprintable(), text


def _check_reading(expected: Reads, parsed: ParsedTable, record: ImportRecord) -> None:
    for column, cells in expected.cells.items():
        assert column in parsed.frame.columns, list(parsed.frame.columns)
        assert found_cells(parsed, column) == list(cells), column
    if expected.columns is not None:
        assert list(parsed.frame.columns) == list(expected.columns)
    rows = {len(cells) for cells in expected.cells.values()}
    assert rows <= {record.rows}
    for name, value in expected.how.items():
        assert getattr(record, name) == value, name
    said = [(c.column, c.what, c.count) for c in record.conversions]
    open_, missed = list(said), []
    for column, pattern, count in expected.said:
        fits = [s for s in open_ if (s[0], s[2]) == (column, count) and re.search(pattern, s[1])]
        if fits:
            open_.remove(fits[0])
        else:
            missed.append((column, pattern, count))
    assert not missed, f"not said: {missed}; said: {said}"
    assert not open_, f"said besides: {open_}"


def found_cells(parsed: ParsedTable, column: str) -> list[float | str | None]:
    """Return the cells of a column; None where missing."""
    values = parsed.frame[column]
    if values.dtype == np.float64:
        return [None if np.isnan(value) else float(value) for value in values]
    return [None if pd.isna(value) else str(value) for value in values]


def shown(parsed: ParsedTable, record: ImportRecord) -> str:
    """Return a reading in short, for a failed test."""
    columns = {str(name): found_cells(parsed, name)[:4] for name in parsed.frame.columns[:12]}
    said = [(c.column, c.what, c.count) for c in record.conversions]
    return f"{columns} {said} {record.encoding} {record.delimiter!r} {record.decimal!r}"


def answer(key: str, value: Any) -> dict[str, Any]:
    """Return a plan that holds one answer."""
    section, _, name = key.rpartition(".")
    return {section: {name: value}} if section else {name: value}


def merged(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answers of both, the second's where both have one."""
    result = dict(first)
    for key, value in second.items():
        known = result.get(key)
        both = isinstance(known, Mapping) and isinstance(value, Mapping)
        result[key] = merged(known, value) if both else value
    return result
