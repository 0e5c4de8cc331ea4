"""Second view of ethics and privacy: who is served how well."""

from __future__ import annotations

from deepbench.study.records import ChoiceRecord, EthicsRecord, SubgroupAuditRecord
from deepbench_ui.models.marked_table import MarkedTable
from deepbench_ui.models.subgroup_rows import (
    GroupRow,
    group_columns,
    group_rows,
    groups_figure,
    measures_of,
    row_colour,
    small_sentences,
    worst_measure,
)
from deepbench_ui.pages.base import card, label
from deepbench_ui.plots import PlotPanel
from deepbench_ui.session import StudySession
from deepbench_ui.widgets.choice_box import ChoiceBox
from deepbench_ui.widgets.data_table import TablePanel
from deepbench_ui.widgets.flow import FlowLayout
from deepbench_ui.widgets.in_turn import InTurn
from deepbench_ui.widgets.result_tabs import ResultTab
from deepbench_ui.widgets.sentences import Sentences

WILL = (
    "It will stand here how well the chosen model serves each group: scores, wrong answers, what "
    "is missed, false alarms and probabilities, from the one look at the test set. Groups come "
    "from columns with the role “sensitive” or “site”."
)
NONE = (
    "No groups were compared. Give a column such as sex, age or site its role in the sample sheet "
    "(step 4), before the test set is opened, and each group is shown here."
)
LOCKED = "The test set was not opened, so there is no score to compare between groups."
NOT_KEPT = (
    "The test set of this study was opened by an earlier version of the program, which kept no "
    "groups beside the predictions. The scores by group stand at step 10."
)
IN_SHORT, MEASURE = "In short", "Measure"
GROUPS = "Groups"
GROUPS_SENTENCE = (
    "Every number with its 95 % interval over units. Groups with fewer than ten test units are "
    "not listed: a number about them says little, and can give persons away."
)
_ROWS = 12


class SubgroupsTab(ResultTab):
    """What was found in short, a picture and a table by one measure.

    Args:
        session: The open study.
    """

    def __init__(self, session: StudySession) -> None:
        super().__init__("ethics.tab.groups")
        self._session = session
        self._record: SubgroupAuditRecord | None = None
        self._turns = InTurn(self)
        frame, inside = card(IN_SHORT)
        self.short = Sentences("ethics.groups.short")
        inside.addWidget(self.short)
        self.small = Sentences("ethics.groups.small", "muted")
        inside.addWidget(self.small)
        self.found.addWidget(frame)
        self.pictured, inside = card()
        line = FlowLayout(8)
        name = label(MEASURE)
        name.setWordWrap(False)
        self.measure = ChoiceBox()
        self.measure.setObjectName("ethics.measure")
        self.measure.setAccessibleName(MEASURE)
        self.measure.setSizeAdjustPolicy(ChoiceBox.SizeAdjustPolicy.AdjustToContents)
        self.measure.activated.connect(self._show_measure)
        name.setBuddy(self.measure)
        line.addWidget(name)
        line.addWidget(self.measure)
        inside.addLayout(line)
        self.panel = PlotPanel("ethics.groups-plot", session, None)
        inside.addWidget(self.panel)
        self.found.addWidget(self.pictured)
        self.listed, inside = card()
        self.rows: MarkedTable[GroupRow] = MarkedTable(
            (), _row_name, colour=row_colour, parent=self
        )
        self.table = TablePanel(
            "ethics.groups-table", GROUPS, self.rows, session, sentence=GROUPS_SENTENCE
        )
        self.table.view.show_all_rows(_ROWS)
        inside.addWidget(self.table)
        self.found.addWidget(self.listed)

    def show_groups(self, record: EthicsRecord | None, choice: ChoiceRecord | None) -> None:
        """Show the groups of the register as it was filled."""
        audit = record.subgroups if record is not None else None
        self.say_empty("" if audit is not None else _missing(record, choice))
        if audit is None or audit == self._record:
            return
        self._record = audit
        self.short.show_sentences(audit.sentences)
        self.small.show_sentences(small_sentences(audit))
        before = self.measure.currentData() or worst_measure(audit)
        self.measure.clear()
        for key, words in measures_of(audit):
            self.measure.addItem(words, key)
        self.measure.setCurrentIndex(max(0, self.measure.findData(before)))
        for part in (self.pictured, self.listed):
            part.setVisible(bool(audit.groups))
        self._show_measure()

    def _show_measure(self) -> None:
        name = self.measure.currentData()
        if self._record is None or name is None:
            return
        self._turns.show(self.panel, groups_figure(self._record, name))
        self.rows.change_columns(group_columns(self._record, name))
        self.rows.replace_rows(group_rows(self._record, name))


def _missing(record: EthicsRecord | None, choice: ChoiceRecord | None) -> str:
    """Say why there are no groups."""
    if choice is not None and not choice.test.metrics:
        return LOCKED
    if record is None or choice is None:
        return WILL
    return NOT_KEPT if choice.test.subgroups else NONE


def _row_name(row: GroupRow) -> str:
    return row.name
