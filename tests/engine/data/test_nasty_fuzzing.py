"""The whole import under random files: a table, a question or a sentence, and no changed value."""

import csv
import io
import random
import subprocess
import sys
import tempfile
import unicodedata
import zipfile
from pathlib import Path

import h5py
import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from deepbench.errors import DeepBenchError

from .nasty_archives import book, zipped
from .nasty_files import found_cells, imported, previewed, table

FUZZ = settings(max_examples=120, suppress_health_check=[HealthCheck.too_slow])

GCT = "#1.2\n2\t3\nName\tDescription\ts1\ts2\ts3\ng1\tx\t1\t2\t3\ng2\ty\t4\t5\t6\n"
SERIES = (
    '!Series_title\t"T"\n!Sample_title\t"a"\t"b"\n!Sample_geo_accession\t"GSM1"\t"GSM2"\n'
    '!series_matrix_table_begin\n"ID_REF"\t"GSM1"\t"GSM2"\n"p1"\t1.5\t2\n"p2"\t3\t4\n'
    "!series_matrix_table_end\n"
)
TEXTS = (
    table().encode(),
    table(sep=";", decimal=",").encode("utf-8-sig"),
    table(("µ", *"12345678"), sep="\t").encode("utf-16"),
    table(("note", '"a ""b"""', *["x, y"[:1]] * 7), newline="\r\n").encode("cp1252"),
    ("Instrument: A\nDate: 1\n\n" + table(("x", "<0.5", "ND", *"123456"))).encode(),
    GCT.encode(),
    SERIES.encode(),
)
NAMES = ("table.csv", "table.txt", "table.xlsx", "table.xls", "table.gz", "table.h5ad", "t")


