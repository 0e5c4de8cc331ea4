"""Planted names, paths and addresses are found in files of all formats; clean files leave."""

from __future__ import annotations

import zlib
from typing import get_args

import numpy as np
import pytest

from deepbench.errors import GateRefused
from deepbench.plan import PrivacyLevel
from deepbench.privacy.content_scan import NameIndex, Secrets, scan_file
from deepbench.privacy.contents import KNOWN_SUFFIXES, open_contents
from deepbench.privacy.gate import LeavingKind
from tests.engine.privacy import planting

ID, MAIL, PLACE, ACCOUNT = "P-0007", "anna@lab.org", "/home/anna/lab/t.csv", "aschmidt2"
SECRETS = Secrets(
    names=NameIndex(["p-0007", "842302", "anna schmidt", "s7"]),
    files=("biopsies_2025.csv",),
    persons=(ACCOUNT, "max", "root"),
)
#: Where something can be hidden: name of the file, and the file with a text in it.
PLACES = {
    "text": ("a.txt", lambda text: f"The model and {text}.".encode()),
    "markdown": ("a.md", lambda text: f"# Card\n\n<!-- {text} -->".encode()),
    "plan": ("plan.toml", lambda text: f'title = "{text}"'.encode()),
    "script": ("rerun.py", lambda text: f"# {text}\nprint(1)\n".encode()),
    "cell": ("a.csv", lambda text: f"feature,importance\n{text},0.5\n".encode()),
    "head of a column": ("a.csv", lambda text: f"feature,{text}\nIL6,0.5\n".encode()),
    "JSON value": ("a.json", lambda text: f'{{"a": [{{"b": "{text}"}}]}}'.encode()),
    "JSON key": ("a.json", lambda text: f'{{"a": {{"{text}": 1}}}}'.encode()),
    "JSON in escapes": (
        "a.json",
        lambda text: ('"' + "".join(f"\\u{ord(letter):04x}" for letter in text) + '"').encode(),
    ),
    "page": ("a.html", lambda text: planting.page(f"<td>{text}</td>")),
    "page, in entities": (
        "a.html",
        lambda text: planting.page("".join(f"&#{ord(letter)};" for letter in text)),
    ),
    "page, hidden": ("a.html", lambda text: planting.page(f"<p hidden>{text}</p>")),
    "page, comment": ("a.html", lambda text: planting.page(f"<!-- {text} -->")),
    "page, attribute": ("a.html", lambda text: planting.page(f'<p data-x="{text}">x</p>')),
    "page, alt text": ("a.html", lambda text: planting.page(f'<b title="{text}">x</b>')),
    "page, style": ("a.html", lambda text: planting.page(f"<style>/* {text} */</style>")),
    "picture in a page": (
        "a.html",
        lambda text: planting.picture_in_page(planting.png(b"tEXt", b"Comment\0" + text.encode())),
    ),
    "drawing in a page": (
        "a.html",
        lambda text: planting.picture_in_page(
            planting.SVG.format(f"<text>{text}</text>").encode(), "image/svg+xml"
        ),
    ),
    "PNG text": ("a.png", lambda text: planting.png(b"tEXt", b"Author\0" + text.encode())),
    "PNG packed text": (
        "a.png",
        lambda text: planting.png(b"zTXt", b"k\0\0" + zlib.compress(text.encode())),
    ),
    "PNG international text": (
        "a.png",
        lambda text: planting.png(b"iTXt", b"k\0\0\0de\0\0" + text.encode()),
    ),
    "PNG camera data": ("a.png", lambda text: planting.png(b"eXIf", b"MM\0*" + text.encode())),
    "SVG text": ("a.svg", lambda text: planting.SVG.format(f"<text>{text}</text>").encode()),
    "SVG title": ("a.svg", lambda text: planting.SVG.format(f"<title>{text}</title>").encode()),
    "SVG comment": ("a.svg", lambda text: planting.SVG.format(f"<!--{text}-->").encode()),
    "SVG attribute": ("a.svg", lambda text: planting.SVG.format(f'<g id="{text}"/>').encode()),
    "SVG metadata": (
        "a.svg",
        lambda text: planting.SVG.format(f"<metadata><a><b>{text}</b></a></metadata>").encode(),
    ),
    "PDF title": ("a.pdf", lambda text: planting.figure("pdf", author=text)),
    "PDF text": ("a.pdf", lambda text: planting.figure("pdf", text=text)),
    "workbook cell": ("a.xlsx", planting.workbook),
    "workbook author": ("a.xlsx", lambda text: planting.workbook(author=text)),
    "ONNX name": ("model.onnx", lambda text: planting.onnx_model(name=text)),
    "ONNX producer": ("model.onnx", lambda text: planting.onnx_model(producer=text)),
    "ONNX metadata": ("model.onnx", lambda text: planting.onnx_model(metadata=text)),
    "safetensors name": ("m.safetensors", lambda text: planting.safetensors(name=text)),
    "safetensors metadata": ("m.safetensors", lambda text: planting.safetensors(note=text)),
    "skops": (
        "m.skops",
        lambda text: planting.zipped(schema__json=f'{{"names": ["{text}"]}}'.encode()),
    ),
}


def found(name: str, content: bytes, level: PrivacyLevel, kind: LeavingKind = "figures") -> str:
    try:
        scan_file(name, content, kind, level, SECRETS)
    except GateRefused as refusal:
        return refusal.message
    return ""


@pytest.mark.parametrize("place", PLACES)
def test_what_is_planted_is_found_and_not_repeated(place: str) -> None:
    name, make = PLACES[place]
    for level in ("sensitive", "restricted"):
        assert found(name, make("IL6"), level) == ""
        for text, said in (
            (ID, "the name of a sample or unit"),
            (MAIL, "an e-mail address"),
            (PLACE, "a file path"),
        ):
            message = found(name, make(text), level)
            assert said in message, (place, text)
            assert text not in message


