"""A table and its sample sheet: the right rows side by side, or a question, or a refusal."""

from __future__ import annotations

import numpy as np
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepbench.data.assembly.assemble import assemble
from deepbench.data.column_types import parse_columns
from deepbench.data.roles import assign_roles
from deepbench.data.table_files import TableFiles
from deepbench.data.table_import import import_table
from deepbench.data.table_store import table_from_parquet_bytes, table_to_parquet_bytes
from deepbench.errors import DataError, DataQuestion
from deepbench.plan import Data

TABLE = "id,g1,g2\nS1,1.5,2\nS2,3,4\nS3,5,6.5\nS4,7,8\n"


def sheet_of(names, head="name"):
    rows = [f"{name},{'ab'[i % 2]},{30 + i}" for i, name in enumerate(names)]
    return "\n".join([f"{head},group,age", *rows]) + "\n"


@pytest.fixture
def put(tmp_path):
    def _put(sheet, table=TABLE, name="sheet.csv", **options):
        (tmp_path / "table.csv").write_text(table, encoding="utf-8")
        if isinstance(sheet, str):
            (tmp_path / name).write_text(sheet, encoding="utf-8")
        data = Data(source="table.csv", sample_sheet=name, **options)
        return assemble(TableFiles.of(data, tmp_path.joinpath), data)

    return _put


def asked(put, *args, **options):
    with pytest.raises(DataQuestion) as error:
        put(*args, **options)
    return error.value


# --- exact ----------------------------------------------------------------------------------


def test_the_sheet_stands_before_the_measurements_in_the_order_of_the_table(put):
    raw = put(sheet_of(["S3", "S1", "S4", "S2"]))
    assert raw.columns == ("name", "group", "age", "g1", "g2")
    assert raw.frame().to_numpy().tolist() == [
        ["S1", "b", "31", "1.5", "2"],
        ["S2", "b", "33", "3", "4"],
        ["S3", "a", "30", "5", "6.5"],
        ["S4", "a", "32", "7", "8"],
    ]
    assert raw.sheet_columns == ("name", "group", "age")
    assert raw.sample_column == "name" and raw.aside == ()
    match = raw.matching
    assert (match.rule, match.key, match.matched, match.pairs) == ("exact", "name", 4, ())
    told = {(c.column, c.what): c.count for c in raw.conversions}
    assert told["id", "the same in both files: that of sheet.csv is used"] == 4
    matched = "matched with 'name' of sheet.csv: names are exactly alike"
    assert told["(samples)", matched] == 4


def test_places_are_those_of_each_file(put):
    raw = put(sheet_of(["S3", "S1", "S4", "S2"]))
    assert (raw.locator.file_name(0, 1), raw.cell_reference(0, "group")) == ("sheet.csv", "row 3")
    assert (raw.locator.file_name(3, 3), raw.cell_reference(3, "g1")) == ("table.csv", "row 5")
    assert raw.locator.row_names() == ["row 2", "row 3", "row 4", "row 5"]


def test_a_mistake_in_the_sheet_names_the_sheet(put):
    names = [f"S{i}" for i in range(40)]
    sheet = sheet_of(names[::-1]).replace("S7,a,62", "S7,a,old").replace("S7,b,62", "S7,b,old")
    table = "id,g1\n" + "".join(f"{name},{i}\n" for i, name in enumerate(names))
    raw = put(sheet, table)
    with pytest.raises(DataError, match=r"^sheet\.csv, row 34, column 'age': 'old' is not a num"):
        parse_columns(raw, Data(source="table.csv"))


def test_the_sheet_may_be_a_tab_of_a_workbook(put, tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["nothing", "here"])
    book.active.append([1, 2])
    tab = book.create_sheet("samples")
    for row in (["name", "age"], ["S2", 31], ["S1", 30], ["S4", 33], ["S3", 32]):
        tab.append(row)
    book.save(tmp_path / "sheet.xlsx")
    question = asked(put, None, name="sheet.xlsx")
    assert question.key == "data.sample_sheet_tab"
    raw = put(None, name="sheet.xlsx", sample_sheet_tab="samples")
    assert raw.column("age").tolist() == ["30", "31", "32", "33"]
    assert raw.cell_reference(0, "age") == "cell B3"


