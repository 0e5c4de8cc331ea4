"""All settings that were tried, and the details of the one that is selected."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFormLayout, QFrame, QLabel, QVBoxLayout, QWidget

from deepbench.study.records import TrialRecord
from deepbench_ui.models.row_table import RowTable
from deepbench_ui.models.settings_words import NO_SETTINGS, setting_pairs
from deepbench_ui.models.trial_rows import TRIAL_COLUMNS, fold_lines, trial_name, trial_title
from deepbench_ui.pages.base import label
from deepbench_ui.session import StudySession
from deepbench_ui.widgets.data_table import TablePanel

TRIALS = "All settings tried"
ABOUT_TRIALS = (
    "Each line is one try: the same training samples and tuning folds, other settings. Click a "
    "head to sort, a line for its details."
)
CHOOSE = "Choose a line to see its settings and its scores on the tuning folds."
_ROWS = 9
_SETTINGS_COLUMN, _NOTE_COLUMN = 3, 6
_SETTINGS_LETTERS = 26


class TrialBrowser(QWidget):
    """A table of trials with a pane for the selected one.

    Args:
        name: Its objectName; its parts are ``NAME.list`` and ``NAME.detail``.
        session: The open study.
    """

    def __init__(self, name: str, session: StudySession) -> None:
        super().__init__()
        self.setObjectName(name)
        self._session = session
        self._search = ""
        self._folds = 0
        self._shown = ""
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        self.rows: RowTable[TrialRecord] = RowTable(TRIAL_COLUMNS, trial_name, self)
        self.panel = TablePanel(
            f"{name}.list",
            TRIALS,
            self.rows,
            session,
            stretch=_SETTINGS_COLUMN,
            letters=_SETTINGS_LETTERS,
            sentence=ABOUT_TRIALS,
        )
        self.panel.view.show_all_rows(_ROWS)
        column.addWidget(self.panel)
        self.detail = QFrame()
        self.detail.setObjectName(f"{name}.detail")
        self.detail.setProperty("kind", "well")
        self._inside = QVBoxLayout(self.detail)
        self._inside.setContentsMargins(12, 10, 12, 10)
        self.heading = label(CHOOSE, "muted", f"{name}.detail.title")
        self._inside.addWidget(self.heading)
        self._body: QWidget | None = None
        column.addWidget(self.detail)
        self.panel.view.chosen.connect(lambda trial: session.selection.select("trial", trial))
        session.selection.changed.connect(self._selected)

    def show_trials(self, search: str, trials: Sequence[TrialRecord], folds: int) -> None:
        """Show the trials of a search; new ones are added to those that are there.

        Args:
            search: Name of the search.
            trials: Its trials, in the order they finished.
            folds: Tuning folds of one repeat; 0 if unknown.
        """
        self._folds = folds
        known = self.rows.rowCount()
        if search != self._search or len(trials) < known:
            self._search = search
            self.rows.show_rows(trials)
        elif len(trials) > known:
            self.rows.append(trials[known:])
        else:
            return
        self.panel.view.hide_empty(_NOTE_COLUMN)
        self._selected("trial", self._session.selection.selected("trial"))

    def _selected(self, kind: str, name: str) -> None:
        if kind != "trial":
            return
        self.panel.view.mark(name)
        place = self.rows.place_of(name) if name else -1
        key = f"{self._search} {name}" if place >= 0 else ""
        if key != self._shown:
            self._shown = key
            self._show_detail(self.rows.at(place) if place >= 0 else None)

    def _show_detail(self, trial: TrialRecord | None) -> None:
        if self._body is not None:
            self._body.hide()
            self._body.deleteLater()
            self._body = None
        self.heading.setText(trial_title(trial) if trial is not None else CHOOSE)
        if trial is None:
            return
        self._body = QWidget()
        form = QFormLayout(self._body)
        form.setContentsMargins(0, 0, 0, 0)
        form.setVerticalSpacing(3)
        form.setHorizontalSpacing(18)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        lines = setting_pairs(trial.params) or [(NO_SETTINGS, "")]
        for title, value in (*lines, *fold_lines(trial, self._folds)):
            form.addRow(_cell(title, "muted", wraps=False), _cell(value, ""))
        if trial.note:
            form.addRow(label(trial.note, "muted"))
        self._inside.addWidget(self._body)


def _cell(text: str, role: str, *, wraps: bool = True) -> QLabel:
    made = label(text, role)
    made.setWordWrap(wraps)
    made.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
    return made
