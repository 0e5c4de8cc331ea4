"""Where the table stands in a file: lines above and below, headers, empty rows and columns."""

import pytest

from .nasty_files import AGE, CRP, GROUP, ID, PLAIN, Asks, Nasty, Reads, Refuses, check, table

BLANK = ("(rows)", "blank rows skipped", 1)
EIGHT = (1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0)

INSTRUMENTS = [
    Nasty(
        "12 instrument lines above the table",
        "Instrument: Luminex 200\nDate: 2021-04-03\nOperator,Meier\n\n" + table(),
        Reads(PLAIN, [BLANK, ("(rows)", r"above the table skipped \(rows 1 to 3\)", 3)]),
    ),
    Nasty(
        "12 a row of units under the header",
        table().replace("crp\n", "crp\n,,years,mg/l\n"),
        Reads(PLAIN, [("(rows)", "unit", 1)], how={"units": {"age": "years", "crp": "mg/l"}}),
    ),
    Nasty(
        "12 a header of two rows",
        ",,serum,serum\n" + table(),
        Asks(
            "data.header_row",
            "texts above numbers in more than one row: .* row 1 or row 2",
            [
                (1, Refuses("both called 'serum'", "its own name")),
                (2, Reads(PLAIN, [("(rows)", r"above the table skipped \(row 1\)", 1)])),
            ],
        ),
    ),
    Nasty(
        "12 a header of two rows, merged",
        ",,baseline,,week 4,\nid,group,age,crp,age,crp\n"
        + "".join(
            f"{i},{g},{a:g},{c:g},{a + 1:g},{c + 1:g}\n"
            for i, g, a, c in zip(ID, GROUP, AGE, CRP, strict=True)
        ),
        Reads(
            {"group": GROUP, "baseline age": AGE, "week 4 crp": tuple(c + 1 for c in CRP)},
            [("(column names)", r"names joined from two rows \(rows 1 and 2\)", 6)],
        ),
    ),
    Nasty(
        "12 a footer",
        table() + "\nMeasured by A. Meier\nn = 8\n",
        Reads(PLAIN, [BLANK, ("(rows)", "lines below the table skipped", 2)]),
    ),
    Nasty(
        "a row of totals",
        table() + "Total,,336,91.875\n",
        Reads(PLAIN, [("(rows)", r"lines below the table skipped \(row 10\)", 1)]),
    ),
    Nasty(
        "a row that is called Total and is none",
        table() + "Total,case,50,2.5\n",
        Reads({"id": (*ID, "Total"), "age": (*AGE, 50.0)}),
    ),
    Nasty(
        "comment lines",
        "# exported by limma\n# 2021\n" + table(),
        Reads(PLAIN, [("(rows)", "lines above the table skipped", 2)]),
    ),
    Nasty(
        "plate reader of BMG",
        "User: USER;Path: C:\\Data;Test ID: 512;;\nTest Name: OD600;Date: 03.04.2021;;;\n"
        "Absorbance;;;;\n;;;;\nWell;Content;group;Raw Data (600);Blank corrected\n"
        + "".join(
            f"A{n:02d};Sample X{n};{g};{a:g};{c:g}\n".replace(".", ",")
            for n, (g, a, c) in enumerate(zip(GROUP, AGE, CRP, strict=True), 1)
        ),
        Reads(
            {"group": GROUP, "Raw Data (600)": AGE, "Blank corrected": CRP},
            [BLANK, ("(rows)", "above the table", 3), ("(all)", "comma", 1)],
            how={"delimiter": ";", "decimal": ","},
        ),
    ),
    Nasty(
        "plate reader of Tecan",
        "Application: Tecan i-control,,,\nDevice: infinite 200Pro,,,\nFirmware: V_3.37,,,\n,,,\n"
        "Label: Label1,,,\nMode,Absorbance,,\nWavelength,600,nm,\n,,,\n"
        "Well,group,OD600,OD700\n"
        + "".join(
            f"A{n},{g},{a:g},{c:g}\n"
            for n, (g, a, c) in enumerate(zip(GROUP, AGE, CRP, strict=True), 1)
        )
        + ",,,\nEnd Time,03.04.2021 12:30:00,,\n",
        Reads(
            {"group": GROUP, "OD600": AGE, "OD700": CRP},
            [
                ("(rows)", "blank rows", 3),
                ("(rows)", "above the table", 6),
                ("(rows)", "below the table", 1),
            ],
        ),
    ),
    Nasty(
        "qPCR export",
        "* Block Type = 96-Well 0.2-mL Block\n* Calibration Date = 03-04-2021\n"
        "* Experiment File Name = C:\\Users\\lab\\plate1.eds\n\n[Results]\n"
        "Well\tgroup\tTarget Name\tCT\tTm1\n"
        + "".join(
            f"{n}\t{g}\tACTB\t{20 + c:g}\t{80 + n / 10:g}\n"
            for n, (g, c) in enumerate(zip(GROUP, CRP, strict=True), 1)
        ),
        Reads(
            {"group": GROUP, "CT": tuple(20 + c for c in CRP)},
            [BLANK, ("(rows)", "above the table", 4)],
        ),
        "qpcr.txt",
    ),
    Nasty(
        "ImageJ results",
        " \tLabel\tgroup\tArea\tMean\n"
        + "".join(
            f"{n}\tcell{n}.tif\t{g}\t{a:g}\t{c:g}\n"
            for n, (g, a, c) in enumerate(zip(GROUP, AGE, CRP, strict=True), 1)
        ),
        Reads({"column 1": EIGHT, "Area": AGE, "Mean": CRP}, [("column 1", "without a name", 1)]),
        "Results.csv",
    ),
    Nasty(
        "comments with line breaks in the last column",
        table(("note", '"haemolytic\nrepeat"', '""', '"ok, see\r\nbook 3"', *["fine"] * 5)),
        Reads(
            {**PLAIN, "note": ("haemolytic\nrepeat", None, "ok, see\nbook 3", *["fine"] * 5)},
            [("(file)", "line ends", 1)],
        ),
    ),
    Nasty(
        "the header once more in the middle",
        table() + table().replace("\ns", "\nt"),
        Reads(
            {"id": (*ID, *[f"t{n}" for n in range(1, 9)]), "age": AGE * 2},
            [("(rows)", r"repeated column names skipped \(row 10\)", 1)],
        ),
    ),
    Nasty(
        "empty lines and rows of separators between rows",
        table().replace("s3", "\n,,,\ns3").replace("s6", "  \ns6"),
        Reads(PLAIN, [("(rows)", "blank rows", 3)]),
    ),
]