@pytest.mark.parametrize("place", PLACES)
def test_public_files_may_say_anything_but_who_made_them(place: str) -> None:
    name, make = PLACES[place]
    assert found(name, make(ID), "public") == ""
    assert found(name, make(MAIL), "internal") == ""


OF_THE_FILE = ("PNG text", "SVG metadata", "PDF title", "workbook author", "ONNX producer")


@pytest.mark.parametrize("level", get_args(PrivacyLevel))
@pytest.mark.parametrize("place", OF_THE_FILE)
def test_no_file_says_at_any_level_who_made_it(place: str, level: PrivacyLevel) -> None:
    name, make = PLACES[place]
    assert "account" in found(name, make(f"made by {ACCOUNT}"), level)
    assert "account" in found(name, make("by Max"), level)
    assert "file path" in found(name, make(PLACE), level)
    assert found(name, make("root"), level) == ""  # on every computer


def test_an_account_that_is_a_word_is_no_alarm_in_texts() -> None:
    assert found("a.txt", b"We took the max of the scores.", "sensitive") == ""
    assert "account" in found("a.txt", f"by {ACCOUNT}".encode(), "sensitive")


def test_the_name_of_the_table_belongs_into_plan_and_report_alone() -> None:
    text = b"Read from biopsies_2025.csv."
    assert found("a.txt", text, "sensitive", "report") == ""
    assert found("a.txt", text, "sensitive", "plan") == ""
    for kind in ("weights", "figures", "tables"):
        assert "the name of a data file" in found("a.txt", text, "sensitive", kind)


def test_the_name_of_a_file_in_the_bundle_is_looked_at() -> None:
    assert "name of a sample" in found("figures/P-0007.png", planting.png(), "sensitive")


@pytest.mark.parametrize(
    ("text", "is_name"),
    [
        ("sample P-0007, and others", True),
        ("p-0007.csv", True),
        ("x_P-0007_y", True),
        ("P-00071", False),
        ("XP-0007", False),
        ("Anna\n  SCHMIDT", True),
        ("Anna Schmidtke", False),
        ("842302", True),
        ("842302.0", True),
        ("id=842302;", True),
        ("0.842302", False),
        ("842302.51", False),
        ("1842302", False),
        ("S7", True),
    ],
)
def test_names_are_words_of_their_own(text: str, is_name: bool) -> None:
    assert SECRETS.names.stands_in(text) == is_name


def test_short_names_mean_nothing_in_the_code_of_a_page() -> None:
    assert found("a.html", planting.page('<p class="s7" id="s7">x</p>'), "sensitive") == ""
    assert found("a.html", planting.page("<p>s7</p>"), "sensitive") != ""


@pytest.mark.parametrize(
    "inner",
    [
        "<script>alert(1)</script>",
        "<iframe></iframe>",
        '<img src="http://x.org/a.png">',
        '<img src="\\\\server\\x.png">',
        '<p onclick="x()">x</p>',
        '<a href="javascript:x()">x</a>',
        "<style>@import 'http://x.org/a.css';</style>",
        '<p style="background: url(http://x.org/a.png)">x</p>',
        '<link rel="stylesheet" href="http://x.org/a.css">',
        '<meta http-equiv="refresh" content="0; url=http://x.org">',
    ],
)
def test_a_page_that_runs_or_loads_something_stays(inner: str) -> None:
    assert "run or load" in found("a.html", planting.page(inner), "public")
    link = planting.page('<a href="https://doi.org/10.1/x">10.1/x</a><a href="#top">up</a>')
    assert found("a.html", link, "sensitive") == ""


@pytest.mark.parametrize("cell", ["=1+1", "@SUM(A1)", "+cmd|'/c calc'!A0"])
def test_a_workbook_with_a_formula_stays(cell: str) -> None:
    assert found("a.xlsx", planting.workbook(cell), "public") != ""
    assert found("a.xlsx", planting.workbook(-1.5), "public") == ""


def test_onnx_with_operators_of_its_own_stays() -> None:
    assert found("m.onnx", planting.onnx_model(), "sensitive", "weights") == ""
    assert "of its own" in found("m.onnx", planting.onnx_model(domain="my.ops"), "public")


@pytest.mark.parametrize("suffix", sorted(KNOWN_SUFFIXES))
def test_what_cannot_be_read_stays(suffix: str) -> None:
    for content in (b"\x00\xff\xfe broken", b""):
        try:
            opened = open_contents(f"a.{suffix}", content)
        except GateRefused as refusal:
            assert refusal.hint
        else:
            assert content == b""
            assert opened.numbers == []


@pytest.mark.parametrize("name", ["model.pkl", "model.joblib", "a.parquet", "a", "a.exe"])
def test_formats_that_are_not_known_stay(name: str) -> None:
    with pytest.raises(GateRefused, match="cannot be looked into"):
        open_contents(name, b"anything")


def test_pickles_inside_arrays_stay() -> None:
    values = np.array([{"a": 1}], dtype=object)
    with pytest.raises(GateRefused):
        open_contents("a.npy", planting.npy(values))


def test_a_pdf_of_which_no_text_can_be_read_stays_where_that_matters() -> None:
    stream = b"BT <0102> Tj ET"
    content = b"%PDF-1.4\n1 0 obj << /Length 15 >> stream\n" + stream + b"\nendstream endobj"
    assert "looked into" in found("a.pdf", content, "sensitive", "report")
    assert found("a.pdf", content, "public", "report") == ""
