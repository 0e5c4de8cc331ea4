"""Formats beside text and workbooks: GCT, GEO series matrix, H5AD, gzip and ZIP."""

import gzip
import zipfile

import h5py
import numpy as np
import pytest
from scipy.sparse import csc_matrix, csr_matrix

from deepbench.data.readers import archive
from deepbench.data.readers.registry import read_raw
from deepbench.errors import DataError, DataQuestion
from deepbench.plan import Data

TABLE = "id,x\na,1\nb,2\nc,3\n"


def load(path, **options):
    return read_raw(path, Data(source=path.name, **options))


def refused(path, **options):
    with pytest.raises(DataError) as caught:
        load(path, **options)
    return caught.value


# --- GCT ------------------------------------------------------------------------------------

GCT_12 = "#1.2\n2\t3\nName\tDescription\ts1\ts2\ts3\ng1\td\t1\t2\t3\ng2\td\t4\t5\t6\n"
GCT_13 = (
    "#1.3\n2\t3\t1\t2\nid\tdesc\ts1\ts2\ts3\nbatch\tna\tA\tB\tA\ngroup\tna\tx\ty\tx\n"
    "g1\td1\t1\t2\t3\ng2\td2\t4\t5\t6\n"
)


@pytest.mark.parametrize("content", [GCT_12, GCT_13, GCT_12.replace("\n", "\r\n")])
def test_gct(tmp_path, content):
    path = tmp_path / "a.gct"
    path.write_bytes(content.encode())
    raw = load(path)
    assert raw.how.format == "GCT"
    assert raw.samples_in_columns
    assert raw.columns == ("feature", "s1", "s2", "s3")
    assert raw.frame().values.tolist() == [["g1", "1", "2", "3"], ["g2", "4", "5", "6"]]
    assert any("description" in c.what for c in raw.conversions)


def test_gct_tells_of_its_samples(tmp_path):
    path = tmp_path / "a.gct"
    path.write_text(GCT_13)
    sheet = load(path).own_sheet
    assert sheet.columns == ("sample", "batch", "group")
    assert sheet.frame().values.tolist() == [["s1", "A", "x"], ["s2", "B", "y"], ["s3", "A", "x"]]
    path.write_text(GCT_12)
    assert load(path).own_sheet is None


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (GCT_12.replace("2\t3", "3\t3"), "announces 3 features"),
        (GCT_12.replace("2\t3\n", "2\t5\n"), "announces 2 features and 5 samples"),
        (GCT_12.replace("2\t3\n", "two\t3\n", 1), "does not say how many"),
        (GCT_12.replace("g2\td\t4\t5\t6", "g2\td\t4\t5"), "row 5: the row has 4 cells"),
        ("#1.2\n1\t1\n", "without any data"),
    ],
)
def test_gct_that_is_cut_off(tmp_path, content, message):
    path = tmp_path / "a.gct"
    path.write_text(content)
    error = refused(path)
    assert message in error.message
    assert error.hint


# --- series matrix --------------------------------------------------------------------------

SERIES = (
    '!Series_title\t"Livers"\n!Series_geo_accession\t"GSE1"\n\n'
    '!Sample_title\t"a"\t"b"\t"c"\n!Sample_geo_accession\t"GSM1"\t"GSM2"\t"GSM3"\n'
    '!Sample_organism_ch1\t"Homo"\t"Homo"\t"Homo"\n'
    '!Sample_characteristics_ch1\t"tissue: liver"\t"tissue: lung"\t"tissue: liver"\n'
    '!Sample_characteristics_ch1\t"age: 5"\t"sex: f"\t"age: 7"\n'
    '!series_matrix_table_begin\n"ID_REF"\t"GSM1"\t"GSM2"\t"GSM3"\n'
    '"p1"\t1.5\t2\t3\n"p2"\t3\t\t4\n!series_matrix_table_end\n'
)


@pytest.mark.parametrize("packed", [False, True])
def test_series_matrix(tmp_path, packed):
    path = tmp_path / ("GSE1_series_matrix.txt" + (".gz" if packed else ""))
    path.write_bytes(gzip.compress(SERIES.encode()) if packed else SERIES.encode())
    raw = load(path)
    assert raw.source_name == path.name
    assert raw.samples_in_columns
    assert raw.columns == ("ID_REF", "GSM1", "GSM2", "GSM3")
    assert raw.frame().values.tolist() == [["p1", "1.5", "2", "3"], ["p2", "3", "", "4"]]
    assert raw.cell_reference(0, "GSM1") == "row 11"
    assert "title: Livers" in raw.remarks


