"""The theme of the running program: which one it is, its colours, and putting it on."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QGuiApplication
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid

from deepbench_ui.theme.control_images import control_images
from deepbench_ui.theme.fonts import SMALLEST_BASE_SIZE, base_font
from deepbench_ui.theme.style import make_palette, render_style_sheet
from deepbench_ui.theme.tokens import ThemeName, Tokens, load_tokens

ThemeMode = Literal["system", "light", "dark"]
_SCHEMES: dict[ThemeMode, Qt.ColorScheme] = {
    "system": Qt.ColorScheme.Unknown,
    "light": Qt.ColorScheme.Light,
    "dark": Qt.ColorScheme.Dark,
}


class Theme(QObject):
    """Light or dark, by the user's choice or the system's.

    Icons and plots hold colours of the theme they were made in: who shows one listens to
    ``changed`` and makes it again.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._mode: ThemeMode = "system"
        self._name: ThemeName = _name_for("system")
        self._application: QApplication | None = None
        self._font = QFont()
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._update)

    @property
    def mode(self) -> ThemeMode:
        """What was chosen."""
        return self._mode

    @property
    def name(self) -> ThemeName:
        """What is shown."""
        return self._name

    def set_mode(self, mode: ThemeMode) -> None:
        """Choose a theme, or the system's.

        Raises:
            ValueError: there is no such mode.
        """
        if mode not in _SCHEMES:
            raise ValueError(f"'{mode}' is not one of {', '.join(_SCHEMES)}.")
        self._mode = mode
        # Frames of windows and the system's own dialogs follow this, not the style sheet.
        QGuiApplication.styleHints().setColorScheme(_SCHEMES[mode])
        self._update()

    def colour(self, token: str) -> QColor:
        """Return the colour of a token; KeyError if there is no such token."""
        return QColor(self._tokens.colours[token])

    def series(self, index: int) -> QColor:
        """Return a categorical colour; after the eighth they begin again."""
        palette = self._tokens.palette
        return QColor(palette[index % len(palette)])

    def use(self, name: str) -> QColor:
        """Return the colour of something that has the same one in every plot.

        Raises:
            KeyError: nothing of that name has a colour of its own.
        """
        return QColor(self._tokens.uses[name])

    def sequential(self) -> list[QColor]:
        """Return the stops of the colour map for amounts."""
        return [QColor(stop) for stop in self._tokens.sequential]

    def diverging(self) -> list[QColor]:
        """Return the stops of the colour map for values below and above zero."""
        return [QColor(stop) for stop in self._tokens.diverging]

    @property
    def css(self) -> str:
        """The style sheet in the colours shown."""
        size = max(SMALLEST_BASE_SIZE, self._font.pointSizeF())
        return render_style_sheet(self._tokens, size, control_images(self._tokens))

    def apply(self, app: QApplication) -> None:
        """Dress the program: style, font, palette and style sheet; again at each change."""
        if self._application is None:
            # Only once: afterwards the program's font is no longer the system's.
            self._font = base_font(app.font())
        self._application = app
        app.setStyle("Fusion")
        app.setFont(self._font)
        self._dress(app)

    @property
    def _tokens(self) -> Tokens:
        return load_tokens(self._name)

    def _update(self) -> None:
        name = _name_for(self._mode)
        if name == self._name:
            return
        self._name = name
        if self._application is not None:
            self._dress(self._application)
        self.changed.emit()

    def _dress(self, app: QApplication) -> None:
        app.setPalette(make_palette(self._tokens))
        app.setStyleSheet(self.css)


def _name_for(mode: ThemeMode) -> ThemeName:
    if mode != "system":
        return mode
    dark = QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
    return "dark" if dark else "light"


_theme: Theme | None = None


def theme() -> Theme:
    """Return the theme of the running program; made at the first call.

    Raises:
        RuntimeError: there is no QApplication yet.
    """
    global _theme  # noqa: PLW0603 - a program has one look
    app = QApplication.instance()
    if app is None:
        raise RuntimeError("The theme needs a QApplication.")
    if _theme is None or not isValid(_theme):
        _theme = Theme()
        _theme.setParent(app)
    return _theme


def set_look(widget: QWidget, **properties: str) -> None:
    """Set properties that the style sheet asks for (kind, severity, role) and show them."""
    for name, value in properties.items():
        widget.setProperty(name, value)
    style = widget.style()
    # A style sheet looks at properties only when a widget is polished; what is inside it may
    # be matched through its parent.
    for one in (widget, *widget.findChildren(QWidget)):
        style.unpolish(one)
        style.polish(one)
    widget.update()
