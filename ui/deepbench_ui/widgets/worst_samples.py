"""The samples that a model gets most wrong, with why; filtered by the reason."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from deepbench.study.records import WorstSampleRecord, WorstSamplesRecord
from deepbench_ui.models.failure_rows import reasons_of, with_reason, worst_columns
from deepbench_ui.models.marked_table import MarkedTable
from deepbench_ui.pages.base import label
from deepbench_ui.session import StudySession
from deepbench_ui.widgets.choice_box import ChoiceBox
from deepbench_ui.widgets.data_table import TablePanel
from deepbench_ui.widgets.flow import FlowLayout
from deepbench_ui.widgets.sentences import Sentences

TITLE = "Samples that deserve a second look"
SENTENCE = (
    "Held-out samples with the largest errors, and those that are suspect. Choose one to read "
    "why; under “Single samples” you then see how the model came to its answer."
)
REASON = "Why"
NOT_KEPT = (
    "The single samples of this result are not kept. “Look Inside the Models” below calculates "
    "them again."
)
NONE = "No sample stands out."
_ROWS = 10


class WorstSamples(QWidget):
    """A table of samples with a filter, and the reasons of the one that is chosen.

    Args:
        name: Its objectName; the table is ``NAME.table``.
        session: The open study.
    """

    def __init__(self, name: str, session: StudySession) -> None:
        super().__init__()
        self.setObjectName(name)
        self._session = session
        self._samples: tuple[WorstSampleRecord, ...] = ()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        self.rows: MarkedTable[WorstSampleRecord] = MarkedTable(
            worst_columns(share=True), _name_of, parent=self
        )
        self.panel = TablePanel(
            name, TITLE, self.rows, session, stretch=5, letters=30, sentence=SENTENCE,
            per_sample=True,
        )  # fmt: skip
        self.panel.view.show_all_rows(_ROWS)
        self.panel.view.chosen.connect(lambda sample: session.selection.select("sample", sample))
        tools = QWidget()
        line = FlowLayout(8, tools)
        asked = label(REASON)
        asked.setWordWrap(False)
        self.reason = ChoiceBox()
        self.reason.setObjectName(f"{name}.reason")
        self.reason.setAccessibleName(REASON)
        self.reason.setSizeAdjustPolicy(ChoiceBox.SizeAdjustPolicy.AdjustToContents)
        self.reason.activated.connect(self._fill)
        line.addWidget(asked)
        line.addWidget(self.reason)
        self.panel.add_tools(tools)
        column.addWidget(self.panel)
        self.why = Sentences(f"{name}.why", mark="•  ")
        column.addWidget(self.why)
        self.empty = label("", "muted", f"{name}.empty")
        column.addWidget(self.empty)
        session.selection.changed.connect(self._selected)

    def show_worst(self, record: WorstSamplesRecord | None, *, share: bool) -> None:
        """Show other samples.

        Args:
            record: They; None if they are not kept.
            share: Whether the outcome is a class.
        """
        self._samples = record.samples if record is not None else ()
        self.empty.setText(NOT_KEPT if record is None else NONE)
        self.empty.setVisible(not self._samples)
        self.panel.setVisible(bool(self._samples))
        before = self.reason.currentData()
        self.reason.clear()
        for key, words in reasons_of(self._samples):
            self.reason.addItem(words, key)
        self.reason.setCurrentIndex(max(0, self.reason.findData(before)))
        self.rows.change_columns(worst_columns(share=share))
        self._fill()

    def _fill(self) -> None:
        key = str(self.reason.currentData() or "all")
        self.rows.show_rows(with_reason(self._samples, key))
        self._selected("sample", self._session.selection.selected("sample"))

    def _selected(self, kind: str, name: str) -> None:
        if kind != "sample":
            return
        self.panel.view.mark(name)
        place = self.rows.place_of(name)
        self.why.show_sentences(self.rows.at(place).reasons if place >= 0 else ())


def _name_of(row: WorstSampleRecord) -> str:
    return row.sample
