"""Limits of features that are known beforehand: private training spends nothing on them."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtWidgets import QVBoxLayout, QWidget

from deepbench_ui.models.known_ranges import Ranges, read_ranges, written_ranges
from deepbench_ui.pages.base import label
from deepbench_ui.session import StudySession
from deepbench_ui.widgets.text_area import text_area

QUESTION, STEP = "Which values can features take?", "values that features can take"
WHY = (
    "To find out where the values of a feature lie costs privacy, and so accuracy. Limits that "
    "you know from elsewhere cost nothing. Do not read them off your own samples: that would give "
    "the extreme ones away. Features without a line are measured with noise."
)
HINT = "One feature in each line, such as age: 0 to 110"
NOT_USED = "{problem} Until then the answer stays as it was."
PLACE = "privacy.ranges"
_LINES = 4


class KnownRanges(QWidget):
    """A field with one feature in each line; what cannot be read is said and not saved.

    Args:
        name: objectName of the field.
        session: The open study.
    """

    def __init__(self, name: str, session: StudySession) -> None:
        super().__init__()
        self._session = session
        self._columns: Collection[str] = ()
        #: The answer that the field was last shown with or wrote.
        self._saved: Ranges = {}
        self._showing = False
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 6, 0, 0)
        column.setSpacing(4)
        question = label(QUESTION, "question")
        column.addWidget(question)
        column.addWidget(label(WHY, "muted"))
        self.field = text_area(name, QUESTION, HINT, _LINES)
        self.field.textChanged.connect(self._write)
        question.setBuddy(self.field)
        column.addWidget(self.field)
        self.note = label("", "danger", f"{name}.problem")
        self.note.hide()
        column.addWidget(self.note)

    def refresh(self, columns: Collection[str]) -> None:
        """Show the answer; lines that are being corrected stay while it is the same.

        Args:
            columns: Names of the table; none before it was read.
        """
        self._columns = columns
        answer = self._session.value(PLACE, {})
        wanted = {name: (float(ends[0]), float(ends[1])) for name, ends in answer.items()}
        if wanted == self._saved:
            return
        self._saved = wanted
        self._showing = True
        self.field.setPlainText(written_ranges(wanted))
        self._showing = False
        self._tell("")

    def _write(self) -> None:
        if self._showing:
            return
        typed = read_ranges(self.field.toPlainText(), self._columns)
        self._tell(typed.problem)
        if not typed.problem and typed.ranges != self._saved:
            self._saved = typed.ranges
            answer = {name: list(ends) for name, ends in typed.ranges.items()}
            self._session.answer(PLACE, answer or None, STEP, merge=True)

    def _tell(self, problem: str) -> None:
        self.note.setText(NOT_USED.format(problem=problem) if problem else "")
        self.note.setVisible(bool(problem))
