"""Step 14: the verdict, the report on this computer, and what may be saved elsewhere."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QTimer, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from deepbench.messages import JobFailed, ListExports
from deepbench.study.records import ChoiceRecord, EthicsRecord, ExportItem, ReportRecord
from deepbench_ui.models.level_words import is_about_people
from deepbench_ui.models.report_rows import REPORT_FILE, checklist, headline, shared_refusal
from deepbench_ui.pages.base import Page, card, label
from deepbench_ui.widgets.banner import Banner
from deepbench_ui.widgets.check_lines import CheckLines
from deepbench_ui.widgets.document_answers import DocumentAnswers
from deepbench_ui.widgets.export_preview import ExportPreview
from deepbench_ui.widgets.export_row import ExportRow
from deepbench_ui.widgets.sentences import Sentences

EMPTY = (
    "The verdict will stand here: is there a signal, was deep learning worth it, what did the "
    "test set say? “Write the Report” fits the chosen model once more, which has to give the same "
    "predictions, and then writes the report."
)
STOPPED = (
    "The study stopped at a step that cannot go on. A report says where and why; it can be opened "
    "below."
)
OPEN = "Open the Report"
OPEN_TEXT = (
    "It opens in your browser from this computer; nothing is sent. This is the full report for "
    "your own eyes. To give it to others, save it below: what your level does not allow is left "
    "out there."
)
OPEN_LATER = "There is no report yet."
OPEN_FAILED = "No program to show it was found. The file is {path}"
BEFORE = "Before you send it"
KEEP = "Save to send or to keep"
KEEP_TEXT = (
    "Every file is checked, and shown to you before it is written; the study’s ledger notes what "
    "left. Where something stays, it says why, and what would let it leave. Single pictures and "
    "tables are saved on their own pages: each has its own Save."
)
KEEP_WAIT = "Looking at what may leave …"
KEEP_STAYS = "Most of it stays in the study for now. {why}"
KEEP_FAILED = "What may leave could not be found out. {why}"
SAVE_TITLE, SAVE_INTO = "Save {title}", "Folder in which to save {title}"
_WAIT_MILLISECONDS = 200


class ReportPage(Page):
    """Verdict, report, checklist, exports."""

    key = "report"
    title = "Report and export"
    lead = "The report is written from the records of the study: it cannot say more than was done."
    run_verb = "Write the Report"

    def build(self) -> None:
        """Make the widgets."""
        self.rows: dict[str, ExportRow] = {}
        self._asked_for: Any = None
        self._build_verdict()
        self._build_open()
        self._build_checklist()
        self.questions = DocumentAnswers("report.questions", self.session)
        self.form.addWidget(self.questions)
        self._build_exports()
        self.column.addStretch(1)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(_WAIT_MILLISECONDS)
        self._later.timeout.connect(self._ask)

    # --- building ---------------------------------------------------------------------

    def _build_verdict(self) -> None:
        # The verdict stands on top; what is done with it comes below, outside the veil.
        self.column.removeWidget(self._results_holder)
        self.column.insertWidget(self.column.indexOf(self._form_holder), self._results_holder)
        self.empty = label(EMPTY, "muted", "report.empty")
        self.results.addWidget(self.empty)
        self.verdict, inside = card("", "report.verdict")
        self.headline = label("", "title", "report.headline")
        self.sentences = Sentences("report.sentences")
        inside.addWidget(self.headline)
        inside.addWidget(self.sentences)
        self.results.addWidget(self.verdict)

    def _build_open(self) -> None:
        frame, inside = card("", "report.open-card")
        line = QHBoxLayout()
        line.setSpacing(14)
        self.open_button = QPushButton(OPEN)
        self.named(self.open_button, "open")
        self.open_button.clicked.connect(self._open)
        self.open_text = label("", "muted", "report.open-text")
        line.addWidget(self.open_button)
        line.addWidget(self.open_text, 1)
        inside.addLayout(line)
        self.form.addWidget(frame)

    def _build_checklist(self) -> None:
        frame, inside = card(BEFORE, "report.before")
        self.checklist = CheckLines("report.checklist")
        inside.addWidget(self.checklist)
        self.form.addWidget(frame)

    def _build_exports(self) -> None:
        frame, inside = card(KEEP, "report.exports")
        inside.addWidget(label(KEEP_TEXT, "muted"))
        self.exports_note = label(KEEP_WAIT, "muted", "report.exports-note")
        inside.addWidget(self.exports_note)
        self.exports_problem = Banner("report.exports-problem")
        inside.addWidget(self.exports_problem)
        self._rows_column = QVBoxLayout()
        self._rows_column.setSpacing(8)
        inside.addLayout(self._rows_column)
        self.form.addWidget(frame)

    # --- showing ----------------------------------------------------------------------

    def refresh(self) -> None:
        """Show verdict and checklist; ask again what may leave when something changed."""
        session = self.session
        record = session.record("report", ReportRecord)
        choice = session.record("test", ChoiceRecord)
        standing = session.standing()
        stopped = "blocked" in standing.states.values()
        there = self._report_path.is_file()
        self.empty.setText(STOPPED if stopped and there else EMPTY)
        self.empty.setVisible(record is None)
        self.verdict.setVisible(record is not None and choice is not None)
        if record is not None and choice is not None:
            self.headline.setText(f"{headline(choice)}.")
            self.sentences.show_sentences(record.sentences)
        self.open_button.setEnabled(there)
        self.open_text.setText(OPEN_TEXT if there else OPEN_LATER)
        self.checklist.show_lines(
            checklist(
                standing,
                session.record("ethics", EthicsRecord),
                choice,
                record,
                session.history.openings,
            )
        )
        self.questions.show_answers(about_people=is_about_people(session))
        if self._depends_on() != self._asked_for:
            self._later.start()

    def left(self) -> None:
        """Ask nothing for a page that is not shown."""
        self._later.stop()

    def entered(self) -> None:
        """Ask at once what may leave."""
        if self._later.isActive():
            self._later.stop()
            self._ask()

    @property
    def _report_path(self) -> Path:
        return self.session.folder / REPORT_FILE

    def _depends_on(self) -> Any:
        """Return what decides on what may leave."""
        history = self.session.history
        finished = {key: event.number for key, event in history.finished.items()}
        return (self.session.draft.answers, finished, dict(history.blocked))

    def _ask(self) -> None:
        self._asked_for = self._depends_on()
        self.session.ask(ListExports(str(self.session.folder)), self._show_items, self._not_listed)

    def _not_listed(self, event: JobFailed) -> None:
        self._asked_for = None
        if event.kind == "Cancelled":  # together with a preview
            self._later.start()
            return
        self.exports_note.hide()
        why = f"{event.message} {event.hint}".strip()
        self.exports_problem.show_message("danger", KEEP_FAILED.format(why=why))

    def _show_items(self, result: dict[str, Any]) -> None:
        self.exports_note.hide()
        items = [ExportItem.model_validate(fields) for fields in result["items"]]
        shared = shared_refusal(items)
        if shared:
            self.exports_problem.show_message("warning", KEEP_STAYS.format(why=shared))
        else:
            self.exports_problem.clear()
        for item in items:
            told = not item.allowed and item.sentence == shared
            row = self.rows.get(item.name)
            if row is not None:
                row.show_item(item, told=told)
                continue
            row = ExportRow(f"report.export.{item.name}", item, told=told)
            row.wanted.connect(lambda name=item.name: self._save(name))
            self.rows[item.name] = row
            self._rows_column.addWidget(row)

    # --- doing ------------------------------------------------------------------------

    def _open(self) -> None:
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._report_path))):
            self.open_text.setText(OPEN_FAILED.format(path=self._report_path))

    def _save(self, name: str) -> None:
        """Show what would leave, and only then ask where it shall be written."""
        row = self.rows[name]
        shown = ExportPreview(self.session, row.item, partial(self._place, row), self)
        accepted = shown.exec() == QDialog.DialogCode.Accepted
        path, preview = shown.path, shown.preview
        shown.deleteLater()
        if accepted and preview is not None:
            row.begin()
            self.session.export(
                name, path, row.saved, row.refused, into=row.is_folder, seen=preview.seal
            )

    def _place(self, row: ExportRow, parent: QWidget) -> str:
        if row.is_folder:
            title = SAVE_INTO.format(title=row.item.title.lower())
            return self.session.choose_folder(parent, title)
        title = SAVE_TITLE.format(title=row.item.title)
        return self.session.choose_file(parent, title, row.file_name, (row.item.suffix,))
