"""Parts in lines that break like words: buttons stay whole on a narrow page."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget


class FlowLayout(QLayout):
    """Places widgets side by side, and in the next line where there is no more room.

    Args:
        gap: Pixels between them.
        parent: Owner.
    """

    def __init__(self, gap: int = 8, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._gap = gap
        self._items: list[QLayoutItem] = []
        self.setContentsMargins(0, 0, 0, 0)

    def addItem(self, item: QLayoutItem) -> None:  # noqa: N802
        """Add at the end."""
        self._items.append(item)

    def count(self) -> int:
        """Return how many parts there are."""
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:  # noqa: N802
        """Return a part; None past the end."""
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:  # noqa: N802
        """Take a part out."""
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:  # noqa: N802
        """Want no more room than the parts need."""
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:  # noqa: N802
        """A narrower place needs more lines."""
        return True

    def heightForWidth(self, width: int) -> int:  # noqa: N802
        """Return the height that a width needs."""
        return self._arrange(QRect(0, 0, width, 0), move=False)

    def setGeometry(self, rect: QRect) -> None:  # noqa: N802
        """Place the parts."""
        super().setGeometry(rect)
        self._arrange(rect, move=True)

    def sizeHint(self) -> QSize:  # noqa: N802
        """Return the size of the largest part."""
        return self.minimumSize()

    def minimumSize(self) -> QSize:  # noqa: N802
        """Return the size of the largest part."""
        size = QSize()
        for item in self._items:
            size = size.expandedTo(item.minimumSize())
        return size

    def _arrange(self, rect: QRect, *, move: bool) -> int:
        """Place the parts, or only measure; return the height."""
        x, y, high = rect.x(), rect.y(), 0
        line: list[tuple[QLayoutItem, QRect]] = []
        for item in self._items:
            if item.isEmpty():
                continue
            hint = item.sizeHint()
            width = min(hint.width(), max(item.minimumSize().width(), rect.width()))
            if high and x + width > rect.right() + 1:
                _place(line, high, move=move)
                x, y, high, line = rect.x(), y + high + self._gap, 0, []
            line.append((item, QRect(QPoint(x, y), QSize(width, hint.height()))))
            x += width + self._gap
            high = max(high, hint.height())
        _place(line, high, move=move)
        return y + high - rect.y()


def _place(line: list[tuple[QLayoutItem, QRect]], high: int, *, move: bool) -> None:
    """Place the parts of a line, each at the middle of its height."""
    for item, place in line if move else ():
        item.setGeometry(place.translated(0, (high - place.height()) // 2))
