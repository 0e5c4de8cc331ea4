"""Names that a spreadsheet damaged: which gene they were, and where nothing is said."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from deepbench.data.findings.base import FindingContext
from deepbench.data.findings.damaged_names import DamagedNames
from deepbench.data.findings.gene_dates import read_damaged, without_present
from deepbench.data.findings.gene_symbols import are_genes
from deepbench.data.findings.joined_columns import JoinedColumns
from deepbench.data.findings.registry import check

CALM = FindingContext({}, 1)
BINARY = np.arange(60) % 2
GENES = """TP53 BRCA1 EGFR MYC KRAS PTEN RB1 CDK4 IL6 TNF GAPDH ACTB HLA-DRB1 C1orf112 CXCL8 CCND1
STAT3 JAK2 NOTCH1 VEGFA MMP9 FOXP3 CD4 CD8A GATA3 ESR1 ERBB2 PIK3CA AKT1 MTOR HIF1A LDHA SOD2 CAT
NFKB1 TLR4 CASP3 BCL2 BAX MDM2""".split()
MOUSE = [name.capitalize() for name in GENES if "-" not in name and "orf" not in name]
CLINICAL = """Age Sex BMI CRP ALT AST Sodium Potassium Albumin Glucose Urea Creatinine Bilirubin
HDL LDL Weight Height Pulse SBP DBP Ferritin TSH""".split()


def symbols(name: str) -> list[str]:
    damaged = read_damaged(name)
    assert damaged is not None
    return [new for _, new in damaged.genes]


@pytest.mark.parametrize(
    ("name", "genes"),
    [
        ("2-Sep", ["SEPTIN2"]),
        ("02.Sep", ["SEPTIN2"]),
        ("2. Sept.", ["SEPTIN2"]),
        ("Sep-02", ["SEPTIN2"]),
        ("15-Sep", ["SELENOF"]),
        ("2 septembre", ["SEPTIN2"]),
        ("3-oct", ["POU5F1", "SLC22A3"]),
        ("4. Okt", ["POU5F1"]),
        ("5-mars", ["MARCHF5"]),
        ("05.Mrz", ["MARCHF5"]),
        ("5-März", ["MARCHF5"]),
        ("1-Mar", ["MARCHF1", "MTARC1"]),
        ("1-Mar.1", ["MARCHF1", "MTARC1"]),
        ("1-dic", ["DELEC1", "BHLHE40"]),
        ("01. Dez", ["DELEC1", "BHLHE40"]),
        ("01/09/2024", ["SEPTIN1"]),
        ("09/03/2024", ["MARCHF9", "SEPTIN3"]),
        ("01.09.2024", ["SEPTIN1"]),
        ("2024-09-02", ["SEPTIN2"]),
        ("2024-09-02 00:00:00", ["SEPTIN2"]),
        # "Sep-02" may have been read as September 2002.
        ("2002-09-01", ["SEPTIN1", "SEPTIN2"]),
        ("7-Jun", []),
    ],
)
def test_the_gene_of_a_date(name, genes):
    assert symbols(name) == genes


@pytest.mark.parametrize("day", [date(2021, 9, 2), date(2001, 3, 5), date(2024, 12, 1)])
def test_the_gene_of_a_number_of_days(day):
    as_windows = (pd.Timestamp(day) - pd.Timestamp("1899-12-30")).days
    as_old_macs = (pd.Timestamp(day) - pd.Timestamp("1904-01-01")).days
    expected = symbols(f"{day.day}-{day:%b}")
    assert symbols(str(as_windows))[: len(expected)] == expected
    assert symbols(str(as_old_macs))[-len(expected) :] == expected


def test_both_readings_of_a_number_of_days():
    assert symbols("44441") == ["SEPTIN2", "SEPTIN3"]  # 2 September 2021, 3 September 2025
    assert symbols("37135") == ["SEPTIN1", "SEPTIN2"]
    assert read_damaged("44000") is None  # in June
    assert read_damaged("12345") is None  # in 1933: an identifier


@pytest.mark.parametrize(
    ("name", "clone"), [("2.31E+19", "231····E13"), ("2,31E+19", "231····E13")]
)
def test_the_clone_of_a_floating_point_number(name, clone):
    assert float("2310009E13") == 2.310009e19
    assert read_damaged(name).clone == clone
    assert read_damaged("2.310009E+19").clone == "2310009E13"


@pytest.mark.parametrize(
    "name", "SEPT2 MARCH1 DEC1 may march sep-1 apr-1 1-3 E2F1 TP53 2-oxoglutarate 2.5E+03".split()
)
def test_names_that_are_no_dates(name):
    assert read_damaged(name) is None


def test_a_gene_that_stands_in_the_table_is_not_the_lost_one():
    damaged = read_damaged("1-Mar")
    assert without_present(damaged, {"MTARC1"}) == (("MARCH1", "MARCHF1"),)
    assert without_present(damaged, {"MARCH1"}) == (("MARC1", "MTARC1"),)
    assert len(without_present(damaged, {"MARCHF1", "MARC1"})) == 2


@pytest.fixture
def columns(make_samples):
    def _columns(names, seed=0):
        values = np.random.default_rng(seed).random((60, len(names)))
        return make_samples(BINARY, noise=0, features=dict(zip(names, values.T, strict=True)))

    return _columns


@pytest.mark.parametrize("name", ["2-Sep", "1-Mar.1", "44441", "2.31E+13", "2006-09-02", "1. Mrz"])
def test_one_damaged_name_among_genes_is_named(columns, name):
    (found,) = DamagedNames().find(columns([*GENES, name]), CALM)
    assert found.columns == (name,)
    assert found.decision == "kept"
    assert f"{name} → " in found.message


def test_the_finding_lists_the_likely_genes(columns):
    (found,) = DamagedNames().find(columns([*GENES, "2-Sep", "1-Mar"]), CALM)
    assert "2-Sep → SEPTIN2 (was SEPT2)" in found.message
    assert "1-Mar → MARCHF1 (was MARCH1) or MTARC1 (was MARC1)" in found.message
    (found,) = DamagedNames().find(columns([*MOUSE, "2-Sep"]), CALM)
    assert "Septin2 (was Sept2)" in found.message


@pytest.mark.parametrize("name", ["1-Mar", "2024-09-01", "44441"])
def test_dates_in_a_clinical_table_are_meant(columns, name):
    assert DamagedNames().find(columns([*CLINICAL, name]), CALM) == []
    numbered = [f"V{i}" for i in range(40)]
    assert DamagedNames().find(columns([*numbered, name]), CALM) == []


def test_names_of_many_days_are_meant(columns):
    days = [f"{day}-Mar" for day in range(1, 25)]
    assert DamagedNames().find(columns([*GENES[:5], *days]), CALM) == []
    whole = ["SEPT2", "MARCH1", "DEC1", "may", "march", "p53", "1-3", "2-oxoglutarate", "E2F1"]
    assert DamagedNames().find(columns([*GENES, *whole]), CALM) == []


def test_numbers_among_identifiers_are_no_days(columns):
    assert DamagedNames().find(columns([*GENES, "44441", "7157", "1956"]), CALM) == []


def test_what_names_of_genes_look_like():
    assert are_genes(GENES)
    assert are_genes(MOUSE)
    assert are_genes([f"ENSG{i:011d}" for i in range(100, 160)])
    assert are_genes([f"{1000 + 7 * i}_at" for i in range(60)])
    assert not are_genes(CLINICAL)
    assert not are_genes([f"X{i}" for i in range(100)])
    assert not are_genes([])


# --- columns that are two columns -----------------------------------------------------------


def joined(make_samples, cells, feature=False, name="reading"):
    given = {name: cells}
    samples = make_samples(BINARY, **({"features": given} if feature else {"annotations": given}))
    return JoinedColumns().find(samples, CALM)


def numbers(form, seed=0):
    generator = np.random.default_rng(seed)
    return [form.format(*generator.integers(10, 99, 3)) for _ in range(60)]


@pytest.mark.parametrize(
    ("form", "shown"),
    [
        ("1{}/{}", "number/number"),
        ("{}.1 ({}.2–{})", "number (number–number)"),
        ("{} ± 3", "number ± number"),
        ("{} +/- {}.5", "number ± number"),
        ("{} ({} %)", "number (number)"),
        ("{}x{}", "number×number"),
        ("{}; {}", "number;number"),
        ("male, {}", "text, number"),
        ("{}, female", "number, text"),
    ],
)
def test_cells_of_two_numbers(make_samples, form, shown):
    for feature in (False, True):
        (found,) = joined(make_samples, numbers(form), feature)
        assert found.columns == ("reading",)
        assert f"of the form {shown})" in found.message
        assert found.decision == ("kept" if feature else "left out")


def test_cells_of_two_texts(make_samples):
    cells = [f"{a};{b}" for a in ("ER+", "ER-") for b in ("HER2+", "HER2-")] * 15
    (found,) = joined(make_samples, cells, feature=True)
    assert "text;text" in found.message


@pytest.mark.parametrize(
    "cells",
    [
        ["12/03/2024", "13/03/2024", "14.03.2024", "2024-03-15"] * 15,
        ["40-49", "50-59", "60-69"] * 20,  # a class of ages is one thing
        ["stable", "no change, 2 visits", "lost", "died"] * 15,
        [f"no pain on day {i}, returned home; well" for i in range(60)],
        ["A/G", "A/A", "G/G"] * 20,
        ["120/80", "", "high"] * 20,
        ["1/2"] * 60,
    ],
)
def test_cells_of_one_thing(make_samples, cells):
    assert joined(make_samples, cells) == []


def test_identifiers_with_a_slash_stay_quiet(make_samples):
    assert joined(make_samples, numbers("{}/{}"), name="patient_id") == []


def test_a_joined_column_is_left_out_once(make_samples):
    samples = make_samples(BINARY, annotations={"pressure": numbers("1{}/{}", seed=7)})
    kinds = [f.kind for f in check(samples, CALM).findings if "pressure" in f.columns]
    assert kinds == ["joined columns"]