def test_the_sheet_is_read_in_its_own_way(put):
    # Another separator, decimal mark and encoding than the table's.
    sheet = "name;dose;note\nS1;0,5;ä\nS2;1,25;b\nS3;2,0;c\nS4;3,75;d\n"
    raw = put(sheet, delimiter=",", decimal=".")
    assert raw.column("dose").tolist() == ["0.5", "1.25", "2.0", "3.75"]
    assert raw.column("g1").tolist() == ["1.5", "3", "5", "7"]
    told = [c for c in raw.conversions if "written with the decimal mark" in c.what]
    assert [c.count for c in told] == [4]


def test_an_answer_about_reading_is_used_where_the_sheet_asks_for_it(put):
    sheet = "name;cells\nS1;1,234\nS2;5,678\nS3;2,345\nS4;6,789\n"
    question = asked(put, sheet)
    assert question.key == "data.decimal" and question.message.startswith("sheet.csv")
    raw = put(sheet, decimal=".")
    parsed = parse_columns(raw, Data(source="t"))
    assert parsed.frame["cells"].tolist() == [1234.0, 5678.0, 2345.0, 6789.0]


def test_columns_of_the_same_name(put):
    table = "id,age,site,g1\nS1,30,x,1\nS2,31,y,2\nS3,32,x,3\nS4,33,y,4\n"
    sheet = "name,age,site\nS1,30,p\nS2,31,q\nS3,32,p\nS4,33,q\n"
    raw = put(sheet, table)
    # The same content once; other content under a name that tells where it is from.
    assert raw.columns == ("name", "age", "site (sheet.csv)", "site", "g1")
    told = {(c.column, c.what) for c in raw.conversions}
    assert ("site", "also in the table: called 'site (sheet.csv)'") in told
    assert ("age", "the same in both files: that of sheet.csv is used") in told


# --- other rules -----------------------------------------------------------------------------


def test_another_spelling_is_asked_about(put):
    question = asked(put, sheet_of(["s-1", "s-2", "s-3", "s-4"]))
    assert question.key == "data.matching"
    assert "none of 4 are exactly alike" in question.message
    assert [(c.value, c.shows) for c in question.choices] == [
        ("loose", "4 of 4 matched: S2 ↔ s-2, S3 ↔ s-3, S4 ↔ s-4")
    ]


def test_every_rule_that_finds_more_is_offered(put):
    question = asked(put, sheet_of(["S1", "s2", "S3.CEL", "x9"]))
    assert [c.value for c in question.choices] == ["exact", "loose", "start"]
    assert question.choices[0].shows == "1 of 4 matched"
    assert question.choices[2].shows == "3 of 4 matched: S2 ↔ s2, S3 ↔ S3.CEL"


def test_the_rule_of_the_plan_is_used_and_its_pairs_are_kept(put):
    raw = put(sheet_of(["S3_R1.CEL", "s1", "S4", "s2_R2"]), matching="start")
    assert raw.column("age").tolist() == ["31", "33", "30", "32"]
    assert raw.matching.pairs == (("S1", "s1"), ("S2", "s2_R2"), ("S3", "S3_R1.CEL"))
    assert raw.columns == ("name", "group", "age", "id", "g1", "g2")
    assert raw.sample_column == "name" and raw.aside == ("id",)


def test_the_number_is_used_only_if_the_plan_says_so(put):
    sheet = sheet_of(["4", "3", "2", "1"], head="patient")
    assert [c.value for c in asked(put, sheet).choices] == ["number"]
    raw = put(sheet, matching="number")
    assert raw.column("age").tolist() == ["33", "32", "31", "30"]


