"""FASTA and FASTQ files: every line accounted for, what is wrong said with its lines."""

from __future__ import annotations

import gzip
import io
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deepbench.data.readers.registry import read_raw
from deepbench.errors import DataError, DeepBenchError
from deepbench.plan import Data


@pytest.fixture
def refused(read):
    def _refused(content, name="s.fasta"):
        with pytest.raises(DataError) as error:
            read(content, name)
        assert error.value.hint
        return error.value.message

    return _refused


def notes(raw):
    return {(c.column, c.what): c.count for c in raw.conversions}


def table(raw):
    return raw.frame().to_numpy().tolist()


def test_name_description_sequence_and_lines(read):
    raw = read(">sp1 first protein\nMKVLE\nFW\n\n>sp2\nMKLLF*\n", "s.fasta")
    assert raw.columns == ("name", "description", "sequence")
    assert table(raw) == [["sp1", "first protein", "MKVLEFW"], ["sp2", "", "MKLLF*"]]
    assert raw.how.format == "FASTA" and raw.sample_column == "name"
    assert raw.sequences == ("sequence",)
    assert raw.locator.row_names() == ["row 1", "row 5"]
    assert raw.how.reasons["sequences"] == (
        "protein: letters such as E, F, L stand for amino acids and for no base."
    )
    assert notes(raw) == {
        ("(rows)", "blank lines skipped"): 1,
        ("sequence", "stops (*) kept; not counted as letters"): 1,
    }


@pytest.mark.parametrize(
    ("sequences", "told"),
    [
        (("ACGT", "acgn", "RYAA" + "ACGT" * 20), "DNA: only letters of bases."),
        (("ACGU", "UUUU"), "RNA: only letters of bases, U and no T."),
        (("ACGU", "ACGT"), "DNA: only letters of bases; U, which stands 1 time, is counted as T."),
        (("AGGAG", "GAVK"), "protein: the letters are those of amino acids."),
        (("MKVX", "LLEF" * 20), "protein: letters such as E, F, L stand for amino acids"),
    ],
)
def test_alphabet_and_its_reason(read, sequences, told):
    content = "".join(f">s{i}\n{text}\n" for i, text in enumerate(sequences))
    assert read(content, "s.fa").how.reasons["sequences"].startswith(told)


def test_lower_case_gaps_and_blanks_are_kept_or_counted(read):
    raw = read(">a\nacg TAC\n>b\n; a remark\nAC--GT\n", "s.fa")
    assert raw.column("sequence").tolist() == ["acgTAC", "AC--GT"]
    assert notes(raw) == {
        ("sequence", "blanks inside sequences removed"): 1,
        ("(rows)", "comments skipped (line 4)"): 1,
        ("sequence", "lower case kept; capitals make no difference"): 1,
        ("sequence", "gaps (-) kept; not counted as letters"): 1,
    }


def test_sequence_without_a_name_is_called_by_its_line(read):
    raw = read(">a\nACGT\n>\nACGA\n", "s.fa")
    assert raw.column("name").tolist() == ["a", "line 3"]
    assert notes(raw)["name", "no name (line 3): called by the line"] == 1


def test_names_that_stand_twice(read, refused):
    assert refused(">a x\nACGT\n>b\nAC\n>a y\nACGG\n") == (
        "s.fasta: 1 name stands more than once: 'a' in lines 1, 5. So it is not clear which "
        "sequence is meant by it."
    )
    labels = "".join(f">{'AMP' if i % 2 else 'other'}\nMKV{'L' * i}\n" for i in range(8))
    raw = read(labels, "s.fasta")
    assert raw.sample_column == ""
    assert notes(raw)["name", "2 names for all sequences: read as labels"] == 8


def test_what_is_wrong_is_said_with_its_lines(refused):
    assert refused(">a\nACGT\n>b\n\n>c\nAC\n>d\n") == (
        "s.fasta: 2 names have no sequence below (lines 3, 7)."
    )
    assert refused(">a\nACGT\nAC7GT\n") == (
        "s.fasta, line 3: '7' stands in a sequence, but is no letter of a base or amino acid."
    )
    assert refused(">\n") == "s.fasta: 1 name has no sequence below (line 1)."
    dna, protein = "ACGTACGTTGCAACGTTGCA", "MKVLEFWQPI"
    assert refused(f">a\n{protein}\n>b\n{dna}\n>c\n{protein}\n") == (
        "s.fasta holds DNA or RNA (1 sequence: line 3) and proteins. What is counted in one means "
        "nothing in the other."
    )
    assert "neither those of DNA" in refused(">a\nJJJJOOOO\n")


