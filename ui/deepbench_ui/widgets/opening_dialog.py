"""Asks before the test set is opened: once is all there is."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QVBoxLayout, QWidget

from deepbench.study.records import ImportRecord, ShuffleRecord
from deepbench_ui.models.test_opening import Opening, next_opening
from deepbench_ui.models.test_words import times
from deepbench_ui.pages.base import label
from deepbench_ui.session import StudySession
from deepbench_ui.widgets.fields import TextAnswer

TITLE = "Open the test set?"
ONCE = (
    "The test set can be opened once. From then on its samples are no longer new: whatever is "
    "changed afterwards has seen them."
)
PERHAPS = (
    "The shuffled-label check is calculated first. The test set is opened only if it finds a "
    "signal."
)
WRITTEN = "Day, models and expected score go into the ledger. It cannot be taken back."
BEFORE = (
    "The test set was opened {times} before. Opened again, it is no longer a test with new "
    "samples, and every report will say so, with your reason."
)
REASON = "Why must the test set be opened again?"
REASON_HINT = "For example: two samples had been swapped, and the table was corrected"
REASON_STEP = "reason to open the test set again"
OPEN, CANCEL = "Open the Test Set", "Not Now"
_WIDTH_LETTERS = 64


def opening_of(session: StudySession) -> Opening:
    """Return what running would do to the test set, with the answers as they are now."""
    return next_opening(
        session.standing().states,
        session.draft.plan(),
        session.record("import", ImportRecord),
        session.record("shuffles", ShuffleRecord),
        session.history.openings,
        session.history.opened_with,
    )


def reason_field(session: StudySession, name: str, explanation: str = "") -> TextAnswer:
    """Return the field for the reason of a second opening."""
    return TextAnswer(
        session,
        name,
        "split.reuse_reason",
        REASON,
        REASON_STEP,
        hint=REASON_HINT,
        explanation=explanation,
        lines=2,
    )


class OpeningDialog(QDialog):
    """Says that opening happens once; a second one needs its reason.

    Args:
        session: The open study.
        opening: What running would do.
        parent: Window.
    """

    def __init__(self, session: StudySession, opening: Opening, parent: QWidget) -> None:
        super().__init__(parent)
        self._session, self._opening = session, opening
        self.setObjectName("test.confirm")
        self.setWindowTitle(TITLE)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(12)
        column.addWidget(label(TITLE, "heading"))
        for number, sentence in enumerate(self._sentences()):
            column.addWidget(label(sentence, "", f"test.confirm.text.{number}"))
        self.reason: TextAnswer | None = None
        if opening.needs_reason:
            self.reason = reason_field(session, "test.confirm.reason")
            self.reason.refresh()
            column.addWidget(self.reason)
        self._add_buttons(column)
        session.answers_changed.connect(self._answers_changed)
        self._answers_changed()
        self.setMinimumWidth(self.fontMetrics().averageCharWidth() * _WIDTH_LETTERS)

    def _add_buttons(self, column: QVBoxLayout) -> None:
        buttons = QDialogButtonBox()
        self.open_button = buttons.addButton(OPEN, QDialogButtonBox.ButtonRole.AcceptRole)
        self.open_button.setObjectName("test.confirm.open")
        self.open_button.setProperty("kind", "primary")
        self.open_button.setAutoDefault(False)
        self.cancel_button = buttons.addButton(CANCEL, QDialogButtonBox.ButtonRole.RejectRole)
        self.cancel_button.setObjectName("test.confirm.cancel")
        # What cannot be taken back is not what Enter does.
        self.cancel_button.setDefault(True)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column.addWidget(buttons)

    def _sentences(self) -> list[str]:
        said = [PERHAPS] if self._opening.opens == "perhaps" else []
        if self._opening.needs_reason:
            return [*said, BEFORE.format(times=times(self._opening.openings)), WRITTEN]
        return [*said, ONCE, WRITTEN]

    def _answers_changed(self) -> None:
        given = str(self._session.value("split.reuse_reason", "")).strip()
        self.open_button.setEnabled(bool(given) or not self._opening.needs_reason)


def may_open(session: StudySession, parent: QWidget) -> bool:
    """Ask where running would open the test set; True where it would not.

    Args:
        session: The open study.
        parent: Page or window that asks.
    """
    opening = opening_of(session)
    if opening.opens == "no":
        return True
    dialog = OpeningDialog(session, opening, parent)
    accepted = dialog.exec() == QDialog.DialogCode.Accepted
    session.answers_changed.disconnect(dialog._answers_changed)
    dialog.deleteLater()
    return accepted
