"""Cells of text files that are nearly dates, labels, and names of columns."""

import pytest

from .nasty_files import GROUP, ID, Asks, Nasty, Reads, check, extra, reads, table

SPECTRA = [[round(abs(20 - (7 * n + 3 * m) % 41) / 8, 3) for n in range(20)] for m in range(8)]

DATES = [
    Nasty(
        "23 days first, as one date tells",
        extra(
            "03/04/2021",
            "13/04/2021",
            "05/06/2021",
            "01/02/2021",
            "28/02/2021",
            "07/07/2021",
            "08/08/2021",
            "09/09/2021",
            name="seen",
        ),
        reads(
            "2021-04-03",
            "2021-04-13",
            "2021-06-05",
            "2021-02-01",
            "2021-02-28",
            "2021-07-07",
            "2021-08-08",
            "2021-09-09",
            name="seen",
            said=[("seen", "dates, day first as '13/04/2021' shows", 8)],
            options={"roles": {"date": "seen"}},
        ),
    ),
    Nasty(
        "23 days or months first",
        extra(
            "03/04/2021",
            "12/04/2021",
            "05/06/2021",
            "01/02/2021",
            "02/02/2021",
            "07/07/2021",
            "08/08/2021",
            "09/09/2021",
            name="seen",
        ),
        Asks(
            "data.date_order",
            "03/04/2021",
            [
                (
                    "day first",
                    reads(
                        "2021-04-03",
                        "2021-04-12",
                        "2021-06-05",
                        "2021-02-01",
                        "2021-02-02",
                        "2021-07-07",
                        "2021-08-08",
                        "2021-09-09",
                        name="seen",
                        said=[("seen", "day first as answered", 8)],
                    ),
                ),
                (
                    "month first",
                    reads(
                        "2021-03-04",
                        "2021-12-04",
                        "2021-05-06",
                        "2021-01-02",
                        "2021-02-02",
                        "2021-07-07",
                        "2021-08-08",
                        "2021-09-09",
                        name="seen",
                        said=[("seen", "month first as answered", 8)],
                    ),
                ),
            ],
            options={"roles": {"date": "seen"}},
        ),
    ),
    Nasty(
        "dates with time zones",
        extra(*[f"2021-04-0{n}T12:00:00+02:00" for n in range(1, 9)], name="seen"),
        reads(
            *[f"2021-04-0{n} 12:00:00+02:00" for n in range(1, 9)],
            name="seen",
            said=[("seen", "dates, written as year-month-day", 8)],
            options={"roles": {"date": "seen"}},
        ),
    ),
    Nasty(
        "24 genes that Excel made dates",
        extra("TP53", "2-Sep", "44441", "1-Mar", "MYC", "EGFR", "KRAS", "10-Mar", name="gene"),
        reads("TP53", "2-Sep", "44441", "1-Mar", "MYC", "EGFR", "KRAS", "10-Mar", name="gene"),
    ),
    Nasty(
        "sample names that look like dates",
        table(header=("id", "group", "age", "crp"))
        .replace("s1,", "1-2,")
        .replace("s2,", "3-12,")
        .replace("s3,", "2021-03,")
        .replace("s4,", "12-3,"),
        Reads(
            {"id": ("1-2", "3-12", "2021-03", "12-3", *ID[4:])},
            options={"roles": {"sample": "id"}},
        ),
    ),
    Nasty(
        "all sample names look like dates",
        extra("1-1", "1-2", "1-3", "2-1", "2-2", "2-3", "3-1", "3-2", name="sample"),
        reads(
            "1-1",
            "1-2",
            "1-3",
            "2-1",
            "2-2",
            "2-3",
            "3-1",
            "3-2",
            name="sample",
            options={"roles": {"sample": "sample"}},
        ),
    ),
]

LABELS = [
    Nasty(
        "German truth",
        extra("WAHR", "FALSCH", "WAHR", "FALSCH", "WAHR", "FALSCH", "WAHR", "WAHR"),
        reads("WAHR", "FALSCH", "WAHR", "FALSCH", "WAHR", "FALSCH", "WAHR", "WAHR"),
    ),
    Nasty(
        "sexes in many spellings",
        extra("m", "M", "male", "f", "F", "Female", "female ", "w", name="sex"),
        reads(
            "m",
            "M",
            "male",
            "f",
            "F",
            "Female",
            "female",
            "w",
            name="sex",
            said=[("(cells)", "spaces", 1)],
        ),
    ),
    Nasty(
        "labels of SPSS",
        extra(
            "1 = male",
            "2 = female",
            "1 = male",
            "2 = female",
            "9 = missing",
            "1 = male",
            "2 = female",
            "1 = male",
            name="sex",
        ),
        reads(
            "1 = male",
            "2 = female",
            "1 = male",
            "2 = female",
            "9 = missing",
            "1 = male",
            "2 = female",
            "1 = male",
            name="sex",
        ),
    ),
    Nasty(
        "outcome with numbers as classes",
        table().replace("case", "1").replace("control", "2"),
        Reads({"group": ("1", "2") * 4}),
    ),
]

HEADERS = [
    Nasty(
        "names of columns that are numbers",
        table(("1", *"12345678"), ("2", *"23456789"), ("10.5", *"34567891")),
        Reads({"1": (1, 2, 3, 4, 5, 6, 7, 8), "10.5": (3, 4, 5, 6, 7, 8, 9, 1)}),
    ),
    Nasty(
        "a spectrum: all names but one are numbers",
        "group,"
        + ",".join(str(n) for n in range(400, 440, 2))
        + "\n"
        + "".join(f"{g}," + ",".join(map(str, SPECTRA[m])) + "\n" for m, g in enumerate(GROUP)),
        Reads({"group": GROUP, "400": tuple(row[0] for row in SPECTRA)}, how={"header": True}),
    ),
    Nasty(
        "growth curves: all rows rise, as the hours in the header do",
        "group,0,1,2,4,6,8,10,12,16,20,24,36\n"
        + "".join(
            f"{g}," + ",".join(f"{0.1 * (m + 1) * (n + 1):.1f}" for n in range(12)) + "\n"
            for m, g in enumerate(GROUP)
        ),
        Asks(
            "data.header_row",
            "no column of table.csv is called 'group', but row 1 holds it as a cell",
            [(1, Reads({"group": GROUP, "0": tuple(round(0.1 * m, 1) for m in range(1, 9))}))],
        ),
    ),
]


@pytest.mark.parametrize("case", [*DATES, *LABELS, *HEADERS], ids=lambda case: case.title)
def test_labels(case, tmp_path):
    check(case, tmp_path)
