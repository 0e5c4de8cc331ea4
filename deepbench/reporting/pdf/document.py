"""Pages of a PDF: contents with page numbers, bookmarks, a line at the foot of each page."""

from __future__ import annotations

import io
from collections.abc import Sequence

from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageTemplate
from reportlab.platypus.tableofcontents import TableOfContents

from deepbench.reporting.pdf import looks
from deepbench.reporting.wording import clipped

_DEEPEST_BOOKMARK = 3


class PagedDocument(BaseDocTemplate):  # type: ignore[misc]
    """A document of which the contents are known when it is laid out a second time.

    Args:
        target: Where the PDF goes.
        title: What stands at the foot of each page.
    """

    def __init__(self, target: io.BytesIO, title: str) -> None:
        # Invariant: neither a date nor a random name stands in it. Nor who made it.
        super().__init__(
            target,
            pagesize=looks.PAGE,
            title=title,
            author="",
            subject="",
            creator="DeepBench",
            producer="DeepBench",
            keywords="",
            lang="en",
            invariant=1,
            pageCompression=1,
        )
        self._title = title
        self._count = 0
        self._level = 0
        frame = Frame(
            looks.MARGIN,
            looks.MARGIN,
            looks.WIDTH,
            looks.HEIGHT,
            leftPadding=0,
            rightPadding=0,
            topPadding=0,
            bottomPadding=0,
        )
        self.addPageTemplates(PageTemplate("page", [frame], onPageEnd=self._foot))

    def beforeDocument(self) -> None:  # noqa: N802
        """Begin the numbers of headings again: the document is laid out twice."""
        self._count = self._level = 0

    def afterFlowable(self, flowable: Flowable) -> None:  # noqa: N802
        """Note a heading for the contents and the bookmarks."""
        outline: tuple[int, str] | None = getattr(flowable, "outline", None)
        if outline is None or outline[0] > _DEEPEST_BOOKMARK:
            return
        level, text = outline
        self._count += 1
        key = f"heading-{self._count}"
        self.canv.bookmarkPage(key)
        # A bookmark may be only one level below the one before it.
        self._level = min(max(level - 2, 0), self._level + 1) if self._count > 1 else 0
        self.canv.addOutlineEntry(clipped(text, 100), key, self._level, closed=1)
        if level == 2:
            self.notify("TOCEntry", (0, clipped(text, 100), self.page, key))

    def _foot(self, canvas: Canvas, document: PagedDocument) -> None:
        canvas.saveState()
        canvas.setStrokeColor(looks.LINE)
        canvas.setLineWidth(0.5)
        bottom = looks.MARGIN - 12
        canvas.line(looks.MARGIN, bottom, looks.PAGE[0] - looks.MARGIN, bottom)
        canvas.setFont(looks.FONT, 7.5)
        canvas.setFillColor(looks.QUIET)
        canvas.drawString(looks.MARGIN, bottom - 11, clipped(self._title, 90))
        canvas.drawRightString(looks.PAGE[0] - looks.MARGIN, bottom - 11, f"Page {document.page}")
        canvas.restoreState()


def contents_list() -> TableOfContents:
    """Return the list of sections with their pages."""
    return TableOfContents(dotsMinLevel=0, rightColumnWidth=30, levelStyles=[looks.CONTENTS])


def pages(title: str, story: Sequence[Flowable]) -> bytes:
    """Return a PDF with these blocks; the same blocks give the same bytes.

    Args:
        title: Title of the document.
        story: What stands in it, in order.
    """
    target = io.BytesIO()
    PagedDocument(target, title).multiBuild(list(story))
    return target.getvalue()
