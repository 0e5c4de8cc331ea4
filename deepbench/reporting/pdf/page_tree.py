"""A web page of this program as a tree of elements, as far as its templates go."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

_EMPTY = frozenset({"meta", "img", "br", "hr", "input", "link", "col", "wbr"})


@dataclass
class Element:
    """One element.

    Attributes:
        tag: Its name.
        attributes: Its attributes; one without a value has an empty text.
        children: Elements and texts in it, in order.
    """

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Element | str] = field(default_factory=list)

    @property
    def classes(self) -> frozenset[str]:
        """Names of its classes."""
        return frozenset(self.attributes.get("class", "").split())

    def elements(self, *tags: str) -> Iterator[Element]:
        """Yield the elements directly in it, of some names or all."""
        for child in self.children:
            if isinstance(child, Element) and (not tags or child.tag in tags):
                yield child

    def find(self, *tags: str) -> Iterator[Element]:
        """Yield the elements of some names anywhere in it, in order."""
        for child in self.elements():
            if child.tag in tags:
                yield child
            yield from child.find(*tags)

    def text(self) -> str:
        """Return all texts in it."""
        return "".join(
            child if isinstance(child, str) else child.text() for child in self.children
        )


def page_tree(html: str) -> Element:
    """Return the tree of a page; its root is an element without a name."""
    parser = _Reader()
    parser.feed(html)
    parser.close()
    return parser.root


class _Reader(HTMLParser):
    """Builds the tree."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("")
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self._open[-1].children.append(element)
        if tag not in _EMPTY:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _EMPTY:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        if any(element.tag == tag for element in self._open[1:]):
            while self._open.pop().tag != tag:
                pass

    def handle_data(self, data: str) -> None:
        self._open[-1].children.append(data)
