"""Fifth view of what a model uses: a simple copy of it, and what goes against expectation."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from deepbench.study.records import DirectionRecord, ImitationRecord
from deepbench_ui.models.imitation_rows import (
    RULES,
    direction_columns,
    directions_of,
    fidelity_sentences,
    head_of,
    imitations_of,
    terms_figure,
)
from deepbench_ui.models.looked import Looked
from deepbench_ui.models.marked_table import MarkedTable
from deepbench_ui.pages.base import card, label
from deepbench_ui.plots import PlotPanel
from deepbench_ui.session import StudySession
from deepbench_ui.widgets.data_table import TablePanel
from deepbench_ui.widgets.expectations import Expectations
from deepbench_ui.widgets.in_turn import InTurn
from deepbench_ui.widgets.result_tabs import ResultTab
from deepbench_ui.widgets.sentences import Sentences

WILL = (
    "A simple copy of the model will stand here: a short sum or a few rules that give nearly the "
    "same answers and that you can read, with what goes against your expectation."
)
DIRECTIONS = "Which way features point"
DIRECTIONS_SENTENCE = (
    "What you expect, set above, beside what the model does. A contradiction may be a discovery, "
    "a confounder, or a feature that was measured after the outcome."
)
_ROWS = 10


class CopyView(QWidget):
    """One imitation of a model.

    Args:
        name: Begins the names of its parts.
        session: The open study.
        turns: Draws its picture.
    """

    def __init__(self, name: str, session: StudySession, turns: InTurn) -> None:
        super().__init__()
        self._turns = turns
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        self.head = label("", "heading", f"{name}.head")
        self.fidelity = Sentences(f"{name}.fidelity")
        self.terms = PlotPanel(f"{name}.terms", session, session.selection)
        self.rules_head = label(RULES, "heading")
        self.rules = Sentences(f"{name}.rules", mark="•  ")
        for part in (
            self.head,
            self.fidelity,
            self.terms,
            self.rules_head,
            self.rules,
        ):
            column.addWidget(part)

    def show_copy(self, record: ImitationRecord) -> None:
        """Show an imitation."""
        self.head.setText(head_of(record))
        self.fidelity.show_sentences(fidelity_sentences(record))
        figure = terms_figure(record)
        self.terms.setVisible(figure is not None)
        self._turns.show(self.terms, figure)
        self.rules_head.setVisible(bool(record.rules))
        self.rules.show_sentences(record.rules)


class ImitationTab(ResultTab):
    """Expectations, simple copies, and directions.

    Args:
        session: The open study.
    """

    def __init__(self, session: StudySession) -> None:
        super().__init__("interpretation.tab.copy")
        self._session = session
        self._turns = InTurn(self)
        self.expectations = Expectations("interpretation.expected", session)
        self.answers.addWidget(self.expectations)
        self._copies: list[tuple[QFrame, CopyView]] = []
        self._place = QVBoxLayout()
        self._place.setSpacing(10)
        self.directions: MarkedTable[DirectionRecord] = MarkedTable(
            direction_columns(), _feature_name, colour=_colour, tip=_sentence, parent=self
        )
        self.panel = TablePanel(
            "interpretation.directions",
            DIRECTIONS,
            self.directions,
            session,
            sentence=DIRECTIONS_SENTENCE,
        )
        self.panel.view.show_all_rows(_ROWS)
        self.panel.view.chosen.connect(self._choose)
        self.said = Sentences("interpretation.contradictions", mark="•  ")
        self.directions_frame, inside = card()
        inside.addWidget(self.panel)
        inside.addWidget(self.said)
        self.found.addWidget(self.directions_frame)
        self.found.addLayout(self._place)
        session.selection.changed.connect(self._selected)

    def show_answers(self, looked: Looked, names: Sequence[str]) -> None:
        """Show what is expected.

        Args:
            looked: What is looked at.
            names: All features that the model uses, the most important first.
        """
        records = looked.record.imitations if looked.record is not None else ()
        terms = [
            term.feature
            for one in imitations_of(records, looked.model)
            for term in sorted(one.terms, key=lambda term: -abs(term.weight))
        ]
        listed = list(dict.fromkeys([*terms, *names]))
        self.expectations.show_features(listed, looked.target, looked.task)

    def show_copies(self, looked: Looked) -> None:
        """Show the imitations of the model that is looked at."""
        records = looked.record.imitations if looked.record is not None else ()
        shown = imitations_of(records, looked.model)
        self.say_empty("" if shown else looked.missing(WILL))
        for number in range(len(self._copies), len(shown)):
            frame, inside = card()
            view = CopyView(f"interpretation.copy.{number}", self._session, self._turns)
            inside.addWidget(view)
            self._place.addWidget(frame)
            self._copies.append((frame, view))
        for number, (frame, view) in enumerate(self._copies):
            frame.setVisible(number < len(shown))
            if number < len(shown):
                view.show_copy(shown[number])
        found = directions_of(shown)
        self.directions.show_rows(found)
        self.directions_frame.setVisible(bool(found))
        self.said.show_sentences([one.sentence for one in found if one.contradicts])

    def _choose(self, feature: str) -> None:
        self._session.selection.select("feature", feature)

    def _selected(self, kind: str, name: str) -> None:
        if kind == "feature":
            self.panel.view.mark(name)


def _feature_name(row: DirectionRecord) -> str:
    return row.feature


def _colour(row: DirectionRecord) -> str:
    return "danger" if row.contradicts else ""


def _sentence(row: DirectionRecord) -> str:
    return row.sentence
