"""The design that roles make: classes, units, batches and sites counted against each other."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from deepbench.data.cells.measurements import FEW_LEVELS
from deepbench.data.column_types import ParsedTable
from deepbench.data.number_text import Decimal, number_text, parse_numbers
from deepbench.data.roles import assign_roles
from deepbench.data.samples import AllSamples
from deepbench.data.wording import counted, shorten
from deepbench.errors import DeepBenchError
from deepbench.plan import Roles, StudyPlan
from deepbench.study.records import CrossTable, DesignRecord, SampleSheetRecord

_CROSSED_ROLES = ("batch", "operator", "site", "date", "timepoint", "sensitive", "part")
_MOST_LEVELS = 50
_LEVELS_SHOWN = 30
_MOST_DATES = 30
_NOT_GIVEN = "(not given)"
_PER_UNIT = ((1, "1"), (2, "2"), (3, "3"), (5, "4–5"))
_MORE_PER_UNIT = "6 or more"
_SAMPLES_PER_UNIT = "samples per unit"
_ISO_DATE = re.compile(r"(\d{4})-(\d{2})(-\d{2}.*)?")
_THIRDS = 3


@dataclass(frozen=True)
class _Groups:
    """Samples in groups: (n,) group numbers, and the groups' names."""

    title: str
    codes: NDArray[np.int64]
    names: tuple[str, ...]


def sketch(
    parsed: ParsedTable, plan: StudyPlan, problem: DeepBenchError | None = None
) -> DesignRecord:
    """Count what the roles of a plan make of a table.

    Args:
        parsed: The typed table.
        plan: With outcome and roles.
        problem: What is known to be wrong already, or None.

    Returns:
        The design. If the roles cannot hold, ``problem`` says why, and the counts are those
        under the roles that can; they are 0 where there are none.
    """
    for roles in _retreats(plan.roles):
        try:
            tried = plan.model_copy(update={"roles": roles})
            samples, sheet = assign_roles(parsed, tried)
        except DeepBenchError as error:
            problem = problem or error
        else:
            return _record(sheet, _tables(parsed, samples, sheet), problem)
    assert problem is not None
    return nothing_to_sketch(problem)


def nothing_to_sketch(problem: DeepBenchError) -> DesignRecord:
    """Return the design of a table of which nothing can be counted."""
    return DesignRecord(
        sentence="",
        task="",
        classes=(),
        class_samples={},
        class_units={},
        samples=0,
        units=0,
        features=0,
        tables=(),
        problem=problem.message,
        hint=problem.hint,
    )


def _retreats(roles: Roles) -> Iterator[Roles]:
    """Yield the roles, then without those that may take all features away, then none."""
    yield roles
    if roles.ignore:
        yield roles.model_copy(update={"ignore": []})
    yield Roles()


def _record(
    sheet: SampleSheetRecord, tables: tuple[CrossTable, ...], problem: DeepBenchError | None
) -> DesignRecord:
    return DesignRecord(
        sentence=sheet.sentence,
        task=sheet.task,
        classes=sheet.classes,
        class_samples=sheet.class_samples,
        class_units=sheet.class_units,
        samples=sheet.samples,
        units=sheet.units,
        features=sheet.features,
        tables=tables,
        problem=problem.message if problem else "",
        hint=problem.hint if problem else "",
    )


# --- tables ---------------------------------------------------------------------------------


def _tables(
    parsed: ParsedTable, samples: AllSamples, sheet: SampleSheetRecord
) -> tuple[CrossTable, ...]:
    outcome = _outcome_groups(samples)
    units = np.unique(samples.units, return_inverse=True)[1]
    tables = []
    if sheet.units < sheet.samples:
        tables.append(_crossed(_per_unit(samples), outcome, units))
    for role in _CROSSED_ROLES:
        for column in sheet.roles.get(role, ()):
            texts = samples.annotations[column].to_numpy(dtype=object)
            rows = _groups(role, column, texts, parsed.decimal)
            tables.append(_crossed(rows, outcome, units))
    return tuple(tables)


def _groups(role: str, column: str, texts: NDArray[np.object_], decimal: Decimal) -> _Groups:
    if role == "date":
        return _dates(column, texts)
    measured = _measured(column, texts, decimal) if role == "sensitive" else None
    return measured or _levels(column, texts)


def _crossed(rows: _Groups, columns: _Groups, units: NDArray[np.int64]) -> CrossTable:
    """Count samples, and different units, in each pair of groups.

    Args:
        rows: Groups that make the rows; none if there are too many to show.
        columns: Groups that make the columns.
        units: (n,) codes of the units.
    """
    shape = (len(rows.names), len(columns.names))
    samples_in = np.zeros(shape, dtype=np.int64)
    units_in = np.zeros(shape, dtype=np.int64)
    if rows.names:
        np.add.at(samples_in, (rows.codes, columns.codes), 1)
        once = np.unique(np.stack([rows.codes, columns.codes, units]), axis=1)
        np.add.at(units_in, (once[0], once[1]), 1)
    return CrossTable(
        row_title=rows.title,
        column_title=columns.title,
        rows=rows.names,
        columns=columns.names,
        counts=tuple(tuple(line) for line in samples_in.tolist()),
        units=tuple(tuple(line) for line in units_in.tolist()),
    )


