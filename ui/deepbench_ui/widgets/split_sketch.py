"""What the split asked for would be, counted by the desk before anything is locked."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QVBoxLayout, QWidget

from deepbench.messages import JobFailed, SketchSplit
from deepbench.study.records import SplitSketchRecord
from deepbench_ui.models.finding_phrases import on_screen
from deepbench_ui.models.split_words import sketched_for
from deepbench_ui.pages.base import card, label
from deepbench_ui.session import StudySession
from deepbench_ui.widgets.banner import Banner
from deepbench_ui.widgets.split_facts import FoldTable, ProofList

TITLE = "What this split would be"
LEAD = "Counted from your samples. Nothing is locked yet; change the answers above as you like."
WAIT = "Counting samples, units and classes…"
_WAIT_MILLISECONDS = 200


class SplitSketch(QWidget):
    """Precision of the test, test sets and proofs of the split as it would be.

    Args:
        name: Its objectName.
        session: The open study.
    """

    def __init__(self, name: str, session: StudySession) -> None:
        super().__init__()
        self.setObjectName(name)
        self._session = session
        self._asked_for: Any = None
        self._build(name)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(_WAIT_MILLISECONDS)
        self._later.timeout.connect(self._ask)

    def _build(self, name: str) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        frame, inside = card(TITLE)
        column.addWidget(frame)
        inside.addWidget(label(LEAD, "muted"))
        self.problem = Banner(f"{name}.problem")
        inside.addWidget(self.problem)
        self.wait = label(WAIT, "muted", f"{name}.wait")
        inside.addWidget(self.wait)
        self.content = QWidget()
        found = QVBoxLayout(self.content)
        found.setContentsMargins(0, 0, 0, 0)
        found.setSpacing(8)
        self.power = label("", "", f"{name}.power")
        self.why = label("", "muted", f"{name}.why")
        self.folds = FoldTable(f"{name}.folds", self._session)
        self.proofs = ProofList(f"{name}.proof")
        for part in (self.power, self.why, self.folds, self.proofs):
            found.addWidget(part)
        inside.addWidget(self.content)
        self.content.hide()

    def refresh(self) -> None:
        """Count again when an answer that matters was changed."""
        if self._session.run is None and self._wanted() != self._asked_for:
            self._later.start()

    def stop(self) -> None:
        """Ask nothing for a page that is not shown."""
        self._later.stop()

    def _wanted(self) -> Any:
        return sketched_for(self._session.draft.answers, self._session.history.finished)

    def _ask(self) -> None:
        asked = self._asked_for = self._wanted()
        self.wait.setVisible(not self.content.isVisible() and not self.problem.isVisible())
        request = SketchSplit(str(self._session.folder), self._session.draft.answers)
        self._session.ask(request, lambda result: self._show(result, asked), self._failed)

    def _failed(self, event: JobFailed) -> None:
        # Asked again with the next answer, and when the page is shown again.
        self._asked_for = None
        self._refuse(event.message, event.hint)

    def _refuse(self, problem: str, hint: str) -> None:
        self.wait.hide()
        self.content.hide()
        self.problem.show_message("warning", f"{problem} {hint}".strip())

    def _show(self, result: dict[str, Any], asked: Any) -> None:
        if asked != self._asked_for:
            return
        sketch = SplitSketchRecord.model_validate(result)
        if sketch.problem:
            self._refuse(sketch.problem, sketch.hint)
            return
        self.problem.clear()
        self.wait.hide()
        self.power.setText(sketch.power.sentence if sketch.power is not None else "")
        self.power.setVisible(sketch.power is not None)
        self.why.setText(on_screen(sketch.why))
        self.folds.show_folds(sketch.outer_folds)
        self.proofs.show_lines(sketch.proofs)
        self.content.show()
