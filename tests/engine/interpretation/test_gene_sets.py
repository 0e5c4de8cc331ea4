"""Files of gene sets as people have them, and names of genes as tables have them."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any, cast

import pytest

from deepbench.errors import DataError
from deepbench.interpretation.gene_sets import GeneSets, read_gene_sets
from deepbench.interpretation.gene_sets_matching import match_genes
from deepbench.jobs.context import JobContext
from deepbench.jobs.gene_set_file import gene_sets_changed, gene_sets_of
from deepbench.study.folder import Study


def read(text: str | bytes) -> GeneSets:
    return read_gene_sets(text.encode() if isinstance(text, str) else text, "my sets.gmt")


def names(sets: GeneSets) -> dict[str, tuple[str, ...]]:
    return {one.name: one.genes for one in sets.sets}


def test_an_ordinary_file() -> None:
    sets = read("UP\thttps://site/UP?x=1\tTP53\tMYC\nDOWN\tna\tEGFR\tTP53\n")
    assert names(sets) == {"UP": ("TP53", "MYC"), "DOWN": ("EGFR", "TP53")}
    assert sets.genes == 3
    assert sets.notes == ()


def test_windows_blanks_empty_lines_tabs_at_the_end_and_marks() -> None:
    sets = read(b"\xef\xbb\xbf UP \t\t TP53 \tMYC\t\t\r\n\r\n   \r\nDOWN\tna\tEGFR\t\r\n")
    assert names(sets) == {"UP": ("TP53", "MYC"), "DOWN": ("EGFR",)}
    assert names(read("A\tx\tTP53\rB\tx\tMYC\r")) == {"A": ("TP53",), "B": ("MYC",)}
    assert names(read("A\tx\tTP53\n".encode("utf-16"))) == {"A": ("TP53",)}


def test_genes_that_repeat_and_weights() -> None:
    sets = read("A\tx\tTP53,1.0\ttp53\tMYC,0.5\tHLA-A\n")
    assert names(sets) == {"A": ("TP53", "MYC", "HLA-A")}


def test_names_that_repeat() -> None:
    sets = read("A\tx\tTP53\nA\ty\ttp53\nA\tz\tMYC\n")
    assert names(sets) == {"A": ("TP53",), "A (2)": ("MYC",)}
    assert sets.notes == (
        "1 set that the file holds twice counted once.",
        "Different sets with the name 'A' were numbered.",
    )


def test_sets_without_genes_are_left_out_and_said() -> None:
    sets = read("A\tx\tTP53\nB\tonly a description\n")
    assert names(sets) == {"A": ("TP53",)}
    assert sets.notes == ("1 set of my sets.gmt without a gene left out.",)


def test_descriptions_may_be_in_any_encoding_names_and_genes_not() -> None:
    assert names(read("A\tÜber\tTP53\n".encode("cp1252"))) == {"A": ("TP53",)}
    with pytest.raises(DataError, match=r"Line 2 of my sets.gmt is not UTF-8 text.*UTF-8"):
        read("A\tx\tTP53\nÜ\tx\tMYC\n".encode("cp1252"))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", r"my sets.gmt is empty. A .gmt file is text"),
        (b" \r\n\r\n", r"my sets.gmt is empty"),
        (b"PK\x03\x04rest", r"a workbook or ZIP archive, no .gmt file. Unpack it"),
        (b"\xd0\xcf\x11\xe0rest", r"an old Excel workbook"),
        (gzip.compress(b"A\tx\tTP53"), r"a compressed file, no .gmt file. Unpack it first"),
        (b"<!DOCTYPE html><html>", r"a web page, no .gmt file. Download the file itself"),
        (b'{"A": {"geneSymbols": []}}', r"is JSON, no .gmt file"),
        (b"A,x,TP53,MYC\n", r"has no tab.*separated by commas"),
        (b"A x TP53 MYC\n", r"has no tab.*separated by blanks"),
        (b"A\tx\nB\ty\n", r"No gene set in my sets.gmt has a gene"),
        (b"A\tx\tTP53\n\tx\tMYC\n", r"in line 2 of my sets.gmt has no name"),
        (b"A\tx\tTP53\nB\0\tx\tMYC\n", r"Line 2 of my sets.gmt is not UTF-8 text"),
    ],
)
def test_what_is_no_gmt_file_is_refused_with_a_hint(content: bytes, message: str) -> None:
    with pytest.raises(DataError, match=message) as caught:
        read(content)
    assert caught.value.hint


def matched(features: list[str], *genes: str) -> tuple[tuple[int, ...], int]:
    found = match_genes(features, read("A\tx\t" + "\t".join(genes)))
    return found.members[0], found.measured[0]


@pytest.mark.parametrize(
    ("feature", "gene"),
    [
        ("tp53", "TP53"),
        (" TP53 ", "TP53"),
        ("ENSG00000141510.18", "ENSG00000141510"),
        ("ENSG00000141510", "ENSG00000141510.4"),
        ("ENSMUSG00000059552.13", "ENSMUSG00000059552"),
        ("TP53_at", "TP53"),
        ("ENSG00000141510_at", "ENSG00000141510"),
        ("7157_at", "7157"),
        ("X7157", "7157"),
        ("TP53 /// WRAP53", "WRAP53"),
        ("TP53|7157", "TP53"),
        ("TP53|7157", "7157"),
        ("ENSG00000141510.18|TP53", "TP53"),
        ("HLA.A", "HLA-A"),
        ("1007_s_at", "1007_s_at"),
    ],
)
def test_names_of_genes_in_usual_forms(feature: str, gene: str) -> None:
    assert matched([feature, "OTHER"], gene) == ((0,), 1)


@pytest.mark.parametrize(
    ("feature", "gene"),
    [("TP53", "TP53BP1"), ("MYC", "MYCN"), ("CO.1", "CO.12"), ("age", "TP53"), ("ABC.1", "ABC")],
)
def test_other_genes_are_not_matched(feature: str, gene: str) -> None:
    assert matched([feature], gene) == ((), 0)


def test_several_features_of_a_gene_and_the_closest_form_first() -> None:
    assert matched(["TP53", "TP53_at", "MYC"], "TP53") == ((0, 1), 1)
    # A feature that is called by one gene's very name is not another one's.
    found = match_genes(["HLA-A", "HLAA"], read("A\tx\tHLA-A\nB\tx\tHLAA\n"))
    assert found.members == ((0,), (1,))
    assert (found.genes, found.features) == (2, 2)


class _Context:
    """As much of a job's context as the file needs."""

    def __init__(self, study: Study, path: Path | None) -> None:
        self.study = study
        self.gene_sets = path


