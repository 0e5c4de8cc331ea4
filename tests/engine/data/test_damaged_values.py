"""Values that were harmed on their way into the table: each kind planted, and clean tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from deepbench.data.findings.base import Finding, FindingContext
from deepbench.data.findings.double_logarithms import DoubleLogarithms
from deepbench.data.findings.failed_samples import FailedSamples
from deepbench.data.findings.impossible_values import ImpossibleValues
from deepbench.data.findings.mixed_scales import MixedScales
from deepbench.data.findings.mixed_units import MixedUnits
from deepbench.data.findings.registry import FINDINGS, check
from deepbench.data.findings.reversed_samples import ReversedSamples
from deepbench.data.findings.values_at_limits import ValuesAtLimits
from deepbench.data.findings.zeros_for_gaps import ZerosForGaps
from deepbench.data.samples import AllSamples
from deepbench.study.records import FindingRecord

from . import omics

CALM = FindingContext({}, 1)
BY_SITE = FindingContext({"site": ("hospital",)}, 1)
OWN = (
    "damaged names",
    "joined columns",
    "near duplicates",
    "repeated names",
    "mixed scales",
    "mixed units",
    "values at a limit",
    "zeros for gaps",
    "impossible values",
    "failed samples",
    "reversed samples",
    "logarithm taken twice",
)
SHARED = Path(__file__).parents[4] / "shared" / "data"


def only(finding: Finding, samples: AllSamples, context: FindingContext = CALM) -> FindingRecord:
    (found,) = finding.find(samples, context)
    assert found.message.endswith(".")
    return found


def rows(*numbers: int) -> tuple[str, ...]:
    return tuple(f"s{number}" for number in numbers)


# --- scales of samples ----------------------------------------------------------------------


@pytest.mark.parametrize(("base", "logarithm"), [("2", np.log2), ("e", np.log), ("10", np.log10)])
@pytest.mark.parametrize("some", [(4,), tuple(range(10, 24))])
def test_some_samples_on_a_logarithmic_scale(base, logarithm, some):
    table = omics.intensities()
    table[list(some)] = logarithm(table[list(some)] + 1)
    found = only(MixedScales(), omics.samples_of(table))
    assert (found.severity, found.samples) == ("serious", rows(*some))
    assert f"logarithms (to base {base}," in found.message


def test_the_fewer_are_named():
    table = np.log2(omics.counts() + 1)
    table[:5] = omics.counts()[:5]
    assert only(MixedScales(), omics.samples_of(table)).samples == rows(0, 1, 2, 3, 4)


@pytest.mark.parametrize("factor", [100.0, 1000.0])
def test_some_samples_in_another_unit(factor):
    table = omics.fpkm()
    table[:8] *= factor
    found = only(MixedScales(), omics.samples_of(table))
    assert found.samples == rows(*range(8))
    assert f"about {factor:,.0f} times" in found.message


def test_a_sample_of_low_depth_is_on_no_other_scale():
    table = omics.counts()
    table[3] = np.round(table[3] / 10)
    assert MixedScales().find(omics.samples_of(table), CALM) == []


# --- units of columns -----------------------------------------------------------------------


def clinic(seed: int, n: int = 160) -> AllSamples:
    """A clinical table: sites, skewed and rounded measurements, scores, doses, counts."""
    generator = np.random.default_rng([seed, 5])
    columns = {
        "age": generator.integers(20, 90, n),
        "bmi": generator.normal(26, 4, n).round(1),
        "crp": generator.lognormal(1, 1, n).round(1),
        "glucose": generator.lognormal(4.6, 0.25, n).round(),
        "height": generator.normal(170, 9, n).round(),
        "temperature": generator.normal(37, 0.5, n).round(1),
        "score": generator.normal(0, 1, n),
        "pain": generator.integers(0, 11, n),
        "viability": np.minimum(100, generator.normal(90, 5, n)).round(),
        "dose": generator.choice([1, 10, 100], n),
        "cycles": generator.poisson(2, n),
        "titre": 2.0 ** generator.integers(0, 9, n),
        "time": generator.exponential(30, n).round(1),
    }
    columns |= {f"protein {i}": generator.lognormal(2, 1, n) for i in range(20)}
    site = generator.choice(["north", "south", "west"], n)
    frame = pd.DataFrame({name: np.asarray(v, dtype=np.float64) for name, v in columns.items()})
    samples = omics.samples_of(frame.to_numpy(), list(columns))
    notes = pd.DataFrame({"hospital": site}, dtype=object)
    return replace(samples, annotations=notes)


def converted(column: str, how: Callable[[pd.Series], pd.Series], site: str = "south"):
    samples = clinic(0)
    here = (samples.annotations["hospital"] == site).to_numpy()
    samples.features.loc[here, column] = how(samples.features.loc[here, column])
    return samples, tuple(samples.sample_ids[here])


@pytest.mark.parametrize(
    ("column", "how", "said"),
    [
        ("glucose", lambda v: v / 18.016, "smaller by a factor of about 18.02 (mg/dl and mmol/l"),
        ("height", lambda v: v / 2.54, "smaller by a factor of about 2.54 (inches"),
        ("height", lambda v: v / 100, "smaller by a factor of about 100 "),
        ("bmi", lambda v: v * 10, "larger by a factor of about 10 "),
        ("crp", lambda v: v * 1e6, "larger by a factor of about 1,000,000 "),
        ("temperature", lambda v: 1.8 * v + 32, "larger as by degrees Fahrenheit"),
    ],
)
@pytest.mark.parametrize("context", [CALM, BY_SITE])
def test_one_site_in_another_unit(column, how, said, context):
    samples, fewer = converted(column, how)
    found = only(MixedUnits(), samples, context)
    assert (found.severity, found.columns, found.samples) == ("serious", (column,), fewer)
    assert said in found.message
    assert ("'south' of 'hospital'" in found.message) == (context is BY_SITE)


def test_two_sites_of_three_in_another_unit_name_the_third():
    samples, fewer = converted("glucose", lambda values: values * 18.016)
    others = ~np.isin(samples.sample_ids, fewer)
    samples.features.loc[others, "glucose"] /= 3.0
    samples.features.loc[:, "glucose"] = samples.features["glucose"].round(2)
    samples.features.loc[others, "glucose"] *= 3.0
    assert only(MixedUnits(), samples, BY_SITE).samples == fewer


def test_a_site_with_the_opposite_sign():
    samples = clinic(0)
    here = (samples.annotations["hospital"] == "west").to_numpy()
    change = np.random.default_rng(9).lognormal(0, 0.3, len(samples))
    samples.features["change"] = np.where(here, -change, change)
    found = only(MixedUnits(), samples, BY_SITE)
    assert found.columns == ("change",)
    assert "of another sign" in found.message
    assert found.samples == tuple(samples.sample_ids[here])


# --- limits ---------------------------------------------------------------------------------


@pytest.mark.parametrize("limit", [65_535.0, 4_095.0])
def test_a_saturated_detector(limit):
    table = omics.intensities()
    top = np.argsort(-np.median(table, axis=0))[:6]
    scaled = table * (limit / np.quantile(table[:, top], 0.3))
    found = only(ValuesAtLimits(), omics.samples_of(np.minimum(scaled, limit)))
    assert (found.severity, found.where) == ("warning", "largest values")
    saturated = (scaled >= limit).sum(axis=0)
    assert {f"G{i}" for i in np.flatnonzero(saturated >= 5)} <= set(found.columns)
    assert f"{limit:,.0f}" in found.message


def test_cycles_that_end_at_forty_and_values_below_detection():
    samples = clinic(0)
    generator = np.random.default_rng(3)
    samples.features["Ct"] = np.minimum(generator.normal(37, 3, len(samples)), 40.0)
    samples.features["IL6"] = np.maximum(generator.lognormal(0, 1, len(samples)), 0.5)
    largest, smallest = ValuesAtLimits().find(samples, CALM)
    count = int((samples.features["Ct"] == 40.0).sum())
    assert (largest.columns, smallest.columns) == (("Ct",), ("IL6",))
    assert f"{count} cells of 'Ct'" in largest.message
    assert smallest.severity == "info"


def test_zeros_where_nothing_was_measured():
    samples = clinic(0)
    samples.features.loc[[4, 9, 30], "glucose"] = 0.0
    found = only(ZerosForGaps(), samples)
    assert found.columns == ("glucose",)
    assert "3 cells of 'glucose' (in 3 samples)" in found.message


# --- samples --------------------------------------------------------------------------------


def test_empty_and_pale_samples():
    table = omics.counts()
    table[5] = 0.0
    table[[8, 20]] = np.floor(table[[8, 20]] / 300)
    empty, pale = FailedSamples().find(omics.samples_of(table), CALM)
    assert (empty.severity, empty.samples) == ("serious", rows(5))
    assert "nothing but zeros" in empty.message
    assert (pale.severity, pale.samples) == ("warning", rows(8, 20))
    table = omics.log_intensities()
    table[5] = 7.0
    found = only(FailedSamples(), omics.samples_of(table))
    assert "the same value" in found.message


def test_an_empty_row_is_the_affair_of_missing_values():
    table = omics.log_intensities()
    table[5] = np.nan
    assert FailedSamples().find(omics.samples_of(table), CALM) == []


def test_reversed_samples():
    profile = np.random.default_rng(0).normal(0, 2, 120)
    table = profile + np.random.default_rng(1).normal(0, 1, (60, 120))
    table[[2, 7]] *= -1
    found = only(ReversedSamples(), omics.samples_of(table))
    assert (found.severity, found.samples) == ("serious", rows(2, 7))


# --- impossible values, logarithms ----------------------------------------------------------


@pytest.mark.parametrize("table", [omics.counts(), omics.tpm()])
def test_few_negative_counts(table):
    table[3, 10], table[3, 11], table[40, 10] = -1.0, -99.0, -1.0
    found = only(ImpossibleValues(), omics.samples_of(table))
    assert found.severity == "serious"
    assert (found.columns, found.samples) == (("G10", "G11"), rows(3, 40))
    assert "3 cells" in found.message


def test_intensities_less_their_background_may_be_negative():
    assert ImpossibleValues().find(omics.samples_of(omics.intensities() - 300.0), CALM) == []


def test_a_logarithm_of_a_logarithm():
    generator = np.random.default_rng(1)
    once = generator.normal(8, 2.2, 300).clip(4, 14) + generator.normal(0, 0.4, (60, 300))
    found = only(DoubleLogarithms(), omics.samples_of(np.log2(once.clip(3, 15))))
    assert found.severity == "warning"
    for base in (2.0, np.e, 10.0):
        assert DoubleLogarithms().find(omics.samples_of(once / np.log2(base)), CALM) == []


# --- clean tables ---------------------------------------------------------------------------


def expression(form: str, seed: int) -> AllSamples:
    """Measurements of genes as counts, intensities or what is made of them; never damaged."""
    generator = np.random.default_rng([seed, 8])
    level = generator.normal(7.5, 2.0, 120)
    logs = level + generator.normal(0, 0.5, (60, 120)) + generator.normal(0, 0.2, (60, 1))
    counts = generator.negative_binomial(3, 3 / (3 + np.exp2(logs - 2))).astype(float)
    if form == "quantile":
        table = np.sort(logs, axis=1).mean(axis=0)[logs.argsort(axis=1).argsort(axis=1)]
    else:
        table = {
            "counts": counts,
            "depths": np.round(counts * np.exp(generator.normal(0, 0.5, (60, 1)))),
            "shares": counts / counts.sum(axis=1, keepdims=True),
            "sparse": generator.poisson(np.exp(generator.normal(-2, 2, 120)), (60, 120)) * 1.0,
            "log counts": np.log2(counts + 1),
            "intensities": np.exp2(logs).round(),
            "log": logs,
            "log10": logs / np.log2(10),
            "ratios": logs - level,
            "z": (logs - logs.mean(axis=0)) / logs.std(axis=0),
            "less background": np.exp2(logs) - 100,
        }[form]
    return omics.samples_of(table)


FORMS = "counts depths shares sparse intensities log log10 ratios z quantile".split()
FORMS += ["log counts", "less background"]


@pytest.mark.parametrize("form", [*FORMS, "clinic"])
def test_clean_tables_stay_quiet(form):
    looking = [finding for finding in FINDINGS if finding.kind in OWN]
    assert len(looking) == len(OWN)
    alarms: Counter[str] = Counter()
    for seed in range(40):
        samples = clinic(seed) if form == "clinic" else expression(form, seed)
        context = BY_SITE if form == "clinic" else CALM
        alarms.update(f.kind for finding in looking for f in finding.find(samples, context))
    assert alarms.total() == 0, alarms


@pytest.mark.skipif(not SHARED.is_dir(), reason=f"no data sets in {SHARED}")
def test_golub_turned_round():
    def samples_in_rows(name: str) -> pd.DataFrame:
        table = pd.read_csv(SHARED / "golub_leukemia" / name, index_col="Gene Accession Number")
        return table[[column for column in table.columns if column.isdecimal()]].T

    table = pd.concat(
        [samples_in_rows(f"data_set_ALL_AML_{part}.csv") for part in ("train", "independent")]
    )
    samples = omics.samples_of(table.to_numpy(dtype=np.float64), list(table.columns))
    assert [f.kind for f in check(samples, CALM).findings if f.kind in OWN] == []


@pytest.mark.skipif(not SHARED.is_dir(), reason=f"no data sets in {SHARED}")
def test_zeros_of_the_heart_table():
    table = pd.read_csv(SHARED / "heart_disease_4sites" / "heart_4sites_combined.csv")
    numbers = table.select_dtypes("number").drop(columns="num").astype(np.float64)
    samples = omics.samples_of(numbers.to_numpy(), list(numbers.columns))
    found = only(ZerosForGaps(), samples)
    assert found.columns == ("chol", "trestbps")
    assert f"{int((numbers[['chol', 'trestbps']] == 0).sum().sum())} cells" in found.message
