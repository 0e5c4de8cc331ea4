import datetime
import zipfile

import openpyxl
import pandas as pd
import pytest

from deepbench.data.readers.registry import read_raw
from deepbench.errors import DataError, DataQuestion
from deepbench.plan import Data

ROWS = [["id", "age", "weight"], ["a", 31, 70.5], ["b", 42, 0.1], ["c", 29, 64]]


@pytest.fixture
def book(tmp_path):
    def _book(sheets, name="table.xlsx", edit=None):
        workbook = openpyxl.Workbook()
        workbook.remove(workbook.active)
        for title, rows in sheets.items():
            sheet = workbook.create_sheet(title)
            for row in rows:
                sheet.append(row)
        if edit:
            edit(workbook)
        workbook.save(tmp_path / name)
        return tmp_path / name

    return _book


def load(path, **options):
    return read_raw(path, Data(source=path.name, **options))


def test_single_filled_sheet_is_chosen(book):
    raw = load(book({"empty": [], "Mäuse": ROWS}))
    assert (raw.how.format, raw.how.sheet) == ("XLSX", "Mäuse")
    assert raw.frame().values.tolist() == [
        ["a", "31", "70.5"],
        ["b", "42", "0.1"],
        ["c", "29", "64"],
    ]
    assert raw.cell_reference(1, "weight") == "cell C3"
    assert any("sheets not read" in c.what for c in raw.conversions)


def test_two_sheets_and_none_chosen(book):
    path = book({"first": ROWS, "second": ROWS})
    with pytest.raises(DataError, match="'first' and 'second'") as caught:
        load(path)
    assert 'sheet = "first"' in caught.value.hint
    assert load(path, sheet="Second ").how.sheet == "second"
    with pytest.raises(DataError, match="no sheet 'secnd'") as caught:
        load(path, sheet="secnd")
    assert "Did you mean 'second'" in caught.value.hint


def test_hidden_sheets_are_passed_over(book):
    def hide(workbook):
        workbook["notes"].sheet_state = "hidden"

    assert load(book({"notes": ROWS, "data": ROWS}, edit=hide)).how.sheet == "data"


def test_table_that_does_not_begin_in_a1(book):
    shifted = [[], [], *([None, None, *row] for row in ROWS)]
    raw = load(book({"data": shifted}))
    assert raw.columns == ("id", "age", "weight")
    assert raw.cell_reference(0, "id") == "cell C4"


def test_dates_and_truth_values_become_text(book):
    rows = [["id", "drawn", "ok"], ["a", datetime.date(2024, 3, 1), True], ["b", None, False]]
    raw = load(book({"data": rows}))
    assert raw.frame()["drawn"].tolist() == ["2024-03-01", ""]
    assert raw.frame()["ok"].tolist() == ["TRUE", "FALSE"]


def test_formulas_without_result_are_asked_about(book):
    def edit(workbook):
        sheet = workbook["data"]
        sheet["B2"] = "=1+1"
        sheet["B3"] = "#DIV/0!"
        sheet["B3"].data_type = "e"

    path = book({"data": [*ROWS, ["d", 1, 2]]}, edit=edit)
    with pytest.raises(DataQuestion, match="1 formula without a stored result") as caught:
        load(path)
    assert caught.value.key == "data.formulas"
    assert "save it" in caught.value.hint
    raw = load(path, formulas="empty")
    counts = {c.what.split(" read")[0]: c.count for c in raw.conversions}
    assert counts["formulas without a stored result"] == 1
    assert counts["error values (such as #DIV/0!)"] == 1
    assert raw.frame()["age"].tolist()[:2] == ["", ""]


def test_cells_merged_down_a_column_all_have_the_value(book):
    rows = [["mouse", "age"], ["m1", 1], [None, 2], [None, 3], ["m2", 4], [None, 5]]

    def edit(workbook):
        workbook["data"].merge_cells("A2:A4")

    raw = load(book({"data": rows}, edit=edit))
    assert raw.frame()["mouse"].tolist() == ["m1", "m1", "m1", "m2", ""]
    counts = {c.what.split(":")[0]: c.count for c in raw.conversions}
    assert counts["cells merged down a column"] == 2


def test_hidden_rows_and_columns_are_read_and_counted(book):
    def edit(workbook):
        sheet = workbook["data"]
        sheet.row_dimensions[3].hidden = True
        sheet.column_dimensions["B"].hidden = True
        sheet.column_dimensions.group("D", "XFD", hidden=True)  # behind the table: hides nothing

    raw = load(book({"data": ROWS}, edit=edit))
    assert raw.rows == 3
    counts = {c.what: c.count for c in raw.conversions}
    assert counts["hidden rows read like all others"] == 1
    assert counts["hidden columns read like all others"] == 1


def write_ods(path, rows_xml):
    content = (
        '<?xml version="1.0"?><office:document-content '
        'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body>'
        f'<office:spreadsheet><table:table table:name="S">{rows_xml}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:'
            'manifest:1.0"/>',
        )
    return path


