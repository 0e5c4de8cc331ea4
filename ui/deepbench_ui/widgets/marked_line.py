"""A small picture and a sentence beside it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from deepbench_ui.pages.base import label
from deepbench_ui.theme import icon, set_look, theme

_ICON = 16
_LOOKS = {"warning": "warning", "text_muted": "muted"}


class MarkedLine(QWidget):
    """A picture and a sentence; hidden while there is nothing to say.

    Args:
        name: objectName of the sentence.
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        self._mark = QLabel()
        self._picture, self._colour = "", ""
        self.text = label("", "", name)
        row.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.text, 1)
        self.hide()
        theme().changed.connect(self._paint)

    def say(self, sentence: str, picture: str, colour: str, *, plain: bool = False) -> None:
        """Say a sentence beside a picture.

        Args:
            sentence: What is said; nothing if empty.
            picture: Name of the icon.
            colour: Its colour, a token of the theme.
            plain: Whether the sentence keeps the colour of other text.
        """
        self.setVisible(bool(sentence))
        self.text.setText(sentence)
        self._picture, self._colour = picture, colour
        look = "" if plain else _LOOKS.get(colour, "")
        if (self.text.property("role") or "") != look:
            set_look(self.text, role=look)
        self._paint()

    def _paint(self) -> None:
        if self._picture:
            self._mark.setPixmap(icon(self._picture, self._colour).pixmap(_ICON, _ICON))
