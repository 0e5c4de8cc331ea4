"""A page of this program as PDF: complete, on paper, with its pictures as pixels.

The PDF is made from the very HTML that leaves as a web page, so that both say the same.
"""

from __future__ import annotations

from reportlab import rl_config
from reportlab.platypus import Spacer

from deepbench.reporting.pdf import looks
from deepbench.reporting.pdf.blocks import story_of
from deepbench.reporting.pdf.document import contents_list, pages
from deepbench.reporting.pdf.page_tree import Element, page_tree
from deepbench.reporting.pdf.texts import shown

_FEW_SECTIONS = 4


def pdf_of_page(html: str) -> bytes:
    """Return a report or document as PDF; the same page gives the same bytes.

    Args:
        html: A page made by `deepbench.reporting.html_report` or of the documents.
    """
    looks.load_fonts()
    # Text stays text in the file: it can be searched, copied, and looked into by the gate.
    rl_config.useA85 = 0
    root = page_tree(html)
    main = next(root.find("main"))
    head, *rest = list(main.elements())
    title = " ".join(next(root.find("title"), Element("title")).text().split())
    story = story_of(head)
    if sum(1 for _ in main.find("h2")) >= _FEW_SECTIONS:
        story += [Spacer(1, 8), contents_list()]
    for element in rest:
        story += story_of(element)
    return pages(shown(title), story)
