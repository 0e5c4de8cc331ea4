"""Studies to report on, and their pages, each rendered once."""

from __future__ import annotations

import functools
from collections.abc import Callable
from html.parser import HTMLParser
from types import ModuleType

import pytest

from deepbench.reporting.html_report import render_html
from deepbench.study.records import StudySummary
from tests.engine.reporting import summaries

VOID = {"meta", "img", "br", "hr", "link", "input"}


class Page(HTMLParser):
    """A parsed report.

    Attributes:
        tags: (tag, attributes) in order.
        words: All that a reader reads or hears: text, text alternatives, labels.
        tables: Caption and rows (headings first) of each table.
        sections: Ids of the sections in order.
    """

    def __init__(self, html: str) -> None:
        super().__init__()
        self.html = html
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.texts: list[str] = []
        self.tables: list[tuple[str, list[list[str]]]] = []
        self.sections: list[str] = []
        self.feed(html)
        self.close()
        self.words = " ".join(" ".join(self.texts).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.append((tag, found))
        if tag not in VOID:
            self.open.append(tag)
        if tag == "table":
            self.tables.append(("", []))
        elif tag == "tr":
            self.tables[-1][1].append([])
        elif tag in ("td", "th"):
            self.tables[-1][1][-1].append("")
        elif tag == "section":
            self.sections.append(found["id"] or "")
        self.texts += [found[name] or "" for name in ("alt", "aria-label") if name in found]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, f"</{tag}> closes nothing"

    def handle_data(self, data: str) -> None:
        if "style" in self.open:
            return
        self.texts.append(data)
        text = " ".join(data.split())
        if {"td", "th"} & set(self.open):
            row = self.tables[-1][1][-1]
            row[-1] = f"{row[-1]} {text}".strip()
        elif "caption" in self.open:
            self.tables[-1] = (f"{self.tables[-1][0]} {text}".strip(), self.tables[-1][1])

    def table(self, caption: str) -> list[dict[str, str]]:
        """Rows of the table whose caption starts so, by heading."""
        rows = next(rows for name, rows in self.tables if name.startswith(caption))
        return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


@pytest.fixture(scope="session")
def studies() -> ModuleType:
    """The module ``summaries``."""
    return summaries


@pytest.fixture(scope="session")
def page(studies: ModuleType) -> Callable[..., Page]:
    """The parsed report of a study, by its name in ``summaries.ALL``."""

    @functools.cache
    def render(name: str, safe: bool = False) -> Page:
        summary: StudySummary = studies.ALL[name]()
        if safe:
            return Page(render_html(summary, small_cells=10, per_sample=False))
        return Page(render_html(summary))

    return render


@pytest.fixture(scope="session")
def parse() -> Callable[[str], Page]:
    """A report of one's own, parsed."""
    return Page
