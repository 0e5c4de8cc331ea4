"""Two ``results.json`` number by number: does a re-run reproduce what was said?

Numbers that describe the machine (seconds) or the program (its version) are no results and are
not compared.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Verdict = Literal["same", "close", "different", "missing", "new"]

#: A number as close as this, relative to its size, is the same but for rounding of a machine.
CLOSE = 1e-6
_NOT_COMPARED = frozenset({"deepbench", "format", "seconds", "opened"})
_WORDS: dict[Verdict, str] = {
    "same": "the same to the last digit",
    "close": f"the same within {CLOSE:g}",
    "different": "different",
    "missing": "not there in the re-run",
    "new": "only there in the re-run",
}


@dataclass(frozen=True)
class Compared:
    """One value of both documents.

    Attributes:
        place: Where it stands, as in ``test.metrics.auroc.value``.
        said: What was said; None where nothing stood there.
        found: What the re-run gives.
        verdict: How they compare.
    """

    place: str
    said: Any
    found: Any
    verdict: Verdict


def compare_results(said: Mapping[str, Any], found: Mapping[str, Any]) -> tuple[Compared, ...]:
    """Compare every number, text and truth value of two documents, in the order of the first."""
    left, right = dict(_leaves(said)), dict(_leaves(found))
    compared = [
        Compared(place, value, right.get(place), _verdict(value, right[place]))
        if place in right
        else Compared(place, value, None, "missing")
        for place, value in left.items()
    ]
    compared += [
        Compared(place, None, value, "new") for place, value in right.items() if place not in left
    ]
    return tuple(compared)


def reproduces(compared: tuple[Compared, ...]) -> bool:
    """Say whether nothing differs but by rounding."""
    return all(each.verdict in ("same", "close") for each in compared)


def comparison_lines(compared: tuple[Compared, ...], most: int = 20) -> list[str]:
    """Return what is printed: how many values are the same, and each that is not."""
    counts = Counter(each.verdict for each in compared)
    lines = [f"{len(compared):,} values compared."]
    lines += [f"{counts[kind]:,}: {words}." for kind, words in _WORDS.items() if counts[kind]]
    others = [each for each in compared if each.verdict not in ("same", "close")]
    lines += [
        f"{each.place}: {_shown(each.said)} → {_shown(each.found)}" for each in others[:most]
    ]
    if len(others) > most:
        lines.append(f"… and {len(others) - most:,} more.")
    return lines


def _leaves(value: Any, place: str = "") -> Iterator[tuple[str, Any]]:
    """Yield each value that is no list and no object, with its place."""
    if isinstance(value, Mapping):
        for key, entry in value.items():
            if key not in _NOT_COMPARED:
                yield from _leaves(entry, f"{place}.{key}" if place else str(key))
    elif isinstance(value, list | tuple):
        for number, entry in enumerate(value):
            yield from _leaves(entry, f"{place}[{number}]")
    else:
        yield place, value


def _verdict(said: Any, found: Any) -> Verdict:
    if _is_number(said) and _is_number(found):
        if said == found:
            return "same"
        return "close" if math.isclose(said, found, rel_tol=CLOSE, abs_tol=CLOSE) else "different"
    return "same" if said == found and type(said) is type(found) else "different"


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _shown(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, float):
        return f"{value:.10g}"
    text = str(value)
    return text if len(text) <= 60 else f"{text[:57]}…"
