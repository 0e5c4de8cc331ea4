"""Paths, addresses and names in text."""

from __future__ import annotations

import pytest

from deepbench.privacy.identifying_text import (
    A_NAME,
    A_PATH,
    AN_ADDRESS,
    SOMEBODY,
    is_telling,
    searchable,
    what_identifies,
    what_identifies_in_cells,
    without_revealing,
)

NAMES = searchable(["P-0412", "Anna  Schmidt", "7", "S7", "100234", "12"])


def test_names_that_mean_a_sample_by_themselves() -> None:
    assert set(filter(is_telling, NAMES)) == {"p-0412", "anna schmidt", "s7", "100234"}
    assert searchable(["?", "", "A", "007"]) == {"007"}


@pytest.mark.parametrize(
    "text",
    [
        "patient 7 was left out",
        "Patients 1007 and 1012",
        "of patients 3, 4 and 12",
        "sample no. 7",
        "Sample_7",
        "case #12",
        "id: 12",
        "mouse-7 died",
        "animal 7; fine",
        "see no. 1012 for this",
        "subject 7 of 20",
        "Proband 12",
        "code 7",
    ],
)
def test_short_numbers_behind_a_word_are_found(text: str) -> None:
    names = searchable(["7", "12", "1007", "1012"])
    assert what_identifies(text, names, columns=["code"]) == A_NAME
    assert not any(
        what_identifies(without_revealing(text, names, "(x)", columns=["code"]), names)
        for _ in "x"
    )


@pytest.mark.parametrize(
    "text",
    [
        "7 of 12 samples, 12 mice",
        "samples: 12",
        "Patients: 12 from Basel",
        "Board of X, no. 12/2025",
        "sample 7.5",
        "mice 12 weeks old",
        "unit 7 ml",
        "case 13",
        "batch 7 and plate 12",
        "code 7",
    ],
)
def test_other_numbers_are_no_samples(text: str) -> None:
    assert what_identifies(text, searchable(["7", "12", "1007", "1012"])) == ""


def test_persons_are_looked_for_where_somebody_typed() -> None:
    text = "Board 12/2025; Anna Weber, 63 y, 145 mmHg"
    assert what_identifies(text) == ""
    assert what_identifies(text, persons="of the data") == ""
    assert what_identifies(text, persons="all") == SOMEBODY
    assert without_revealing(text, (), "(x)") == "Board 12/2025; (x), 63 y, 145 mmHg"
    assert what_identifies("patient Anna Weber", persons="of the data") == SOMEBODY


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
