"""Names along an axis: as many as fit, shortened where they are long."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontMetricsF

_MOST_LETTERS: Final = 28
_ROOM: Final = 1.15
#: Letters that have to fit below a column, or only some of the names are shown.
_LEAST: Final = 8


def shorten(name: str, most: int = _MOST_LETTERS) -> str:
    """Return a name with its middle left out when it is long: both ends tell names apart."""
    flat = " ".join(name.split())
    if len(flat) <= most:
        return flat
    head = (most - 1 + 1) // 2
    return f"{flat[:head]}…{flat[-(most - 1 - head) :]}"


def _even(least: float) -> int:
    """Return the smallest of 1, 2, 5, 10, 20, … that is not below a number."""
    if least <= 1:
        return 1
    power = 10 ** math.floor(math.log10(least))
    return int(next(power * step for step in (1, 2, 5, 10) if power * step >= least))


class NameTicks:
    """Names at 0, 1, 2, … of an axis.

    Args:
        axis: The axis of pyqtgraph.
        names: The names.
        upright: Whether the axis stands upright.
        font: Font of the names.
        most: Letters of a name that are shown at most.
    """

    def __init__(
        self, axis: Any, names: Sequence[str], upright: bool, font: QFont, most: int
    ) -> None:
        self._axis = axis
        self._upright = upright
        self._metrics = QFontMetricsF(font)
        self._names = [shorten(name, most) for name in names]
        self._ticks: list[tuple[int, str]] | None = None

    @property
    def width(self) -> float:
        """Width of the longest name."""
        return max((self._metrics.horizontalAdvance(name) for name in self._names), default=0.0)

    def fit(self, length: float, shown: float) -> None:
        """Show as many names as fit.

        Args:
            length: Pixels of the axis.
            shown: How many names' places it covers.
        """
        need = self._metrics.height() if self._upright else self.width + 8.0
        each = length / shown if shown > 0 else 0.0
        step = _even(need * _ROOM / each) if each > 0 else max(1, len(self._names))
        names = self._names
        if step > 1 and not self._upright and each >= self._metrics.averageCharWidth() * _LEAST:
            # A shortened name tells more than none.
            step, room = 1, each / _ROOM - 8.0
            middle = Qt.TextElideMode.ElideMiddle
            names = [self._metrics.elidedText(name, middle, room) for name in names]
        ticks = [(index, names[index]) for index in range(0, len(names), step)]
        if ticks != self._ticks:
            self._ticks = ticks
            self._axis.setTicks([ticks])