def test_series_matrix_tells_of_its_samples(tmp_path):
    path = tmp_path / "s.txt"
    path.write_text(SERIES)
    sheet = load(path).own_sheet
    # The organism is the same for all and tells nothing; one line held two kinds of facts.
    assert sheet.columns == ("sample", "title", "tissue", "age", "sex")
    assert sheet.frame().values.tolist() == [
        ["GSM1", "a", "liver", "5", ""],
        ["GSM2", "b", "lung", "", "f"],
        ["GSM3", "c", "liver", "7", ""],
    ]


def test_series_without_values_says_where_they_are(tmp_path):
    path = tmp_path / "s.txt"
    path.write_text(SERIES.replace('"p1"\t1.5\t2\t3\n"p2"\t3\t\t4\n', ""))
    error = refused(path)
    assert "sequencing" in error.message
    assert "supplementary" in error.hint
    path.write_text(SERIES.replace("!series_matrix_table_end", ""))
    assert "!series_matrix_table_end" in refused(path).message


# --- H5AD -----------------------------------------------------------------------------------

X = np.array([[0.1, 0, 2], [0, 3, 0], [1, 0, 0], [0, 0, 5]], dtype=np.float32)


def write_h5ad(path, values=X, form="dense"):
    text = h5py.string_dtype()
    with h5py.File(path, "w") as file:
        if form == "dense":
            file["X"] = values
        else:
            matrix = {"csr": csr_matrix, "csc": csc_matrix}[form](values)
            group = file.create_group("X")
            group.attrs["encoding-type"] = f"{form}_matrix"
            group.attrs["shape"] = values.shape
            for key in ("data", "indices", "indptr"):
                group[key] = getattr(matrix, key)
        obs = file.create_group("obs")
        obs.attrs["_index"] = "_index"
        obs.attrs["column-order"] = np.array(["group", "age", "ok", "n"], dtype=text)
        obs.create_dataset("_index", data=["s1", "s2", "s3", "s4"], dtype=text)
        group = obs.create_group("group")
        group.attrs["encoding-type"] = "categorical"
        group["codes"] = np.array([0, 1, -1, 0], dtype=np.int8)
        group.create_dataset("categories", data=["case", "control"], dtype=text)
        obs["age"] = np.array([31.5, 42, np.nan, 7])
        obs["ok"] = np.array([True, False, True, True])
        counted = obs.create_group("n")
        counted.attrs["encoding-type"] = "nullable-integer"
        counted["values"] = np.array([1, 2, 3, 4])
        counted["mask"] = np.array([False, True, False, False])
        var = file.create_group("var")
        var.attrs["_index"] = "gene"
        var.attrs["column-order"] = np.array([], dtype=text)
        var.create_dataset("gene", data=["g1", "g2", "g3"], dtype=text)
    return path


@pytest.mark.parametrize("form", ["dense", "csr", "csc"])
def test_h5ad(tmp_path, form):
    raw = load(write_h5ad(tmp_path / "a.h5ad", form=form))
    assert raw.columns == ("sample", "group", "age", "ok", "n", "g1", "g2", "g3")
    assert raw.sheet_columns == ("sample", "group", "age", "ok", "n")
    assert raw.frame().values.tolist() == [
        ["s1", "case", "31.5", "TRUE", "1", "0.1", "0", "2"],
        ["s2", "control", "42", "FALSE", "", "0", "3", "0"],
        ["s3", "", "", "TRUE", "3", "1", "0", "0"],
        ["s4", "case", "7", "TRUE", "4", "0", "0", "5"],
    ]


def test_h5ad_numbers_read_back_the_same(tmp_path):
    values = np.random.default_rng(1).normal(size=(4, 3)).astype(np.float32) * 1e-6
    raw = load(write_h5ad(tmp_path / "a.h5ad", values))
    read = raw.frame()[["g1", "g2", "g3"]].to_numpy().astype(np.float32)
    assert (read == values).all()


def test_hdf5_that_is_no_h5ad(tmp_path):
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        file["measurements"] = [1, 2, 3]
    assert "not AnnData" in refused(path).message
    path.write_bytes(path.read_bytes()[:300])
    assert "cannot be read as H5AD" in refused(path).message


