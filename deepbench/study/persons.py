"""Whether two names are those of one person: who asks for something may not approve it."""

from __future__ import annotations

import unicodedata

_TITLES = frozenset({"dr", "prof", "professor", "md", "phd", "mr", "mrs", "ms"})


def same_person(one: str, other: str) -> bool:
    """Say whether two names differ in capitals, order, accents and titles at most."""
    return _spelled(one) == _spelled(other)


def _spelled(name: str) -> str:
    folded = unicodedata.normalize("NFKD", name).casefold()
    plain = (letter for letter in folded if not unicodedata.combining(letter))
    words = "".join(letter if letter.isalnum() else " " for letter in plain).split()
    return " ".join(sorted(word for word in words if word not in _TITLES))
