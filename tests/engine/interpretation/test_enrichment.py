"""Enrichment: planted sets are found; without a signal p-values are uniform, genes correlated."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import kstest, mannwhitneyu

from deepbench.data.multiplicity import benjamini_hochberg
from deepbench.interpretation.enrichment import SetTests, enriched_sets, within_classes
from deepbench.interpretation.enrichment_record import SetResults, enrichment_record
from deepbench.interpretation.gene_sets import GeneSet, GeneSets
from deepbench.interpretation.gene_sets_matching import match_genes
from deepbench.study.records import ImportancesRecord

Floats = NDArray[np.float64]
BLOCKS, SIZE = 200, 20


def correlated(seed: int, rows: int = 80) -> Floats:
    """Blocks of genes with a correlation of 0.6."""
    generator = np.random.default_rng(seed)
    shared = np.repeat(generator.normal(size=(rows, BLOCKS)), SIZE, axis=1)
    return np.sqrt(0.6) * shared + np.sqrt(0.4) * generator.normal(size=shared.shape)


def association(x: Floats, y: NDArray[np.int64]) -> Floats:
    return np.abs((y - y.mean()) @ (x - x.mean(axis=0)))


def of_sets(x: Floats, y: NDArray[np.int64], members: list[NDArray[np.int64]]) -> SetTests:
    left = within_classes(x, y.astype(np.float64), np.arange(len(y)), classes=True)
    return enriched_sets(association(x, y), [list(m) for m in members], left, seed=1)


def test_without_a_signal_p_values_are_uniform_though_genes_of_a_set_go_together() -> None:
    x = correlated(0)
    y = np.random.default_rng(1).permutation(np.arange(80) % 2)
    blocks = [np.arange(i * SIZE, (i + 1) * SIZE) for i in range(BLOCKS)]
    found = of_sets(x, y, blocks).p
    assert kstest(found, "uniform").pvalue > 0.01
    importance = association(x, y)
    naive = [
        mannwhitneyu(importance[b], np.delete(importance, b), alternative="greater").pvalue
        for b in blocks
    ]
    # Shuffling genes as if they were independent calls a fifth of these sets.
    assert np.mean(np.array(naive) < 0.05) > 0.15
    assert np.mean(found < 0.05) < 0.1


def test_random_sets_have_uniform_p_values() -> None:
    x = correlated(2)
    y = np.random.default_rng(3).permutation(np.arange(80) % 2)
    generator = np.random.default_rng(4)
    sets = [generator.choice(BLOCKS * SIZE, 15, replace=False) for _ in range(200)]
    assert kstest(of_sets(x, y, sets).p, "uniform").pvalue > 0.01


def test_independent_features_give_the_p_value_of_the_rank_sum_test() -> None:
    generator = np.random.default_rng(5)
    x = generator.normal(size=(400, 300))
    importance = generator.random(300)
    importance[:12] += 0.25
    left = within_classes(x, np.arange(400) % 2.0, np.arange(400), classes=True)
    members = [np.arange(12), np.arange(40, 60), np.arange(100, 105)]
    found = enriched_sets(importance, [list(m) for m in members], left, seed=1, draws=8_000)
    for number, own in enumerate(members):
        other = mannwhitneyu(importance[own], np.delete(importance, own), alternative="greater")
        assert found.p[number] == pytest.approx(other.pvalue, rel=0.35, abs=0.02)
        pairs = len(own) * (300 - len(own))
        assert found.score[number] == pytest.approx(other.statistic / pairs)
    assert found.q == pytest.approx(benjamini_hochberg(found.p.tolist()))


def test_a_planted_set_is_found() -> None:
    x = correlated(6)
    y = np.arange(80) % 2
    planted = np.arange(0, 400, 20)  # one gene of each of twenty blocks
    x[:, planted] += 1.2 * y[:, None]
    generator = np.random.default_rng(7)
    sets = [planted, *(generator.choice(np.arange(400, 4000), 20) for _ in range(199))]
    found = of_sets(x, y, [np.unique(one) for one in sets])
    assert found.q[0] < 0.001
    assert found.score[0] > 0.9
    assert int((found.q < 0.05).sum()) <= 3


def test_features_not_used_tie() -> None:
    """A sparse model: two features of the set are used among hundreds that are not."""
    x = correlated(8)
    importance = np.zeros(4_000)
    importance[[0, 40, 900]] = 1.0, 2.0, 3.0
    left = within_classes(x, np.arange(80) % 2.0, np.arange(80), classes=True)
    found = enriched_sets(importance, [[0, 40, 80, 120, 160], [200, 220, 240, 260, 280]], left, 1)
    assert found.p[0] < 0.02
    assert found.p[1] == pytest.approx(1.0)
    assert found.score[1] == pytest.approx(0.5, abs=0.01)


def test_what_the_outcome_explains_is_taken_out_and_units_are_averaged() -> None:
    generator = np.random.default_rng(9)
    y = np.repeat(np.arange(20) % 2, 3)
    units = np.repeat(np.arange(20), 3)
    x = generator.normal(size=(60, 4)) + 5.0 * y[:, None]
    found = within_classes(x, y.astype(np.float64), units, classes=True)
    assert found.shape == (20, 4)
    assert (found**2).sum(axis=0) == pytest.approx(1.0)
    for code in (0, 1):
        assert found[np.arange(20) % 2 == code].mean(axis=0) == pytest.approx(0.0, abs=1e-12)
    line = within_classes(x, x[:, 0], np.arange(60), classes=False)
    assert line[:, 0] == pytest.approx(0.0)


def record_of(
    features: tuple[str, ...], importance: Floats, clears: list[bool]
) -> ImportancesRecord:
    order = np.argsort(-importance)
    empty = (None,) * len(features)
    return ImportancesRecord(
        model="linear",
        unit="",
        effect_name="",
        features=tuple(features[i] for i in order),
        importance=tuple(float(importance[i]) for i in order),
        low=tuple(float(importance[i]) for i in order),
        high=tuple(float(importance[i]) for i in order),
        twin=empty,
        direction=empty,
        effect=empty,
        effect_p=empty,
        clears_twin=tuple(clears[i] for i in order),
        threshold=None,
    )


def test_the_record_names_hits_in_order_and_says_what_matched() -> None:
    features = tuple(f"GENE{i}" for i in range(40))
    importance = np.linspace(1.0, 0.0, 40)[::-1].copy()
    sets = GeneSets(
        "mine.gmt",
        (
            GeneSet("TOP", (*features[30:40], "UNKNOWN")),
            GeneSet("LOW", features[:10]),
            GeneSet("TINY", features[:2]),
        ),
    )
    own = match_genes(features, sets)
    left = within_classes(
        np.random.default_rng(1).normal(size=(60, 40)),
        np.arange(60) % 2.0,
        np.arange(60),
        classes=True,
    )
    tests = enriched_sets(importance, [own.members[0], own.members[1]], left, 1)
    clears = [i >= 35 for i in range(40)]
    found = SetResults(sets, own, (0, 1), tests, features, record_of(features, importance, clears))
    record = enrichment_record(found, "linear model")
    assert [one.name for one in record.sets] == ["TOP", "LOW"]
    assert record.sets[0].hits == ("GENE39", "GENE38", "GENE37", "GENE36", "GENE35")
    assert (record.sets[0].size, record.sets[0].measured) == (11, 10)
    assert (record.genes, record.file_genes, record.tested) == (20, 21, 2)
    said = " ".join(record.sentences)
    assert "20 of 21 genes in mine.gmt are among the features" in said
    assert "2 of 3 sets have 5 to 500 measured genes" in said
    assert "1 set matters more to the linear model" in said


def test_names_that_do_not_fit_are_shown_side_by_side() -> None:
    sets = GeneSets("mine.gmt", (GeneSet("A", ("ENSG00000141510", "ENSG00000136997")),))
    features = ("TP53", "MYC")
    own = match_genes(features, sets)
    tests = SetTests(np.zeros(0), np.zeros(0), np.zeros(0))
    importances = record_of(features, np.array([1.0, 0.5]), [True, False])
    record = enrichment_record(SetResults(sets, own, (), tests, features, importances), "SVM")
    assert record.sets == ()
    assert "names such as 'TP53', the file such as 'ENSG00000141510'" in record.sentences[-1]
