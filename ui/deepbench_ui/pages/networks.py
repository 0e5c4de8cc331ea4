"""Step 8: networks, from small to large, with the effort of the traditional models."""

from __future__ import annotations

from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from deepbench.plan import NETWORK_SIZES, NetworkSize
from deepbench.study.effort import PRESET_EFFORTS
from deepbench.study.records import LeaderboardRecord
from deepbench_ui.models.families import NETWORK_NAMES, NETWORK_PREFIX, NETWORKS
from deepbench_ui.models.leaderboard_rows import BoardRow, done_board
from deepbench_ui.models.network_rows import (
    SizeView,
    done_sizes,
    live_sizes,
    missing_rungs,
    ticked,
)
from deepbench_ui.models.numbers import counted
from deepbench_ui.pages.base import card, label
from deepbench_ui.pages.tuning_page import Found, TuningPage
from deepbench_ui.plots.figures import ReferenceLine
from deepbench_ui.widgets.banner import Banner
from deepbench_ui.widgets.fields import WholeNumberAnswer
from deepbench_ui.widgets.fold import Fold
from deepbench_ui.widgets.leaderboard import LeaderboardView
from deepbench_ui.widgets.reflow_grid import ReflowGrid
from deepbench_ui.widgets.sentences import Sentences
from deepbench_ui.widgets.size_card import SizeCard
from deepbench_ui.widgets.trial_browser import TrialBrowser

FOLD = "Sizes and random starts"
SIZES = "Which sizes?"
SIZES_WHY = (
    "Sizes are tried from small to large, and a larger one never without the smaller ones: that "
    "is how to see whether size helps. It ends early when two sizes in a row bring nothing."
)
SIZES_STEP = "network sizes"
EFFORT = "The same effort as for the traditional models: {settings} per size (step 7)."
ALSO_TICKED = "{sizes} ticked too: a larger network is never tried without the smaller ones."
ALSO_UNTICKED = (
    "{sizes} unticked too: a larger network is never tried without the smaller ones. To try it, "
    "tick the smaller ones again."
)
IS, ARE = "was", "were"
GAPS = "A larger size is ticked, but not {sizes}. Sizes are tried from small to large."
TICK_SMALLER = "Tick the Smaller Sizes"
NO_NETWORK = "No network will be tried: the study stands on traditional models alone, and says so."
SEEDS = "How many random starts?"
SEEDS_WHY = (
    "A network begins with random weights. The best settings of each size are trained again from "
    "other starts; how far the scores lie apart shows how much is luck."
)
SEEDS_HINT, SEEDS_STEP = "3", "random starts"
SEEDS_PROBLEM = "Write a whole number from 1 to 50."
EMPTY = (
    "The networks will stand here: training curves while they learn, scores of each size beside "
    "the best traditional model, and checks that the training itself works. “Train the Networks” "
    "below begins."
)
COMPARISON = (
    "Dashed line: {model}, the best traditional model. Whether a difference is more than chance "
    "is worked out at step 10, on the same samples."
)
CURVES = "Training against tuning"
CURVES_WHY = (
    "Loss on the samples a network learns from (training) and on samples it is only checked with "
    "(tuning), after each epoch, that is each pass through the samples. When the second rises "
    "while the first falls, the network learns by heart. The first may lie above the second: "
    "while a network learns, some of its neurons pause (dropout). Shown are the best settings of "
    "each size, on one typical fold."
)
SUMMARY_SIZES, SUMMARY_NONE = "{sizes}, {starts}", "no network"


