"""Cells that mean missing, or beyond a limit of detection."""

import pytest

from .nasty_files import COMMA, Asks, Nasty, Reads, check, extra, reads, table

SQRT2 = 2**0.5

CODES = [
    Nasty(
        "16 a label NA (neuraminidase)",
        extra("HA", "NA", "M1", "NA", "HA", "M1", "NA", "HA", name="segment"),
        reads(
            "HA",
            "NA",
            "M1",
            "NA",
            "HA",
            "M1",
            "NA",
            "HA",
            name="segment",
            said=[("segment", "'NA' kept as a label of its own", 3)],
        ),
    ),
    Nasty(
        "16 a label NA that the user calls missing",
        extra("HA", "NA", "M1", "NA", "HA", "M1", "NA", "HA", name="segment"),
        reads(
            "HA",
            None,
            "M1",
            None,
            "HA",
            "M1",
            None,
            "HA",
            name="segment",
            said=[("segment", "'NA' read as missing", 3)],
            options={"data": {"missing_in": {"segment": ["NA"]}}},
        ),
    ),
    Nasty(
        "16 NA among yes and no",
        extra("yes", "no", "NA", "yes", "no", "yes", "no", "yes", name="smokes"),
        reads(
            "yes",
            "no",
            "NA",
            "yes",
            "no",
            "yes",
            "no",
            "yes",
            name="smokes",
            said=[("smokes", "'NA' kept as a label of its own", 1)],
        ),
    ),
    Nasty(
        "16 names None and nan",
        table(("None", *"12345678"), ("nan", *"23456781"), ("NA", *"34567812")),
        Reads({"None": (1, 2, 3, 4, 5, 6, 7, 8), "nan": (2, 3, 4, 5, 6, 7, 8, 1)}),
    ),
    Nasty(
        "usual codes for missing",
        extra("1.5", "", "NA", "n.d.", "?", "-", "#N/A", "2.5"),
        reads(
            1.5,
            None,
            None,
            None,
            None,
            None,
            None,
            2.5,
            said=[
                ("x", "'NA' read", 1),
                ("x", "'n.d.' read", 1),
                ("x", "'\\?' read", 1),
                ("x", "'-' read", 1),
                ("x", "'#N/A' read", 1),
            ],
        ),
    ),
    Nasty(
        "Excel's errors saved as text",
        extra("1.5", "#DIV/0!", "#NAME?", "2.5", "#REF!", "#VALUE!", "3", "4"),
        reads(
            1.5,
            None,
            None,
            2.5,
            None,
            None,
            3,
            4,
            said=[("x", "#DIV/0!", 1), ("x", "#NAME", 1), ("x", "#REF!", 1), ("x", "#VALUE!", 1)],
        ),
    ),
    Nasty(
        "-99 among ages",
        extra("31", "-99", "29", "-99", "61", "38", "47", "33"),
        reads(31, -99, 29, -99, 61, 38, 47, 33),
    ),
    Nasty(
        "17 below the limit of detection",
        extra("<0.1", "0.5", ">1000", "12", "ND", "<0.1", "7", "9"),
        Asks(
            "data.below_detection",
            r"row 2, column 'x': '<0.1' is a value beyond a limit, .* 3 cells are of that kind",
            [
                (
                    "limit/sqrt2",
                    reads(
                        0.1 / SQRT2,
                        0.5,
                        1000,
                        12,
                        None,
                        0.1 / SQRT2,
                        7,
                        9,
                        said=[
                            ("x", "below the limit", 2),
                            ("x", "above the limit", 1),
                            ("x", "'ND'", 1),
                        ],
                    ),
                ),
                (
                    "limit/2",
                    reads(
                        0.05,
                        0.5,
                        1000,
                        12,
                        None,
                        0.05,
                        7,
                        9,
                        said=[
                            ("x", "below the limit", 2),
                            ("x", "above the limit", 1),
                            ("x", "'ND'", 1),
                        ],
                    ),
                ),
                (
                    "limit",
                    reads(
                        0.1,
                        0.5,
                        1000,
                        12,
                        None,
                        0.1,
                        7,
                        9,
                        said=[
                            ("x", "below the limit", 2),
                            ("x", "above the limit", 1),
                            ("x", "'ND'", 1),
                        ],
                    ),
                ),
                (
                    "missing",
                    reads(
                        None,
                        0.5,
                        None,
                        12,
                        None,
                        None,
                        7,
                        9,
                        said=[
                            ("x", "below the limit", 2),
                            ("x", "above the limit", 1),
                            ("x", "'ND'", 1),
                        ],
                    ),
                ),
            ],
        ),
    ),
    Nasty(
        "17 limits with decimal commas and blanks",
        extra("< 0,1", "0,5", "≤ 0,2", "12", "3", "1", "7", "9", sep=";", decimal=","),
        Asks(
            "data.below_detection",
            "'< 0,1' is a value beyond a limit",
            [
                (
                    "limit/sqrt2",
                    reads(
                        0.1 / SQRT2,
                        0.5,
                        0.2 / SQRT2,
                        12,
                        3,
                        1,
                        7,
                        9,
                        said=[*COMMA, ("x", "below the limit", 2)],
                    ),
                ),
                (
                    "limit/2",
                    reads(
                        0.05, 0.5, 0.1, 12, 3, 1, 7, 9, said=[*COMMA, ("x", "below the limit", 2)]
                    ),
                ),
                (
                    "limit",
                    reads(
                        0.1, 0.5, 0.2, 12, 3, 1, 7, 9, said=[*COMMA, ("x", "below the limit", 2)]
                    ),
                ),
                (
                    "missing",
                    reads(
                        None, 0.5, None, 12, 3, 1, 7, 9, said=[*COMMA, ("x", "below the limit", 2)]
                    ),
                ),
            ],
        ),
    ),
    Nasty(
        "qPCR's Undetermined",
        extra("21.5", "Undetermined", "23.5", "24.5", "Undetermined", "26", "27", "28"),
        Asks(
            "data.missing_in",
            "Undetermined",
            [
                (
                    {"x": ["Undetermined"]},
                    reads(
                        21.5, None, 23.5, 24.5, None, 26, 27, 28, said=[("x", "Undetermined", 2)]
                    ),
                )
            ],
        ),
    ),
]


@pytest.mark.parametrize("case", CODES, ids=lambda case: case.title)
def test_codes(case, tmp_path):
    check(case, tmp_path)
