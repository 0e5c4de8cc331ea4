"""Paths, addresses and names in text."""

from __future__ import annotations

import pytest

from deepbench.privacy.identifying_text import (
    A_NAME,
    A_PATH,
    AN_ADDRESS,
    searchable,
    what_identifies,
    what_identifies_in_cells,
)

NAMES = searchable(["P-0412", "Anna  Schmidt", "7", "S7", "100234", "12"])


def test_names_that_say_nothing_are_not_looked_for() -> None:
    assert {"p-0412", "anna schmidt", "s7", "100234"} == NAMES


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("from /home/anna/study", A_PATH),
        ("/Users", A_PATH),
        ("in C:\\Users\\anna", A_PATH),
        ("d:/data/x.csv", A_PATH),
        ("\\\\server\\share\\x", A_PATH),
        ("see ~/x.csv", A_PATH),
        ("file:///x", A_PATH),
        ("(/data2/x/y.csv", A_PATH),
        ("ask anna.s@lab.uni-x.de", AN_ADDRESS),
        ("without ANNA schmidt, who left", A_NAME),
        ("p-0412.", A_NAME),
        ("plate_S7_2", A_NAME),
        ("case 100234", A_NAME),
    ],
)
def test_found(text: str, what: str) -> None:
    assert what_identifies(text, NAMES) == what


@pytest.mark.parametrize(
    "text",
    [
        "",
        "IL-6 in pg/ml/h and 1/2/2020",
        "https://www.ncbi.nlm.nih.gov/geo/query/acc.cgi and doi:10.1000/182",
        "wild type/knock-out; and/or",
        "Ethics board 12/345, University @ home",
        "7 of 12 samples, S71, xS7, P-04123",
        "0.100234",
        "a ratio of A / B, about ~5",
    ],
)
def test_not_found(text: str) -> None:
    assert what_identifies(text, NAMES if "0.1" not in text else ()) == ""


def test_cells() -> None:
    def look(*cells: str) -> str:
        return what_identifies_in_cells([["feature", "importance"], list(cells)], NAMES)

    assert look("IL6", "0.100234") == ""
    assert look("P-0412 (outlier)", "1") == A_NAME
    assert look("anna schmidt", "1") == A_NAME
    assert look("IL6", "/home/x/y") == A_PATH
