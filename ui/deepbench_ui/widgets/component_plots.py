"""Samples on principal components, twice: by outcome, and by batch, site, date or unit."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from deepbench.study.records import ExplorationRecord
from deepbench_ui.models.exploration_figures import (
    PCA_SENTENCE,
    annotation_picture,
    outcome_picture,
)
from deepbench_ui.pages.base import label
from deepbench_ui.plots import PlotPanel
from deepbench_ui.session import StudySession
from deepbench_ui.widgets.choice_box import ChoiceBox
from deepbench_ui.widgets.flow import FlowLayout
from deepbench_ui.widgets.reflow_grid import ReflowGrid

ACROSS, UP, COLOUR = "Across", "Up", "Colour of the second picture"
COMPONENT = "PC{number} ({share:.1f} %)"
TOO_FEW = (
    "There are fewer than two principal components: the features differ in too little between the "
    "samples."
)
NO_ANNOTATION = (
    "No column has the role batch, site, date, biological unit or sensitive attribute, so there "
    "is nothing to compare the outcome with. Roles are given on the sample sheet (step 4)."
)
_LETTERS = 46


class ComponentPlots(QWidget):
    """Two scatter plots of the same samples, with the axes and the colouring to choose.

    Args:
        name: Its objectName; its parts are ``NAME.across``, ``NAME.up``, ``NAME.colour``,
            ``NAME.outcome`` and ``NAME.annotation``.
        session: The open study.
    """

    def __init__(self, name: str, session: StudySession) -> None:
        super().__init__()
        self.setObjectName(name)
        self._exploration: ExplorationRecord | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        self._sentence = label("", "muted", f"{name}.sentence")
        column.addWidget(self._sentence)
        self._shares = label("", "", f"{name}.shares")
        column.addWidget(self._shares)
        self._choices = QWidget()
        line = FlowLayout(16, self._choices)
        self.across = self._box(line, f"{name}.across", ACROSS)
        self.up = self._box(line, f"{name}.up", UP)
        self.colour = self._box(line, f"{name}.colour", COLOUR)
        column.addWidget(self._choices)
        self._note = label("", "muted", f"{name}.note")
        column.addWidget(self._note)
        self._grid = ReflowGrid(_LETTERS)
        self.outcome = PlotPanel(f"{name}.outcome", session, session.selection)
        self.annotation = PlotPanel(f"{name}.annotation", session, session.selection)
        self._grid.add(self.outcome)
        self._grid.add(self.annotation)
        column.addWidget(self._grid)

    def _box(self, line: FlowLayout, name: str, text: str) -> QComboBox:
        pair = QWidget()
        inside = QHBoxLayout(pair)
        inside.setContentsMargins(0, 0, 0, 0)
        said = label(text)
        said.setWordWrap(False)
        box = ChoiceBox()
        box.setObjectName(name)
        box.setAccessibleName(text)
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        box.setMinimumContentsLength(12)
        box.activated.connect(self._draw)
        said.setBuddy(box)
        inside.addWidget(said)
        inside.addWidget(box)
        line.addWidget(pair)
        return box

    def show_exploration(
        self, exploration: ExplorationRecord, scope: str, shares: str = ""
    ) -> None:
        """Show samples; axes and colouring stay as they were chosen.

        Args:
            exploration: What is shown.
            scope: Says which samples they are.
            shares: Says what outcome and batch explain of the variance; empty if not known.
        """
        self._exploration = exploration
        self._shares.setText(shares)
        self._shares.setVisible(bool(shares))
        self._sentence.setText(PCA_SENTENCE.format(scope=scope))
        explained = exploration.explained
        titles = [COMPONENT.format(number=i + 1, share=100 * s) for i, s in enumerate(explained)]
        _fill(self.across, titles, 0)
        _fill(self.up, titles, 1)
        _fill(self.colour, list(exploration.colourings), 0)
        enough = len(exploration.components) > 1
        self._choices.setVisible(enough)
        self._grid.setVisible(enough)
        there = bool(exploration.colourings)
        parent = self.colour.parentWidget()
        assert parent is not None
        parent.setVisible(there)
        self._grid.show_parts({self.outcome, self.annotation} if there else {self.outcome})
        self._note.setText(NO_ANNOTATION if enough else TOO_FEW)
        self._note.setVisible(not (enough and there))
        self._draw()

    def _draw(self) -> None:
        exploration = self._exploration
        if exploration is None or len(exploration.components) < 2:
            return
        x, y = self.across.currentIndex(), self.up.currentIndex()
        self.outcome.show_figure(outcome_picture(exploration, x, y))
        if exploration.colourings:
            column = self.colour.currentText()
            self.annotation.show_figure(annotation_picture(exploration, x, y, column))


def _fill(box: QComboBox, texts: Sequence[str], first: int) -> None:
    """Offer texts; the choice stays if it is still among them."""
    if [box.itemText(place) for place in range(box.count())] == list(texts):
        return
    before = box.currentText()
    box.clear()
    box.addItems(list(texts))
    place = texts.index(before) if before in texts else min(first, len(texts) - 1)
    box.setCurrentIndex(place)
