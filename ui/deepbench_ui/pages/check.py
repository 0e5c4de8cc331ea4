"""Step 5: what the data check found, with a decision on each finding; first pictures."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QVBoxLayout, QWidget

from deepbench.messages import JudgeSuitability
from deepbench.study.records import (
    CheckRecord,
    ExplorationRecord,
    ImportRecord,
    SampleSheetRecord,
    SplitRecord,
    SuitabilityRecord,
)
from deepbench_ui.models.exploration_figures import feature_names, scope_note
from deepbench_ui.models.finding_cards import (
    Action,
    FindingCard,
    Given,
    decision_changes,
    finding_cards,
    reason_name,
)
from deepbench_ui.models.finding_words import SEVERITIES, count_line, waiting_line
from deepbench_ui.models.numbers import counted
from deepbench_ui.models.review_figures import shares_line
from deepbench_ui.pages.base import Page, card, label
from deepbench_ui.pages.suitability import VERDICTS
from deepbench_ui.widgets.component_plots import ComponentPlots
from deepbench_ui.widgets.finding_card import FindingView
from deepbench_ui.widgets.fold import Fold
from deepbench_ui.widgets.missing_view import MissingView
from deepbench_ui.widgets.planted_control import PlantedControl
from deepbench_ui.widgets.preparation_card import PreparationCard
from deepbench_ui.widgets.reading_question import ReadingQuestionCard
from deepbench_ui.widgets.study_review import StudyReview

EMPTY = (
    "What is odd about your data will stand here: features that tell too much, samples measured "
    "twice, gaps, outcomes that go with a batch. Below it, what the study can find at all, and "
    "pictures of all samples. “Check the Data” below begins; it takes seconds."
)
QUESTION, QUESTION_STEP = "A question about your data", "answer about the measurements"
FOUND = "What was found"
NOTHING = (
    "Nothing was found. The check looked for features that contain the outcome, rows that belong "
    "together, copies, damaged names, gaps, outlying samples, small classes, and outcomes that go "
    "with a batch or a site."
)
IN_USE = "In use: {features}, {samples} of {units}.{left_out}"
LEFT_OUT = " Left out: {things}."
GROUPS = {
    "blocking": "Stops the study",
    "serious": "Serious",
    "warning": "Warnings",
    "info": "To know",
}
DECIDED, REASON_STEP = "decision on “{title}”", "reason for going on"
PICTURES = "First pictures"
NO_PICTURES = "The pictures come with the next check of the data."
MISSING, COMPONENTS = "Missing values", "Principal components"
FIT = "Is deep learning a good fit, now that the data is known?"
FIT_WHERE = "All reasons, and what your answers change, stand at step 2."
_AT_ONCE = 4
#: Parts of the plan whose questions are answered here.
_ASKED_HERE = ("check", "preparation")


class CheckPage(Page):
    """Findings as cards, the verdict of tip 1 with the real numbers, pictures of the samples."""

    key = "check"
    title = "Check the data"
    lead = "Most wrong results are made here, before any model: decide about each finding."
    run_verb = "Check the Data"

    def build(self) -> None:
        """Make the widgets."""
        self._asked: tuple[Any, ...] | None = None
        self._shape: tuple[str, ...] = ()
        self._cards: tuple[FindingCard, ...] = ()
        self._pictured: tuple[object, ...] = ()
        self._more = QTimer(self)
        self._more.timeout.connect(self._place_some)
        self.views: list[FindingView] = []
        self.empty = label(EMPTY, "muted", "check.empty")
        self.form.addWidget(self.empty)
        self.question = ReadingQuestionCard(self.key, QUESTION)
        self.question.answered.connect(
            lambda key, value: self.session.answer(key, value, QUESTION_STEP)
        )
        self.form.addWidget(self.question)
        self.summary, inside = card(FOUND)
        self.count = label("", "", "check.count")
        self.waiting = label("", "warning", "check.waiting")
        self.in_use = label("", "muted", "check.in-use")
        for part in (self.count, self.waiting, self.in_use):
            inside.addWidget(part)
        self.form.addWidget(self.summary)
        self.folds: dict[str, Fold] = {}
        for severity in SEVERITIES:
            fold = Fold(f"check.{severity}", GROUPS[severity])
            self.folds[severity] = fold
            self.form.addWidget(fold)
        self.preparation = PreparationCard(self.key, self.session)
        self.form.addWidget(self.preparation)
        self._build_results()

    def _build_results(self) -> None:
        self.review = StudyReview("check.review", self.session)
        self.results.addWidget(self.review)
        self.control = PlantedControl("check.control", self.session)
        self.results.addWidget(self.control)
        self.fit_card, inside = card(FIT, "check.fit")
        self.fit = label("", "", "check.fit.verdict")
        self.fit_reason = label("", "muted", "check.fit.reason")
        for part in (self.fit, self.fit_reason, label(FIT_WHERE, "muted")):
            inside.addWidget(part)
        self.results.addWidget(self.fit_card)
        self.pictures = QWidget()
        column = QVBoxLayout(self.pictures)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        self.no_pictures = label(NO_PICTURES, "muted")
        self.results.addWidget(self.no_pictures)
        frame, inside = card(COMPONENTS)
        self.components = ComponentPlots("check.pca", self.session)
        inside.addWidget(self.components)
        column.addWidget(frame)
        frame, inside = card(MISSING)
        self.missing = MissingView("check.missing", self.session)
        inside.addWidget(self.missing)
        column.addWidget(frame)
        self.results.addWidget(self.pictures)
        self.results.addStretch(1)

    # --- showing ----------------------------------------------------------------------

    def refresh(self) -> None:
        """Show findings, decisions and pictures as they are now."""
        check = self._check()
        self.empty.setVisible(check is None)
        self.summary.setVisible(check is not None)
        cards = finding_cards(check, self._given()) if check is not None else ()
        if check is not None:
            self._show_summary(check, cards)
        self._show_cards(cards)
        self._show_preparation(check)
        self._show_question()
        self.review.show_review(check.review if check is not None else None)
        self.control.show_check(check)
        self._show_pictures(check)
        self._ask_fit(check)

    def next_problem(self) -> str:
        """What is no number or no column has to be corrected."""
        return self.preparation.problem

    def _show_question(self) -> None:
        """Show what the check could not go on without."""
        asked = self.session.question
        mine = asked is not None and asked.key.partition(".")[0] in _ASKED_HERE
        self.question.show_question(asked if mine else None)

    def _show_preparation(self, check: CheckRecord | None) -> None:
        table = self.session.record("import", ImportRecord)
        self.preparation.show_columns(table)
        found = check.preparation if check is not None else None
        self.preparation.refresh(found, current=self.session.is_current(self.key))

    def _check(self) -> CheckRecord | None:
        return self.session.history.check(self.session.value("check.reasons", {}))

    def _given(self) -> Given:
        state = self.session.standing().states[self.key]
        return Given.of(
            self.session.draft.answers,
            current=state in ("done", "needs a decision", "blocked"),
            table=self.session.record("import", ImportRecord),
            sheet=self.session.record("sample-sheet", SampleSheetRecord),
        )

    def _show_summary(self, check: CheckRecord, cards: tuple[FindingCard, ...]) -> None:
        self.count.setText(count_line(check.findings) or NOTHING)
        waiting = waiting_line(sum(card.waits for card in cards))
        self.waiting.setText(waiting)
        self.waiting.setVisible(bool(waiting))
        sheet = self.session.record("sample-sheet", SampleSheetRecord)
        self.in_use.setVisible(sheet is not None)
        if sheet is None:
            return
        gone = [
            counted(many, thing)
            for many, thing in (
                (len(check.left_out_features), "column"),
                (check.left_out_samples, "sample"),
            )
            if many
        ]
        samples = sheet.samples if check.samples is None else check.samples
        units = sheet.units if check.units is None else check.units
        self.in_use.setText(
            IN_USE.format(
                features=counted(check.features, "feature"),
                samples=counted(samples, "sample"),
                units=counted(units, "biological unit"),
                left_out=LEFT_OUT.format(things=" and ".join(gone)) if gone else "",
            )
        )

    def _show_cards(self, cards: tuple[FindingCard, ...]) -> None:
        """Show the cards; those on screen are kept while they are about the same findings."""
        shape = tuple(f"{one.finding.severity}|{one.finding.name}" for one in cards)
        if shape != self._shape:
            self._shape = shape
            for old in self.views:
                old.hide()
                old.deleteLater()
            self.views = []
        self._cards = cards
        for view, one in zip(self.views, cards, strict=False):
            view.show_card(one)
        self._place_some()
        grave = any(one.finding.severity != "info" for one in cards)
        for severity, fold in self.folds.items():
            members = [one for one in cards if one.finding.severity == severity]
            fold.setVisible(bool(members))
            fold.set_summary("; ".join(one.title for one in members))
            if severity == "info":
                fold.set_open(not grave)

    def _place_some(self) -> None:
        """Make the next few cards: all at once, many of them would hold the window up."""
        first = len(self.views)
        for number, one in enumerate(self._cards[first : first + _AT_ONCE], start=first):
            view = FindingView(f"check.finding.{number}", self.session.selection)
            view.decided.connect(
                lambda action, names, view=view: self._decide(view, action, names)
            )
            view.reason_typed.connect(lambda text, view=view: self._write_reason(view, text))
            self.views.append(view)
            view.show_card(one)
            self.folds[one.finding.severity].inside.addWidget(view)
        if len(self.views) < len(self._cards):
            self._more.start(0)
        else:
            self._more.stop()

    def _show_pictures(self, check: CheckRecord | None) -> None:
        exploration = (
            self.session.view("exploration", ExplorationRecord) if check is not None else None
        )
        self.pictures.setVisible(exploration is not None)
        self.no_pictures.setVisible(exploration is None and check is not None)
        if exploration is None or check is None:
            return
        split = self.session.record("split", SplitRecord)
        scope = scope_note(exploration, len(split.outer_folds) if split is not None else 0)
        table = self.session.record("import", ImportRecord)
        wanted = (exploration, table, check.left_out_features, scope, check.review)
        if len(wanted) == len(self._pictured) and all(
            one is other for one, other in zip(wanted, self._pictured, strict=True)
        ):
            return
        self._pictured = wanted
        self.components.show_exploration(exploration, scope, shares_line(check.review))
        self.missing.show_exploration(exploration, feature_names(table, check), scope)

    # --- deciding ---------------------------------------------------------------------

    def _decide(self, view: FindingView, action: Action, names: tuple[str, ...]) -> None:
        if view.card is None:
            return
        changes = decision_changes(view.card.finding, action, self._given(), names)
        self.session.answer_all(changes, DECIDED.format(title=view.card.title))

    def _write_reason(self, view: FindingView, text: str) -> None:
        if view.card is None:
            return
        name = reason_name(self.session.draft.answers, view.card.finding.name)
        self.session.answer(("check", "reasons", name), text or None, REASON_STEP, merge=True)

    # --- verdict with the real numbers ------------------------------------------------

    def _ask_fit(self, check: CheckRecord | None) -> None:
        """Ask for the verdict once for each check and each answer of step 2."""
        current = check is not None and self.session.is_current(self.key)
        if not current:
            self._asked = None
            self.fit_card.hide()
            return
        event = self.session.history.finished.get(self.key)
        answers = self.session.value("suitability", {})
        asked = (event.number if event is not None else 0, answers)
        if asked == self._asked:
            return
        self._asked = asked
        request = JudgeSuitability({"suitability": answers}, str(self.session.folder))
        self.session.ask(request, lambda result: self._show_fit(result, asked))

    def _show_fit(self, result: dict[str, Any], asked: tuple[Any, ...]) -> None:
        if asked != self._asked:
            return
        verdict = SuitabilityRecord.model_validate(result)
        self.fit_card.setVisible(verdict.with_data)
        self.fit.setText(VERDICTS[verdict.verdict])
        reasons = [reason.text for reason in verdict.reasons if reason.speaks != "neutral"]
        self.fit_reason.setText(" ".join(reasons[:2]))
