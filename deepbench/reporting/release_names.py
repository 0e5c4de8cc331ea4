"""Names of samples and units in what stages 11 and 12 say: taken out before anything leaves."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any, TypeVar

from deepbench.privacy.identifying_text import is_telling, what_identifies, without_revealing
from deepbench.study.records import Record

R = TypeVar("R", bound=Record)

SAMPLE = "(sample)"
NOT_SHOWN = "(not shown)"
_WORD = re.compile(r"[^\W_]+")
# Names of models, metrics and methods are the program's own.
_OWN = frozenset({"expected", "form", "kind", "method", "metric", "model", "models", "unit"})


class NameRemover:
    """Takes names of samples and units out of texts; quick also for many of both."""

    def __init__(self, names: Collection[str]) -> None:
        self._by_word: dict[str, list[str]] = {}
        # "7" is a sample only behind a word such as "sample".
        self._numbers = frozenset(name for name in names if not is_telling(name))
        for name in filter(is_telling, names):
            words = _WORD.findall(name)
            if words:
                self._by_word.setdefault(words[0], []).append(name)

    def text(self, text: str) -> str:
        """Return the text without names; without any of it where it points elsewhere too."""
        folded = " ".join(text.split()).casefold()
        found = [
            name
            for word in set(_WORD.findall(folded))
            for name in self._by_word.get(word, ())
            if name in folded
        ]
        # Longest first, or "S1" would be taken out of the middle of "S1 a".
        for name in sorted(found, key=len, reverse=True):
            spelled = r"\s+".join(map(re.escape, name.split()))
            pattern = rf"(?<![^\W_]){spelled}(?![^\W_])"
            text = re.sub(pattern, SAMPLE, text, flags=re.IGNORECASE)
        text = without_revealing(text, self._numbers, NOT_SHOWN, persons="of the data")
        return NOT_SHOWN if what_identifies(text, found) else text

    def record(self, record: R) -> R:
        """Return the record with every text of the user's data looked through."""
        changes = {
            name: self._value(getattr(record, name))
            for name in type(record).model_fields
            if name not in _OWN or not _is_text(getattr(record, name))
        }
        return record.model_copy(update=changes)

    def _value(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Record):
            return self.record(value)
        if isinstance(value, tuple):
            return tuple(self._value(item) for item in value)
        return value


def _is_text(value: Any) -> bool:
    return isinstance(value, str) or (
        isinstance(value, tuple) and all(isinstance(item, str) for item in value)
    )
