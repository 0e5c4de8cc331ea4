"""The planted control: which effect a study of this shape could find at all."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QVBoxLayout

from deepbench.study.records import CheckRecord
from deepbench_ui.models.review_figures import power_picture
from deepbench_ui.pages.base import label
from deepbench_ui.plots import PlotPanel
from deepbench_ui.session import StudySession

TITLE = "Planted control: what could this study find?"
BEFORE = (
    "While the data is checked, known effects are planted into your features, with the outcome "
    "exchanged between units at random. How often they are found tells which effect this study "
    "could find, before any model meets the real outcome."
)
TOO_FEW = (
    "There are too few biological units or features to plant effects into: at least 10 units, two "
    "classes (or a quantity) and features that differ between samples are needed."
)
NOT_YET = "The planted control comes with the next check of the data."
_PREFIX = "Planted control: "


class PlantedControl(QFrame):
    """A card with the sentence and the curve.

    Args:
        name: Its objectName; its parts are ``NAME.sentence`` and ``NAME.power``.
        session: The open study.
    """

    def __init__(self, name: str, session: StudySession) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setProperty("kind", "card")
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 12, 14, 12)
        column.setSpacing(8)
        column.addWidget(label(TITLE, "heading"))
        self.sentence = label(BEFORE, "muted", f"{name}.sentence")
        column.addWidget(self.sentence)
        self.power = PlotPanel(f"{name}.power", session, session.selection)
        self.power.hide()
        column.addWidget(self.power)

    def show_check(self, check: CheckRecord | None) -> None:
        """Show what a check found, or what will be here."""
        found = check.detectable if check is not None else None
        self.power.setVisible(found is not None)
        if found is not None:
            self.sentence.setText(_without_title(found.sentence))
            figure = power_picture(found)
            if figure != self.power.figure:
                self.power.show_figure(figure)
        elif check is None:
            self.sentence.setText(BEFORE)
        else:
            # Studies checked by an earlier version have neither review nor simulation.
            self.sentence.setText(NOT_YET if check.review is None else TOO_FEW)


def _without_title(sentence: str) -> str:
    """Return the sentence as it stands below the title of the card."""
    said = sentence.removeprefix(_PREFIX)
    return said[:1].upper() + said[1:]
