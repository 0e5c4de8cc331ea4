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
        counts: Numbers of columns there may be, ascending and from 1; all up to the most if empty.
    """

    def __init__(
        self,
        letters: int,
        most: int = 4,
        parent: QWidget | None = None,
        *,
        counts: tuple[int, ...] = (),
    ) -> None:
        super().__init__(parent)
        self._letters = letters
        self._counts = counts or tuple(range(1, most + 1))
        self._parts: list[QWidget] = []
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
        """The widgets that have a place, in order: those that nobody has hidden."""
        return [part for part in self._parts if not _is_put_away(part)]

    def add(self, part: QWidget) -> None:
        """Add a widget at the end."""
        part.setParent(self)
        self._parts.append(part)
        self.arrange()

    def show_parts(self, parts: set[QWidget]) -> None:
        """Show some of the widgets, and hide the others."""
        if parts != set(self.shown):
            for part in self._parts:
                part.setVisible(part in parts)
            self.arrange()

    def arrange(self) -> None:
        """Place the widgets that are not hidden."""
        shown, columns = self.shown, self._fitting()
        for part in self._parts:
            self._grid.removeWidget(part)
        for column in range(self._counts[-1]):
            self._grid.setColumnStretch(column, 1 if column < columns else 0)
        for place, part in enumerate(shown):
            self._grid.addWidget(part, *divmod(place, columns))
        self._columns = columns

    def _fitting(self) -> int:
        least = self._letters * self.fontMetrics().averageCharWidth()
        gap = self._grid.horizontalSpacing()
        room = (self.width() + gap) // (least + gap)
        fits = [count for count in self._counts if count <= room] or [1]
        # Where one count fewer has room for all, the parts are wider and nothing is lost.
        enough = [count for count in fits if count >= len(self.shown)] or fits[-1:]
        return enough[0]

    def _fit(self) -> None:
        if self._fitting() != self._columns:
            self.arrange()

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


def _is_put_away(part: QWidget) -> bool:
    """Say whether a widget was hidden, and is not merely not shown yet."""
    said = Qt.WidgetAttribute.WA_WState_ExplicitShowHide
    return part.isHidden() and part.testAttribute(said)
