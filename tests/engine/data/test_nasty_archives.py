"""Archives, compressed files, and files that are no tables."""

import gzip
import json
import pickle
import sqlite3

import h5py
import numpy as np
import pytest
from PIL import Image

from .nasty_archives import FLAT_SHEET, gzip_bomb, locked, lying_zip, with_link, zip_bomb, zipped
from .nasty_files import PLAIN, Asks, Nasty, Reads, Refuses, check, table

OTHER = table(("x", *"12345678"))


class Harmful:
    """Writes a file when it is unpickled."""

    def __reduce__(self):
        return (open, ("harmed.txt", "w"))


def numpy_objects(path):
    with path.open("wb") as stream:
        np.save(stream, np.array([Harmful(), 1], dtype=object), allow_pickle=True)


def hdf5(path):
    with h5py.File(path, "w") as file:
        file["x"] = np.arange(10)


def picture(path):
    Image.new("RGB", (10, 10)).save(path, "PNG")


def database(path):
    with sqlite3.connect(path) as connection:
        connection.execute("create table t (id)")
    connection.close()


ARCHIVES = [
    Nasty("a compressed table", gzip.compress(table().encode()), Reads(PLAIN), "table.csv.gz"),
    Nasty("a compressed table without .gz", gzip.compress(table().encode()), Reads(PLAIN)),
    Nasty(
        "one table in an archive", zipped(("data/table.csv", table())), Reads(PLAIN), "table.zip"
    ),
    Nasty(
        "one table and what a Mac adds",
        zipped(
            ("table.csv", table()),
            ("__MACOSX/._table.csv", b"\x00\x05\x16\x07"),
            (".DS_Store", b"\x00\x00\x00\x01Bud1"),
        ),
        Reads(PLAIN),
        "table.zip",
    ),
    Nasty(
        "28 two tables in an archive",
        zipped(("a.csv", table()), ("b.csv", OTHER)),
        Asks(
            "data.member",
            "ZIP archive that holds 2 tables",
            [("a.csv", Reads(PLAIN)), ("b.csv", Reads({"x": tuple(range(1, 9))}))],
        ),
        "table.zip",
    ),
    Nasty(
        "28 two names that differ by case",
        zipped(("a.csv", table()), ("A.csv", OTHER)),
        Asks(
            "data.member",
            "ZIP archive that holds 2 tables",
            [("a.csv", Reads(PLAIN)), ("A.csv", Reads({"x": tuple(range(1, 9))}))],
        ),
        "table.zip",
    ),
    Nasty(
        "28 a name that leads upwards",
        zipped(("../../table.csv", table())),
        Reads(PLAIN),
        "table.zip",
    ),
    Nasty(
        "28 an absolute name",
        zipped(("/etc/table.csv", table())),
        Reads(PLAIN),
        "table.zip",
    ),
    Nasty(
        "28 a name that Windows keeps for itself",
        zipped(("CON.csv", table())),
        Reads(PLAIN),
        "table.zip",
    ),
    Nasty(
        "28 a link",
        with_link("/etc/passwd"),
        Refuses("without a table in it", "Unpack it"),
        "table.zip",
    ),
    Nasty(
        "28 a password",
        locked(table().encode()),
        Refuses("protected by a password", "Unpack it"),
        "table.zip",
    ),
    Nasty(
        "28 10,001 members",
        zipped(*[(f"{n}.csv", "x") for n in range(10_001)]),
        Refuses("holds 10,001 files", "Unpack it"),
        "table.zip",
    ),
    Nasty(
        "28 an archive in an archive",
        zipped(("inner.zip", zipped(("a.csv", table())))),
        Refuses("without a table in it", "Unpack it"),
        "table.zip",
    ),
    Nasty(
        "28 an empty archive",
        zipped(),
        Refuses("is an empty ZIP archive", "Unpack it"),
        "table.zip",
    ),
    Nasty(
        "27 a gzip bomb",
        gzip_bomb(100),
        Refuses("unpacks to more than 6. MB from 0.. MB", "Unpack it yourself"),
        "table.csv.gz",
    ),
    Nasty(
        "27 a zip bomb",
        zip_bomb(100),
        Refuses("unpacks to more than 6. MB from 0.. MB", "Unpack it yourself"),
        "table.zip",
    ),
    Nasty(
        "27 an archive that lies about sizes",
        lying_zip(200),
        Refuses("is damaged: it cannot be unpacked", "Get it again"),
        "table.zip",
    ),
    Nasty(
        "half a compressed file",
        gzip.compress(table().encode())[:60],
        Refuses("is damaged: it cannot be unpacked", "Get it again"),
        "table.csv.gz",
    ),
]

