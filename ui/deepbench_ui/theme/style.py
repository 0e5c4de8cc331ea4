"""Palette and style sheet from the tokens."""

from __future__ import annotations

from string import Template

from PySide6.QtGui import QColor, QFontDatabase, QPalette

from deepbench_resources import read_text
from deepbench_ui.theme.tokens import Tokens

# Sizes of text against the base font.
_SIZES = {"size_title": 1.7, "size_heading": 1.2, "size_small": 0.92}
_ROLES = {
    QPalette.ColorRole.Window: "background",
    QPalette.ColorRole.WindowText: "text",
    QPalette.ColorRole.Base: "surface",
    QPalette.ColorRole.AlternateBase: "sunken",
    QPalette.ColorRole.Text: "text",
    QPalette.ColorRole.PlaceholderText: "text_muted",
    QPalette.ColorRole.Button: "surface",
    QPalette.ColorRole.ButtonText: "text",
    QPalette.ColorRole.BrightText: "danger",
    QPalette.ColorRole.Highlight: "selection",
    QPalette.ColorRole.HighlightedText: "selection_text",
    QPalette.ColorRole.Accent: "accent",
    QPalette.ColorRole.Link: "accent",
    QPalette.ColorRole.LinkVisited: "accent",
    QPalette.ColorRole.ToolTipBase: "surface_raised",
    QPalette.ColorRole.ToolTipText: "text",
    QPalette.ColorRole.Light: "surface_raised",
    QPalette.ColorRole.Midlight: "hover",
    QPalette.ColorRole.Mid: "border",
    QPalette.ColorRole.Dark: "border_strong",
    QPalette.ColorRole.Shadow: "border_strong",
}
_WRITING = (
    QPalette.ColorRole.WindowText,
    QPalette.ColorRole.Text,
    QPalette.ColorRole.ButtonText,
    QPalette.ColorRole.PlaceholderText,
)


def make_palette(tokens: Tokens) -> QPalette:
    """Return the palette for what the style sheet does not name."""
    palette = QPalette()
    for role, token in _ROLES.items():
        palette.setColor(role, QColor(tokens.colours[token]))
    for role in _WRITING:
        palette.setColor(
            QPalette.ColorGroup.Disabled, role, QColor(tokens.colours["disabled_text"])
        )
    return palette


def render_style_sheet(tokens: Tokens, base_size: float, images: str) -> str:
    """Return the style sheet of the program.

    Args:
        tokens: Colours.
        base_size: Size of the base font in points; headings grow with it.
        images: Folder of the marks inside controls.
    """
    sizes = {name: f"{base_size * factor:.1f}pt" for name, factor in _SIZES.items()}
    mono = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont).family()
    return Template(read_text("theme/app.qss")).substitute(
        tokens.colours, **sizes, images=images, mono=mono
    )