EXPRESSION = (
    "#1.3\n2\t4\t0\t1\nid\tA\tB\tC\tD\ngroup\tcase\tcontrol\tcase\tcontrol\n"
    "g1\t1.5\t2\t3\t4\n\ng2\t5\t6\t7\t8\n\n"
)
SERIES = (
    '!Series_title\t"T"\n!Sample_title\t"a"\t"b"\n!Sample_geo_accession\t"GSM1"\t"GSM2"\n'
    '!Sample_characteristics_ch1\t"group: case"\t"group: control"\n'
    '!series_matrix_table_begin\n"ID_REF"\t"GSM1"\t"GSM2"\n"p1"\t1.5\t2\n"p2\t3\t4\n'
    "!series_matrix_table_end\n"
)
FORMATS = [
    Nasty(
        "blank lines in a GCT file",
        EXPRESSION,
        Reads(
            {"group": GROUP[:4], "g1": (1.5, 2.0, 3.0, 4.0), "g2": (5.0, 6.0, 7.0, 8.0)},
            [
                ("(rows)", "blank rows skipped", 2),
                ("(table)", "each column of the file is a sample", 4),
                ("(samples)", "names are exactly alike", 4),
                ("sample", "the same in both files", 4),
            ],
        ),
        "table.gct",
    ),
    Nasty(
        "a GCT file that is cut off",
        EXPRESSION[:-20],
        Refuses("announces 2 features and 4 samples, but has 1 row and 4 samples", "cut off"),
        "table.gct",
    ),
    Nasty(
        "a series matrix with a quote that nobody closed",
        SERIES,
        Asks(
            "data.quotes",
            "line 8: a quote is opened there and not closed",
            [("none", Refuses("samples described are not those of the table", "Get"))],
        ),
        "table.txt",
    ),
    Nasty(
        "a series matrix without its end",
        SERIES[:-25],
        Refuses("line '!series_matrix_table_end' of a series matrix is missing", "cut off"),
        "table.txt",
    ),
]

