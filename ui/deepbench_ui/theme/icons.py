"""The program's own icons, tinted in the colours of the theme."""

from __future__ import annotations

import functools
from importlib.resources import files

from PySide6.QtCore import QRect, QRectF, QSize
from PySide6.QtGui import QIcon, QIconEngine, QPainter, QPixmap, QPixmapCache

import deepbench_resources
from deepbench_ui.theme.application_theme import theme
from deepbench_ui.theme.drawing import draw_pixmap, drawing, paint_drawing
from deepbench_ui.theme.tokens import ThemeName, load_tokens

_APP_ICON = "app-icon"
_APP_ICON_SIZES = (16, 24, 32, 48, 64, 128, 256)


@functools.cache
def icon_names() -> tuple[str, ...]:
    """Return the names that `icon` knows."""
    folder = files(deepbench_resources).joinpath("icons")
    names = sorted(file.name.removesuffix(".svg") for file in folder.iterdir())
    return tuple(name for name in names if name != _APP_ICON)


def icon(name: str, token: str = "text") -> QIcon:
    """Return an icon in a colour of the theme shown now.

    It keeps that colour: make it again when ``theme().changed`` is emitted.

    Args:
        name: One of `icon_names`.
        token: Colour, as in ``theme().colour``.

    Raises:
        KeyError: there is no such icon or token.
    """
    if name not in icon_names():
        raise KeyError(f"There is no icon called '{name}'.")
    return _icon(name, token, theme().name)


def app_icon() -> QIcon:
    """Return the icon of the program, in the sizes that windows and task bars ask for."""
    result = QIcon()
    for size in _APP_ICON_SIZES:
        result.addPixmap(draw_pixmap(_APP_ICON, "", size, size))
    return result


@functools.cache
def _icon(name: str, token: str, theme_name: ThemeName) -> QIcon:
    colours = load_tokens(theme_name).colours
    drawing(name, colours[token])
    return QIcon(_TintedIcon(name, colours[token], colours["disabled_text"]))


class _TintedIcon(QIconEngine):
    """Draws at the size asked for, so that an icon is sharp on every screen."""

    def __init__(self, name: str, colour: str, disabled: str) -> None:
        super().__init__()
        self._name, self._colour, self._disabled = name, colour, disabled

    def clone(self) -> QIconEngine:
        return _TintedIcon(self._name, self._colour, self._disabled)

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        paint_drawing(painter, self._name, self._colour_in(mode), QRectF(rect))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        colour = self._colour_in(mode)
        key = f"deepbench {self._name} {colour} {size.width()} {size.height()}"
        pixmap = QPixmap()
        if not QPixmapCache.find(key, pixmap):
            pixmap = draw_pixmap(self._name, colour, size.width(), size.height())
            QPixmapCache.insert(key, pixmap)
        return pixmap

    def _colour_in(self, mode: QIcon.Mode) -> str:
        return self._disabled if mode == QIcon.Mode.Disabled else self._colour
