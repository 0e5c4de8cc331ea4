"""What a document is made of, before it is Markdown or a web page: sections of plain texts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from deepbench.reporting.tables import Table

NOT_STATED = "Not stated."


@dataclass(frozen=True)
class Text:
    """A paragraph.

    Attributes:
        text: Plain text.
        tone: ``plain``, or ``note`` for what stands below in small letters.
    """

    text: str
    tone: Literal["plain", "note"] = "plain"


@dataclass(frozen=True)
class Points:
    """A list of sentences."""

    items: tuple[str, ...]


@dataclass(frozen=True)
class Facts:
    """Pairs of a label and what holds for it."""

    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Code:
    """Lines to be typed as they stand."""

    lines: tuple[str, ...]


@dataclass(frozen=True)
class Grid:
    """A table."""

    table: Table


@dataclass(frozen=True)
class Heading:
    """A heading below that of the section."""

    text: str


Block = Text | Points | Facts | Code | Grid | Heading


@dataclass(frozen=True)
class Section:
    """One section of a document.

    Attributes:
        id: Anchor.
        title: Heading.
        blocks: What stands in it.
    """

    id: str
    title: str
    blocks: tuple[Block, ...]


def section(name: str, title: str, *blocks: Block | None) -> Section:
    """Make a section of those blocks that are there; an empty one says that nothing is known."""
    shown = tuple(block for block in blocks if block is not None and not _is_empty(block))
    return Section(name, title, shown or (Text(NOT_STATED),))


def _is_empty(block: Block) -> bool:
    match block:
        case Text(text=text):
            return not text
        case Points(items=items):
            return not items
        case Facts(pairs=pairs):
            return not pairs
        case _:
            return False