NAMES = [
    Nasty(
        "14 a name twice",
        table(("crp", *"12345678")),
        Refuses("both called 'crp': columns 4 and 5", "its own name"),
    ),
    Nasty(
        "14 a column twice",
        table(("crp", *(f"{c:g}" for c in CRP))),
        Asks(
            "data.repeated_columns",
            "'crp'",
            [
                (
                    "first",
                    Reads(
                        PLAIN,
                        [("crp", r"repeated column left out \(column 5\)", 1)],
                        columns=tuple(PLAIN),
                    ),
                )
            ],
        ),
    ),
    Nasty(
        "15 a column without a name",
        table(("", *"12345678")),
        Reads({**PLAIN, "column 5": EIGHT}, [("column 5", "without a name", 1)]),
    ),
    Nasty(
        "25 60,000 columns",
        "group,"
        + ",".join(f"g{n}" for n in range(60_000))
        + "\n"
        + "".join(g + ",0.25" * 60_000 + "\n" for g in GROUP[:3]),
        Reads({"group": GROUP[:3], "g59999": (0.25, 0.25, 0.25)}),
    ),
    Nasty(
        "thousands of columns and one without a name",
        "group,"
        + ",".join("" if n == 1500 else f"g{n}" for n in range(3000))
        + "\n"
        + "".join(
            g + "," + ",".join(str(n % 97 + m) for n in range(3000)) + "\n"
            for m, g in enumerate(GROUP)
        ),
        Reads(
            {"column 1502": tuple(1500 % 97 + m for m in range(8))},
            [("column 1502", "without a name", 1)],
        ),
    ),
    Nasty(
        "255 empty columns that pandas named",
        table(*[(f"Unnamed: {n}", *[""] * 8) for n in range(4, 259)]),
        Reads(PLAIN),
    ),
    Nasty(
        "the index that pandas wrote",
        "\n".join(f"{n - 1 if n else ''},{line}" for n, line in enumerate(table().splitlines())),
        Reads({**PLAIN, "column 1": tuple(range(8))}, [("column 1", "without a name", 1)]),
    ),
]

TOO_LITTLE = [
    Nasty("13 an empty file", b"", Refuses(r"is empty \(0 bytes\)", "holds a table")),
    Nasty("13 only line ends", b"\r\n\r\n", Refuses("is empty", "holds a table")),
    Nasty(
        "13 only a header",
        "id,group,x\n",
        Refuses("column names but no rows of data", "one row per sample"),
    ),
    Nasty("13 one row", "id,group,x\na,case,1.5\n", Reads({"group": ("case",), "x": (1.5,)})),
    Nasty(
        "13 one column",
        "group\ncase\ncontrol\ncase\n",
        Reads({"group": ("case", "control", "case")}, columns=("group",)),
    ),
]


@pytest.mark.parametrize(
    "case", [*INSTRUMENTS, *FORMATS, *NAMES, *TOO_LITTLE], ids=lambda case: case.title
)
def test_layout(case, tmp_path):
    check(case, tmp_path)
