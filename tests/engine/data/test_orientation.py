"""Which way a table lies: turned on proof, asked where it only looks so, else left alone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepbench.data.assembly.assemble import assemble
from deepbench.data.assembly.companions import find_companions
from deepbench.data.assembly.first_rows import FirstRows
from deepbench.data.table_files import TableFiles
from deepbench.data.text_cells import TextCells
from deepbench.errors import DataQuestion
from deepbench.plan import Data

GENES = "gene,S1,S2,S3\nTP53,1,2,3\nMYC,4,5,6\nEGFR,7,8,9\n"
SHEET = "id,group\nS3,ill\nS1,well\nS2,ill\n"


@pytest.fixture
def put(tmp_path):
    def _put(table, sheet=None, outcome="", **options):
        (tmp_path / "table.csv").write_text(table, encoding="utf-8")
        if sheet is not None:
            (tmp_path / "sheet.csv").write_text(sheet, encoding="utf-8")
            options["sample_sheet"] = "sheet.csv"
        data = Data(source="table.csv", **options)
        return assemble(TableFiles.of(data, tmp_path.joinpath), data, outcome)

    return _put


def what(raw):
    return {(note.column, note.what): note.count for note in raw.conversions}


# --- proof ----------------------------------------------------------------------------------


def test_the_outcome_as_a_row_turns_the_table(put):
    raw = put(GENES + "group,ill,well,ill\n", outcome="group")
    assert raw.columns == ("sample", "TP53", "MYC", "EGFR", "group")
    assert raw.frame().to_numpy().tolist()[1] == ["S2", "2", "5", "8", "well"]
    assert raw.how.turned and raw.sample_column == "sample"
    assert raw.how.reasons["orientation"] == "the outcome 'group' is the name of a row"
    assert (
        what(raw)["(table)", "rows and columns exchanged: each column of the file is a sample"]
        == 3
    )


def test_the_sample_sheet_turns_the_table(put):
    raw = put(GENES, SHEET, outcome="group")
    assert raw.columns == ("id", "group", "TP53", "MYC", "EGFR")
    assert raw.frame().to_numpy().tolist() == [
        ["S1", "well", "1", "4", "7"],
        ["S2", "ill", "2", "5", "8"],
        ["S3", "ill", "3", "6", "9"],
    ]
    reason = "3 names of sheet.csv stand in the header, 0 in the rows"
    assert raw.how.reasons["orientation"] == reason


def test_the_sample_sheet_says_that_genes_are_the_samples(put):
    # Predicting which genes are essential: the rows are what is asked about.
    sheet = "symbol,essential\nEGFR,no\nMYC,yes\nTP53,yes\nKRAS,no\n"
    table = "gene,liver,lung\nTP53,1,2\nMYC,3,4\nEGFR,5,6\nKRAS,7,8\n"
    raw = put(table, sheet, outcome="essential")
    assert not raw.how.turned
    assert raw.frame()["liver"].tolist() == ["1", "3", "5", "7"]
    assert raw.frame()["essential"].tolist() == ["yes", "yes", "no", "no"]


def test_the_outcome_as_a_column_leaves_a_table_of_genes_alone(put):
    raw = put(
        "gene,liver,lung,essential\nTP53,1,2,yes\nMYC,3,4,yes\nEGFR,5,6,no\n", None, "essential"
    )
    assert not raw.how.turned
    assert "orientation" not in raw.how.reasons


def test_proofs_that_disagree_are_asked_about(put):
    table = "name,S1,S2,S3,x\nx,1,2,3,4\ny,5,6,7,8\n"
    with pytest.raises(DataQuestion) as error:
        put(table, "id,age\nS1,1\nS2,2\nS3,3\n", outcome="x")
    assert error.value.key == "data.orientation"
    assert "but 3 names of sheet.csv stand in the header" in error.value.message


def test_numbers_as_names_of_samples(put):
    numbers = ",".join(str(7 * i % 20) for i in range(1, 20))  # in no order
    rows = "".join(f"x{i},{','.join(str(i * j % 17) for j in range(19))}\n" for i in range(9))
    sheet = "patient,age\n" + "".join(f"{i},{30 + i % 7}\n" for i in range(19, 0, -1))
    raw = put(f"name,{numbers}\n{rows}", sheet)
    assert raw.how.turned and raw.rows == 19
    assert raw.column("x3").tolist() == [str(3 * j % 17) for j in range(19)]
    assert raw.how.reasons["header"] == "The first row holds 19 names of sheet.csv."
    raw = put(f"gene,{numbers}\n{rows}", orientation="samples in columns")
    assert raw.column("sample").tolist() == numbers.split(",")
    assert raw.how.reasons["header"] == "The first row begins with 'gene'."


def test_the_plan_decides(put):
    turned = put(GENES, orientation="samples in columns")
    assert turned.columns == ("sample", "TP53", "MYC", "EGFR")
    assert put(GENES, orientation="samples in rows").columns == ("gene", "S1", "S2", "S3")


def test_a_format_that_holds_samples_in_columns_is_turned_with_what_it_says_of_them(put, tmp_path):
    table = (
        "#1.3\n2\t3\t1\t1\nid\tsymbol\tA\tB\tC\ndose\tna\t5\t6\t7\n"
        "p1\tTP53\t1\t2\t3\np2\tMYC\t4\t5\t6\n"
    )
    raw = put(table)
    assert raw.columns == ("sample", "dose", "p1", "p2")
    assert raw.frame().to_numpy().tolist()[2] == ["C", "7", "3", "6"]
    assert (raw.sample_column, raw.sheet_columns) == ("sample", ("sample", "dose"))
    # And a sheet of its own beside it.
    raw = put(table, "id,age\nC,33\nB,32\nA,31\n")
    assert raw.columns == ("id", "age", "dose", "p1", "p2")
    assert raw.frame()["age"].tolist() == ["31", "32", "33"]
    assert raw.sheet_columns == ("id", "age", "dose")


# --- only a look ----------------------------------------------------------------------------


def table_of(names, samples=4, first="id"):
    header = ",".join([first, *(f"S{i}" for i in range(samples))])
    numbers = np.random.default_rng(1).integers(0, 99, (len(names), samples))
    rows = [",".join([name, *map(str, row)]) for name, row in zip(names, numbers, strict=True)]
    return "\n".join([header, *rows]) + "\n"


@pytest.mark.parametrize(
    "names",
    [
        [f"ENSG{i:011d}.4" for i in range(20)],
        [f"{i}_s_at" for i in range(1000, 1020)],
        [f"cg{i:08d}" for i in range(20)],
        ["P04637", "Q9Y6K9", "P38398", "O15350", "Q13315", "P01116"] * 2,
        ["hsa-miR-21-5p", "hsa-let-7a-5p", "hsa-miR-155-5p", "hsa-miR-16"],
        ["TP53", "MYC", "EGFR", "XYZ1", "ABC2"],
        ["Gapdh", "Actb", "Cd4", "Il6"],
        [f"k__Bacteria;p__Firmicutes;g__x{i}" for i in range(6)],
        [f"YAL{i:03d}C" for i in range(9)],
    ],
)
def test_a_table_that_looks_turned_is_asked_about(put, names):
    with pytest.raises(DataQuestion) as error:
        put(table_of(list(dict.fromkeys(names))))
    assert error.value.key == "data.orientation"
    assert [choice.value for choice in error.value.choices] == [
        "samples in columns",
        "samples in rows",
    ]
    assert error.value.choices[0].shows == "'S0', 'S1', 'S2' and 1 more are samples"
    assert f"'{names[0]}'" in error.value.choices[1].shows


@pytest.mark.parametrize(
    ("names", "first"),
    [
        ([f"S{i}" for i in range(60)], "id"),
        ([f"P{i:05d}" for i in range(60)], "patient"),
        ([f"B{i:04d}" for i in range(60)], "barcode"),
        ([f"RS{i:03d}" for i in range(60)], "sample"),
        ([f"GSM{i:06d}" for i in range(60)], "accession"),
        ([f"12_2021{i:04d}" for i in range(60)], "run"),
        ([str(i) for i in range(60)], "row_id"),
        ([f"chr {i}" for i in range(60)], "name"),
    ],
)
def test_names_of_samples_are_no_names_of_genes(put, names, first):
    assert not put(table_of(names, first=first)).how.turned


def test_a_table_with_labels_beside_genes_is_no_matrix(put):
    table = "gene,effect,chr,score\nTP53,stop,17,1\nMYC,none,8,2\nEGFR,missense,7,3\n"
    assert not put(table).how.turned


def test_descriptions_beside_names_nobody_knows_are_asked_about(put):
    rows = "".join(f"x{i},some protein {i},{i},{i + 1},{i + 2}\n" for i in range(9))
    with pytest.raises(DataQuestion, match="describe features, not samples"):
        put("ProteinID,Description,A,B,C\n" + rows)


# --- what stands beside ----------------------------------------------------------------------


def test_descriptions_of_features_are_left_aside_and_counted(put):
    table = (
        "Geneid,Chr,Start,Strand,Length,A.bam,B.bam,C.bam\n"
        "ENSG1,1;1,10;20,+;+,100,5,6,7\nENSG2,X,30,-,200,8,9,10\n"
    )
    raw = put(table, orientation="samples in columns")
    assert raw.columns == ("sample", "ENSG1", "ENSG2")
    assert raw.column("sample").tolist() == ["A.bam", "B.bam", "C.bam"]
    aside = [c for c, text in what(raw) if text == "describes features: left aside"]
    assert aside == ["Chr", "Start", "Strand", "Length"]


def test_a_sample_called_like_a_description_is_a_sample_if_the_sheet_says_so(put):
    table = "gene,start,end\nTP53,1,2\nMYC,3,4\n"
    raw = put(table, "id,age\nend,31\nstart,27\n")
    assert raw.column("id").tolist() == ["start", "end"]
    assert raw.column("MYC").tolist() == ["3", "4"]


def test_a_column_of_units_gives_units(put):
    raw = put("analyte,Unit,A,B\nCRP,mg/l,1,2\nNa,mmol/l,3,4\n", orientation="samples in columns")
    assert raw.units == {"CRP": "mg/l", "Na": "mmol/l"}


def test_running_numbers_do_not_name_features(put):
    table = "nr,gene,A,B\n1,TP53,5,6\n2,MYC,7,8\n3,X,9,1\n"
    raw = put(table, orientation="samples in columns")
    assert raw.columns == ("sample", "TP53", "MYC", "X")


def test_features_of_one_name_are_told_apart_by_the_next_column(put):
    table = "symbol,probe,A,B\nTP53,p1,1,2\nMYC,p2,3,4\nTP53,p3,5,6\n,p4,7,8\n"
    raw = put(table, orientation="samples in columns")
    # The probes are all different, so they are the names.
    assert raw.columns == ("sample", "p1", "p2", "p3", "p4")
    table = "symbol,chr,A,B\nTP53,c1,1,2\nMYC,c1,3,4\nTP53,c2,5,6\n,c1,7,8\n"
    raw = put(table, orientation="samples in columns")
    assert raw.columns == ("sample", "TP53 (c1)", "MYC", "TP53 (c2)", "row 5")
    assert raw.column("TP53 (c2)").tolist() == ["5", "6"]
    told = "features of the same name (1 name: 'TP53') told apart by 'chr'"
    assert what(raw)["symbol", told] == 2
    assert what(raw)["symbol", "features without a name called by their row"] == 1


def test_features_of_one_name_alone_are_numbered_and_never_merged(put):
    raw = put("gene,A,B\nTP53,1,2\nMYC,3,4\nTP53,5,6\n", orientation="samples in columns")
    assert raw.columns == ("sample", "TP53", "MYC", "TP53 [2]")
    assert raw.column("TP53 [2]").tolist() == ["5", "6"]
    told = "features of the same name (1 name: 'TP53') numbered in file order"
    assert what(raw)["gene", told] == 1


def test_a_feature_called_sample_keeps_its_name(put):
    raw = put("gene,A,B\nsample,1,2\nMYC,3,4\n", orientation="samples in columns")
    assert raw.columns == ("sample name", "sample", "MYC")
    assert raw.sample_column == "sample name"


# --- columns between -------------------------------------------------------------------------

CALLS = "gene,A,call,B,call,C,call\nTP53,1,P,2,A,3,P\nMYC,4,A,5,A,6,M\n"


def test_columns_between_are_asked_about(put):
    with pytest.raises(DataQuestion) as error:
        put(CALLS, orientation="samples in columns")
    assert error.value.key == "data.between"
    assert "behind each of 3 samples stands a column 'call' (with values such as P, A)" in str(
        error.value
    )


def test_columns_between_are_left_out(put):
    raw = put(CALLS, orientation="samples in columns", between="leave out")
    assert raw.frame().to_numpy().tolist() == [["A", "1", "4"], ["B", "2", "5"], ["C", "3", "6"]]
    assert what(raw)["call", "columns behind each sample, left out"] == 3


def test_columns_between_are_kept_as_features(put):
    raw = put(CALLS, orientation="samples in columns", between="keep")
    assert raw.columns == ("sample", "TP53", "MYC", "TP53 (call)", "MYC (call)")
    assert raw.frame().to_numpy().tolist()[1] == ["B", "2", "5", "A", "A"]
    places = [raw.cell_reference(2, name) for name in raw.columns]
    assert places == [
        "column 6",
        "row 2, column 6",
        "row 3, column 6",
        "row 2, column 7",
        "row 3, column 7",
    ]


@pytest.mark.parametrize(
    ("header", "kinds"),
    [
        ("A,call,B,call.1,C,call.2", ("call",)),
        ("A,A Detection Pval,B,B Detection Pval,C,C Detection Pval", ("Detection Pval",)),
        ("AVG-1,Det Pval-1,AVG-2,Det Pval-2,AVG-3,Det Pval-3", ("Det Pval",)),
        ("S1.sig,S1.pval,S2.sig,S2.pval,S3.sig,S3.pval", ("pval",)),
        # Samples before and after are samples.
        ("A_pre,A_post,B_pre,B_post,C_pre,C_post", None),
        ("A,A.1,B,B.1,C,C.1", None),
        ("x,y,x.1,y.1,x.2,y.2", None),
        ("A,B,C,D,E,F", None),
    ],
)
def test_names_of_columns_between(read, header, kinds):
    raw = read(f"gene,{header}\nTP53,1,2,3,4,5,6\nMYC,7,8,9,1,2,3\n")
    found = find_companions(raw, range(1, 7), FirstRows.of(raw))
    assert (found.kinds if found else None) == kinds


def test_texts_between_numbers_are_found_whatever_they_are_called(read):
    raw = read("gene,A,q1,B,q2,C,q3\nTP53,1,x,2,y,3,z\nMYC,7,x,9,y,2,z\n")
    found = find_companions(raw, range(1, 7), FirstRows.of(raw))
    assert found is not None and found.columns.ravel().tolist() == [2, 4, 6]


@pytest.mark.parametrize("header", ["a,x,b,x", "a,x,x,b,x", "x,a,x,b,x,c", "a,x,b,x,c,y,x"])
def test_names_that_repeat_otherwise_are_refused(put, header):
    cells = ",".join(str(i) for i in range(header.count(",") + 1))
    with pytest.raises(Exception, match="'x'"):
        put(f"{header}\n{cells}\n{cells[::-1]}\n")


# --- places ----------------------------------------------------------------------------------


def test_a_mistake_in_a_turned_table_names_row_and_column_of_the_file(put):
    from deepbench.data.column_types import parse_columns
    from deepbench.errors import DataError

    columns = ",".join(f"S{i}" for i in range(30))
    cells = ",".join(["1"] * 29)
    raw = put(
        f"gene,{columns}\n\nTP53,{cells},1\nMYC,{cells},high\n", orientation="samples in columns"
    )
    with pytest.raises(DataError, match=r"table.csv, row 4, column 31, column 'MYC': 'high'"):
        parse_columns(raw, Data(source="table.csv"))
    assert raw.locator.row_names()[29] == "column 31"


def test_a_mistake_in_a_turned_workbook_names_its_cell(tmp_path):
    import openpyxl

    book = openpyxl.Workbook()
    for row in (["gene", "A", "B"], ["TP53", 1, 2], ["MYC", 3, 4]):
        book.active.append([None, None, *row])
    book.save(tmp_path / "t.xlsx")
    data = Data(source="t.xlsx", orientation="samples in columns")
    raw = assemble(TableFiles(tmp_path / "t.xlsx"), data)
    assert raw.cell_reference(1, "MYC") == "cell E3"
    assert raw.cell_reference(1, "sample") == "column E"


@given(
    st.integers(1, 5).flatmap(
        lambda width: st.lists(
            st.lists(st.text(max_size=3), min_size=width, max_size=width), min_size=1, max_size=6
        )
    )
)
def test_turned_twice_is_as_before(rows):
    cells = TextCells.of_objects(np.array(rows, dtype=object).reshape(len(rows), -1))
    twice = cells.turned().turned()
    assert twice.shape == cells.shape
    assert [twice.row(i) for i in range(len(rows))] == rows
    assert [cells.turned().row(i) for i in range(cells.shape[1])] == [
        list(column) for column in zip(*rows, strict=True)
    ]


@given(
    st.lists(st.integers(-99, 99), min_size=12, max_size=12),
    st.permutations(["TP53", "MYC", "EGFR", "KRAS"]),
)
def test_a_turned_table_of_a_turned_table_is_the_first(tmp_path_factory, numbers, genes):
    folder = tmp_path_factory.mktemp("t")
    grid = np.array(numbers).reshape(3, 4)
    upright = [["sample", *genes], *([f"S{i}", *map(str, row)] for i, row in enumerate(grid))]
    lying = list(zip(*upright, strict=True))
    (folder / "t.csv").write_text("\n".join(",".join(row) for row in lying) + "\n")
    data = Data(source="t.csv", orientation="samples in columns")
    raw = assemble(TableFiles(folder / "t.csv"), data)
    assert [list(raw.columns), *raw.frame().to_numpy().tolist()] == upright
