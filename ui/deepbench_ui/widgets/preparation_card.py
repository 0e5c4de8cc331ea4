"""What is done to the measurements inside each fold: what was recognised, and what to choose."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QVBoxLayout

from deepbench.study.records import ImportRecord, PreparationRecord
from deepbench_ui.models.preparation_words import (
    NUMBER_PROBLEM,
    PENDING,
    PER_CENT_PROBLEM,
    TRANSFORMS,
    done_line,
    guess_title,
    is_pending,
)
from deepbench_ui.pages.base import label
from deepbench_ui.plan_words import in_window
from deepbench_ui.session import StudySession
from deepbench_ui.widgets.choice_answer import ChoiceAnswer
from deepbench_ui.widgets.choices import Option
from deepbench_ui.widgets.column_names import ColumnNames
from deepbench_ui.widgets.fields import PercentAnswer, WholeNumberAnswer
from deepbench_ui.widgets.name_list import NameList
from deepbench_ui.widgets.reflow_grid import ReflowGrid

TITLE = "What is done to the measurements"
TEXT = (
    "Each sample is transformed by itself, and features are left out fold by fold, so that "
    "nothing of the test samples reaches the training."
)
TRANSFORM, TRANSFORM_STEP = "Transformation", "transformation"
MISSING, MISSING_STEP = (
    "Leave out features with more missing values than (per cent)",
    "largest share of missing values",
)
MISSING_WHY = "Counted in the training samples of each fold. Empty: none is left out for its gaps."
VARIABLE, VARIABLE_STEP = "Keep only so many features", "number of features kept"
VARIABLE_WHY = (
    "Those that vary most in the training samples of each fold, whatever the outcome. Empty: all."
)
APART, APART_STEP = "Columns that are no such measurements", "columns left alone"
APART_HINT = "For example: age; BMI"
APART_WHY = "They are neither transformed nor counted among the features kept."
ALONE, ALONE_THING = "Numbers that are left as they are", "column"
_LETTERS = 44


class PreparationCard(QFrame):
    """A card with the answers of [preparation] and what the check made of them.

    Args:
        page: Name of the page, which begins the names of the controls.
        session: The open study.
    """

    def __init__(self, page: str, session: StudySession) -> None:
        super().__init__()
        self.setObjectName(f"{page}.preparation")
        self.setProperty("kind", "card")
        self._session = session
        self._table: ImportRecord | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 12, 14, 12)
        column.setSpacing(8)
        column.addWidget(label(TITLE, "heading"))
        self.done = label("", "", f"{page}.preparation.done")
        self.why = label("", "muted", f"{page}.preparation.why")
        self.pending = label(PENDING, "warning", f"{page}.preparation.pending")
        for text in (self.done, self.why, self.pending, label(TEXT, "muted")):
            column.addWidget(text)
        self.alone_title = label(ALONE, "question")
        self.alone = NameList(f"{page}.left-alone", "feature", session.selection)
        column.addWidget(self.alone_title)
        column.addWidget(self.alone)
        column.addWidget(self.alone.toggle, 0, Qt.AlignmentFlag.AlignLeft)
        self._grid = ReflowGrid(_LETTERS, 2)
        column.addWidget(self._grid)
        self._build_answers(page)

    def _build_answers(self, page: str) -> None:
        session = self._session
        self.transform = ChoiceAnswer(
            session,
            f"{page}.transform",
            "preparation.transform",
            TRANSFORM,
            TRANSFORM_STEP,
            [
                Option("" if key == "auto" else key, title, text)
                for key, (title, text) in TRANSFORMS.items()
            ],
        )
        self.most_missing = PercentAnswer(
            session, f"{page}.most-missing", "preparation.most_missing", MISSING, MISSING_STEP,
            lambda value: "" if 0 < value <= 1 else PER_CENT_PROBLEM, explanation=MISSING_WHY,
        )  # fmt: skip
        self.most_variable = WholeNumberAnswer(
            session, f"{page}.most-variable", "preparation.most_variable", VARIABLE,
            VARIABLE_STEP, lambda value: "" if value >= 1 else NUMBER_PROBLEM,
            explanation=VARIABLE_WHY,
        )  # fmt: skip
        self.apart = ColumnNames(
            session, f"{page}.not-transformed", "preparation.not_transformed", APART, APART_STEP,
            hint=APART_HINT, explanation=APART_WHY,
        )  # fmt: skip
        for part in (self.transform, self.apart, self.most_missing, self.most_variable):
            self._grid.add(part)

    def refresh(self, record: PreparationRecord | None, *, current: bool) -> None:
        """Show the answers, and what the check made of them.

        Args:
            record: What the check settled; None before it.
            current: Whether the check belongs to the answers as they are.
        """
        self.transform.name_first(guess_title(record))
        for answer in (self.transform, self.apart, self.most_missing, self.most_variable):
            answer.refresh()
        self.done.setText(in_window(done_line(record)))
        self.why.setText(in_window(record.why if record is not None else ""))
        self.why.setVisible(record is not None)
        asked = self.transform.value
        self.pending.setVisible(is_pending(record, current=current, asked=asked))
        names = record.not_transformed if record is not None else ()
        self.alone.show_names(names, ALONE_THING, tickable=False)
        self.alone_title.setVisible(bool(names))

    def show_columns(self, table: ImportRecord | None) -> None:
        """Take the columns of the table, to know what is none."""
        if table is not self._table:
            self._table = table
            self.apart.know([c.name for c in table.columns] if table is not None else [])

    @property
    def problem(self) -> str:
        """What has to be corrected before going on; empty if nothing."""
        return self.apart.problem or self.most_missing.problem or self.most_variable.problem
