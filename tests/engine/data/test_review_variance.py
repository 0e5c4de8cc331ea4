"""PERMANOVA against explicit sums over distances; effective size against a table by hand."""

import numpy as np
import pandas as pd
import pytest

from deepbench.data.exploration import feature_space
from deepbench.data.findings.batch_variance import KIND, batch_variance_findings
from deepbench.data.findings.grouping import intraclass_correlations
from deepbench.data.review import review
from deepbench.data.review.effective_size import effective_size
from deepbench.data.review.variance import explained_variance, variance_shares
from deepbench.study.records import ReviewRecord


def table(n, p, seed=0):
    values = np.random.default_rng(seed).normal(size=(n, p))
    return pd.DataFrame(values, columns=[f"g{i}" for i in range(p)])


def anderson(frame, groups):
    """R² of Anderson 2001, equations 1 and 2: squared distances of all pairs of samples."""
    Z = frame.to_numpy()
    Z = (Z - Z.mean(axis=0)) / Z.std(axis=0)
    n = len(Z)
    total = within = 0.0
    for i in range(n):
        for j in range(i + 1, n):
            d2 = float(((Z[i] - Z[j]) ** 2).sum())
            total += d2 / n
            if groups[i] == groups[j]:
                within += d2 / np.sum(groups == groups[i])
    return 1 - within / total


@pytest.mark.parametrize("p", [5, 60])
def test_share_against_distances_of_all_pairs(p):
    frame = table(30, p)
    groups = np.random.default_rng(1).integers(0, 3, 30)
    space = feature_space(frame)
    assert (space.products is None) is (p == 5)
    found = explained_variance(space, groups, np.arange(30), labels=True, seed=1)
    assert found.share == pytest.approx(anderson(frame, groups), abs=1e-10)
    assert found.expected == pytest.approx(2 / 29)


@pytest.mark.parametrize("p", [5, 60])
def test_share_of_a_straight_line_is_the_mean_of_squared_correlations(p):
    frame = table(30, p)
    line = np.random.default_rng(2).normal(size=30)
    found = explained_variance(feature_space(frame), line, np.arange(30), labels=False, seed=1)
    squares = [np.corrcoef(line, frame[name])[0, 1] ** 2 for name in frame]
    assert found.share == pytest.approx(np.mean(squares), abs=1e-10)
    assert found.expected == pytest.approx(1 / 29)


@pytest.mark.parametrize("p", [4, 50])
def test_part_of_the_samples_is_the_space_of_that_part(p):
    frame = table(24, p)
    rows = np.arange(0, 24, 2)
    whole = feature_space(frame)
    part = whole.take(rows)
    Z = (frame - frame.mean()).to_numpy() / frame.std(ddof=0).to_numpy()
    centred = Z[rows] - Z[rows].mean(axis=0)
    weights = np.random.default_rng(3).normal(size=(12, 2))
    expected = ((centred.T @ weights) ** 2).sum(axis=0)
    assert part.squared_lengths(weights) == pytest.approx(expected, rel=1e-9)
    assert part.total == pytest.approx((centred**2).sum(), rel=1e-9)


@pytest.mark.parametrize("p", [6, 40])
@pytest.mark.parametrize("inside", [False, True])
def test_chance_against_permutations_drawn_by_hand(p, inside):
    """Whole units exchange, or rows inside units where the grouping changes inside them."""
    unit = np.repeat(np.arange(8), 3)
    generator = np.random.default_rng(4)
    frame = table(24, p) + generator.normal(size=(8, p))[unit]
    groups = np.tile([0, 1, 1], 8) if inside else (np.arange(8) % 2)[unit]
    found = explained_variance(feature_space(frame), groups, unit, labels=True, seed=2)
    shares = []
    for _ in range(300):
        if inside:
            drawn = np.concatenate([generator.permutation([0, 1, 1]) for _ in range(8)])
        else:
            drawn = generator.permutation(np.arange(8) % 2)[unit]
        shares.append(anderson(frame, drawn))
    as_large = np.mean(np.array(shares) >= anderson(frame, groups) - 1e-12)
    assert found.p == pytest.approx(as_large, abs=0.09)
    assert found.expected == pytest.approx(np.mean(shares), rel=0.12)


def test_a_batch_is_found_and_noise_is_not(make_samples):
    outcome = np.arange(80) % 2
    plate = np.arange(80) // 20
    samples = make_samples(outcome, noise=200, annotations={"plate": [f"p{c}" for c in plate]})
    shift = np.random.default_rng(7).normal(size=(4, 200))
    samples.features.iloc[:, :] = samples.features.to_numpy() + shift[plate]
    record = review(samples, {"batch": ("plate",)}, 1)
    outcome_share, batch_share = record.variance
    assert outcome_share.p > 0.05
    assert batch_share.p == 0.001
    (found,) = batch_variance_findings(record)
    assert (found.kind, found.severity, found.columns) == (KIND, "warning", ("plate",))
    assert "'plate' explains" in found.message
    assert any("plate' explains" in sentence for sentence in record.sentences)
    assert any(sentence.startswith("Principal component 1,") for sentence in record.sentences)


