"""Third view of what a model uses: how few features are enough."""

from __future__ import annotations

from deepbench.study.records import PanelFeature, PanelsRecord, Score
from deepbench_ui.models.looked import Looked
from deepbench_ui.models.marked_table import MarkedTable
from deepbench_ui.models.panel_rows import (
    FEATURES,
    SIZES,
    panel_columns,
    panels_figure,
    size_columns,
)
from deepbench_ui.pages.base import card
from deepbench_ui.plots import PlotPanel
from deepbench_ui.session import StudySession
from deepbench_ui.widgets.data_table import TablePanel
from deepbench_ui.widgets.in_turn import InTurn
from deepbench_ui.widgets.reflow_grid import ReflowGrid
from deepbench_ui.widgets.result_tabs import ResultTab
from deepbench_ui.widgets.sentences import Sentences

WILL = (
    "It will stand here how well a simple model does with the best 1, 2, 3, … features, and which "
    "is the shortest list that is about as good as the chosen model with all of them."
)
IN_SHORT = "In short"
FEATURES_SENTENCE = (
    "A feature that is selected in nearly every fit belongs to the panel; one that comes and goes "
    "can be replaced by others. Choose a feature to follow it to the other views."
)
#: Two columns from about 900 pixels on.
COLUMN_LETTERS = 58
_ROWS = 12


class PanelsTab(ResultTab):
    """Score against the number of features, and the features selected.

    Args:
        session: The open study.
    """

    def __init__(self, session: StudySession) -> None:
        super().__init__("interpretation.tab.panels")
        self._session = session
        self._turns = InTurn(self)
        frame, inside = card(IN_SHORT)
        self.short = Sentences("interpretation.panels.short")
        inside.addWidget(self.short)
        self.found.addWidget(frame)
        frame, inside = card()
        self.curve = PlotPanel("interpretation.panels", session, session.selection)
        inside.addWidget(self.curve)
        self.found.addWidget(frame)
        self.grid = ReflowGrid(COLUMN_LETTERS, 2)
        self.found.addWidget(self.grid)
        self.features: MarkedTable[PanelFeature] = MarkedTable(
            panel_columns(None, "", ""), _feature_name, parent=self
        )
        self.feature_panel = TablePanel(
            "interpretation.panel-features",
            FEATURES.format(size=""),
            self.features,
            session,
            sentence=FEATURES_SENTENCE,
        )
        self.feature_panel.offer_names()
        self.feature_panel.view.chosen.connect(
            lambda name: session.selection.select("feature", name)
        )
        self.sizes: MarkedTable[tuple[int, Score]] = MarkedTable(
            size_columns(), _size_name, parent=self
        )
        self.size_panel = TablePanel("interpretation.panel-sizes", SIZES, self.sizes, session)
        for panel in (self.feature_panel, self.size_panel):
            panel.view.show_all_rows(_ROWS)
            frame, inside = card()
            inside.addWidget(panel)
            inside.addStretch(1)
            self.grid.add(frame)
        session.selection.changed.connect(self._selected)

    def show_panels(self, looked: Looked) -> None:
        """Show the panels found."""
        record: PanelsRecord | None = looked.record.panels if looked.record is not None else None
        self.say_empty("" if record is not None else looked.missing(WILL))
        if record is None:
            return
        self.short.show_sentences(record.sentences)
        self._turns.show(self.curve, panels_figure(record))
        self.feature_panel.set_title(FEATURES.format(size=record.shown_size))
        self.features.change_columns(panel_columns(record, looked.target, looked.task))
        self.features.show_rows(record.features)
        self.sizes.show_rows([(size.features, size.score) for size in record.sizes])
        self._selected("feature", self._session.selection.selected("feature"))

    def _selected(self, kind: str, name: str) -> None:
        if kind == "feature":
            self.feature_panel.view.mark(name)


def _feature_name(row: PanelFeature) -> str:
    return row.feature


def _size_name(row: tuple[int, Score]) -> str:
    return str(row[0])
