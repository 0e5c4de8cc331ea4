"""A preview is what the import would give, and shows what it can of a file that cannot be read."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pytest

from deepbench.data import open_tables
from deepbench.data.number_text import number_text
from deepbench.data.table_files import TableFiles
from deepbench.data.table_import import import_table
from deepbench.errors import PlanError
from deepbench.jobs.preview_table import preview_table
from deepbench.messages import PreviewTable
from deepbench.plan import plan_from_answers
from deepbench.study.records import PreviewRecord
from deepbench.worker.progress import Progress

Preview = Callable[..., PreviewRecord]

MESSY = """id;mouse;batch;sex;age;dose;score;note;day;outcome
S1;07;1;f;31;1.250,5;0,1;x;2024-01-03;ill
S2;07;1;m;;1.250,7;NA;y;2024-01-04;well
S3;08;2;f;29;2,5;0,30;NA;2024-01-05;ill
S4;08;2;m;44;;n/a;z;2024-02-01;well
"""


@pytest.fixture
def look(tmp_path: Path) -> Preview:
    """Writes a table into a study folder and previews it under the given answers."""

    def _look(
        content: str | bytes | None,
        name: str = "table.csv",
        rows: int = 60,
        columns: int = 60,
        **answers: Any,
    ) -> PreviewRecord:
        if content is not None:
            data = content.encode() if isinstance(content, str) else content
            (tmp_path / name).write_bytes(data)
        answers["data"] = {"source": name, **answers.get("data", {})}
        request = PreviewTable(str(tmp_path), answers, rows, columns)
        result = preview_table(request, Progress())
        return PreviewRecord.model_validate_json(json.dumps(result, allow_nan=False))

    return _look


# --- like the import ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "answers",
    [
        {},
        {"roles": {"sample": ["ID"], "unit": ["mouse"], "batch": ["batch"], "date": "day"}},
        {"roles": {"ignore": ["dose", "score", "age"]}},
        {"data": {"types": {"batch": "categorical", "mouse": "numeric"}}},
        {"data": {"missing": ["NA", "29"]}, "roles": {"sensitive": ["age"]}},
        {"question": {"outcome": "dose"}, "roles": {"site": "batch"}},
    ],
)
def test_columns_are_those_of_the_import(
    look: Preview, tmp_path: Path, answers: dict[str, Any]
) -> None:
    given = {"question": {"outcome": "outcome"}, **answers}
    look(MESSY)  # so that the table is in memory, read under no answers
    shown = look(MESSY, **given)
    plan = plan_from_answers({**given, "data": {"source": "t", **answers.get("data", {})}})
    parsed, record = import_table(TableFiles(tmp_path / "table.csv"), plan)
    assert shown.problem == ""
    assert shown.columns == record.columns
    assert Counter(shown.conversions) == Counter(record.conversions)
    for field in ("source_name", "size_bytes", "format", "encoding", "delimiter", "decimal"):
        assert getattr(shown, field) == getattr(record, field)
    assert (shown.header, shown.rows) == (record.header, record.rows)
    for place, name in enumerate(shown.shown_columns):
        values = parsed.frame[name]
        if values.dtype == np.float64:
            texts = [row[place] for row in shown.parsed]
            numbers = [float(text) if text else np.nan for text in texts]
            np.testing.assert_array_equal(numbers, values)


def test_raw_and_parsed_cells_stand_side_by_side(look: Preview) -> None:
    shown = look(MESSY, rows=2, question={"outcome": "dose"})
    assert shown.row_numbers == (2, 3)
    assert shown.raw[0] == ("S1", "07", "1", "f", "31", "1.250,5", "0,1", "x", "2024-01-03", "ill")
    assert shown.parsed[0] == (
        "S1", "07", "1", "f", "31", "1250.5", "0.1", "x", "2024-01-03", "ill",
    )  # fmt: skip
    assert [row[4] for row in shown.parsed] == ["31", ""]


def test_an_outcome_of_numbers_is_shown_as_numbers(look: Preview) -> None:
    shown = look("a;y\n1,5;2,50\n2,5;3,25\n", question={"outcome": "y"})
    assert shown.raw == (("1,5", "2,50"), ("2,5", "3,25"))
    assert shown.parsed == (("1.5", "2.5"), ("2.5", "3.25"))


@pytest.mark.parametrize("value", [0.1, -3.0, 1e20, 123456789.0, 1e-7, 2.5e15, 1 / 3])
def test_a_number_as_text_is_the_same_number(value: float) -> None:
    assert float(number_text(value)) == value
    assert not number_text(value).endswith(".0")


def test_roles_stand_beside_features(look: Preview) -> None:
    shown = look(MESSY, question={"outcome": "Outcome"}, roles={"unit": "mouse"})
    roles = {column.name: column.role for column in shown.columns}
    assert roles["mouse"] == "unit"
    assert roles["outcome"] == "outcome"
    assert roles["dose"] == "feature"
    assert roles["day"] == "not used"


def test_nothing_needs_to_be_known_but_the_file(look: Preview) -> None:
    shown = look(MESSY)
    assert shown.problem == ""
    assert shown.outcome_candidates[0] == "outcome"
    assert {column.role for column in shown.columns} == {"feature", "not used"}


def test_columns_with_a_role_are_shown_of_a_wide_table(look: Preview) -> None:
    names = [f"g{i}" for i in range(300)] + ["plate", "tumour"]
    cells = [[*(str(i * j) for j in range(300)), str(i % 3), "ab"[i % 2]] for i in range(12)]
    lines = [",".join(row) for row in [names, *cells]]
    shown = look(
        "\n".join(lines), columns=10, question={"outcome": "tumour"}, roles={"batch": "g200"}
    )
    assert shown.shown_columns[:6] == ("g0", "g1", "g2", "g3", "g4", "g5")
    assert {"g200", "tumour", "plate"} <= set(shown.shown_columns)
    assert len(shown.shown_columns) == len(shown.raw[0]) == len(shown.parsed[0]) == 10
    assert list(shown.shown_columns) == sorted(shown.shown_columns, key=names.index)
    assert len(shown.columns) == 302
    assert look(None, columns=1, question={"outcome": "tumour"}).shown_columns == ("tumour",)


# --- one table in memory --------------------------------------------------------------------


def test_other_answers_do_not_read_the_file_again(
    look: Preview, monkeypatch: pytest.MonkeyPatch
) -> None:
    look(MESSY)
    reads: list[Path] = []
    original = open_tables.assemble

    def counting(files: TableFiles, *rest: Any) -> Any:
        reads.append(files.source)
        return original(files, *rest)

    monkeypatch.setattr(open_tables, "assemble", counting)
    look(None, question={"outcome": "outcome"}, roles={"unit": "mouse"})
    look(None, data={"types": {"mouse": "numeric"}})
    look(None, data={"missing_in": {"age": ["44"]}})
    typed = look(None, data={"missing": ["29"], "below_detection": "limit"})
    assert typed.parsed[2][4] == ""
    assert reads == []
    look(None, data={"decimal": "."})
    assert len(reads) == 1


def test_raw_cells_beside_what_is_read_from_them(look: Preview) -> None:
    """Each question in turn is answered by its first choice; then raw and parsed are compared."""
    shapes = {
        "crp (mg/l)": lambda i: "<0.5" if i == 3 else f"{i}.25",
        "dose": lambda i: f"{i}.5 mg",
        "other": lambda i: f"{i},75",
        "total": lambda i: f"{i + 1}'000",
        "delta": lambda i: f"\u2212{i}.5",
        "seen": lambda i: f"{i + 1:02d}/04/2021",
        "odd": lambda i: "failed" if i == 3 else str(i),
        "id": lambda i: f"{i:04d}",
        "y": lambda i: "ab"[i % 2],
    }
    lines = ["\t".join(shapes), *("\t".join(f(i) for f in shapes.values()) for i in range(20))]
    table, data = "\n".join(lines), {"delimiter": "tab", "decimal": "."}
    asked = []
    shown = look(table, question={"outcome": "y"}, data=data)
    while shown.question is not None:
        asked.append(shown.question.key)
        key = shown.question.key.removeprefix("data.")
        data[key] = shown.question.choices[0].value
        shown = look(None, question={"outcome": "y"}, data=data)
    assert asked == [
        "data.below_detection", "data.units_in_cells", "data.types", "data.missing_in",
    ]  # fmt: skip
    assert shown.problem == ""
    assert shown.raw[3] == (
        "<0.5", "3.5 mg", "3,75", "4'000", "\u22123.5", "04/04/2021", "failed", "0003", "b",
    )  # fmt: skip
    assert shown.parsed[3] == (
        number_text(0.5 / 2**0.5), "3.5", "3.75", "4000", "-3.5", "2021-04-04", "", "0003", "b",
    )  # fmt: skip
    assert shown.units == {"crp (mg/l)": "mg/l", "dose": "mg"}
    counts = {(note.column, note.what.split(" ")[0]): note.count for note in shown.conversions}
    assert counts[("dose", "unit")] == counts[("total", "thousands")] == 20


def test_a_changed_file_is_read_again(look: Preview, tmp_path: Path) -> None:
    assert look("a,y\n1,u\n2,v\n").rows == 2
    before = (tmp_path / "table.csv").stat()
    (tmp_path / "table.csv").write_text("a,y\n3,u\n4,w\n")
    os.utime(tmp_path / "table.csv", ns=(before.st_atime_ns, before.st_mtime_ns + 1))
    assert look(None).raw == (("3", "u"), ("4", "w"))


# --- what is wrong --------------------------------------------------------------------------


@pytest.mark.parametrize("data", [{}, {"source": ""}, {"source": None}, None])
def test_without_a_file_there_is_nothing_to_show(tmp_path: Path, data: Any) -> None:
    with pytest.raises(PlanError, match="No table has been chosen"):
        preview_table(PreviewTable(str(tmp_path), {"data": data}), Progress())


def test_text_among_numbers_is_told_and_shown(look: Preview) -> None:
    rows = [f"{i}.5,{i},{'ab'[i % 2]}" for i in range(30)]
    rows[4], rows[9] = "n/k,4,a", "9.5,low,b"
    shown = look("\n".join(["x,z,y", *rows]), question={"outcome": "y"})
    assert shown.problem.startswith("table.csv, row 6, column 'x': 'n/k' is not a number")
    assert shown.problem.endswith("The same in 1 more column: 'z'.")
    assert shown.question is not None
    assert shown.question.key == "data.missing_in"
    assert shown.question.choices[0].value == {"x": ["n/k"], "z": ["low"]}
    assert "Correct the cell" in shown.question.hint
    assert [column.name for column in shown.columns] == ["x", "z", "y"]
    assert shown.parsed[4] == ("n/k", "4", "a")
    mended = look(None, question={"outcome": "y"}, data={"missing": ["n/k", "low"]})
    assert mended.problem == ""
    assert mended.parsed[4] == ("", "4", "a")
    answer = {"missing_in": shown.question.choices[0].value}
    assert look(None, question={"outcome": "y"}, data=answer).parsed == mended.parsed
    ignored = look(None, question={"outcome": "y"}, roles={"ignore": ["x", "z"]})
    assert ignored.problem == ""


def test_a_forced_type_names_the_cell_of_a_workbook(look: Preview, tmp_path: Path) -> None:
    rows = [["a", "b", "dose"], *[[i, i, "low" if i == 3 else i] for i in range(1, 6)]]
    _book(tmp_path / "t.xlsx", {"one": rows}, shift=2)
    shown = look(None, "t.xlsx", data={"types": {"dose": "numeric", "a": "numeric"}})
    assert shown.problem.startswith("t.xlsx, cell C6, column 'dose': 'low' is not a number")
    assert shown.row_numbers == (4, 5, 6, 7, 8)
    assert (shown.sheet, shown.sheets) == ("one", ("one",))


def test_a_table_on_its_side_is_told(look: Preview) -> None:
    table = "gene,S1,S2,S3\nTP53,1,2,3\nMYC,4,5,6\ndiagnosis,ill,well,ill\n"
    shown = look(table, question={"outcome": "diagnosis"})
    assert (shown.problem, shown.rows) == ("", 3)
    assert shown.raw[0] == ("S1", "1", "4", "ill")
    assert [(c.name, c.role) for c in shown.columns][::3] == [
        ("sample", "sample"),
        ("diagnosis", "outcome"),
    ]
    assert shown.reasons["orientation"] == "the outcome 'diagnosis' is the name of a row"
    rows = {"orientation": "samples in rows"}
    kept = look(table, question={"outcome": "diagnosis"}, data=rows)
    assert kept.problem == "table.csv: the outcome 'diagnosis' is a row, not a column."
    assert 'orientation = "samples in columns"' in kept.hint


@pytest.mark.parametrize(
    ("answers", "problem"),
    [
        ({"roles": {"unit": "moose"}}, "roles.unit: there is no column 'moose'."),
        ({"question": {"outcome": "outcom"}}, "question.outcome: there is no column 'outcom'."),
        ({"roles": {"unit": "sex", "site": "SEX"}}, "The column 'sex' has two roles"),
        ({"data": {"types": {"weight": "numeric"}}}, "data.types: there is no column 'weight'."),
        (
            {"data": {"types": {"age": "numeric"}}, "roles": {"sensitive": "age"}},
            "data.types names 'age', which has the role sensitive.",
        ),
        ({"data": {"decimal": "comma"}}, "The answers: [data] decimal must be"),
        ({"roles": {"plate": "batch"}}, "The answers: 'plate' is not a key of [roles]."),
    ],
)
def test_answers_that_do_not_fit_are_told_beside_the_table(
    look: Preview, answers: dict[str, Any], problem: str
) -> None:
    shown = look(MESSY, **answers)
    assert shown.problem.startswith(problem)
    assert shown.rows == 4
    assert len(shown.columns) == 10


def test_a_ragged_file_shows_its_first_lines(look: Preview) -> None:
    shown = look("a;b;y\n1;2;u\n3;4\n5;6;v\n", rows=3)
    assert shown.problem.startswith("table.csv, row 3: the row has 2 cells")
    assert shown.delimiter == ";"
    assert shown.raw == (("a", "b", "y"), ("1", "2", "u"), ("3", "4", ""))
    assert shown.row_numbers == (1, 2, 3)
    assert shown.shown_columns == ("column 1", "column 2", "column 3")
    assert (shown.columns, shown.parsed, shown.rows) == ((), (), 0)


def test_lines_above_the_header_are_shown(look: Preview) -> None:
    shown = look("Exported 2024\n\na\tb\ty\n1\t2\tu\n3\t4\tv\n")
    assert shown.problem == ""
    assert shown.remarks == ("row 1: Exported 2024",)
    assert shown.raw[0] == ("1", "2", "u")
    assert shown.row_numbers == (4, 5)


def test_another_encoding_shows_what_can_be_read(look: Preview) -> None:
    content = "größe,y\n1,u\n2,v\n".encode("cp1252")
    shown = look(content)
    assert 'encoding = "cp1252"' in shown.hint
    assert shown.raw[0] == ("gr��e", "y")
    mended = look(None, data={"encoding": "cp1252"})
    assert (mended.problem, mended.columns[0].name) == ("", "größe")
    wrong = look(None, data={"encoding": "klingon"})
    assert "no text encoding called 'klingon'" in wrong.problem
    assert wrong.raw[1] == ("1", "u")


def test_an_open_quote_and_a_wrong_delimiter_are_shown(look: Preview) -> None:
    shown = look('a,y\n"1,u\n2,v\n')
    assert "a quote is opened there and not closed" in shown.problem
    assert shown.question is not None
    assert shown.question.key == "data.quotes"
    assert shown.raw[2] == ("2", "v")
    wrong = look("a,y\n1,u\n2,v\n", data={"delimiter": "both"})
    assert "'both' is not one character" in wrong.problem
    assert wrong.raw[0] == ("a", "y")


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("x.jpg", b"\xff\xd8\xff\xe0abc", "x.jpg is an image"),
        ("x.csv", b"", "x.csv is empty"),
        ("x.csv", b"\x01\x02\x03\xff\xfe,1\n", "x.csv is not text"),
        ("x.xlsx", b"PK\x03\x04nothing", "cannot be read as a workbook"),
        ("x.parquet", b"PAR1nothing", "cannot be read as Parquet"),
        ("x.pkl", b"a,b\n1,2\n", "pickle"),
    ],
)
def test_what_is_no_table_shows_nothing(
    look: Preview, name: str, content: bytes, problem: str
) -> None:
    shown = look(content, name)
    assert problem in shown.problem
    assert (shown.raw, shown.columns) == ((), ())
    assert shown.size_bytes == len(content)


def test_nul_characters_are_shown_where_they_stand(look: Preview) -> None:
    shown = look(b"a,b\n\x00,1\n")
    assert "1 NUL character" in shown.problem
    assert shown.raw == (("a", "b"), ("⟦U+0000⟧", "1"))


def test_a_missing_file_is_told(look: Preview) -> None:
    look(MESSY)
    shown = look(None, "tabel.csv")
    assert shown.problem.startswith("There is no file tabel.csv")
    assert "table.csv" in shown.hint
    assert look(None, "a\0b.csv").problem


# --- workbooks ------------------------------------------------------------------------------


def _book(path: Path, sheets: dict[str, list[list[Any]]], shift: int = 0) -> None:
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    for title, rows in sheets.items():
        sheet = workbook.create_sheet(title)
        for row in [[]] * shift + rows:
            sheet.append(row)
    workbook.save(path)


def test_several_sheets_are_named_and_the_first_is_shown(look: Preview, tmp_path: Path) -> None:
    rows = [["a", "y"], [1.5, "u"], [2, "v"]]
    _book(tmp_path / "t.xlsx", {"blank": [], "mice": rows, "rats": rows}, shift=3)
    shown = look(None, "t.xlsx", rows=2)
    assert shown.problem.startswith("t.xlsx has 2 sheets")
    assert shown.sheets == ("blank", "mice", "rats")
    assert (shown.sheet, shown.format) == ("mice", "XLSX")
    assert shown.raw == (("a", "y"), ("1.5", "u"))
    assert shown.row_numbers == (4, 5)
    chosen = look(None, "t.xlsx", data={"sheet": "rats"})
    assert (chosen.problem, chosen.sheet, chosen.rows) == ("", "rats", 2)
    assert chosen.sheets == shown.sheets
    assert look(None, "t.xlsx", data={"sheet": "cats"}).problem == "t.xlsx has no sheet 'cats'."


# --- guesses --------------------------------------------------------------------------------


def _guessed(look: Preview, **columns: Any) -> PreviewRecord:
    return look(pd.DataFrame(columns).to_csv(index=False))


def test_roles_of_an_english_table(look: Preview) -> None:
    n = 40
    shown = look(
        pd.DataFrame(
            {
                "Sample": [f"S{i:03d}" for i in range(n)],
                "Patient ID": [f"P{i // 2}" for i in range(n)],
                "Batch_No": [i % 4 for i in range(n)],
                "Hospital": [["North", "South"][i % 2] for i in range(n)],
                "CollectionDate": [f"2024-01-{1 + i % 28:02d}" for i in range(n)],
                "Age": [30 + i for i in range(n)],
                "Gender": [["f", "m"][i % 2] for i in range(n)],
                "Rep": [1 + i % 2 for i in range(n)],
                "Comments": [f"was seen on ward {i} again" for i in range(n)],
                "Condition": [["tumour", "normal"][i % 3 == 0] for i in range(n)],
                "TP53": [i / 7 for i in range(n)],
                "storage": [i % 3 for i in range(n)],
                "gene_plate_7": [i / 3 for i in range(n)],
            }
        ).to_csv(index=False)
    )
    assert shown.proposed_roles == {
        "unit": ("Patient ID",),
        "sample": ("Sample",),
        "replicate": ("Rep",),
        "batch": ("Batch_No",),
        "site": ("Hospital",),
        "date": ("CollectionDate",),
        "sensitive": ("Age", "Gender"),
        "ignore": ("Comments",),
    }
    assert shown.outcome_candidates == ("Condition",)


def test_roles_of_a_german_table(look: Preview) -> None:
    n = 30
    shown = _guessed(
        look,
        Probe=[f"Pr{i}" for i in range(n)],
        Maus=[f"M{i // 3}" for i in range(n)],
        Charge=[1 + i % 3 for i in range(n)],
        Standort=[["Bonn", "Köln"][i % 2] for i in range(n)],
        Datum=[f"{1 + i % 28}.03.2024" for i in range(n)],
        Geschlecht=[["w", "m"][i % 2] for i in range(n)],
        Ladung_pH=[i % 3 for i in range(n)],
        Befund=[["krank", "gesund"][i % 3 == 0] for i in range(n)],
    )
    assert shown.proposed_roles == {
        "unit": ("Maus",),
        "sample": ("Probe",),
        "batch": ("Charge",),
        "site": ("Standort",),
        "date": ("Datum",),
        "sensitive": ("Geschlecht",),
    }
    assert shown.outcome_candidates == ("Befund",)


def test_a_unit_repeats_and_a_sample_does_not(look: Preview) -> None:
    unique = _guessed(look, PatientID=range(1, 31), y=list("ab") * 15)
    assert unique.proposed_roles == {"sample": ("PatientID",)}
    # Two strains are a property of the mice, not thirty units.
    strain = _guessed(look, strain=["B6", "D2"] * 15, x=range(30), y=list("ab") * 15)
    assert "unit" not in strain.proposed_roles
    # Siblings are relatives: the litter is the unit, not the mouse.
    nested = _guessed(
        look,
        mouse=[f"m{i // 2}" for i in range(40)],
        litter=[f"l{i // 6}" for i in range(40)],
        y=list("ab") * 20,
    )
    assert nested.proposed_roles["unit"] == ("litter",)


def test_measurements_with_telling_names_are_left_alone(look: Preview) -> None:
    rng = np.random.default_rng(0)
    shown = _guessed(
        look,
        sample_weight=rng.normal(size=40).round(3),
        plate_radius=rng.normal(size=40).round(3),
        net_charge=rng.integers(-3, 4, 40),
        lab_value=rng.integers(0, 9, 40),
        tumor_size=rng.normal(size=40).round(3),
        diagnosis=list("ab") * 20,
    )
    assert shown.proposed_roles == {}
    assert shown.outcome_candidates == ("diagnosis",)


def test_candidates_come_likeliest_first_and_are_few(look: Preview) -> None:
    shown = _guessed(
        look,
        **{f"class {i}": list("ab") * 15 for i in range(9)},
        severity=[i / 7 for i in range(30)],
        outcome=list("abc") * 10,
    )
    assert shown.outcome_candidates[0] == "outcome"
    assert len(shown.outcome_candidates) == 8
    chosen = look(None, question={"outcome": "class 3"})
    assert chosen.outcome_candidates[0] == "outcome"


def test_birthdays_are_no_dates_of_collection(look: Preview) -> None:
    days = [f"19{50 + i}-01-01" for i in range(30)]
    years = list(range(1990, 2020))
    shown = _guessed(look, **{"Date of birth": days}, year=years, y=list("ab") * 15)
    assert shown.proposed_roles == {"date": ("year",), "ignore": ("Date of birth",)}


def test_real_tables(look: Preview, shared_data: Path) -> None:
    heart = look(None, str(shared_data / "heart_disease_4sites" / "heart_4sites_combined.csv"))
    assert heart.proposed_roles["site"] == ("site",)
    assert heart.outcome_candidates[0] == "disease"
    mice = look(None, str(shared_data / "mice_protein" / "Data_Cortex_Nuclear.xls"))
    assert mice.outcome_candidates[0] == "class"
    assert mice.sheets == ("Hoja1",)
    golub = look(None, str(shared_data / "golub_leukemia" / "data_set_ALL_AML_train.csv"), rows=5)
    assert golub.question is not None
    assert golub.question.key == "data.orientation"
    assert golub.raw[1][2:4] == ("-214", "A")
