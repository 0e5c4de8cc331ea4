from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from deepbench.data.measurement_kinds import recognise
from deepbench.data.measurement_names import describes_sample, probe_share, taxon_share

from . import omics

SHARED = Path(__file__).parents[4] / "shared" / "data"
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason=f"no data sets in {SHARED}")
TAXA = [f"OTU_{number}" for number in range(120)]


def found(table, names=None, not_transformed=(), sheet_columns=(), **others):
    return recognise(omics.samples_of(table, names, **others), not_transformed, sheet_columns)


@pytest.mark.parametrize(
    ("table", "kind", "transform"),
    [
        (omics.counts(), "counts", "log1p-cpm"),
        (omics.counts(columns=50), "counts", "log1p-cpm"),
        (omics.counts(level=0.0), "counts", "log1p-cpm"),
        (omics.estimated_counts(), "counts", "log1p-cpm"),
        (omics.tpm(), "TPM or FPKM", "log2"),
        (omics.fpkm(), "TPM or FPKM", "log2"),
        (omics.log_intensities(), "log intensities", "none"),
        (np.log2(omics.tpm() + 1.0), "log intensities", "none"),
        (omics.intensities(), "intensities", "log2"),
        (omics.intensities().round(), "intensities", "log2"),
        (omics.intensities() - 300.0, "intensities", "none"),
        (omics.beta_values(), "beta values", "m-values"),
        (omics.shares(), "shares", "clr"),
        (100.0 * omics.shares(), "shares", "clr"),
    ],
)
def test_kinds_are_recognised_by_their_values(table, kind, transform):
    seen = found(table)
    assert (seen.kind, seen.transform) == (kind, transform)
    assert len(seen.columns) == table.shape[1]
    assert seen.left_alone == ()
    assert seen.why.endswith(".")


def test_reads_of_taxa_are_compositional():
    assert found(omics.taxa(), TAXA).kind == "compositional counts"
    assert found(omics.taxa(), TAXA).transform == "clr"


def test_probes_are_recognised_by_their_names():
    narrow = 0.3 + 0.4 * omics.beta_values()
    assert found(narrow).kind == "unknown"
    assert found(narrow, [f"cg{number:08d}" for number in range(120)]).kind == "beta values"


def test_values_below_zero_have_no_logarithm():
    seen = found(omics.intensities() - 300.0)
    assert "no logarithm" in seen.why


def _mixed() -> np.ndarray:
    generator = np.random.default_rng(8)
    return np.exp(generator.normal(generator.uniform(-5, 12, 120), 0.5, (60, 120)))


def _rescaled() -> np.ndarray:
    x = np.random.default_rng(9).normal(size=(60, 120))
    return (x - x.min(axis=0)) / (x.max(axis=0) - x.min(axis=0))


DRAW = np.random.default_rng(7)


@pytest.mark.parametrize(
    "table",
    [
        DRAW.normal(size=(60, 120)),
        DRAW.random((60, 120)),
        DRAW.integers(0, 2, (60, 120)).astype(float),
        DRAW.integers(0, 3, (60, 120)).astype(float),  # genotypes
        DRAW.integers(1, 8, (60, 120)).astype(float),  # answers on a scale
        np.clip(DRAW.normal(90.0, 70.0, (60, 120)), 0.0, 255.0).round(),  # pixels
        np.eye(60)[DRAW.integers(0, 60, 80)],
        _mixed(),
        _rescaled(),
        omics.counts(columns=49),
        omics.log_intensities() - omics.log_intensities().mean(axis=0),
    ],
    ids=[
        "normal", "uniform", "binary", "genotypes", "answers", "pixels", "indicators", "mixed",
        "rescaled", "few", "centred",
    ],
)  # fmt: skip
def test_anything_else_is_unknown_and_left_as_it_is(table):
    seen = found(table)
    assert (seen.kind, seen.transform, seen.columns) == ("unknown", "none", ())


