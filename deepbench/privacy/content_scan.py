"""The scan of final bytes: nothing in a file points at a person, a computer or a sample.

Looked for are the very names of samples and units, e-mail addresses, absolute paths, the names of
the data files, of the user's account and of the computer, and rows of the training set. No message
repeats what was found.

Two things are searched for with care, because a program that cries wolf is wrong as well. A short
name means nothing in the code of a page. And an account may be called "max" or "martin", so it is
looked for where files say by whom they were made, and in texts only if it is no plain word.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from deepbench.errors import GateRefused
from deepbench.plan import PrivacyLevel
from deepbench.privacy.contents import Contents, open_contents, unreadable
from deepbench.privacy.final_bytes import is_guarded
from deepbench.privacy.gate import LeavingKind
from deepbench.privacy.identifying_text import A_NAME, A_PATH, AN_ADDRESS, EMAIL, PATH_START
from deepbench.privacy.stored_rows import RowFinder

A_PERSON = "the name of an account or computer"
A_FILE = "the name of a data file"
ROWS = "samples of the training set"
_WORD = re.compile(r"[^\W_]+")
# Names as short as this stand in the code of pages without meaning anybody.
_SHORT_NAME = 3
_PLAIN_WORD = re.compile(r"[^\W\d_]+")
# In code a slash has other meanings as well.
_PATH_IN_CODE = re.compile(
    r"(?<![\w.:])/(?:home|Users|root|tmp|var|mnt|media|Volumes|opt|srv|private)/"
    r"|(?<![^\W_])[A-Za-z]:\\|file:/"
)
# Accounts that are on every computer.
_EVERYBODY = frozenset(
    "admin administrator app build ci default docker guest home jovyan lab localhost local me "
    "nobody owner pc public root runner student test ubuntu user vagrant work".split()
)
# Who made the table is said in these on purpose: the plan and what is printed of it.
_NAMES_THE_TABLE = frozenset({"report", "results", "plan", "text", "support"})
# They hold rows by their nature, and what is said about that is the table's business.
_HOLDS_ROWS = frozenset({"stored rows", "samples", "predictions"})
# Whoever lets new samples be predicted gets their names back.
_NAMES_NEW_SAMPLES = frozenset({"predictions", "samples"})
_MODELS = frozenset({"weights", "private weights"})


class NameIndex:
    """Finds names in texts, quickly also for many names and long texts.

    Args:
        names: As `deepbench.privacy.identifying_text.searchable` gives them.
    """

    def __init__(self, names: Collection[str] = ()) -> None:
        self._by_word: dict[str, list[tuple[str, int]]] = {}
        for name in names:
            first = _WORD.search(name)
            if first is not None:
                self._by_word.setdefault(first[0], []).append((name, first.start()))

    def stands_in(self, text: str, shortest: int = 0) -> bool:
        """Return whether a name stands in a text as a word or words of its own.

        Args:
            text: Any text.
            shortest: Length of the shortest names to look for.
        """
        if not self._by_word:
            return False
        folded = " ".join(text.split()).casefold()
        for word in _WORD.finditer(folded):
            for name, offset in self._by_word.get(word[0], ()):
                begin = word.start() - offset
                there = begin >= 0 and folded.startswith(name, begin)
                alone = there and _stands_alone(folded, begin, begin + len(name))
                if alone and len(name) >= shortest:
                    return True
        return False


def _stands_alone(text: str, begin: int, end: int) -> bool:
    before, behind = text[begin - 1 : begin], text[end : end + 1]
    if before.isalnum() or behind.isalnum():
        return False
    if not text[begin:end].isdigit():
        return True
    # 842302 in 0.842302 is no sample; in "842302.0" it is.
    fraction = text[end : end + 2]
    decimal = before in (".", ",") and text[begin - 2 : begin - 1].isdigit()
    whole = fraction[:1] not in (".", ",") or not fraction[1:].isdigit()
    return not decimal and (whole or re.match(r"\.0+(?!\d)", text[end:]) is not None)


@dataclass(frozen=True)
class Secrets:
    """What must not stand in a file.

    Attributes:
        names: Names of samples and units.
        files: Names of the files that the data was read from.
        persons: Names of the user's account and of the computer.
        rows: Gives what finds training samples; None where there are none yet.
    """

    names: NameIndex = field(default_factory=NameIndex)
    files: Collection[str] = ()
    persons: Collection[str] = ()
    rows: Callable[[], RowFinder | None] = lambda: None


def scan_file(
    path: str,
    content: bytes,
    kind: LeavingKind,
    level: PrivacyLevel,
    secrets: Secrets,
    drawn: Sequence[str] = (),
) -> None:
    """Look for what must not be in a file.

    Args:
        path: Its name, with the ending that says what it is.
        content: The final bytes.
        kind: Kind of content.
        level: Sensitivity of the study.
        secrets: What to look for.
        drawn: What is written in its pictures, which nobody could search as pixels.

    Raises:
        GateRefused: something was found, or the file cannot be looked into.
    """
    contents = open_contents(path, content)
    if drawn:
        contents.add(open_contents("drawn.txt", "\n".join(drawn).encode("utf-8", "replace")))
    if contents.unread and is_guarded(level):
        raise unreadable("a file")
    found = next(_found(contents, kind, level, secrets), "")
    if found:
        raise GateRefused(
            f"It holds {found}, so it stays in the study.",
            "Change the answer or the name that it comes from, or export another part.",
        )
    if _rows_matter(kind, level):
        _demand_no_rows(contents, kind, secrets)


def _demand_no_rows(contents: Contents, kind: LeavingKind, secrets: Secrets) -> None:
    """Refuse a file in which training samples stand; of models, also if the search is dead."""
    finder = secrets.rows()
    if finder is None:
        return
    if finder.finds(contents):
        raise GateRefused(
            f"It holds {ROWS}, so it stays in the study.",
            "What shows all samples together may leave, for example the report.",
        )
    if kind in _MODELS:
        finder.demand_alive()


def _rows_matter(kind: LeavingKind, level: PrivacyLevel) -> bool:
    if kind in _HOLDS_ROWS or level == "public":
        return False
    return is_guarded(level) or kind in _MODELS


def _found(
    contents: Contents, kind: LeavingKind, level: PrivacyLevel, secrets: Secrets
) -> Iterator[str]:
    """Yield what points at somebody, in words."""
    persons = NameIndex([person for person in secrets.persons if _is_telling(person)])
    if any(PATH_START.search(text) for text in contents.properties):
        yield A_PATH
    if any(persons.stands_in(text) for text in contents.properties):
        yield A_PERSON
    if not is_guarded(level):
        return
    said = [*contents.texts, *contents.properties]
    distinctive = NameIndex([p for p in secrets.persons if not _PLAIN_WORD.fullmatch(p)])
    if any(EMAIL.search(text) for text in (*said, *contents.markup)):
        yield AN_ADDRESS
    if any(PATH_START.search(text) for text in said) or any(
        _PATH_IN_CODE.search(text) for text in contents.markup
    ):
        yield A_PATH
    if any(distinctive.stands_in(text) for text in said):
        yield A_PERSON
    if kind not in _NAMES_THE_TABLE and _names_a_file(said, secrets.files):
        yield A_FILE
    if kind not in _NAMES_NEW_SAMPLES and _names_a_sample(said, contents.markup, secrets.names):
        yield A_NAME


def _names_a_sample(said: Iterable[str], markup: Iterable[str], names: NameIndex) -> bool:
    return any(names.stands_in(text) for text in said) or any(
        names.stands_in(text, _SHORT_NAME + 1) for text in markup
    )


def _names_a_file(said: Iterable[str], files: Collection[str]) -> bool:
    wanted = [name.casefold() for name in files if name]
    return bool(wanted) and any(name in text.casefold() for text in said for name in wanted)


def _is_telling(person: str) -> bool:
    return len(person) > 2 and person.casefold() not in _EVERYBODY
