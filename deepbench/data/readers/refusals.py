"""Files that are no tables, known by their first bytes; each with what to do instead."""

from __future__ import annotations

import re

from deepbench.errors import DataError

_UNPACK = "Unpack it first and name the table inside."
_MEASURE = (
    "DeepBench does not read images yet. Measure them first, for example with ImageJ or "
    "CellProfiler, and name the table of measurements."
)
_CYTOMETRY = "a file of single events from flow cytometry (FCS)"
_EVENTS = "Gate it, and export one row per sample (shares, medians) as CSV."
_SIGNATURES: tuple[tuple[bytes, str, str], ...] = (
    (b"BZh", "compressed (bzip2)", _UNPACK),
    (b"\xfd7zXZ", "compressed (xz)", _UNPACK),
    (b"\x28\xb5\x2f\xfd", "compressed (zstd)", _UNPACK),
    (b"7z\xbc\xaf", "a 7-Zip archive", _UNPACK),
    (b"Rar!", "a RAR archive", _UNPACK),
    (b"PK\x05\x06", "an empty ZIP archive", _UNPACK),
    (b"\x89PNG", "an image", _MEASURE),
    (b"\xff\xd8\xff", "an image", _MEASURE),
    (b"GIF8", "an image", _MEASURE),
    (b"II*\0", "an image", _MEASURE),
    (b"MM\0*", "an image", _MEASURE),
    (b"%PDF", "a PDF document", "Copy the table into a spreadsheet and save it as CSV."),
    (b"{\\rtf", "a text document", "Copy the table into a spreadsheet and save it as CSV."),
    (b"MATLAB", "a MATLAB file", "Export the table as CSV (writetable)."),
    (b"\x93NUMPY", "a NumPy file", "Export it as CSV with column names, or as Parquet."),
    (b"ARROW1", "an Arrow (Feather) file", "Write it as Parquet."),
    (b"SQLite format 3", "a database", "Export the table as CSV."),
    (b"RDX", "an R data file", "Write the table with write.csv in R."),
    (b"RDA", "an R data file", "Write the table with write.csv in R."),
    (b"X\n\0\0\0", "an R data file", "Write the table with write.csv in R."),
    (b"$FL2", "an SPSS file", "Save it in SPSS as CSV, with the labels of the values."),
    (b"$FL3", "an SPSS file", "Save it in SPSS as CSV, with the labels of the values."),
    (b"<stata_dta>", "a Stata file", "Write the table as CSV with export delimited in Stata."),
    (b"HEADER RECORD*******", "a SAS transport file", "Write the table as CSV in SAS."),
    (b"\0" * 12 + b"\xc2\xea\x81\x60", "a SAS file", "Write the table as CSV in SAS."),
    (b"FCS2.", _CYTOMETRY, _EVENTS),
    (b"FCS3.", _CYTOMETRY, _EVENTS),
)
_PICKLE = re.compile(rb"\x80[\x02-\x05]")
_PICKLE_NAMES = (".pkl", ".pickle", ".joblib")  # the oldest kind of pickle is text
_JSON = re.compile(rb"\s*(?:\[\s*[\[{]|\{\s*[\"}])")
_LOCK_MARK = "~$"  # before the name of a workbook that is open, in a small file beside it
_MARKUP = re.compile(rb"\s*<(!doctype|html|table|\?xml|head|body)", re.IGNORECASE)


def refuse_if_no_table(head: bytes, name: str) -> None:
    """Raise if the first bytes are those of something that is no table.

    Raises:
        DataError: says what the file is and what to do.
    """
    if name.startswith(_LOCK_MARK):
        raise DataError(
            f"{name} is a mark that a spreadsheet program leaves while a workbook is open.",
            f"Name the workbook itself, without the {_LOCK_MARK}.",
        )
    for signature, what, hint in _SIGNATURES:
        if head.startswith(signature):
            raise DataError(f"{name} is {what}, not a table.", hint)
    if _PICKLE.match(head) or name.lower().endswith(_PICKLE_NAMES):
        raise DataError(
            f"{name} is a Python pickle, which can run programs when it is opened.",
            "Write the table as CSV or Parquet.",
        )
    start = head.removeprefix(b"\xef\xbb\xbf")
    if _JSON.match(start):
        raise DataError(
            f"{name} is a JSON file, not a table.",
            "Write it as CSV: one row per sample, one column per measurement.",
        )
    if _MARKUP.match(start):
        raise DataError(
            f"{name} is a web page or XML, whatever its name says.",
            "Open it in a spreadsheet program and save it as XLSX or CSV.",
        )
