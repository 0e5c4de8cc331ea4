"""What the pages of the traditional models and of the networks share: one search, live or done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from PySide6.QtWidgets import QVBoxLayout, QWidget

from deepbench.plan import StudyPlan
from deepbench.study.records import (
    ImportRecord,
    LeaderboardRecord,
    SampleSheetRecord,
    SplitRecord,
    TrialRecord,
)
from deepbench_ui.models.families import tuning_metric
from deepbench_ui.models.leaderboard_rows import Leaderboard, done_board, live_board
from deepbench_ui.models.searches import (
    planned_search,
    search_to_show,
    trials_of,
)
from deepbench_ui.pages.base import Page, label

STARTING = "The first settings are being tried. Their scores will stand here in a moment."


@dataclass(frozen=True)
class Found:
    """What there is to show.

    Attributes:
        running: Whether the stage is being calculated.
        record: What it found, unless it is being calculated again.
        search: Name of the search shown.
        trials: Its trials of the page's families, in the order they finished.
        board: The leaderboard; None while nothing is known.
    """

    running: bool
    record: LeaderboardRecord | None
    search: str
    trials: list[TrialRecord]
    board: Leaderboard | None


class TuningPage(Page):
    """A page with answers that can be folded away, and with what a search found."""

    #: Families that belong to the page, simple first.
    families: ClassVar[tuple[str, ...]] = ()
    #: Shown before there is anything.
    empty_text: ClassVar[str] = ""

    def build(self) -> None:
        """Make the widgets."""
        self._planned: tuple[StudyPlan | None, str, str] = (None, "", "")
        self.build_form()
        self.empty = label(self.empty_text, "muted", f"{self.key}.empty")
        self.results.addWidget(self.empty)
        self.found = QWidget()
        self.found_column = QVBoxLayout(self.found)
        self.found_column.setContentsMargins(0, 0, 0, 0)
        self.found_column.setSpacing(14)
        self.build_results()
        self.results.addWidget(self.found)
        self.results.addStretch(1)

    def build_form(self) -> None:
        """Make the answers."""
        raise NotImplementedError

    def build_results(self) -> None:
        """Make what shows the results, in ``found_column``."""
        raise NotImplementedError

    def asked_families(self) -> list[str]:
        """Return the families that the answers ask for, simple first."""
        raise NotImplementedError

    # --- what there is ----------------------------------------------------------------

    def look(self) -> Found:
        """Return what there is to show."""
        session = self.session
        running = session.standing().states[self.key] == "running"
        record = session.record(self.key, LeaderboardRecord)
        every = session.trials()
        search = search_to_show(every, self.families, record, self._planned_search(), running)
        trials = trials_of(every, search, self.families) if search else []
        if running or record is None:
            board = self._live(trials) if trials else None
            return Found(running, None, search, trials, board)
        names = {model.name for model in record.models}
        shown = [trial for trial in trials if trial.family in names]
        there = bool(names) or record.blend is not None
        return Found(False, record, search, shown, done_board(record) if there else None)

    def _live(self, trials: list[TrialRecord]) -> Leaderboard:
        tried = {trial.family for trial in trials}
        asked = set(self.asked_families())
        names = [name for name in self.families if name in tried or name in asked]
        return live_board(trials, names, tuning_metric(self.task))

    def _planned_search(self) -> str:
        """Return the search that the answers ask for; empty while that cannot be known."""
        plan = self.session.draft.plan()
        imported = self.session.record("import", ImportRecord)
        if plan is None or imported is None:
            return ""
        if self._planned[0] is not plan or self._planned[1] != imported.sha256:
            name = planned_search(plan, imported.sha256)
            self._planned = (plan, imported.sha256, name)
        return self._planned[2]

    @property
    def task(self) -> str:
        """Kind of outcome; of classes until it is known."""
        sheet = self.session.record("sample-sheet", SampleSheetRecord)
        return sheet.task if sheet is not None else "binary"

    @property
    def tuning_folds(self) -> int:
        """Tuning folds of one repeat; 0 until they are known."""
        split = self.session.record("split", SplitRecord)
        return split.tuning_folds if split is not None else 0

    def show_emptiness(self, found: Found) -> bool:
        """Say what will be here while there is nothing; return whether there is something."""
        there = found.board is not None or found.record is not None
        text = STARTING if found.running else self.empty_text
        if self.empty.text() != text:
            self.empty.setText(text)
        self.empty.setVisible(not there)
        self.found.setVisible(there)
        return there
