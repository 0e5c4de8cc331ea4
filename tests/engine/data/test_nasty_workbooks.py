"""Workbooks as people keep them."""

import datetime
import zipfile

import pytest
from openpyxl.styles import Font

from .nasty_archives import ROWS, SHEET, book, edited, far_cells, with_column
from .nasty_files import PLAIN, Asks, Nasty, Reads, Refuses, check, table

UNREAD = [("(file)", "empty or hidden sheets not read", 1)]
EIGHT = (1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0)
DAYS = tuple(datetime.date(2021, 4, day) for day in range(1, 9))


def with_macros(path):
    book()(path)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0")


def exact(xml):
    """Return a sheet in which cell E2 holds a number of 17 digits, as spreadsheets store it."""
    return xml.replace(b'<c r="E2" t="n"><v>1</v>', b'<c r="E2" t="n"><v>0.30000000000000004</v>')


def merged_title(workbook):
    sheet = workbook.active
    sheet.merge_cells("A1:D1")


def merged_groups(workbook):
    sheet = workbook.active
    for row in range(2, 10):
        sheet.cell(row, 2).value = "case" if row < 6 else "control"
    sheet.merge_cells("B2:B5")
    sheet.merge_cells("B6:B9")


def hidden(workbook):
    workbook["lists"].sheet_state = "hidden"


def since_1904(workbook):
    workbook.epoch = datetime.datetime(1904, 1, 1)


def per_cent(workbook):
    for row in range(2, 10):
        workbook.active.cell(row, 5).number_format = "0.0%"


def styled_far_down(workbook):
    for row in range(10, 3000):
        workbook.active.cell(row, 30).font = Font(bold=True)


def hidden_columns(workbook):
    workbook.active.column_dimensions["C"].hidden = True
    workbook.active.row_dimensions[4].hidden = True


