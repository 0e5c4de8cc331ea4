"""How a file is read: one list for each thing that was guessed, with the reason of the guess."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtGui import QIntValidator
from PySide6.QtWidgets import QComboBox, QGridLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from deepbench.study.records import PreviewRecord
from deepbench_ui.pages.base import label
from deepbench_ui.session import StudySession
from deepbench_ui.widgets.choice_box import ChoiceBox

OPTIONS: tuple[tuple[str, str, dict[str, str]], ...] = (
    (
        "orientation",
        "The table has",
        {
            "auto": "Guess",
            "samples in rows": "Samples in rows",
            "samples in columns": "Samples in columns (turn it)",
        },
    ),
    (
        "header",
        "Names of the columns",
        {"auto": "Guess", "yes": "Stand in a row", "no": "There are none"},
    ),
    ("decimal", "Decimal mark", {"auto": "Guess", ".": "Point (1.5)", ",": "Comma (1,5)"}),
    (
        "delimiter",
        "Between columns",
        {"auto": "Guess", ",": "Comma", ";": "Semicolon", "\t": "Tabulator", "|": "Bar"},
    ),
    (
        "encoding",
        "Encoding of the text",
        {
            "auto": "Guess",
            "utf-8": "UTF-8",
            "cp1252": "Western European (Windows)",
            "utf-16": "UTF-16",
            "mac_roman": "Western European (old Mac)",
        },
    ),
    (
        "below_detection",
        "Values such as <0.5",
        {
            "ask": "Ask if there are any",
            "limit/sqrt2": "Limit / √2",
            "limit/2": "Half the limit",
            "limit": "The limit itself",
            "missing": "Missing",
        },
    ),
    (
        "date_order",
        "Dates such as 03/04/2021",
        {"ask": "Ask if unclear", "day first": "3 April", "month first": "4 March"},
    ),
)
SHEET, MISSING = "Sheet of the workbook", "Signs for “missing”"
MISSING_HINT, MISSING_STEP = "For example: NA; n.d.; -99", "signs for missing"
HEADER_ROW, HEADER_ROW_HINT = "Row with the names", "Number of the row, if the guess is wrong"
_NO_ANSWER = ("auto", "ask")
_LAST_ROW = 10_000_000


class ReadingOptions(QWidget):
    """Two columns of titled lists.

    Args:
        session: The open study.
        page: Name of the page, which begins the names of the controls.
    """

    def __init__(self, session: StudySession, page: str) -> None:
        super().__init__()
        self._session = session
        self._page = page
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(16)
        self._grid.setColumnStretch(0, 1)
        self._grid.setColumnStretch(1, 1)
        self.reasons: dict[str, QLabel] = {}
        self.boxes: dict[str, QComboBox] = {}
        for name, title, choices in OPTIONS:
            box = self._list(name, title)
            for value, text in choices.items():
                box.addItem(text, value)
            self.boxes[name] = box
        self.sheet = self._list("sheet", SHEET)
        self.header_row = self._line("header-row", HEADER_ROW, HEADER_ROW_HINT, "header_row")
        self.header_row.setValidator(QIntValidator(1, _LAST_ROW, self.header_row))
        self.header_row.editingFinished.connect(self._write_header_row)
        self.missing = self._line("missing", MISSING, MISSING_HINT, "missing")
        self.missing.editingFinished.connect(self._write_missing)

    def refresh(self) -> None:
        """Show the answers."""
        for name, box in self.boxes.items():
            value = self._session.value(f"data.{name}", box.itemData(0))
            box.setCurrentIndex(max(0, box.findData(value)))
        if not self.missing.hasFocus():
            self.missing.setText("; ".join(self._session.value("data.missing", [])))
        if not self.header_row.hasFocus():
            self.header_row.setText(str(self._session.value("data.header_row") or ""))

    def show_preview(self, preview: PreviewRecord) -> None:
        """Show what the file has, and why something was guessed."""
        self.sheet.clear()
        for name in preview.sheets:
            self.sheet.addItem(name, name)
        self.sheet.setEnabled(len(preview.sheets) > 1)
        self.sheet.setCurrentIndex(max(0, self.sheet.findData(preview.sheet)))
        is_text = bool(preview.encoding)
        self.boxes["delimiter"].setEnabled(is_text)
        self.boxes["encoding"].setEnabled(is_text)
        self._show_reasons(preview.reasons)

    def _show_reasons(self, reasons: Mapping[str, str]) -> None:
        for name, text in self.reasons.items():
            reason = reasons.get(name, "")
            text.setText(reason[:1].upper() + reason[1:])
            text.setVisible(bool(reason))

    # --- building ---------------------------------------------------------------------

    def _list(self, name: str, title: str) -> ChoiceBox:
        box = ChoiceBox()
        box.setObjectName(f"{self._page}.{name.replace('_', '-')}")
        box.setAccessibleName(title)
        box.activated.connect(self._writer(name, box, title))
        self._place(name, title, box)
        return box

    def _line(self, name: str, title: str, hint: str, key: str) -> QLineEdit:
        line = QLineEdit()
        line.setObjectName(f"{self._page}.{name}")
        line.setAccessibleName(title)
        line.setPlaceholderText(hint)
        self._place(key, title, line)
        return line

    def _place(self, name: str, title: str, control: QWidget) -> None:
        """Put a titled control into the grid, with room for the reason of a guess below it."""
        row, column = divmod(len(self.reasons), 2)
        cell = QVBoxLayout()
        cell.setSpacing(4)
        text = label(title, "muted")
        text.setBuddy(control)
        reason = label("", "muted", f"{self._page}.reason.{name.replace('_', '-')}")
        reason.hide()
        for part in (text, control, reason):
            cell.addWidget(part)
        cell.addStretch(1)
        self._grid.addLayout(cell, row, column)
        self.reasons[name] = reason

    # --- answering --------------------------------------------------------------------

    def _writer(self, name: str, box: QComboBox, title: str) -> Callable[[int], None]:
        def write(_: int) -> None:
            value: Any = box.currentData()
            answer = None if value in _NO_ANSWER else value
            self._session.answer(f"data.{name}", answer, title.lower())

        return write

    def _write_missing(self) -> None:
        codes = [code.strip() for code in self.missing.text().split(";") if code.strip()]
        self._session.answer("data.missing", codes, MISSING_STEP)

    def _write_header_row(self) -> None:
        text = self.header_row.text().strip()
        self._session.answer("data.header_row", int(text) if text else None, HEADER_ROW.lower())
