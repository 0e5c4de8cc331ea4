"""Files without names of samples: joined line by line, and only after a question."""

from __future__ import annotations

import pytest

from deepbench.data.assembly.assemble import assemble
from deepbench.data.table_files import TableFiles
from deepbench.errors import DataError, DataQuestion
from deepbench.plan import Data

FASTA = "".join(f">P{i}\nMKV{'LEFWQ'[i % 5] * (i + 5)}\n" for i in range(12))
LABELS = "1\n0\n0\n" * 4


@pytest.fixture
def put(write):
    def _put(table, sheet, name="s.fasta", **options):
        path = write(table, name)
        data = Data(source=name, sample_sheet="classes.txt", **options)
        return assemble(TableFiles(path, sample_sheet=write(sheet, "classes.txt")), data)

    return _put


def test_it_is_asked_and_done_as_answered(put):
    with pytest.raises(DataQuestion) as error:
        put(FASTA, LABELS)
    assert error.value.key == "data.matching"
    assert error.value.message == (
        "classes.txt has as many rows as s.fasta (12 samples), but no names of samples. Does each "
        "line belong to the sample on the same line of the other file?"
    )
    assert [(c.value, c.shows) for c in error.value.choices] == [("order", "P0 ↔ 1 … P11 ↔ 0")]

    raw = put(FASTA, LABELS, matching="order")
    assert raw.columns == ("column 1", "name", "sequence")
    assert raw.column("column 1").tolist() == ["1", "0", "0"] * 4
    assert raw.column("name").tolist() == [f"P{i}" for i in range(12)]
    assert raw.sample_column == "name" and raw.aside == ()
    assert raw.sheet_columns == ("column 1",) and raw.sequences == ("sequence",)
    assert (raw.matching.rule, raw.matching.matched) == ("order", 12)
    assert raw.locator.reference(1, 2) == "row 3" and raw.locator.reference(1, 0) == "row 2"
    assert any("line by line" in c.what and c.count == 12 for c in raw.conversions)


def test_labels_in_words_and_a_table_of_numbers(put):
    table = "id,x,y\n" + "".join(f"S{i},{i}.5,{12 - i}.25\n" for i in range(12))
    sheet = "group,sex\n" + "case,f\ncontrol,m\ncontrol,f\n" * 4
    with pytest.raises(DataQuestion, match="as many rows as"):
        put(table, sheet, "t.csv")
    raw = put(table, sheet, "t.csv", matching="order")
    assert raw.columns == ("group", "sex", "id", "x", "y")
    assert raw.frame().iloc[4].tolist() == ["control", "m", "S4", "4.5", "8.25"]


def test_another_number_of_lines_is_no_question(put):
    for options in ({}, {"matching": "order"}):
        with pytest.raises(DataError) as error:
            put(FASTA, LABELS + "1\n", **options)
        assert not isinstance(error.value, DataQuestion)
        assert "13 rows where s.fasta has 12 samples" in error.value.message


def test_names_that_do_not_fit_are_not_joined_by_order(put):
    sheet = "id,label\n" + "".join(f"Z{i}x,{i % 2}\n" for i in range(12))
    with pytest.raises(DataError) as error:
        put(FASTA, sheet)
    assert getattr(error.value, "key", "") != "data.matching" or all(
        choice.value != "order" for choice in error.value.choices
    )
    with pytest.raises(DataError):
        put(FASTA, LABELS, matching="exact")
