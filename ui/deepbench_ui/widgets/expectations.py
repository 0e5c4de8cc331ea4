"""Which way the user expects features to point: one line each, answers beside it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QLabel, QRadioButton, QVBoxLayout, QWidget

from deepbench_ui.models.imitation_rows import Expectation, expectations
from deepbench_ui.pages.base import label
from deepbench_ui.session import StudySession
from deepbench_ui.widgets.finder import Finder
from deepbench_ui.widgets.fold import Fold

TITLE = "What you expect"
WHY = (
    "Do higher values of a feature go with more “{target}”, or with less? Say it where you know, "
    "best before you look at the result; what the model does against it is listed below."
)
WHY_NUMBER = (
    "Do higher values of a feature go with a higher “{target}”, or a lower one? Say it where you "
    "know, best before you look at the result; what the model does against it is listed below."
)
NOTHING_YET = "The features to choose from will stand here when the models have been looked at."
ANSWERS = (("higher", "Higher"), ("lower", "Lower"), ("", "No expectation"))
ANOTHER, ANOTHER_HINT = "Another feature", "Find another feature"
SUMMARY, SUMMARY_NONE = "{many} with an expectation", "no expectation yet"
STEP = "expected direction of {name}"
_PLACE = ("interpretation", "expected")


class Expectations(QWidget):
    """Features with three answers each, folded away to one line.

    Args:
        name: Its objectName; answers are ``NAME.NUMBER.ANSWER``.
        session: The open study.
    """

    def __init__(self, name: str, session: StudySession) -> None:
        super().__init__()
        self.setObjectName(name)
        self._session = session
        self._listed: list[str] = []
        self._asked_for: list[str] = []
        self._rows: list[Expectation] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self.fold = Fold(f"{name}.fold", TITLE)
        column.addWidget(self.fold)
        self.why = label("", "muted", f"{name}.why")
        self.fold.inside.addWidget(self.why)
        self._holder: QWidget | None = None
        self._place = QVBoxLayout()
        self.fold.inside.addLayout(self._place)
        self.finder = Finder(f"{name}.another", ANOTHER, ANOTHER_HINT)
        self.finder.setMaximumWidth(self.finder.fontMetrics().averageCharWidth() * 44)
        self.finder.found.connect(self._add)
        self.fold.inside.addWidget(self.finder)
        self.fold.set_open(False)
        self.buttons: dict[tuple[str, str], QRadioButton] = {}

    def show_features(self, listed: Sequence[str], target: str, task: str) -> None:
        """Show features to say something about.

        Args:
            listed: Names, the most important first.
            target: Class or outcome that is higher or lower.
            task: Kind of outcome.
        """
        self._listed = list(listed)
        words = WHY_NUMBER if task == "regression" else WHY
        self.why.setText(words.format(target=target) if listed else NOTHING_YET)
        self.finder.show_names(self._listed)
        self.finder.setVisible(bool(listed))
        self.refresh()

    def refresh(self) -> None:
        """Show the answers."""
        answers = self._session.value(_PLACE, {})
        rows = expectations(answers, self._listed, self._asked_for)
        if [row.feature for row in rows] != [row.feature for row in self._rows]:
            self._make(rows)
        self._rows = rows
        for row in rows:
            self.buttons[row.feature, row.answer].setChecked(True)
        many = len(answers)
        counted = f"{many:,} feature{'' if many == 1 else 's'}"
        self.fold.set_summary(SUMMARY.format(many=counted) if many else SUMMARY_NONE)

    def _make(self, rows: Sequence[Expectation]) -> None:
        if self._holder is not None:
            self._holder.hide()
            self._holder.deleteLater()
        self._holder = QWidget()
        grid = QGridLayout(self._holder)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(0)
        grid.setColumnStretch(0, 1)
        self.buttons = {}
        for number, row in enumerate(rows):
            grid.addWidget(self._name(row.feature), number, 0, Qt.AlignmentFlag.AlignVCenter)
            group = QButtonGroup(self._holder)
            for column, (value, words) in enumerate(ANSWERS, start=1):
                button = self._button(row.feature, number, value, words)
                group.addButton(button)
                grid.addWidget(button, number, column)
        self._place.addWidget(self._holder)

    def _name(self, feature: str) -> QLabel:
        name = label(feature)
        # As narrow as the page: a long name breaks, also where it has no space.
        name.setMinimumWidth(1)
        name.setToolTip(feature)
        return name

    def _button(self, feature: str, number: int, value: str, words: str) -> QRadioButton:
        button = QRadioButton(words)
        button.setObjectName(f"{self.objectName()}.{number}.{value or 'none'}")
        button.setAccessibleName(f"{feature}: {words}")
        button.clicked.connect(lambda: self._answer(feature, value))
        self.buttons[feature, value] = button
        return button

    def _answer(self, feature: str, value: str) -> None:
        # A name may hold points, so the place is given key by key.
        if value == self._session.value((*_PLACE, feature), ""):
            return
        # It stays in its place in the list while the page is open.
        if feature not in self._asked_for:
            self._asked_for.append(feature)
        self._session.answer((*_PLACE, feature), value or None, STEP.format(name=feature))

    def _add(self, feature: str) -> None:
        if feature not in self._asked_for:
            self._asked_for.append(feature)
        self.refresh()
        self.buttons[feature, "higher"].setFocus(Qt.FocusReason.OtherFocusReason)