def sets_of(study: Study, path: Path | None) -> Any:
    return gene_sets_of(cast(JobContext, _Context(study, path)))


def test_the_file_is_kept_in_the_study_and_found_again(tmp_path: Path) -> None:
    path = tmp_path / "mine.gmt"
    path.write_text("A\tx\tTP53\n")
    with Study.open_for_writing(tmp_path / "s.deepbench") as study:
        assert sets_of(study, None) is None
        sets, artifact = sets_of(study, path)
        assert not gene_sets_changed(study, path)
        assert sets_of(study, path)[1] == artifact
        assert len(study.ledger.of_kind("gene_sets")) == 1
        path.write_text("A\tx\tMYC\n")
        assert gene_sets_changed(study, path)
        changed, other = sets_of(study, path)
        assert names(changed) == {"A": ("MYC",)}
        assert other != artifact
        assert not gene_sets_changed(study, path)
        path.unlink()
        assert not gene_sets_changed(study, path)
        again, same = sets_of(study, path)
        assert (names(again), same) == ({"A": ("MYC",)}, other)
        assert sets.file == "mine.gmt"
        assert study.problems() == []


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with (
        Study.open_for_writing(tmp_path / "s.deepbench") as study,
        pytest.raises(DataError, match=r"mine\.gmt"),
    ):
        sets_of(study, tmp_path / "mine.gmt")
