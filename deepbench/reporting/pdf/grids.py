"""Tables of a page on the pages of a PDF: columns that fit, headings on every page."""

from __future__ import annotations

from collections.abc import Sequence

from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Flowable, LongTable, Paragraph, Table

from deepbench.reporting.pdf import looks
from deepbench.reporting.pdf.page_tree import Element
from deepbench.reporting.pdf.texts import markup_of, shown

_PADDING = 4.0
_WIDEST_WORD = 110.0
_TILES_ABREAST = 3
_FACT_LABEL = 0.34


def grid(element: Element) -> list[Flowable]:
    """Return a table of a page: its caption, then the table."""
    found: list[Flowable] = [
        Paragraph(markup_of(caption.children), looks.STYLES["caption"])
        for caption in element.find("caption")
    ]
    heads = [row for head in element.find("thead") for row in head.elements("tr")]
    body = [row for part in element.find("tbody") for row in part.elements("tr")]
    rows = [list(row.elements("th", "td")) for row in (*heads, *body)]
    if not rows:
        return found
    columns = max(map(len, rows))
    cells = [
        [_cell(cell, is_head=place < len(heads)) for cell in row] + [""] * (columns - len(row))
        for place, row in enumerate(rows)
    ]
    table = LongTable(
        cells,
        colWidths=_widths(rows, columns),
        repeatRows=len(heads),
        splitInRow=1,
        spaceBefore=3,
        spaceAfter=7,
        style=[
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LINEBELOW", (0, 0), (-1, -1), 0.4, looks.LINE),
            ("LEFTPADDING", (0, 0), (-1, -1), _PADDING),
            ("RIGHTPADDING", (0, 0), (-1, -1), _PADDING),
            ("TOPPADDING", (0, 0), (-1, -1), 2.5),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
            *(
                [("LINEBELOW", (0, len(heads) - 1), (-1, len(heads) - 1), 1, looks.LINE)]
                if heads
                else []
            ),
            *_marks(body, len(heads)),
        ],
    )
    return [*found, table]


def _marks(body: Sequence[Element], first: int) -> list[tuple[object, ...]]:
    """Return the grounds of rows that are set off."""
    marks: list[tuple[object, ...]] = []
    for place, row in enumerate(body, start=first):
        if "marked" in row.classes:
            ground = looks.CARE_GROUND if "care" in row.classes else looks.GOOD_GROUND
            marks.append(("BACKGROUND", (0, place), (-1, place), ground))
    return marks


def _cell(cell: Element, *, is_head: bool) -> Paragraph:
    return Paragraph(markup_of(cell.children), _cell_style(cell, is_head=is_head))


def _cell_style(cell: Element, *, is_head: bool) -> ParagraphStyle:
    is_number = "number" in cell.classes
    if is_head:
        return looks.CELL_HEAD_NUMBER if is_number else looks.CELL_HEAD
    return looks.CELL_NUMBER if is_number else looks.CELL


def _widths(rows: Sequence[Sequence[Element]], columns: int) -> list[float]:
    """Return widths of columns: each at least its longest word, the rest by what they hold."""
    least, most = [0.0] * columns, [0.0] * columns
    for row in rows:
        for place, cell in enumerate(row):
            style = _cell_style(cell, is_head=cell.attributes.get("scope") == "col")
            text = shown(" ".join(cell.text().split()))
            wide = looks.width_of(text, style.fontName, style.fontSize)
            words = text.split() or [""]
            word = max(looks.width_of(each, style.fontName, style.fontSize) for each in words)
            if "number" in cell.classes and style.fontName != looks.BOLD:
                word = wide  # a number and its interval stay on one line
            least[place] = max(least[place], min(word, _WIDEST_WORD))
            most[place] = max(most[place], wide)
    space = looks.WIDTH - columns * 2 * _PADDING
    asked = sum(least)
    if asked >= space:
        found = [width * space / asked for width in least]
    else:
        spare = [min(wide, looks.WIDTH) - narrow for wide, narrow in zip(most, least, strict=True)]
        share = min(1.0, (space - asked) / sum(spare)) if sum(spare) > 0 else 0.0
        found = [narrow + share * more for narrow, more in zip(least, spare, strict=True)]
        rest = (space - sum(found)) / columns
        found = [width + max(rest, 0.0) for width in found]
    return [width + 2 * _PADDING for width in found]


def facts(element: Element) -> list[Flowable]:
    """Return a list of labels and what holds for them as two columns."""
    rows = [
        [
            Paragraph(_of(pair, "dt"), looks.FACT_LABEL),
            Paragraph(_of(pair, "dd"), looks.FACT_VALUE),
        ]
        for pair in element.elements("div")
    ]
    if not rows:
        return []
    label = looks.WIDTH * _FACT_LABEL
    table = Table(
        rows,
        colWidths=[label, looks.WIDTH - label],
        splitInRow=1,
        spaceBefore=3,
        spaceAfter=7,
        style=[
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LINEBELOW", (0, 0), (-1, -2), 0.4, looks.LINE),
            ("LEFTPADDING", (0, 0), (0, -1), 0),
            ("TOPPADDING", (0, 0), (-1, -1), 2),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
        ],
    )
    return [table]


def _of(pair: Element, tag: str) -> str:
    return "<br/>".join(markup_of(each.children) for each in pair.elements(tag))


def tiles(element: Element) -> list[Flowable]:
    """Return the key figures as boxes, three abreast."""
    boxes = [_tile(each) for each in element.elements("div")]
    if not boxes:
        return []
    rest = -len(boxes) % _TILES_ABREAST
    cells = [*boxes, *[""] * rest]
    rows = [cells[at : at + _TILES_ABREAST] for at in range(0, len(cells), _TILES_ABREAST)]
    table = Table(
        rows,
        colWidths=[looks.WIDTH / _TILES_ABREAST] * _TILES_ABREAST,
        spaceBefore=7,
        spaceAfter=7,
        style=[
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("BACKGROUND", (0, 0), (-1, -2), looks.SUNKEN),
            ("BACKGROUND", (0, -1), (-1 - rest, -1), looks.SUNKEN),
            ("INNERGRID", (0, 0), (-1, -1), 4, looks.PAPER),
            ("LEFTPADDING", (0, 0), (-1, -1), 9),
            ("TOPPADDING", (0, 0), (-1, -1), 7),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 8),
        ],
    )
    return [table]


def _tile(element: Element) -> list[Paragraph]:
    styles = {"dt": looks.TILE_LABEL, "value": looks.TILE_VALUE, "under": looks.TILE_UNDER}
    return [
        Paragraph(
            markup_of(part.children),
            styles["dt"]
            if part.tag == "dt"
            else styles["value" if "value" in part.classes else "under"],
        )
        for part in element.elements("dt", "dd")
    ]
