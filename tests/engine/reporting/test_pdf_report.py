"""The report as PDF: every word of the page, headings with their pages, nothing else."""

from __future__ import annotations

import re
import zlib
from html import escape

import pytest

from deepbench.privacy.contents import open_contents
from deepbench.reporting.html_report import render_html
from deepbench.reporting.pdf.page_tree import page_tree
from deepbench.reporting.pdf_report import pdf_of_page
from tests.engine.reporting import summaries
from tests.engine.reporting.pdf_text import pages_of

PAGE = "<html><head><title>T</title></head><body><main>{}</main></body></html>"


def page(inner: str, head: str = "<header><h1>Title</h1></header>") -> str:
    return PAGE.format(head + inner)


def text_of(pdf: bytes) -> str:
    return "\n".join(pages_of(pdf))


def words_of(pdf: bytes) -> list[str]:
    return re.findall(r"\w+", text_of(pdf))


def flat(text: str) -> str:
    return "".join(re.findall(r"\w", text))


@pytest.fixture(scope="module")
def report() -> tuple[str, bytes]:
    html = render_html(summaries.summary(choice=None, networks=None, interpretation=None))
    return html, pdf_of_page(html)


def test_every_word_of_the_page_is_on_paper(report: tuple[str, bytes]) -> None:
    html, pdf = report
    drawn = flat(text_of(pdf))
    main = next(page_tree(html).find("main"))
    missing = [
        text
        for element in main.find(*"p h1 h2 h3 h4 td th dt dd li pre summary figcaption".split())
        for text in re.findall(r"\w+", element.text())
        if flat(text) not in drawn
    ]
    assert missing == []
    images = sum(1 for _ in main.find("img"))
    assert images > 1
    assert len(set(re.findall(rb"/Subtype /Image", pdf))) == 1
    assert pdf.count(b"/Subtype /Image") == images


def test_pages_are_numbered_and_the_contents_name_them(report: tuple[str, bytes]) -> None:
    html, pdf = report
    pages = len(pages_of(pdf))
    assert pages > 5
    text = text_of(pdf)
    assert all(f"Page {number}" in text for number in range(1, pages + 1))
    assert f"Page {pages + 1}" not in text
    sections = [each.text() for each in next(page_tree(html).find("main")).find("h2")]
    assert pdf.count(b"/Title") >= len(sections)  # bookmarks


def test_the_same_page_gives_the_same_bytes_without_a_name_or_a_date() -> None:
    first = pdf_of_page(page("<p>A</p>"))
    assert first == pdf_of_page(page("<p>A</p>"))
    assert b"2000" in first  # a fixed date
    assert not re.search(rb"D:20[12]\d", first)
    properties = open_contents("a.pdf", first).properties
    assert "ReportLab" not in " ".join(properties)


@pytest.mark.parametrize(
    "name",
    [
        "<b>IL6</b>",
        "a & b &amp; c",
        '"><img src="http://x.org/a.png">',
        "<font color=red>x</font>",
        "x" * 600,
        "]]> <!-- -->",
    ],
)
def test_names_of_columns_are_text_whatever_is_in_them(name: str) -> None:
    rows = f"<tr><th scope='row'>{escape(name)}</th><td class='number'>1.5</td></tr>"
    table = (
        f"<table><thead><tr><th scope='col'>Column</th></tr></thead><tbody>{rows}</tbody></table>"
    )
    listing = f"<ul><li>{escape(name)}</li></ul><pre><code>{escape(name)}</code></pre>"
    pdf = pdf_of_page(page(f"<h2>{escape(name)}</h2><p>{escape(name)}</p>{table}{listing}"))
    drawn = flat(text_of(pdf))
    assert drawn.count(flat(name)) >= 4
    assert b"/URI" not in pdf
    assert b"/Subtype /Image" not in pdf


def test_letters_that_the_fonts_lack_are_boxes_and_others_are_themselves() -> None:
    pdf = pdf_of_page(page("<p>β-actin, Größe, ≥ 5 µg, 細胞</p>"))
    assert "β-actin, Größe, ≥ 5 µg, □□" in text_of(pdf)
    assert any("β-actin, Größe" in text for text in open_contents("a.pdf", pdf).texts)


def test_long_tables_go_on_with_their_headings() -> None:
    body = "".join(
        f"<tr><td>row{place}</td><td class='number'>{place}</td></tr>" for place in range(300)
    )
    head = "<tr><th scope='col'>Feature</th><th scope='col'>Importance</th></tr>"
    pdf = pdf_of_page(page(f"<table><thead>{head}</thead><tbody>{body}</tbody></table>"))
    words = words_of(pdf)
    assert [word for word in words if word.startswith("row")] == [f"row{n}" for n in range(300)]
    assert words.count("Importance") == len(pages_of(pdf)) > 3


def test_streams_are_packed_and_nothing_else() -> None:
    pdf = pdf_of_page(page("<p>A</p>"))
    filters = set(re.findall(rb"/Filter \[ ([^\]]*) \]", pdf))
    assert filters == {b"/FlateDecode"}
    packed = re.search(rb"/Length \d+\s*>>\s*stream\r?\n(.*?)endstream", pdf, re.DOTALL)
    assert packed is not None
    assert zlib.decompressobj().decompress(packed[1])


def test_an_item_longer_than_a_page_goes_on() -> None:
    long = " ".join(f"word{place}" for place in range(3000))
    pdf = pdf_of_page(page(f"<table><tbody><tr><td>{long}</td></tr></tbody></table><p>end</p>"))
    assert words_of(pdf).count("word2999") == 1
