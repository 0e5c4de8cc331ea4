"""Step 12: three questions about each top feature, and the sentences that may be written."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from deepbench.study.claimable import features_to_ask, names_in_claims
from deepbench.study.records import ClaimsRecord, InterpretationRecord, SampleSheetRecord
from deepbench_ui.models.claim_rows import (
    AskedFeature,
    asked_features,
    count_answered,
    not_shown_html,
    not_shown_text,
    todo_of,
)
from deepbench_ui.models.numbers import counted
from deepbench_ui.pages.base import Page, card, label
from deepbench_ui.widgets.banner import Banner
from deepbench_ui.widgets.claim_list import ClaimList
from deepbench_ui.widgets.feature_card import FeatureCard
from deepbench_ui.widgets.fold import Fold
from deepbench_ui.widgets.gated_text import TextPanel
from deepbench_ui.widgets.own_sentences import OwnSentences
from deepbench_ui.widgets.score_checklist import ScoreChecklist

NOT_YET = (
    "The features that the chosen model uses most will be listed here, with three questions each. "
    "First comes step 11: What the model uses."
)
NOTHING_TO_ASK = (
    "There is nothing to ask: no feature stands out from what a model uses on shuffled labels. "
    "“Write the Claims” below says what follows."
)
SKIPPED = "There is nothing to ask. {why} “Write the Claims” below writes down what was not shown."
FEATURES = "Features that the models use most"
ANSWERED = "{done} of {all} answered"
THREE = "Three questions for each feature"
THREE_WHY = (
    "Known before the outcome? Imagine the day on which the prediction would be made. If the "
    "value was not in the record by then, the answer is no, and the study stops: the model was "
    "told what happened afterwards (leakage), so its score means nothing.",
    "Biologically plausible? Whether a mechanism is known that fits. No is a fair answer; it is "
    "printed with the sentence.",
    "Could it be an artefact? Whether batch, site, storage or processing could produce it.",
    "A warning below a feature is what the program noticed. It is no answer: you know more.",
)
LESSON = (
    "Why it matters: a model of death from pneumonia learned that asthma goes with a lower risk. "
    "That was true in the data, because these patients went straight to intensive care; sending "
    "them home as low risk would have killed them."
)
SENTENCES_EMPTY = (
    "Sentences that you may write, each with its reservations, will stand here. Answer what you "
    "know above; what is left open is printed as a reservation. Then press “Write the Claims” "
    "below."
)
CHECKLIST = "What to check before you believe the score"
#: How sure the engine is that the score is too good → look of the banner.
_SEVERITY = {"": "info", "softly": "warning", "strongly": "danger"}
SENTENCES, SENTENCES_FILE = "Sentences you may write", "claims.txt"
NO_SENTENCE = "No sentence about a single feature may be written."
NOT_SHOWN, NOT_SHOWN_FILE = "What was not shown", "not-shown.txt"


class ClaimsPage(Page):
    """Questions about features; sentences with their reservations."""

    key = "claims"
    title = "What you may claim"
    lead = "A model shows what goes together in your data, not what causes what."
    run_verb = "Write the Claims"

    def build(self) -> None:
        """Make the widgets."""
        self._features: tuple[AskedFeature, ...] = ()
        self.cards: list[FeatureCard] = []
        # Above all else: it says whether the rest is worth reading.
        self.ceiling = Banner("claims.ceiling")
        self.form.addWidget(self.ceiling)
        self.check_fold = Fold("claims.checklist", CHECKLIST)
        self.checklist = ScoreChecklist("claims.checklist-items")
        checks, inside = card()
        inside.addWidget(self.checklist)
        self.check_fold.inside.addWidget(checks)
        self.form.addWidget(self.check_fold)
        self.empty = label(NOT_YET, "muted", "claims.empty")
        self.form.addWidget(self.empty)
        self.questions, inside = card(THREE, "claims.three")
        for text in THREE_WHY:
            inside.addWidget(label(text))
        inside.addWidget(label(LESSON, "muted", "claims.lesson"))
        self.fold = Fold("claims.features", FEATURES)
        self.fold.inside.addWidget(self.questions)
        self.progress = label("", "muted", "claims.progress")
        self.fold.inside.addWidget(self.progress)
        self._holder: QWidget | None = None
        self.form.addWidget(self.fold)
        self.own = OwnSentences("claims.own", self.session)
        self.form.addWidget(self.own)
        self._build_results()

    def _build_results(self) -> None:
        self.results_empty = label(SENTENCES_EMPTY, "muted", "claims.sentences-empty")
        self.results.addWidget(self.results_empty)
        self.found = QWidget()
        column = QVBoxLayout(self.found)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        self.sentences = ClaimList("claims.sentences", SENTENCES, SENTENCES_FILE, self.session)
        self.no_sentence = label(NO_SENTENCE, "", "claims.no-sentence")
        not_shown_card, inside = card()
        self.not_shown = TextPanel("claims.not-shown", NOT_SHOWN, NOT_SHOWN_FILE, self.session)
        inside.addWidget(self.not_shown)
        for part in (self.sentences, self.no_sentence, not_shown_card):
            column.addWidget(part)
        self.results.addWidget(self.found)
        self.results.addStretch(1)

    def refresh(self) -> None:
        """Show features, answers and sentences."""
        found = self.session.record("interpretation", InterpretationRecord)
        sheet = self.session.record("sample-sheet", SampleSheetRecord)
        record = self.session.record("claims", ClaimsRecord)
        answers = self.session.value(("claims", "features"), {})
        features = asked_features(found, sheet, answers)
        if features != self._features:
            self._show_features(features)
        names = names_in_claims(sheet, features_to_ask(found))
        for each in self.cards:
            each.refresh(names)
        self.own.refresh(names)
        self.own.setVisible(found is not None)
        done = count_answered(features, answers)
        said = ANSWERED.format(done=done, all=counted(len(features), "feature"))
        self.progress.setText(f"{said}.")
        self.fold.set_summary(said)
        # What was answered and written is read, not answered again.
        self.fold.set_open(not (done and self.session.is_current("claims")))
        self.fold.setVisible(bool(features))
        self.empty.setText(_why_empty(found))
        self.empty.setVisible(not features)
        self._show_record(record)

    def _show_features(self, features: tuple[AskedFeature, ...]) -> None:
        self._features = features
        if self._holder is not None:
            self._holder.hide()
            self._holder.deleteLater()
        self._holder = QWidget()
        column = QVBoxLayout(self._holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        self.cards = [
            FeatureCard(f"claims.feature.{number}", self.session, feature)
            for number, feature in enumerate(features)
        ]
        for each in self.cards:
            column.addWidget(each)
        self.fold.inside.addWidget(self._holder)

    def _show_record(self, record: ClaimsRecord | None) -> None:
        self.results_empty.setVisible(record is None)
        self.found.setVisible(record is not None)
        items = record.checklist if record is not None else ()
        self.check_fold.setVisible(bool(items))
        self.check_fold.set_summary(todo_of(items))
        self.check_fold.set_open(record is not None and record.too_good == "strongly")
        self.checklist.show_items(items)
        if record is None or not record.ceiling:
            self.ceiling.clear()
        else:
            self.ceiling.show_message(_SEVERITY[record.too_good], record.ceiling)
        if record is None:
            return
        self.sentences.setVisible(bool(record.claims))
        self.no_sentence.setVisible(not record.claims)
        self.sentences.show_claims(record.claims)
        self.not_shown.show_text(not_shown_text(record), lambda: not_shown_html(record))


def _why_empty(found: InterpretationRecord | None) -> str:
    if found is None:
        return NOT_YET
    return SKIPPED.format(why=found.skipped) if found.skipped else NOTHING_TO_ASK
