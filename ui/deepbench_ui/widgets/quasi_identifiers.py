"""Columns by which somebody could be recognised, and how many share their values."""

from __future__ import annotations

from PySide6.QtCore import QSortFilterProxyModel, Qt
from PySide6.QtWidgets import QAbstractItemView, QFrame, QLineEdit, QListView, QVBoxLayout

from deepbench.study.records import ImportRecord, RareCombinationsRecord
from deepbench_ui.models.name_rows import NameRows
from deepbench_ui.models.numbers import counted
from deepbench_ui.models.privacy_rows import offered_columns
from deepbench_ui.pages.base import label
from deepbench_ui.session import StudySession
from deepbench_ui.widgets.sentences import Sentences

TITLE = "By what could somebody recognise a person?"
WHY = (
    "Tick what a neighbour, a colleague or a newspaper could know: age, sex, town, profession, a "
    "rare diagnosis. It is counted how many people share the same values of all of them."
)
LIST, FIND = "Columns by which a person could be recognised", "Find a column"
NO_COLUMNS = "The columns are listed here when the table has been read (step 3)."
NONE_TICKED = "Nothing is ticked, so nothing is counted."
TICKED = "Ticked: {names}."
WAITS = "It is counted when the register is filled."
COUNT = (
    "{units} in all; the smallest group that shares its values has k = {k}; {alone} alone, "
    "{few} in groups of fewer than ten."
)
STEP = "columns that could identify"
PLACE = "privacy.quasi_identifiers"
_LINES = 6
#: With fewer columns nobody has to look for one.
_SEARCH_FROM = 12


class QuasiIdentifiers(QFrame):
    """A list of columns with ticks, and what the last count found.

    Args:
        name: Its objectName; the list is ``NAME.list``.
        session: The open study.
    """

    def __init__(self, name: str, session: StudySession) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setProperty("kind", "card")
        self._session = session
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 12, 14, 12)
        column.setSpacing(8)
        column.addWidget(label(TITLE, "heading"))
        column.addWidget(label(WHY, "muted"))
        self.search = QLineEdit()
        self.search.setObjectName(f"{name}.find")
        self.search.setAccessibleName(FIND)
        self.search.setPlaceholderText(FIND)
        self.search.setClearButtonEnabled(True)
        column.addWidget(self.search)
        self.rows = NameRows(self)
        found = QSortFilterProxyModel(self)
        found.setSourceModel(self.rows)
        found.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.search.textChanged.connect(found.setFilterFixedString)
        self.list = QListView()
        self.list.setObjectName(f"{name}.list")
        self.list.setAccessibleName(LIST)
        self.list.setModel(found)
        self.list.setUniformItemSizes(True)
        self.list.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        column.addWidget(self.list)
        self.ticked = label("", "", f"{name}.ticked")
        column.addWidget(self.ticked)
        self.counted = Sentences(f"{name}.counted")
        column.addWidget(self.counted)
        self.rows.dataChanged.connect(self._ticked)

    def show_columns(
        self, imported: ImportRecord | None, rare: RareCombinationsRecord | None
    ) -> None:
        """Show the columns with the answer, and the last count where it is of these."""
        chosen = tuple(self._session.value(PLACE, []))
        names = offered_columns(imported, chosen)
        self.rows.show_names(names, tickable=True)
        self.rows.show_ticked(chosen)
        self.list.setVisible(bool(names))
        self.search.setVisible(len(names) >= _SEARCH_FROM)
        rows = max(1, min(len(names), _LINES))
        self.list.setFixedHeight(rows * max(self.list.sizeHintForRow(0), 24) + 6)
        if not names:
            self.ticked.setText(NO_COLUMNS)
        else:
            self.ticked.setText(TICKED.format(names=", ".join(chosen)) if chosen else NONE_TICKED)
        self.counted.show_sentences(_count(chosen, rare))

    def _ticked(self) -> None:
        ticked = list(self.rows.ticked)
        if set(ticked) != set(self._session.value(PLACE, [])):
            self._session.answer(PLACE, ticked or None, STEP)


def _count(chosen: tuple[str, ...], rare: RareCombinationsRecord | None) -> list[str]:
    if not chosen:
        return []
    if rare is None or set(rare.columns) != set(chosen):
        return [WAITS]
    alone = f"{rare.alone:,} {'is' if rare.alone == 1 else 'are'}"
    return [
        rare.sentence,
        COUNT.format(
            units=counted(rare.units, "unit"), k=rare.k, alone=alone, few=f"{rare.below_ten:,}"
        ),
    ]
