"""Text that points at a person or a computer: paths, e-mail addresses, samples, persons."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import Literal

from deepbench.privacy.person_text import names_person, person_places

A_PATH = "a file path"
AN_ADDRESS = "an e-mail address"
A_NAME = "the name of a sample or unit"
SOMEBODY = "the name, date of birth or record number of a person"

#: Which persons are looked for in a text: none, those of the data alone, or all that are named.
Persons = Literal["none", "of the data", "all"]

# The beginning of an absolute path. A slash after a letter, a colon or another slash is a
# fraction, a unit or part of a web address.
PATH_START = re.compile(
    r"file:/+"
    r"|(?<![^\W_])[A-Za-z]:(?:\\|/(?!/))"
    r"|\\\\[\w.$-]+\\"
    r"|(?<![\w~])~[\w.-]*[\\/](?=\S)"
    r"|(?<![\w.:/\\<)])/(?:"
    r"(?:home|Users|root|tmp|var|mnt|media|Volumes|data|opt|srv|private|work|scratch)\b"
    r"|[^\s/\"'<>]+/[^\s/])"
)
EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_BETWEEN_WORDS = re.compile(r"[\s,;:|()\[\]{}\"']+")


_ONE = (
    "patient|patientin|sample|probe|proband|probandin|subject|participant|donor|animal|tier|mouse"
    "|maus|rat|ratte|case|fall|individual|person|specimen|unit|id"
)
_MANY = (
    "patients|patienten|patientinnen|samples|proben|probanden|subjects|participants|donors|animals"
    "|tiere|mice|mäuse|rats|ratten|cases|fälle|individuals|persons|specimens|units|ids"
)
# "7", "7 and 12", "7, 9, 12"; but not 7.5, 7/2025, 7 % or 7 ml.
_NUMBERS = (
    r"(\d{1,4}(?![^\W_])(?:\s?(?:,|;|&|\+|-|–|and|or|to|und|oder|bis)\s?\d{1,4}(?![^\W_]))*)"
    r"(?![.,/]\d|\s?%|\s?(?:[munµ]?[lgm]|hours?|days?|weeks?|months?|years?|min|h)\b)"
)
_DIGITS = re.compile(r"\d+")
_NUMBER_SIGN = r"(?:(?:no|nr|nos)\.?|number|nummer|id)?"


def searchable(names: Iterable[str]) -> frozenset[str]:
    """Return the names that can be looked for in text, in one case.

    "7" stands in too many sentences to mean sample 7 wherever it stands; see `is_telling`.
    """
    folded = {" ".join(name.split()).casefold() for name in names}
    return frozenset(name for name in folded if is_telling(name) or _is_number(name))


def is_telling(name: str) -> bool:
    """Say whether a name means a sample by itself: "S7" and "100234", not "7".

    Other numbers mean one behind a word such as "sample".
    """
    if any(letter.isalpha() for letter in name):
        return len(name) >= 2
    return sum(letter.isdigit() for letter in name) >= 5


def _is_number(name: str) -> bool:
    return name.isascii() and name.isdigit()


def what_identifies(
    text: str,
    names: Collection[str] = (),
    *,
    persons: Persons = "none",
    columns: Collection[str] = (),
) -> str:
    """Return what in a text points at a person or computer, in words; empty when nothing.

    Args:
        text: Any text.
        names: Names of samples and units, as `searchable` gives them.
        persons: Which persons are looked for besides.
        columns: Columns that name samples and units: behind these words a number is one, too.
    """
    if PATH_START.search(text):
        return A_PATH
    if EMAIL.search(text):
        return AN_ADDRESS
    folded = " ".join(text.split()).casefold()
    telling = (name for name in names if name in folded and is_telling(name))
    if any(_stands_alone(name, folded) for name in telling):
        return A_NAME
    if number_places(text, names, columns):
        return A_NAME
    if persons != "none" and names_person(text, surely=persons == "of the data"):
        return SOMEBODY
    return ""


def number_places(
    text: str, names: Collection[str], columns: Collection[str] = ()
) -> list[tuple[int, int]]:
    """Return where numbers mean samples, from begin to end: "patients 1007 and 1012"."""
    if not names or not any(letter.isdigit() for letter in text):
        return []
    own = "".join(f"|{re.escape(column)}" for column in columns if column.strip())
    found: list[tuple[int, int]] = []
    for pattern in (
        rf"(?<![^\W_])(?:{_ONE}{own})[\s_-]{{0,2}}{_NUMBER_SIGN}[\s_:#=-]{{0,3}}{_NUMBERS}",
        rf"(?<![^\W_])(?:{_MANY})\s{{1,2}}{_NUMBER_SIGN}\s?#?{_NUMBERS}",
        rf"(?<![^\W_])(?:no|nr)\.\s?(?=\d{{3}}){_NUMBERS}",
        rf"#{_NUMBERS}",
    ):
        matches = re.finditer(pattern, text, re.IGNORECASE)
        found += [m.span() for m in matches if not set(_DIGITS.findall(m[1])).isdisjoint(names)]
    return found


def without_revealing(
    text: str,
    names: Collection[str],
    mark: str,
    *,
    persons: Persons = "all",
    columns: Collection[str] = (),
) -> str:
    """Return a text with a mark in place of persons and of numbers that mean samples."""
    places = number_places(text, names, columns)
    if persons != "none":
        places += person_places(text, surely=persons == "of the data")
    # From behind, so that places before it stay where they are.
    for begin, end in reversed(_merged(places)):
        text = text[:begin] + mark + text[end:]
    return text


def _merged(places: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for begin, end in sorted(places):
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((begin, end))
    return found


def what_identifies_in_cells(rows: Iterable[Iterable[str]], names: Collection[str]) -> str:
    """Return what in the cells of a table points at a person or computer; empty when nothing.

    A name is found as a cell of its own or as a word of one: quick also for many names.
    """
    wanted = frozenset(filter(is_telling, names))  # a number in a cell is a value
    for row in rows:
        for cell in row:
            folded = " ".join(cell.split()).casefold()
            if folded in wanted or not wanted.isdisjoint(_BETWEEN_WORDS.split(folded)):
                return A_NAME
            if found := what_identifies(cell):
                return found
    return ""


def _stands_alone(name: str, text: str) -> bool:
    # An underscore parts words: "anna_2024.csv" holds the name Anna.
    return re.search(rf"(?<![^\W_]){re.escape(name)}(?![^\W_])", text) is not None
