"""The review of design and metadata: what the samples are worth, and what goes with what."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QGridLayout, QVBoxLayout, QWidget

from deepbench.study.records import ReviewRecord
from deepbench_ui.models.review_figures import facts, shares_picture, ties_picture
from deepbench_ui.pages.base import label
from deepbench_ui.plots import PlotPanel
from deepbench_ui.session import StudySession
from deepbench_ui.widgets.flow import FlowLayout
from deepbench_ui.widgets.reflow_grid import ReflowGrid
from deepbench_ui.widgets.sentences import Sentences

TITLE = "Study design and metadata"
BEFORE = (
    "Once the data is checked, you see here what your samples are worth as independent ones, how "
    "strongly the outcome goes with batch, site, date and the like, and how much of all "
    "measurements each of them explains."
)
NO_COLUMNS = (
    "No column has the role batch, operator, site, date, time point or sensitive attribute, so "
    "there is nothing to hold the outcome against. Roles are given on the sample sheet (step 4)."
)
_LETTERS = 80


class StudyReview(QFrame):
    """A card with the review.

    Args:
        name: Its objectName; its parts are ``NAME.sentences``, ``NAME.ties``, ``NAME.shares``.
        session: The open study.
    """

    def __init__(self, name: str, session: StudySession) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setProperty("kind", "card")
        self._name = name
        self._shown: ReviewRecord | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 12, 14, 12)
        column.setSpacing(8)
        column.addWidget(label(TITLE, "heading"))
        self.before = label(BEFORE, "muted", f"{name}.empty")
        column.addWidget(self.before)
        self._facts = QWidget()
        self._facts.setObjectName(f"{name}.facts")
        self._line = FlowLayout(20, self._facts)
        column.addWidget(self._facts)
        self.sentences = Sentences(f"{name}.sentences", mark="•  ")
        column.addWidget(self.sentences)
        self.no_columns = label(NO_COLUMNS, "muted", f"{name}.no-columns")
        column.addWidget(self.no_columns)
        self._grid = ReflowGrid(_LETTERS, 2)
        self.ties = PlotPanel(f"{name}.ties", session, session.selection)
        self.shares = PlotPanel(f"{name}.shares", session, session.selection)
        self._grid.add(self.ties)
        self._grid.add(self.shares)
        column.addWidget(self._grid)
        self._show_parts()

    def show_review(self, review: ReviewRecord | None) -> None:
        """Show a review, or what will be here."""
        if review == self._shown:
            return
        self._shown = review
        self._show_parts()
        if review is None:
            return
        self._show_facts(review)
        for panel, figure in (
            (self.ties, ties_picture(review.associations)),
            (self.shares, shares_picture(review.variance)),
        ):
            if figure is not None:
                panel.show_figure(figure)

    def _show_parts(self) -> None:
        review = self._shown
        self.before.setVisible(review is None)
        self._facts.setVisible(review is not None)
        self.sentences.show_sentences(review.sentences if review is not None else ())
        ties = bool(review and review.associations)
        shares = bool(review and review.variance)
        self.no_columns.setVisible(review is not None and not ties)
        self._grid.setVisible(ties or shares)
        shown: set[QWidget] = {self.ties} if ties else set()
        self._grid.show_parts(shown | ({self.shares} if shares else set()))

    def _show_facts(self, review: ReviewRecord) -> None:
        while self._line.count():
            item = self._line.takeAt(0)
            old = item.widget() if item is not None else None
            if old is not None:
                old.hide()
                old.deleteLater()
        for number, words in facts(review):
            self._line.addWidget(_fact(number, words))


def _fact(number: str, words: str) -> QWidget:
    """Return a number with what it counts below it."""
    part = QWidget()
    grid = QGridLayout(part)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setVerticalSpacing(0)
    for row, (text, role) in enumerate(((number, "title"), (words, "muted"))):
        said = label(text, role)
        said.setWordWrap(False)
        grid.addWidget(said, row, 0)
    return part
