"""What is wrong with a plan, as a sentence: which key of which table, and what it should be."""

from __future__ import annotations

import difflib
import json
import re
import tomllib
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from deepbench.errors import PlanError

_PLACE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")
_KEYS = re.compile(r"\('([^)]*)',?\)")  # tomllib names a table as a Python tuple
_CURLY_QUOTES = "“”„‘’«»"
_LONGEST_VALUE = 40

_MINIMUM = "A plan needs [question] with outcome, and [data] with source."
_WHOLE_NUMBER, _NUMBER = "a whole number", "a number"
_DATE = "a date such as 2027-01-31"
_WANTED = {
    "int_type": _WHOLE_NUMBER,
    "int_parsing": _WHOLE_NUMBER,
    "int_from_float": _WHOLE_NUMBER,
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "string_type": "text in quotes",
    "list_type": "a list in square brackets",
    "literal_error": "{expected}",
    "greater_than_equal": "at least {ge}",
    "greater_than": "more than {gt}",
    "less_than_equal": "at most {le}",
    "less_than": "less than {lt}",
    "string_too_short": "a text of at least {min_length} characters",
    "model_type": "a table of its own",
    "dict_type": "a table of its own",
    "date_from_datetime_parsing": _DATE,
    "date_parsing": _DATE,
    "date_type": _DATE,
}


def explain_toml(error: tomllib.TOMLDecodeError, text: str, name: str) -> PlanError:
    """Return the error for text that is no TOML.

    Args:
        error: What was raised.
        text: The text of the plan.
        name: Name of the plan's file.
    """
    said = str(error)
    place = _PLACE.search(said)
    problem = _KEYS.sub(_as_table, said[: place.start()] if place else said)
    number = int(place.group(1)) if place and place.group(1) else 0
    where = f"line {number}" if number else "the end of the file"
    line = text.splitlines()[number - 1] if 0 < number <= len(text.splitlines()) else ""
    return PlanError(f"{name}, {where}: not valid TOML ({problem}).", _toml_hint(problem, line))


def _as_table(found: re.Match[str]) -> str:
    return f"[{found.group(1).replace(chr(39), '').replace(', ', '.')}]"


def _toml_hint(problem: str, line: str) -> str:
    key, _, value = (part.strip() for part in line.partition("="))
    if any(quote in line for quote in _CURLY_QUOTES):
        return 'Use straight quotes ("), not the curly ones of a word processor.'
    if "\\" in line:
        return f"Write the path with / in place of \\: {key} = {value.replace(chr(92), '/')}."
    if "twice" in problem or "overwrite" in problem:
        return "Keep one of them: each table and each of its keys stands in a plan once."
    if key and re.fullmatch(r"[\w .-]+", value) and problem == "Invalid value":
        return f'Text stands in quotes: {key} = "{value}".'
    return (
        'A plan has lines such as [question] and outcome = "group": text stands in quotes, '
        "numbers do not."
    )


def explain_values(error: ValidationError, model: type[BaseModel], name: str) -> PlanError:
    """Return the error for the first problem in a plan that is TOML.

    Args:
        error: What pydantic raised.
        model: The plan.
        name: Name of the plan's file.
    """
    problems = error.errors()
    # A misspelt key is reported twice, as unknown and as missing: the first says more.
    first = next((p for p in problems if p["type"] == "extra_forbidden"), problems[0])
    if first["type"] == "extra_forbidden":
        return _unknown_key(first, model, name)
    if first["type"] == "missing":
        *tables, key = map(str, first["loc"])
        what = f"'{key}' is missing in {_table(tables)}" if tables else f"[{key}] is missing"
        return PlanError(f"{name}: {what}.", _MINIMUM)
    return _wrong_value(first, name)


def _unknown_key(problem: ErrorDetails, model: type[BaseModel], name: str) -> PlanError:
    *tables, key = map(str, problem["loc"])
    known = _known_keys(tables, model)
    near = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
    homes = [table for table in model.model_fields if key in _known_keys([table], model)]
    if tables and key in model.model_fields:
        hint = f"Begin a line [{key}] for it. "
    elif len(homes) == 1:
        hint = f"It belongs under {_table(homes)}. "
    elif near:
        hint = f"Did you mean '{near[0]}'? "
    else:
        hint = ""
    if tables:
        return PlanError(
            f"{name}: '{key}' is not a key of {_table(tables)}.",
            f"{hint}Known there: {', '.join(known)}.",
        )
    kind = "table" if isinstance(problem["input"], dict | list) else "key"
    names = [f"[{k}]" if _known_keys([k], model) else k for k in known]
    return PlanError(f"{name}: a plan has no {kind} '{key}'.", f"{hint}Known: {', '.join(names)}.")


def _wrong_value(problem: ErrorDetails, name: str) -> PlanError:
    names = [part for part in problem["loc"] if isinstance(part, str)]
    entries = [part for part in problem["loc"] if isinstance(part, int)]
    where = f"{_table(names[:-1])} {names[-1]}".strip()
    if entries:
        where += f", entry {entries[0] + 1}"
    context = problem.get("ctx", {})
    if where == "format":
        return PlanError(
            f"{name}: the plan has format {_shown(problem['input'])}; this version of DeepBench "
            f"reads format {context.get('expected')}.",
            "Install the newest version, or correct the format.",
        )
    if problem["type"] == "string_too_short" and context["min_length"] == 1:
        return PlanError(f"{name}: {where} is empty.", "Write its value between the quotes.")
    wanted = _WANTED.get(problem["type"])
    if wanted is None:
        return PlanError(f"{name}: {where}: {problem['msg']}.", "Correct the value.")
    return PlanError(
        f"{name}: {where} must be {wanted.format(**context)}, not {_shown(problem['input'])}.",
        _value_hint(problem, names, context),
    )


def _value_hint(problem: ErrorDetails, names: list[str], context: dict[str, Any]) -> str:
    value = problem["input"]
    if problem["type"] == "list_type":
        return f"Write {names[-1]} = [{_shown(value)}]."
    if problem["type"] in ("model_type", "dict_type"):
        return f"Write a line [{'.'.join(names)}] and its keys below it, one a line."
    if problem["type"] == "literal_error":
        known = re.findall(r"'([^']+)'", context["expected"])
        near = difflib.get_close_matches(str(value), known, n=1, cutoff=0.5)
        return f"Did you mean '{near[0]}'?" if near else "Choose one of them."
    return "Correct the value, or leave the key out for its default."


def _table(names: list[str]) -> str:
    return f"[{'.'.join(names)}]" if names else ""


def _shown(value: object) -> str:
    """Return a value as it stands in the plan, cut if it is long."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _LONGEST_VALUE else f"{text[: _LONGEST_VALUE - 1]}…"


def _known_keys(location: list[str], model: type[BaseModel]) -> list[str]:
    """Return the keys known at a location inside the plan; none where no table is."""
    found: type[BaseModel] | None = model
    for part in location:
        field = (found or model).model_fields.get(part)
        if field is None:
            continue  # a user's own name inside a table, for example a feature under [claims]
        candidates = [field.annotation, *get_args(field.annotation)]
        nested = [c for c in candidates if isinstance(c, type) and issubclass(c, BaseModel)]
        found = nested[0] if nested else None
    return list(found.model_fields) if found else []