def _outcome_groups(samples: AllSamples) -> _Groups:
    """Return the classes, or thirds of a measured outcome, each named by its range."""
    info = samples.info
    if info.task != "regression":
        return _Groups(info.column, samples.outcome.astype(np.int64), info.classes)
    codes, names = _thirds(samples.outcome.astype(np.float64))
    return _Groups(info.column, codes, names)


def _thirds(values: NDArray[np.float64]) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Return (n,) numbers of groups of about a third each, and the groups' ranges."""
    cuts = np.unique(np.quantile(values, [part / _THIRDS for part in range(1, _THIRDS)]))
    # A value that many samples share may be both cuts, or leave nothing above or below.
    used, codes = np.unique(np.searchsorted(cuts, values, side="left"), return_inverse=True)
    names = tuple(_range(values[codes == code]) for code in range(len(used)))
    return codes.astype(np.int64), names


def _measured(column: str, texts: NDArray[np.object_], decimal: Decimal) -> _Groups | None:
    """Return thirds of a measured attribute such as age; None if it is not measured."""
    values, _ = parse_numbers(texts, decimal)
    given = texts != ""
    if np.isnan(values[given]).any() or len(np.unique(values[given])) <= FEW_LEVELS:
        return None
    codes = np.zeros(len(texts), dtype=np.int64)
    codes[given], names = _thirds(values[given])
    if not given.all():
        codes[~given] = len(names)
        names = (*names, _NOT_GIVEN)
    return _Groups(f"{column}, in thirds", codes, names)


def _range(values: NDArray[np.float64]) -> str:
    low, high = (number_text(float(f"{value:.4g}")) for value in (values.min(), values.max()))
    return low if low == high else f"{low} to {high}"


def _per_unit(samples: AllSamples) -> _Groups:
    """Return samples grouped by how many samples their unit has."""
    _, unit, sizes = np.unique(samples.units, return_inverse=True, return_counts=True)
    limits = np.array([limit for limit, _ in _PER_UNIT])
    codes = np.searchsorted(limits, sizes[unit])
    return _used(_SAMPLES_PER_UNIT, codes, [*(name for _, name in _PER_UNIT), _MORE_PER_UNIT])


def _used(title: str, codes: NDArray[np.int64], names: Sequence[str]) -> _Groups:
    """Return the groups without those that hold nothing."""
    used, again = np.unique(codes, return_inverse=True)
    return _Groups(title, again.astype(np.int64), tuple(names[code] for code in used))


def _levels(column: str, texts: NDArray[np.object_]) -> _Groups:
    """Return the values of a column as groups; the commonest ones if there are many."""
    counts = pd.Series(texts).value_counts()
    levels = [level for level in counts.index if level]
    others: set[str] = set()
    if len(levels) > _MOST_LEVELS:
        others = set(levels[_LEVELS_SHOWN:])
        levels = levels[:_LEVELS_SHOWN]
    levels = sorted(levels, key=_natural)
    names = [shorten(level) for level in levels]
    code_of = {level: code for code, level in enumerate(levels)}
    if others:
        code_of |= dict.fromkeys(others, len(names))
        names.append(counted(len(others), "other value"))
    if "" in counts.index:
        code_of[""] = len(names)
        names.append(_NOT_GIVEN)
    codes = np.array([code_of[text] for text in texts], dtype=np.int64)
    return _Groups(column, codes, tuple(names))


def _natural(text: str) -> list[tuple[int, int, str]]:
    """Return a key that orders texts as a person would: batch 2 before batch 10."""
    parts = re.findall(r"\d+|\D+", text.casefold())
    return [(0, int(p), "") if p.isdecimal() else (1, 0, p) for p in parts]


def _dates(column: str, texts: NDArray[np.object_]) -> _Groups:
    """Return dates as groups; many of them by month, then by year, if they say which it is."""
    if len(set(texts)) <= _MOST_DATES:
        return _levels(column, texts)
    found = [_ISO_DATE.fullmatch(text) if text else None for text in texts]
    if all(match or not text for match, text in zip(found, texts, strict=True)):
        for part, length in (("month", 7), ("year", 4)):
            shortened = np.array([text[:length] for text in texts], dtype=object)
            if len(set(shortened)) <= _MOST_DATES:
                return _levels(f"{column}, by {part}", shortened)
    different = counted(len(set(texts) - {""}), "different date")
    return _Groups(f"{column} ({different}, too many to show)", np.array([], dtype=np.int64), ())
