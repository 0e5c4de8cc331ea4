"""Parts side by side, in as many columns as there is room for."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QWidget


class ReflowGrid(QWidget):
    """Widgets in rows; a narrower place has fewer columns.

    Args:
        letters: Least width of a column, in letters of the font.
        most: Columns at most.
        parent: Owner.
    """

    def __init__(self, letters: int, most: int = 4, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._letters, self._most = letters, most
        self._parts: list[QWidget] = []
        self._columns = 0
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(10)

    @property
    def columns(self) -> int:
        """How many columns there are now."""
        return self._columns

    def add(self, part: QWidget) -> None:
        """Add a widget at the end."""
        self._parts.append(part)
        self._columns = 0
        self.arrange()

    def arrange(self) -> None:
        """Place the widgets that are not hidden."""
        shown = [part for part in self._parts if not part.isHidden()]
        columns = max(1, min(self._most, self._fitting(), len(shown)))
        for part in self._parts:
            self._grid.removeWidget(part)
        for column in range(self._most):
            self._grid.setColumnStretch(column, 1 if column < columns else 0)
        for place, part in enumerate(shown):
            row, column = divmod(place, columns)
            self._grid.addWidget(part, row, column, Qt.AlignmentFlag(0))
        self._columns = columns

    def _fitting(self) -> int:
        least = self._letters * self.fontMetrics().averageCharWidth()
        gap = self._grid.horizontalSpacing()
        return max(1, (self.width() + gap) // (least + gap))

    def _fit(self) -> None:
        shown = sum(not part.isHidden() for part in self._parts)
        if max(1, min(self._most, self._fitting(), shown)) != self._columns:
            self.arrange()

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Be as narrow as one column, or there would never be a reason to use fewer."""
        widest = max((part.minimumSizeHint().width() for part in self._parts), default=0)
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
