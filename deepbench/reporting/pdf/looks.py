"""How pages of a PDF look: fonts, colours, sizes and styles of paragraphs.

The fonts are those of the figures (DejaVu, which come with matplotlib), so that a document looks
the same everywhere and its letters are in it.
"""

from __future__ import annotations

import functools
from pathlib import Path

import matplotlib
from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

FONT, BOLD, MONO = "DejaVu", "DejaVu-Bold", "DejaVu-Mono"
_FILES = {
    FONT: "DejaVuSans.ttf",
    BOLD: "DejaVuSans-Bold.ttf",
    "DejaVu-Oblique": "DejaVuSans-Oblique.ttf",
    "DejaVu-BoldOblique": "DejaVuSans-BoldOblique.ttf",
    MONO: "DejaVuSansMono.ttf",
}
#: Stands for a letter that the fonts do not have.
NO_LETTER = "□"

INK, QUIET, LINE = HexColor("#1B2530"), HexColor("#4D5966"), HexColor("#DDE2E8")
SUNKEN, ACCENT, PAPER = HexColor("#F0F2F5"), HexColor("#0B5A8C"), HexColor("#FFFFFF")
GOOD, GOOD_GROUND = HexColor("#0A6245"), HexColor("#E6F4EE")
CARE, CARE_GROUND = HexColor("#7A4A00"), HexColor("#FDF3DD")
BAD, BAD_GROUND = HexColor("#9C2A10"), HexColor("#FDECE7")
CALM, CALM_GROUND = HexColor("#3C4856"), HexColor("#E9EDF2")

PAGE = A4
MARGIN: float = 19 * mm
WIDTH: float = PAGE[0] - 2 * MARGIN
HEIGHT: float = PAGE[1] - 2 * MARGIN
#: Letters of fixed width in a line of a listing.
LISTING_LETTERS = 100


@functools.cache
def load_fonts() -> None:
    """Make the fonts known; once in a process."""
    folder = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    for name, file in _FILES.items():
        pdfmetrics.registerFont(TTFont(name, str(folder / file)))
    pdfmetrics.registerFontFamily(
        FONT,
        normal=FONT,
        bold=BOLD,
        italic="DejaVu-Oblique",
        boldItalic="DejaVu-BoldOblique",
    )
    pdfmetrics.registerFontFamily(MONO, normal=MONO, bold=MONO, italic=MONO, boldItalic=MONO)


@functools.cache
def known_letters() -> frozenset[int]:
    """Return the code points that both fonts of running text have."""
    load_fonts()
    faces = [pdfmetrics.getFont(name).face for name in (FONT, BOLD, MONO)]
    common = set(faces[0].charToGlyph) & set(faces[1].charToGlyph)
    return frozenset(common & set(faces[2].charToGlyph))


def width_of(text: str, font: str, size: float) -> float:
    """Return the width of a text in points."""
    width: float = pdfmetrics.stringWidth(text, font, size)
    return width


def _style(name: str, **changes: object) -> ParagraphStyle:
    usual: dict[str, object] = {
        "fontName": FONT,
        "fontSize": 9,
        "leading": 13,
        "textColor": INK,
        "spaceAfter": 5,
        "splitLongWords": 1,
        "allowWidows": 0,
        "allowOrphans": 0,
    }
    return ParagraphStyle(name, **{**usual, **changes})


_BODY = _style("body")
_SMALL = {"fontSize": 8, "leading": 11, "textColor": QUIET}
_BOXED = {"borderPadding": (4, 6, 4, 6), "spaceBefore": 6, "spaceAfter": 10}
#: Styles of paragraphs by tag or class of an element; the first that fits counts.
STYLES: dict[str, ParagraphStyle] = {
    "h1": _style("h1", fontName=BOLD, fontSize=19, leading=24, spaceAfter=6),
    "h2": _style("h2", fontName=BOLD, fontSize=14, leading=18, spaceBefore=16, spaceAfter=7),
    "h3": _style("h3", fontName=BOLD, fontSize=10.5, leading=14, spaceBefore=10, spaceAfter=4),
    "h4": _style(
        "h4", fontName=BOLD, fontSize=9, leading=12, spaceBefore=7, spaceAfter=3, textColor=QUIET
    ),
    "summary": _style("summary", fontName=BOLD, leading=12, spaceBefore=7, spaceAfter=3),
    "caption": _style("caption", fontName=BOLD, fontSize=8.5, leading=11, spaceBefore=7),
    "figcaption": _style("figcaption", **_SMALL, spaceBefore=3, spaceAfter=9),
    "answer": _style("answer", fontName=BOLD, fontSize=12.5, leading=17, spaceAfter=4),
    "lead": _style("lead", fontSize=10, leading=14.5, textColor=QUIET),
    "eyebrow": _style("eyebrow", **_SMALL, spaceAfter=2),
    "statement": _style("statement", fontSize=10, leading=14),
    "quote": _style("quote", fontSize=10, leading=14),
    "care": _style("care", **_BOXED, backColor=CARE_GROUND, textColor=CARE),
    "hint": _style("hint", **_BOXED, backColor=SUNKEN),
    "test-use": _style("test-use", fontName=BOLD, textColor=CALM),
    **{
        name: _style(name, **_SMALL)
        for name in ("note", "source", "where", "names", "key", "numbers", "decision", "footer")
    },
    "body": _BODY,
}
BULLET = _style("bullet", spaceAfter=3)
CELL = _style("cell", fontSize=7.5, leading=9.8, spaceAfter=0)
CELL_NUMBER = _style("cell-number", parent=CELL, fontSize=7.5, leading=9.8, alignment=TA_RIGHT)
CELL_HEAD = _style("cell-head", fontName=BOLD, fontSize=7, leading=9, textColor=QUIET)
CELL_HEAD_NUMBER = _style(
    "cell-head-number",
    fontName=BOLD,
    fontSize=7,
    leading=9,
    textColor=QUIET,
    alignment=TA_RIGHT,
)
FACT_LABEL = _style("fact-label", fontSize=8.5, leading=12, textColor=QUIET, spaceAfter=0)
FACT_VALUE = _style("fact-value", fontSize=8.5, leading=12, spaceAfter=0)
TILE_LABEL = _style("tile-label", fontName=BOLD, fontSize=7.5, leading=10, textColor=QUIET)
TILE_VALUE = _style("tile-value", fontName=BOLD, fontSize=13.5, leading=17, spaceAfter=1)
TILE_UNDER = _style("tile-under", fontSize=7, leading=9, textColor=QUIET, spaceAfter=0)
LISTING = _style("listing", fontName=MONO, fontSize=7.2, leading=9.6, backColor=SUNKEN)
CONTENTS = _style("contents", fontSize=8.5, leading=11, spaceAfter=0)
BADGES = {
    "for": GOOD,
    "against": CARE,
    "warning": CARE,
    "serious": BAD,
    "blocking": BAD,
}
"""Colours of badges by class; others are calm."""


def style_of(tag: str, classes: frozenset[str]) -> ParagraphStyle:
    """Return the style of an element's text."""
    if tag in STYLES:
        return STYLES[tag]
    return next((STYLES[name] for name in STYLES if name in classes), _BODY)
