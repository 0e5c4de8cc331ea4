"""Small pieces of sentences shared by all that writes sentences."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

MINUS = "\N{MINUS SIGN}"
_LONGEST_NAME = 60


def shorten(text: str, limit: int = _LONGEST_NAME) -> str:
    """Return the text, cut with an ellipsis if it is too long for a sentence.

    Line breaks become blanks, and characters that cannot be seen ``⟦U+202E⟧``.
    """
    if not text.isprintable():
        text = "".join(map(_in_line, text[: limit + 1]))
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def _in_line(sign: str) -> str:
    if sign.isprintable():
        return sign
    return " " if sign.isspace() else f"⟦U+{ord(sign):04X}⟧"


def some_names(names: Sequence[str], limit: int = 3) -> str:
    """Return ``'a', 'b', 'c' and 12 more``."""
    shown = [f"'{shorten(name)}'" for name in names[:limit]]
    rest = len(names) - len(shown)
    if rest:
        return f"{', '.join(shown)} and {rest:,} more"
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


def noun(count: int, singular: str, several: str = "") -> str:
    """Return the noun in the number that goes with a count."""
    return singular if count == 1 else several or f"{singular}s"


def counted(count: int, singular: str, several: str = "") -> str:
    """Write a count with its noun: 1 row, 1,204 rows."""
    return f"{count:,} {noun(count, singular, several)}"


def with_minus(number: str) -> str:
    """Return a written number with a real minus sign instead of a hyphen: −0.12."""
    return f"{MINUS}{number[1:]}" if number.startswith("-") else number


def decimal(value: float, digits: int) -> str:
    """Write a number with so many decimals and a real minus sign: 0.97, −0.12; never −0.00."""
    text = f"{value:.{digits}f}"
    return with_minus(text if any(sign in text for sign in "123456789") else text.lstrip("-"))


def in_sentence(title: str) -> str:
    """Return a title as it stands inside a sentence: ``Random forest`` → ``random forest``.

    A first word with more capitals (``SVM``) keeps them.
    """
    first = title.split(" ", maxsplit=1)[0]
    return title if first != first.capitalize() else title[:1].lower() + title[1:]


def nearest(name: str, known: Sequence[str], number: int = 3) -> list[str]:
    """Return the known names most like the given one, whatever their case."""
    folded = {other.casefold(): other for other in reversed(known)}
    near = difflib.get_close_matches(name.casefold(), list(folded), n=number, cutoff=0.6)
    return [folded[key] for key in near]


def did_you_mean(name: str, known: Sequence[str]) -> str:
    """Return a question naming the nearest names, or nothing if none is near."""
    near = [f"'{other}'" for other in nearest(name, known)]
    return f"Did you mean {' or '.join(near)}? " if near else ""