NO_TABLES = [
    Nasty(
        "34 a pickle",
        pickle.dumps(Harmful()),
        Refuses("Python pickle, which can run programs when it is opened", "CSV or Parquet"),
        "table.pkl",
    ),
    Nasty(
        "34 a pickle with the name .csv",
        pickle.dumps(Harmful()),
        Refuses("Python pickle, which can run programs when it is opened", "CSV or Parquet"),
    ),
    Nasty(
        "34 a pickle of the oldest kind",
        pickle.dumps({"a": [1, 2]}, protocol=0),
        Refuses("Python pickle, which can run programs when it is opened", "CSV or Parquet"),
        "table.pkl",
    ),
    Nasty(
        "34 joblib",
        pickle.dumps(Harmful()),
        Refuses("Python pickle, which can run programs when it is opened", "CSV or Parquet"),
        "table.joblib",
    ),
    Nasty(
        "34 torch",
        zipped(("archive/data.pkl", pickle.dumps(Harmful()))),
        Refuses("is a PyTorch file", "CSV"),
        "model.pt",
    ),
    Nasty("34 numpy objects", numpy_objects, Refuses("NumPy", "CSV"), "table.npy"),
    Nasty(
        "34 MATLAB",
        b"MATLAB 5.0 MAT-file, Platform: PCWIN64" + bytes(200),
        Refuses("MATLAB", "CSV"),
        "table.mat",
    ),
    Nasty("34 HDF5", hdf5, Refuses("HDF5", "CSV"), "table.h5"),
    Nasty("35 a picture", picture, Refuses("is an image, not a table", "Measure"), "table.png"),
    Nasty(
        "36 a picture with the name .csv", picture, Refuses("is an image, not a table", "Measure")
    ),
    Nasty(
        "37 a truncated JPEG with another name",
        b"\xff\xd8\xff\xe0\x00\x10JFIF\x00",
        Refuses("is an image, not a table", "Measure"),
        "table.tsv",
    ),
    Nasty(
        "a PDF with the name .csv",
        b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< >>\nendobj\n",
        Refuses("is a PDF document", "CSV"),
    ),
    Nasty(
        "a Word file with the name .xlsx",
        zipped(("[Content_Types].xml", "<Types/>"), ("word/document.xml", "<w/>")),
        Refuses("is a Word document", "spreadsheet"),
        "table.xlsx",
    ),
    Nasty(
        "JSON",
        json.dumps([{"id": "s1", "group": "case"}], indent=1),
        Refuses("is a JSON file", "CSV"),
        "table.json",
    ),
    Nasty(
        "XML",
        "<?xml version='1.0'?><data><row id='1'/></data>",
        Refuses("is a web page or XML", "XLSX or CSV"),
        "table.csv",
    ),
    Nasty(
        "LibreOffice's flat file",
        FLAT_SHEET,
        Refuses("is a web page or XML", "XLSX or CSV"),
        "table.fods",
    ),
    Nasty("SQLite", database, Refuses("is a database", "CSV"), "table.db"),
    Nasty(
        "R data",
        gzip.compress(b"RDX3\nX\n\x00\x00\x00\x03" + bytes(50)),
        Refuses("is an R data file", "write.csv"),
        "table.RData",
    ),
    Nasty(
        "an RDS file",
        gzip.compress(b"X\n\x00\x00\x00\x03\x00\x04\x01\x00" + bytes(50)),
        Refuses("is an R data file", "write.csv"),
        "table.rds",
    ),
    Nasty(
        "SPSS",
        b"$FL2@(#) SPSS DATA FILE" + bytes(200),
        Refuses("is an SPSS file", "CSV"),
        "table.sav",
    ),
    Nasty(
        "Stata",
        b"<stata_dta><header><release>118" + bytes(50),
        Refuses("is a Stata file", "CSV"),
        "table.dta",
    ),
    Nasty(
        "flow cytometry",
        b"FCS3.1         256    1545    1792       1792" + bytes(300),
        Refuses("flow cytometry", "CSV"),
        "table.fcs",
    ),
    Nasty(
        "Excel's lock file",
        b"\x05Meier" + bytes(159),
        Refuses("mark that a spreadsheet program leaves", "without the ~\\$"),
        "~$table.xlsx",
    ),
    Nasty(
        "7z",
        b"7z\xbc\xaf\x27\x1c" + bytes(50),
        Refuses("is a 7-Zip archive", "Unpack it"),
        "table.7z",
    ),
    Nasty(
        "random bytes",
        np.random.default_rng(5).bytes(3000),
        Refuses("is not text, and no kind of table that is known", "CSV or XLSX"),
    ),
]


@pytest.mark.parametrize("case", [*ARCHIVES, *NO_TABLES], ids=lambda case: case.title)
def test_archive(case, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    check(case, tmp_path)
    assert not (tmp_path / "harmed.txt").exists()
    assert len(list(tmp_path.iterdir())) == 1
