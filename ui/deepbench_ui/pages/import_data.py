"""Step 3: the file with the table, how it is read, what is in each column, where it came from."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSortFilterProxyModel, Qt, QTimer
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QPushButton,
    QTableView,
    QWidget,
)

from deepbench.messages import JobFailed, PreviewTable
from deepbench.study.records import ColumnRecord, PreviewRecord
from deepbench_ui.dialogs import file_dialog_options
from deepbench_ui.models.columns import CHOOSABLE, KINDS, TYPE_COLUMN, ColumnTable
from deepbench_ui.pages.base import Page, card, label
from deepbench_ui.widgets.banner import Banner
from deepbench_ui.widgets.cell_pair import CellPair
from deepbench_ui.widgets.choice_box import ChoiceBox
from deepbench_ui.widgets.choice_delegate import ChoiceDelegate
from deepbench_ui.widgets.fields import TextAnswer

FILE, CHOOSE, NO_FILE = "Your table", "Choose File…", "No file yet. Drag one here, or choose it."
FILE_HINT = (
    "One row for each sample, one column for each measurement, names in the first row. CSV, TSV, "
    "TXT, Excel and Parquet are read. The file itself is never changed."
)
FILTER = "Tables (*.csv *.tsv *.txt *.tab *.xlsx *.xlsm *.xls *.ods *.parquet);;All files (*)"
CHOOSE_TITLE, FILE_STEP = "Choose the file with your table", "choice of the file"
READING = "Reading {name} …"
FACTS = "{name}: {rows:,} rows, {columns:,} columns, {size}. {how}"
OUTCOME = "Which column is the outcome?"
OUTCOME_MISSING = "The table has no column called “{name}”. Which one is the outcome?"
CHOOSE_COLUMN, OUTCOME_STEP = "Choose a column", "outcome"
HOW = "How the file is read"
HOW_TEXT = "DeepBench has looked at the file and guessed. Change what is wrong."
OPTIONS: tuple[tuple[str, str, dict[str, str]], ...] = (
    (
        "header",
        "First row",
        {"auto": "Guess", "yes": "Names of the columns", "no": "Already data"},
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
)
SHEET, MISSING = "Sheet of the workbook", "Signs for “missing”"
MISSING_HINT, MISSING_STEP = "For example: NA; n.d.; -99", "signs for missing"
COLUMNS, SEARCH, TYPE = "What is in the columns", "Find a column", "Type of the column"
COLUMNS_TEXT = (
    "Double-click a type, or press F2 on it, to change it: codes such as 1, 2, 3 for tissues are "
    "labels, not numbers."
)
CONVERSIONS = "What was changed while reading"
NO_CONVERSIONS = "Nothing was changed."
MORE_CONVERSIONS = "… and {count} more."
ORIGIN = "Where the data came from"
ORIGIN_TEXT = "Your later self, and every reviewer, will ask. The report prints it."
PROVENANCE = (
    ("origin", "Paper, database or lab it came from"),
    ("version", "Version or accession number"),
    ("downloaded", "Date on which you got it"),
    ("licence", "Licence or agreement it is used under"),
    ("contact", "Who can be asked about it"),
)
_WAIT_MILLISECONDS = 250
_MOST_CONVERSIONS = 12
_TABLE_LINES = 11
#: Lines of the table of columns that decide how wide it is; a table may have 20,000.
_LOOKED_AT = 40


class ImportPage(Page):
    """File, reading options, preview, types, provenance."""

    key = "import"
    title = "Bring in your data"
    lead = "Every cell is read as text first. What it becomes is shown before anything is done."
    run_verb = "Read the Table"

    def build(self) -> None:
        """Make the widgets."""
        self._preview: PreviewRecord | None = None
        self._asked: dict[str, Any] | None = None
        self._reading = False
        self.setAcceptDrops(False)  # the window takes what is dropped
        self._build_file()
        self._build_how()
        self.cells = CellPair(self.key)
        self.form.addWidget(self.cells)
        self._build_columns()
        self._build_origin()
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(_WAIT_MILLISECONDS)
        self._later.timeout.connect(self._ask)

    # --- building ---------------------------------------------------------------------

    def _build_file(self) -> None:
        frame, inside = card(FILE)
        inside.addWidget(label(FILE_HINT, "muted"))
        line = QHBoxLayout()
        self.choose = QPushButton(CHOOSE)
        self.named(self.choose, "choose")
        self.choose.clicked.connect(self._choose)
        self.facts = label(NO_FILE, "", "import.facts")
        line.addWidget(self.choose, 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(self.facts, 1)
        inside.addLayout(line)
        self.problem = Banner("import.problem")
        inside.addWidget(self.problem)
        self.outcome_question = label(OUTCOME, "question")
        self.outcome = ChoiceBox()
        self.named(self.outcome, "outcome", OUTCOME)
        self.outcome.activated.connect(self._choose_outcome)
        inside.addWidget(self.outcome_question)
        inside.addWidget(self.outcome)
        self.form.addWidget(frame)

    def _build_how(self) -> None:
        self.how_card, inside = card(HOW)
        inside.addWidget(label(HOW_TEXT, "muted"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        self.options: dict[str, QComboBox] = {}
        for number, (name, title, choices) in enumerate(OPTIONS):
            box = ChoiceBox()
            self.named(box, name, title)
            for value, text in choices.items():
                box.addItem(text, value)
            box.activated.connect(self._option_writer(name, box, title))
            self.options[name] = box
            _place(grid, number, title, box)
        self.sheet = ChoiceBox()
        self.named(self.sheet, "sheet", SHEET)
        self.sheet.activated.connect(self._option_writer("sheet", self.sheet, SHEET))
        _place(grid, len(OPTIONS), SHEET, self.sheet)
        self.missing = QLineEdit()
        self.named(self.missing, "missing", MISSING)
        self.missing.setPlaceholderText(MISSING_HINT)
        self.missing.editingFinished.connect(self._write_missing)
        _place(grid, len(OPTIONS) + 1, MISSING, self.missing)
        inside.addLayout(grid)
        self.form.addWidget(self.how_card)

    def _build_columns(self) -> None:
        self.columns_card, inside = card(COLUMNS)
        inside.addWidget(label(COLUMNS_TEXT, "muted"))
        self.search = QLineEdit()
        self.named(self.search, "find-column", SEARCH)
        self.search.setPlaceholderText(SEARCH)
        self.search.setClearButtonEnabled(True)
        inside.addWidget(self.search)
        self.column_table = ColumnTable(self)
        self.column_table.type_chosen.connect(self._choose_type)
        sorted_columns = QSortFilterProxyModel(self)
        sorted_columns.setSourceModel(self.column_table)
        sorted_columns.setSortRole(Qt.ItemDataRole.UserRole)
        sorted_columns.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.search.textChanged.connect(sorted_columns.setFilterFixedString)
        self.column_view = QTableView()
        self.named(self.column_view, "columns", COLUMNS)
        self.column_view.setModel(sorted_columns)
        self.column_view.setSortingEnabled(True)
        self.column_view.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
        self.column_view.setTabKeyNavigation(False)
        self.column_view.verticalHeader().hide()
        self.column_view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        head = self.column_view.horizontalHeader()
        head.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        head.setResizeContentsPrecision(_LOOKED_AT)
        choices = {kind: KINDS[kind] for kind in CHOOSABLE}
        self.column_view.setItemDelegateForColumn(
            TYPE_COLUMN, ChoiceDelegate(choices, TYPE, self.column_view)
        )
        self.column_view.setMinimumHeight(
            self.column_view.fontMetrics().lineSpacing() * 2 * _TABLE_LINES
        )
        inside.addWidget(self.column_view)
        inside.addWidget(label(CONVERSIONS, "heading"))
        self.conversions = label(NO_CONVERSIONS, "", "import.conversions")
        inside.addWidget(self.conversions)
        self.form.addWidget(self.columns_card)

    def _build_origin(self) -> None:
        frame, inside = card(ORIGIN)
        inside.addWidget(label(ORIGIN_TEXT, "muted"))
        self.origin = [
            TextAnswer(self.session, f"import.{key}", f"data.{key}", text, text.lower())
            for key, text in PROVENANCE
        ]
        for field in self.origin:
            inside.addWidget(field)
        self.form.addWidget(frame)

    # --- showing ----------------------------------------------------------------------

    def refresh(self) -> None:
        """Show the answers; read the file again when one of them changes how it is read."""
        source = self.session.value("data.source")
        for name, box in self.options.items():
            box.setCurrentIndex(max(0, box.findData(self.session.value(f"data.{name}", "auto"))))
        if not self.missing.hasFocus():
            self.missing.setText("; ".join(self.session.value("data.missing", [])))
        for field in self.origin:
            field.refresh()
        known = self._preview is not None and bool(source)
        for part in (self.how_card, self.columns_card, self.cells):
            part.setVisible(known)
        self.outcome.setVisible(known)
        self.outcome_question.setVisible(known)
        wanted = _what_is_read(self.session.draft.answers)
        if not source:
            self.facts.setText(NO_FILE)
            self.problem.clear()
        elif wanted != self._asked:
            self._later.start()
        self._show_outcome()

    def entered(self) -> None:
        """Look at the file again: it may have been changed meanwhile."""
        if self.session.value("data.source") and not self._reading:
            self._ask()

    def next_problem(self) -> str:
        """The stage's own state says all."""
        return ""

    def _ask(self) -> None:
        answers = self.session.draft.answers
        if not self.session.value("data.source"):
            return
        self._later.stop()
        self._asked = _what_is_read(answers)
        self._reading = True
        self.facts.setText(READING.format(name=Path(answers["data"]["source"]).name))
        asked = self._asked
        self.session.ask(
            PreviewTable(str(self.session.folder), answers),
            lambda result: self._read(result, asked),
            self._not_read,
        )

    def _not_read(self, event: JobFailed) -> None:
        self._reading = False
        self.facts.setText("")
        self.problem.show_message("danger", f"{event.message} {event.hint}".strip())

    def _read(self, result: dict[str, Any], asked: dict[str, Any]) -> None:
        self._reading = False
        if asked != self._asked:
            return  # the answers changed while this was read; another answer follows
        preview = PreviewRecord.model_validate(result)
        self._preview = preview
        self._show_facts(preview)
        self.cells.show_cells(preview)
        self.column_table.show_columns(preview.columns)
        for column in range(1, self.column_table.columnCount()):
            self.column_view.resizeColumnToContents(column)
        self._show_conversions(preview)
        self.refresh()

    def _show_facts(self, preview: PreviewRecord) -> None:
        if preview.problem:
            self.problem.show_message("danger", f"{preview.problem} {preview.hint}".strip())
        else:
            self.problem.clear()
        self.facts.setText(
            FACTS.format(
                name=preview.source_name,
                rows=preview.rows,
                columns=len(preview.columns),
                size=spell_size(preview.size_bytes),
                how=_how_read(preview),
            )
        )
        self.sheet.clear()
        for name in preview.sheets:
            self.sheet.addItem(name, name)
        self.sheet.setEnabled(len(preview.sheets) > 1)
        self.sheet.setCurrentIndex(max(0, self.sheet.findData(preview.sheet)))
        is_text = bool(preview.encoding)
        self.options["delimiter"].setEnabled(is_text)
        self.options["encoding"].setEnabled(is_text)

    def _show_conversions(self, preview: PreviewRecord) -> None:
        lines = [
            f"{item.column}: {item.what} ({item.count:,}×)" if item.column else item.what
            for item in preview.conversions[:_MOST_CONVERSIONS]
        ]
        more = len(preview.conversions) - len(lines)
        if more > 0:
            lines.append(MORE_CONVERSIONS.format(count=more))
        self.conversions.setText("\n".join(lines) or NO_CONVERSIONS)

    def _show_outcome(self) -> None:
        preview = self._preview
        if preview is None:
            return
        outcome = self.session.value("question.outcome", "")
        match = _column_called(outcome, preview.columns)
        offered = [name for name in (match, *preview.outcome_candidates) if name]
        names = list(dict.fromkeys([*offered, *(c.name for c in preview.columns[:200])]))
        shown = [self.outcome.itemText(number) for number in range(self.outcome.count())]
        if shown != [CHOOSE_COLUMN, *names]:
            self.outcome.clear()
            self.outcome.addItem(CHOOSE_COLUMN, "")
            for name in names:
                self.outcome.addItem(name, name)
        self.outcome.setCurrentIndex(max(0, self.outcome.findData(match)) if match else 0)
        missing = bool(outcome) and not match and bool(preview.columns)
        self.outcome_question.setText(OUTCOME_MISSING.format(name=outcome) if missing else OUTCOME)

    # --- answering --------------------------------------------------------------------

    def _choose(self) -> None:
        source = self.session.value("data.source", "")
        start = self.session.folder.parent if not source else (self.session.folder / source).parent
        name, _ = QFileDialog.getOpenFileName(
            self, CHOOSE_TITLE, str(start), FILTER, options=file_dialog_options()
        )
        if name:
            self.use_file(name)

    def use_file(self, name: str) -> None:
        """Take a file; what was said about the reading of another one is taken back."""
        changes: dict[str | tuple[str, ...], Any] = {
            f"data.{key}": None
            for key in ("sheet", "encoding", "delimiter", "decimal", "header", "missing", "types")
        }
        changes["data.source"] = name
        self._preview = None
        self._asked = None
        self.session.answer_all(changes, FILE_STEP)
        # Also the same file again: it may have been mended meanwhile.
        self._later.start()

    def _option_writer(self, name: str, box: QComboBox, title: str) -> Callable[[int], None]:
        def write(_: int) -> None:
            value = box.currentData()
            self.session.answer(f"data.{name}", None if value == "auto" else value, title.lower())

        return write

    def _write_missing(self) -> None:
        codes = [code.strip() for code in self.missing.text().split(";") if code.strip()]
        self.session.answer("data.missing", codes, MISSING_STEP)

    def _choose_outcome(self) -> None:
        name = self.outcome.currentData()
        if name:
            self.session.answer("question.outcome", name, OUTCOME_STEP)

    def _choose_type(self, column: str, kind: str) -> None:
        self.session.answer(("data", "types", column), kind, f"type of {column}")


