"""The text of a file as it would leave, to read; what is copied from it is asked for first."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from deepbench.study.records import BundleFilePreview
from deepbench_ui.pages.base import label
from deepbench_ui.plots.outlet import CLIPBOARD, Outlet
from deepbench_ui.session import StudySession
from deepbench_ui.widgets.gated_copy import GatedCopy
from deepbench_ui.widgets.gated_text import Leaving

TITLE = "As it would leave: {path}"
TEXT_NAME = "Text of {path}"
PART = "This is the beginning of the file; the rest is not shown here."
CLOSE = "Close"
#: Texts of lines that are broken where the window ends; the others keep theirs.
_PROSE = (".txt", ".md")
_SIZE = (820, 560)


class FinalText(GatedCopy, QPlainTextEdit):
    """Read-only text that gives nothing to the clipboard by itself.

    Args:
        name: Its objectName.
        path: The file it is from.
    """

    #: The selected text shall be copied.
    copy_wanted = Signal(str)

    def __init__(self, name: str, path: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(TEXT_NAME.format(path=path))
        self.setReadOnly(True)
        self.setTabChangesFocus(True)
        self.setUndoRedoEnabled(False)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        # A text that cannot be dragged is selected by dragging, which is what is wanted here.
        self.viewport().setAcceptDrops(False)
        if not path.endswith(_PROSE):
            self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
            self.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))


class CopyLine(Leaving):
    """Copies what is selected in a text, or all of it, through the gate, and says how it went.

    Args:
        name: Its objectName.
        title: What the text is called in the study's ledger.
        outlet: What lets things out.
        text: The text.
    """

    def __init__(self, name: str, title: str, outlet: Outlet, text: FinalText) -> None:
        super().__init__(name, title, outlet)
        self._text = text
        text.copy_wanted.connect(lambda chosen: self._let_out(chosen, CLIPBOARD))
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(12)
        line.addWidget(self.copy_button)
        line.addWidget(self._message, 1)
        line.addStretch(0)
        self._paint()

    def copy(self) -> None:
        """Let out what is selected; without a selection all that is shown."""
        self._let_out(self._text.chosen or self._text.toPlainText(), CLIPBOARD)


class FinalTextDialog(QDialog):
    """Shows a file that would leave.

    Args:
        session: The open study.
        file: The file.
        text: What is in it.
        whole: Whether that is all of it.
        parent: Dialog or page that asks.
    """

    def __init__(
        self,
        session: StudySession,
        file: BundleFilePreview,
        text: str,
        parent: QWidget,
        *,
        whole: bool,
    ) -> None:
        super().__init__(parent)
        self._session, self._file = session, file
        self.setObjectName("report.look")
        self.setWindowTitle(TITLE.format(path=file.path))
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(8)
        column.addWidget(label(file.path, "heading"))
        column.addWidget(label(file.title, "muted"))
        self.part = label("" if whole else PART, "warning", "report.look.part")
        self.part.setVisible(not whole)
        column.addWidget(self.part)
        self.text = FinalText("report.look.text", file.path)
        self.text.setPlainText(text)
        column.addWidget(self.text, 1)
        self._add_buttons(column)
        self.resize(*_SIZE)

    def _add_buttons(self, column: QVBoxLayout) -> None:
        line = QHBoxLayout()
        buttons = QDialogButtonBox()
        self.close_button = buttons.addButton(CLOSE, QDialogButtonBox.ButtonRole.RejectRole)
        self.close_button.setObjectName("report.look.close")
        self.close_button.setDefault(True)
        buttons.rejected.connect(self.reject)
        self.copying = CopyLine("report.look.copying", self._file.path, self._session, self.text)
        line.addWidget(self.copying, 1)
        line.addWidget(buttons)
        column.addLayout(line)


def show_final_text(
    session: StudySession, file: BundleFilePreview, text: str, parent: QWidget, *, whole: bool
) -> None:
    """Show the text of a file until the dialog is closed."""
    dialog = FinalTextDialog(session, file, text, parent, whole=whole)
    dialog.exec()
    dialog.deleteLater()
