"""Text columns of which every cell holds two things: 120/80, 12 ± 3, male, 34."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

import pandas as pd

from deepbench.data.column_types import are_dates
from deepbench.data.findings.base import Finding, FindingContext, label_names, words
from deepbench.data.findings.identifiers import ENTITIES
from deepbench.data.samples import AllSamples
from deepbench.data.wording import counted, shorten
from deepbench.study.records import FindingRecord

_LEAST_CELLS = 5
_LEAST_SHARE = 0.95
_LEAST_DIFFERENT = 3
_ID_WORDS = ENTITIES | {"id", "ids", "identifier", "barcode", "uid", "name", "nr", "well", "date"}

_N = r"[-+−]?\d{1,7}(?:[.,]\d+)?"  # a number, not a number of an identifier
_LABEL = r"[^\W\d_][^;,|/]{0,30}"
_DASH = r"(?:-|–|—|to|,|;|\.\.)"


@dataclass(frozen=True)
class _Pattern:
    text: re.Pattern[str]
    shown: str
    parts: str


def _pattern(expression: str, shown: str, parts: str) -> _Pattern:
    return _Pattern(re.compile(rf"\s*{expression}\s*", re.IGNORECASE), shown, parts)


_PATTERNS = (
    _pattern(
        rf"{_N}\s*[(\[]\s*{_N}\s*{_DASH}\s*{_N}\s*[)\]]",
        "number (number–number)",
        "the value, the lower and the upper limit",
    ),
    _pattern(rf"{_N}\s*(?:±|\+/-|\+-)\s*{_N}", "number ± number", "the value and its spread"),
    _pattern(rf"{_N}\s*\(\s*{_N}\s*%?\s*\)", "number (number)", "the two numbers"),
    _pattern(rf"{_N}\s*/\s*{_N}", "number/number", "the number before and after the slash"),
    _pattern(rf"{_N}\s*[x×*]\s*{_N}(?:\s*[x×*]\s*{_N})?", "number×number", "each measure"),
    _pattern(rf"{_LABEL}\s*[,;|]\s*{_N}", "text, number", "the text and the number"),
    _pattern(rf"{_N}\s*[,;|]\s+{_LABEL}", "number, text", "the number and the text"),
    _pattern(rf"{_N}\s*[;|]\s*{_N}", "number;number", "each number"),
    _pattern(rf"{_LABEL}\s*[;|]\s*{_LABEL}", "text;text", "each of the texts"),
)


class JoinedColumns(Finding):
    """Looks for columns that should be two: no model can read the numbers in them."""

    kind: ClassVar[str] = "joined columns"

    def find(self, samples: AllSamples, context: FindingContext) -> list[FindingRecord]:
        """Return one finding per column."""
        found = []
        for column, cells, feature in _texts(samples, context):
            pattern = _common(cells) if not words(column) & _ID_WORDS else None
            if pattern is not None:
                found.append(self._record(column, len(cells), pattern, feature))
        return found

    def _record(self, column: str, cells: int, pattern: _Pattern, feature: bool) -> FindingRecord:
        name = shorten(column)
        use = (
            "Until then each different text counts as a label of its own."
            if feature
            else "Until then the column is left out, as no model here reads text."
        )
        return FindingRecord(
            kind=self.kind,
            severity="warning",
            where=f"column '{name}'",
            message=(
                f"'{name}' holds two things in each cell ({counted(cells, 'cell')} of the form "
                f"{pattern.shown}), so that its numbers cannot be used."
            ),
            hint=f"Split it in the file into columns for {pattern.parts}. {use}",
            columns=(column,),
            decision="kept" if feature else "left out",
        )


def _texts(samples: AllSamples, context: FindingContext) -> Iterable[tuple[str, list[str], bool]]:
    """Return name, cells that hold something, and whether it is a feature, of each text column."""
    for column in label_names(samples.features):
        values = samples.features[column]
        yield column, _present(values), True
    for column in samples.annotations.columns:
        if not context.has_role(column):
            yield column, _present(samples.annotations[column]), False


def _present(values: pd.Series) -> list[str]:
    texts = values[values.notna()].astype(str)
    return [text for text in texts if text]


def _common(cells: list[str]) -> _Pattern | None:
    """Return the pattern that nearly all cells follow."""
    different = set(cells)
    if len(cells) < _LEAST_CELLS or len(different) < _LEAST_DIFFERENT:
        return None
    if are_dates(different):
        return None
    for pattern in _PATTERNS:
        fits = {text for text in different if pattern.text.fullmatch(text)}
        if sum(text in fits for text in cells) >= _LEAST_SHARE * len(cells):
            return pattern
    return None
