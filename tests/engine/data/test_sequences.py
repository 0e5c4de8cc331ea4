"""Columns of sequences: found among other texts, asked about, measured by counting letters."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deepbench.data.assembly.assemble import assemble
from deepbench.data.new_samples import ModelColumns, read_new_samples
from deepbench.data.sequence_columns import sequence_columns, sequences_in
from deepbench.data.sequence_letters import LETTERS, count_letters, find_alphabet
from deepbench.data.table_files import TableFiles
from deepbench.data.table_import import import_table
from deepbench.errors import DataError, DataQuestion
from deepbench.plan import Data

DNA = (
    "ACGTTGCAAC GGGTTGCTAA TTGACATTGC ACGATGCAGC ACTTAGCAAC CCGTAGCAAC "
    "ACGTTGAAAC TCGTTGCAAG GCATTACAAC ACGTGGCCAC AAGTTGGAAC ACGTCGCTAC"
).split()
PROTEINS = (
    "MKVLEFWQPI GLWSKIKEVGKEAA RRWWRFKKL ACDEFGHIKL LLGDFFRKSKE KWKLFKKIEK "
    "GIGKFLHSAKKF FLPIIAKLLSGL INLKALAALAKK ILPWKWPWWPWRR VDKGSYLPRP SIGSALKKAL"
).split()


def csv(sequences, *more):
    lines = [",".join(["id", "seq", "label", *(f"m{i}" for i in range(len(more)))])]
    for i, text in enumerate(sequences):
        lines.append(",".join([f"S{i}", text, "ab"[i % 2], *(f"{i * 7 % 11}.{c}" for c in more)]))
    return "\n".join(lines) + "\n"


@pytest.fixture
def measured(write):
    def _measured(content, name="t.csv", **options):
        path = write(content, name)
        return assemble(TableFiles(path), Data(source=name, sequences="composition", **options))

    return _measured


# --- finding --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("texts", "alphabet"),
    [
        (DNA, "DNA"),
        ([text.lower() for text in DNA], "DNA"),
        ([text.replace("T", "U") for text in DNA], "RNA"),
        (PROTEINS, "protein"),
        ([*PROTEINS, ""], "protein"),
        (["resistant", "sensitive"] * 6, None),  # letters of amino acids all the same
        (["Anderssen", "Petersen", "Larsen", "Madsen", "Christensen", "Nielsen"], None),
        (["carcinoma", "hyperplasia", "fibrosis", "inflammation", "necrosis", "steatosis"], None),
        (["ACTB", "GAPDH", "TP53", "EGFR", "MYCN", "RPLP0"], None),
        (["AG", "AA", "GG", "AG", "GG", "AA"], None),
        (["12345678", "ACGTACGT", "ACGTACGA", "ACGTACGG"], None),
        (["ACGTACGTÄ", "ACGTACGA", "ACGTACGG"], None),
        (["AAAAAAAAAA"] * 10, None),
        (["", ""], None),
    ],
)
def test_which_texts_are_sequences(texts, alphabet):
    found = sequences_in(texts)
    assert (found and found.name) == alphabet


def test_tags_and_primers_are_no_sequences_of_the_sample(read):
    raw = read("id,BarcodeSequence,seq\n" + "".join(f"S{i},{t},{t}\n" for i, t in enumerate(DNA)))
    assert [column.name for column in sequence_columns(raw)] == ["seq"]


def test_no_letters_have_no_alphabet():
    assert find_alphabet(["--", "..", "*"]) is None
    assert find_alphabet([]) is None


# --- asking ---------------------------------------------------------------------------------


def test_question(write, make_plan):
    path = write(csv(PROTEINS))
    with pytest.raises(DataQuestion) as error:
        import_table(TableFiles(path), make_plan("label", roles={"sample": "id"}))
    assert error.value.key == "data.sequences"
    assert error.value.message == (
        "table.csv: the column 'seq' holds 12 protein sequences of 9 to 14 letters (letters such "
        "as E, F, I, L stand for amino acids and for no base). No model here reads sequences "
        "themselves. Measure them by counting letters?"
    )
    assert [(c.value, c.shows) for c in error.value.choices] == [
        ("composition", "21 features: length, share of each amino acid"),
        ("leave", "the sequences are not used"),
    ]


def test_nothing_is_asked_beside_many_measurements(write, make_plan):
    path = write(csv(PROTEINS, *range(1, 11)))
    parsed, _ = import_table(TableFiles(path), make_plan("label", roles={"sample": "id"}))
    assert "share of A" not in parsed.frame
    path = write(csv(PROTEINS, *range(1, 10)))
    with pytest.raises(DataQuestion, match="it has 9 features"):
        import_table(TableFiles(path), make_plan("label", roles={"sample": "id"}))


def test_left_out(write, make_plan):
    plan = make_plan("label", roles={"sample": "id"}, data={"sequences": "leave"})
    parsed, record = import_table(TableFiles(write(csv(DNA, 1))), plan)
    assert list(parsed.frame.columns) == ["id", "seq", "label", "m0"]
    assert {c.name: c.role for c in record.columns}["seq"] == "not used"


def test_counting_where_there_are_no_sequences(measured):
    with pytest.raises(DataError, match="no column holds sequences"):
        measured("id,label,x\nS1,a,1\nS2,b,2\n")


# --- measuring ------------------------------------------------------------------------------


def test_protein_by_hand(measured):
    raw = measured(csv(["AACD-", "mkx*", *PROTEINS]))
    told = {name: raw.column(name).tolist()[:2] for name in raw.columns}
    assert raw.columns[:4] == ("id", "seq", "length of sequence", "share of A")
    assert raw.columns[-1] == "label" and len(raw.columns) == 3 + 21
    assert told["length of sequence"] == ["4", "3"]
    assert told["share of A"] == ["0.5", "0"]
    assert told["share of D"] == ["0.25", "0"]
    assert told["share of K"] == ["0", "0.5"]  # X is not known, and no stop is a letter
    assert raw.aside == ("seq",)
    (note, others) = raw.conversions
    assert note.column == others.column == "seq"
    assert note.what.startswith("protein sequences (letters such as E, F, I, L stand for")
    assert "21 columns measured by counting letters" in note.what
    assert others.count == 3
    assert raw.locator.reference(1, 3) == "row 3"


def test_dna_by_hand(measured):
    raw = measured(csv([*DNA, "ACGGN"]))
    told = {name: raw.column(name)[-1] for name in raw.columns}
    assert (told["length of sequence"], told["share of G"]) == ("5", "0.5")
    assert told["share of G and C"] == "0.75"
    assert told["share of pair CG"] == told["share of pair GG"] == "0.333333"
    assert told["share of pair AA"] == "0"
    assert not any(name.startswith("letter at place") for name in raw.columns)


def test_short_dna_of_one_length_is_compared_by_place(measured):
    raw = measured(csv([text.lower() for text in DNA]))
    assert "length of sequence" not in raw.columns
    assert [c for c in raw.columns if c.startswith("letter")] == [
        f"letter at place {i}" for i in range(1, 11)
    ]
    for place in (1, 10):
        letters = raw.column(f"letter at place {place}").tolist()
        assert letters == [text[place - 1] for text in DNA]


def test_two_columns_of_sequences(measured):
    content = "".join(
        f"S{i},{heavy},{light}\n"
        for i, (heavy, light) in enumerate(zip(PROTEINS, DNA, strict=True))
    )
    raw = measured("id,heavy,light\n" + content)
    assert "length of sequence in heavy" in raw.columns
    assert "share of G and C in light" in raw.columns and "share of A" not in raw.columns
    assert "letter at place 10 in light" in raw.columns
    assert raw.aside == ("heavy", "light")


def test_missing_sequences_and_decimal_commas(measured):
    rows = "".join(f"S{i};{text};{i},5\n" for i, text in enumerate([*PROTEINS, ""]))
    raw = measured("id;seq;x\n" + rows, delimiter=";", decimal=",")
    assert raw.how.decimal == ","
    assert raw.column("share of A")[-1] == raw.column("length of sequence")[-1] == ""
    assert raw.column("share of A")[3] == "0,1"


SEQUENCES = st.lists(st.text("ACGTUNacgtu-RY", max_size=60), min_size=1, max_size=12)


@settings(max_examples=80, deadline=None)
@given(SEQUENCES)
def test_counts_are_those_of_counting_one_by_one(texts):
    counts = count_letters(texts, "DNA")
    for row, text in enumerate(text.upper().replace("U", "T") for text in texts):
        letters = Counter(text)
        pairs = Counter(a + b for a, b in pairwise(text))
        assert counts.letters[row].tolist() == [letters[letter] for letter in "ACGT"]
        assert counts.pairs[row].tolist() == [pairs[a + b] for a, b in product("ACGT", repeat=2)]
        assert counts.lengths[row] == len(text.replace("-", ""))


def test_shares_add_up_to_one(measured):
    raw = measured(csv(PROTEINS))
    shares = [raw.column(f"share of {a}").astype(float) for a in LETTERS["protein"]]
    np.testing.assert_allclose(np.sum(shares, axis=0), 1, atol=1e-5)


# --- new samples ----------------------------------------------------------------------------


def wanted(*numeric, categorical=()):
    names = (*numeric, *categorical)
    return ModelColumns(numeric, categorical, frozenset(names), dict.fromkeys(numeric, (0, 100)))


def test_new_sequences_are_measured_as_those_of_training(write, measured):
    raw = measured(csv(PROTEINS))
    names = [c for c in raw.columns if c.startswith(("length", "share"))]
    fasta = "".join(f">N{i}\n{text.lower()}\n" for i, text in enumerate(PROTEINS))
    options = Data(source="t.csv", sequences="composition")
    new = read_new_samples(write(fasta, "n.fasta"), options, wanted(*names), ["id"])
    assert new.sample_ids.tolist() == [f"N{i}" for i in range(12)]
    for name in names:
        np.testing.assert_array_equal(new.features[name], raw.column(name).astype(float))
    # A single peptide of letters that DNA has as well is still a peptide.
    one = read_new_samples(write(">p\nGATNAC\n", "o.fasta"), options, wanted(*names), [])
    assert one.features["share of N"].tolist() == pytest.approx([1 / 6], abs=1e-5)


def test_new_promoters_by_place(write):
    model = wanted("share of A", categorical=("letter at place 3",))
    options = Data(source="t.csv", sequences="composition")
    new = read_new_samples(write(">a\nttgaca\n>b\nAAAAAA\n", "n.fa"), options, model, [])
    assert new.features["letter at place 3"].tolist() == ["G", "A"]
    assert new.features["share of A"].tolist() == pytest.approx([1 / 3, 1], abs=1e-5)
    with pytest.raises(DataError, match="differ in length"):
        read_new_samples(write(">a\nttgaca\n>b\nAA\n", "n.fa"), options, model, [])


def test_other_sequences_than_those_of_training_are_refused(write):
    options = Data(source="t.csv", sequences="composition")
    dna = wanted("share of G and C", "share of pair AC", "share of A")
    with pytest.raises(DataError, match="holds protein sequences, the model was trained on DNA"):
        read_new_samples(write(">a\nMKVLEFW\n", "n.fa"), options, dna, [])
    protein = wanted(*(f"share of {a}" for a in LETTERS["protein"]))
    with pytest.raises(DataError, match="holds DNA sequences, the model was trained on protein"):
        read_new_samples(write(f">a\n{''.join(DNA)}\n", "n.fa"), options, protein, [])
    with pytest.raises(DataError, match="lacks 20 of the 20 columns"):
        read_new_samples(write("id,x\nS1,1\n", "n.csv"), options, protein, [])
