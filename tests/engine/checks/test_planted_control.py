"""Planted control against the power of a t test (a closed form), and against no effect."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import nct, t
from sklearn.linear_model import Ridge

from deepbench.checks.planted_control import EFFECTS, _Bench, _predicted, detectable_effect
from deepbench.data.samples import AllSamples, OutcomeInfo


def make(n, p, *, units=None, classes=2, seed=1):
    generator = np.random.default_rng(seed)
    unit = np.arange(n, dtype=np.int64) if units is None else np.arange(n) % units
    outcome = (unit % classes).astype(np.int64) if classes else generator.normal(size=n)[unit]
    task = "regression" if not classes else "binary" if classes == 2 else "multiclass"
    return AllSamples(
        features=pd.DataFrame(generator.normal(size=(n, p)), columns=[f"g{i}" for i in range(p)]),
        outcome=outcome,
        sample_ids=np.array([f"s{i}" for i in range(n)]),
        units=unit.astype(np.int64),
        annotations=pd.DataFrame(index=range(n)),
        info=OutcomeInfo("y", task, tuple("abcdef"[:classes])),
    )


def t_test_power(effect, n, tails):
    """Power of a t test on two groups of n / 2 at the 5 % level."""
    degrees = n - 2
    limit = t.ppf(1 - 0.05 / tails, degrees)
    return 1 - nct.cdf(limit, degrees, effect * np.sqrt(n) / 2)


def test_one_feature_has_about_the_power_of_a_t_test():
    record = detectable_effect(make(100, 1), seed=3)
    assert record.planted_features == 1
    assert record.repeats == 60
    for effect, power in zip(record.effects, record.power, strict=True):
        # Cross-validation has to find the direction of the effect too, and fits on four fifths;
        # sixty simulated studies are known to about a tenth.
        assert power <= t_test_power(effect, 100, 1) + 0.12
        assert power >= t_test_power(effect, 80, 2) - 0.15


def test_without_an_effect_one_study_in_twenty_finds_it(monkeypatch):
    monkeypatch.setattr("deepbench.checks.planted_control.EFFECTS", (0.0,))
    shares = [detectable_effect(make(60, 200, seed=s), seed=s).power[0] for s in range(5)]
    # 300 simulated studies: 5 % give or take three standard errors, and those of the threshold.
    assert 0.015 <= np.mean(shares) <= 0.09


def test_more_samples_find_smaller_effects_and_more_features_hide_them():
    few, many = (detectable_effect(make(n, 200), seed=1).smallest for n in (40, 300))
    assert few > 1.5 * many
    narrow, wide = (detectable_effect(make(80, p), seed=1).smallest for p in (20, 3000))
    assert wide > 1.5 * narrow


def test_rows_that_repeat_units_are_worth_less_than_units():
    samples = make(300, 60, units=30)
    repeated = samples.features.to_numpy()[:30][samples.units]
    table = pd.DataFrame(repeated, columns=samples.features.columns)
    repeats = detectable_effect(replace(samples, features=table), seed=1)
    units = detectable_effect(make(300, 60), seed=1)
    assert repeats.smallest > 1.5 * units.smallest


def test_the_real_outcome_does_not_matter():
    samples = make(80, 50)
    signal = samples.features.copy()
    signal.iloc[:, 0] += 5.0 * samples.outcome
    with_signal = detectable_effect(replace(samples, features=signal), seed=2)
    assert with_signal.power[0] < 0.5


@pytest.mark.parametrize("classes", [0, 3])
def test_measured_outcomes_and_several_classes(classes):
    record = detectable_effect(make(90, 40, classes=classes), seed=1)
    assert record.measure == ("AUROC" if classes else "correlation")
    assert record.power[-1] == 1.0
    assert list(record.effects) == list(EFFECTS)


def test_sentence_says_what_would_be_missed():
    record = detectable_effect(make(30, 5000), seed=1)
    assert record.sentence.startswith("Planted control: with 30 samples of 30 units")
    assert "missed" in record.sentence


def test_the_same_seed_gives_the_same_record_and_large_tables_are_cut():
    samples = make(900, 20)
    first, second = (detectable_effect(samples, seed=4) for _ in range(2))
    assert first == second
    assert "simulated with 699 of the samples" in first.sentence


def test_too_few_units_or_no_features():
    assert detectable_effect(make(40, 20, units=5), seed=1) is None
    assert detectable_effect(make(40, 0), seed=1) is None


def test_features_and_products_between_samples_give_the_same_predictions():
    generator = np.random.default_rng(2)
    table, labels = generator.normal(size=(50, 8)), generator.normal(size=(50, 2))
    rows = np.arange(50)
    folds = tuple((rows[rows % 5 != f], rows[rows % 5 == f]) for f in range(5))
    few = _Bench(table, np.zeros((0, 0)), table[:, :2], labels, rows, folds, ridge=3.0)
    many = replace(few, table=np.zeros((50, 0)), products=table @ table.T)
    one, other = _predicted(few, table, labels), _predicted(many, many.products, labels)
    np.testing.assert_allclose(one, other, atol=1e-10)
    # And those of scikit-learn, whose penalty stands in the same place.
    fit, tune = folds[0]
    mean = labels[fit].mean(axis=0)
    ridge = Ridge(alpha=3.0, fit_intercept=False).fit(table[fit], labels[fit] - mean)
    np.testing.assert_allclose(one[tune], ridge.predict(table[tune]), atol=1e-10)
