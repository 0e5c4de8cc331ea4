"""Text files as programs and people leave them: letters, separators, rows, headers."""

import codecs
import unicodedata

import pytest

from .nasty_files import COMMA, CRP, GROUP, ID, PLAIN, Asks, Nasty, Reads, Refuses, check, table

MICRO = table(("µg/ml é", *"12345678"))
EIGHT = (1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0)
WITH_MICRO = {**PLAIN, "µg/ml é": EIGHT}
TIDIED = [("(column names)", "spaces or unusual characters tidied", 1)]
OLD_MAC = [("(file)", "old Mac", 9)]
SKIPPED = [("(columns)", "empty columns without a name skipped", 1)]
LEFT_OUT = [("(rows)", r"rows with a wrong number of cells skipped \(row 5\)", 1)]


def rows_changed(edit, text=None):
    """Return the plain table with its lines edited: 0 is the header."""
    lines = (text or table()).splitlines()
    edit(lines)
    return "\n".join(lines) + "\n"


def changed(number, line):
    return rows_changed(lambda lines: lines.__setitem__(number, line))


LETTERS = [
    Nasty(
        "1 UTF-16 tab file from Excel",
        table(sep="\t").encode("utf-16"),
        Reads(PLAIN, how={"encoding": "UTF-16", "delimiter": "tab"}),
        "table.txt",
    ),
    Nasty(
        "UTF-16 with the other byte order",
        codecs.BOM_UTF16_BE + table(sep="\t").encode("utf-16-be"),
        Reads(PLAIN, how={"encoding": "UTF-16", "delimiter": "tab"}),
        "table.txt",
    ),
    Nasty(
        "UTF-16 without a mark",
        table(sep="\t").encode("utf-16-le"),
        Asks(
            "data.encoding",
            "every second byte is NUL, as in text from Excel or an instrument in UTF-16",
            [("utf-16-le", Reads(PLAIN, how={"encoding": "utf-16-le"}))],
        ),
        "table.txt",
    ),
    Nasty("2 BOM", codecs.BOM_UTF8 + table().encode(), Reads(PLAIN, columns=tuple(PLAIN))),
    Nasty(
        "2 BOM twice",
        codecs.BOM_UTF8 * 2 + table().encode(),
        Reads(PLAIN, [("(file)", "second byte-order mark removed", 1)], columns=tuple(PLAIN)),
    ),
    Nasty(
        "3 Windows-1252",
        MICRO.encode("cp1252"),
        Asks(
            "data.encoding",
            r"line 1: byte 18 \(0xb5\) is not UTF-8 text, nor is 1 more \(at 24\)",
            [
                ("cp1252", Reads(WITH_MICRO, how={"encoding": "cp1252"})),
                ("mac_roman", Reads({"µg/ml È": EIGHT})),
                ("cp1251", Reads({"µg/ml й": EIGHT})),
                ("cp850", Reads({"Ág/ml Ú": EIGHT})),
            ],
        ),
    ),
    Nasty(
        "Excel's CSV (Macintosh)",
        table(("é", *"12345678"), newline="\r").encode("mac_roman"),
        Asks(
            "data.encoding",
            r"byte 18 \(0x8e\) is not UTF-8 text",
            [
                ("mac_roman", Reads({"é": EIGHT}, OLD_MAC)),
                ("cp850", Reads({"Ä": EIGHT}, OLD_MAC)),
                ("cp1252", Reads({"Ž": EIGHT}, OLD_MAC)),
                ("cp1251", Reads({"Ћ": EIGHT}, OLD_MAC)),
            ],
        ),
    ),
    Nasty(
        "4 three bad bytes in UTF-8",
        table(("µg Größe", *"1234567", "8 é")).encode().replace(b"s2", b"s\xff\xfe\x81"),
        Asks(
            "data.bad_bytes",
            "is not UTF-8 text, nor are 2 more",
            [
                (
                    "replace",
                    Reads(
                        {"id": ("s1", "s⟦0xFF⟧⟦0xFE⟧⟦0x81⟧", *ID[2:])},
                        [("(file)", "marks", 3)],
                    ),
                )
            ],
        ),
    ),
    Nasty(
        "4 a lone surrogate",
        table().encode().replace(b"s2", b"s\xed\xa0\x80"),
        Reads(
            {"id": ("s1", "s⟦0xED⟧⟦0xA0⟧⟦0x80⟧", *ID[2:])},
            [("(file)", "marks", 3)],
            options={"data": {"encoding": "utf-8", "bad_bytes": "replace"}},
        ),
    ),
    Nasty(
        "10 NUL bytes",
        table().encode().replace(b"s2", b"s\x00\x002"),
        Asks(
            "data.nul_characters",
            r"line 3: the file holds 2 NUL characters",
            [("remove", Reads(PLAIN, [("(file)", "NUL characters removed", 2)]))],
        ),
    ),
    Nasty(
        "15 names in two normal forms",
        table(("Müller", *"12345678"), (unicodedata.normalize("NFD", "Müller"), *"23456789")),
        Refuses("both called 'Müller': columns 5 and 6", "its own name"),
    ),
    Nasty(
        "15 a decomposed name",
        table((unicodedata.normalize("NFD", "Größe"), *"12345678")),
        Reads({"Größe": EIGHT}, TIDIED),
    ),
    Nasty(
        "15 names that differ by a trailing space",
        table(("IL6", *"12345678"), ("IL6 ", *"23456789")),
        Refuses("both called 'IL6': columns 5 and 6", "its own name"),
    ),
    Nasty(
        "15 a name of 10,000 letters",
        table(("g" * 10_000, *"12345678")),
        Reads({"g" * 10_000: EIGHT}),
    ),
    Nasty(
        "15 two names of 10,000 letters",
        table(("g" * 10_000, *"12345678"), ("g" * 10_000, *"23456789")),
        Refuses("ggg…'", "its own name"),
    ),
    Nasty(
        "15 a line break in a name",
        table(('"IL6\n(pg/ml)"', *"12345678")),
        Reads({"IL6 (pg/ml)": EIGHT}, TIDIED),
    ),
    Nasty(
        "15 a hidden right-to-left mark in a name",
        table(("IL\u202e6", *"12345678")),
        Reads({"IL⟦U+202E⟧6": EIGHT}, TIDIED),
    ),
    Nasty(
        "a hidden blank makes a third class",
        table().replace("s3,case", "s3,case\u200b"),
        Reads(
            {"group": ("case", "control", "case⟦U+200B⟧", *GROUP[3:])},
            [("(cells)", "hidden characters made visible", 1)],
        ),
    ),
    Nasty(
        "non-breaking blanks around labels and numbers",
        table().replace("s3,case,29", "s3,case\u00a0,\u00a029"),
        Reads(PLAIN, [("(cells)", "spaces around cells removed", 2)]),
    ),
    Nasty(
        "curly quotes around labels",
        table().replace("s3,case", "s3,“case”"),
        Reads({"group": ("case", "control", "“case”", *GROUP[3:])}),
    ),
    Nasty(
        "emojis and Chinese",
        table(("🧬 基因", *"12345678"), ("mood", *"😀😀🙁🙁😀🙁😀🙁")),
        Reads({"🧬 基因": EIGHT, "mood": tuple("😀😀🙁🙁😀🙁😀🙁")}),
    ),
    Nasty(
        "HTML in names",
        table(("IL<sub>6</sub>", *"12345678"), ("CD4<sup>+</sup> &amp; x", *"23456789")),
        Reads({"IL<sub>6</sub>": EIGHT}),
    ),
    Nasty(
        "EBCDIC",
        table().encode("cp500"),
        Refuses("not text", "CSV"),
    ),
]

