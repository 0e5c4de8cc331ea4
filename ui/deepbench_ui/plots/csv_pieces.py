"""Large tables as CSV, written a piece in each turn of the event loop."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from PySide6.QtCore import QObject, QTimer

from deepbench_ui.plots.figures.base import CsvText

#: Rows that are written at once.
PIECE: Final = 1000


class CsvPieces(QObject):
    """Writes one table at a time; a small one at once, a large one while the window answers.

    Args:
        parent: Owner; what is not done when it goes is dropped.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._rows: Iterator[Sequence[object]] = iter(())
        self._text = CsvText(())
        self._done: Callable[[bytes], None] | None = None

    def write(
        self,
        heads: Sequence[object],
        rows: Iterator[Sequence[object]],
        done: Callable[[bytes], None],
    ) -> None:
        """Write a table.

        Args:
            heads: Names of the columns.
            rows: Its rows, made as they are wanted.
            done: Takes the content.
        """
        self._text, self._rows, self._done = CsvText(heads), rows, done
        self._go_on()

    def _go_on(self) -> None:
        piece = list(itertools.islice(self._rows, PIECE))
        self._text.add(piece)
        if len(piece) == PIECE:
            QTimer.singleShot(0, self, self._go_on)
            return
        done, self._done = self._done, None
        if done is not None:
            done(self._text.content)
