"""Pictures in both themes without a warning; what is hit, marked and walked through."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from deepbench_ui.plots import (
    CurvesFigure,
    DotIntervalFigure,
    DotRow,
    Figure,
    HeatmapFigure,
    HistogramFigure,
    HistogramSeries,
    PlotPanel,
    ScatterFigure,
)
from deepbench_ui.plots.canvas import Canvas
from deepbench_ui.plots.colours import blend, paper_colours, readable_on, screen_colours
from deepbench_ui.plots.key import PlotKey
from deepbench_ui.plots.painters.beeswarm import swarm
from deepbench_ui.plots.ticks import shorten
from deepbench_ui.theme import theme

Make = Callable[[str], Any]
Show = Callable[[Figure], PlotPanel]
Click = Callable[[PlotPanel, float, float], None]


@pytest.fixture(params=["light", "dark"])
def in_theme(request: pytest.FixtureRequest) -> Iterator[str]:
    theme().set_mode(request.param)
    yield request.param
    theme().set_mode("light")


def canvas_of(panel: PlotPanel) -> Canvas:
    canvas = panel.findChild(Canvas)
    assert canvas is not None
    return canvas


def colours_in(image: QImage) -> set[str]:
    small = image.convertToFormat(QImage.Format.Format_RGB32)
    pixels = np.frombuffer(small.constBits(), dtype=np.uint32).reshape(small.height(), -1)
    return {QColor.fromRgb(int(pixel)).name() for pixel in np.unique(pixels)}


def test_every_figure_is_painted_in_both_themes(figure: Figure, show: Show, in_theme: str) -> None:
    image = show(figure).grab().toImage()
    seen = colours_in(image)
    colours = screen_colours()
    assert colours.background.name() in seen
    assert len(seen) > 10


def test_a_change_of_the_theme_repaints(make: Make, show: Show) -> None:
    panel = show(make("leaderboard"))
    light = screen_colours().use("baseline").name()
    assert light in colours_in(panel.grab().toImage())
    try:
        theme().set_mode("dark")
        seen = colours_in(panel.grab().toImage())
        assert screen_colours().use("baseline").name() in seen
        assert light not in seen
    finally:
        theme().set_mode("light")


def test_pictures_of_nothing_are_pictures(show: Show) -> None:
    show(DotIntervalFigure(title="a", sentence="", rows=(), value_title="x"))
    show(DotIntervalFigure(title="b", sentence="", rows=(DotRow("r", None),), value_title="x"))
    show(
        HistogramFigure(
            title="c", sentence="", series=(HistogramSeries("s", ()),), x_title="x", y_title="y"
        )
    )
    show(
        CurvesFigure(title="d", sentence="", curves=(), x_title="x", y_title="y", per_sample=False)
    )
    show(HeatmapFigure(title="e", sentence="", matrix=(), per_sample=False))
    show(
        ScatterFigure(
            title="f", sentence="", names=("S",), x=(1.0,), y=(1.0,), x_title="x", y_title="y"
        )
    )


def test_an_image_of_many_cells_has_the_colours_of_its_key(make: Make, show: Show) -> None:
    panel = show(make("missing"))
    colours = screen_colours()
    assert {colours.use("shuffled").name(), colours.use("missing").name()} <= colours_in(
        panel.grab().toImage()
    )


# --- clicks and selection -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "x", "y", "selected"),
    [
        ("leaderboard", 0.6, 1.0, {"model": "Network, small"}),
        ("leaderboard", 0.6, 2.0, {"model": "network-large"}),
        ("scatter", 1.0, 3.0, {"sample": "S2"}),
        ("dependence", 3.0, 0.4, {"sample": "S3"}),
        ("beeswarm", -0.5, 0.0, {"sample": "S2", "feature": "radius"}),
        ("waterfall", 0.0, 2.0, {"feature": "texture"}),
        ("missing", 3.0, 20.0, {"sample": "S20", "feature": "gene 3"}),
        ("sample-map", 2.0, 1.0, {"sample": "S5"}),
    ],
)
def test_a_click_selects_what_is_there(
    name: str,
    x: float,
    y: float,
    selected: dict[str, str],
    make: Make,
    show: Show,
    click: Click,
    hub: Any,
) -> None:
    panel = show(make(name))
    click(panel, x, y)
    assert {kind: hub.selected(kind) for kind in selected} == selected
    assert panel.message


def test_a_click_beside_everything_lets_go(make: Make, show: Show, click: Click, hub: Any) -> None:
    panel = show(make("scatter"))
    hub.select("model", "Elastic net")
    click(panel, 0.0, 0.0)
    assert hub.selected("sample") == "S1"
    click(panel, 0.2, 2.8)
    assert hub.selected("sample") == ""
    assert hub.selected("model") == "Elastic net"
    assert panel.message == ""


def test_a_click_on_a_cell_says_which(make: Make, show: Show, click: Click, qtbot: QtBot) -> None:
    panel = show(make("confusion"))
    with qtbot.waitSignal(panel.cell_clicked) as clicked:
        click(panel, 1.0, 0.0)
    assert clicked.args == [0, 1]
    assert panel.message == "True well, Predicted ill: 2, 3 %"


def test_linked_plots_mark_the_same_sample(
    make: Make, show: Show, click: Click, hub: Any, qtbot: QtBot
) -> None:
    other = PlotPanel("test.other", None, hub)
    qtbot.addWidget(other)
    other.show_figure(make("sample-map"))
    other.resize(600, 300)
    accent = screen_colours().accent.name()
    assert accent not in colours_in(other.grab().toImage())
    click(show(make("scatter")), 1.0, 3.0)
    assert accent in colours_in(other.grab().toImage())


def test_a_selected_sample_that_was_not_drawn_is_marked_all_the_same(show: Show, hub: Any) -> None:
    many = 5000
    figure = ScatterFigure(
        title="t",
        sentence="",
        names=tuple(map(str, range(many))),
        x=tuple(float(index) for index in range(many)),
        y=tuple(float(index % 7) for index in range(many)),
        x_title="x",
        y_title="y",
    )
    left_out = next(iter(set(range(many)) - set(figure.drawn())))
    panel = show(figure)
    painter = canvas_of(panel).painter
    assert painter is not None
    assert painter.places("sample", str(left_out)) == [QPointF(left_out, left_out % 7)]
    assert left_out not in painter.order


# --- keys ---------------------------------------------------------------------------------


def test_arrow_keys_walk_from_left_to_right_and_say_where(
    make: Make, show: Show, hub: Any
) -> None:
    panel = show(make("scatter"))
    canvas = canvas_of(panel)
    seen = []
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_End, Qt.Key.Key_Left):
        QTest.keyClick(canvas, key)
        seen.append(hub.selected("sample"))
    assert [name[:2] for name in seen] == ["S1", "S2", "<i", "S2"]
    assert panel.message.startswith("S2: ")
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    assert hub.selected("sample") == ""


def test_up_and_down_go_by_rows_of_a_matrix(make: Make, show: Show, qtbot: QtBot) -> None:
    panel = show(make("confusion"))
    cells: list[tuple[int, int]] = []
    panel.cell_clicked.connect(lambda row, column: cells.append((row, column)))
    for key in ("Home", "Down", "Right", "Up", "Up"):
        QTest.keyClick(canvas_of(panel), getattr(Qt.Key, f"Key_{key}"))
    assert cells == [(0, 0), (1, 0), (1, 1), (0, 1)]


def test_every_mark_can_be_reached_and_read(figure: Figure, show: Show) -> None:
    panel = show(figure)
    painter = canvas_of(panel).painter
    assert painter is not None
    said = []
    QTest.keyClick(canvas_of(panel), Qt.Key.Key_Home)
    walked = painter.order[:200]
    for _step in walked:
        said.append(panel.message)
        QTest.keyClick(canvas_of(panel), Qt.Key.Key_Right)
    assert all(said)
    assert len(said) == len(walked) > 0


def test_the_mouse_reads_without_choosing(make: Make, show: Show, hub: Any) -> None:
    panel = show(make("scatter"))
    canvas = canvas_of(panel)
    scene = canvas.plot.box.mapViewToScene(QPointF(1.0, 3.0))
    view = canvas.plot.view
    QTest.mouseMove(view.viewport(), view.mapFromScene(QPointF(scene)))
    QApplication.processEvents()
    assert panel.message.startswith("S2: ")
    assert hub.selected("sample") == ""


# --- the view -----------------------------------------------------------------------------


def wheel(target: QWidget, turn: int, modifiers: Qt.KeyboardModifier) -> None:
    """Turn the wheel over a widget, as the window system reports it."""
    window = target.window()
    place = target.mapTo(window, QPoint(60, 60))
    QTest.wheelEvent(window.windowHandle(), QPointF(place), QPoint(0, turn), stateKey=modifiers)
    QApplication.processEvents()


def test_the_wheel_scrolls_the_page_and_zooms_only_with_control(
    make: Make, outlet: Any, hub: Any, qtbot: QtBot
) -> None:
    page = QScrollArea()
    qtbot.addWidget(page)
    panel = PlotPanel("test.plot", outlet, hub)
    panel.setMinimumHeight(2000)
    page.setWidget(panel)
    page.setWidgetResizable(True)
    panel.show_figure(make("scatter"))
    page.resize(600, 400)
    page.show()
    qtbot.waitExposed(page)
    canvas = canvas_of(panel)
    target = canvas.plot.view.viewport()
    before = canvas.plot.shown()
    wheel(target, -120, Qt.KeyboardModifier.NoModifier)
    scrolled = page.verticalScrollBar().value()
    assert scrolled > 0
    assert canvas.plot.shown() == before
    wheel(target, 240, Qt.KeyboardModifier.ControlModifier)
    assert canvas.plot.is_zoomed()
    assert page.verticalScrollBar().value() == scrolled
    panel.reset_view()
    assert canvas.plot.shown() == pytest.approx(before)


def test_newer_values_keep_the_zoom_and_another_plot_does_not(make: Make, show: Show) -> None:
    panel = show(make("scatter"))
    plot = canvas_of(panel).plot
    plot.show_range((0.5, 1.5, 0.5, 2.5))
    panel.show_figure(make("scatter"))
    assert plot.shown() == pytest.approx((0.5, 1.5, 0.5, 2.5))
    panel.show_figure(make("dependence"))
    assert not plot.is_zoomed()


def test_no_menu_and_no_export_of_pyqtgraph(make: Make, show: Show) -> None:
    panel = show(make("scatter"))
    plot = canvas_of(panel).plot
    assert plot.box.menuEnabled() is False
    assert plot.box.menu is None
    scene = plot.view.scene()
    assert scene.contextMenu == []
    before = len(QApplication.topLevelWidgets())
    middle = plot.view.viewport().rect().center()
    QTest.mouseClick(plot.view.viewport(), Qt.MouseButton.RightButton, pos=middle)
    assert QApplication.activePopupWidget() is None
    assert len(QApplication.topLevelWidgets()) == before
    assert scene.exportDialog is None


def test_names_are_shown_as_they_are_not_read_as_html(make: Make, show: Show) -> None:
    panel = show(make("scatter"))
    plot = canvas_of(panel).plot
    label = plot.axes["bottom"].label
    assert label.toPlainText().strip().startswith('<img src="//host')
    QTest.keyClick(canvas_of(panel), Qt.Key.Key_End)
    assert '<img src="//host' in panel.message


def test_the_key_wraps_and_grows(make: Make, show: Show) -> None:
    panel = show(make("leaderboard"))
    key = canvas_of(panel).plot.key
    assert isinstance(key, PlotKey)
    wide = key.minimumHeight()
    panel.resize(260, panel.height())
    panel.grab()
    assert key.minimumHeight() > wide


def test_row_names_thin_out_where_they_would_overlap(show: Show) -> None:
    rows = tuple(DotRow(f"row {index}", float(index)) for index in range(300))
    panel = show(DotIntervalFigure(title="t", sentence="", rows=rows, value_title="x"))
    levels = canvas_of(panel).plot.axes["left"]._tickLevels
    places = [place for place, _name in levels[0]]
    assert places[0] == 0
    assert places[1] in (2, 5, 10)


# --- parts --------------------------------------------------------------------------------


def test_points_of_a_swarm_do_not_lie_on_each_other() -> None:
    x = np.repeat([0.0, 1.0], [9, 2])
    y = swarm(x, 0.1)
    assert len(set(zip(x.tolist(), y.tolist(), strict=True))) == 11
    assert np.abs(y).max() <= 0.4
    assert y[:9].sum() == pytest.approx(0.0)
    assert swarm(np.empty(0), 0.1).size == 0


def test_long_names_keep_both_ends() -> None:
    assert shorten("short") == "short"
    short = shorten("Histidine-rich glycoprotein precursor isoform 2", 20)
    assert short == "Histidine-…isoform 2"
    assert len(short) == 20


def test_text_on_cells_has_the_higher_contrast() -> None:
    assert readable_on(QColor("#000080")).name() == "#ffffff"
    assert readable_on(QColor("#ffff00")).name() == "#000000"


def test_colours_between_stops() -> None:
    stops = (QColor("black"), QColor("white"))
    assert blend(stops, 0.5).lightness() in (127, 128)
    assert blend(stops, -1).name() == "#000000"
    assert blend(stops, 7).name() == "#ffffff"
    colours = paper_colours()
    assert colours.background.name() == "#ffffff"
    assert colours.amounts[0].lightness() > colours.amounts[-1].lightness()
