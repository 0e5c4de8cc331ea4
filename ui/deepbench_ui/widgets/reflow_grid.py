"""Parts side by side, in as many columns as there is room for."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QWidget


class ReflowGrid(QWidget):
    """Widgets in rows; a narrower place has fewer columns.

    Args:
        letters: Least width of a column, in letters of the font.
        counts: Numbers of columns there may be, ascending; the first fits always.
        parent: Owner.
    """

    def __init__(
        self, letters: int, counts: tuple[int, ...] = (1, 2), parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._letters, self._counts = letters, counts
        self._parts: list[QWidget] = []
        self._out: set[QWidget] = set()
        self._columns = 0
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(10)

    @property
    def columns(self) -> int:
        """How many columns there are now."""
        return self._columns

    @property
    def shown(self) -> list[QWidget]:
        """The widgets that have a place, in order."""
        return [part for part in self._parts if part not in self._out]

    def add(self, part: QWidget) -> None:
        """Add a widget at the end."""
        self._parts.append(part)
        self._arrange()

    def show_parts(self, parts: set[QWidget]) -> None:
        """Show some of the widgets, and hide the others."""
        out = set(self._parts) - parts
        if out != self._out:
            self._out = out
            self._arrange()

    def _arrange(self) -> None:
        columns = self._fitting()
        for part in self._parts:
            self._grid.removeWidget(part)
            if part in self._out:
                part.hide()
        for column in range(max(self._counts)):
            self._grid.setColumnStretch(column, 1 if column < columns else 0)
        for place, part in enumerate(self.shown):
            self._grid.addWidget(part, *divmod(place, columns))
            part.show()
        self._columns = columns

    def _fitting(self) -> int:
        least = self._letters * self.fontMetrics().averageCharWidth()
        gap = self._grid.horizontalSpacing()
        room = (self.width() + gap) // (least + gap)
        return max((count for count in self._counts if count <= room), default=self._counts[0])

    def _fit(self) -> None:
        if self._fitting() != self._columns:
            self._arrange()

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Be as narrow as one column, or there would never be a reason to use fewer."""
        widest = max((part.minimumSizeHint().width() for part in self.shown), default=0)
        return QSize(widest, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Use more or fewer columns."""
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        """A larger font needs wider columns."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit()
