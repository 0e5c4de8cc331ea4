"""A field for several lines of text."""

from __future__ import annotations

from PySide6.QtWidgets import QPlainTextEdit

_SPACE = 18


def text_area(name: str, question: str, hint: str, lines: int) -> QPlainTextEdit:
    """Return a field that the Tab key leaves and that takes no dropped file.

    Args:
        name: Its objectName.
        question: What is asked, for screen readers.
        hint: Shown while it is empty.
        lines: Its height in lines.
    """
    area = QPlainTextEdit()
    area.setObjectName(name)
    area.setAccessibleName(question)
    area.setPlaceholderText(hint)
    area.setTabChangesFocus(True)
    area.setAcceptDrops(False)  # a file dropped here is the window's
    area.setFixedHeight(area.fontMetrics().lineSpacing() * lines + _SPACE)
    return area