def test_h5ad_that_points_to_another_file_is_refused(tmp_path):
    with h5py.File(tmp_path / "secret.h5", "w") as file:
        file["X"] = X
    path = write_h5ad(tmp_path / "a.h5ad")
    with h5py.File(path, "a") as file:
        del file["X"]
        file["X"] = h5py.ExternalLink(str(tmp_path / "secret.h5"), "X")
    assert "points to another file" in refused(path).message
    with h5py.File(path, "a") as file:
        del file["X"]
        raw = [(str(tmp_path / "raw.bin"), 0, h5py.h5f.UNLIMITED)]
        file.create_dataset("X", shape=X.shape, dtype="f4", external=raw)
    assert "points to another file" in refused(path).message


def test_h5ad_that_lies_about_its_size(tmp_path):
    path = write_h5ad(tmp_path / "a.h5ad", form="csr")
    with h5py.File(path, "a") as file:
        file["X"].attrs["shape"] = (4_000_000_000, 4_000_000_000)
    assert "more cells than can be handled" in refused(path).message
    path = write_h5ad(tmp_path / "b.h5ad", form="csr")
    with h5py.File(path, "a") as file:
        file["X/indices"][...] = 99
    assert "cannot be read" in refused(path).message


# --- archives -------------------------------------------------------------------------------


def test_gzip(tmp_path):
    path = tmp_path / "table.csv.gz"
    path.write_bytes(gzip.compress(TABLE.encode()))
    raw = load(path)
    assert raw.source_name == "table.csv.gz"
    assert raw.frame()["x"].tolist() == ["1", "2", "3"]
    path.write_bytes(gzip.compress(TABLE.encode())[:-9])
    assert "damaged" in refused(path).message
    path.write_bytes(gzip.compress(b"id,x\na\n1,2,3\n"))
    assert refused(path).message.startswith("table.csv.gz")


def write_zip(path, members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members:
            file.writestr(name, content)
    return path


def test_zip_with_one_table(tmp_path):
    path = write_zip(
        tmp_path / "t.zip", [("read me.md", "hi"), ("d/a.csv", TABLE), ("__MACOSX/d/._a.csv", "")]
    )
    assert load(path).frame()["id"].tolist() == ["a", "b", "c"]


def test_zip_with_several_tables_asks(tmp_path):
    path = write_zip(tmp_path / "t.zip", [("a.csv", TABLE), ("b.csv", TABLE.replace("3", "9"))])
    with pytest.raises(DataQuestion, match="2 tables") as caught:
        load(path)
    assert [choice.value for choice in caught.value.choices] == ["a.csv", "b.csv"]
    assert load(path, member="b.csv").frame()["x"].tolist() == ["1", "2", "9"]
    error = refused(path, member="c.csv")
    assert "no table called 'c.csv'" in error.message
    assert "no table in it" not in error.message
    assert "without a table" in refused(write_zip(tmp_path / "u.zip", [("a.doc", "")])).message


@pytest.mark.parametrize(
    "name", ["../../evil.csv", "/etc/evil.csv", "CON.csv", "C:\\evil.csv", "a/../../b.csv"]
)
def test_names_in_archives_are_never_used_as_paths(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    inside = tmp_path / "deep" / "deeper"
    inside.mkdir(parents=True)
    path = write_zip(inside / "t.zip", [(name, TABLE)])
    assert load(path).rows == 3
    written = {p for p in tmp_path.rglob("*") if p.is_file()}
    assert written == {path}


def test_bombs_are_stopped(tmp_path, monkeypatch):
    monkeypatch.setattr(archive, "_SMALL", 1 << 20)
    zeros = b"0," * 5_000_000
    packed = tmp_path / "bomb.csv.gz"
    packed.write_bytes(gzip.compress(zeros))
    assert "unpacks to more than" in refused(packed).message
    zipped = write_zip(tmp_path / "bomb.zip", [("a.csv", zeros)])
    assert "unpacks to more than" in refused(zipped).message
    many = write_zip(tmp_path / "many.zip", [(f"{i}.csv", "") for i in range(10_001)])
    assert "10,001 files" in refused(many).message


def test_nothing_is_left_behind(tmp_path, monkeypatch):
    monkeypatch.setattr(archive.tempfile, "tempdir", str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    path = tmp_path / "table.csv.gz"
    path.write_bytes(gzip.compress(b"id,x\na\n1,2,3\n"))
    refused(path)
    path.write_bytes(gzip.compress(TABLE.encode()))
    load(path)
    assert list((tmp_path / "tmp").iterdir()) == []