def try_both(content: bytes, name: str) -> None:
    """Import and preview; whatever is no sentence fails the test."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        outcome = imported(path, "group", {})
        preview = previewed(path, "group", {})
    if isinstance(outcome, DeepBenchError):
        assert preview.problem
        assert outcome.message.isprintable(), outcome.message
    else:
        assert not preview.problem, preview.problem
        assert not any(
            np.isinf(outcome[0].frame[name]).any()
            for name in outcome[0].frame.columns
            if outcome[0].frame[name].dtype == np.float64
        )


@FUZZ
@given(st.binary(max_size=300), st.sampled_from(NAMES))
@example(b"\xff\xfe", "table.csv")
@example(b"\xef\xbb\xbf", "table.csv")
@example(b"\x1f\x8b\x08", "table.gz")
@example(b"PK\x03\x04", "table.xlsx")
@example(b"PAR1PAR1", "table.parquet")
@example(b"\x89HDF\r\n\x1a\n", "table.h5ad")
@example(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "table.xls")
@example(b"#1.2\n", "table.gct")
@example(b"!Series_title", "table.txt")
@example(b"a,group\n\xed\xa0\x80,\x00\n", "table.csv")
def test_random_bytes(content, name):
    try_both(content, name)


@FUZZ
@given(
    st.text("group,;\t|\"'\n\r 01.5-eE<>%/:#=é\ufeff\u200b\u2212\u00a0\0", max_size=120),
    st.sampled_from(["", "group\n", "id,group,x\na,b,1\n", "id;group;x\na;b;1,5\n"]),
)
def test_random_text(text, before):
    try_both((before + text).encode("utf-8"), "table.csv")


@FUZZ
@given(
    st.sampled_from(TEXTS),
    st.lists(st.tuples(st.integers(0, 10_000), st.sampled_from(
        [b"", b"\0", b"\xff", b'"', b",", b";", b"\t", b"\n", b"\r", b"9", b"\x80", b"group"]
    )), min_size=1, max_size=4),
)  # fmt: skip
def test_damaged_text_files(content, changes):
    for place, new in changes:
        at = place % (len(content) + 1)
        content = content[:at] + new + content[at + 1 :]
    try_both(content, "table.csv")


# --- what was written is read back, or a question is asked ---------------------------------------

WORDS = st.text("abcXYZ éüß-_.()/+#", min_size=1, max_size=8).map(str.strip).filter(bool)


@st.composite
def written_numbers(draw, rows, decimal):
    """A column of numbers as people write them, all of one style."""
    style = draw(st.sampled_from(["{:.0f}", "{:.1f}", "{:.2f}", "{:.3f}", "{:.6f}", "{!r}",
                                  "{:.3e}", "{:+.2f}", "{:E}"]))  # fmt: skip
    size = draw(st.sampled_from([1.0, 10.0, 5_000.0, 1e7]))
    numbers = st.floats(-size, size, allow_nan=False, width=64)
    cells = [style.format(draw(numbers)) for _ in range(rows)]
    return [cell.replace(".", decimal) for cell in cells]


@st.composite
def tables(draw):
    """Columns by name, the decimal mark and the delimiter."""
    rows = draw(st.integers(4, 9))
    delimiter = draw(st.sampled_from(",;\t|"))
    decimal = draw(st.sampled_from(".," if delimiter != "," else "."))
    columns = {"group": [draw(st.sampled_from(["case", "control"])) for _ in range(rows)]}
    for number in range(draw(st.integers(1, 4))):
        kind = draw(st.sampled_from(["numbers", "numbers", "words", "codes", "gaps"]))
        if kind == "words":
            cells = [draw(WORDS) for _ in range(rows)]
        elif kind == "codes":
            width = draw(st.integers(2, 18))
            cells = [str(draw(st.integers(0, 10**width))).zfill(width) for _ in range(rows)]
        else:
            cells = draw(written_numbers(rows, decimal))
            if kind == "gaps":
                cells[draw(st.integers(0, rows - 1))] = draw(st.sampled_from(
                    ["", "NA", "n.d.", "-", "?", "<0.5", "1'000", "x"]))  # fmt: skip
        columns[f"{kind} {number}"] = cells
    return columns, delimiter, decimal


def number_of(text, decimal):
    try:
        return float(text.replace(decimal, "."))
    except ValueError:
        return None


def assert_same(text, value, decimal, said):
    """A cell is the number or the text that was written, or its change has been said."""
    if value is None:
        assert not text or any(f"'{text}' read as missing" in what for what in said), text
    elif isinstance(value, float):
        written = number_of(text, decimal)
        if written is None:
            assert any("separators" in what for what in said), (text, value)
        else:
            assert value == written, text
    else:
        same = unicodedata.normalize("NFC", text).strip()
        assert value == same or any("year-month-day" in what for what in said), (text, value)


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(
    tables(),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    st.sampled_from(["", "Instrument: A\n\n", "sep=DELIMITER\n"]),
)
def test_what_is_written_is_read_back(made, encoding, newline, quoting, preamble):
    columns, delimiter, decimal = made
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=delimiter, lineterminator="\n", quoting=quoting)
    writer.writerow(columns)
    writer.writerows(zip(*columns.values(), strict=True))
    text = preamble.replace("DELIMITER", delimiter) + stream.getvalue()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        path.write_bytes(text.replace("\n", newline).encode(encoding))
        outcome = imported(path, "group", {})
    if isinstance(outcome, DeepBenchError):
        return
    parsed, record = outcome
    assert list(parsed.frame.columns) == list(columns)
    assert record.rows == len(columns["group"])
    for name, cells in columns.items():
        said = [c.what for c in record.conversions if c.column in (name, "(cells)", "(all)")]
        for written, value in zip(cells, found_cells(parsed, name), strict=True):
            assert_same(written.strip(), value, decimal, said)


@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(
    st.sampled_from(["case", "control"]),
    st.floats(allow_nan=False, allow_infinity=False, width=64),
    st.integers(-10**12, 10**12),
    WORDS,
), min_size=3, max_size=8))  # fmt: skip
def test_workbooks_are_read_back(rows):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.xlsx"
        book({"Sheet1": [("group", "x", "n", "word"), *rows]})(path)
        outcome = imported(path, "group", {})
        sheet = openpyxl.load_workbook(path).active
        stored = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    if isinstance(outcome, DeepBenchError):
        return
    parsed, record = outcome
    said = [c.what for c in record.conversions]
    for place, name in enumerate(("group", "x", "n", "word")):
        for row, value in zip(stored, found_cells(parsed, name), strict=True):
            cell = row[place]
            if isinstance(value, float):
                assert value == float(cell), name
            elif isinstance(cell, str):
                assert_same(cell, value, ".", said)
            else:
                assert float(value) == cell, name


# --- binary formats, in a process of their own ---------------------------------------------------


def content_of(make):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "made"
        make(path)
        return path.read_bytes()


def parquet(path):
    frame = pd.DataFrame({"group": ["a", "b"] * 4, "x": np.arange(8.0), "n": range(8)})
    frame.to_parquet(path)


def h5ad(path):
    with h5py.File(path, "w") as file:
        file.attrs["encoding-type"] = "anndata"
        file["X"] = np.arange(6.0).reshape(3, 2)
        for name, names in (("obs", ["a", "b", "c"]), ("var", ["g1", "g2"])):
            part = file.create_group(name)
            part.attrs["_index"] = "_index"
            part.attrs["column-order"] = np.array([], dtype="S1")
            part["_index"] = np.array(names, dtype="S2")


ODS_MIME = "application/vnd.oasis.opendocument.spreadsheet"
ODS_CONTENT = (
    '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body>'
    '<office:spreadsheet><table:table table:name="S">'
    + "".join(
        "<table:table-row>"
        f'<table:table-cell office:value-type="string"><text:p>{a}</text:p></table:table-cell>'
        f'<table:table-cell office:value-type="string"><text:p>{b}</text:p></table:table-cell>'
        "</table:table-row>"
        for a, b in [("group", "x"), ("a", "1.5"), ("b", "2"), ("a", "3")]
    )
    + "</table:table></office:spreadsheet></office:body></office:document-content>"
)


def ods(path):
    path.write_bytes(zipped(("mimetype", ODS_MIME), ("content.xml", ODS_CONTENT)))


def damage(content: bytes, chance: random.Random) -> bytes:
    """Return the bytes with a few of them changed, cut off or repeated."""
    data = bytearray(content)
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(data))
        what = chance.random()
        if what < 0.6:
            data[at] = chance.choice((0, 255, 127, chance.randrange(256)))
        elif what < 0.8:
            del data[at : at + chance.randint(1, 30)]
        else:
            data[at:at] = data[at : at + chance.randint(1, 30)]
        if not data:
            return b"P"
    return bytes(data)


def damaged_archive(content: bytes, chance: random.Random) -> bytes:
    """Return an archive one of whose members is damaged, so that its checksum still fits."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    name = chance.choice([name for name in parts if "sheet" in name or "content" in name])
    parts[name] = damage(parts[name], chance)
    return zipped(*parts.items())