class NetworksPage(TuningPage):
    """Sizes, random starts, leaderboard, training curves, sanity checks, trials."""

    key = "networks"
    title = "Networks, small to large"
    lead = (
        "Does a network do better than the traditional models, and how large does it have to be? "
        "The test set stays locked."
    )
    run_verb = "Train the Networks"
    families = NETWORK_NAMES
    empty_text = EMPTY

    def build_form(self) -> None:
        """Make the answers."""
        self.fold = Fold("networks.answers", FOLD)
        frame, inside = card(SIZES)
        inside.addWidget(label(SIZES_WHY, "muted"))
        self.gaps = Banner("networks.gaps")
        inside.addWidget(self.gaps)
        grid = ReflowGrid(34, 2)
        self.boxes: dict[NetworkSize, QCheckBox] = {}
        for size in NETWORK_SIZES:
            grid.add(self._size_box(size))
        inside.addWidget(grid)
        self.size_note = label("", "", "networks.size-note")
        self.size_note.hide()
        inside.addWidget(self.size_note)
        self.effort = label("", "muted", "networks.effort")
        inside.addWidget(self.effort)
        self.seeds = WholeNumberAnswer(
            self.session,
            "networks.seeds",
            "networks.seeds",
            SEEDS,
            SEEDS_STEP,
            lambda value: "" if 1 <= value <= 50 else SEEDS_PROBLEM,
            hint=SEEDS_HINT,
            explanation=SEEDS_WHY,
        )
        inside.addWidget(self.seeds)
        self.fold.inside.addWidget(frame)
        self.form.addWidget(self.fold)

    def _size_box(self, size: NetworkSize) -> QWidget:
        words = NETWORKS[size]
        part = QWidget()
        column = QVBoxLayout(part)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        box = QCheckBox(words.title)
        said = f"{words.layers} {words.text}"
        box.setAccessibleDescription(said)
        self.named(box, f"size.{size}")
        box.clicked.connect(lambda on: self._tick(size, on))
        text = label(said, "muted")
        text.setContentsMargins(29, 0, 0, 2)
        column.addWidget(box)
        column.addWidget(text)
        column.addStretch(1)
        self.boxes[size] = box
        return part

    def build_results(self) -> None:
        """Make what shows the results."""
        self.board = LeaderboardView("networks.leaderboard", self.session)
        self.comparison = label("", "muted", "networks.comparison")
        self.sentences = Sentences("networks.sentences")
        self.curves_title = label(CURVES, "heading")
        self.curves_why = label(CURVES_WHY, "muted")
        self.grid = ReflowGrid(34, counts=(1, 2, 4))
        self.cards = {
            f"{NETWORK_PREFIX}{size}": SizeCard(f"networks.size-card.{size}", self.session)
            for size in NETWORK_SIZES
        }
        for one in self.cards.values():
            self.grid.add(one)
        self.browser = TrialBrowser("networks.trials", self.session)
        for part in (
            self.board,
            self.comparison,
            self.sentences,
            self.curves_title,
            self.curves_why,
            self.grid,
            self.browser,
        ):
            self.found_column.addWidget(part)

    # --- up to date -------------------------------------------------------------------

    def refresh(self) -> None:
        """Show the answers and what was found so far."""
        found = self.look()
        self.fold.set_open(found.board is None and not found.running)
        self._show_form()
        if not self.show_emptiness(found):
            return
        rival = self._best_baseline(found.board is not None and found.board.done)
        self.board.setVisible(found.board is not None)
        if found.board is not None:
            self.board.show_board(found.board, _reference(rival, found.board.done))
        self.comparison.setVisible(rival is not None and found.board is not None)
        if rival is not None:
            self.comparison.setText(COMPARISON.format(model=rival.title))
        self._show_rest(found)

    def _show_form(self) -> None:
        sizes = self._sizes()
        for size, box in self.boxes.items():
            box.setChecked(size in sizes)
        gaps = missing_rungs(sizes)
        if gaps:
            self.gaps.show_message(
                "warning", GAPS.format(sizes=_listed(gaps)), TICK_SMALLER, self._tick_smaller
            )
        else:
            self.gaps.clear()
        preset = PRESET_EFFORTS[self.session.value("budget.preset", "standard")].trials
        trials = self.session.value("budget.trials", preset)
        self.effort.setText(
            EFFORT.format(settings=counted(trials, "setting")) if sizes else NO_NETWORK
        )
        self.seeds.refresh()
        starts = counted(self.session.value("networks.seeds", 3), "random start")
        self.fold.set_summary(
            SUMMARY_SIZES.format(sizes=", ".join(sizes), starts=starts) if sizes else SUMMARY_NONE
        )

    def _show_rest(self, found: Found) -> None:
        record = found.record
        self.sentences.show_sentences(record.sentences if record is not None else ())
        self._show_sizes(self._size_views(found))
        self.browser.setVisible(bool(found.trials))
        self.browser.show_trials(found.search, found.trials, self.tuning_folds)

    def _size_views(self, found: Found) -> list[SizeView]:
        if found.record is not None:
            return done_sizes(found.record.models)
        tried = {trial.family for trial in found.trials}
        asked = self._sizes()
        sizes = [s for s in NETWORK_SIZES if s in asked or f"{NETWORK_PREFIX}{s}" in tried]
        return live_sizes(found.trials, sizes)

    def _show_sizes(self, views: list[SizeView]) -> None:
        by_name = {view.name: view for view in views}
        for name, view in by_name.items():
            self.cards[name].show_size(view)
        self.grid.show_parts({self.cards[name] for name in by_name})
        for part in (self.curves_title, self.curves_why, self.grid):
            part.setVisible(bool(views))

    def _best_baseline(self, done: bool) -> BoardRow | None:
        """Return the best traditional model, as long as it belongs to the same answers.

        Like is compared with like: corrected scores with corrected ones, best ones with best ones.
        """
        record = self.session.record("baselines", LeaderboardRecord)
        if record is None or not record.models or not self.session.is_current("baselines"):
            return None
        board = done_board(record)
        return board.best() if done else board.luckiest()

    def next_problem(self) -> str:
        """Sizes with gaps and numbers that are none have to be corrected."""
        gaps = missing_rungs(self._sizes())
        return GAPS.format(sizes=_listed(gaps)) if gaps else self.seeds.problem

    # --- answers ----------------------------------------------------------------------

    def _sizes(self) -> list[NetworkSize]:
        sizes = self.session.value("networks.sizes")
        return [size for size in NETWORK_SIZES if sizes is None or size in sizes]

    def asked_families(self) -> list[str]:
        """Return the sizes that the answers ask for, as families."""
        return [f"{NETWORK_PREFIX}{size}" for size in self._sizes()]

    def _tick(self, size: NetworkSize, on: bool) -> None:
        before = self._sizes()
        after = ticked(before, size, on)
        others = [s for s in NETWORK_SIZES if (s in before) != (s in after) and s != size]
        said = ""
        if others:
            verb = IS if len(others) == 1 else ARE
            said = (ALSO_TICKED if on else ALSO_UNTICKED).format(
                sizes=f"{_listed(others).capitalize()} {verb}"
            )
        self.size_note.setText(said)
        self.size_note.setVisible(bool(said))
        self._answer(after)

    def _tick_smaller(self) -> None:
        largest = max(self._sizes(), key=NETWORK_SIZES.index)
        self._answer(ticked(self._sizes(), largest, True))

    def _answer(self, sizes: list[NetworkSize]) -> None:
        everything = sizes == list(NETWORK_SIZES)
        self.session.answer("networks.sizes", None if everything else sizes, SIZES_STEP)


def _reference(rival: BoardRow | None, done: bool) -> ReferenceLine | None:
    """Return the line of the best traditional model, by the kind of score that is shown."""
    if rival is None:
        return None
    corrected = rival.corrected.value if rival.corrected is not None else None
    score = corrected if done else rival.plain
    if score is None:
        return None
    return ReferenceLine(score, rival.short_title, "baseline")


def _listed(sizes: list[NetworkSize]) -> str:
    return " and ".join((", ".join(sizes[:-1]), sizes[-1])) if len(sizes) > 1 else sizes[0]
