"""Shows every file of an export before it is written; only then a place to write it is chosen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from deepbench.messages import Event, JobFailed, PreviewBundle, Progress, ReadBundleFile
from deepbench.study.records import BundleFilePreview, BundlePreview, ExportItem
from deepbench_ui.models.leaving_files import (
    file_sentence,
    group_sentence,
    level_sentence,
    total_sentence,
)
from deepbench_ui.pages.base import label
from deepbench_ui.plan_words import in_window
from deepbench_ui.session import StudySession
from deepbench_ui.widgets.banner import Banner
from deepbench_ui.widgets.file_tree import FileTree
from deepbench_ui.widgets.final_text import show_final_text
from deepbench_ui.widgets.sentences import Sentences

TITLE = "Before it is written: {title}"
LEAD = "Nothing has been written yet. Every file that would leave the study is shown here first."
WORKING = "Making and checking the files, to show them; this can take a few minutes …"
WORKING_ON = "Making and checking the files, to show them: {what} …"
WORKING_NAME = "Making and checking the files"
REFUSED = "Nothing of it may leave. {why}"
FAILED = "The files could not be made. {why}"
AGAIN = "Try Again"
CHOOSE_ONE = "Choose a file to read what is in it, or why it stays."
LOOK, LOOK_TIP = "Look Inside", "Read the text of this file as it would leave"
NO_TEXT = "Only texts and tables can be read here"
READING = "Reading the file …"
CHOOSE_FOLDER, CHOOSE_FILE, CANCEL = "Choose a Folder…", "Choose a File…", "Cancel"
_SIZE, _SIZE_OF_ONE = (940, 620), (760, 400)
_DETAIL_LINES = 4


class ExportPreview(QDialog):
    """Asks the worker which files would leave, shows them, and lets a place be chosen.

    Args:
        session: The open study.
        item: The export.
        choose: Asks for the file or folder to write; returns an empty text when cancelled.
        parent: Page that asks.
    """

    def __init__(
        self,
        session: StudySession,
        item: ExportItem,
        choose: Callable[[QWidget], str],
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._session, self._item, self._choose = session, item, choose
        self._working = self._reading = False
        self.preview: BundlePreview | None = None
        #: Where it shall be written, once that is chosen.
        self.path = ""
        self.setObjectName("report.preview")
        self.setWindowTitle(TITLE.format(title=item.title))
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(20, 18, 20, 16)
        self._column.setSpacing(8)
        self._column.addWidget(label(TITLE.format(title=item.title), "heading"))
        self._column.addWidget(label(LEAD, "muted"))
        self.level = label("", "", "report.preview.level")
        self._column.addWidget(self.level)
        self._build_working()
        self.problem = Banner("report.preview.problem")
        self._column.addWidget(self.problem)
        self._build_found()
        self._column.addStretch(0)
        self._build_buttons()
        self.resize(*(_SIZE_OF_ONE if item.suffix else _SIZE))
        self._ask()

    # --- building ---------------------------------------------------------------------

    def _build_working(self) -> None:
        self.note = label(WORKING, "", "report.preview.note")
        self.bar = QProgressBar()
        self.bar.setObjectName("report.preview.progress")
        self.bar.setAccessibleName(WORKING_NAME)
        self.bar.setTextVisible(False)
        self._column.addWidget(self.note)
        self._column.addWidget(self.bar)

    def _build_found(self) -> None:
        self.found = QWidget()
        column = QVBoxLayout(self.found)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        self.total = label("", "strong", "report.preview.total")
        self.sentences = Sentences("report.preview.sentences", "muted")
        self.tree = FileTree("report.preview.files")
        self.tree.row_changed.connect(self._show_row)
        column.addWidget(self.total)
        column.addWidget(self.sentences)
        column.addWidget(self.tree, 1)
        column.addWidget(self._detail())
        self._column.addWidget(self.found, 1)

    def _detail(self) -> QFrame:
        frame = QFrame()
        frame.setProperty("kind", "well")
        line = QHBoxLayout(frame)
        line.setContentsMargins(12, 8, 12, 8)
        line.setSpacing(12)
        self.detail = label(CHOOSE_ONE, "", "report.preview.detail")
        # The tree keeps its height while files with long and short reasons are chosen.
        self.detail.setMinimumHeight(_DETAIL_LINES * self.detail.fontMetrics().lineSpacing())
        self.look_button = QPushButton(LOOK)
        self.look_button.setObjectName("report.preview.look")
        self.look_button.setAutoDefault(False)
        self.look_button.clicked.connect(self._read)
        line.addWidget(self.detail, 1)
        line.addWidget(self.look_button)
        return frame

    def _build_buttons(self) -> None:
        # WORKAROUND: in a QDialogButtonBox of Qt 6.11 Tab passes over the first of these two.
        line = QHBoxLayout()
        line.addStretch(1)
        self.choose_button = QPushButton(CHOOSE_FILE if self._item.suffix else CHOOSE_FOLDER)
        self.choose_button.setObjectName("report.preview.choose")
        self.choose_button.setProperty("kind", "primary")
        self.choose_button.setAutoDefault(False)
        self.choose_button.clicked.connect(self._choose_place)
        self.cancel_button = QPushButton(CANCEL)
        self.cancel_button.setObjectName("report.preview.cancel")
        # What leaves is not what Enter does.
        self.cancel_button.setDefault(True)
        self.cancel_button.clicked.connect(self.reject)
        line.addWidget(self.choose_button)
        line.addWidget(self.cancel_button)
        self._column.addLayout(line)

    # --- asking -----------------------------------------------------------------------

    def _ask(self) -> None:
        self._working = True
        self.preview = None
        self.note.setText(WORKING)
        self.bar.setRange(0, 0)
        self.problem.clear()
        self._show_state()
        self._session.ask(
            PreviewBundle(str(self._session.folder), self._item.name),
            self._show_preview,
            self._failed,
            self._hear,
        )

    def _hear(self, event: Event) -> None:
        if isValid(self) and self._working and isinstance(event, Progress) and event.total:
            self.note.setText(WORKING_ON.format(what=event.what))
            self.bar.setRange(0, event.total)
            self.bar.setValue(event.done)

    def _show_preview(self, result: dict[str, Any]) -> None:
        # The answer may come after the dialog was closed and deleted.
        if not isValid(self):
            return
        self._working = False
        preview = self.preview = BundlePreview.model_validate(result)
        self.level.setText(in_window(level_sentence(preview)))
        self.total.setText(total_sentence(preview.files))
        self.sentences.show_sentences([in_window(text) for text in preview.sentences])
        if preview.refused:
            self.problem.show_message("warning", REFUSED.format(why=preview.refused))
        self.tree.show_files(preview.files)
        self._show_state()
        if preview.files:
            self.tree.setFocus()

    def _failed(self, event: JobFailed) -> None:
        if not isValid(self):
            return
        self._working = False
        why = f"{event.message} {event.hint}".strip()
        self.problem.show_message("danger", FAILED.format(why=why), AGAIN, self._ask)
        self._show_state()

    def _show_state(self) -> None:
        shown = self.preview
        self.level.setVisible(shown is not None)
        self.note.setVisible(self._working)
        self.bar.setVisible(self._working)
        self.found.setVisible(shown is not None and bool(shown.files))
        leaves = shown is not None and any(file.allowed for file in shown.files)
        self.choose_button.setEnabled(leaves)
        self._show_row()

    # --- one file ---------------------------------------------------------------------

    def _show_row(self) -> None:
        row = self.tree.row
        if row is None:
            text = CHOOSE_ONE
        elif isinstance(row, BundleFilePreview):
            text = f"{row.path}\n{in_window(file_sentence(row))}"
        else:
            text = f"{row.folder}/\n{group_sentence(row)}"
        self.detail.setText(text)
        readable = isinstance(row, BundleFilePreview) and row.readable
        self.look_button.setEnabled(readable and not self._reading)
        self.look_button.setToolTip(LOOK_TIP if readable else NO_TEXT)

    def _read(self) -> None:
        file = self.tree.row
        if not isinstance(file, BundleFilePreview):
            return
        self._reading = True
        self.look_button.setEnabled(False)
        self.detail.setText(READING)
        self._session.ask(
            ReadBundleFile(str(self._session.folder), self._item.name, file.path),
            lambda result: self._show_text(file, result),
            self._not_read,
        )

    def _show_text(self, file: BundleFilePreview, result: dict[str, Any]) -> None:
        if not isValid(self):
            return
        self._reading = False
        self._show_row()
        if self.isVisible():
            whole = bool(result["whole"])
            show_final_text(self._session, file, str(result["text"]), self, whole=whole)

    def _not_read(self, event: JobFailed) -> None:
        if isValid(self):
            self._reading = False
            self._show_row()
            self.detail.setText(in_window(f"{event.message} {event.hint}".strip()))

    # --- ending -----------------------------------------------------------------------

    def _choose_place(self) -> None:
        self.path = self._choose(self)
        if self.path:
            self.accept()

    def reject(self) -> None:
        """Close; what is still being made for this dialog is stopped."""
        if self._working or self._reading:
            self._working = self._reading = False
            self._session.desk.cancel()
        super().reject()
