"""Lowest and highest values of features as they are typed: one feature in each line."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

Ranges = dict[str, tuple[float, float]]

FORM = (
    "Line {line}: write the feature, a colon, and its lowest and highest value, such as "
    "age: 0 to 110."
)
ORDER = "Line {line}: the lowest value comes first, and the highest must be larger."
UNKNOWN = "Line {line}: the table has no column “{name}”."
TWICE = "Line {line}: “{name}” has a line already."
_NUMBER = r"[+−-]?\d+(?:[.,]\d+)?(?:[eE][+−-]?\d+)?"
_TYPED = re.compile(rf"(?P<name>.+):\s*(?P<low>{_NUMBER})\s+to\s+(?P<high>{_NUMBER})")
# As copied from a table.
_COPIED = re.compile(rf"(?P<name>[^\t;]+)[\t;]\s*(?P<low>{_NUMBER})\s*[\t;]\s*(?P<high>{_NUMBER})")


@dataclass(frozen=True)
class TypedRanges:
    """What lines say.

    Attributes:
        ranges: Lowest and highest value by feature; empty where a line cannot be read.
        problem: The first line that cannot be read, in words; else empty.
    """

    ranges: Ranges
    problem: str = ""


def read_ranges(text: str, columns: Collection[str]) -> TypedRanges:
    """Read lines such as ``age: 0 to 110``.

    Args:
        text: The lines; empty ones are passed over.
        columns: Names of the table; any name will do where none are known yet.
    """
    found: Ranges = {}
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        match = _TYPED.fullmatch(line.strip()) or _COPIED.fullmatch(line.strip())
        if match is None:
            return TypedRanges({}, FORM.format(line=number))
        name, low, high = match["name"].strip(), _value(match["low"]), _value(match["high"])
        if columns and name not in columns:
            return TypedRanges({}, UNKNOWN.format(line=number, name=name))
        if name in found:
            return TypedRanges({}, TWICE.format(line=number, name=name))
        if not low < high or math.isinf(high - low):
            return TypedRanges({}, ORDER.format(line=number))
        found[name] = (low, high)
    return TypedRanges(found)


def written_ranges(ranges: Mapping[str, tuple[float, float]]) -> str:
    """Write ranges as they are typed."""
    return "\n".join(f"{name}: {low:.15g} to {high:.15g}" for name, (low, high) in ranges.items())


def _value(text: str) -> float:
    return float(text.replace(",", ".").replace("−", "-"))
