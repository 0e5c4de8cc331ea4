"""Step 1: what is asked of the data."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QCompleter, QHBoxLayout, QLineEdit, QPushButton

from deepbench.study.records import ImportRecord
from deepbench_ui.pages.base import Page, card, label
from deepbench_ui.widgets.choice_box import ChoiceBox
from deepbench_ui.widgets.choices import Choices, Option
from deepbench_ui.widgets.fields import NumberAnswer, TextAnswer

OUTCOME = "What shall be predicted?"
OUTCOME_WHY = (
    "Name the outcome as the column in your table is called, for example diagnosis, Condition or "
    "yield. If you do not know the name yet, write it in your words; you choose the column when "
    "the table is there."
)
OUTCOME_STEP = "outcome"
KIND, KIND_STEP = "What kind of outcome is it?", "kind of outcome"
KINDS = (
    Option("auto", "Look at the column", "Numbers with many values are a quantity, else classes."),
    Option("classification", "Classes", "Such as case and control, or tumour types."),
    Option("regression", "A quantity", "Such as a concentration, an age or a yield."),
)
POSITIVE, POSITIVE_STEP = "Which class is the one you look for?", "class looked for"
POSITIVE_WHY = (
    "With two classes: the one counted as positive, such as case or malignant. Optional."
)
CONTEXT = "What is it for?"
TITLE_Q, ORGANISM, DECISION = (
    "Title of the study, for the report",
    "Which organism do the samples come from?",
    "What will you decide with the answer?",
)
TITLE_HINT, ORGANISM_HINT, DECISION_HINT = (
    "For example: Protein markers of sepsis",
    "For example: human, mouse C57BL/6, Arabidopsis",
    "For example: whether a larger study is worth its money",
)
USEFUL = "What is the smallest score that would be of use?"
USEFUL_WHY = (
    "Fix it now, before any score is known. For classes the score is AUROC: 0.5 is guessing, 1 is "
    "perfect. For a quantity it is R²: 0 is guessing the mean, 1 is perfect."
)
CEILING = "What is the best score that is possible at all?"
CEILING_WHY = (
    "Heritability, agreement between raters or repeatability of the assay limit every model. A "
    "result above it is too good to be true. Leave it empty if nobody knows."
)
USEFUL_PROBLEM = "Write a score between 0 and 1."
CEILING_PROBLEM = "Write a score above 0 and up to 1."
EXPORT_TITLE = "Keep the plan"
EXPORT_TEXT = (
    "The plan can be saved before any training, as a preregistration: what was asked and which "
    "score would count, written down before the answer was known."
)
EXPORT, EXPORT_NAME = "Save the Plan…", "plan.toml"
EXPORTED = "The plan was saved to {path}."


class QuestionPage(Page):
    """Outcome, context, useful score, ceiling."""

    key = "question"
    title = "Your question"
    lead = "A study begins with what will be decided, not with a model."

    def build(self) -> None:
        """Make the widgets."""
        frame, inside = card(OUTCOME)
        inside.addWidget(label(OUTCOME_WHY, "muted"))
        self.outcome = ChoiceBox()
        self.outcome.setEditable(True)
        self.outcome.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.named(self.outcome, "outcome", OUTCOME)
        line = self.outcome.lineEdit()
        assert line is not None
        self._line: QLineEdit = line
        self._line.setObjectName("question.outcome.text")
        self._line.setAccessibleName(OUTCOME)
        completer = self.outcome.completer()
        assert completer is not None
        # A list to choose from: what is completed inside the field stands there unsaved.
        completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        self._line.textEdited.connect(self._write_outcome)
        self.outcome.textActivated.connect(self._write_outcome)
        inside.addWidget(self.outcome)
        inside.addWidget(label(KIND, "question"))
        self.kind = Choices("question.task", KINDS, KIND)
        self.kind.chosen.connect(
            lambda value: self.session.answer("question.task", value, KIND_STEP)
        )
        inside.addWidget(self.kind)
        self.positive = TextAnswer(
            self.session,
            "question.positive",
            "question.positive",
            POSITIVE,
            POSITIVE_STEP,
            explanation=POSITIVE_WHY,
        )
        inside.addWidget(self.positive)
        self.form.addWidget(frame)
        self._build_context()
        self._build_export()
        self.form.addStretch(1)
        self._columns: tuple[str, ...] = ()

    def _build_context(self) -> None:
        frame, inside = card(CONTEXT)
        session = self.session
        self.texts = [
            TextAnswer(
                session, "question.decision", "question.decision", DECISION, "decision",
                hint=DECISION_HINT,
            ),
            TextAnswer(
                session, "question.organism", "question.organism", ORGANISM, "organism",
                hint=ORGANISM_HINT,
            ),
            TextAnswer(
                session, "question.title", "question.title", TITLE_Q, "title", hint=TITLE_HINT
            ),
        ]  # fmt: skip
        self.useful = NumberAnswer(
            session,
            "question.useful-score",
            "question.useful_score",
            USEFUL,
            "smallest useful score",
            lambda value: "" if 0 <= value <= 1 else USEFUL_PROBLEM,
            explanation=USEFUL_WHY,
            hint="0.75",
        )
        self.ceiling = NumberAnswer(
            session,
            "question.ceiling",
            "suitability.expected_ceiling",
            CEILING,
            "best possible score",
            lambda value: "" if 0 < value <= 1 else CEILING_PROBLEM,
            explanation=CEILING_WHY,
        )
        for part in (*self.texts, self.useful, self.ceiling):
            inside.addWidget(part)
        self.form.addWidget(frame)

    def _build_export(self) -> None:
        frame, inside = card(EXPORT_TITLE)
        inside.addWidget(label(EXPORT_TEXT, "muted"))
        line = QHBoxLayout()
        button = QPushButton(EXPORT)
        self.named(button, "save-plan")
        button.clicked.connect(self._export)
        self.exported = label("", "muted", "question.save-plan.answer")
        line.addWidget(button)
        line.addWidget(self.exported, 1)
        inside.addLayout(line)
        self.form.addWidget(frame)

    def refresh(self) -> None:
        """Show the answers; offer the table's columns once they are known."""
        imported = self.session.record("import", ImportRecord)
        columns = _outcome_columns(imported) if imported else ()
        if columns != self._columns:
            self._columns = columns
            self.outcome.clear()
            self.outcome.addItems(list(columns))
        outcome = self.session.value("question.outcome", "")
        if self._line.text().strip() != outcome:
            self._line.setText(outcome)
        self.kind.show_choice(self.session.value("question.task", "auto"))
        for text in (self.positive, *self.texts):
            text.refresh()
        for number in (self.useful, self.ceiling):
            number.refresh()

    def next_problem(self) -> str:
        """A number that is none has to be corrected."""
        return self.useful.problem or self.ceiling.problem

    def _write_outcome(self, text: str) -> None:
        self.session.answer("question.outcome", text.strip() or None, OUTCOME_STEP, merge=True)

    def _export(self) -> None:
        path = self.session.choose_file(self, EXPORT, EXPORT_NAME, ("toml",))
        if path:
            self.session.export(
                "plan",
                path,
                lambda written: self.exported.setText(EXPORTED.format(path=written)),
                self.exported.setText,
            )


_MOST_OFFERED = 200


def _outcome_columns(imported: ImportRecord) -> tuple[str, ...]:
    """Return the columns that are offered as the outcome: the first ones of a wide table."""
    return tuple(column.name for column in imported.columns[:_MOST_OFFERED])