SEPARATORS = [
    Nasty(
        "5 semicolons and decimal commas",
        table(sep=";", decimal=","),
        Reads(PLAIN, COMMA, how={"delimiter": ";", "decimal": ","}),
    ),
    Nasty(
        "a tab file with the name .csv", table(sep="\t"), Reads(PLAIN, how={"delimiter": "tab"})
    ),
    Nasty("a comma file with the name .tsv", table(), Reads(PLAIN), "table.tsv"),
    Nasty("pipes", table(sep="|"), Reads(PLAIN, how={"delimiter": "|"}), "table.txt"),
    Nasty(
        "Excel's sep= line",
        "sep=;\n" + table(sep=";", decimal=","),
        Reads(
            PLAIN,
            [("(rows)", r"above the table skipped \(row 1\)", 1), *COMMA],
            how={"delimiter": ";", "decimal": ","},
        ),
    ),
    Nasty(
        "blanks between columns",
        "".join(
            f"{a:<8}{b:<10}{c:<6}{d}\n"
            for a, b, c, d in (line.split(",") for line in table().splitlines())
        ),
        Reads(PLAIN),
        "table.txt",
    ),
    Nasty(
        "everything quoted",
        "\n".join(
            ",".join(f'"{cell}"' for cell in line.split(",")) for line in table().splitlines()
        ),
        Reads(PLAIN),
    ),
    Nasty(
        "each line in quotes as a whole",
        "\n".join(f'"{line}"' for line in table().splitlines()),
        Reads(PLAIN, [("(file)", "quotation marks around whole lines removed", 9)]),
    ),
    Nasty(
        "6 one cell more per row than in the header",
        rows_changed(lambda lines: lines.__setitem__(0, "group,age,crp")),
        Asks(
            "data.row_names",
            "header .* has 3 columns, rows have 4",
            [
                (
                    "yes",
                    Reads(
                        {"row name": ID, "group": GROUP, "crp": CRP},
                        [("row name", "no name in the file", 1)],
                    ),
                ),
            ],
        ),
    ),
    Nasty(
        "a separator at the end of each row, not of the header",
        rows_changed(lambda ls: ls.__setitem__(slice(1, None), [x + "," for x in ls[1:]])),
        Reads(PLAIN, SKIPPED, columns=tuple(PLAIN)),
    ),
    Nasty(
        "a separator at the end of the header only",
        rows_changed(lambda lines: lines.__setitem__(0, lines[0] + ",")),
        Reads(PLAIN, SKIPPED, columns=tuple(PLAIN)),
    ),
    Nasty(
        "separators at the end of all lines",
        table().replace("\n", ",,,\n"),
        Reads(
            PLAIN, [("(columns)", "empty columns without a name skipped", 3)], columns=tuple(PLAIN)
        ),
    ),
    Nasty(
        "7 a row with a cell too many",
        changed(4, "s4,control,55,3,75"),
        Asks(
            "data.uneven_rows",
            "row 5: the row has 5 cells, the header has 4",
            [("skip", Reads({"id": (*ID[:3], *ID[4:])}, LEFT_OUT))],
        ),
    ),
    Nasty(
        "8 a row with too few cells",
        changed(4, "s4,control,55"),
        Asks(
            "data.uneven_rows",
            "row 5: the row has 3 cells, the header has 4",
            [("skip", Reads({"id": (*ID[:3], *ID[4:])}, LEFT_OUT))],
        ),
    ),
    Nasty(
        "9 a quote that nobody closed",
        changed(4, 's4,"control,55,3.75'),
        Asks(
            "data.quotes",
            "line 5: a quote is opened there and not closed",
            [("none", Reads({"group": (*GROUP[:3], '"control', *GROUP[4:]), "crp": CRP}))],
        ),
    ),
    Nasty(
        "inches",
        table(("length", *('5"', '6"', '4"', '5"', '7"', '5"', '6"', '5"'))),
        Reads({"length": ('5"', '6"', '4"', '5"', '7"', '5"', '6"', '5"')}),
    ),
    Nasty(
        "11 old Mac line ends",
        table(newline="\r"),
        Reads(PLAIN, OLD_MAC),
    ),
    Nasty(
        "11 mixed line ends",
        table().replace("\n", "\r\n", 4),
        Reads(PLAIN, [("(file)", "line ends of different kinds read alike", 4)]),
    ),
]


@pytest.mark.parametrize("case", [*LETTERS, *SEPARATORS], ids=lambda case: case.title)
def test_text_file(case, tmp_path):
    check(case, tmp_path)
