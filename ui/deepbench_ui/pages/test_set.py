"""Step 10: compare, choose, open the test set once."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from deepbench.study.records import (
    ChoiceRecord,
    LeaderboardRecord,
    PredictionsRecord,
    SampleSheetRecord,
    ShuffleRecord,
    SplitMapRecord,
    SplitRecord,
)
from deepbench_ui.models.leaderboard_rows import BoardRow, effort_sentence
from deepbench_ui.models.row_table import RowTable
from deepbench_ui.models.shuffle_rows import verdict_of
from deepbench_ui.models.test_opening import Opening, best_tuned, expectation, steps_of
from deepbench_ui.models.test_rows import EFFORT_COLUMNS, effort_board, equal_effort
from deepbench_ui.models.test_words import answers_of, opened_sentence
from deepbench_ui.pages.base import Page, card, label
from deepbench_ui.widgets.answer_card import AnswerCard
from deepbench_ui.widgets.banner import Banner
from deepbench_ui.widgets.data_table import TablePanel
from deepbench_ui.widgets.opening_dialog import may_open, opening_of, reason_field
from deepbench_ui.widgets.sample_list import SampleList
from deepbench_ui.widgets.sentences import Sentences
from deepbench_ui.widgets.test_pictures import OpenedPictures

PLANNED = "What will happen"
EXPECTED = "What to expect"
AGAIN = "Opening it again"
AGAIN_WHY = (
    "The test set was opened before. Leave this empty to keep the first result. To open it again, "
    "say why; every later report shows the reason and how often the test set was used."
)
RUN, RUN_LOCKED = "Choose and Open the Test Set", "Choose the Model"
REASON_MISSING = "Say why the test set is opened again, or keep the first result."
TO_DO = "What you can do"
EFFORT = "Effort"
NO_SAMPLES = (
    "The single test samples of this result are not kept any more. Run the step again to see them."
)
_MOST_FAMILIES = 12


class TestPage(Page):
    """What will happen, the opening, and what the test set said."""

    __test__ = False

    key = "test"
    title = "Compare, choose, open the test set"
    lead = (
        "All choices are made first, by tuning scores alone. Then the samples that were set aside "
        "say, once, how good the model really is."
    )
    run_verb = RUN

    def build(self) -> None:
        """Make the widgets."""
        self._shown: tuple[object, ...] = ()
        self._build_before()
        self.opened = Banner("test.opened")
        self.results.addWidget(self.opened)
        self.verdict = AnswerCard("test.verdict")
        self.results.addWidget(self.verdict)
        self._build_locked()
        self.pictures = OpenedPictures(self.session)
        self.pictures.hide()
        self.results.addWidget(self.pictures)
        self._build_samples()
        self._build_effort()
        self.results.addStretch(1)

    def _build_before(self) -> None:
        self.before, inside = card(PLANNED, "test.before")
        self.steps = Sentences("test.steps", mark="•  ")
        inside.addWidget(self.steps)
        self.expected_part = QWidget()
        column = QVBoxLayout(self.expected_part)
        column.setContentsMargins(0, 8, 0, 0)
        column.addWidget(label(EXPECTED, "heading"))
        self.expected = label("", "", "test.expected")
        column.addWidget(self.expected)
        inside.addWidget(self.expected_part)
        self.form.addWidget(self.before)
        self.again, inside = card(AGAIN, "test.again")
        self.reason = reason_field(self.session, "test.reason", AGAIN_WHY)
        inside.addWidget(self.reason)
        self.form.addWidget(self.again)

    def _build_locked(self) -> None:
        self.locked, inside = card(TO_DO, "test.locked")
        self.advice = Sentences("test.advice", mark="•  ")
        inside.addWidget(self.advice)
        self.results.addWidget(self.locked)

    def _build_samples(self) -> None:
        self.samples_frame, inside = card(name="test.samples-card")
        self.samples = SampleList("test.samples", self.session)
        inside.addWidget(self.samples)
        self.no_samples = label(NO_SAMPLES, "muted", "test.no-samples")
        inside.addWidget(self.no_samples)
        self.samples_frame.hide()
        self.results.addWidget(self.samples_frame)
        self.pictures.cell_chosen.connect(self._show_cell)

    def _build_effort(self) -> None:
        self.effort_frame, inside = card(name="test.effort-card")
        self.effort_rows: RowTable[BoardRow] = RowTable(EFFORT_COLUMNS, _name_of, self)
        self.effort_panel = TablePanel("test.effort", EFFORT, self.effort_rows, self.session)
        self.effort_panel.view.show_all_rows(_MOST_FAMILIES)
        self.effort_panel.view.chosen.connect(
            lambda model: self.session.selection.select("model", model)
        )
        inside.addWidget(self.effort_panel)
        self.effort_said = label("", "muted", "test.effort.said")
        inside.addWidget(self.effort_said)
        self.results.addWidget(self.effort_frame)

    # --- up to date -------------------------------------------------------------------

    def update_page(self) -> None:
        """Say first what the button will do: without a signal nothing is opened."""
        opening = opening_of(self.session)
        locked = opening.opens == "no" and opening.signal in ("no", "unclear")
        self.run_verb = RUN_LOCKED if locked else RUN
        super().update_page()

    def refresh(self) -> None:
        """Show what will happen, or what was found."""
        opening = opening_of(self.session)
        self._show_before(opening)
        history = self.session.history
        wanted = (
            *(history.finished.get(stage) for stage in ("baselines", "networks", "shuffles")),
            history.finished.get(self.key),
            history.views.get("predictions"),
        )
        if wanted != self._shown or not self._shown:
            self._shown = wanted
            self._show_results()

    def _show_before(self, opening: Opening) -> None:
        done = self.session.standing().states[self.key] == "done"
        self.before.setVisible(not done)
        # Once it is done, a reason typed here would put the result out of date.
        self.again.setVisible(opening.needs_reason and not done)
        self.reason.refresh()
        if not done:
            self.steps.show_sentences(steps_of(opening, self.session.record("split", SplitRecord)))
            self.expected.setText(expectation(best_tuned(self._boards())))
            self.expected_part.setVisible(opening.opens != "no" or opening.goes_on)

    def _boards(self) -> list[LeaderboardRecord | None]:
        return [self.session.record(key, LeaderboardRecord) for key in ("baselines", "networks")]

    def _show_results(self) -> None:
        board = effort_board(self._boards())
        self.effort_frame.setVisible(board is not None)
        if board is not None:
            self.effort_rows.show_rows(board.rows)
            self.effort_said.setText(effort_sentence(board))
        choice = self.session.record(self.key, ChoiceRecord)
        shuffles = self.session.record("shuffles", ShuffleRecord)
        sheet = self.session.record("sample-sheet", SampleSheetRecord)
        if choice is None or sheet is None:
            self.verdict.show_answers(())
            self.opened.clear()
            for part in (self.locked, self.pictures, self.samples_frame):
                part.hide()
            return
        fair = equal_effort(board)
        self.verdict.show_answers(answers_of(choice, shuffles, sheet.task, fair))
        self._show_opened(choice)
        self._show_locked(choice, shuffles)
        self._show_test(choice, sheet)

    def _show_opened(self, choice: ChoiceRecord) -> None:
        said = opened_sentence(choice.test)
        if not said:
            self.opened.clear()
            return
        once = choice.test.opened == 1 and bool(choice.test.metrics)
        self.opened.show_message("ok" if once else "warning", said)

    def _show_locked(self, choice: ChoiceRecord, shuffles: ShuffleRecord | None) -> None:
        advice: tuple[str, ...] = ()
        if shuffles is not None and choice.signal == shuffles.signal:
            advice = verdict_of(shuffles).advice
        self.advice.show_sentences(advice)
        self.locked.setVisible(bool(advice))

    def _show_test(self, choice: ChoiceRecord, sheet: SampleSheetRecord) -> None:
        opened = bool(choice.test.metrics)
        predictions = self.session.view("predictions", PredictionsRecord) if opened else None
        places = self.session.view("split-map", SplitMapRecord) if opened else None
        classes = predictions.classes if predictions is not None else sheet.classes
        self.pictures.show_choice(choice, predictions, classes, sheet.outcome)
        self.pictures.setVisible(opened or choice.comparison is not None)
        self.samples.show_predictions(predictions, places)
        self.no_samples.setVisible(predictions is None)
        self.samples_frame.setVisible(opened)

    def _show_cell(self, observed: str, predicted: str) -> None:
        self.samples.show_cell(observed, predicted)
        self.scroll_area.ensureWidgetVisible(self.samples_frame)

    # --- running ----------------------------------------------------------------------

    def next_problem(self) -> str:
        """A second opening needs its reason."""
        opening = opening_of(self.session)
        given = str(self.session.value("split.reuse_reason", "")).strip()
        return REASON_MISSING if opening.needs_reason and not given else ""

    def confirm_run(self) -> bool:
        """Ask before the test set is opened."""
        return may_open(self.session, self)


def _name_of(row: BoardRow) -> str:
    return row.name
