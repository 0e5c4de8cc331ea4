"""Step 6: which samples test the models, set aside before anything is fitted."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QMessageBox, QVBoxLayout, QWidget

from deepbench.study.records import (
    CheckRecord,
    SampleSheetRecord,
    SplitMapRecord,
    SplitRecord,
)
from deepbench_ui.models.finding_phrases import on_screen
from deepbench_ui.models.numbers import counted
from deepbench_ui.models.split_words import (
    NEEDS_ROLE,
    ROLE_WORDS,
    TEXTS,
    TITLES,
    chosen_design,
    describe_design,
    design_now,
    fold_note,
    likeness_mark,
    sample_map,
    unit_counts,
)
from deepbench_ui.pages.base import Page, card, label
from deepbench_ui.plots import PlotPanel
from deepbench_ui.theme import icon, theme
from deepbench_ui.widgets.banner import Banner
from deepbench_ui.widgets.choices import Choices, Option
from deepbench_ui.widgets.fields import NumberAnswer, WholeNumberAnswer
from deepbench_ui.widgets.fold import Fold
from deepbench_ui.widgets.marked_line import MarkedLine
from deepbench_ui.widgets.split_facts import FoldTable, ProofList
from deepbench_ui.widgets.split_sketch import SplitSketch

FOLD = "How test samples are set aside"
DESIGN, DESIGN_STEP = "Which samples shall test the models?", "way to set test samples aside"
DESIGN_WHY = (
    "Whichever way you choose, all samples of a biological unit or a matched pair stay on one "
    "side. Choose before any model is trained; later the choice would be a result."
)
NO_ROLE = (
    "“{design}” needs a column with the role “{role}”, and there is none any more. Give a column "
    "that role on the sample sheet (step 4), or choose another way."
)
FRACTION, FRACTION_STEP = "Which share of the units is set aside?", "share set aside"
FRACTION_WHY = (
    "0.2 is every fifth unit. A larger share makes the test more precise, the models worse."
)
FRACTION_PROBLEM = "Write a number above 0.05 and below 0.5."
OUTER, OUTER_STEP = "Into how many test parts are the units divided?", "number of test parts"
OUTER_WHY = "With 5 parts each part is tested by models from the other four fifths."
TUNING, TUNING_STEP = "On how many tuning sets are settings compared?", "number of tuning sets"
TUNING_WHY = (
    "The training set is divided into so many parts; each of them once judges settings that were "
    "fitted on the others."
)
FOLDS_PROBLEM = "Write a whole number from 3 to 20."
SEED, SEED_STEP = "Start number for chance", "start number for chance"
SEED_WHY = (
    "All that is left to chance in this study follows from it: the same number and the same data "
    "give the same result. Any number will do; do not change it until you like the result."
)
SEED_PROBLEM = "Write a whole number from 0 to 2,147,483,647."
WAS_OPENED = (
    "The test set has been opened {times}. If you change the split now, test samples that were "
    "seen may become training samples: to open the test set again you will have to give a reason, "
    "and every later report says that it was used more than once."
)
ASK_TITLE = "The test set has been opened before"
ASK_TEXT = (
    "Setting test samples aside anew does not make them new: their scores were seen. Opening the "
    "test set again will need a reason, which every later report prints."
)
GO_ON, LEAVE = "Set Aside Anew", "Leave It"
EMPTY = (
    "A map of all samples will stand here: which ones train, which ones tune, which ones test. "
    "“Set Aside the Test Samples” below seals the test samples in the vault of the study."
)
SEALED = "The test samples are sealed in the vault."
SEALED_ONCE = (
    "{samples} of {units} lie there. No model, plot or table sees them. They are opened once, at "
    "step 10, after the shuffled-label check has found a signal; moment and expected score are "
    "written into the study for good."
)
SEALED_FOLDS = (
    "Every sample is a test sample in one of the {folds}, and the models of that part never see "
    "it. How they do on it is calculated once, at step 10, after the shuffled-label check has "
    "found a signal; moment and expected score are written into the study for good."
)
OPENED = "The test set has been opened {times}."
OPENED_WHY = "Its samples are no longer new. What it said stands at step 10."
WHY, PROOFS = "Why this way", "What was checked on the split"
PRECISION = "How precise the test will be"
ALIKE = "Whether test and training samples are alike"
TUNED = "Settings are compared on {folds}{repeats}."
REPEATS = ", divided {repeats} times"
_LOCK = 30


class SplitPage(Page):
    """Design and its numbers; map of the samples, proofs, table of the test sets."""

    key = "split"
    title = "Set aside the test samples"
    lead = "Only samples that no model has seen can say how well a model does."
    run_verb = "Set Aside the Test Samples"

    def build(self) -> None:
        """Make the widgets."""
        self.opened = Banner("split.opened")
        self.form.addWidget(self.opened)
        self.fold = Fold("split.answers", FOLD)
        self.form.addWidget(self.fold)
        self._build_design()
        self._build_numbers()
        self.sketch = SplitSketch("split.sketch", self.session)
        self.form.addWidget(self.sketch)
        self.empty = label(EMPTY, "muted", "split.empty")
        self.form.addWidget(self.empty)
        self._build_results()

    def _build_design(self) -> None:
        frame, inside = card(DESIGN)
        inside.addWidget(label(DESIGN_WHY, "muted"))
        options = tuple(Option(value, title, TEXTS[value]) for value, title in TITLES.items())
        self.design = Choices("split.design", options, DESIGN)
        self.design.chosen.connect(
            lambda value: self.session.answer("split.design", value, DESIGN_STEP)
        )
        inside.addWidget(self.design)
        self.no_role = Banner("split.no-role")
        inside.addWidget(self.no_role)
        self.fold.inside.addWidget(frame)

    def _build_numbers(self) -> None:
        frame, inside = card()
        session = self.session
        self.fraction = NumberAnswer(
            session, "split.test-fraction", "split.test_fraction", FRACTION, FRACTION_STEP,
            lambda value: "" if 0.05 < value < 0.5 else FRACTION_PROBLEM,
            hint="0.2", explanation=FRACTION_WHY,
        )  # fmt: skip
        self.outer = WholeNumberAnswer(
            session, "split.outer-folds", "split.outer_folds", OUTER, OUTER_STEP,
            _check_folds, hint="5", explanation=OUTER_WHY,
        )  # fmt: skip
        self.outer_note = label("", "muted", "split.outer-note")
        self.tuning = WholeNumberAnswer(
            session, "split.tuning-folds", "split.tuning_folds", TUNING, TUNING_STEP,
            _check_folds, hint="5", explanation=TUNING_WHY,
        )  # fmt: skip
        self.seed = WholeNumberAnswer(
            session, "split.seed", "seed", SEED, SEED_STEP,
            lambda value: "" if 0 <= value < 2**31 else SEED_PROBLEM,
            hint="1", explanation=SEED_WHY,
        )  # fmt: skip
        for part in (self.fraction, self.outer, self.outer_note, self.tuning, self.seed):
            inside.addWidget(part)
        self.fold.inside.addWidget(frame)

    def _build_results(self) -> None:
        self.found = QWidget()
        column = QVBoxLayout(self.found)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        frame, inside = card(name="split.vault")
        row = QHBoxLayout()
        row.setSpacing(14)
        self.lock = QLabel()
        row.addWidget(self.lock, 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        self.sealed = label("", "heading", "split.sealed")
        self.sealed_why = label("", "", "split.sealed-why")
        words.addWidget(self.sealed)
        words.addWidget(self.sealed_why)
        row.addLayout(words, 1)
        inside.addLayout(row)
        column.addWidget(frame)
        frame, inside = card()
        self.map = PlotPanel("split.map", self.session, self.session.selection)
        inside.addWidget(self.map)
        column.addWidget(frame)
        frame, inside = card(WHY)
        self.why = label("", "", "split.why")
        self.tuned = label("", "muted", "split.tuned")
        inside.addWidget(self.why)
        inside.addWidget(self.tuned)
        inside.addWidget(label(PROOFS, "heading"))
        self.proofs = ProofList("split.proof")
        inside.addWidget(self.proofs)
        column.addWidget(frame)
        column.addWidget(self._precision_card())
        frame, inside = card()
        self.folds = FoldTable("split.folds", self.session)
        inside.addWidget(self.folds)
        column.addWidget(frame)
        self.results.addWidget(self.found)
        self.results.addStretch(1)
        theme().changed.connect(self._paint_lock)

    def _precision_card(self) -> QFrame:
        self.precision, inside = card(PRECISION)
        self.power = label("", "", "split.power")
        self.alike = label(ALIKE, "heading")
        self.similarity = MarkedLine("split.similarity")
        for part in (self.power, self.alike, self.similarity):
            inside.addWidget(part)
        return self.precision

    # --- showing ----------------------------------------------------------------------

    def refresh(self) -> None:
        """Show the answers and the split as they are now."""
        self._show_answers()
        split = self.session.record("split", SplitRecord)
        self._show_sketch()
        self.empty.setVisible(split is None)
        self.found.setVisible(split is not None)
        openings = self.session.history.openings
        if openings:
            self.opened.show_message("warning", WAS_OPENED.format(times=_times(openings)))
        else:
            self.opened.clear()
        self.fold.set_open(split is None or not self.session.is_current(self.key))
        if split is not None:
            self._show_split(split)

    def _show_answers(self) -> None:
        answers = self.session.draft.answers
        sheet = self.session.record("sample-sheet", SampleSheetRecord)
        counts = unit_counts(sheet, self.session.record("check", CheckRecord))
        chosen, design = chosen_design(answers), design_now(answers, counts.units)
        for value in TITLES:
            text, possible = describe_design(value, answers, counts.units)
            self.design.describe(value, text, possible=possible or value == chosen)
            if value == chosen and not possible:
                said = NO_ROLE.format(design=TITLES[value], role=ROLE_WORDS[NEEDS_ROLE[value]])
                self.no_role.show_message("danger", said)
            elif value == chosen:
                self.no_role.clear()
        self.design.show_choice(chosen)
        self.fraction.setVisible(design in ("auto", "holdout", "time"))
        self.outer.setVisible(design in ("auto", "nested"))
        note = fold_note(self.session.value("split.outer_folds", 5), counts)
        self.outer_note.setText(note)
        self.outer_note.setVisible(bool(note) and design == "nested")
        for field in (self.fraction, self.outer, self.tuning, self.seed):
            field.refresh()
        self.fold.set_summary(TITLES[design])

    def _show_sketch(self) -> None:
        """Say what the split would be, as long as it is not what lies in the vault."""
        wanted = bool(self.session.value("data.source")) and not self.session.is_current(self.key)
        self.sketch.setVisible(wanted)
        if wanted:
            self.sketch.refresh()
        else:
            self.sketch.stop()

    def left(self) -> None:
        """Ask nothing for a page that is not shown."""
        self.sketch.stop()

    def entered(self) -> None:
        """Ask what was not asked because the page was left."""
        self._show_sketch()

    def next_problem(self) -> str:
        """A number that is none has to be corrected."""
        fields = (self.fraction, self.outer, self.tuning, self.seed)
        return next((f.problem for f in fields if f.problem and not f.isHidden()), "")

    def _show_split(self, split: SplitRecord) -> None:
        self._show_vault(split)
        shown = self.session.view("split-map", SplitMapRecord)
        if shown is not None:
            self.map.show_figure(sample_map(shown))
        self.map.setVisible(shown is not None)
        self.why.setText(on_screen(split.why))
        repeats = REPEATS.format(repeats=split.tuning_repeats) if split.tuning_repeats > 1 else ""
        folds = counted(split.tuning_folds, "tuning set")
        self.tuned.setText(TUNED.format(folds=folds, repeats=repeats))
        self.proofs.show_lines(split.proofs)
        self._show_precision(split)
        self.folds.show_folds(split.outer_folds)

    def _show_precision(self, split: SplitRecord) -> None:
        power, similarity = split.power, split.similarity
        self.precision.setVisible(power is not None or similarity is not None)
        self.power.setText(power.sentence if power is not None else "")
        self.power.setVisible(power is not None)
        self.alike.setVisible(similarity is not None)
        if similarity is None:
            self.similarity.say("", "", "")
        else:
            mark = likeness_mark(similarity)
            self.similarity.say(on_screen(similarity.sentence), *mark)

    def _show_vault(self, split: SplitRecord) -> None:
        openings = self.session.history.openings
        if openings:
            self.sealed.setText(OPENED.format(times=_times(openings)))
            self.sealed_why.setText(OPENED_WHY)
        else:
            self.sealed.setText(SEALED)
            samples = sum(fold.test_samples for fold in split.outer_folds)
            several = len(split.outer_folds) > 1
            self.sealed_why.setText(
                SEALED_FOLDS.format(folds=counted(len(split.outer_folds), "part"))
                if several
                else SEALED_ONCE.format(
                    samples=counted(samples, "sample"),
                    units=counted(split.test_units, "biological unit"),
                )
            )
        self._paint_lock()

    def _paint_lock(self) -> None:
        opened = bool(self.session.history.openings)
        picture = icon("unlock", "warning") if opened else icon("lock", "ok")
        self.lock.setPixmap(picture.pixmap(QSize(_LOCK, _LOCK)))

    # --- asking -----------------------------------------------------------------------

    def confirm_run(self) -> bool:
        """Ask before a split is changed whose test samples were seen."""
        if not self.session.history.openings:
            return True
        box = QMessageBox(QMessageBox.Icon.Warning, ASK_TITLE, ASK_TEXT, parent=self)
        box.setObjectName("split.ask")
        go_on = box.addButton(GO_ON, QMessageBox.ButtonRole.DestructiveRole)
        go_on.setObjectName("split.ask.go-on")
        leave = box.addButton(LEAVE, QMessageBox.ButtonRole.RejectRole)
        leave.setObjectName("split.ask.leave")
        box.setDefaultButton(leave)
        box.setEscapeButton(leave)
        box.exec()
        wanted = box.clickedButton() is go_on
        box.deleteLater()
        return wanted


def _check_folds(value: float) -> str:
    return "" if 3 <= value <= 20 else FOLDS_PROBLEM


def _times(openings: int) -> str:
    return "once" if openings == 1 else f"{openings} times"
