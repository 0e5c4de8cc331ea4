"""One thing that may leave the study: what it is, whether it may, and its button."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout
from shiboken6 import isValid

from deepbench.study.records import ExportItem
from deepbench_ui.models.report_rows import EXPORT_TEXTS
from deepbench_ui.pages.base import label
from deepbench_ui.plan_words import in_window
from deepbench_ui.theme import icon, theme
from deepbench_ui.widgets.banner import Banner

SAVE, SAVE_FOLDER = "Save…", "Save Folder…"
SAVE_NAME = "Save {title}"
MAY, MAY_NOT = "May leave. {sentence}", "Stays in the study. {sentence}"
TOLD = "Stays in the study, for the reason above."
ASKING = "Checking and writing …"
ASKING_FOLDER = "Checking the files once more and writing them …"
SAVED = "Saved as {path}."
_ICON_SIZE = 16


class ExportRow(QFrame):
    """An export with its button.

    Args:
        name: objectName of its button; the row itself is ``NAME.row``.
        item: The export.
        told: Whether why it stays was said above.
    """

    #: The user wants to save it.
    wanted = Signal()

    def __init__(self, name: str, item: ExportItem, *, told: bool = False) -> None:
        super().__init__()
        self.setObjectName(f"{name}.row")
        self.setProperty("kind", "well")
        self.item = item
        self._waiting = False
        grid = QGridLayout(self)
        grid.setContentsMargins(12, 10, 12, 10)
        grid.setHorizontalSpacing(12)
        grid.setColumnStretch(0, 1)
        column = QVBoxLayout()
        column.setSpacing(3)
        self.title = label(item.title, "heading")
        column.addWidget(self.title)
        column.addWidget(label(EXPORT_TEXTS.get(item.name, "")))
        line = QHBoxLayout()
        line.setSpacing(6)
        self.mark = QLabel()
        self.sentence = label("", "muted", f"{name}.sentence")
        line.addWidget(self.mark, 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(self.sentence, 1)
        column.addLayout(line)
        self.answer = Banner(f"{name}.answer")
        column.addWidget(self.answer)
        self.button = QPushButton(SAVE if item.suffix else SAVE_FOLDER)
        self.button.setObjectName(name)
        self.button.setAccessibleName(SAVE_NAME.format(title=item.title))
        self.button.clicked.connect(self.wanted)
        grid.addLayout(column, 0, 0)
        grid.addWidget(self.button, 0, 1)
        theme().changed.connect(self._paint)
        self.show_item(item, told=told)

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder of files."""
        return not self.item.suffix

    @property
    def file_name(self) -> str:
        """Proposed name of the file."""
        return f"{self.item.name}.{self.item.suffix}"

    def show_item(self, item: ExportItem, *, told: bool = False) -> None:
        """Show whether it may leave.

        Args:
            item: The export.
            told: Whether why it stays was said above.
        """
        self.item = item
        text = MAY if item.allowed else TOLD if told else MAY_NOT
        self.sentence.setText(text.format(sentence=in_window(item.sentence)))
        self.button.setEnabled(item.allowed and not self._waiting)
        self._paint()

    def begin(self) -> None:
        """Say that the answer is awaited."""
        self._waiting = True
        self.button.setEnabled(False)
        self.answer.show_message("info", ASKING_FOLDER if self.is_folder else ASKING)

    def saved(self, path: str) -> None:
        """Say where it was written."""
        self._end("ok", SAVED.format(path=path))

    def refused(self, sentence: str) -> None:
        """Say why it was not written."""
        self._end("danger", sentence)

    def _end(self, severity: str, text: str) -> None:
        # The answer may come after the page was left and its widgets deleted.
        if isValid(self):
            self._waiting = False
            self.button.setEnabled(self.item.allowed)
            self.answer.show_message(severity, text)

    def _paint(self) -> None:
        picture, colour = ("done", "ok") if self.item.allowed else ("lock", "text_muted")
        self.mark.setPixmap(icon(picture, colour).pixmap(_ICON_SIZE, _ICON_SIZE))
