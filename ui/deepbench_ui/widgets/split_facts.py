"""What a split makes of the samples: sentences that were checked, and its test sets in a table."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QVBoxLayout, QWidget

from deepbench.study.records import OuterFoldRecord
from deepbench_ui.models.row_table import RowTable
from deepbench_ui.models.split_words import fold_columns, proof_lines
from deepbench_ui.session import StudySession
from deepbench_ui.widgets.data_table import TablePanel
from deepbench_ui.widgets.marked_line import MarkedLine

TABLE = "Test sets"
_MOST_ROWS = 12


class ProofList(QWidget):
    """Sentences that were checked on the split, each with a mark.

    Args:
        name: objectName of the sentences, before their number.
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8)
        self._lines: list[MarkedLine] = []

    def show_lines(self, sentences: Sequence[str]) -> None:
        """Show sentences of a `SplitRecord` or a sketch, in place of those before."""
        lines = proof_lines(sentences)
        while len(self._lines) < len(lines):
            line = MarkedLine(f"{self._name}.{len(self._lines)}")
            self._column.addWidget(line)
            self._lines.append(line)
        for line, (text, proved) in zip(self._lines, lines, strict=False):
            line.say(text, *(("done", "ok") if proved else ("info", "info")))
        for line in self._lines[len(lines) :]:
            line.say("", "", "")


class FoldTable(QWidget):
    """The test sets with their sizes; a column for each class.

    Args:
        name: objectName of the table's panel.
        session: The open study.
    """

    def __init__(self, name: str, session: StudySession) -> None:
        super().__init__()
        self._name, self._session = name, session
        self._place = QVBoxLayout(self)
        self._place.setContentsMargins(0, 0, 0, 0)
        self._classes: tuple[str, ...] = ()
        self._make(())

    def show_folds(self, folds: Sequence[OuterFoldRecord]) -> None:
        """Show folds, in place of those before."""
        classes = tuple(folds[0].test_classes)
        if classes != self._classes:
            self._panel.hide()
            self._panel.setParent(None)
            self._panel.deleteLater()
            self._make(classes)
        self.rows.show_rows(folds)

    def _make(self, classes: tuple[str, ...]) -> None:
        self._classes = classes
        self.rows: RowTable[OuterFoldRecord] = RowTable(
            fold_columns(classes), lambda fold: fold.name, self
        )
        self._panel = TablePanel(self._name, TABLE, self.rows, self._session)
        self._panel.view.show_all_rows(_MOST_ROWS)
        self._place.addWidget(self._panel)
