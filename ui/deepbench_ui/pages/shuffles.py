"""Step 9: the shuffled-label check, and the verdict on the signal."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from deepbench.plan import StudyPlan
from deepbench.study.effort import PRESET_EFFORTS, smallest_p_value
from deepbench.study.records import ImportRecord, ShuffleRecord
from deepbench.workflow import fingerprints
from deepbench_ui.models.numbers import counted, p_text
from deepbench_ui.models.shuffle_rows import (
    FEWEST_SHUFFLES,
    LiveShuffles,
    ShuffledModel,
    batch_figure,
    batch_sentence,
    done_models,
    histogram,
    verdict_of,
)
from deepbench_ui.pages.base import Page, card, label
from deepbench_ui.plots import PlotPanel
from deepbench_ui.widgets.choice_answer import ChoiceAnswer
from deepbench_ui.widgets.choices import Option
from deepbench_ui.widgets.fields import WholeNumberAnswer
from deepbench_ui.widgets.fold import Fold
from deepbench_ui.widgets.reflow_grid import ReflowGrid
from deepbench_ui.widgets.verdict_card import VerdictCard

FOLD = "How the check works"
HOW = (
    "The outcomes are dealt out anew among the samples, by chance, whole biological units "
    "together. Nothing real is left to learn then. For each shuffle the search is repeated in "
    "small: all kinds of models are fitted with their usual settings, and the best score counts. "
    "A signal is there only if the true outcomes, treated in the same way, give a clearly better "
    "score than shuffled ones do."
)
HOW_WHY = (
    "This comes before the test set is opened: without a signal there is nothing to confirm, and "
    "the test samples stay fresh."
)
COUNT = "How many shuffles?"
COUNT_WHY = "Leave it empty for the number that the budget buys (step 7)."
COUNT_HINT, COUNT_STEP = "{count} (budget)", "number of shuffles"
REPEAT = "What does each shuffle repeat?"
REPEAT_STEP = "what each shuffle repeats"
REPEATS = (
    Option(
        "",
        "The search, in small",
        "Covers the choice among models and settings as well. The one to report.",
    ),
    Option(
        "settings",
        "Only the settings chosen",
        "Quicker on large tables. The search itself is not covered; in its place the true score "
        "is the one corrected for having been chosen among many.",
    ),
)
EARLY = "The check ends early once further shuffles could not show a signal any more."
TOO_FEW = (
    "With fewer than 19 shuffles no p-value can reach 0.05, so no result could pass. Write 19 or "
    "more."
)
TOO_MANY = "Write a number up to 100,000."
SMALLEST = "With {shuffles} the smallest possible p-value is {p}."
EMPTY = (
    "The verdict will stand here: is there a signal, yes or no? With it come the scores on "
    "shuffled labels beside the true one. “Run the Shuffled-Label Check” below begins."
)
STARTING = "The labels are being shuffled. The first scores will stand here in a moment."
HISTOGRAMS = "Scores on shuffled labels"
BATCH = "Batch and site"


class ShufflesPage(Page):
    """Number of shuffles, verdict, shuffled scores, batch and site alone."""

    key = "shuffles"
    title = "Shuffled-label check"
    lead = "Is there a signal at all, or could chance have produced these scores?"
    run_verb = "Run the Shuffled-Label Check"

    def build(self) -> None:
        """Make the widgets."""
        self._live = LiveShuffles()
        self._fingerprint: tuple[StudyPlan | None, str, str] = (None, "", "")
        self._build_form()
        self.empty = label(EMPTY, "muted", "shuffles.empty")
        self.results.addWidget(self.empty)
        self.verdict = VerdictCard("shuffles.verdict")
        self.results.addWidget(self.verdict)
        self._build_histograms()
        self._build_batch()
        self.results.addStretch(1)

    def _build_form(self) -> None:
        self.fold = Fold("shuffles.answers", FOLD)
        frame, inside = card()
        inside.addWidget(label(HOW))
        inside.addWidget(label(HOW_WHY, "muted"))
        self.count = WholeNumberAnswer(
            self.session,
            "shuffles.replicates",
            "shuffles.replicates",
            COUNT,
            COUNT_STEP,
            _count_problem,
            explanation=COUNT_WHY,
        )
        inside.addWidget(self.count)
        self.smallest = label("", "muted", "shuffles.smallest-p")
        inside.addWidget(self.smallest)
        inside.addWidget(label(EARLY, "muted"))
        self.repeat = ChoiceAnswer(
            self.session, "shuffles.repeat", "shuffles.repeat", REPEAT, REPEAT_STEP, REPEATS
        )
        inside.addWidget(self.repeat)
        self.fold.inside.addWidget(frame)
        self.form.addWidget(self.fold)

    def _build_histograms(self) -> None:
        self.scores = QWidget()
        column = QVBoxLayout(self.scores)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(label(HISTOGRAMS, "heading"))
        self.grid = ReflowGrid(34, 2)
        column.addWidget(self.grid)
        self.results.addWidget(self.scores)
        self.panels: dict[str, PlotPanel] = {}

    def _build_batch(self) -> None:
        self.batch, inside = card(name="shuffles.batch")
        self.batch_title = label(BATCH, "heading")
        self.batch_plot = PlotPanel("shuffles.batch-plot", self.session, self.session.selection)
        self.batch_text = label("", "", "shuffles.batch-text")
        for part in (self.batch_title, self.batch_plot, self.batch_text):
            inside.addWidget(part)
        self.results.addWidget(self.batch)

    # --- up to date -------------------------------------------------------------------

    def refresh(self) -> None:
        """Show the answer and what was found so far."""
        running = self.session.standing().states[self.key] == "running"
        record = None if running else self.session.record(self.key, ShuffleRecord)
        models = done_models(record) if record is not None else self._live_models()
        self._show_form()
        self.fold.set_open(not running and not models)
        self.empty.setText(STARTING if running else EMPTY)
        self.empty.setVisible(not models)
        self.verdict.show_verdict(verdict_of(record) if record is not None else None)
        self._show_histograms(models)
        self._show_batch(record)

    def _show_form(self) -> None:
        preset = PRESET_EFFORTS[self.session.value("budget.preset", "standard")].shuffles
        self.count.field.setPlaceholderText(COUNT_HINT.format(count=f"{preset:,}"))
        self.count.refresh()
        self.repeat.refresh()
        count = self.session.value("shuffles.replicates", preset)
        shuffles = counted(count, "shuffle")
        self.smallest.setText(
            SMALLEST.format(shuffles=shuffles, p=p_text(smallest_p_value(count)))
        )
        self.fold.set_summary(shuffles)

    def _show_histograms(self, models: list[ShuffledModel]) -> None:
        for model in models:
            panel = self.panels.get(model.name)
            if panel is None:
                panel = PlotPanel(
                    f"shuffles.scores.{model.name.replace('_', '-')}",
                    self.session,
                    self.session.selection,
                )
                self.panels[model.name] = panel
                self.grid.add(panel)
            figure = histogram(model)
            if figure != panel.figure:
                panel.show_figure(figure)
        self.grid.show_parts({self.panels[model.name] for model in models})
        self.scores.setVisible(bool(models))

    def _show_batch(self, record: ShuffleRecord | None) -> None:
        self.batch.setVisible(record is not None)
        if record is None:
            return
        self.batch_text.setText(batch_sentence(record))
        figure = batch_figure(record)
        self.batch_title.setVisible(figure is None)
        self.batch_plot.setVisible(figure is not None)
        if figure is not None and figure != self.batch_plot.figure:
            self.batch_plot.show_figure(figure)

    def _live_models(self) -> list[ShuffledModel]:
        """Return the shuffled scores of the check that the answers ask for."""
        plan = self.session.draft.plan()
        imported = self.session.record("import", ImportRecord)
        if plan is None or imported is None:
            return []
        if self._fingerprint[0] is not plan or self._fingerprint[1] != imported.sha256:
            found = fingerprints(plan, imported.sha256)[self.key]
            self._fingerprint = (plan, imported.sha256, found)
        return self._live.models(self.session.history.shuffles, self._fingerprint[2])

    def next_problem(self) -> str:
        """A number that is none has to be corrected."""
        return self.count.problem


def _count_problem(value: float) -> str:
    if value < FEWEST_SHUFFLES:
        return TOO_FEW
    return TOO_MANY if value > 100_000 else ""
