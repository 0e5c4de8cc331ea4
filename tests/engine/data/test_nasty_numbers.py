"""Cells that are numbers, or only look like them."""

import pytest

from .nasty_files import COMMA, Asks, Nasty, Reads, Refuses, check, extra, reads

AS_NAMES = "numbers kept as text"

NUMBERS = [
    Nasty(
        "18 clone names that look like numbers",
        extra(
            "2310009E13",
            "1110008F13",
            "2310009E13",
            "0610007P14",
            "2310040E21",
            "1110001A07",
            "4930402E02",
            "1200014J11",
            name="clone",
        ),
        reads(
            "2310009E13",
            "1110008F13",
            "2310009E13",
            "0610007P14",
            "2310040E21",
            "1110001A07",
            "4930402E02",
            "1200014J11",
            name="clone",
            said=[("clone", AS_NAMES, 4)],
        ),
    ),
    Nasty(
        "18 clone names all of which look like numbers",
        extra(
            "2310009E13",
            "1110008E13",
            "2310019E13",
            "0610007E14",
            "2310040E21",
            "1110001E07",
            "4930402E02",
            "1200014E11",
            name="clone",
        ),
        reads(
            "2310009E13",
            "1110008E13",
            "2310019E13",
            "0610007E14",
            "2310040E21",
            "1110001E07",
            "4930402E02",
            "1200014E11",
            name="clone",
            said=[("clone", AS_NAMES, 8)],
        ),
    ),
    Nasty(
        "19 zeros in front",
        extra(*[f"00{n}" for n in range(123, 131)], name="code"),
        reads(*[f"00{n}" for n in range(123, 131)], name="code", said=[("code", AS_NAMES, 8)]),
    ),
    Nasty(
        "19 names of 20 digits",
        extra(*[f"1234567890123456789{n}" for n in range(8)], name="code"),
        reads(
            *[f"1234567890123456789{n}" for n in range(8)],
            name="code",
            said=[("code", AS_NAMES, 8)],
        ),
    ),
    Nasty(
        "20 infinite numbers",
        extra("1e400", "2", "inf", "1.#INF", "-inf", "6", "7", "8"),
        Asks(
            "data.missing_in",
            r"row 2, column 'x': '1e400' is not a number; .* No model can use an infinite value",
            [
                (
                    {"x": ["1e400", "inf", "1.#INF", "-inf"]},
                    reads(
                        None,
                        2,
                        None,
                        None,
                        None,
                        6,
                        7,
                        8,
                        said=[
                            ("x", "'1e400'", 1),
                            ("x", "'inf'", 1),
                            ("x", "'1.#INF'", 1),
                            ("x", "'-inf'", 1),
                        ],
                    ),
                )
            ],
        ),
    ),
    Nasty(
        "21 is 1,234 a thousand or one",
        "group\tx\ncase\t1,234\ncontrol\t2,345\ncase\t3,456\ncontrol\t4,567\n",
        Asks(
            "data.decimal",
            "1,234",
            [
                (",", Reads({"x": (1.234, 2.345, 3.456, 4.567)}, COMMA)),
                (
                    ".",
                    Reads(
                        {"x": (1234.0, 2345.0, 3456.0, 4567.0)},
                        [("x", "thousands separators removed", 4)],
                    ),
                ),
            ],
        ),
        "table.txt",
    ),
    Nasty(
        "1,234 in a file with decimal points",
        extra("1,234", "2,345", "3,456", "4,567", "5,678", "6,789", "7,890", "8,901", sep="\t"),
        reads(1234, 2345, 3456, 4567, 5678, 6789, 7890, 8901, said=[("x", "thousands", 8)]),
        "table.txt",
    ),
    Nasty(
        "German thousands and commas",
        extra(
            "1.234,5", "2.345,6", "345,25", "4.567.890,5", "1", "2", "3", "4", sep=";", decimal=","
        ),
        reads(1234.5, 2345.6, 345.25, 4567890.5, 1, 2, 3, 4, said=[*COMMA, ("x", "thousands", 3)]),
    ),
    Nasty(
        "Swiss thousands",
        extra("1'234.5", "2'345.6", "345.25", "4'567'890.5", "1", "2", "3", "4"),
        reads(1234.5, 2345.6, 345.25, 4567890.5, 1, 2, 3, 4, said=[("x", "thousands", 3)]),
    ),
    Nasty(
        "French thousands with hard blanks",
        extra(
            "1\u00a0234,5", "2\u202f345,6", "345,25", "4", "1", "2", "3", "4", sep=";", decimal=","
        ),
        reads(1234.5, 2345.6, 345.25, 4, 1, 2, 3, 4, said=[*COMMA, ("x", "thousands", 2)]),
    ),
    Nasty(
        "22 one text among thousands of numbers",
        "group,x\n"
        + "".join(f"{'ab'[n % 2]},{n if n != 1234 else 'oops'}\n" for n in range(30_000)),
        Asks(
            "data.missing_in",
            r"row 1236, column 'x': 'oops' is not a number; 29,999 other",
            [({"x": ["oops"]}, Reads(said=[("x", "oops", 1)]))],
        ),
    ),
    Nasty(
        "Unicode minus",
        extra("−1.5", "2.5", "−3", "4", "5", "6", "7", "8"),
        reads(-1.5, 2.5, -3, 4, 5, 6, 7, 8, said=[("x", "minus|dash", 2)]),
    ),
    Nasty(
        "exponents with decimal commas",
        extra("1,5E-03", "2,5e+02", "3E4", "4", "5", "6", "7,25", "8", sep=";", decimal=","),
        reads(0.0015, 250, 30000, 4, 5, 6, 7.25, 8, said=COMMA),
    ),
    Nasty(
        "per cent",
        extra("12%", "45.5%", "3 %", "40%", "55%", "61%", "7%", "88%"),
        Asks(
            "data.units_in_cells",
            "%",
            [
                ("remove", reads(12, 45.5, 3, 40, 55, 61, 7, 88, said=[("x", "%", 8)])),
            ],
        ),
    ),
    Nasty(
        "units in cells",
        extra("5.2 mg/dl", "6 mg/dl", "4.1mg/dl", "40 mg/dl", "5 mg/dl", "6 mg/dl", "7 mg/dl", ""),
        Asks(
            "data.units_in_cells",
            "mg/dl",
            [
                (
                    "remove",
                    reads(5.2, 6, 4.1, 40, 5, 6, 7, None, said=[("x", "unit mg/dl removed", 7)]),
                ),
            ],
        ),
    ),
    Nasty(
        "units in some cells only",
        extra("5.2 mg/dl", "6 mg/dl", "4.1 mg/dl", "40 mg/dl", "5", "6 mg/dl", "7 mg/dl", "8"),
        Refuses(r"'5.2 mg/dl' \(row 2\) carries a unit and '5' \(row 6\) does not", "alike"),
    ),
    Nasty(
        "very long decimals",
        extra(
            "0.1234567890123456789",
            "3.14159265358979323846264338",
            "1e-320",
            "4",
            "5",
            "6",
            "7",
            "8",
        ),
        reads(0.1234567890123456789, 3.14159265358979323846264338, 1e-320, 4, 5, 6, 7, 8),
    ),
    Nasty(
        "digits of other alphabets",
        extra("١٢", "٣٤", "\uff15\uff16", "४", "5", "6", "7", "8"),
        reads("١٢", "٣٤", "\uff15\uff16", "४", "5", "6", "7", "8"),
    ),
    Nasty(
        "what Python takes for numbers",
        extra("1_000", "2_000", "3_000", "0x1F", "1e5_0", "6_0", "7_0", "8_1"),
        reads("1_000", "2_000", "3_000", "0x1F", "1e5_0", "6_0", "7_0", "8_1"),
    ),
    Nasty(
        "numbers with points and signs at odd places",
        extra("+5", "5.", ".5", "-.25", "+1e+3", "0.0", "-0", "8"),
        reads(5, 5, 0.5, -0.25, 1000, 0, 0, 8),
    ),
    Nasty(
        "mean and deviation in one cell",
        extra("1.5±0.2", "2.5±0.1", "3±1", "4±1", "5±1", "6±2", "7±1", "8±1"),
        reads("1.5±0.2", "2.5±0.1", "3±1", "4±1", "5±1", "6±2", "7±1", "8±1"),
    ),
    Nasty(
        "blood pressure",
        extra("120/80", "130/85", "110/70", "140/90", "125/82", "118/76", "135/88", "122/79"),
        reads("120/80", "130/85", "110/70", "140/90", "125/82", "118/76", "135/88", "122/79"),
    ),
    Nasty(
        "fractions that are no dates",
        extra("1/2", "3/4", "1/4", "2/3", "1/2", "3/4", "1/3", "1/4"),
        reads("1/2", "3/4", "1/4", "2/3", "1/2", "3/4", "1/3", "1/4"),
    ),
    Nasty(
        "durations",
        extra("12:30", "1:05", "22:10", "7:45", "0:30", "12:00", "3:15", "4:20"),
        reads("12:30", "1:05", "22:10", "7:45", "0:30", "12:00", "3:15", "4:20"),
    ),
]


@pytest.mark.parametrize("case", NUMBERS, ids=lambda case: case.title)
def test_numbers(case, tmp_path):
    check(case, tmp_path)
