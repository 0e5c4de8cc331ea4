"""Plots are drawn one per turn of the event loop, and only the newest of each."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from deepbench_ui.plots import DotIntervalFigure, DotRow
from deepbench_ui.widgets.in_turn import InTurn
from tests.ui.conftest import settle


class Panel:
    def __init__(self, log: list[str], name: str) -> None:
        self.figure: Any = None
        self._log, self._name = log, name

    def show_figure(self, figure: DotIntervalFigure) -> None:
        self.figure = figure
        self._log.append(f"{self._name} {figure.title}")

    def show_empty(self, sentence: str) -> None:
        self.figure = None
        self._log.append(f"{self._name} empty {sentence}")


def titled(title: str) -> DotIntervalFigure:
    rows = (DotRow("a", 1.0),)
    return DotIntervalFigure(title=title, sentence="", rows=rows, value_title="")


def test_plots_come_in_order_and_only_the_newest_is_drawn(qapp: QApplication) -> None:
    log: list[str] = []
    first: Any = Panel(log, "first")
    second: Any = Panel(log, "second")
    owner = QObject()
    turns = InTurn(owner)
    turns.show(first, titled("old"))
    turns.show(second, None, "nothing")
    turns.show(first, titled("new"))
    assert log == []
    assert not turns.is_done
    settle()
    assert log == ["first new", "second empty nothing"]
    assert turns.is_done


def test_what_is_shown_already_is_not_drawn_again(qapp: QApplication) -> None:
    log: list[str] = []
    panel: Any = Panel(log, "one")
    owner = QObject()
    turns = InTurn(owner)
    turns.show(panel, titled("same"))
    settle()
    turns.show(panel, titled("same"))
    settle()
    assert log == ["one same"]


def test_what_waits_goes_with_its_owner(qapp: QApplication) -> None:
    log: list[str] = []
    panel: Any = Panel(log, "one")
    owner = QObject()
    InTurn(owner).show(panel, titled("never"))
    owner.deleteLater()
    del owner
    settle()
    settle()
    assert log == []
