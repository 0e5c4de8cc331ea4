"""Samples that are nearly the same, and names that stand twice."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import beta

from deepbench.data.findings.base import FindingContext
from deepbench.data.findings.near_duplicates import (
    dimension,
    near_duplicate_pairs,
    ratio_below,
)
from deepbench.data.findings.registry import check, clean

from . import omics

SEEDS = range(40)


def planted(table, pairs=((3, 7),), noise=0.2, seed=0):
    """Return the table with the second row of each pair nearly the first."""
    generator = np.random.default_rng(seed)
    copied = table.copy()
    for first, second in pairs:
        slips = generator.normal(0, noise, table.shape[1]) * table.std(axis=0)
        copied[second] = table[first] + slips
    return copied


def normal(seed, n=120, p=60):
    return np.random.default_rng(seed).normal(size=(n, p))


def of(samples, **roles):
    context = FindingContext({role: (name,) for role, name in roles.items()}, 1)
    record = check(samples, context)
    return record, clean(samples, record)


def findings(record, kind):
    return [found for found in record.findings if found.kind == kind]


# --- the threshold --------------------------------------------------------------------------


@pytest.mark.parametrize("m", [2.0, 7.0, 30.0])
def test_the_ratio_of_distances_follows_the_beta_distribution(m):
    # r^m of the first and fifth neighbour follows Beta(1, 4).
    assert ratio_below(m, 1e-4) ** m == pytest.approx(beta.ppf(1e-4, 1, 4), rel=1e-6)
    assert ratio_below(np.inf, 1e-4) == 1.0


@pytest.mark.parametrize("m", [1, 3, 6])
def test_the_dimension_of_uniform_points(m):
    from scipy.spatial import cKDTree

    points = np.random.default_rng(m).random((4000, m))
    far = cKDTree(points).query(points, k=11)[0]
    found = dimension(float(np.median(far[:, 5] / far[:, 10])), 4000)
    assert found == pytest.approx(m, rel=0.15)


# --- planted --------------------------------------------------------------------------------


def test_planted_pairs_are_found_and_no_other():
    for seed in range(10):
        for n, p in ((40, 2000), (120, 60), (400, 25)):
            table = planted(normal(seed, n, p), ((3, 7), (5, 6)), seed=seed)
            assert near_duplicate_pairs(omics.samples_of(table)).tolist() == [[3, 7], [5, 6]]


@pytest.mark.parametrize("kind", [omics.counts, omics.tpm, omics.intensities, omics.shares])
def test_planted_pairs_in_skewed_measurements(kind):
    table = kind()
    table[7] = table[3] * np.exp(np.random.default_rng(0).normal(0, 0.05, table.shape[1]))
    assert near_duplicate_pairs(omics.samples_of(table)).tolist() == [[3, 7]]


def test_where_every_tube_was_measured_twice():
    tubes = np.repeat(normal(1, 40), 2, axis=0)
    table = tubes + 0.2 * normal(2, 80)
    assert len(near_duplicate_pairs(omics.samples_of(table))) == 40


def test_gaps_do_not_hide_them():
    table = planted(normal(0))
    table[np.random.default_rng(1).random(table.shape) < 0.05] = np.nan
    assert near_duplicate_pairs(omics.samples_of(table)).tolist() == [[3, 7]]


def test_pairs_of_one_outcome_become_one_unit():
    record, cleaned = of(omics.samples_of(planted(normal(0), ((3, 7), (3, 9)))))
    (found,) = findings(record, "near duplicates")
    assert (found.severity, found.decision) == ("warning", "kept together")
    assert found.samples == ("s3", "s7", "s9")
    assert cleaned.number_of_units == 118
    assert cleaned.units[3] == cleaned.units[7] == cleaned.units[9]


def test_pairs_of_two_outcomes_are_serious_and_named_as_pairs():
    record, cleaned = of(omics.samples_of(planted(normal(0), ((3, 8),))))
    (found,) = findings(record, "near duplicates")
    assert found.severity == "serious"
    assert "1 pair of samples is nearly the same" in found.message
    assert "'s3' and 's8'" in found.message
    assert cleaned.units[3] == cleaned.units[8]


def test_exact_copies_are_told_once():
    record, _ = of(omics.samples_of(planted(normal(0), noise=0.0)))
    assert len(findings(record, "duplicates")) == 1
    assert findings(record, "near duplicates") == []


def test_replicates_of_one_unit_raise_no_alarm():
    samples = omics.samples_of(np.repeat(normal(1, 40), 3, axis=0) + 0.2 * normal(2))
    together = replace(samples, units=np.repeat(np.arange(40), 3))
    assert len(near_duplicate_pairs(samples)) == 120
    assert len(near_duplicate_pairs(together)) == 0


# --- quiet ----------------------------------------------------------------------------------


def clusters(generator):
    """Three tissues, and three samples of a fourth far away."""
    tissue = generator.choice(3, size=200)
    table = 3 * generator.normal(size=(3, 200))[tissue] + generator.normal(size=(200, 200))
    table[:3] += 6 * generator.normal(size=200)
    return table


CLEAN = {
    "independent": lambda g: g.normal(size=(60, 500)),
    "few samples, long tails": lambda g: g.standard_t(2, size=(20, 25)),
    "one dimension": lambda g: (
        g.normal(size=(300, 1)) @ g.normal(size=(1, 40)) + 0.05 * g.normal(size=(300, 40))
    ),
    "five dimensions": lambda g: (
        g.normal(size=(300, 5)) @ g.normal(size=(5, 40)) + 0.05 * g.normal(size=(300, 40))
    ),
    "tissues": clusters,
    "genotypes": lambda g: g.integers(0, 3, (150, 60)).astype(float),
    "families": lambda g: np.repeat(g.normal(size=(40, 60)), 3, axis=0) + g.normal(size=(120, 60)),
    "pale and strong samples": lambda g: (
        g.normal(size=(200, 60)) * np.exp(g.normal(size=(200, 1)))
    ),
    "time course": lambda g: np.cumsum(g.normal(size=(200, 60)), axis=0),
}


@pytest.mark.parametrize("shape", CLEAN)
def test_clean_tables_stay_quiet(shape):
    alarms = [
        seed
        for seed in SEEDS
        if len(near_duplicate_pairs(omics.samples_of(CLEAN[shape](np.random.default_rng(seed)))))
    ]
    assert len(alarms) <= 1  # one in a hundred by design


# --- names ----------------------------------------------------------------------------------


def named(names, seed=0, **other):
    return replace(
        omics.samples_of(normal(seed, len(names), 25)),
        sample_ids=np.array(names, dtype=np.str_),
        **other,
    )


NAMES = [f"S{i}" for i in range(60)]


def test_a_name_that_stands_twice_with_different_values_blocks():
    names = [*NAMES[:50], "S4", *NAMES[51:]]
    record, _ = of(named(names), sample="name")
    (found,) = findings(record, "repeated names")
    assert (found.severity, found.samples) == ("blocking", ("S4",))
    assert "'S4'" in found.message
    assert findings(of(named(names))[0], "repeated names") == []  # no column names samples


def test_replicates_and_units_explain_names_that_stand_twice():
    names = [*NAMES[:50], "S4", *NAMES[51:]]
    units = np.arange(60)
    units[50] = 4
    assert not findings(of(named(names), sample="n", replicate="r")[0], "repeated names")
    together = named(names, units=units)
    assert not findings(of(together, sample="n", unit="u")[0], "repeated names")
    (found,) = findings(of(named(names), sample="n", unit="u")[0], "repeated names")
    assert (found.severity, found.where) == ("serious", "one name in several units")


def test_names_of_units_are_no_mistake():
    names = [f"mouse {i // 3}" for i in range(60)]
    units = np.repeat(np.arange(20), 3)
    record, cleaned = of(named(names, units=units), sample="n")
    (found,) = findings(record, "repeated names")
    assert (found.severity, found.decision) == ("warning", "kept together")
    assert cleaned.number_of_units == 20


def test_a_row_that_was_pasted_twice_can_be_left_out_alone():
    names = [*NAMES[:50], "S4", *NAMES[51:]]
    units = np.arange(60)
    units[50] = 4
    samples = named(names, units=units)
    samples.features.iloc[50] = samples.features.iloc[4].to_numpy()
    record, _ = of(samples, sample="n")
    (found,) = findings(record, "repeated names")
    assert (found.severity, found.samples) == ("warning", ("S4 (copy 2)",))
    gone = FindingContext({"sample": ("n",)}, 1, leave_out_samples=frozenset(found.samples))
    record = check(samples, gone)
    assert findings(record, "repeated names") == []
    assert record.left_out_samples == 1
    assert clean(samples, record).sample_ids.tolist() == [*NAMES[:50], *NAMES[51:]]