def ods_cell(value, attributes=""):
    kind = "float" if isinstance(value, float) else "string"
    number = f' office:value="{value}"' if kind == "float" else ""
    return (
        f'<table:table-cell office:value-type="{kind}"{number}{attributes}>'
        f"<text:p>{value}</text:p></table:table-cell>"
    )


def test_ods(tmp_path):
    rows = [["id", "x"], ["a", 1.5], ["b", 2.0], ["c", 0.1]]
    xml = "".join(
        f"<table:table-row>{''.join(map(ods_cell, row))}</table:table-row>" for row in rows
    )
    raw = load(write_ods(tmp_path / "table.ods", xml))
    assert raw.how.format == "ODS"
    assert raw.frame().values.tolist() == [["a", "1.5"], ["b", "2"], ["c", "0.1"]]


def test_ods_whose_one_cell_stands_for_billions(tmp_path):
    repeated = ods_cell(1.0, ' table:number-columns-repeated="16384"')
    xml = f'<table:table-row table:number-rows-repeated="1048576">{repeated}</table:table-row>'
    with pytest.raises(DataError, match="filled cells"):
        load(write_ods(tmp_path / "bomb.ods", xml))


def test_numbers_typed_as_text_with_a_comma(book):
    rows = [["id", "x", "y"], ["a", "1,5", 0.25], ["b", "2,5", 1e-7], ["c", "3", 7]]
    raw = load(book({"data": rows}))
    assert raw.how.decimal == ","
    assert raw.frame()["y"].tolist() == ["0,25", "1e-07", "7"]


def test_content_decides_not_the_name(book):
    path = book({"data": ROWS})
    assert load(path.rename(path.with_suffix(".xls"))).how.format == "XLSX"


def test_empty_workbook(book):
    path = book({"one": [], "two": []})
    with pytest.raises(DataError, match="empty"):
        load(path)
    with pytest.raises(DataError, match="'one' is empty"):
        load(path, sheet="one")


def test_protected_workbook(tmp_path):
    path = tmp_path / "secret.xlsx"
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    path.write_bytes(head + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 600)
    with pytest.raises(DataError, match="password"):
        load(path)


@pytest.mark.parametrize("head", [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PK\x03\x04"])
def test_damaged_workbook(tmp_path, head):
    path = tmp_path / "damaged.xlsx"
    path.write_bytes(head + b"x" * 2000)
    with pytest.raises(DataError, match="cannot be read as a workbook"):
        load(path)


def test_a_document_of_text_is_no_table(tmp_path):
    path = tmp_path / "letter.odt"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        archive.writestr("content.xml", "<x/>")
    with pytest.raises(DataError, match="not a spreadsheet"):
        load(path)


def rewrite(path, change):
    """Rewrite the sheet's XML inside a workbook."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            changed = change(content) if name.startswith("xl/worksheets/sheet") else content
            archive.writestr(name, changed)


def test_two_cells_far_apart_do_not_fill_the_memory(book):
    def spread(workbook):
        workbook["data"]["XFD1048576"] = 1

    with pytest.raises(DataError, match="17,179,869,184 cells"):
        load(book({"data": ROWS}, edit=spread))


def test_sheet_that_unpacks_to_gigabytes(book):
    path = book({"data": ROWS})
    rewrite(path, lambda xml: xml.replace(b"</sheetData>", b" " * 80_000_000 + b"</sheetData>"))
    with pytest.raises(DataError, match="unpack"):
        load(path)


def test_xml_entities(book):
    path = book({"data": ROWS})
    entity = b'<!DOCTYPE x [<!ENTITY a "aaaa">]>'
    rewrite(path, lambda xml: xml.replace(b"<worksheet", entity + b"<worksheet", 1))
    with pytest.raises(DataError, match="XML entities"):
        load(path)


def test_parquet(tmp_path):
    path = tmp_path / "table.parquet"
    frame = pd.DataFrame(
        {
            "id": ["a", None, "c"],
            "x": [0.1, None, 1e-300],
            "n": [1, 2, 3],
            "group": pd.Categorical(["u", "v", "u"]),
            "seen": pd.to_datetime(["2024-01-01", "2024-01-02", None]),
            "nothing": [None, None, None],
        }
    )
    frame.to_parquet(path)
    raw = load(path)
    assert raw.columns == tuple(frame.columns)
    assert raw.frame()["id"].tolist() == ["a", "", "c"]
    assert [float(raw.frame()["x"][i]) for i in (0, 2)] == [0.1, 1e-300]
    assert raw.frame()["n"].tolist() == ["1", "2", "3"]
    assert raw.frame()["seen"][2] == ""
    assert raw.cell_reference(2, "x") == "row 3"


def test_parquet_refusals(tmp_path):
    path = tmp_path / "table.parquet"
    pd.DataFrame({"x": [[1, 2], [3]]}).to_parquet(path)
    with pytest.raises(DataError, match="column 'x'"):
        load(path)
    path.write_bytes(b"PAR1 and then nothing of use")
    with pytest.raises(DataError, match="Parquet"):
        load(path)
    pd.DataFrame({"x": []}).to_parquet(path)
    with pytest.raises(DataError, match="no rows"):
        load(path)