WORKBOOKS = [
    Nasty("a plain workbook", book(), Reads(PLAIN, how={"format": "XLSX"}), "table.xlsx"),
    Nasty(
        "32 several sheets",
        book({"plate 1": ROWS, "plate 2": ROWS}),
        Asks(
            "data.sheet",
            "2 sheets with content: 'plate 1' and 'plate 2'",
            [
                ("plate 1", Reads(PLAIN)),
                ("plate 2", Reads(PLAIN)),
            ],
        ),
        "table.xlsx",
    ),
    Nasty(
        "32 an empty sheet first",
        book({"Sheet1": [], "data": ROWS}),
        Reads(PLAIN, UNREAD, how={"sheet": "data"}),
        "table.xlsx",
    ),
    Nasty(
        "32 a hidden sheet",
        book({"data": ROWS, "lists": [("case",), ("control",)]}, hidden),
        Reads(PLAIN, UNREAD, how={"sheet": "data"}),
        "table.xlsx",
    ),
    Nasty(
        "32 hidden rows and columns",
        book(edit=hidden_columns),
        Reads(
            PLAIN,
            [
                ("(rows)", "hidden rows read like all others", 1),
                ("(columns)", "hidden columns read like all others", 1),
            ],
        ),
        "table.xlsx",
    ),
    Nasty(
        "32 a title over merged cells",
        book({"Sheet1": [("Cohort 2021, final version",), *ROWS]}, merged_title),
        Reads(PLAIN, [("(rows)", r"above the table skipped \(row 1\)", 1)]),
        "table.xlsx",
    ),
    Nasty(
        "32 groups in merged cells",
        book(edit=merged_groups),
        Reads(
            {"group": ("case",) * 4 + ("control",) * 4},
            [("(cells)", "merged down a column: each has the value of the first", 6)],
        ),
        "table.xlsx",
    ),
    Nasty(
        "32 formulas without a result",
        book({"Sheet1": with_column("x", *[f"=C{row}*2" for row in range(2, 10)])}),
        Asks(
            "data.formulas",
            "8 formulas without a stored result",
            [
                (
                    "empty",
                    Reads(
                        {"x": (None,) * 8},
                        [("(cells)", "formulas without a stored result read as empty", 8)],
                    ),
                )
            ],
        ),
        "table.xlsx",
    ),
    Nasty(
        "32 errors in cells",
        edited(
            book({"Sheet1": with_column("x", 1, 2, 3, 4, 5, 6, 7, 8)}),
            SHEET,
            lambda xml: xml.replace(
                b'<c r="E4" t="n"><v>3</v></c>', b'<c r="E4" t="e"><v>#REF!</v></c>'
            ),
        ),
        Reads({"x": (1, 2, None, 4, 5, 6, 7, 8)}, [("(cells)", "error values", 1)]),
        "table.xlsx",
    ),
    Nasty(
        "32 dates",
        book({"Sheet1": with_column("seen", *DAYS)}),
        Reads({"seen": tuple(str(day) for day in DAYS)}, options={"roles": {"date": "seen"}}),
        "table.xlsx",
    ),
    Nasty(
        "32 dates since 1904",
        book({"Sheet1": with_column("seen", *DAYS)}, since_1904),
        Reads({"seen": tuple(str(day) for day in DAYS)}, options={"roles": {"date": "seen"}}),
        "table.xlsx",
    ),
    Nasty(
        "per cent as a format",
        book({"Sheet1": with_column("x", 0.5, 0.125, 0.25, 1, 0.75, 0.5, 0.1, 0.2)}, per_cent),
        Reads({"x": (0.5, 0.125, 0.25, 1, 0.75, 0.5, 0.1, 0.2)}),
        "table.xlsx",
    ),
    Nasty(
        "numbers stored as text, truth values",
        book(
            {
                "Sheet1": [
                    (*a, *b)
                    for a, b in zip(
                        ROWS,
                        [
                            ("x", "ok", "big"),
                            *[(str(n), n % 2 == 0, 0.5 * n) for n in range(1, 9)],
                        ],
                        strict=True,
                    )
                ]
            }
        ),
        Reads(
            {"x": EIGHT, "ok": ("FALSE", "TRUE") * 4, "big": tuple(0.5 * n for n in range(1, 9))}
        ),
        "table.xlsx",
    ),
    Nasty(
        "a number of 17 digits",
        edited(book({"Sheet1": with_column("x", 1, 2, 3, 4, 5, 6, 7, 8)}), SHEET, exact),
        Reads({"x": (0.30000000000000004, *EIGHT[1:])}),
        "table.xlsx",
    ),
    Nasty(
        "thousands of styled empty cells",
        book(edit=styled_far_down),
        Reads(PLAIN),
        "table.xlsx",
    ),
    Nasty(
        "a sheet that begins in the middle",
        book({"Sheet1": [(), (), *[(None, None, *row) for row in ROWS]]}),
        Reads(PLAIN, columns=tuple(PLAIN)),
        "table.xlsx",
    ),
    Nasty(
        "an empty workbook",
        book({"Sheet1": []}),
        Refuses("none of its sheets has a cell", "holds a table"),
        "table.xlsx",
    ),
    Nasty("macros", with_macros, Reads(PLAIN, [("(file)", "macros", 1)]), "table.xlsm"),
    Nasty(
        "29 XML that grows without end",
        edited(
            book(),
            "xl/workbook.xml",
            lambda xml: (
                b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol">'
                b'<!ENTITY lol2 "&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;">]>'
                + xml.split(b"?>", 1)[-1]
            ),
        ),
        Refuses("contains XML entities, which no spreadsheet program writes", "[Ss]ave"),
        "table.xlsx",
    ),
    Nasty(
        "29 XML that asks for a file",
        edited(
            book(),
            SHEET,
            lambda xml: (
                b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>'
                + xml.split(b"?>", 1)[-1]
            ),
        ),
        Refuses("contains XML entities, which no spreadsheet program writes", "[Ss]ave"),
        "table.xlsx",
    ),
    Nasty(
        "30 two cells far apart",
        far_cells,
        Refuses("a sheet spans 17,179,869,184 cells, of which only 2 are filled", "Delete"),
        "table.xlsx",
    ),
    Nasty(
        "32 a password",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + bytes(504)
        + "EncryptedPackage".encode("utf-16-le")
        + bytes(2000),
        Refuses("protected by a password", "remove the password"),
        "table.xlsx",
    ),
    Nasty(
        "33 HTML with the name .xls",
        "<html><body><table><tr><td>id</td></tr></table>",
        Refuses("is a web page or XML", "save it as XLSX or CSV"),
        "table.xls",
    ),
    Nasty(
        "33 a tab file with the name .xls",
        table(sep="\t"),
        Reads(PLAIN, how={"delimiter": "tab"}),
        "table.xls",
    ),
    Nasty(
        "33 a workbook with the name .csv",
        book(),
        Reads(PLAIN, how={"format": "XLSX"}),
        "table.csv",
    ),
    Nasty(
        "half a workbook",
        lambda path: (book()(path), path.write_bytes(path.read_bytes()[:3000])),
        Refuses("damaged|cannot be read", "save it again"),
        "table.xlsx",
    ),
]


@pytest.mark.parametrize("case", WORKBOOKS, ids=lambda case: case.title)
def test_workbook(case, tmp_path):
    check(case, tmp_path)