def test_a_chromosome_is_refused(write):
    path = write(b">chr1\n" + b"ACGT" * 2_600_000 + b"\n", "g.fa")
    with pytest.raises(DataError, match=r"line 2: the sequence has more than 10 million letters"):
        read_raw(path, Data(source="g.fa"))
    wrapped = b">chr1\n" + (b"ACGT" * 250_000 + b"\n") * 11
    with pytest.raises(DataError, match=r"line 1: the sequence has more than 10 million letters"):
        read_raw(write(wrapped, "w.fa"), Data(source="w.fa"))


def test_fastq(read, refused):
    raw = read("@r1 lane 1\nACGTN\n+\nIIII#\n@r2\nACG\n+r2\n@@@\n", "r.fastq")
    assert table(raw) == [["r1", "lane 1", "ACGTN"], ["r2", "", "ACG"]]
    assert raw.how.format == "FASTQ"
    assert notes(raw) == {("(quality)", "quality of the letters left aside"): 2}
    assert raw.locator.row_names() == ["row 1", "row 5"]
    assert refused("@r1\nACGT\n+\nIII\n", "r.fq") == (
        "r.fq, line 4: the read has 4 letters, but 3 signs of quality."
    )
    assert refused("@r1\nACGT\n+\nIIII\nr2\nAC\n+\nII\n", "r.fq").startswith("r.fq, line 5: this")
    assert refused("@r1\nACGT\n+\nIIII\n@r2\nAC\n", "r.fq").startswith("r.fq, line 7: this is")


def test_compressed(read, write):
    content = b">a\nACGTACGT\n>b\nTTTTACGG\n"
    raw = read(gzip.compress(content), "s.fasta.gz")
    assert raw.source_name == "s.fasta.gz" and len(table(raw)) == 2
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("inner/s.faa", content)
    assert table(read(packed.getvalue(), "s.zip")) == table(raw)


def test_a_table_that_begins_like_fastq_is_a_table(read):
    assert read("@id,value\na,1\nb,2\n", "t.csv").how.format == "CSV"


LETTERS = st.text("ACDEFGHIKLMNPQRSTVWYacgt", min_size=1, max_size=80)
NAME = st.text(st.characters(codec="utf-8", categories=("L", "N")), min_size=1, max_size=12)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    records=st.dictionaries(NAME, LETTERS, min_size=1, max_size=8),
    width=st.integers(1, 30),
    end=st.sampled_from(["\n", "\r\n"]),
)
def test_what_is_written_is_read(write, records, width, end):
    lines = []
    for name, text in records.items():
        lines.append(f">{name}")
        lines += [text[start : start + width] for start in range(0, len(text), width)]
    path = write((end.join(lines) + end).encode(), "s.fasta")
    try:
        raw = read_raw(path, Data(source="s.fasta"))
    except DataError as error:
        assert "DNA or RNA" in error.message or "more than once" in error.message
        return
    assert dict(zip(raw.column("name"), raw.column("sequence"), strict=True)) == records


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    start=st.sampled_from([b">", b">a\n", b"@r\nAC\n+\n", b"\xef\xbb\xbf>x\n"]),
    rest=st.lists(
        st.sampled_from(
            [b">", b"@", b"+", b"\n", b"\r", b"ACGT", b" ", b"*", b";", b"\xff", b"7"]
        ),
        max_size=25,
    ),
)
def test_any_bytes_are_read_or_refused_in_a_sentence(write, start, rest):
    path = write(start + b"".join(rest), "f.fasta")
    try:
        raw = read_raw(path, Data(source="f.fasta"))
    except DeepBenchError as error:
        assert error.message.endswith((".", "?")), error.message
    else:
        assert raw.rows == len(raw.locator.rows) > 0
