"""What is said beside a text whose words claim more than an association."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from deepbench.study.claim_wording import WordingHit, find_overclaims, suggested

SAID = "“{words}”: {why}"
INSTEAD = "Instead: {text}"


@dataclass(frozen=True)
class WordingNote:
    """What is said of one sentence.

    Attributes:
        line: Number of its line in the text, from 0.
        text: What is wrong, for each word a sentence or two.
        suggestion: The sentence in other words; empty where none fits.
    """

    line: int
    text: str
    suggestion: str

    @property
    def whole(self) -> str:
        """What is wrong and what to write instead."""
        return (
            f"{self.text} {INSTEAD.format(text=self.suggestion)}" if self.suggestion else self.text
        )


def wording_notes(lines: Sequence[str], names: Iterable[str] = ()) -> tuple[WordingNote, ...]:
    """Return what is to be said of the lines of a text; one note for each line that needs one.

    Args:
        lines: One sentence (or several) in each.
        names: Names of columns and classes, which are no wording.
    """
    known = tuple(names)
    notes = []
    for number, line in enumerate(lines):
        hits = find_overclaims(line, known)
        if hits:
            notes.append(WordingNote(number, _said(hits), suggested(line, hits).strip()))
    return tuple(notes)


def _said(hits: Sequence[WordingHit]) -> str:
    """Return each explanation once, with the words it is about."""
    words: dict[str, list[str]] = {}
    for hit in hits:
        said = words.setdefault(hit.why, [])
        if hit.words not in said:
            said.append(hit.words)
    return " ".join(SAID.format(words="”, “".join(w), why=why) for why, w in words.items())
