"""The leaderboard: a table of families, their picture, and what is to be known of both."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from deepbench_ui.models.leaderboard_rows import (
    BoardRow,
    Leaderboard,
    board_figure,
    effort_sentence,
)
from deepbench_ui.models.row_table import RowTable
from deepbench_ui.models.trial_rows import BOARD_COLUMNS
from deepbench_ui.pages.base import label
from deepbench_ui.plots import PlotPanel
from deepbench_ui.plots.figures import ReferenceLine
from deepbench_ui.session import StudySession
from deepbench_ui.widgets.data_table import TablePanel
from deepbench_ui.widgets.sentences import Sentences

LEADERBOARD = "Leaderboard ({score})"
WAITING = "The first scores are being calculated."
_MOST_ROWS = 12


class LeaderboardView(QWidget):
    """Table and picture of a `Leaderboard`; a row selects its model everywhere.

    Args:
        name: Its objectName; its parts are ``NAME.board`` and ``NAME.figure``.
        session: The open study.
    """

    def __init__(self, name: str, session: StudySession) -> None:
        super().__init__()
        self.setObjectName(name)
        self._session = session
        self._board: Leaderboard | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        self.rows: RowTable[BoardRow] = RowTable(BOARD_COLUMNS, _name_of, self)
        self.panel = TablePanel(f"{name}.board", "", self.rows, session)
        self.panel.view.show_all_rows(_MOST_ROWS)
        self.about = label("", "muted", f"{name}.about")
        self.effort = label("", "", f"{name}.effort")
        self.notes = Sentences(f"{name}.notes", "muted")
        self.figure = PlotPanel(f"{name}.figure", session, session.selection)
        for part in (
            self.panel,
            self.about,
            self.effort,
            self.notes,
            self.figure,
        ):
            column.addWidget(part)
        self.panel.view.chosen.connect(lambda model: session.selection.select("model", model))
        session.selection.changed.connect(self._selected)

    def show_board(self, board: Leaderboard, reference: ReferenceLine | None = None) -> None:
        """Show a leaderboard; what has not changed is left alone."""
        if board != self._board:
            self._board = board
            self.rows.show_rows(board.rows)
            self.panel.set_title(LEADERBOARD.format(score=board.score.title))
            self.about.setText(board.about())
            self.effort.setText(effort_sentence(board))
            self.notes.show_sentences([f"{r.title}: {r.note}" for r in board.rows if r.note])
            self._selected("model", self._session.selection.selected("model"))
        figure = board_figure(board, reference)
        if figure is None:
            self.figure.show_empty(WAITING)
        elif figure != self.figure.figure:
            self.figure.show_figure(figure)

    def _selected(self, kind: str, name: str) -> None:
        if kind == "model":
            self.panel.view.mark(name)


def _name_of(row: BoardRow) -> str:
    return row.name
