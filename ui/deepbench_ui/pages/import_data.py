"""Step 3: the file with the table, how it is read, what is in each column, where it came from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QPushButton

from deepbench.errors import PlanError
from deepbench.messages import JobFailed, PreviewTable
from deepbench.plan import plan_from_answers
from deepbench.study.provenance_score import completeness
from deepbench.study.records import ColumnRecord, PreviewRecord
from deepbench.workflow import READING as READING_KEYS
from deepbench_ui.dialogs import file_dialog_options
from deepbench_ui.models.file_facts import conversion_line, facts_line
from deepbench_ui.models.reading_words import ANSWERS, answered
from deepbench_ui.pages.base import Page, card, label
from deepbench_ui.widgets.answered_questions import AnsweredQuestions
from deepbench_ui.widgets.banner import Banner
from deepbench_ui.widgets.cell_pair import CellPair
from deepbench_ui.widgets.choice_box import ChoiceBox
from deepbench_ui.widgets.column_list import TITLE, ColumnList
from deepbench_ui.widgets.fields import TextAnswer
from deepbench_ui.widgets.further_files import FurtherFiles
from deepbench_ui.widgets.reading_options import ReadingOptions
from deepbench_ui.widgets.reading_question import ReadingQuestionCard

FILE, CHOOSE, NO_FILE = "Your table", "Choose File…", "No file yet. Drag one here, or choose it."
ANSWER_FIRST = "Answer the question about your file first."
OTHER_FILE = "Choose a file that holds a table."
FILE_HINT = (
    "CSV, TSV, TXT, Excel, ODS, Parquet, H5AD, GCT and GEO series matrix are read, also packed "
    "(.gz, .zip). A table with genes in rows is turned. The file itself is never changed."
)
FILTER = (
    "Tables (*.csv *.tsv *.txt *.tab *.xlsx *.xlsm *.xls *.ods *.parquet *.h5ad *.gct *.gz *.zip)"
    ";;All files (*)"
)
CHOOSE_TITLE, FILE_STEP = "Choose the file with your table", "choice of the file"
READING = "Reading {name} …"
OUTCOME = "Which column is the outcome?"
OUTCOME_MISSING = "The table has no column called “{name}”. Which one is the outcome?"
CHOOSE_COLUMN, OUTCOME_STEP = "Choose a column", "outcome"
FURTHER = "Files beside it"
FURTHER_TEXT = "Outcome and batches often stand in a sample sheet, or samples in several files."
REMARKS = "Lines above and below the table"
READING_STEP = "how the file is read"
HOW = "How the file is read"
HOW_TEXT = "DeepBench has looked at the file and guessed. Change what is wrong."
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
    ("protocol", "How it was measured: method, instrument, protocol"),
    ("contact", "Who can be asked about it"),
)
_WAIT_MILLISECONDS = 250
_MOST_CONVERSIONS, _MOST_REMARKS = 12, 8


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
        self._build_further()
        self._build_how()
        self.cells = CellPair(self.key)
        self.form.addWidget(self.cells)
        self._build_columns()
        self._build_origin()
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(_WAIT_MILLISECONDS)
        self._later.timeout.connect(self._ask)
        self._bring = QTimer(self)
        self._bring.setSingleShot(True)
        self._bring.setInterval(0)
        self._bring.timeout.connect(self._bring_question)

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
        self.question = ReadingQuestionCard(self.key)
        self.question.answered.connect(self._answer_question)
        inside.addWidget(self.question)
        self.outcome_question = label(OUTCOME, "question")
        self.outcome = ChoiceBox()
        self.named(self.outcome, "outcome", OUTCOME)
        self.outcome.activated.connect(self._choose_outcome)
        inside.addWidget(self.outcome_question)
        inside.addWidget(self.outcome)
        self.form.addWidget(frame)

    def _build_further(self) -> None:
        self.further_card, inside = card(FURTHER)
        inside.addWidget(label(FURTHER_TEXT, "muted"))
        self.further = FurtherFiles(self.session, self.key, FILTER)
        inside.addWidget(self.further)
        self.form.addWidget(self.further_card)

    def _build_how(self) -> None:
        self.how_card, inside = card(HOW)
        inside.addWidget(label(HOW_TEXT, "muted"))
        self.how = ReadingOptions(self.session, self.key)
        inside.addWidget(self.how)
        self.answers = AnsweredQuestions(self.key)
        self.answers.taken_back.connect(self._take_back)
        inside.addWidget(self.answers)
        self.form.addWidget(self.how_card)

    def _build_columns(self) -> None:
        self.columns_card, inside = card(TITLE)
        inside.addWidget(label(COLUMNS_TEXT, "muted"))
        self.columns = ColumnList(self.key)
        self.columns.type_chosen.connect(self._choose_type)
        inside.addWidget(self.columns)
        inside.addWidget(label(CONVERSIONS, "heading"))
        self.conversions = label(NO_CONVERSIONS, "", "import.conversions")
        inside.addWidget(self.conversions)
        self.remarks_title = label(REMARKS, "heading")
        self.remarks = label("", "", "import.remarks")
        inside.addWidget(self.remarks_title)
        inside.addWidget(self.remarks)
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
        self.completeness = label("", "muted", "import.completeness")
        inside.addWidget(self.completeness)
        self.form.addWidget(frame)

    # --- showing ----------------------------------------------------------------------

    def refresh(self) -> None:
        """Show the answers; read the file again when one of them changes how it is read."""
        source = self.session.value("data.source")
        self.how.refresh()
        self.further.refresh()
        self.answers.show_answers(answered(self.session.draft.answers.get("data", {})))
        self.completeness.setText(self._completeness())
        for field in self.origin:
            field.refresh()
        self.further_card.setVisible(bool(source))
        self._show_parts(self._preview if source else None)
        wanted = _what_is_read(self.session.draft.answers)
        if not source:
            self.facts.setText(NO_FILE)
            self.problem.clear()
        elif wanted != self._asked:
            self._later.start()
        self._show_question()
        self._show_outcome()

    def _show_parts(self, preview: PreviewRecord | None) -> None:
        """Show the parts that hold something; of a file that is no table there is little."""
        has_cells = preview is not None and bool(preview.raw)
        has_columns = preview is not None and bool(preview.columns)
        self.how_card.setVisible(preview is not None and bool(preview.format))
        self.cells.setVisible(has_cells)
        for part in (self.columns_card, self.outcome, self.outcome_question):
            part.setVisible(has_columns)

    def _show_question(self) -> None:
        """Show what the file leaves open, or what the last run could not go on without."""
        preview, asked = self._preview, self.session.question
        question = preview.question if preview is not None else None
        if question is None and asked is not None and asked.key.startswith("data."):
            question = asked
        is_new = question is not None and question != self.question.question
        self.question.show_question(question)
        if is_new:
            self._bring.start()  # it has no place on the page yet

    def _bring_question(self) -> None:
        """Scroll to the question: an answer taken back further down asks it again up here."""
        if self.question.isVisible():
            self.scroll_area.ensureWidgetVisible(self.question)

    def entered(self) -> None:
        """Look at the file again: it may have been changed meanwhile."""
        if self.session.value("data.source") and not self._reading:
            self._ask()

    def first_step(self) -> str:
        """A question about the file, or a file that is no table, comes before all else."""
        preview = self._preview
        if self.question.question is not None:
            return ANSWER_FIRST
        return OTHER_FILE if preview is not None and not preview.columns else ""

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
        self.columns.show_columns(preview.columns)
        self.how.show_preview(preview)
        self.further.show_matching(preview.matching)
        self._show_conversions(preview)
        self._show_remarks(preview)
        self.refresh()
        self.first_step_changed.emit()

    def _show_facts(self, preview: PreviewRecord) -> None:
        if preview.problem and preview.question is None:
            self.problem.show_message("danger", f"{preview.problem} {preview.hint}".strip())
        else:
            self.problem.clear()
        self.facts.setText(facts_line(preview))

    def _show_conversions(self, preview: PreviewRecord) -> None:
        lines = [conversion_line(item) for item in preview.conversions[:_MOST_CONVERSIONS]]
        more = len(preview.conversions) - len(lines)
        if more > 0:
            lines.append(MORE_CONVERSIONS.format(count=more))
        self.conversions.setText("\n".join(lines) or NO_CONVERSIONS)

    def _show_remarks(self, preview: PreviewRecord) -> None:
        lines = list(preview.remarks[:_MOST_REMARKS])
        more = len(preview.remarks) - len(lines)
        if more > 0:
            lines.append(MORE_CONVERSIONS.format(count=more))
        self.remarks.setText("\n".join(lines))
        for part in (self.remarks, self.remarks_title):
            part.setVisible(bool(lines))

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

    def _completeness(self) -> str:
        """Return how complete the form is, counting the answers of other pages too."""
        answers = self.session.draft.answers
        question = {"outcome": "outcome", **answers.get("question", {})}
        data = {"source": "table", **answers.get("data", {})}
        try:
            plan = plan_from_answers({**answers, "question": question, "data": data})
        except PlanError:
            return ""  # an answer that is no good is told where it is given
        return completeness(plan).sentence

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
        changes: dict[str | tuple[str, ...], Any] = dict.fromkeys(READING_KEYS)
        changes["data.source"] = name
        self._preview = None
        self._asked = None
        self.session.answer_all(changes, FILE_STEP)
        # Also the same file again: it may have been mended meanwhile.
        self._later.start()

    def _answer_question(self, key: str, value: Any) -> None:
        title, _ = ANSWERS.get(key.removeprefix("data."), (READING_STEP, {}))
        self.session.answer(key, value, title.lower())

    def _take_back(self, key: str) -> None:
        title, _ = ANSWERS[key]
        self.session.answer(f"data.{key}", None, title.lower())

    def _choose_outcome(self) -> None:
        name = self.outcome.currentData()
        if name:
            self.session.answer("question.outcome", name, OUTCOME_STEP)

    def _choose_type(self, column: str, kind: str) -> None:
        self.session.answer(("data", "types", column), kind, f"type of {column}")


def _what_is_read(answers: dict[str, Any]) -> dict[str, Any]:
    """Return the answers that change what the preview shows."""
    data = answers.get("data", {})
    keys = (key.removeprefix("data.") for key in READING_KEYS)
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
