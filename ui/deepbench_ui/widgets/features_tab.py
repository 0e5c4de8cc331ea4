"""First view of what a model uses: its features, alone and in groups."""

from __future__ import annotations

from deepbench.study.records import FeatureGroup
from deepbench_ui.models.explanation_rows import in_short, preview_in_short
from deepbench_ui.models.importance_rows import group_columns
from deepbench_ui.models.importances import Importances
from deepbench_ui.models.looked import Looked
from deepbench_ui.models.marked_table import MarkedTable
from deepbench_ui.pages.base import card
from deepbench_ui.session import StudySession
from deepbench_ui.widgets.banner import Banner
from deepbench_ui.widgets.data_table import TablePanel
from deepbench_ui.widgets.feature_pictures import FeaturePictures
from deepbench_ui.widgets.feature_table import FeatureTable
from deepbench_ui.widgets.in_turn import InTurn
from deepbench_ui.widgets.result_tabs import ResultTab
from deepbench_ui.widgets.sentences import Sentences

WILL = (
    "It will stand here which features move the predictions of the chosen model and of the best "
    "network, which of them weigh more than with shuffled labels, and how stable that is."
)
PREVIEW_RUNNING = "First look on few samples; the rest is being calculated."
PREVIEW_STOPPED = (
    "First look on few samples; the rest was not calculated. “Look Inside the Models” below goes "
    "on from here."
)
IN_SHORT = "In short"
METHOD = "How this was found"
GROUPS = "Groups of features that go together"
GROUPS_SENTENCE = (
    "The model may use any feature of a group in place of another: read them as one. Choose a "
    "group to look at its first feature."
)
_ROWS = 8
_LETTERS = 22


class FeaturesTab(ResultTab):
    """Sentences, four plots, groups and all features of a model.

    Args:
        session: The open study.
    """

    def __init__(self, session: StudySession) -> None:
        super().__init__("interpretation.tab.features")
        self._session = session
        self.preview = Banner("interpretation.preview")
        self.found.addWidget(self.preview)
        frame, inside = card(IN_SHORT)
        self.short = Sentences("interpretation.short")
        inside.addWidget(self.short)
        self.found.addWidget(frame)
        self._turns = InTurn(self)
        self.pictures = FeaturePictures(session, self._turns)
        self.pictures.reading_changed.connect(self._show_groups)
        self.found.addWidget(self.pictures)
        self._add_groups()
        frame, inside = card()
        self.table = FeatureTable("interpretation.features", session)
        self.table.chosen.connect(self._choose)
        inside.addWidget(self.table)
        self.found.addWidget(frame)
        self.method, inside = card(METHOD)
        self.sentences = Sentences("interpretation.sentences", mark="•  ")
        inside.addWidget(self.sentences)
        self.found.addWidget(self.method)
        session.selection.changed.connect(self._selected)

    def _add_groups(self) -> None:
        self.group_rows: MarkedTable[FeatureGroup] = MarkedTable(
            group_columns(""), _group_name, colour=_group_colour, parent=self
        )
        self.group_panel = TablePanel(
            "interpretation.feature-groups",
            GROUPS,
            self.group_rows,
            self._session,
            letters=_LETTERS,
            sentence=GROUPS_SENTENCE,
        )
        self.group_panel.view.show_all_rows(_ROWS)
        self.group_panel.view.chosen.connect(self._choose)
        self.groups_frame, inside = card()
        inside.addWidget(self.group_panel)
        self.found.addWidget(self.groups_frame)

    def show_features(self, looked: Looked, found: Importances | None) -> None:
        """Show what a model uses.

        Args:
            looked: What is looked at.
            found: Importances of the model, or those of a first look; None before.
        """
        self.say_empty("" if found is not None else looked.missing(WILL))
        if found is None:
            return
        record = None if found.preview else looked.attribution
        if found.preview:
            running = looked.state == "running"
            self.preview.show_message("info", PREVIEW_RUNNING if running else PREVIEW_STOPPED)
        else:
            self.preview.clear()
        said = preview_in_short(found) if record is None else in_short(record)
        agreement = looked.record.agreement if looked.record is not None else None
        if agreement is not None and record is not None:
            said = [*said, agreement.sentence]
        self.short.show_sentences(said)
        self.sentences.show_sentences(record.sentences if record is not None else ())
        self.method.setVisible(record is not None)
        self.group_rows.change_columns(group_columns(found.unit))
        self.group_rows.show_rows(record.groups if record is not None else ())
        explanation = None if found.preview else looked.explanation
        self.pictures.show_importances(found, record, explanation, looked.task)
        self._turns.do("table", lambda: self._show_table(looked, found))
        self._show_groups()

    def _show_table(self, looked: Looked, found: Importances) -> None:
        self.table.show_importances(found, looked.target, looked.task)
        self.table.mark(self.pictures.feature)

    def _show_groups(self) -> None:
        self.groups_frame.setVisible(self.pictures.reads_groups)

    def _choose(self, feature: str) -> None:
        self._session.selection.select("feature", feature)

    def _selected(self, kind: str, name: str) -> None:
        if kind == "feature":
            self.table.mark(name)
            self.group_panel.view.mark(name)


def _group_name(group: FeatureGroup) -> str:
    return group.features[0]


def _group_colour(group: FeatureGroup) -> str:
    return "disabled_text" if group.clears_twin is False else ""
