"""Names along an axis."""

from __future__ import annotations

from typing import Any

from PySide6.QtGui import QFont, QFontMetricsF
from PySide6.QtWidgets import QApplication

from deepbench_ui.plots.ticks import NameTicks


class Axis:
    """Keeps the ticks it was given."""

    def __init__(self) -> None:
        self.given: list[list[tuple[int, str]]] = []

    def setTicks(self, ticks: Any) -> None:  # noqa: N802
        self.given.append(ticks[0])


def ticks(names: list[str], letters: float, *, upright: bool = False) -> list[tuple[int, str]]:
    """Return the ticks of an axis with room for so many letters of each name."""
    font, axis = QFont(), Axis()
    made = NameTicks(axis, names, upright, font, 28)
    each = letters * QFontMetricsF(font).averageCharWidth()
    for _ in range(2):
        made.fit(each * len(names), len(names))
    assert len(axis.given) == 1  # the same again is not drawn again
    return axis.given[0]


def test_names_that_fit_are_whole(qapp: QApplication) -> None:
    names = ["control", "rheumatoid arthritis"]
    assert ticks(names, 60) == list(enumerate(names))


def test_names_below_columns_are_shortened_before_any_is_left_out(qapp: QApplication) -> None:
    (_, first), (place, second) = ticks(["control", "rheumatoid arthritis"], 14)
    assert (first, place) == ("control", 1)
    assert second != "rheumatoid arthritis"
    assert second.startswith("rh")
    assert second.endswith("is")


def test_of_names_without_room_only_some_are_shown(qapp: QApplication) -> None:
    names = [f"a sample with a long name {n}" for n in range(10)]
    assert len(ticks(names, 3)) < len(names)
    assert ticks(["one", "two", "three"], 0.1, upright=True)[0] == (0, "one")
