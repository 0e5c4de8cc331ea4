"""The scan for identifiers: what it has to find, and what it must not shout at."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from deepbench.privacy.identifier_scan import scan_people, scan_table
from deepbench.study.sensitivity_scan import ONLY_OF_PEOPLE

PEOPLE = ("Anna Muster", "Weber, Thomas", "Maria da Silva", "Peter Keller")


def kinds(name: str, values: list[object]) -> list[str]:
    """Return the kinds found in a table of one column."""
    return [finding.kind for finding in scan_table(pd.DataFrame({name: values}))]


@pytest.mark.parametrize(
    ("name", "values", "kind"),
    [
        ("Contact", ["a.muster@uni.ch", "-", "-"], "e-mail"),
        ("Patient", list(PEOPLE), "name"),
        ("ward", ["Frau Meier private ward", "surgery", "medicine"], "name"),
        ("class", ["like Anna Weber", "control"], "name"),
        ("note", ["MRN 84736251", "none"], "name"),
        ("Nachname", ["Muster", "Weber", "Silva"], "name"),
        ("Patient name", ["Xu Li", "Ng", "Ó Briain"], "name"),
        ("Geburtsdatum", ["03.04.1961", "17.11.1975"], "date of birth"),
        ("DOB", ["1961-04-03", "1975-11-17"], "date of birth"),
        ("MRN", [1234567.0, 7654321.0], "record number"),
        ("AHV-Nr", ["756.9217.0769.85", "756.1234.5678.97"], "record number"),
        ("Hospital number", ["H-20931", "H-20932"], "record number"),
        ("Tel", ["+41 79 123 45 67", "+49 30 1234567"], "telephone"),
        ("Adresse", ["Hauptstrasse 3", "Am Bach 12"], "address"),
        ("ip", ["192.168.1.7", "10.0.0.3"], "address"),
        ("PLZ", ["4051", "8001"], "postcode"),
        ("Zip code", [94110.0, 10001.0], "postcode"),
        ("Postcode", ["SW1A 1AA", "EC1A 1BB"], "postcode"),
        ("scan", ["p1_face.jpg", "p2_face.png"], "picture"),
        ("Age", [4.0, 17.0, 63.0], "children"),
        ("patient_exome", ["ACGT" * 40, "TTGCA" * 30], "sequence of a person"),
    ],
)
def test_finds_an_identifier(name: str, values: list[object], kind: str) -> None:
    assert kinds(name, values) == [kind]


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("Patient ID", ["P001", "P002", "P003"]),
        ("Sample name", ["S1", "S2", "S3"]),
        ("Gene name", ["TP53", "BRCA1"]),
        ("Organism", ["Homo sapiens", "Mus musculus", "Escherichia coli"]),
        ("Tissue", ["Left Lung", "Right Kidney", "Bone Marrow"]),
        ("Diagnosis", ["Kaposi Sarcoma", "Hodgkin Lymphoma", "Crohn Disease"]),
        ("Site", ["New York", "San Diego", "Basel"]),
        ("Site", ["Queen Elizabeth Hospital", "Robert Koch Institute", "St. Anna Ward"]),
        ("species", ["Iris Setosa", "Iris Virginica"]),
        ("marker", ["Anna", "Max Height", "Dr Beta 2"]),
        ("Strain", ["C57BL/6J", "BALB/c"]),
        ("Date of sampling", ["03.04.2021", "17.11.2021"]),
        ("Age (weeks)", [6.0, 8.0, 12.0, 20.0]),
        ("age", [61.0, 45.0, 80.0]),
        ("age", [6.0, 8.0, 12.0]),
        ("Batch number", [1.0, 2.0]),
        ("intensity", [1234567.0, 7654321.5]),
        ("Barcode", ["ACGTACGT", "TTGCATGC"]),
        ("E. mail", ["none", "none"]),
        ("IPTG", ["0.5 mM", "1 mM"]),
        ("sequence", ["ACGT" * 40, "TTGCA" * 30]),
    ],
)
def test_leaves_ordinary_columns_alone(name: str, values: list[object]) -> None:
    assert kinds(name, values) == []


def test_a_number_with_a_wrong_check_digit_is_no_record_number() -> None:
    good = ["756.9217.0769.85", "756.1234.5678.97"] * 3
    right = [f"{text}" for text in dict.fromkeys(good)]
    wrong = [f"756.9217.0769.8{digit}" for digit in range(5)]
    assert kinds("x", [*right, *wrong]) == []
    nhs = ["943 476 5919", "401 023 2137", "987 654 4321", "999 012 3456", "900 000 0009"]
    assert kinds("x", nhs) == []


def test_valid_nhs_numbers_are_found_without_a_telling_name() -> None:
    def with_check(first: int) -> str | None:
        digits = [int(letter) for letter in f"{first:09d}"]
        check = (11 - sum(d * w for d, w in zip(digits, range(10, 1, -1), strict=True)) % 11) % 11
        return None if check == 10 else f"{first:09d}{check}"

    numbers = [n for n in map(with_check, range(400_000_000, 400_000_030)) if n]
    assert kinds("case", list(numbers)) == ["record number"]


def test_no_sentence_repeats_a_value() -> None:
    values = {"Contact": ["a.muster@uni.ch"] * 4, "Patient": list(PEOPLE)}
    found = scan_table(pd.DataFrame(values), ["Anna_Muster.xlsx"])
    text = " ".join(finding.model_dump_json() for finding in found)
    assert len(found) == 3
    assert "muster" not in text.casefold()
    assert "Keller" not in text


def test_names_of_columns_are_looked_at_and_not_repeated() -> None:
    names = ["age", "chol vs Weber Anna 1961-04-03", "thalach MRN 84736251", "dob_1961-04-03"]
    (found,) = scan_table(pd.DataFrame({name: [1.0, 2.0] for name in names}))
    assert (found.kind, found.column, found.count) == ("names of columns", "", 3)
    assert found.raises_to == "restricted"
    assert found.sentence.startswith("The names of columns 2, 3, 4 of the table may hold")


@pytest.mark.parametrize("file", ["Anna_Weber_heart.csv", "heart of Frau Meier.xlsx"])
def test_a_person_among_other_words_of_a_file_name_is_found(file: str) -> None:
    assert [each.where for each in scan_table(pd.DataFrame({"age": [1.0]}), [file])] == [
        "file name"
    ]


@pytest.mark.parametrize(
    "name",
    ["Anna", "ANNA1", "chol 2021-04-03", "MAX", "Max Height", "TP53 vs MARK3", "MRNA 12345"],
)
def test_genes_and_markers_are_no_persons(name: str) -> None:
    assert scan_table(pd.DataFrame({name: [1.0, 2.0]}), [f"{name}.csv"]) == []


SHARED = Path(__file__).resolve().parents[4] / "shared" / "data"


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared data sets are not here")
@pytest.mark.parametrize(
    "table",
    [
        "abalone_age/abalone.csv",
        "breast_wisconsin_wdbc/wdbc.csv",
        "golub_leukemia/actual.csv",
        "golub_leukemia/data_set_ALL_AML_train.csv",
        "heart_disease_4sites/heart_4sites_combined.csv",
        "antimicrobial_peptides_iamp2l/sequences_labels.csv",
    ],
)
def test_tables_without_persons_are_left_alone(table: str) -> None:
    path = SHARED / table
    assert scan_table(pd.read_csv(path), [path.name]) == []


def test_genotypes_profiles_and_few_people_are_asked_about() -> None:
    rng = np.random.default_rng(1)
    snps = pd.DataFrame(rng.integers(0, 3, (60, 25)), columns=[f"rs{1000 + i}" for i in range(25)])
    assert [f.kind for f in scan_people(snps, 60)] == ["genotypes"]
    genes = pd.DataFrame(rng.normal(size=(60, 1_200)), columns=[f"G{i}A" for i in range(1_200)])
    assert [f.kind for f in scan_people(genes, 60)] == ["omics of single persons"]
    assert [f.kind for f in scan_people(genes.iloc[:, :50], 49)] == ["few people"]
    assert scan_people(genes.iloc[:, :50], 50) == []


def test_yes_no_columns_and_few_scores_are_no_genotypes() -> None:
    rng = np.random.default_rng(2)
    answers = pd.DataFrame(rng.integers(0, 2, (80, 40)).astype(float))
    assert scan_people(answers, 80) == []
    scores = pd.DataFrame(rng.integers(0, 3, (80, 19)).astype(float))
    assert scan_people(scores, 80) == []


def test_kinds_that_need_people_are_kinds_of_rules() -> None:
    assert {"picture", "children"} <= ONLY_OF_PEOPLE
