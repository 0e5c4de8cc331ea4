"""A network size: its training curve, what it says, random starts and sanity checks."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from deepbench_ui.models.network_rows import FAILED, PASSED, SanityRow, SizeView
from deepbench_ui.models.numbers import counted
from deepbench_ui.pages.base import label
from deepbench_ui.plots import PlotPanel
from deepbench_ui.session import StudySession
from deepbench_ui.theme import icon, theme

WAITS = "Not tried yet: it comes after the smaller sizes."
NO_CURVE = "No training curve: the settings tried so far did not train."
TRIED = "{layers} {settings} tried."
_ICON_SIZE = 16


class SizeCard(QFrame):
    """Shows a `SizeView`; what has not changed is left alone.

    Args:
        name: Its objectName; the plot is ``NAME.curve``.
        session: The open study.
    """

    def __init__(self, name: str, session: StudySession) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setProperty("kind", "card")
        self._view: SizeView | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 12, 10)
        column.setSpacing(6)
        self.curve = PlotPanel(f"{name}.curve", session, session.selection)
        self.layers = label("", "muted", f"{name}.layers")
        self.reading = label("", "", f"{name}.reading")
        self.starts = label("", "", f"{name}.starts")
        self._checks = QVBoxLayout()
        self._checks.setSpacing(4)
        for part in (self.curve, self.layers, self.reading, self.starts):
            column.addWidget(part)
        column.addLayout(self._checks)
        column.addStretch(1)
        theme().changed.connect(self._show_checks)

    def show_size(self, view: SizeView) -> None:
        """Show a size."""
        if view == self._view:
            return
        before, self._view = self._view, view
        if view.curve is None:
            self.curve.show_empty(NO_CURVE if view.trials else WAITS, view.title)
        elif view.curve != self.curve.figure:
            self.curve.show_figure(view.curve)
        self.layers.setText(
            TRIED.format(layers=view.layers, settings=counted(view.trials, "setting"))
            if view.trials
            else view.layers
        )
        for text, part in ((view.reading, self.reading), (view.starts, self.starts)):
            part.setText(text)
            part.setVisible(bool(text))
        if before is None or before.sanity != view.sanity:
            self._show_checks()

    def _show_checks(self) -> None:
        while self._checks.count():
            item = self._checks.takeAt(0)
            old = item.widget() if item is not None else None
            if old is not None:
                old.hide()
                old.deleteLater()
        for check in self._view.sanity if self._view is not None else ():
            self._checks.addWidget(_check_row(check))


def _check_row(check: SanityRow) -> QWidget:
    row = QWidget()
    line = QHBoxLayout(row)
    line.setContentsMargins(0, 0, 0, 0)
    mark = QLabel()
    picture, colour = ("check", "ok") if check.passed else ("warning", "warning")
    mark.setPixmap(icon(picture, colour).pixmap(_ICON_SIZE, _ICON_SIZE))
    said = PASSED if check.passed else FAILED
    mark.setAccessibleName(said)
    mark.setToolTip(said)
    line.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
    words = QVBoxLayout()
    words.setSpacing(0)
    words.addWidget(label(f"{check.title}: {said.lower()}"))
    words.addWidget(label(check.sentence, "muted"))
    line.addLayout(words, 1)
    return row