TRY_ALL = """
import resource, sys, traceback
resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
resource.setrlimit(resource.RLIMIT_CPU, (60, 60))
from pathlib import Path
from deepbench.data.table_files import TableFiles
from deepbench.data.table_import import import_table
from deepbench.errors import DeepBenchError
from deepbench.jobs.preview_table import preview_table
from deepbench.messages import PreviewTable
from deepbench.plan import StudyPlan
from deepbench.worker.progress import Progress

for path in sorted(Path(sys.argv[1]).iterdir()):
    print("trying", path.name, flush=True)
    plan = {"data": {"source": path.name}, "question": {"outcome": "group"}}
    try:
        try:
            import_table(TableFiles(path), StudyPlan.model_validate(plan))
        except DeepBenchError:
            pass
        preview_table(PreviewTable(str(path.parent), plan), Progress())
    except Exception:
        print("failed", path.name, traceback.format_exc(limit=-4), flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="limits of Unix")
@pytest.mark.parametrize(
    ("suffix", "make"),
    [("xlsx", book()), ("ods", ods), ("parquet", parquet), ("h5ad", h5ad)],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_damaged_binary_files(suffix, make, tmp_path):
    content = content_of(make)
    chance = random.Random(20)
    for number in range(60):
        spoil = damaged_archive if suffix in ("xlsx", "ods") and number % 3 else damage
        (tmp_path / f"{number:02d}.{suffix}").write_bytes(spoil(content, chance))
    done = subprocess.run(
        [sys.executable, "-c", TRY_ALL, str(tmp_path)],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"{done.stdout.splitlines()[-1]}: {done.stderr[-1000:]}"
    assert "failed" not in done.stdout, done.stdout[done.stdout.index("failed") :][:1500]
    assert done.stdout.count("trying") == 60
