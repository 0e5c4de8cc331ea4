"""Step 7: traditional models, tuned with the same effort each."""

from __future__ import annotations

from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from deepbench.plan import BASELINE_NAMES, BaselineName, Preset
from deepbench.study.budget_words import GOOD_FOR, TITLES, preset_buys
from deepbench.study.effort import PRESET_EFFORTS
from deepbench_ui.models.families import BASELINES, DUMMY, tuning_metric
from deepbench_ui.models.leaderboard_rows import learning_curve_figure
from deepbench_ui.models.numbers import counted, number_text
from deepbench_ui.pages.base import card, label
from deepbench_ui.pages.tuning_page import Found, TuningPage
from deepbench_ui.plots import PlotPanel
from deepbench_ui.widgets.banner import Banner
from deepbench_ui.widgets.budget_cards import BudgetCard, BudgetCards
from deepbench_ui.widgets.budget_times import BudgetTimes
from deepbench_ui.widgets.fields import NumberAnswer
from deepbench_ui.widgets.fold import Fold
from deepbench_ui.widgets.leaderboard import LeaderboardView
from deepbench_ui.widgets.reflow_grid import ReflowGrid
from deepbench_ui.widgets.sentences import Sentences
from deepbench_ui.widgets.trial_browser import TrialBrowser

FOLD = "Effort and models"
BUDGET = "How much effort?"
BUDGET_WHY = (
    "Every family of models, network or not, gets the same number of settings to try: only then "
    "can they be compared. The budget also sets the shuffles of the shuffled-label check (step 9) "
    "and, in a study of few units, how often tuning folds are repeated (step 6)."
)
BUDGET_STEP = "budget"
OWN_TRIALS = (
    "Your plan names its own number: {count} per family, whatever the budget. The budget then "
    "only sets the shuffles."
)
USE_BUDGET = "Use the Budget’s Number"
MINUTES = "Time limit in minutes"
MINUTES_WHY = (
    "Optional. The minutes are shared out among all families and network sizes; a family that has "
    "used its share begins nothing new. Without a limit every family gets all its settings."
)
MINUTES_HINT, MINUTES_STEP = "No limit", "time limit"
MINUTES_PROBLEM = "Write a number of minutes above 0, or leave it empty."
FAMILIES = "Which traditional models?"
FAMILIES_WHY = (
    "Without them nobody can say what a network is worth. Each is cheap, so all of them is a good "
    "choice."
)
FAMILIES_STEP = "traditional models"
NOT_OFFERED = "Left out here: it predicts classes, and the outcome of this study is a number."
ONE_NEEDED = (
    "One traditional model besides the floor has to stay, or there is nothing to compare a "
    "network with."
)
EMPTY = (
    "The leaderboard will stand here: every family with its best score, corrected for having been "
    "chosen among many. “Tune Traditional Models” below begins; you can watch the scores come in."
)
SUMMARY = "{budget} budget, {families}{minutes}"
SUMMARY_MINUTES = ", at most {minutes} min"


