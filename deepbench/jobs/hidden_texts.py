"""What somebody typed, and names of columns, that mean a person: out of all that repeats them.

The scan of final bytes knows the names of samples; it cannot know the name of a patient that
stands in a title or in the name of a column. These are found where they were typed, by the rules
for persons, and taken out of every record before anything is drawn or written from it.
"""

from __future__ import annotations

import dataclasses
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from deepbench.privacy.identifier_scan import COLUMN_NAMES
from deepbench.privacy.person_text import names_person
from deepbench.privacy.plan_scan import revealing_texts
from deepbench.study.records import Record, StudySummary
from deepbench.study.sensitivity_scan import folded

R = TypeVar("R", bound=Record)

_COLUMN = "(column {place}, name not shown)"
_SETTLED = folded(f"identifiers: {COLUMN_NAMES}")


@dataclass(frozen=True)
class HiddenTexts:
    """Texts and what is shown in their place, the longest first."""

    shown: Mapping[str, str]

    def taken_out(self, record: R) -> R:
        """Return a record without the texts, wherever they stand in it."""
        if not self.shown:
            return record
        names = type(record).model_fields
        return record.model_copy(update={n: self._value(getattr(record, n)) for n in names})

    def _value(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, Record):
            return self.taken_out(value)
        if isinstance(value, tuple):
            return tuple(self._value(item) for item in value)
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            fields = {
                f.name: self._value(getattr(value, f.name)) for f in dataclasses.fields(value)
            }
            return dataclasses.replace(value, **fields)
        if isinstance(value, dict):
            return {self._value(key): self._value(item) for key, item in value.items()}
        return value

    def _text(self, text: str) -> str:
        for hidden, instead in self.shown.items():
            if hidden in text:
                text = text.replace(hidden, instead)
        return text


def hidden_texts(summary: StudySummary, names: Collection[str]) -> HiddenTexts:
    """Return what has to be taken out of the records of a guarded study.

    Args:
        summary: The records.
        names: Names of samples and units, as `deepbench.privacy.identifying_text.searchable`
            gives them.
    """
    answers = _answers(summary.plan_toml)
    found = dict(revealing_texts(answers, names))
    # Sentences are made of what was typed without the blanks around it.
    found |= {" ".join(text.split()): " ".join(shown.split()) for text, shown in found.items()}
    if not _is_settled(answers):
        columns = summary.imported.columns if summary.imported is not None else ()
        for place, column in enumerate(columns, start=1):
            if names_person(column.name):
                found[column.name] = _COLUMN.format(place=place)
    return HiddenTexts(dict(sorted(found.items(), key=lambda item: -len(item[0]))))


def _answers(plan_toml: str) -> dict[str, Any]:
    try:
        return tomllib.loads(plan_toml)
    except tomllib.TOMLDecodeError:
        return {}


def _is_settled(answers: Mapping[str, Any]) -> bool:
    """Say whether a person decided that the names of the columns are those of nobody."""
    entries = answers.get("ethics", {}).get("entries", ())
    return any(folded(str(entry.get("issue", ""))) == _SETTLED for entry in entries)