def _place(grid: QGridLayout, number: int, title: str, widget: QWidget) -> None:
    """Put a titled control into a grid of two columns."""
    row, column = divmod(number, 2)
    text = label(title, "muted")
    text.setBuddy(widget)
    grid.addWidget(text, 2 * row, column)
    grid.addWidget(widget, 2 * row + 1, column)


def _what_is_read(answers: dict[str, Any]) -> dict[str, Any]:
    """Return the answers that change what the preview shows."""
    data = answers.get("data", {})
    keys = ("source", "sheet", "encoding", "delimiter", "decimal", "header", "missing", "types")
    return {
        **{key: data.get(key) for key in keys},
        "outcome": answers.get("question", {}).get("outcome"),
        "roles": answers.get("roles"),
    }


def _column_called(name: str, columns: tuple[ColumnRecord, ...]) -> str:
    """Return the column of this name, whatever the case; an empty text if there is none."""
    wanted = name.strip().casefold()
    found = [column.name for column in columns if column.name.casefold() == wanted]
    return found[0] if wanted and found else ""


def _how_read(preview: PreviewRecord) -> str:
    parts = [preview.format.upper() if preview.format else ""]
    if preview.sheet:
        parts.append(f"sheet “{preview.sheet}”")
    if preview.encoding:
        parts.append(preview.encoding)
        separator = {"\t": "tabulators", ",": "commas", ";": "semicolons"}
        parts.append(f"columns between {separator.get(preview.delimiter, preview.delimiter)}")
    if preview.decimal == ",":
        parts.append("decimal commas")
    text = ", ".join(part for part in parts if part)
    return f"Read as {text}." if text else ""


def spell_size(size: int) -> str:
    """Return a size in bytes as a person says it."""
    for unit, scale in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size >= scale:
            return f"{size / scale:.1f} {unit}"
    return f"{size} bytes"
