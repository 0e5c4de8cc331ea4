"""What all formats are taken apart into."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from deepbench.errors import GateRefused


@dataclass
class Contents:
    """What is inside a file.

    Attributes:
        texts: What somebody reads, and names that a program reads.
        markup: Code between the texts (styles, names of parts), where a short name means nothing.
        properties: What the file says about itself: author, title, program, comments.
        numbers: Sequences of numbers as they follow each other in the file; a table row by row
            and once more column by column.
        unread: Whether there is text in it, or a photograph, that cannot be read.
    """

    texts: list[str] = field(default_factory=list)
    markup: list[str] = field(default_factory=list)
    properties: list[str] = field(default_factory=list)
    numbers: list[NDArray[np.float64]] = field(default_factory=list)
    unread: bool = False

    def add(self, other: Contents) -> None:
        """Take over what is inside a file that stands in this one."""
        self.texts += other.texts
        self.markup += other.markup
        self.properties += other.properties
        self.numbers += other.numbers
        self.unread |= other.unread

    def add_array(self, values: NDArray[np.generic]) -> None:
        """Take over an array of numbers, of any shape."""
        if values.dtype.kind not in "fiub" or not values.size:
            return
        array = np.asarray(values, dtype=np.float64)
        self.numbers.append(array.ravel())
        if array.ndim > 1:
            self.numbers.append(np.moveaxis(array, -1, 0).ravel())

    def add_rows(self, rows: Iterable[Iterable[float]]) -> None:
        """Take over a table of numbers whose rows may differ in length."""
        lists = [list(row) for row in rows]
        widths = {len(row) for row in lists}
        if len(widths) == 1 and widths != {0}:
            self.add_array(np.array(lists, dtype=np.float64))
        else:
            self.add_array(np.array([cell for row in lists for cell in row], dtype=np.float64))


def unreadable(what: str) -> GateRefused:
    """Return the refusal of what cannot be looked into.

    Args:
        what: Name of the format, with an article.
    """
    return GateRefused(
        f"What should leave is not {what} that can be looked into, so it stays.",
        "Try it again; if it happens again, report it as a fault of the program.",
    )
