"""All features that a model uses, as a table that can be searched; names can be copied."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QCheckBox, QLineEdit, QVBoxLayout, QWidget

from deepbench_ui.models.importance_rows import feature_columns
from deepbench_ui.models.importances import NOTHING, Importances, matching
from deepbench_ui.models.marked_table import MarkedTable
from deepbench_ui.models.numbers import counted
from deepbench_ui.pages.base import label
from deepbench_ui.session import StudySession
from deepbench_ui.widgets.data_table import TablePanel
from deepbench_ui.widgets.flow import FlowLayout

TITLE = "Features"
SENTENCE = (
    "Choose a feature to see its values against their effect. Grey: weighs no more than features "
    "do with shuffled labels."
)
FILTER, FILTER_HINT = "Part of a name", "Show only names that hold …"
ONLY_CLEAR = "Only those that weigh more than with shuffled labels"
SHOWN = "{shown} of {all} shown."
LISTED = "The {all} most important features; only these are kept."
_ROWS = 10
_WAIT_MILLISECONDS = 120
_LETTERS = 26


class FeatureTable(QWidget):
    """A table of features, with a field that filters it.

    Args:
        name: Its objectName; the table is ``NAME.table``.
        session: The open study.
    """

    #: The user chose a feature.
    chosen = Signal(str)

    def __init__(self, name: str, session: StudySession) -> None:
        super().__init__()
        self.setObjectName(name)
        self._found = NOTHING
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        self.rows: MarkedTable[int] = MarkedTable(
            feature_columns(NOTHING, "", ""), self._name_of, colour=self._colour_of, parent=self
        )
        self.panel = TablePanel(
            name, TITLE, self.rows, session, letters=_LETTERS, sentence=SENTENCE
        )
        self.panel.offer_names()
        self.panel.view.show_all_rows(_ROWS)
        self.panel.view.chosen.connect(self.chosen)
        tools = QWidget()
        line = FlowLayout(10, tools)
        self.filter = QLineEdit()
        self.filter.setObjectName(f"{name}.filter")
        self.filter.setAccessibleName(FILTER)
        self.filter.setPlaceholderText(FILTER_HINT)
        self.filter.setClearButtonEnabled(True)
        self.filter.setMinimumWidth(self.filter.fontMetrics().averageCharWidth() * 34)
        self.only_clear = QCheckBox(ONLY_CLEAR)
        self.only_clear.setObjectName(f"{name}.only-clear")
        line.addWidget(self.filter)
        line.addWidget(self.only_clear)
        self.panel.add_tools(tools)
        column.addWidget(self.panel)
        self.said = label("", "muted", f"{name}.said")
        column.addWidget(self.said)
        # Typing goes on while many rows are filtered.
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_WAIT_MILLISECONDS)
        self._soon.timeout.connect(self._fill)
        self.filter.textChanged.connect(self._soon.start)
        self.only_clear.toggled.connect(self._fill)
        self._marked = ""

    def show_importances(self, found: Importances, target: str, task: str) -> None:
        """Show other features.

        Args:
            found: They.
            target: Class or outcome that attributions speak for.
            task: Kind of outcome.
        """
        # Rows are places: those of other features have nothing to do with them.
        self.rows.replace_rows(())
        self._found = found
        self.only_clear.setVisible(found.above is not None)
        self.rows.change_columns(feature_columns(found, target, task))
        self._fill()

    def mark(self, feature: str) -> None:
        """Show that a feature is chosen."""
        self._marked = feature
        self.panel.view.mark(feature)

    def _fill(self) -> None:
        every = len(self._found.features)
        clear = self.only_clear.isChecked() and not self.only_clear.isHidden()
        shown = matching(self._found, self.filter.text(), only_clear=clear)
        self.rows.replace_rows(shown)
        self.panel.view.mark(self._marked)
        said = SHOWN.format(shown=counted(len(shown), "feature"), all=f"{every:,}")
        if not self._found.complete and len(shown) == every:
            said = LISTED.format(all=f"{every:,}")
        self.said.setText(said)

    def _name_of(self, place: int) -> str:
        return self._found.features[place]

    def _colour_of(self, place: int) -> str:
        return "disabled_text" if self._found.clears[place] is False else ""
