"""The panel: what it says, and that nothing leaves it but through the outlet."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QApplication, QLabel, QToolButton, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from deepbench_ui.plots import Figure, PlotPanel
from deepbench_ui.plots import panel as module
from deepbench_ui.plots.figures.base import csv_bytes
from deepbench_ui.selection import SelectionHub
from deepbench_ui.theme import theme

Make = Callable[[str], Any]
Show = Callable[[Figure], PlotPanel]


def button(panel: PlotPanel, name: str) -> QToolButton:
    found = panel.findChild(QToolButton, f"test.plot.{name}")
    assert found is not None
    return found


def label(panel: PlotPanel, name: str) -> QLabel:
    found = panel.findChild(QLabel, f"test.plot.{name}")
    assert found is not None
    return found


@pytest.fixture
def clipboard() -> Any:
    board = QGuiApplication.clipboard()
    board.clear()
    return board


def test_an_empty_panel_says_what_will_be_here_and_offers_nothing(
    panel: PlotPanel, qtbot: QtBot
) -> None:
    panel.show_empty("The leaderboard will be here.", "Leaderboard")
    panel.show()
    assert label(panel, "empty").text() == "The leaderboard will be here."
    assert label(panel, "empty").isVisible()
    assert panel.accessibleDescription() == "The leaderboard will be here."
    assert not any(found.isVisible() for found in panel.findChildren(QToolButton))


def test_a_figure_shows_its_title_sentence_note_and_summary(make: Make, show: Show) -> None:
    figure = make("scatter")
    panel = show(figure)
    assert label(panel, "title").text() == "PCA"
    assert label(panel, "sentence").text() == figure.sentence
    assert label(panel, "note").text() == figure.note
    assert panel.accessibleName() == "PCA"
    assert panel.accessibleDescription() == figure.summary()
    assert not label(panel, "empty").isVisible()
    panel.show_empty("Nothing yet.")
    assert panel.figure is None
    assert label(panel, "empty").isVisible()
    assert not panel.findChild(QWidget, "test.plot.plot").isVisible()


def test_buttons_have_names_tips_and_the_keyboard(make: Make, show: Show) -> None:
    panel = show(make("scatter"))
    for name in ("save", "copy", "data", "reset"):
        found = button(panel, name)
        assert found.isVisible()
        assert found.accessibleName()
        assert found.toolTip()
        assert found.focusPolicy().value & 1
        assert not found.icon().isNull()


def test_without_an_outlet_there_is_nothing_to_save_with(make: Make, qtbot: QtBot) -> None:
    panel = PlotPanel("test.plot", None, None)
    qtbot.addWidget(panel)
    panel.show_figure(make("scatter"))
    panel.show()
    shown = [found.objectName() for found in panel.findChildren(QToolButton) if found.isVisible()]
    assert shown == ["test.plot.reset"]


@pytest.mark.parametrize(
    ("suffix", "start"), [("png", b"\x89PNG\r\n\x1a\n"), ("pdf", b"%PDF-"), ("svg", b"<?xml")]
)
def test_save_asks_the_outlet_with_a_file_of_the_right_format(
    suffix: str, start: bytes, figure: Figure, show: Show, outlet: Any, tmp_path: Path
) -> None:
    outlet.file = str(tmp_path / f"plot.{suffix.upper()}")
    panel = show(figure)
    button(panel, "save").click()
    (asked,) = outlet.asked
    assert asked.content.startswith(start)
    assert (asked.kind, asked.suffix, asked.title) == ("figure", suffix, figure.title)
    assert asked.per_sample == figure.per_sample
    assert asked.destination == outlet.file
    if figure.per_sample:
        assert asked.shown == b""
    else:
        # In the picture itself nobody could look for small counts.
        text = asked.shown.decode("utf-8-sig")
        assert text.startswith(csv_bytes(figure.table()).decode("utf-8-sig"))
        assert all(text.count(written) for written in figure.texts_drawn())
    if suffix == "svg":
        assert b"<svg" in asked.content
    if suffix == "png":
        assert QImage.fromData(asked.content).width() == 1520
    assert not list(tmp_path.glob("plot*"))


def test_the_suggested_name_is_plain(make: Make, show: Show, outlet: Any) -> None:
    button(show(make("leaderboard")), "save").click()
    assert outlet.files == [("Save the Plot", "leaderboard.png", ("png", "svg", "pdf"))]
    assert module._file_name("Größe & Gewicht: 3 µm") == "groe-gewicht-3-m"
    assert module._file_name("…") == "plot"


def test_cancelled_or_wrongly_named_files_ask_nothing(
    make: Make, show: Show, outlet: Any, tmp_path: Path
) -> None:
    panel = show(make("leaderboard"))
    button(panel, "save").click()
    assert panel.message == ""
    outlet.file = str(tmp_path / "plot.jpg")
    button(panel, "save").click()
    assert panel.message == (
        "Nothing was saved: the file's name must end in .png or .svg or .pdf. Choose another name."
    )
    assert outlet.asked == []


def test_data_as_csv_is_the_figures_table(
    make: Make, show: Show, outlet: Any, tmp_path: Path
) -> None:
    outlet.file = str(tmp_path / "data.csv")
    button(show(make("confusion")), "data").click()
    (asked,) = outlet.asked
    assert (asked.kind, asked.suffix) == ("table", "csv")
    assert asked.content.decode("utf-8-sig") == "True,well,ill\r\nwell,60.0,2.0\r\nill,4.0,\r\n"
    assert not list(tmp_path.glob("data*"))


def test_the_clipboard_is_filled_only_after_the_answer(
    make: Make, show: Show, outlet: Any, clipboard: Any
) -> None:
    panel = show(make("leaderboard"))
    button(panel, "copy").click()
    (asked,) = outlet.asked
    assert (asked.destination, asked.suffix) == ("clipboard", "png")
    assert clipboard.image().isNull()
    assert panel.message == module.ASKING
    asked.on_done("clipboard")
    assert clipboard.image().width() == 1520
    assert panel.message == module.COPIED


def test_a_refusal_is_shown_and_nothing_is_copied(
    make: Make, show: Show, outlet: Any, clipboard: Any
) -> None:
    panel = show(make("scatter"))
    button(panel, "copy").click()
    outlet.asked[0].on_refused("This plot shows single samples of people. Save the summary.")
    assert clipboard.image().isNull()
    assert panel.message == "This plot shows single samples of people. Save the summary."
    assert button(panel, "copy").isEnabled()


def test_while_the_gate_is_asked_nothing_else_is(
    make: Make, show: Show, outlet: Any, tmp_path: Path
) -> None:
    outlet.file = str(tmp_path / "plot.png")
    panel = show(make("leaderboard"))
    panel.save()
    assert not button(panel, "save").isEnabled()
    assert button(panel, "reset").isEnabled()
    panel.copy()
    assert len(outlet.asked) == 1
    outlet.asked[0].on_done(outlet.file)
    assert panel.message == "Saved as plot.png."
    assert button(panel, "save").isEnabled()


def test_an_answer_after_the_panel_is_gone_is_no_error(
    make: Make, outlet: Any, qapp: QApplication, clipboard: Any
) -> None:
    panel = PlotPanel("test.plot", outlet, None)
    panel.show_figure(make("leaderboard"))
    panel.copy()
    panel.deleteLater()
    qapp.sendPostedEvents(panel, 52)
    assert not isValid(panel)
    outlet.asked[0].on_refused("no")
    assert clipboard.image().isNull()


def test_files_look_the_same_whatever_is_on_the_screen(
    make: Make, show: Show, outlet: Any, hub: SelectionHub, tmp_path: Path
) -> None:
    outlet.file = str(tmp_path / "plot.png")
    panel = show(make("scatter"))
    panel.save()
    outlet.asked[0].on_done(outlet.file)
    try:
        theme().set_mode("dark")
        panel.resize(1100, 900)
        hub.select("sample", "S2")
        panel.save()
    finally:
        theme().set_mode("light")
    first, second = (QImage.fromData(asked.content) for asked in outlet.asked)
    assert first == second
    assert first.pixelColor(1, 1).name() == "#ffffff"


def test_a_file_shows_the_part_that_is_zoomed_to(
    make: Make, show: Show, outlet: Any, tmp_path: Path
) -> None:
    from deepbench_ui.plots.canvas import Canvas

    outlet.file = str(tmp_path / "plot.png")
    panel = show(make("scatter"))
    panel.save()
    outlet.asked[0].on_done(outlet.file)
    panel.findChild(Canvas).plot.show_range((0.5, 1.5, 0.5, 2.5))
    panel.save()
    assert outlet.asked[0].content != outlet.asked[1].content


def test_files_name_no_sample_that_is_not_in_the_picture(
    make: Make, show: Show, outlet: Any, tmp_path: Path
) -> None:
    for suffix in ("svg", "pdf", "png"):
        outlet.file = str(tmp_path / f"plot.{suffix}")
        panel = show(make("dependence"))
        panel.save()
        outlet.asked[-1].on_done(outlet.file)
        content = outlet.asked[-1].content
        parts = [content]
        for piece in content.split(b"stream")[1:]:
            try:
                parts.append(zlib.decompress(piece.strip(b"\r\n")))
            except zlib.error:
                continue
        assert not any(b"S2" in part and b">S2<" in part for part in parts)
        assert not any(str(tmp_path).encode() in part for part in parts)


def test_panels_leave_no_timer_and_no_widget_behind(
    make: Make, qapp: QApplication, hub: SelectionHub
) -> None:
    timers = len(qapp.findChildren(QTimer))
    widgets = len(QApplication.allWidgets())
    for name in ("leaderboard", "scatter", "missing"):
        panel = PlotPanel("test.plot", None, hub)
        panel.show_figure(make(name))
        panel.resize(500, 400)
        panel.grab()
        assert panel.findChildren(QTimer) == []
        panel.deleteLater()
        qapp.sendPostedEvents(None, 52)
    assert len(qapp.findChildren(QTimer)) == timers
    assert len(QApplication.allWidgets()) == widgets
    hub.select("sample", "S1")
    theme().changed.emit()
