"""Text that points at a person or a computer: file paths, e-mail addresses, names of samples."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

A_PATH = "a file path"
AN_ADDRESS = "an e-mail address"
A_NAME = "the name of a sample or unit"

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


def searchable(names: Iterable[str]) -> frozenset[str]:
    """Return the names that can be looked for in text, in one case.

    "7" stands in too many sentences to mean sample 7; "S7" and "100234" do not.
    """
    folded = {" ".join(name.split()).casefold() for name in names}
    return frozenset(name for name in folded if _is_telling(name))


def _is_telling(name: str) -> bool:
    if any(letter.isalpha() for letter in name):
        return len(name) >= 2
    return sum(letter.isdigit() for letter in name) >= 5


def what_identifies(text: str, names: Collection[str] = ()) -> str:
    """Return what in a text points at a person or computer, in words; empty when nothing.

    Args:
        text: Any text.
        names: Names of samples and units, as `searchable` gives them.
    """
    if PATH_START.search(text):
        return A_PATH
    if EMAIL.search(text):
        return AN_ADDRESS
    folded = " ".join(text.split()).casefold()
    return A_NAME if any(name in folded and _stands_alone(name, folded) for name in names) else ""


def what_identifies_in_cells(rows: Iterable[Iterable[str]], names: Collection[str]) -> str:
    """Return what in the cells of a table points at a person or computer; empty when nothing.

    A name is found as a cell of its own or as a word of one: quick also for many names.
    """
    wanted = frozenset(names)
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