def test_a_rule_that_matches_nothing_is_refused(put):
    with pytest.raises(
        DataError, match=r"No sample of table\.csv is found in sheet\.csv where names"
    ):
        put(sheet_of(["s-1", "s-2", "s-3", "s-4"]), matching="exact")


def test_ambiguous_names_are_left_unmatched_and_said(put):
    sheet = sheet_of(["S1_a", "S1_b", "S2_a", "S3_a", "S4_a"])
    question = asked(put, sheet, matching="start")
    assert question.key == "data.unmatched"
    assert "1 sample of table.csv is not in sheet.csv: 'S1'." in question.message
    assert "1 name has several candidates." in question.message
    raw = put(sheet, matching="start", unmatched="leave out")
    assert raw.column("id").tolist() == ["S2", "S3", "S4"]
    assert raw.matching.only_table == ("S1",)
    assert raw.matching.only_sheet == ("S1_a", "S1_b")


# --- samples that one file lacks --------------------------------------------------------------


def test_missing_samples_are_asked_about(put):
    question = asked(put, sheet_of(["S1", "S2", "S5", "S6", "S7"]))
    assert question.key == "data.unmatched"
    assert question.message == (
        "2 samples of table.csv are not in sheet.csv: 'S3' and 'S4'. 3 samples of sheet.csv are "
        "not in table.csv: 'S5', 'S6' and 'S7'."
    )
    assert question.choices[0].shows == "go on with the 2 samples that both have"
    assert "more = " in question.hint


def test_missing_samples_are_left_out_and_listed(put):
    raw = put(sheet_of(["S4", "S1", "S5"]), unmatched="leave out")
    assert raw.column("g1").tolist() == ["1.5", "7"]
    assert raw.cell_reference(1, "g1") == "row 5"
    assert raw.cell_reference(1, "age") == "row 2"
    assert raw.matching.only_table == ("S2", "S3") and raw.matching.only_sheet == ("S5",)
    told = {c.what: c.count for c in raw.conversions}
    assert told["left out: not in sheet.csv"] == 2
    assert told["in sheet.csv only: left out"] == 1


def test_a_row_of_the_sheet_without_a_name_is_said(put):
    question = asked(put, sheet_of(["S1", "S2", "S3", "S4", ""]))
    assert "1 sample of sheet.csv is not in table.csv: '(no name, entry 5)'" in question.message


# --- which column -----------------------------------------------------------------------------


def test_the_key_is_found_wherever_it_stands(put):
    raw = put("group,age,probe\na,3,S2\nb,4,S1\na,5,S4\nb,6,S3\n")
    assert raw.matching.key == "probe"


def test_small_numbers_in_other_columns_are_no_key(put):
    table = "id,g1\n" + "".join(f"{i},{i / 2}\n" for i in range(1, 13))
    rows = "".join(f"{i % 3 + 1},{i},{40 + i % 7}\n" for i in range(12, 0, -1))
    raw = put("batch,patient,age\n" + rows, table)
    assert raw.matching.key == "patient"
    assert raw.column("g1").tolist() == [str(i / 2) for i in range(1, 13)]


def test_two_columns_that_would_match_otherwise_are_asked_about(put):
    table = "id,g1\n1,5\n2,6\n3,7\n4,8\n"
    sheet = "order,patient,group\n1,4,a\n2,3,b\n3,2,a\n4,1,b\n"
    question = asked(put, sheet, table)
    assert question.key == "data.sample_sheet_key"
    assert [c.value for c in question.choices] == ["order", "patient"]
    raw = put(sheet, table, sample_sheet_key="patient")
    assert raw.column("group").tolist() == ["b", "a", "b", "a"]


def test_a_key_that_is_not_there(put):
    with pytest.raises(DataError, match=r"data\.sample_sheet_key: there is no column 'nam'"):
        put(sheet_of(["S1", "S2", "S3", "S4"]), sample_sheet_key="nam")


