"""Whether two names are those of one person: who asks for something may not approve it."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

_TITLES = frozenset(
    # Degrees, with what stands behind "Dr." in German and Latin; not MA and BA, which are names.
    "dr doctor doktor prof professor professorin priv doz dozent pd phd dphil md mph dipl diplom "
    "ing msc bsc mba habil hc med rer nat phil pharm vet dent jur iur univ biol chem "
    # Forms of address, and what says how one is related to others of the name.
    "mr mrs ms miss mx sir dame mme mlle herr frau hr fr jr sr junior senior ii iii".split()
)
# Letters that have no accent to take off, and two letters that stand for one.
_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe"})
_UMLAUTS = (("ae", "a"), ("oe", "o"), ("ue", "u"))
# With their points they fall apart into letters: M.D., Ph.D., M.Sc., B.A.
_POINTED = ("m.d.", "ph.d.", "d.phil.", "m.sc.", "b.sc.", "m.a.", "b.a.", "h.c.", "r.n.")


def same_person(one: str, other: str) -> bool:
    """Say whether two names may be those of one person.

    Capitals, accents, titles, order and first names that are left out or shortened to a letter
    make no other person: "Anna Muster" is "Dr. med. A. Muster". Where it cannot be told from the
    names, they are taken for one; written out in full they differ.
    """
    words, others = sorted((_words(one), _words(other)), key=len)
    if not words:
        return False
    return "".join(words) == "".join(others) or _all_found(words, others)


def _all_found(words: Sequence[str], others: Sequence[str]) -> bool:
    """Say whether every word of the shorter name is one of the other, each counted once."""
    left = list(others)
    unmatched = []
    for word in words:
        if word in left:
            left.remove(word)
        else:
            unmatched.append(word)
    for word in unmatched:
        found = next((other for other in left if _shortened(word, other)), None)
        if found is None:
            return False
        left.remove(found)
    return True


def _shortened(one: str, other: str) -> bool:
    return 1 in (len(one), len(other)) and one[0] == other[0]


def _words(name: str) -> list[str]:
    """Return the words of a name that are no titles, as they are compared."""
    folded = unicodedata.normalize("NFKD", name).casefold().translate(_LETTERS)
    for pointed in _POINTED:
        folded = folded.replace(pointed, " ")
    plain = (letter for letter in folded if not unicodedata.combining(letter))
    words = "".join(letter if letter.isalnum() else " " for letter in plain).split()
    return [_without_umlauts(word) for word in words if word not in _TITLES]


def _without_umlauts(word: str) -> str:
    for written, meant in _UMLAUTS:
        word = word.replace(written, meant)
    return word
