"""What every text of the study has in common that can be selected: a copy is asked for first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QMenu

if TYPE_CHECKING:
    from PySide6.QtCore import SignalInstance
    from PySide6.QtGui import QTextCursor
    from PySide6.QtWidgets import QAbstractScrollArea as _ScrollArea
else:
    _ScrollArea = object  # it is the class beside this one that brings the widget

COPY_SELECTION, SELECT_ALL = "Copy", "Select All"


class GatedCopy(_ScrollArea):
    """A text widget that gives nothing to the clipboard by itself; its class has the signal."""

    if TYPE_CHECKING:
        copy_wanted: SignalInstance

        # QTextBrowser and QPlainTextEdit have these each for itself.
        def textCursor(self) -> QTextCursor: ...  # noqa: D102, N802
        def selectAll(self) -> None: ...  # noqa: D102, N802

    @property
    def chosen(self) -> str:
        """The selected text; Qt writes ends of lines and blanks in its own way."""
        text = self.textCursor().selectedText()
        return text.replace("\u2029", "\n").replace("\u2028", "\n").replace("\u00a0", " ")

    def createMimeDataFromSelection(self) -> QMimeData:  # noqa: N802
        """Give nothing to drags and to the clipboard of the middle mouse button."""
        return QMimeData()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Qt would put the selection on the clipboard by itself."""
        if event.matches(QKeySequence.StandardKey.Copy) or event.matches(
            QKeySequence.StandardKey.Cut
        ):
            self._want_copy()
            event.accept()
            return
        super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802
        """Offer a copy that asks first."""
        menu = QMenu(self)
        copy = menu.addAction(COPY_SELECTION, self._want_copy)
        copy.setEnabled(self.textCursor().hasSelection())
        menu.addAction(SELECT_ALL, self.selectAll)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(event.globalPos())

    def _want_copy(self) -> None:
        if self.chosen:
            self.copy_wanted.emit(self.chosen)
