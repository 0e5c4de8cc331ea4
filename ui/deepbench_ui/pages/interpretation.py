"""Step 11: what the models use, and where the chosen one fails."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Literal

from PySide6.QtWidgets import QVBoxLayout, QWidget

from deepbench.study.records import (
    AllImportancesRecord,
    AllTrustRecord,
    ChoiceRecord,
    ExplanationRecord,
    ExplanationsRecord,
    InterpretationRecord,
    SampleSheetRecord,
    WorstSamplesRecord,
)
from deepbench_ui.models.explanation_rows import explanations_of, misses, model_title
from deepbench_ui.models.importances import (
    Importances,
    is_preview,
    of_record,
    of_view,
    view_of,
)
from deepbench_ui.models.looked import Looked
from deepbench_ui.models.trust import trust_of
from deepbench_ui.pages.base import Page, card, label
from deepbench_ui.session import StudySession
from deepbench_ui.widgets.banner import Banner
from deepbench_ui.widgets.choice_box import ChoiceBox
from deepbench_ui.widgets.failures_tab import FailuresTab
from deepbench_ui.widgets.features_tab import FeaturesTab
from deepbench_ui.widgets.fields import PercentAnswer, WholeNumberAnswer
from deepbench_ui.widgets.flow import FlowLayout
from deepbench_ui.widgets.fold import Fold
from deepbench_ui.widgets.gene_sets_tab import GeneSetsTab
from deepbench_ui.widgets.imitation_tab import ImitationTab
from deepbench_ui.widgets.in_turn import InTurn
from deepbench_ui.widgets.opening_dialog import may_open
from deepbench_ui.widgets.panels_tab import PanelsTab
from deepbench_ui.widgets.reflow_grid import ReflowGrid
from deepbench_ui.widgets.result_tabs import ResultTab, ResultTabs
from deepbench_ui.widgets.samples_tab import SamplesTab

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
MODEL, CLASS = "Model", "Class"
VIEWS = "What to look at"
SETTINGS = "Settings of this step"
SETTINGS_SUMMARY = "prediction sets may miss {rate:g} %, panels of up to {panel}"
RATE, RATE_STEP, RATE_HINT = "Error rate of prediction sets (%)", "error rate", "10"
RATE_WHY = "Share of samples whose set of possible answers may miss the truth. Less: larger sets."
RATE_PROBLEM = "Write a share above 0 and below 50 %."
PANEL, PANEL_STEP, PANEL_HINT = "Largest short panel", "largest panel", "20"
PANEL_WHY = "How many features a short panel may have at most."
PANEL_PROBLEM = "Write a number from 1 to 50."
#: Key, title and view, in the order of the tabs.
TABS: tuple[tuple[str, str, Callable[[StudySession], ResultTab]], ...] = (
    ("features", "Features", FeaturesTab),
    ("samples", "Single samples", SamplesTab),
    ("panels", "Short panels", PanelsTab),
    ("failures", "Where it fails", FailuresTab),
    ("copy", "Simple copy", ImitationTab),
    ("gene-sets", "Gene sets", GeneSetsTab),
)
_DEFAULT_RATE, _DEFAULT_PANEL, _LARGEST_PANEL, _MOST_RATE = 0.1, 20, 50, 0.5
_FIELD_LETTERS = 44


class InterpretationPage(Page):
    """What the chosen model and the best network use, feature by feature, sample by sample."""

    key = "interpretation"
    title = "What the model uses"
    lead = (
        "Which features move the predictions, how far can that be trusted, and where is the model "
        "wrong? All of it on samples that the model was not fitted on."
    )
    run_verb = "Look Inside the Models"

    def build(self) -> None:
        """Make the widgets."""
        self._shown: tuple[object, ...] | None = None
        self._looked = Looked()
        self._explanations: list[ExplanationRecord] = []
        self._behind: set[str] = set()
        self._turns = InTurn(self)
        self._lines: Importances | None = None
        self._build_settings()
        self.skipped, inside = card(SKIPPED, "interpretation.skipped")
        self.skipped_why = label("", "", "interpretation.skipped.why")
        inside.addWidget(self.skipped_why)
        inside.addWidget(label(SKIPPED_NEXT, "muted"))
        self.results.addWidget(self.skipped)
        self.found = QWidget()
        column = QVBoxLayout(self.found)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        self._build_head(column)
        self._build_tabs(column)
        self.results.addWidget(self.found)
        self.results.addStretch(1)

    def _build_settings(self) -> None:
        self.settings = Fold("interpretation.settings", SETTINGS)
        frame, inside = card()
        grid = ReflowGrid(_FIELD_LETTERS, 2)
        self.rate = PercentAnswer(
            self.session,
            "interpretation.error-rate",
            "interpretation.error_rate",
            RATE,
            RATE_STEP,
            lambda value: "" if 0.0 < value < _MOST_RATE else RATE_PROBLEM,
            hint=RATE_HINT,
            explanation=RATE_WHY,
        )
        self.panel = WholeNumberAnswer(
            self.session,
            "interpretation.largest-panel",
            "interpretation.largest_panel",
            PANEL,
            PANEL_STEP,
            lambda value: "" if 1 <= value <= _LARGEST_PANEL else PANEL_PROBLEM,
            hint=PANEL_HINT,
            explanation=PANEL_WHY,
        )
        grid.add(self.rate)
        grid.add(self.panel)
        inside.addWidget(grid)
        self.settings.inside.addWidget(frame)
        self.settings.set_open(False)
        self.form.addWidget(self.settings)

    def _build_head(self, column: QVBoxLayout) -> None:
        self.warning = Banner("interpretation.association")
        column.addWidget(self.warning)
        self.misses = Banner("interpretation.misses")
        column.addWidget(self.misses)
        self.choice = QWidget()
        line = FlowLayout(8, self.choice)
        self.model = ChoiceBox()
        self.named(self.model, "model", MODEL)
        self.model.activated.connect(self._model_chosen)
        self.target = ChoiceBox()
        self.named(self.target, "class", CLASS)
        self.target.activated.connect(self._target_chosen)
        for box in (self.model, self.target):  # filled anew for each result
            box.setSizeAdjustPolicy(ChoiceBox.SizeAdjustPolicy.AdjustToContents)
        self.model_label, self.target_label = label(MODEL), label(CLASS)
        for part in (self.model_label, self.model, self.target_label, self.target):
            line.addWidget(part)
        for name in (self.model_label, self.target_label):
            name.setWordWrap(False)
        column.addWidget(self.choice)

    def _build_tabs(self, column: QVBoxLayout) -> None:
        self.tabs = ResultTabs(
            "interpretation.views",
            VIEWS,
            tuple((key, title, partial(make, self.session)) for key, title, make in TABS),
        )
        # What is expected and the file with gene sets are answers: they are not greyed.
        self.tabs.made.connect(lambda view: self.grey(view.findings))
        self.tabs.changed.connect(self._show_tab)
        column.addWidget(self.tabs)

    def greyed(self) -> Sequence[QWidget]:
        """Only findings, when they are made."""
        return (self.skipped,)

    # --- up to date -------------------------------------------------------------------

    def refresh(self) -> None:
        """Show the answers, and what was found."""
        self._show_settings()
        history = self.session.history
        running = self.session.standing().states[self.key] == "running"
        names = ("explanations", "importances", "trust", "worst-samples")
        wanted = (
            running,
            history.finished.get(self.key),
            *(history.views.get(name) for name in names),
        )
        if wanted == self._shown:
            self._show_answers()
            return
        self._shown = wanted
        record = self.session.record(self.key, InterpretationRecord)
        skipped = record is not None and not record.models and bool(record.skipped)
        self.skipped.setVisible(skipped)
        self.found.setVisible(not skipped)
        if record is not None and skipped:
            self.skipped_why.setText(record.skipped)
            return
        self._show_models(record, "running" if running else "done" if record else "before")

    def _show_settings(self) -> None:
        self.rate.refresh()
        self.panel.refresh()
        rate = self.session.value("interpretation.error_rate", _DEFAULT_RATE)
        panel = self.session.value("interpretation.largest_panel", _DEFAULT_PANEL)
        self.settings.set_summary(SETTINGS_SUMMARY.format(rate=100 * rate, panel=panel))

    def _show_models(
        self, record: InterpretationRecord | None, state: Literal["before", "running", "done"]
    ) -> None:
        choice = self.session.record("test", ChoiceRecord)
        chosen = choice.recommended if choice is not None else ""
        names = [found.model for found in record.models] if record is not None else []
        if not names:
            views = self.session.view("importances", AllImportancesRecord)
            names = [view.model for view in views.models] if views is not None else []
        before = self.model.currentData()
        self.model.clear()
        for name in names:
            self.model.addItem(model_title(name, chosen), name)
        self.model.setCurrentIndex(max(0, self.model.findData(before)) if names else -1)
        self.choice.setVisible(bool(names))
        if names:
            self.warning.show_message("info", ASSOCIATION)
        else:
            self.warning.clear()
        self._looked = Looked(state=state, record=record, task=self._task())
        self._model_chosen()

    def _task(self) -> str:
        sheet = self.session.record("sample-sheet", SampleSheetRecord)
        return sheet.task if sheet is not None else ""

    def _model_chosen(self) -> None:
        model = str(self.model.currentData() or "")
        view = self.session.view("explanations", ExplanationsRecord)
        self._explanations = explanations_of(view, model)
        before = self.target.currentText()
        self.target.clear()
        self.target.addItems([shown.target for shown in self._explanations])
        self.target.setCurrentIndex(max(0, self.target.findText(before)))
        several = len(self._explanations) > 1
        self.target.setVisible(several)
        self.target_label.setVisible(several)
        self._look_at(model)
        attribution = self._looked.attribution
        said = misses(attribution, self._explanations) if attribution is not None else ""
        if said:
            self.misses.show_message("warning", said)
        else:
            self.misses.clear()
        self._all_behind()

    def _target_chosen(self) -> None:
        self._look_at(self._looked.model)
        self._all_behind()

    def _look_at(self, model: str) -> None:
        place = self.target.currentIndex()
        shown = self._explanations[place] if self._explanations and place >= 0 else None
        self._looked = Looked(
            self._looked.state,
            self._looked.record,
            model,
            self._looked.task,
            shown.target if shown is not None else self._default_target(),
            shown,
        )

    def _default_target(self) -> str:
        """Return what attributions speak for while no sample is explained."""
        sheet = self.session.record("sample-sheet", SampleSheetRecord)
        if sheet is None:
            return ""
        return sheet.classes[1] if len(sheet.classes) == 2 else sheet.outcome

    # --- tabs -------------------------------------------------------------------------

    def _all_behind(self) -> None:
        self._behind = set(self.tabs.keys)
        self._lines = None
        # The page is seen before its first view is made.
        self._turns.do("view", self.tabs.show_current)

    def _show_tab(self) -> None:
        """Bring the view that is shown up to date; the others wait until they are opened."""
        key = self.tabs.current
        if key in self._behind:
            self._behind.discard(key)
            if key == "features":
                # Reading what there is of 20,000 features takes a turn of its own.
                self._turns.do("importances", self._read_importances)
            self._turns.do("found", partial(self._show_found, key))

    def _show_found(self, key: str) -> None:
        view, looked = self.tabs.view(key), self._looked
        if isinstance(view, FeaturesTab):
            view.show_features(looked, self._importances())
        elif isinstance(view, SamplesTab):
            trust = self.session.view("trust", AllTrustRecord)
            view.show_samples(looked, trust_of(trust, looked.model))
        elif isinstance(view, PanelsTab):
            view.show_panels(looked)
        elif isinstance(view, FailuresTab):
            view.show_failures(looked, self.session.view("worst-samples", WorstSamplesRecord))
        elif isinstance(view, ImitationTab):
            view.show_copies(looked)
        self._show_answers()

    def _show_answers(self) -> None:
        """Show the answers that stand in the view that is shown."""
        key = self.tabs.current
        if key in self._behind or not self.tabs.is_made(key):
            return
        view = self.tabs.view(key)
        if isinstance(view, ImitationTab):
            found = self._importances()
            view.show_answers(self._looked, found.features if found is not None else ())
        elif isinstance(view, GeneSetsTab):
            view.show_answers()
            view.show_sets(self._looked)

    def _importances(self) -> Importances | None:
        """Return the importances to show: of a first look, of all features, or of those listed."""
        if self._lines is None:
            self._read_importances()
        return self._lines

    def _read_importances(self) -> None:
        views = self.session.view("importances", AllImportancesRecord)
        view, record = view_of(views, self._looked.model), self._looked.attribution
        if view is not None and is_preview(views):
            self._lines = of_view(view, None)
        elif record is not None:
            self._lines = of_view(view, record) if view is not None else of_record(record)

    # --- running ----------------------------------------------------------------------

    def confirm_run(self) -> bool:
        """Where steps before are out of date too, running may open the test set."""
        return may_open(self.session, self)
