"""Running text of a page as the markup that paragraphs of a PDF are made of."""

from __future__ import annotations

import re
import unicodedata
from html import escape

from deepbench.reporting.pdf.looks import (
    ACCENT,
    BADGES,
    CALM,
    MONO,
    NO_LETTER,
    QUIET,
    known_letters,
)
from deepbench.reporting.pdf.page_tree import Element

# Parts that stand apart on a page: spaces that are not folded.
_GAP = "\u00a0\u00a0\u00a0"
_SPACE = re.compile(r"[ \t\r\n\f]+")
_BOLD = frozenset({"strong", "b", "th"})
_SLANTED = frozenset({"em", "i", "cite"})
_SMALLER = frozenset({"sub", "sup"})


def shown(text: str) -> str:
    """Return text with a box for each letter that the fonts do not have."""
    known = known_letters()
    plain = unicodedata.normalize("NFC", text)
    return "".join(
        letter if ord(letter) in known or letter.isspace() else NO_LETTER for letter in plain
    )


def markup_of(parts: list[Element | str]) -> str:
    """Return texts and elements in a line as markup, white space folded."""
    return _SPACE.sub(" ", "".join(map(_markup, parts))).strip()


def _markup(part: Element | str) -> str:
    if isinstance(part, str):
        return escape(shown(part), quote=False)
    if part.tag == "br":
        return "<br/>"
    inside = "".join(map(_markup, part.children))
    if not inside.strip():
        return inside
    if part.tag == "code":
        return f'<font face="{MONO}" size="-1">{inside}</font>'
    if part.tag in _BOLD:
        return f"<b>{inside}</b>"
    if part.tag in _SLANTED:
        return f"<i>{inside}</i>"
    if part.tag in _SMALLER:
        return f"<{part.tag}>{inside}</{part.tag}>"
    return _span(part, inside)


def _span(part: Element, inside: str) -> str:
    """Return what a class of a span asks for."""
    if "badge" in part.classes:
        colour = next((BADGES[name] for name in BADGES if name in part.classes), CALM)
        return f'{_GAP}<font color="#{colour.hexval()[2:]}"><b>{inside}</b></font>{_GAP}'
    if "label" in part.classes:
        return f'<font color="#{QUIET.hexval()[2:]}"><b>{inside}</b></font> '
    if "tip-number" in part.classes:
        return f'<font color="#{ACCENT.hexval()[2:]}"><b>{inside}</b></font>{_GAP}'
    if "meaning" in part.classes:
        return f'<br/><font color="#{QUIET.hexval()[2:]}" size="-1">{inside}</font>'
    # Parts that stand beside each other on a page touch one another here.
    return f"{inside}{_GAP}" if part.tag == "span" else inside
