"""Icons of one family: drawn alike, sharp, in the colours of the theme."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QIcon, QImage, QPainter
from PySide6.QtWidgets import QApplication

import deepbench_ui
from deepbench_resources import read_text
from deepbench_ui.theme import app_icon, icon, icon_names, theme
from deepbench_ui.theme.drawing import draw_pixmap
from deepbench_ui.theme.tokens import THEMES, load_tokens

STATES = "todo ready running done decision blocked outdated"
ACTIONS = """
    back next run pause stop resume save copy table reset-view undo redo folder file new example
    recover search close info warning danger help settings theme export add remove edit person
    group chart lock unlock drop keyboard app
"""
PARTS = {"path", "circle", "rect"}
# The same drawing on purpose.
TWINS = {frozenset({"dash", "remove"})}
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(autouse=True)
def _light_again(qapp: QApplication) -> Iterator[None]:
    yield
    theme().set_mode("light")


def image_of(name: str, side: int = 48) -> QImage:
    return draw_pixmap(name, "#000000", side, side).toImage()


def alphas(image: QImage) -> list[int]:
    return [
        image.pixelColor(x, y).alpha() for x in range(image.width()) for y in range(image.height())
    ]


def test_every_icon_that_pages_need_is_there() -> None:
    assert set((STATES + ACTIONS).split()) <= set(icon_names())


def test_every_icon_that_the_window_names_is_there() -> None:
    folder = Path(deepbench_ui.__file__).parent
    named = {
        name
        for file in folder.rglob("*.py")
        for name in re.findall(r'\bicon\("([a-z-]+)"', file.read_text(encoding="utf-8"))
    }
    assert named
    assert named <= set(icon_names())


@pytest.mark.parametrize("name", icon_names())
def test_icon_is_drawn_like_the_others(name: str) -> None:
    root = ElementTree.fromstring(read_text(f"icons/{name}.svg"))
    assert root.get("viewBox") == "0 0 24 24"
    assert root.get("stroke") == "currentColor"
    assert root.get("stroke-width") == "1.75"
    assert root.get("stroke-linecap") == root.get("stroke-linejoin") == "round"
    for part in root:
        assert part.tag.removeprefix(SVG) in PARTS
        assert part.get("fill", "none") in ("none", "currentColor")
        assert part.get("stroke", "none") == "none"


@pytest.mark.parametrize("name", icon_names())
def test_icon_shows_something_and_is_not_cut(qapp: QApplication, name: str) -> None:
    image = image_of(name)
    assert max(alphas(image)) == 255
    last = image.width() - 1
    edge = [
        image.pixelColor(*place).alpha()
        for i in range(image.width())
        for place in ((i, 0), (i, last), (0, i), (last, i))
    ]
    assert max(edge) == 0


def test_icons_differ(qapp: QApplication) -> None:
    drawn = {name: image_of(name, 24) for name in icon_names()}
    same = {
        frozenset(pair)
        for pair in itertools.combinations(drawn, 2)
        if drawn[pair[0]] == drawn[pair[1]]
    }
    assert same <= TWINS


@pytest.mark.parametrize("name", THEMES)
def test_icon_has_the_colour_of_its_token(name: str) -> None:
    theme().set_mode(name)  # type: ignore[arg-type]
    for token in ("text", "accent", "ok"):
        colours = set_of_opaque(icon("stop", token), QIcon.Mode.Normal)
        assert colours == {load_tokens(name).colours[token]}  # type: ignore[arg-type]
    disabled = set_of_opaque(icon("stop"), QIcon.Mode.Disabled)
    assert disabled == {load_tokens(name).colours["disabled_text"]}  # type: ignore[arg-type]


def set_of_opaque(made: QIcon, mode: QIcon.Mode) -> set[str]:
    image = made.pixmap(QSize(48, 48), 1.0, mode).toImage()
    pixels = [image.pixelColor(x, y) for x in range(48) for y in range(48)]
    return {pixel.name() for pixel in pixels if pixel.alpha() == 255}


@pytest.mark.parametrize("ratio", [1.0, 1.25, 1.5, 2.0])
def test_icon_is_drawn_at_the_pixels_of_the_screen(qapp: QApplication, ratio: float) -> None:
    pixmap = icon("search").pixmap(QSize(24, 24), ratio)
    assert pixmap.devicePixelRatio() == ratio
    assert pixmap.size() == QSize(24, 24) * ratio
    wanted = theme().colour("text").name()
    sharp = draw_pixmap("search", wanted, pixmap.width(), pixmap.height()).toImage()
    assert alphas(pixmap.toImage()) == alphas(sharp)


def test_icon_paints_in_the_middle_of_a_wide_place(qapp: QApplication) -> None:
    image = QImage(60, 20, QImage.Format.Format_ARGB32)
    image.fill(0)
    painter = QPainter(image)
    icon("todo").paint(painter, QRect(0, 0, 60, 20))
    painter.end()
    columns = [x for x in range(60) if any(image.pixelColor(x, y).alpha() for y in range(20))]
    assert (min(columns) + max(columns)) / 2 == pytest.approx(29.5, abs=0.5)
    assert max(columns) - min(columns) < 20


def test_icons_are_made_once_for_each_theme(qapp: QApplication) -> None:
    light = icon("save")
    assert icon("save").cacheKey() == light.cacheKey()
    theme().set_mode("dark")
    assert icon("save").cacheKey() != light.cacheKey()


def test_unknown_icon_is_named(qapp: QApplication) -> None:
    with pytest.raises(KeyError, match="no icon called 'floppy'"):
        icon("floppy")
    with pytest.raises(KeyError, match="cerulean"):
        icon("save", "cerulean")
    assert "app-icon" not in icon_names()


def test_icon_of_the_program_comes_in_the_sizes_of_task_bars(qapp: QApplication) -> None:
    made = app_icon()
    assert {size.width() for size in made.availableSizes()} >= {16, 32, 48, 256}
    for size in made.availableSizes():
        image = made.pixmap(size, 1.0).toImage()
        assert image.pixelColor(0, 0).alpha() == 0
        centre = image.pixelColor(image.width() // 2, image.height() // 5 * 4)
        assert centre.alpha() == 255
