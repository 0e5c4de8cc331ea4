"""Web pages and drawings taken apart. They are static, or they do not leave."""

from __future__ import annotations

import base64
import binascii
import re
from html.parser import HTMLParser
from typing import NoReturn
from urllib.parse import unquote_to_bytes
from xml.etree import ElementTree

from deepbench.errors import GateRefused
from deepbench.privacy.contents.parts import Contents, unreadable
from deepbench.privacy.contents.png import png_contents
from deepbench.privacy.contents.texts import decoded, numbers_in

# Attributes that somebody reads or hears.
_SPOKEN = frozenset({"alt", "title", "content", "aria-label", "label", "placeholder", "value"})
# What runs or loads something when the page is opened.
_ACTIVE = frozenset("script iframe frame object embed applet form base".split())
_LOADING = frozenset("src srcset poster data background action formaction".split())
_DATA = re.compile(r"data:(image/[a-z+.-]+)?((?:;[\w=.-]+)*),(.*)", re.DOTALL)
_LOADED_BY_STYLE = re.compile(r"@import|url\(\s*[\"']?(?!\s*[\"']?(?:data:|#))", re.IGNORECASE)


def html_contents(content: bytes) -> Contents:
    """Return what is inside a web page, pictures in it included.

    Raises:
        GateRefused: it is no text, or would run or load something when opened.
    """
    parser = _Page()
    parser.feed(decoded(content))
    parser.close()
    _add_numbers(parser.found)
    return parser.found


def svg_contents(content: bytes) -> Contents:
    """Return what is inside a drawing.

    Raises:
        GateRefused: it is no drawing, or would run or load something when opened.
    """
    text = decoded(content)
    if "<!ENTITY" in text:
        raise unreadable("an SVG drawing")
    found = Contents()
    builder = ElementTree.TreeBuilder(insert_comments=True, insert_pis=True)
    try:
        root = ElementTree.fromstring(text, ElementTree.XMLParser(target=builder))
    except ElementTree.ParseError:
        raise unreadable("an SVG drawing") from None
    for element in root.iter():
        kind: object = element.tag  # of a comment it is a function
        tag = kind if isinstance(kind, str) else ""
        name = tag.rpartition("}")[2].lower()
        attributes = {key.rpartition("}")[2]: value for key, value in element.items()}
        _look_at_element(name, attributes, found)
        outside = name in ("metadata", "title", "desc", "creator") or not tag
        inner = (element.text or "").strip()
        if name == "style":
            _add_style(inner, found)
        elif inner:
            # Metadata has a tree of its own below it; each of its texts is one of somebody.
            (found.properties if outside else found.texts).append(inner)
        if (element.tail or "").strip():
            found.texts.append(element.tail or "")
    for element in root.iter("{http://www.w3.org/2000/svg}metadata"):
        found.properties += [text.strip() for text in element.itertext() if text.strip()]
    _add_numbers(found)
    return found


def _add_numbers(found: Contents) -> None:
    """Take over the numbers of texts and of drawn paths."""
    found.add_array(numbers_in(" ".join(found.texts)))
    for code in found.markup:
        found.add_array(numbers_in(code.replace(",", " ")))


class _Page(HTMLParser):
    """Collects what is in a page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found = Contents()
        self._inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = tag
        attributes = {name: value or "" for name, value in attrs}
        _look_at_element(tag, attributes, self.found)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        _look_at_element(tag, {name: value or "" for name, value in attrs}, self.found)

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside == "style":
            _add_style(data, self.found)
        elif data.strip():
            where = self.found.properties if self._inside == "metadata" else self.found.texts
            where.append(data)

    def handle_comment(self, data: str) -> None:
        self.found.properties.append(data)

    def handle_decl(self, decl: str) -> None:
        self.found.markup.append(decl)

    def handle_pi(self, data: str) -> None:
        self.found.markup.append(data)

    def unknown_decl(self, data: str) -> None:
        self.found.texts.append(data)


def _look_at_element(tag: str, attributes: dict[str, str], found: Contents) -> None:
    if tag in _ACTIVE or (tag == "meta" and attributes.get("http-equiv", "").lower() == "refresh"):
        _active()
    is_author = tag == "meta" and attributes.get("name", "").lower() in ("author", "generator")
    for name, value in attributes.items():
        if name.lower().startswith("on") or "javascript:" in value.casefold():
            _active()
        if picture := _DATA.fullmatch(value.strip()):
            found.add(_picture(picture[1] or "", picture[2], picture[3]))
        elif name in _LOADING or (tag in ("link", "image", "use") and name == "href"):
            if value and not value.startswith("#"):
                _active()
        elif name == "style":
            _add_style(value, found)
        elif is_author:
            found.properties.append(value)
        elif name.lower() in _SPOKEN:
            found.texts.append(value)
        elif name == "href":
            found.texts.append(unquote_to_bytes(value).decode("utf-8", "replace"))
        else:
            found.markup.append(value)


def _add_style(text: str, found: Contents) -> None:
    if _LOADED_BY_STYLE.search(text):
        _active()
    for part in re.findall(r"data:[^\s\"')]+", text):
        picture = _DATA.fullmatch(part)
        if picture is not None:
            found.add(_picture(picture[1] or "", picture[2], picture[3]))
            text = text.replace(part, "")
    found.markup.append(text)


def _picture(kind: str, parameters: str, data: str) -> Contents:
    """Return what is inside a picture that stands in a page."""
    try:
        plain = unquote_to_bytes(data)
        if ";base64" in parameters:  # it may be broken into lines
            plain = base64.b64decode(b"".join(plain.split()), validate=True)
    except (binascii.Error, ValueError):
        raise unreadable("a picture") from None
    if kind == "image/png":
        return png_contents(plain)
    if kind == "image/svg+xml":
        return svg_contents(plain)
    raise unreadable("a PNG picture or SVG drawing")


def _active() -> NoReturn:
    raise GateRefused(
        "The page or drawing would run or load something when it is opened, so it stays.",
        "Report it as a fault of the program.",
    )
