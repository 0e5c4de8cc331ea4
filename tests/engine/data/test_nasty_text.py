"""Text files as programs and people leave them: letters, separators, rows, headers."""

import codecs
import unicodedata

import pytest

from .nasty_files import AGE, CRP, GROUP, ID, PLAIN, Asks, Nasty, Reads, Refuses, check, table

MICRO = table(("µg/ml é", *"12345678"))
WITH_MICRO = {**PLAIN, "µg/ml é": (1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0)}


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
        Reads(PLAIN, how={"encoding": "UTF-16", "delimiter": "\t"}),
        "table.txt",
    ),
    Nasty(
        "UTF-16 with the other byte order",
        codecs.BOM_UTF16_BE + table(sep="\t").encode("utf-16-be"),
        Reads(PLAIN, how={"encoding": "UTF-16", "delimiter": "\t"}),
        "table.txt",
    ),
    Nasty("UTF-16 without a mark", table(sep="\t").encode("utf-16-le"), Reads(PLAIN), "table.txt"),
    Nasty("2 BOM", codecs.BOM_UTF8 + table().encode(), Reads(PLAIN, columns=tuple(PLAIN))),
    Nasty(
        "2 BOM twice",
        codecs.BOM_UTF8 * 2 + table().encode(),
        Reads(PLAIN, [("", "byte order mark", 1)], columns=tuple(PLAIN)),
    ),
    Nasty(
        "3 Windows-1252",
        MICRO.encode("cp1252"),
        Asks(
            "data.encoding",
            "2 bytes",
            [
                ("cp1252", Reads(WITH_MICRO)),
                ("mac_roman", Reads({"µg/ml È": WITH_MICRO["µg/ml é"]})),
            ],
        ),
    ),
    Nasty(
        "Excel's CSV (Macintosh)",
        table(("é", *"12345678"), newline="\r").encode("mac_roman"),
        Asks(
            "data.encoding",
            "1 byte",
            [
                ("cp1252", Reads({"Ž": WITH_MICRO["µg/ml é"]}, [("", "line", 1)])),
                ("mac_roman", Reads({"é": WITH_MICRO["µg/ml é"]}, [("", "line", 1)])),
            ],
        ),
    ),
    Nasty(
        "4 three bad bytes in UTF-8",
        table(("µ", *"1234567", "8")).encode().replace(b"s2", b"s\xff\xfe\x81"),
        Asks(
            "data.bad_bytes",
            "3 bytes",
            [("replace", Reads({"id": ("s1", "s\ufffd\ufffd\ufffd", *ID[2:])}, [("", "byte", 3)]))],
        ),
    ),
    Nasty(
        "4 a lone surrogate",
        table().encode().replace(b"s2", b"s\xed\xa0\x80"),
        Asks(
            "data.bad_bytes",
            "3 bytes",
            [("replace", Reads({"id": ("s1", "s\ufffd\ufffd\ufffd", *ID[2:])}, [("", "byte", 3)]))],
        ),
    ),
    Nasty(
        "10 NUL bytes",
        table().encode().replace(b"s2", b"s\x00\x002"),
        Asks(
            "data.nul_characters",
            "2 NUL",
            [("remove", Reads(PLAIN, [("", "NUL", 2)]))],
        ),
    ),
    Nasty(
        "15 names in two normal forms",
        table(("Müller", *"12345678"), (unicodedata.normalize("NFD", "Müller"), *"23456789")),
        Refuses("Müller", "rename|Rename"),
    ),
    Nasty(
        "15 a decomposed name",
        table((unicodedata.normalize("NFD", "Größe"), *"12345678")),
        Reads({"Größe": WITH_MICRO["µg/ml é"]}, [("Größe", "", 1)]),
    ),
    Nasty(
        "15 names that differ by a trailing space",
        table(("IL6", *"12345678"), ("IL6 ", *"23456789")),
        Refuses("'IL6'", "rename|Rename"),
    ),
    Nasty(
        "15 a name of 10,000 letters",
        table(("g" * 10_000, *"12345678")),
        Reads({"g" * 10_000: WITH_MICRO["µg/ml é"]}),
    ),
    Nasty(
        "15 two names of 10,000 letters",
        table(("g" * 10_000, *"12345678"), ("g" * 10_000, *"23456789")),
        Refuses("ggg…", "rename|Rename"),
    ),
    Nasty(
        "15 a line break in a name",
        table(('"IL6\n(pg/ml)"', *"12345678")),
        Reads({"IL6 (pg/ml)": WITH_MICRO["µg/ml é"]}, [("IL6 (pg/ml)", "line", 1)]),
    ),
    Nasty(
        "15 a hidden right-to-left mark in a name",
        table(("IL\u202e6", *"12345678")),
        Reads({"IL⟦U+202E⟧6": WITH_MICRO["µg/ml é"]}, [("IL⟦U+202E⟧6", "", 1)]),
    ),
    Nasty(
        "a hidden blank makes a third class",
        table().replace("s3,case", "s3,case\u200b"),
        Reads(PLAIN, [("group", "", 1)]),
    ),
    Nasty(
        "non-breaking blanks around labels and numbers",
        table().replace("s3,case,29", "s3,case\u00a0,\u00a029"),
        Reads(PLAIN, [("group", "", 1), ("age", "", 1)]),
    ),
    Nasty(
        "curly quotes around labels",
        table().replace("s3,case", "s3,“case”"),
        Reads({"group": ("case", "control", "“case”", *GROUP[3:])}),
    ),
    Nasty(
        "emojis and Chinese",
        table(("🧬 基因", *"12345678"), ("mood", *"😀😀🙁🙁😀🙁😀🙁")),
        Reads({"🧬 基因": WITH_MICRO["µg/ml é"], "mood": tuple("😀😀🙁🙁😀🙁😀🙁")}),
    ),
    Nasty(
        "HTML in names",
        table(("IL<sub>6</sub>", *"12345678"), ("CD4<sup>+</sup> &amp; x", *"23456789")),
        Reads({"IL<sub>6</sub>": WITH_MICRO["µg/ml é"]}),
    ),
    Nasty(
        "EBCDIC",
        table().encode("cp500"),
        Refuses("not a text|no text|binary", "CSV"),
    ),
]

