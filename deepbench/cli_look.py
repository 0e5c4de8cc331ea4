"""What ``deepbench look`` prints: how a file would be read, before anything is imported."""

from __future__ import annotations

import json
import tomllib
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deepbench.errors import PlanError, as_toml
from deepbench.messages import PreviewTable

if TYPE_CHECKING:
    from deepbench.study.records import ColumnRecord, PreviewRecord, ReadingQuestion

_COLUMNS = 12  # whose first cells are read, and which are listed
_ROWS = 5
_LONGEST = 40
_MOST_NAMES = 5
_KINDS = {
    "numeric": "numbers",
    "categorical": "labels",
    "text": "text",
    "date": "dates",
    "empty": "empty",
}


def add_look(parser: ArgumentParser) -> None:
    """Add the options of ``deepbench look``."""
    parser.add_argument("file", nargs="?", metavar="FILE", help="table to look at")
    parser.add_argument("--sample-sheet", metavar="FILE", help="what is known of each sample")
    parser.add_argument(
        "--more",
        action="append",
        default=[],
        metavar="FILE",
        help="file with the same measurements of other samples (can be repeated)",
    )
    parser.add_argument("--outcome", metavar="NAME", help="column that is to be predicted")
    parser.add_argument("--plan", metavar="PLAN", help="read the file as this plan says")


def look_request(options: Namespace) -> PreviewTable:
    """Return what the worker is asked for.

    Raises:
        PlanError: no file is named, or the plan cannot be read.
    """
    answers: dict[str, Any] = {}
    folder = Path.cwd()
    if options.plan:
        answers = _read_plan(Path(options.plan))
        folder = Path(options.plan).absolute().parent
    data = _table(answers, "data")
    if options.file:
        data["source"] = _absolute(options.file)
    if options.sample_sheet:
        data["sample_sheet"] = _absolute(options.sample_sheet)
    if options.more:
        data["more"] = [_absolute(name) for name in options.more]
    if options.outcome:
        _table(answers, "question")["outcome"] = options.outcome
    if not data.get("source"):
        raise PlanError("No table is named.", "Write: deepbench look FILE")
    return PreviewTable(str(folder), answers, rows=_ROWS, columns=_COLUMNS)


def _absolute(name: str) -> str:
    return str(Path(name).absolute())


def _table(answers: dict[str, Any], name: str) -> dict[str, Any]:
    table = answers.setdefault(name, {})
    if not isinstance(table, dict):
        raise PlanError(f"{name} in the plan is not a table.", f"Write [{name}] above its keys.")
    return table


def _read_plan(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as stream:
            return tomllib.load(stream)
    except OSError as error:
        raise PlanError(
            f"{path.name} cannot be read ({error.strerror}).", "Check the path."
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PlanError(f"{path.name} is not a plan: {error}.", "Correct that line.") from None


def look_lines(result: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """Return what is printed of a look at a table, and what is wrong with it.

    Args:
        result: Fields of a `PreviewRecord`.
    """
    from deepbench.study.records import PreviewRecord  # slow to load, for --help too

    record = PreviewRecord.model_validate_json(json.dumps(dict(result)))
    lines = [record.source_name, *_how(record)]
    if record.columns:
        lines += [*_matching(record), *_columns(record), *_roles(record)]
    else:
        lines += _first_cells(record)
    lines += _listed(
        "Changed while reading",
        [f"{c.column}: {c.what} ({c.count:,})" for c in record.conversions],
    )
    lines += _listed("Why", [f"{key}: {reason}" for key, reason in record.reasons.items()])
    lines += _listed("Lines above the table", list(record.remarks))
    return lines, _problem(record)


def _how(record: PreviewRecord) -> list[str]:
    decimal = {".": "point", ",": "comma"}.get(record.decimal, "")
    facts = (
        ("Format", record.format),
        ("Sheet", record.sheet),
        ("Encoding", record.encoding),
        ("Separator", record.delimiter),
        ("Decimal mark", decimal),
        ("Column names", ("in the file" if record.header else "none") if record.columns else ""),
        ("Files inside", ", ".join(record.members)),
    )
    lines = [f"  {title}: {value}" for title, value in facts if value]
    if record.columns:
        lines.append(f"  {record.rows:,} samples × {len(record.columns):,} columns")
    return lines


def _matching(record: PreviewRecord) -> list[str]:
    match = record.matching
    if match is None:
        return []
    lines = [f"  {match.matched:,} samples matched by '{match.key}': {match.rule_words}"]
    lines += [f"    {own} ↔ {other}" for own, other in match.pairs[:_MOST_NAMES]]
    for names, where in ((match.only_table, "the table"), (match.only_sheet, "the sample sheet")):
        if names:
            lines.append(f"  In {where} only, left out: {_names(names)}")
    return lines


def _names(names: Sequence[str]) -> str:
    rest = len(names) - _MOST_NAMES
    more = f" and {rest:,} more" if rest > 0 else ""
    return f"{', '.join(_cut(name) for name in names[:_MOST_NAMES])}{more}"


def _columns(record: PreviewRecord) -> list[str]:
    shown = record.columns[:_COLUMNS]
    width = max(len(_cut(column.name)) for column in shown)
    lines = ["Columns:", *(f"  {_column(column, width)}" for column in shown)]
    rest = len(record.columns) - len(shown)
    return [*lines, f"  … and {rest:,} more"] if rest else lines


def _column(column: ColumnRecord, width: int) -> str:
    missing = f"{column.missing:,} missing" if column.missing else "none missing"
    role = "" if column.role == "feature" else f"  ({column.role})"
    kind = _KINDS[column.kind]
    return (
        f"{_cut(column.name):<{width}}  {kind:<7}  {column.distinct:,} different, {missing}{role}"
    )


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _roles(record: PreviewRecord) -> list[str]:
    roles = [
        f"{role} = {as_toml(list(names) if len(names) > 1 else names[0])}"
        for role, names in record.proposed_roles.items()
    ]
    lines = _listed("Roles proposed, for [roles] in the plan", roles)
    if record.outcome_candidates and not any(c.role == "outcome" for c in record.columns):
        lines += [f"May be the outcome: {_names(record.outcome_candidates)}"]
    return lines


def _first_cells(record: PreviewRecord) -> list[str]:
    rows = [" | ".join(_cut(cell) for cell in row) for row in record.raw]
    numbered = zip(record.row_numbers, rows, strict=False)
    return _listed("First rows", [f"{number}: {row}" for number, row in numbered])


def _listed(title: str, lines: Sequence[str]) -> list[str]:
    return [f"{title}:", *(f"  {line}" for line in lines)] if lines else []


def _problem(record: PreviewRecord) -> list[str]:
    if record.question is not None:
        return _question(record.question)
    return [text for text in (record.problem, record.hint) if text]


def _question(question: ReadingQuestion) -> list[str]:
    section, _, key = question.key.rpartition(".")
    lines = [question.message]
    if question.choices:
        lines.append(f"Write one of these lines under [{section}] in the plan:")
    for choice in question.choices:
        shows = f"  # {choice.shows or choice.words}"
        lines.append(f"  {key} = {as_toml(choice.value)}{shows}")
    return [*lines, question.hint] if question.hint else lines