def test_columns_that_do_not_fit_are_left_alone():
    generator = np.random.default_rng(1)
    others = {
        "age": generator.integers(20, 90, 60),
        "marker": generator.normal(3.0, 1.0, 60),
        "crp": generator.uniform(0.5, 9.0, 60),
    }
    seen = found(omics.counts(), **others)
    assert seen.kind == "counts"
    assert seen.left_alone == tuple(others)
    assert set(seen.columns).isdisjoint(others)


def test_what_the_plan_and_the_sheet_set_apart_is_left_alone():
    seen = found(
        omics.counts(),
        not_transformed=["G3"],
        sheet_columns=["platelets"],
        platelets=np.random.default_rng(1).integers(100, 400, 60),
    )
    assert seen.left_alone == ("G3", "platelets")


def test_flags_are_no_beta_values():
    seen = found(omics.beta_values(), carrier=np.arange(60) % 2)
    assert (seen.kind, seen.left_alone) == ("beta values", ("carrier",))


def test_gaps_do_not_hide_a_kind():
    for table, kind in (
        (omics.counts(), "counts"),
        (omics.intensities(), "intensities"),
        (omics.beta_values(), "beta values"),
    ):
        table[np.random.default_rng(3).random(table.shape) < 0.2] = np.nan
        table[:, 0] = np.nan
        table[5, 0] = 1.0
        assert found(table).kind == kind


def test_few_counts_below_zero_are_errors_and_no_other_measurement():
    table = omics.counts(rows=1_000)
    table[601, 4] = -3.0
    change = np.random.default_rng(1).normal(size=1_000).round(1)
    seen = found(table, change=change)
    assert (seen.kind, seen.left_alone) == ("counts", ("change",))
    table = omics.intensities()
    table[30, 4] = -3.0
    assert found(table).transform == "log2"


@pytest.mark.parametrize("name", ["age", "Age_years", "BMI", "pH", "RIN", "dose (mg)", "Alter"])
def test_names_that_describe_a_sample(name):
    assert describes_sample(name)


@pytest.mark.parametrize(
    "name",
    [
        "TP53",
        "AGER",
        "ENSG00000141510",
        "X1007_s_at",
        "Sex hormone binding globulin",
        "DAYSLEEPER",
    ],
)
def test_names_of_genes_describe_no_sample(name):
    assert not describes_sample(name)


def test_names_of_taxa_and_probes():
    taxa = [
        "k__Bacteria;p__Firmicutes", "OTU12", "ASV_0007", "d41d8cd98f00b204e9800998ecf8427e",
        "ACGT" * 30, "Lachnospiraceae", "Lactobacillus", "Faecalibacterium_prausnitzii",
    ]  # fmt: skip
    assert taxon_share(taxa) == 1.0
    assert taxon_share(["TP53", "ACTB", "females", "ENSG00000141510", "SVEP1", "CAT"]) == 0.0
    assert probe_share(["cg00000029", "ch.1.131529R", "CGA", "CHGA1"]) == 0.5


@needs_shared
def test_real_tables():
    arrays = pd.read_csv(SHARED / "golub_leukemia" / "data_set_ALL_AML_train.csv")
    values = arrays[[c for c in arrays.columns if c.isdigit()]].T.to_numpy(dtype=float)
    seen = found(values, list(arrays["Gene Accession Number"]))
    assert (seen.kind, seen.transform, len(seen.columns)) == ("intensities", "none", 7129)
    for path in (
        "breast_wisconsin_wdbc/wdbc.csv",
        "heart_disease_4sites/heart_4sites_combined.csv",
        "mice_protein/Data_Cortex_Nuclear.xls",
    ):
        read = pd.read_excel if path.endswith("xls") else pd.read_csv
        numbers = read(SHARED / path).select_dtypes("number")
        assert found(numbers.to_numpy(dtype=float), list(numbers.columns)).kind == "unknown"