SEPARATORS = [
    Nasty(
        "5 semicolons and decimal commas",
        table(sep=";", decimal=","),
        Reads(PLAIN, how={"delimiter": ";", "decimal": ","}),
    ),
    Nasty("a tab file with the name .csv", table(sep="\t"), Reads(PLAIN, how={"delimiter": "\t"})),
    Nasty("a comma file with the name .tsv", table(), Reads(PLAIN), "table.tsv"),
    Nasty("pipes", table(sep="|"), Reads(PLAIN, how={"delimiter": "|"}), "table.txt"),
    Nasty(
        "Excel's sep= line",
        "sep=;\n" + table(sep=";", decimal=","),
        Reads(PLAIN, [("", "sep", 1)], how={"delimiter": ";", "decimal": ","}),
    ),
    Nasty(
        "blanks between columns",
        "".join(f"{a:<8}{b:<10}{c:<6}{d}\n" for a, b, c, d in
                (line.split(",") for line in table().splitlines())),
        Reads(PLAIN),
        "table.txt",
    ),
    Nasty(
        "everything quoted",
        "\n".join(",".join(f'"{cell}"' for cell in line.split(","))
                  for line in table().splitlines()),
        Reads(PLAIN),
    ),
    Nasty(
        "each line in quotes as a whole",
        "\n".join(f'"{line}"' for line in table().splitlines()),
        Refuses("quot", "quot"),
    ),
    Nasty(
        "6 one cell more per row than in the header",
        rows_changed(lambda lines: lines.__setitem__(0, "group,age,crp")),
        Asks(
            "data.row_names",
            "header .* has 3 columns, rows have 4",
            [
                ("yes", Reads({"group": GROUP, "age": AGE, "crp": CRP}, [("", "row names", 8)])),
            ],
        ),
    ),
    Nasty(
        "a separator at the end of each row, not of the header",
        rows_changed(lambda ls: ls.__setitem__(slice(1, None), [x + "," for x in ls[1:]])),
        Reads(PLAIN, [("", "empty", 8)], columns=tuple(PLAIN)),
    ),
    Nasty(
        "a separator at the end of the header only",
        rows_changed(lambda lines: lines.__setitem__(0, lines[0] + ",")),
        Reads(PLAIN, [("", "", 1)], columns=tuple(PLAIN)),
    ),
    Nasty(
        "separators at the end of all lines",
        table().replace("\n", ",,,\n"),
        Reads(PLAIN, [("", "empty", 3)], columns=tuple(PLAIN)),
    ),
    Nasty(
        "7 a row with a cell too many",
        changed(4, "s4,control,55,3,75"),
        Asks(
            "data.uneven_rows",
            "5",
            [("skip", Reads({"id": (*ID[:3], *ID[4:])}, [("", "row", 1)]))],
        ),
    ),
    Nasty(
        "8 a row with too few cells",
        changed(4, "s4,control,55"),
        Asks(
            "data.uneven_rows",
            "5",
            [("skip", Reads({"id": (*ID[:3], *ID[4:])}, [("", "row", 1)]))],
        ),
    ),
    Nasty(
        "9 a quote that nobody closed",
        changed(4, 's4,"control,55,3.75'),
        Asks(
            "data.quotes",
            "5",
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
        Reads(PLAIN, [("", "line", 1)]),
    ),
    Nasty(
        "11 mixed line ends",
        table().replace("\n", "\r\n", 4),
        Reads(PLAIN, [("", "line", 1)]),
    ),
]


@pytest.mark.parametrize("case", [*LETTERS, *SEPARATORS], ids=lambda case: case.title)
def test_text_file(case, tmp_path):
    check(case, tmp_path)