@pytest.mark.parametrize(
    ("table", "sheet", "message"),
    [
        (TABLE, ["S1", "S2", "S2", "S3", "S4"], "sheet.csv, column 'name': 1 sample name stands "
         "more than once: 'S2' in row 3 and row 4"),
        (TABLE + "S1,9,9\n", ["S1", "S2", "S3", "S4"], "table.csv, column 'id': 1 sample name "
         "stands more than once: 'S1' in row 2 and row 6"),
    ],
)  # fmt: skip
def test_names_that_stand_twice_are_refused_with_their_rows(put, table, sheet, message):
    for options in ({}, {"matching": "loose", "unmatched": "leave out"}):
        with pytest.raises(DataError, match=message):
            put(sheet_of(sheet), table, **options)


def test_files_that_do_not_belong_together(put):
    with pytest.raises(DataError) as error:
        put(sheet_of(["liver", "lung", "brain", "skin"]))
    assert "the names of the table ('id') are 'S1', 'S2', 'S3' and 1 more" in error.value.message
    assert "those of the sheet ('name') 'liver'" in error.value.message


# --- on to the roles ---------------------------------------------------------------------------


def test_names_and_spellings_are_no_features(tmp_path, make_plan):
    names = [f"p{i}" for i in range(12)]
    sheet = sheet_of([f"{name}.CEL" for name in names])
    (tmp_path / "sheet.csv").write_text(sheet, encoding="utf-8")
    values = np.random.default_rng(0).normal(size=(2, 12)).round(3)
    lines = [",".join(["gene", *names])]
    lines += [",".join([gene, *map(str, row)]) for gene, row in zip("xy", values, strict=True)]
    (tmp_path / "t.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    plan = make_plan(
        "group", data={"source": "t.csv", "sample_sheet": "sheet.csv", "matching": "start"}
    )
    parsed, record = import_table(TableFiles.of(plan.data, tmp_path.joinpath), plan)
    assert {c.name: c.role for c in record.columns} == {
        "name": "sample",
        "group": "outcome",
        "age": "feature",
        "sample": "not used",
        "x": "feature",
        "y": "feature",
    }
    again = table_from_parquet_bytes(table_to_parquet_bytes(parsed))
    samples, _ = assign_roles(again, plan)
    assert list(samples.features.columns) == ["age", "x", "y"]
    assert samples.sample_ids.tolist() == [f"{name}.CEL" for name in names]
    place = list(parsed.frame.columns).index("y")
    assert again.locator.reference(3, place) == "row 3, column 5"
    assert again.locator.file_name(3, 1) == "sheet.csv"


@given(
    st.lists(st.sampled_from("abcdefgh"), unique=True, min_size=1),
    st.lists(st.sampled_from("abcdefgh"), unique=True, min_size=1),
)
def test_joining_is_an_inner_join(tmp_path_factory, table, sheet):
    folder = tmp_path_factory.mktemp("j")
    (folder / "t.csv").write_text("id,v\n" + "".join(f"S{c},{ord(c)}\n" for c in table))
    (folder / "s.csv").write_text("id,w\n" + "".join(f"S{c},{-ord(c)}\n" for c in sheet))
    data = Data(source="t.csv", sample_sheet="s.csv", unmatched="leave out")
    files = TableFiles.of(data, folder.joinpath)
    if not set(table) & set(sheet):
        with pytest.raises(DataError, match=r"No sample of t\.csv"):
            assemble(files, data)
        return
    raw = assemble(files, data)
    expected = [[f"S{c}", str(-ord(c)), str(ord(c))] for c in table if c in sheet]
    assert raw.frame().to_numpy().tolist() == expected
    assert raw.matching.matched + len(raw.matching.only_table) == len(table)
    assert raw.matching.matched + len(raw.matching.only_sheet) == len(sheet)