def test_clean_data_raises_no_alarm(make_samples):
    """At a level of 1 % per table, 25 tables give 0.25 on average; more than two are a fault."""
    alarms = 0
    for seed in range(25):
        generator = np.random.default_rng(seed)
        notes = {
            name: [f"{name} {c}" for c in generator.integers(0, 4, 60)]
            for name in ("plate", "site", "who")
        }
        samples = make_samples(np.arange(60) % 2, noise=100, annotations=notes, seed=seed)
        roles = {"batch": ("plate",), "site": ("site",), "operator": ("who",)}
        alarms += len(batch_variance_findings(review(samples, roles, seed)))
    assert alarms <= 2


def test_an_outcome_that_explains_more_is_no_finding(make_samples):
    outcome = np.arange(80) % 2
    plate = [f"p{i // 20}" for i in range(80)]
    samples = make_samples(outcome, noise=50, annotations={"plate": plate})
    samples.features.iloc[:, :] = samples.features.to_numpy() + 3 * outcome[:, None]
    record = review(samples, {"batch": ("plate",)}, 1)
    assert record.variance[0].share > 0.5
    assert batch_variance_findings(record) == ()


def test_dates_and_gaps(make_samples):
    value = np.random.default_rng(8).normal(size=60)
    day = [f"2024-{1 + i // 25:02d}-{1 + i % 25:02d}" for i in range(60)]
    site = ["north", "south", ""] * 20
    samples = make_samples(
        value, noise=100, annotations={"day": day, "site": site}, task="regression"
    )
    drift = np.linspace(-1, 1, 60)[:, None] * np.ones(100)
    samples.features.iloc[:, :] = samples.features.to_numpy() + drift
    space = feature_space(samples.features)
    shares = variance_shares(samples, {"date": ("day",), "site": ("site",)}, space, 1)
    own, by_site, by_day = shares
    assert (own.role, own.units, own.expected_by_chance) == ("outcome", 60, pytest.approx(1 / 59))
    assert (by_site.units, by_site.expected_by_chance) == (40, pytest.approx(1 / 39))
    assert by_day.expected_by_chance == pytest.approx(1 / 59)  # many days count as one line
    assert by_day.p == 0.001
    assert by_site.p > 0.05


def test_nothing_to_explain(make_samples):
    samples = make_samples(np.arange(20) % 2, noise=3)
    samples.features.iloc[:, :] = 1.0
    record = review(samples, {}, 1)
    assert (record.variance, record.associations, record.sentences) == ((), (), ())
    assert record.effective_samples == 20


def test_large_tables_permute_some_of_the_units(make_samples, monkeypatch):
    monkeypatch.setattr("deepbench.data.review.variance._MOST_PERMUTED", 40)
    frame = table(100, 4)
    frame["g0"] += 2 * (np.arange(100) % 2)
    found = explained_variance(
        feature_space(frame), np.arange(100) % 2, np.arange(100) // 2 * 2, labels=True, seed=1
    )
    assert found.share == pytest.approx(anderson(frame, np.arange(100) % 2), abs=1e-10)
    assert found.p < 0.01


# --- effective size -------------------------------------------------------------------------


def test_intraclass_correlation_by_hand():
    """Shrout and Fleiss 1979, table 2, as rows of targets: ICC(1) is 0.17."""
    ratings = np.array(
        [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
    )
    frame = pd.DataFrame({"rating": ratings.ravel().astype(float)})
    units = np.repeat(np.arange(6), 4)
    found = effective_size(feature_space(frame), units)
    assert found.correlation == pytest.approx(0.17, abs=0.005)
    assert found.correlation == pytest.approx(
        intraclass_correlations(frame.to_numpy(), units)[0], abs=1e-12
    )
    # Equal sizes: the number of rows over Kish's design effect.
    assert found.effective == pytest.approx(24 / (1 + 3 * found.correlation))


@pytest.mark.parametrize("p", [5, 80])
def test_effective_size_lies_between_units_and_rows(p):
    unit = np.repeat(np.arange(10), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    profile = np.random.default_rng(9).normal(size=(10, p))
    same = pd.DataFrame(profile[unit], columns=[f"g{i}" for i in range(p)])
    found = effective_size(feature_space(same), unit)
    assert found.correlation == pytest.approx(1.0)
    assert found.effective == pytest.approx(10)
    noise = effective_size(feature_space(table(55, p)), unit)
    assert abs(noise.correlation) < 0.2
    assert noise.effective > 30
    alike = effective_size(feature_space(same + table(55, p)), unit)
    assert 10 < alike.effective < noise.effective


def test_sentences_of_the_effective_size():
    unit = np.repeat(np.arange(10), 4)
    profile = np.random.default_rng(10).normal(size=(10, 6)) * 3
    alike = effective_size(feature_space(table(40, 6) + profile[unit]), unit)
    assert alike.sentence.startswith(
        f"40 rows of 10 units are worth about {alike.effective:.0f} independent samples"
    )
    assert effective_size(feature_space(table(40, 6)), np.arange(40)).sentence == ""
    noise = effective_size(feature_space(table(40, 400)), unit)
    assert noise.correlation < 0.05
    assert "hardly more alike" in noise.sentence


def test_record_is_the_same_for_the_same_seed(make_samples):
    samples = make_samples(np.arange(40) % 2, annotations={"plate": ["a", "b", "c", "d"] * 10})
    first, again = (review(samples, {"batch": ("plate",)}, 5) for _ in range(2))
    assert first == again
    assert ReviewRecord.model_validate_json(first.model_dump_json()) == first