class BaselinesPage(TuningPage):
    """Budget, families, leaderboard, learning curve, trials."""

    key = "baselines"
    title = "Traditional models"
    lead = (
        "Simple models come first: they are quick, easy to read, and often as good as a network. "
        "They are tuned and scored on tuning folds inside the training set; the test set stays "
        "locked."
    )
    run_verb = "Tune Traditional Models"
    families = BASELINE_NAMES
    empty_text = EMPTY

    def build_form(self) -> None:
        """Make the answers."""
        self.fold = Fold("baselines.answers", FOLD)
        self._build_budget()
        self._build_families()
        self.form.addWidget(self.fold)

    def _build_budget(self) -> None:
        frame, inside = card(BUDGET)
        inside.addWidget(label(BUDGET_WHY, "muted"))
        self.budget = BudgetCards("baselines.budget", budget_cards(), BUDGET)
        self.budget.chosen.connect(
            lambda value: self.session.answer("budget.preset", value, BUDGET_STEP)
        )
        inside.addWidget(self.budget)
        self.times = BudgetTimes("baselines.times", self.session, self.budget)
        inside.addWidget(self.times)
        self.own_trials = Banner("baselines.own-trials")
        inside.addWidget(self.own_trials)
        self.minutes = NumberAnswer(
            self.session,
            "baselines.minutes",
            "budget.minutes",
            MINUTES,
            MINUTES_STEP,
            lambda value: "" if value > 0 else MINUTES_PROBLEM,
            hint=MINUTES_HINT,
            explanation=MINUTES_WHY,
        )
        inside.addWidget(self.minutes)
        self.fold.inside.addWidget(frame)

    def _build_families(self) -> None:
        frame, inside = card(FAMILIES)
        inside.addWidget(label(FAMILIES_WHY, "muted"))
        grid = ReflowGrid(34, 2)
        self.boxes: dict[BaselineName, QCheckBox] = {}
        self._texts = {}
        for name in BASELINE_NAMES:
            words = BASELINES[name]
            part = QWidget()
            column = QVBoxLayout(part)
            column.setContentsMargins(0, 0, 0, 0)
            column.setSpacing(0)
            box = QCheckBox(words.title)
            box.setAccessibleDescription(words.text)
            self.named(box, f"family.{name.replace('_', '-')}")
            box.clicked.connect(lambda on, name=name: self._tick(name, on))
            text = label(words.text, "muted")
            text.setContentsMargins(29, 0, 0, 2)
            column.addWidget(box)
            column.addWidget(text)
            column.addStretch(1)
            grid.add(part)
            self.boxes[name], self._texts[name] = box, text
        inside.addWidget(grid)
        self.family_note = label("", "warning", "baselines.family-note")
        self.family_note.hide()
        inside.addWidget(self.family_note)
        self.fold.inside.addWidget(frame)

    def build_results(self) -> None:
        """Make what shows the results."""
        self.board = LeaderboardView("baselines.leaderboard", self.session)
        self.sentences = Sentences("baselines.sentences")
        self.curve = PlotPanel("baselines.learning-curve", self.session, self.session.selection)
        self.browser = TrialBrowser("baselines.trials", self.session)
        for part in (self.board, self.sentences, self.curve, self.browser):
            self.found_column.addWidget(part)

    # --- up to date -------------------------------------------------------------------

    def refresh(self) -> None:
        """Show the answers and what was found so far."""
        found = self.look()
        self.fold.set_open(found.board is None and not found.running)
        self._show_form()
        if not self.show_emptiness(found):
            return
        if found.board is not None:
            self.board.show_board(found.board)
        self._show_rest(found)

    def _show_form(self) -> None:
        self.budget.show_choice(self._preset)
        self.times.refresh(self._preset)
        trials = self.session.value("budget.trials")
        if trials is None:
            self.own_trials.clear()
        else:
            count = counted(trials, "setting")
            self.own_trials.show_message(
                "info", OWN_TRIALS.format(count=count), USE_BUDGET, self._use_budget
            )
        self.minutes.refresh()
        chosen = self._chosen()
        numeric = tuning_metric(self.task) == "r2"
        for name, box in self.boxes.items():
            box.setChecked(name in chosen)
            # The floor stays; a plan that left it out can have it back.
            box.setEnabled(name != DUMMY or name not in chosen)
            words = BASELINES[name]
            out = numeric and words.classes_only
            self._texts[name].setText(NOT_OFFERED if out else words.text)
        minutes = self.session.value("budget.minutes")
        families = sum(name != DUMMY for name in chosen)
        self.fold.set_summary(
            SUMMARY.format(
                budget=TITLES[self._preset].lower(),
                families=counted(families, "family", "families"),
                minutes=SUMMARY_MINUTES.format(minutes=number_text(minutes)) if minutes else "",
            )
        )

    def _show_rest(self, found: Found) -> None:
        record = found.record
        self.sentences.show_sentences(record.sentences if record is not None else ())
        curve = record.learning_curve if record is not None else None
        self.curve.setVisible(curve is not None)
        if curve is not None:
            figure = learning_curve_figure(curve)
            if figure != self.curve.figure:
                self.curve.show_figure(figure)
        self.browser.show_trials(found.search, found.trials, self.tuning_folds)

    def left(self) -> None:
        """Ask nothing for a page that is not shown."""
        self.times.stop()

    def entered(self) -> None:
        """Ask what was not asked because the page was left."""
        self.times.refresh(self._preset)

    def next_problem(self) -> str:
        """A number that is none has to be corrected."""
        return self.minutes.problem

    # --- answers ----------------------------------------------------------------------

    @property
    def _preset(self) -> Preset:
        preset: Preset = self.session.value("budget.preset", "standard")
        return preset if preset in PRESET_EFFORTS else "standard"

    def _chosen(self) -> list[BaselineName]:
        families = self.session.value("baselines.families")
        return list(BASELINE_NAMES) if families is None else list(families)

    def asked_families(self) -> list[str]:
        """Return the families that the answers ask for and the outcome allows."""
        numeric = tuning_metric(self.task) == "r2"
        chosen = self._chosen()
        return [
            name
            for name in BASELINE_NAMES
            if name in chosen and not (numeric and BASELINES[name].classes_only)
        ]

    def _use_budget(self) -> None:
        self.session.answer("budget.trials", None, BUDGET_STEP)

    def _tick(self, name: BaselineName, on: bool) -> None:
        chosen = {*self._chosen(), name} if on else {*self._chosen()} - {name}
        enough = chosen - {DUMMY} != set()
        self.family_note.setText("" if enough else ONE_NEEDED)
        self.family_note.setVisible(not enough)
        if not enough:
            self.boxes[name].setChecked(True)
            return
        families = _in_order(chosen)
        everything = families == list(BASELINE_NAMES)
        self.session.answer("baselines.families", None if everything else families, FAMILIES_STEP)


def _in_order(names: set[BaselineName]) -> list[str]:
    return [name for name in BASELINE_NAMES if name in names]


def budget_cards() -> tuple[BudgetCard, ...]:
    """Return the budgets with what each buys."""
    return tuple(
        BudgetCard(preset, TITLES[preset], preset_buys(preset), GOOD_FOR[preset])
        for preset in PRESET_EFFORTS
    )
