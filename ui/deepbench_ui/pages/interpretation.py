"""Step 11: what the models use."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from deepbench.study.records import (
    AttributionRecord,
    ChoiceRecord,
    ExplanationRecord,
    ExplanationsRecord,
    InterpretationRecord,
    SampleSheetRecord,
)
from deepbench_ui.models.explanation_rows import explanations_of, in_short, misses, model_title
from deepbench_ui.pages.base import Page, card, label
from deepbench_ui.widgets.banner import Banner
from deepbench_ui.widgets.choice_box import ChoiceBox
from deepbench_ui.widgets.explanation_view import ExplanationView
from deepbench_ui.widgets.opening_dialog import may_open
from deepbench_ui.widgets.sentences import Sentences

EMPTY = (
    "It will stand here which features move the predictions of the chosen model and of the best "
    "network, how stable that is, and how the model comes to its answer for single samples. “Look "
    "Inside the Models” below begins."
)
SKIPPED = "Nothing is shown here, and that is right"
SKIPPED_NEXT = (
    "Models always prefer some feature to others, also where there is nothing to find. Shown "
    "without a signal, such a list would only mislead."
)
ASSOCIATION = (
    "This is what the model uses: association, not cause. A feature may stand on top because it "
    "goes together with the cause, or with how samples were taken; of two features that say the "
    "same, the model may use either."
)
IN_SHORT = "In short"
MODEL, CLASS = "Model", "Class"
METHOD = "How this was found"


class InterpretationPage(Page):
    """What the chosen model and the best network use, feature by feature, sample by sample."""

    key = "interpretation"
    title = "What the model uses"
    lead = "Which features move the predictions, on samples that the model was not fitted on?"
    run_verb = "Look Inside the Models"

    def build(self) -> None:
        """Make the widgets."""
        self._shown: tuple[object, ...] = ()
        self._models: tuple[AttributionRecord, ...] = ()
        self._explanations: list[ExplanationRecord] = []
        self.empty = label(EMPTY, "muted", "interpretation.empty")
        self.results.addWidget(self.empty)
        self.skipped, inside = card(SKIPPED, "interpretation.skipped")
        self.skipped_why = label("", "", "interpretation.skipped.why")
        inside.addWidget(self.skipped_why)
        inside.addWidget(label(SKIPPED_NEXT, "muted"))
        self.results.addWidget(self.skipped)
        self.found = QWidget()
        column = QVBoxLayout(self.found)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        self._build_head(column)
        self.view = ExplanationView(self.session)
        column.addWidget(self.view)
        frame, inside = card(METHOD)
        self.sentences = Sentences("interpretation.sentences", mark="•  ")
        inside.addWidget(self.sentences)
        column.addWidget(frame)
        self.results.addWidget(self.found)
        self.results.addStretch(1)

    def _build_head(self, column: QVBoxLayout) -> None:
        self.warning = Banner("interpretation.association")
        column.addWidget(self.warning)
        self.warning.show_message("info", ASSOCIATION)
        self.misses = Banner("interpretation.misses")
        column.addWidget(self.misses)
        frame, inside = card(IN_SHORT)
        line = QHBoxLayout()
        self.model = ChoiceBox()
        self.named(self.model, "model", MODEL)
        self.model.activated.connect(self._show_model)
        self.target_label = label(CLASS)
        self.target = ChoiceBox()
        self.named(self.target, "class", CLASS)
        for box in (self.model, self.target):  # filled anew for each result
            box.setSizeAdjustPolicy(ChoiceBox.SizeAdjustPolicy.AdjustToContents)
        self.target.activated.connect(self._show_target)
        line.addWidget(label(MODEL))
        line.addWidget(self.model)
        line.addWidget(self.target_label)
        line.addWidget(self.target)
        line.addStretch(1)
        inside.addLayout(line)
        self.short = Sentences("interpretation.short")
        inside.addWidget(self.short)
        column.addWidget(frame)

    # --- up to date -------------------------------------------------------------------

    def refresh(self) -> None:
        """Show what was found."""
        history = self.session.history
        wanted = (history.finished.get(self.key), history.views.get("explanations"))
        if wanted == self._shown and self._shown:
            return
        self._shown = wanted
        record = self.session.record(self.key, InterpretationRecord)
        self._models = record.models if record is not None else ()
        self.empty.setVisible(record is None)
        self.skipped.setVisible(record is not None and not record.models)
        if record is not None:
            self.skipped_why.setText(record.skipped)
        self.found.setVisible(bool(self._models))
        if self._models:
            self._show_models()

    def _show_models(self) -> None:
        choice = self.session.record("test", ChoiceRecord)
        chosen = choice.recommended if choice is not None else ""
        before = self.model.currentData()
        self.model.clear()
        for record in self._models:
            self.model.addItem(model_title(record, chosen), record.model)
        self.model.setCurrentIndex(max(0, self.model.findData(before)))
        self._show_model()

    def _show_model(self) -> None:
        record = self._models[self.model.currentIndex()]
        view = self.session.view("explanations", ExplanationsRecord)
        self._explanations = explanations_of(view, record.model)
        before = self.target.currentText()
        self.target.clear()
        self.target.addItems([shown.target for shown in self._explanations])
        self.target.setCurrentIndex(max(0, self.target.findText(before)))
        several = len(self._explanations) > 1
        self.target.setVisible(several)
        self.target_label.setVisible(several)
        self.short.show_sentences(in_short(record))
        self.sentences.show_sentences(record.sentences)
        said = misses(record, self._explanations)
        if said:
            self.misses.show_message("warning", said)
        else:
            self.misses.clear()
        self._show_target()

    def _show_target(self) -> None:
        place = self.target.currentIndex()
        shown = self._explanations[place] if place >= 0 else None
        sheet = self.session.record("sample-sheet", SampleSheetRecord)
        task = sheet.task if sheet is not None else ""
        self.view.show_model(self._models[self.model.currentIndex()], shown, task)

    # --- running ----------------------------------------------------------------------

    def confirm_run(self) -> bool:
        """Where steps before are out of date too, running may open the test set."""
        return may_open(self.session, self)
