"""Predict new samples: a new table, the finished model, a file of predictions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QProgressBar, QPushButton

from deepbench.messages import JobFailed
from deepbench.study.records import ChoiceRecord, SampleSheetRecord, StartRecord
from deepbench_ui.dialogs import file_dialog_options
from deepbench_ui.models.families import SCORES, TITLES, tuning_metric
from deepbench_ui.models.numbers import interval_text
from deepbench_ui.models.prediction_levels import PredictionRule, prediction_rule
from deepbench_ui.pages.base import Page, card, label
from deepbench_ui.pages.import_data import FILTER
from deepbench_ui.widgets.banner import Banner
from deepbench_ui.widgets.sentences import Sentences

NOT_YET = (
    "Here the finished model is applied to new samples. There is no finished model yet: first "
    "comes step 10, Compare, choose, open the test set."
)
NO_SIGNAL = (
    "There is no model to predict with: no clear evidence of a signal was found, so predictions "
    "would be guesses. That is a result, not a fault; the report says it and what could be done."
)
MODEL = "The finished model"
MODEL_TEXT = "{model}."
MODEL_EXPECTED = "{model}. {metric} expected on samples like those of the study: {score}."
LIMITS = (
    "It knows only what it has met. For samples from another instrument, site or group its "
    "predictions are guesses with decimals: check some of them against the truth first."
)
OLD_MODEL = (
    "Answers were changed since this model was finished. It still predicts, as it was before the "
    "change."
)
TABLE, CHOOSE = "1. The table with new samples", "Choose File…"
TABLE_TEXT = (
    "Columns are matched by name to those of your training table. Further columns are left aside; "
    "if one that the model uses is missing, nothing is predicted. The outcome is not needed."
)
NO_FILE = "No file yet. Drag one here, or choose it."
CHOOSE_TITLE = "Choose the table with new samples"
PREDICT = "2. Predict"
PREDICT_BUTTON, CANCEL = "Predict and Save…", "Cancel"
SAVE_TITLE, SAVE_NAME = "Save the predictions", "{stem}-predictions.csv"
CHOOSE_FIRST = "Choose the table first."
RUNNING = "A calculation is running; predict when it has finished."
WORKING = "Reading {name} and predicting …"
CANCELLING = "Stopping …"
CANCELLED = "Stopped; nothing was written."
RESULT = "What came out"
NOTES = "About these samples"
NO_NOTES = (
    "All columns were found, no value is missing, and none lies outside what was trained on."
)
OPEN_NOTE = "The file is a CSV table; spreadsheet programs open it."


class PredictPage(Page):
    """A table in, predictions out."""

    key = "predict"
    title = "Predict new samples"
    lead = "The finished model is applied to samples that it has never met."

    def build(self) -> None:
        """Make the widgets."""
        self._table = ""
        self._busy = False
        self.setAcceptDrops(True)
        self.empty = label(NOT_YET, "muted", "predict.empty")
        self.form.addWidget(self.empty)
        self._build_model()
        self._build_table()
        self._build_predict()
        self.result, inside = card(RESULT, "predict.result")
        self.outcome = Banner("predict.outcome")
        inside.addWidget(self.outcome)
        self.notes_title = label(NOTES, "question")
        inside.addWidget(self.notes_title)
        self.notes = Sentences("predict.notes", mark="–  ")
        inside.addWidget(self.notes)
        self.result.hide()
        self.results.addWidget(self.result)
        self.results.addStretch(1)

    # --- building ---------------------------------------------------------------------

    def _build_model(self) -> None:
        self.model_card, inside = card(MODEL, "predict.model-card")
        self.model = label("", "", "predict.model")
        inside.addWidget(self.model)
        inside.addWidget(label(LIMITS, "muted"))
        self.old = Banner("predict.old")
        inside.addWidget(self.old)
        self.form.addWidget(self.model_card)

    def _build_table(self) -> None:
        self.table_card, inside = card(TABLE, "predict.table-card")
        inside.addWidget(label(TABLE_TEXT, "muted"))
        line = QHBoxLayout()
        self.choose = QPushButton(CHOOSE)
        self.named(self.choose, "choose")
        self.choose.clicked.connect(self._choose)
        self.file = label(NO_FILE, "", "predict.file")
        line.addWidget(self.choose, 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(self.file, 1)
        inside.addLayout(line)
        self.form.addWidget(self.table_card)

    def _build_predict(self) -> None:
        self.predict_card, inside = card(PREDICT, "predict.predict-card")
        self.level = Banner("predict.level")
        inside.addWidget(self.level)
        line = QHBoxLayout()
        self.button = QPushButton(PREDICT_BUTTON)
        self.named(self.button, "predict")
        self.button.setProperty("kind", "primary")
        self.button.clicked.connect(self._predict)
        self.cancel = QPushButton(CANCEL)
        self.named(self.cancel, "cancel")
        self.cancel.clicked.connect(self._cancel)
        self.note = label("", "muted", "predict.note")
        line.addWidget(self.button)
        line.addWidget(self.cancel)
        line.addWidget(self.note, 1)
        inside.addLayout(line)
        self.bar = QProgressBar()
        self.named(self.bar, "progress", PREDICT)
        self.bar.setRange(0, 0)
        self.bar.setTextVisible(False)
        inside.addWidget(self.bar)
        self.form.addWidget(self.predict_card)

    # --- showing ----------------------------------------------------------------------

    def refresh(self) -> None:
        """Show the model, the rule for predictions, and what can be done now."""
        choice = self.session.record("test", ChoiceRecord)
        ready = choice is not None and bool(choice.final_model)
        self.empty.setText(NOT_YET if choice is None else NO_SIGNAL)
        self.empty.setVisible(not ready)
        for part in (self.model_card, self.table_card, self.predict_card):
            part.setVisible(ready)
        if choice is None or not ready:
            return
        sheet = self.session.record("sample-sheet", SampleSheetRecord)
        self.model.setText(_model_text(choice, sheet.task if sheet is not None else "binary"))
        if self.session.is_current("test"):
            self.old.clear()
        else:
            self.old.show_message("warning", OLD_MODEL)
        rule = self._rule
        self.level.show_message("info" if rule.allowed else "warning", rule.sentence)
        self._show_doing()

    @property
    def _rule(self) -> PredictionRule:
        start = self.session.record("start", StartRecord)
        ran_with = start.privacy_level if start is not None else None
        return prediction_rule(self.session.value("privacy.level"), ran_with)

    def _show_doing(self) -> None:
        running = self.session.run is not None
        possible = bool(self._table) and self._rule.allowed and not running
        self.button.setEnabled(possible and not self._busy)
        self.choose.setEnabled(not self._busy)
        self.cancel.setVisible(self._busy)
        self.bar.setVisible(self._busy)
        if self._busy:
            return
        if not self._table:
            self.note.setText(CHOOSE_FIRST)
        else:
            self.note.setText(RUNNING if running else "")

    # --- the table --------------------------------------------------------------------

    def _choose(self) -> None:
        start = str(Path(self._table).parent if self._table else self.session.folder.parent)
        name, _ = QFileDialog.getOpenFileName(
            self, CHOOSE_TITLE, start, FILTER, options=file_dialog_options()
        )
        if name:
            self.use_file(name)

    def use_file(self, name: str) -> None:
        """Take a table of new samples."""
        self._table = name
        self.file.setText(name)
        self.result.hide()
        self._show_doing()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802
        """Take a file of this computer: here it is new samples, not the study's table."""
        if _dropped_file(event) and not self.table_card.isHidden() and not self._busy:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802
        """Take the first file."""
        name = _dropped_file(event)
        if name:
            event.acceptProposedAction()
            self.use_file(name)

    # --- predicting -------------------------------------------------------------------

    def _predict(self) -> None:
        name = SAVE_NAME.format(stem=Path(self._table).stem)
        path = self.session.choose_file(self, SAVE_TITLE, name, ("csv",))
        if not path:
            return
        self._busy = True
        self.result.hide()
        self.note.setText(WORKING.format(name=Path(self._table).name))
        self.cancel.setEnabled(True)
        self._show_doing()
        self.session.predict(self._table, path, self._done, self._failed)

    def _cancel(self) -> None:
        self.cancel.setEnabled(False)
        self.note.setText(CANCELLING)
        self.session.desk.cancel()

    def _done(self, result: dict[str, Any]) -> None:
        self._busy = False
        self._show_doing()
        first, *notes = result["lines"]
        self.outcome.show_message("ok", f"{first}. {OPEN_NOTE}")
        self.notes.show_sentences(notes or [NO_NOTES])
        self.notes_title.show()
        self._show_result()

    def _failed(self, event: JobFailed) -> None:
        self._busy = False
        self._show_doing()
        if event.kind == "Cancelled":
            self.note.setText(CANCELLED)
            return
        self.outcome.show_message("danger", f"{event.message} {event.hint}".strip())
        self.notes.show_sentences([])
        self.notes_title.hide()
        self._show_result()

    def _show_result(self) -> None:
        self.result.show()
        # Its place is known when the layout has been done.
        QTimer.singleShot(0, self, lambda: self.scroll_area.ensureWidgetVisible(self.result))


def _model_text(choice: ChoiceRecord, task: str) -> str:
    model = TITLES.get(choice.recommended, choice.recommended)
    if choice.expected.value is None:
        return MODEL_TEXT.format(model=model)
    metric = SCORES[tuning_metric(task)].title
    return MODEL_EXPECTED.format(model=model, metric=metric, score=interval_text(choice.expected))


def _dropped_file(event: QDropEvent) -> str:
    """Return the first file that is dragged; an empty text if it is none of this computer."""
    for url in event.mimeData().urls():
        if url.isLocalFile() and Path(url.toLocalFile()).is_file():
            return url.toLocalFile()
    return ""
