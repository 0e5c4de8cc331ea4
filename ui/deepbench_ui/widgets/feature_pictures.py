"""What one model uses: bars, beeswarm, dependence and volcano, linked."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from deepbench.study.records import AttributionRecord, ExplanationRecord
from deepbench_ui.models.dependence import (
    AUTOMATIC,
    BY_OUTCOME,
    dependence_figure,
    is_numeric,
    partner_of,
)
from deepbench_ui.models.explanation_figures import beeswarm_figure
from deepbench_ui.models.importance_figures import (
    group_figure,
    importance_figure,
    rank_sentence,
    volcano_figure,
)
from deepbench_ui.models.importances import Importances
from deepbench_ui.models.looked import NOT_KEPT
from deepbench_ui.pages.base import card, label
from deepbench_ui.plots import PlotPanel
from deepbench_ui.session import StudySession
from deepbench_ui.widgets.choice_box import ChoiceBox
from deepbench_ui.widgets.finder import Finder
from deepbench_ui.widgets.in_turn import InTurn
from deepbench_ui.widgets.reflow_grid import ReflowGrid
from deepbench_ui.widgets.switch import Switch

READ_AS = "Read as:"
SINGLE, GROUPS = ("single", "Single features"), ("groups", "Groups that go together")
FEATURE, FEATURE_HINT, COLOUR = "Feature", "Find a feature", "Colour"
COLOUR_AUTOMATIC, COLOUR_PARTNER = "Automatic", "Automatic: {partner}"
COLOUR_OUTCOME = "Observed outcome"
NO_FEATURE = "The model uses no feature, so there is nothing to show."
NOT_LISTED = "{rank} The values of single samples are kept for the most important features only."
NO_EFFECTS = (
    "How important each feature is, against its effect on its own, will stand here. This result "
    "does not have it: “Look Inside the Models” below calculates it."
)
FIRST_LOOK = "It will stand here when the calculation is done."
#: Two columns from about 900 pixels on.
COLUMN_LETTERS = 58


class FeaturePictures(QWidget):
    """Four plots about features; what is chosen in one of them is chosen in all.

    Args:
        session: The open study.
        turns: Draws the plots.
    """

    #: Single features or groups are read now.
    reading_changed = Signal()

    def __init__(self, session: StudySession, turns: InTurn) -> None:
        super().__init__()
        self._session = session
        self._found: Importances | None = None
        self._record: AttributionRecord | None = None
        self._shown: ExplanationRecord | None = None
        self._task = ""
        self._colour = AUTOMATIC
        self._places: dict[str, int] = {}
        self.feature = ""
        self._turns = turns
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self.grid = ReflowGrid(COLUMN_LETTERS, 2)
        column.addWidget(self.grid)
        self.reading = Switch("interpretation.reading", READ_AS, (SINGLE, GROUPS))
        self.reading.chosen.connect(self._read_as)
        self.importance = self._add_plot("importance", self.reading)
        self.beeswarm = self._add_plot("beeswarm")
        self.dependence = self._add_plot("dependence", self._choices())
        self.volcano = self._add_plot("volcano")
        session.selection.changed.connect(self._selected)

    def _add_plot(self, name: str, above: QWidget | None = None) -> PlotPanel:
        panel = PlotPanel(f"interpretation.{name}", self._session, self._session.selection)
        frame, inside = card()
        if above is not None:
            inside.addWidget(above)
        inside.addWidget(panel, 1)
        self.grid.add(frame)
        return panel

    def _choices(self) -> QWidget:
        part = QWidget()
        grid = QGridLayout(part)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setColumnStretch(1, 1)
        self.finder = Finder("interpretation.feature", FEATURE_HINT, FEATURE_HINT)
        self.finder.found.connect(self._choose)
        self.colour = ChoiceBox()
        self.colour.setObjectName("interpretation.colour")
        self.colour.setAccessibleName(COLOUR)
        self.colour.setSizeAdjustPolicy(
            ChoiceBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.colour.setMinimumContentsLength(16)
        self.colour.activated.connect(self._colour_chosen)
        for row, (text, field) in enumerate(((FEATURE, self.finder), (COLOUR, self.colour))):
            name = label(text)
            name.setWordWrap(False)
            grid.addWidget(name, row, 0)
            grid.addWidget(field, row, 1)
        return part

    # --- what is shown ----------------------------------------------------------------

    @property
    def reads_groups(self) -> bool:
        """Whether groups are shown in place of single features."""
        return self.reading.value == GROUPS[0] and not self.reading.isHidden()

    def show_importances(
        self,
        found: Importances,
        record: AttributionRecord | None,
        shown: ExplanationRecord | None,
        task: str,
    ) -> None:
        """Show what a model uses.

        Args:
            found: Its importances.
            record: What was found of it; None while only a first look is there.
            shown: Its explanations of single samples (for one class); None if not kept.
            task: Kind of outcome.
        """
        self._found, self._record, self._shown, self._task = found, record, shown, task
        names = found.features
        self._places = {name: place for place, name in enumerate(names)}
        self.reading.setVisible(record is not None and bool(record.groups))
        self._show_bars()
        several = shown is not None and bool(shown.features)
        self._turns.show(
            self.beeswarm,
            beeswarm_figure(shown) if shown is not None and several else None,
            self._why_empty(),
        )
        wanted = self._session.selection.selected("feature")
        self.feature = wanted if wanted in self._places else names[0] if names else ""
        self._turns.do("feature", lambda: self.show_feature(self.feature))
        self._turns.do("volcano", self._show_volcano)
        self._turns.do("names", lambda: self.finder.show_names(names))

    def _show_volcano(self) -> None:
        if self._found is not None:
            empty = NO_EFFECTS if self._found.features else NO_FEATURE
            self._turns.show(self.volcano, volcano_figure(self._found), empty)

    def _why_empty(self) -> str:
        if self._found is not None and self._found.preview:
            return FIRST_LOOK
        return NOT_KEPT if self._shown is None else NO_FEATURE

    def _show_bars(self) -> None:
        if self._found is None:
            return
        figure = None
        if self.reads_groups and self._record is not None:
            figure = group_figure(self._record)
        self._turns.show(self.importance, figure or importance_figure(self._found), NO_FEATURE)

    def _read_as(self, _value: str) -> None:
        self._show_bars()
        self.reading_changed.emit()

    def show_feature(self, feature: str) -> None:
        """Show values against effect of a feature."""
        self.feature = feature
        self.finder.show_current(feature)
        shown = self._shown
        if shown is None or feature not in shown.features:
            self._show_colours(None, feature, "")
            self._turns.show(self.dependence, None, self._why_not(feature))
            return
        partner = partner_of(shown, feature)
        self._show_colours(shown, feature, partner)
        colour = self._colour_for(shown, feature) or partner or BY_OUTCOME
        figure = dependence_figure(shown, feature, self._task, colour)
        self._turns.show(self.dependence, figure)

    def _why_not(self, feature: str) -> str:
        if self._shown is None or self._found is None or not feature:
            return self._why_empty()
        return NOT_LISTED.format(rank=rank_sentence(self._found, feature))

    def _colour_for(self, shown: ExplanationRecord, feature: str) -> str:
        """Return what the user wants the colour to show, as far as there is such a thing."""
        known = self._colour in (BY_OUTCOME, *shown.features) and self._colour != feature
        return self._colour if known else AUTOMATIC

    def _show_colours(self, shown: ExplanationRecord | None, feature: str, partner: str) -> None:
        """List what the colour can show; nothing without numbers of single samples."""
        self.colour.clear()
        numeric = shown is not None and is_numeric(shown, feature)
        self.colour.setEnabled(numeric)
        if shown is None or not numeric:
            return
        automatic = COLOUR_PARTNER.format(partner=partner) if partner else COLOUR_AUTOMATIC
        self.colour.addItem(automatic, AUTOMATIC)
        self.colour.addItem(COLOUR_OUTCOME, BY_OUTCOME)
        for name in shown.features:
            if name != feature:
                self.colour.addItem(name, name)
        wanted = self._colour_for(shown, feature)
        self.colour.setCurrentIndex(max(0, self.colour.findData(wanted)))

    # --- choosing ---------------------------------------------------------------------

    def _choose(self, feature: str) -> None:
        self._session.selection.select("feature", feature)

    def _colour_chosen(self) -> None:
        self._colour = str(self.colour.currentData())
        self.show_feature(self.feature)

    def _selected(self, kind: str, name: str) -> None:
        if kind == "feature" and name in self._places and name != self.feature:
            self.show_feature(name)
