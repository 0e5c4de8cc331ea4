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
from deepbench.privacy.identifying_text import what_identifies

#: Stands in the report's copy of the plan where an answer is not shown.
NOT_SHOWN = "(not shown here)"

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
    released = copy.deepcopy(answers)
    _without_folders(released)
    if not is_guarded(level):
        return ReleasedPlan(released, (), ())
    left_out = tuple(_take_out(released, names))
    problems = {
        _field_name(keys): what
        for keys, text in _texts(released)
        if (what := what_identifies(text, names))
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
    shown: Answers = _blanked(released.answers, names)
    return shown


def _without_folders(answers: Answers) -> None:
    """Reduce the path of the table to the name of the file."""
    data = answers.get("data")
    if isinstance(data, dict) and isinstance(data.get("source"), str):
        data["source"] = re.split(r"[\\/]", data["source"].rstrip("\\/"))[-1]


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


def _blanked(value: Any, names: Collection[str]) -> Any:
    if isinstance(value, str):
        return NOT_SHOWN if what_identifies(value, names) else value
    if isinstance(value, list):
        return [_blanked(item, names) for item in value]
    if isinstance(value, dict):
        return {_blanked(key, names): _blanked(item, names) for key, item in value.items()}
    return value
