"""Sixth view of what a model uses: the user's own gene sets among the features that matter."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QPushButton, QWidget

from deepbench.study.records import GeneSetRecord
from deepbench_ui.dialogs import file_dialog_options
from deepbench_ui.models.gene_set_rows import enrichment_of, set_columns
from deepbench_ui.models.looked import Looked
from deepbench_ui.models.marked_table import MarkedTable
from deepbench_ui.pages.base import card, label
from deepbench_ui.session import StudySession
from deepbench_ui.widgets.data_table import TablePanel
from deepbench_ui.widgets.flow import FlowLayout
from deepbench_ui.widgets.result_tabs import ResultTab
from deepbench_ui.widgets.sentences import Sentences

FILE = "Your gene sets"
FILE_WHY = (
    "A .gmt file from your own computer: one set in a line, with its name, a remark, and the "
    "names of its genes as they stand in your table. Nothing is downloaded, nothing is sent."
)
NO_FILE = "No file chosen. Without one this part is left out."
CHOOSE, REMOVE = "Choose Gene Sets…", "Remove File"
DIALOG, FILTER = "Choose a file with gene sets", "Gene sets (*.gmt);;All files (*)"
STEP = "file with gene sets"
WILL = (
    "It will stand here which of your gene sets hold more of the features that matter than chance "
    "would."
)
WILL_FILE = (
    "Choose a .gmt file above to see which gene sets hold more of the features that matter than "
    "chance would. DeepBench brings none along and fetches none."
)
TABLE = "Gene sets among the features that matter"
TABLE_WHY = "q is corrected for all sets tested; below 0.05 a set stands out."
_PLACE = "interpretation.gene_sets"
_ROWS = 14
_STANDS_OUT = 0.05


class GeneSetsTab(ResultTab):
    """The file, and the sets found.

    Args:
        session: The open study.
    """

    def __init__(self, session: StudySession) -> None:
        super().__init__("interpretation.tab.gene-sets")
        self._session = session
        self._add_file()
        self.sets: MarkedTable[GeneSetRecord] = MarkedTable(
            set_columns(), _set_name, colour=_colour, parent=self
        )
        self.panel = TablePanel(
            "interpretation.gene-sets", TABLE, self.sets, session, letters=24, sentence=TABLE_WHY
        )
        self.panel.view.show_all_rows(_ROWS)
        frame, inside = card()
        self.said = Sentences("interpretation.gene-sets.said")
        inside.addWidget(self.said)
        inside.addWidget(self.panel)
        self.found.addWidget(frame)

    def _add_file(self) -> None:
        frame, inside = card(FILE)
        inside.addWidget(label(FILE_WHY, "muted"))
        self.file = label("", "", "interpretation.gene-set-file")
        inside.addWidget(self.file)
        buttons = QWidget()
        line = FlowLayout(8, buttons)
        self.choose = QPushButton(CHOOSE)
        self.choose.setObjectName("interpretation.choose-gene-sets")
        self.choose.clicked.connect(self._choose)
        self.remove = QPushButton(REMOVE)
        self.remove.setObjectName("interpretation.remove-gene-sets")
        self.remove.clicked.connect(lambda: self.use_file(""))
        line.addWidget(self.choose)
        line.addWidget(self.remove)
        inside.addWidget(buttons)
        self.answers.addWidget(frame)

    def show_answers(self) -> None:
        """Show the file that was chosen."""
        chosen = str(self._session.value(_PLACE, ""))
        self.file.setText(Path(chosen).name if chosen else NO_FILE)
        self.file.setToolTip(chosen)
        self.remove.setVisible(bool(chosen))

    def show_sets(self, looked: Looked) -> None:
        """Show the sets found for the model that is looked at."""
        found = looked.record.enrichment if looked.record is not None else ()
        record = enrichment_of(found, looked.model)
        if record is not None:
            self.say_empty("")
            self.said.show_sentences(record.sentences)
            self.sets.show_rows(record.sets)
        elif self._session.value(_PLACE, ""):
            self.say_empty(looked.missing(WILL))
        else:
            self.say_empty(WILL_FILE)

    def use_file(self, name: str) -> None:
        """Take a file with gene sets, or none."""
        self._session.answer(_PLACE, name or None, STEP)

    def _choose(self) -> None:
        before = str(self._session.value(_PLACE, ""))
        source = str(self._session.value("data.source", ""))
        folder = self._session.folder
        start = before or (str((folder / source).parent) if source else str(folder.parent))
        name, _ = QFileDialog.getOpenFileName(
            self, DIALOG, start, FILTER, options=file_dialog_options()
        )
        if name:
            self.use_file(name)


def _set_name(row: GeneSetRecord) -> str:
    return row.name


def _colour(row: GeneSetRecord) -> str:
    return "" if row.q_value < _STANDS_OUT else "text_muted"
