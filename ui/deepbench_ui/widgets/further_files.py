"""The files beside the table: a sample sheet, and more of the same measurements."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QGridLayout, QHBoxLayout, QPushButton, QWidget

from deepbench.study.records import MatchingRecord
from deepbench_ui.dialogs import file_dialog_options
from deepbench_ui.pages.base import label
from deepbench_ui.session import StudySession

SHEET, CHOOSE_SHEET, REMOVE_SHEET = "Sample sheet", "Choose Sample Sheet…", "Remove Sheet"
NO_SHEET = "None. Choose one if outcome, patients or batches stand in a file of their own."
MORE, ADD, REMOVE_MORE = "More samples", "Add Files…", "Remove Files"
NO_MORE = "None. Add files that hold the same measurements of other samples."
SHEET_TITLE, MORE_TITLE = "Choose the sample sheet", "Choose files with more samples"
SHEET_STEP, MORE_STEP = "sample sheet", "files with more samples"
MATCHED = "{count:,} samples matched by “{key}” ({rule})."
FOR_EXAMPLE = " For example {pairs}."
ONLY_TABLE = " Not in the sample sheet: {names}."
ONLY_SHEET = " Not in the table: {names}."
_NAMES_SHOWN, _PAIRS_SHOWN = 5, 3
_SHEET_KEYS = ("sample_sheet_tab", "sample_sheet_key", "matching", "unmatched")


class FurtherFiles(QWidget):
    """Two lines: sample sheet and more files, each with what it is and buttons.

    Args:
        session: The open study.
        page: Name of the page, which begins the names of the controls.
        file_filter: Filter of the dialogs.
    """

    #: Files changed, and have to be read.
    changed = Signal()

    def __init__(self, session: StudySession, page: str, file_filter: str) -> None:
        super().__init__()
        self._session = session
        self._filter = file_filter
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setColumnStretch(1, 1)
        grid.setHorizontalSpacing(12)
        self.sheet_text = label(NO_SHEET, "muted", f"{page}.sample-sheet-name")
        self.matched = label("", "", f"{page}.matched")
        self.more_text = label(NO_MORE, "muted", f"{page}.more-names")
        self.choose_sheet = QPushButton(CHOOSE_SHEET)
        self.choose_sheet.setObjectName(f"{page}.choose-sheet")
        self.choose_sheet.clicked.connect(self._choose_sheet)
        self.remove_sheet = QPushButton(REMOVE_SHEET)
        self.remove_sheet.setObjectName(f"{page}.remove-sheet")
        self.remove_sheet.clicked.connect(lambda: self.use_sheet(""))
        self.add_more = QPushButton(ADD)
        self.add_more.setObjectName(f"{page}.add-files")
        self.add_more.clicked.connect(self._add)
        self.remove_more = QPushButton(REMOVE_MORE)
        self.remove_more.setObjectName(f"{page}.remove-files")
        self.remove_more.clicked.connect(lambda: self.use_more([]))
        rows = (
            (SHEET, self.sheet_text, self.choose_sheet, self.remove_sheet),
            (MORE, self.more_text, self.add_more, self.remove_more),
        )
        for row, (title, text, choose, remove) in enumerate(rows):
            buttons = QHBoxLayout()
            buttons.setSpacing(8)
            buttons.addStretch(1)
            buttons.addWidget(choose)
            buttons.addWidget(remove)
            name = label(title)
            name.setWordWrap(False)
            grid.addWidget(name, 2 * row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(text, 2 * row, 1, Qt.AlignmentFlag.AlignTop)
            grid.addLayout(buttons, 2 * row, 2, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(self.matched, 1, 1, 1, 2)
        self.matched.hide()

    def refresh(self) -> None:
        """Show the files that the answers name."""
        sheet = self._session.value("data.sample_sheet", "")
        more = self._session.value("data.more", [])
        self.sheet_text.setText(Path(sheet).name if sheet else NO_SHEET)
        self.remove_sheet.setVisible(bool(sheet))
        self.more_text.setText(", ".join(Path(name).name for name in more) if more else NO_MORE)
        self.remove_more.setVisible(bool(more))
        if not sheet:
            self.show_matching(None)

    def show_matching(self, matching: MatchingRecord | None) -> None:
        """Say how the samples were matched with the sample sheet."""
        self.matched.setVisible(matching is not None)
        if matching is not None:
            self.matched.setText(matching_sentence(matching))

    def use_sheet(self, name: str) -> None:
        """Take a sample sheet, or none; what was answered about another one is taken back."""
        changes = {f"data.{key}": None for key in _SHEET_KEYS}
        self._session.answer_all({**changes, "data.sample_sheet": name or None}, SHEET_STEP)
        self.changed.emit()

    def use_more(self, names: list[str]) -> None:
        """Take these files as further ones."""
        self._session.answer("data.more", names or None, MORE_STEP)
        self.changed.emit()

    def _choose_sheet(self) -> None:
        name, _ = QFileDialog.getOpenFileName(
            self, SHEET_TITLE, self._folder(), self._filter, options=file_dialog_options()
        )
        if name:
            self.use_sheet(name)

    def _add(self) -> None:
        names, _ = QFileDialog.getOpenFileNames(
            self, MORE_TITLE, self._folder(), self._filter, options=file_dialog_options()
        )
        if names:
            before = self._session.value("data.more", [])
            self.use_more(list(dict.fromkeys([*before, *names])))

    def _folder(self) -> str:
        source = self._session.value("data.source", "")
        folder = self._session.folder
        return str((folder / source).parent if source else folder.parent)


def matching_sentence(matching: MatchingRecord) -> str:
    """Return how samples and sample sheet came together, in words."""
    said = MATCHED.format(count=matching.matched, key=matching.key, rule=matching.rule_words)
    if matching.pairs:
        pairs = ", ".join(f"{one} = {other}" for one, other in matching.pairs[:_PAIRS_SHOWN])
        said += FOR_EXAMPLE.format(pairs=pairs)
    for names, words in ((matching.only_table, ONLY_TABLE), (matching.only_sheet, ONLY_SHEET)):
        if names:
            more = len(names) - _NAMES_SHOWN
            rest = f" and {more:,} more" if more > 0 else ""
            said += words.format(names=", ".join(names[:_NAMES_SHOWN]) + rest)
    return said
