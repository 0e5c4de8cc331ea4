"""Elements of a page as the blocks that fill the pages of a PDF."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Callable, Iterator, Sequence

from reportlab.lib.colors import Color
from reportlab.platypus import (
    CondPageBreak,
    Flowable,
    HRFlowable,
    Image,
    Indenter,
    KeepTogether,
    LongTable,
    Paragraph,
    Preformatted,
    Table,
)

from deepbench.reporting.pdf import looks
from deepbench.reporting.pdf.grids import facts, grid, tiles
from deepbench.reporting.pdf.page_tree import Element
from deepbench.reporting.pdf.texts import markup_of, shown

_BLOCKS = frozenset(
    "article blockquote caption details div dl figcaption figure footer h1 h2 h3 h4 header li "
    "main nav ol p pre section summary table ul".split()
)
_NOT_PRINTED = frozenset({"head", "style", "nav"})
_HEADINGS = frozenset({"h1", "h2", "h3", "h4"})
_BANNERS = {
    "yes": looks.GOOD,
    "no": looks.CALM,
    "unclear": looks.CARE,
    "stopped": looks.BAD,
    "reuse": looks.BAD,
    "locked": looks.CALM,
    "copy": looks.LINE,
}
_NO_BULLETS = {"proofs": "✓", "not-shown": "×"}
_WITHOUT_MARK = frozenset({"reasons", "tips", "plain-list", "rules"})
_BADGE = re.compile(r'<font color="#[0-9a-f]{6}"><b>[^<]*</b></font>')
_LEADING = frozenset({"h1", "h2", "h3", "h4", "summary", "caption"})
_SOME_LINES, _SOME_ROWS = 45.0, 75.0
_INDENT = 13.0
_PICTURE = "data:image/png;base64,"
_PER_PIXEL = 0.72  # an inch of the report's figures has 100 pixels


def story_of(element: Element) -> list[Flowable]:
    """Return the blocks of an element, no heading left alone at the end of a page."""
    found = blocks(element)
    story: list[Flowable] = []
    for place, block in enumerate(found):
        before = found[place - 1] if place else None
        if _is_heading(block) and not _is_heading(before):
            story.append(CondPageBreak(_needed(found[place:])))
        # A table in a folded part has the title of that part.
        if before is None or not _says_again(before, block):
            story.append(block)
    return story


def _says_again(before: Flowable, block: Flowable) -> bool:
    return bool(_is_heading(before) and _is_heading(block) and before.text == block.text)


def _is_heading(block: Flowable | None) -> bool:
    return isinstance(block, Paragraph) and block.style.name in _LEADING


def _needed(following: Sequence[Flowable]) -> float:
    """Return the height of headings with the beginning of what they are about."""
    height = 0.0
    for block in following:
        if isinstance(block, LongTable):
            return min(height + _SOME_ROWS, looks.HEIGHT)
        parts = block.parts if isinstance(block, _Whole) else [block]
        own: float = sum(part.wrap(looks.WIDTH, looks.HEIGHT)[1] for part in parts)
        height += own + float(block.getSpaceBefore())
        if not _is_heading(block):
            whole = isinstance(block, _Whole | Table)
            needed = height if whole else height - own + _SOME_LINES
            return min(needed, looks.HEIGHT)
    return height


def blocks(element: Element) -> list[Flowable]:
    """Return what an element shows, in order."""
    if element.tag in _NOT_PRINTED or "skip" in element.classes or "bar" in element.classes:
        return []
    made = _MAKERS.get(element.tag)
    if made is not None:
        return made(element)
    if "figure-grid" in element.classes:
        return _beside(element)
    found = _children(element)
    if "card" in element.classes:
        return [HRFlowable("100%", 0.5, color=looks.LINE, spaceBefore=5, spaceAfter=4), *found]
    colour = next((_BANNERS[name] for name in _BANNERS if name in element.classes), None)
    return _barred(found, colour) if colour is not None else found


def _paragraph(element: Element) -> list[Flowable]:
    text = markup_of(element.children)
    if not text:
        return []
    paragraph = Paragraph(text, looks.style_of(element.tag, element.classes))
    if element.tag in _HEADINGS:
        paragraph.outline = (int(element.tag[1]), shown(" ".join(element.text().split())))
    return [paragraph]


def _children(element: Element) -> list[Flowable]:
    """Return what is in an element; texts between blocks are paragraphs of their own."""
    found: list[Flowable] = []
    pending = ""
    for part in _runs(element):
        if isinstance(part, Element):
            made = blocks(part)
            if pending and made:
                made = _begun_with(pending, made)
                pending = ""
            found += made
            continue
        text = markup_of(part)
        if pending and text:
            text, pending = f"{pending} {text}", ""
        if _BADGE.fullmatch(text.strip()):
            pending = text  # it belongs to what follows
        elif text:
            found.append(Paragraph(text, looks.style_of("", element.classes)))
    if pending:
        found.append(Paragraph(pending, looks.STYLES["body"]))
    return found


def _begun_with(text: str, made: list[Flowable]) -> list[Flowable]:
    """Return blocks whose first paragraph begins with a text."""
    for place, block in enumerate(made):
        if isinstance(block, Paragraph):
            again = Paragraph(f"{text} {block.text}", block.style)
            if hasattr(block, "outline"):
                again.outline = block.outline
            return [*made[:place], again, *made[place + 1 :]]
    return [Paragraph(text, looks.STYLES["body"]), *made]


def _runs(element: Element) -> Iterator[Element | list[Element | str]]:
    """Yield blocks in an element, and what stands between them as one run each."""
    run: list[Element | str] = []
    for child in element.children:
        if isinstance(child, Element) and child.tag in _BLOCKS | _NOT_PRINTED:
            if run:
                yield run
                run = []
            yield child
        else:
            run.append(child)
    if run:
        yield run


def _definitions(element: Element) -> list[Flowable]:
    return tiles(element) if "tiles" in element.classes else facts(element)


def _list(element: Element) -> list[Flowable]:
    plain = bool(_WITHOUT_MARK & element.classes)
    mark = next((_NO_BULLETS[name] for name in _NO_BULLETS if name in element.classes), "•")
    found: list[Flowable] = []
    for place, item in enumerate(element.elements("li"), start=1):
        inside = _children(item)
        if plain:
            found += inside
            continue
        bullet = f"{place}." if element.tag == "ol" else mark
        found += [Indenter(_INDENT), *_bulleted(inside, bullet), Indenter(-_INDENT)]
    return found


def _bulleted(inside: Sequence[Flowable], bullet: str) -> list[Flowable]:
    """Return the blocks of an item, the first with a mark before it."""
    if not inside or not isinstance(inside[0], Paragraph):
        return list(inside)
    first = inside[0]
    style = looks.BULLET if first.style.name == "body" else first.style
    sized = style.clone(
        f"{style.name}-item",
        bulletIndent=-_INDENT + 2,
        bulletFontName=looks.FONT,
        bulletFontSize=style.fontSize,
        spaceAfter=3,
    )
    return [Paragraph(first.text, sized, bulletText=bullet), *inside[1:]]


def _barred(inside: list[Flowable], colour: Color) -> list[Flowable]:
    """Return blocks between two coloured lines: a box could not go on over the end of a page."""
    line = {"width": "100%", "thickness": 1.6, "color": colour}
    return [
        HRFlowable(**line, spaceBefore=6, spaceAfter=6),
        *inside,
        HRFlowable(**line, spaceBefore=3, spaceAfter=8),
    ]


class _Whole(KeepTogether):  # type: ignore[misc]
    """Blocks that stand on one page."""

    def __init__(self, parts: list[Flowable]) -> None:
        super().__init__(parts)
        self.parts = parts


def _whole_figure(element: Element) -> list[Flowable]:
    return [_Whole(_figure(element, looks.WIDTH))]


def _figure(element: Element, width: float) -> list[Flowable]:
    found: list[Flowable] = []
    for image in element.find("img"):
        picture = _picture(image, width)
        found += [picture] if picture is not None else []
    for caption in element.find("figcaption"):
        found += _paragraph(caption)
    return found


def _picture(image: Element, most: float) -> Image | None:
    source = image.attributes.get("src", "")
    if not source.startswith(_PICTURE):
        return None
    width = float(image.attributes["width"]) * _PER_PIXEL
    height = float(image.attributes["height"]) * _PER_PIXEL
    scale = min(1.0, most / width, (looks.HEIGHT - 90) / height)
    content = io.BytesIO(base64.b64decode(source.removeprefix(_PICTURE)))
    return Image(content, width * scale, height * scale, mask=None, hAlign="LEFT")


def _beside(element: Element) -> list[Flowable]:
    """Return figures two abreast."""
    width = looks.WIDTH / 2
    cells = [_figure(figure, width - 12) for figure in element.elements("figure")]
    rows = [
        Table(
            [[*cells[at : at + 2], *[""] * (2 - len(cells[at : at + 2]))]],
            colWidths=[width, width],
            style=[("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (0, 0), 0)],
        )
        for at in range(0, len(cells), 2)
    ]
    return list(rows)


def _listing(element: Element) -> list[Flowable]:
    text = shown(element.text()).expandtabs(4)
    return [
        Preformatted(text, looks.LISTING, maxLineLength=looks.LISTING_LETTERS, newLineChars="")
    ]


_MAKERS: dict[str, Callable[[Element], list[Flowable]]] = {
    **dict.fromkeys(("h1", "h2", "h3", "h4", "p", "summary", "figcaption"), _paragraph),
    **dict.fromkeys(("ul", "ol"), _list),
    "table": grid,
    "dl": _definitions,
    "figure": _whole_figure,
    "pre": _listing,
}
