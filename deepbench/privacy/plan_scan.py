"""The plan as it may leave: without places on this computer, without names of samples.

What the program itself put there (the path of the table, the names of left-out samples) is taken
out. What somebody typed is looked through, and where it names a person or a place the plan stays.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from deepbench.plan import PrivacyLevel, StudyPlan
from deepbench.privacy.final_bytes import is_guarded
from deepbench.privacy.identifying_text import Persons, what_identifies, without_revealing

#: Stands in the report's copy of the plan where an answer is not shown.
NOT_SHOWN = "(not shown here)"

# Who made, decided or is told something is named there on purpose.
_NAMES_PEOPLE = frozenset(
    "answers approver by contact licence origin protocol recipient requester version".split()
)
_PATHS = (
    ("data", "source"),
    ("data", "more"),
    ("data", "member"),
    ("data", "sample_sheet"),
    ("interpretation", "gene_sets"),
)

Answers = dict[str, Any]


@dataclass(frozen=True)
class Problem:
    """An answer that names a person or a place: where it stands and what it holds, in words."""

    field: str
    what: str


@dataclass(frozen=True)
class ReleasedPlan:
    """Answers as they may leave.

    Attributes:
        answers: Nested dicts with the plan's keys.
        left_out: What was taken out, in words.
        problems: Answers that keep the plan from leaving.
    """

    answers: Answers
    left_out: tuple[str, ...]
    problems: tuple[Problem, ...]


def release_plan(
    answers: Answers, level: PrivacyLevel, names: Collection[str] = ()
) -> ReleasedPlan:
    """Return what of some answers may leave at a level.

    Args:
        answers: Nested dicts with the plan's keys, complete or not.
        level: Sensitivity of the study.
        names: Names of samples and units, as `searchable` gives them.
    """
    released = without_folders(answers)
    if not is_guarded(level):
        return ReleasedPlan(released, (), ())
    left_out = tuple(_take_out(released, names))
    look = _Look(names, naming_columns(released))
    problems = {
        _field_name(keys): what
        for keys, text in _texts(released)
        if (what := look.what(keys, text))
    }
    found = tuple(Problem(field, what) for field, what in problems.items())
    return ReleasedPlan(released, left_out, found)


def shown_plan(answers: Answers, level: PrivacyLevel, names: Collection[str] = ()) -> Answers:
    """Return answers for the report, which leaves also when the plan itself would stay.

    What keeps the plan from leaving is written as `NOT_SHOWN`.
    """
    released = release_plan(answers, level, names)
    if not released.problems:
        return released.answers
    look = _Look(names, naming_columns(released.answers))
    shown: Answers = _blanked(released.answers, look)
    return shown


def revealing_texts(answers: Answers, names: Collection[str] = ()) -> dict[str, str]:
    """Return the typed texts that mean a person or, by a number, a sample; each with its rest.

    Other stages repeat what was typed. A path or a name that means a sample by itself is found
    there as well; these are not.
    """
    look = _Look(names, naming_columns(answers))
    rest = {text: look.without(keys, text) for keys, text in _texts(answers)}
    return {text: shown for text, shown in rest.items() if shown != text}


def naming_columns(answers: Answers) -> tuple[str, ...]:
    """Return the columns that name samples and units."""
    roles = answers.get("roles")
    named = (
        [roles.get(role) or [] for role in ("sample", "unit")] if isinstance(roles, dict) else []
    )
    columns = [[each] if isinstance(each, str) else each for each in named]
    return tuple(column for each in columns for column in each if isinstance(column, str))


@dataclass(frozen=True)
class _Look:
    """How texts are looked through.

    Attributes:
        names: Names of samples and units.
        columns: Columns that hold them.
    """

    names: Collection[str]
    columns: tuple[str, ...]

    def what(self, keys: tuple[str, ...], text: str) -> str:
        """Return what a text holds that points at somebody, in words; empty when nothing."""
        persons = _persons(keys)
        return what_identifies(text, self.names, persons=persons, columns=self.columns)

    def without(self, keys: tuple[str, ...], text: str) -> str:
        """Return a text without persons, and without numbers that mean samples."""
        persons = _persons(keys)
        return without_revealing(
            text, self.names, NOT_SHOWN, persons=persons, columns=self.columns
        )


def _persons(keys: tuple[str, ...]) -> Persons:
    return "all" if _NAMES_PEOPLE.isdisjoint(keys) else "of the data"


def without_folders(answers: Answers) -> Answers:
    """Return answers with files by their names alone: the folders are the user's own."""
    shown = copy.deepcopy(answers)
    for table, key in _PATHS:
        part = shown.get(table)
        if not isinstance(part, dict):
            continue
        value = part.get(key)
        if isinstance(value, str):
            part[key] = _file_name(value)
        elif isinstance(value, list):
            part[key] = [_file_name(item) if isinstance(item, str) else item for item in value]
    return shown


def _file_name(path: str) -> str:
    return re.split(r"[\\/]", path.rstrip("\\/"))[-1] or path


def _take_out(answers: Answers, names: Collection[str]) -> Iterator[str]:
    """Remove what names samples or persons by its nature; say what was removed."""
    data, check = answers.get("data"), answers.get("check")
    if isinstance(data, dict) and what_identifies(str(data.get("contact", "")), names):
        del data["contact"]
        yield "who can be asked about the data"
    if not isinstance(check, dict):
        return
    if check.pop("leave_out_samples", None):
        yield "the names of samples that were left out"
    reasons = check.get("reasons")
    if isinstance(reasons, dict):
        telling = [key for key in reasons if what_identifies(key, names)]
        for key in telling:
            del reasons[key]
        if telling:
            yield "decisions about findings that name samples"


def _texts(value: Any, keys: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield every text with the keys it stands under, names of keys included."""
    if isinstance(value, str):
        yield keys, value
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item, keys)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield keys, str(key)
            yield from _texts(item, (*keys, str(key)))


def _field_name(keys: tuple[str, ...]) -> str:
    """Return a place in the plan in words, without what the user named it."""
    known: list[str] = []
    model: Any = StudyPlan
    for key in keys:
        field = model.model_fields.get(key) if _is_model(model) else None
        if field is None:
            break
        known.append(key)
        model = field.annotation
    table, _, key = ".".join(known).rpartition(".")
    return f"[{table}] {key}" if table else f"[{key}]"


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _blanked(value: Any, look: _Look, keys: tuple[str, ...] = ()) -> Any:
    if isinstance(value, str):
        return NOT_SHOWN if look.what(keys, value) else value
    if isinstance(value, list):
        return [_blanked(item, look, keys) for item in value]
    if isinstance(value, dict):
        return {
            _blanked(key, look, keys): _blanked(item, look, (*keys, str(key)))
            for key, item in value.items()
        }
    return value
