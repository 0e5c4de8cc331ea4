"""Effect sizes against scipy and closed forms, intervals and p-values over units."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from deepbench.data.findings.label_tests import cramers_v, cross_table
from deepbench.data.multiplicity import holm
from deepbench.data.review.associations import associations, squared_v
from deepbench.data.review.exchange import Exchange


def texts(codes):
    return [f"v{code}" for code in codes]


def days(numbers):
    start = pd.Timestamp("2024-01-01")
    return [str((start + pd.Timedelta(days=int(d))).date()) for d in numbers]


def only(samples, **roles):
    (found,) = associations(samples, {role: (name,) for role, name in roles.items()}, 3)
    return found


def test_cramers_v_is_that_of_the_finding_and_of_scipys_chi_square(make_samples):
    generator = np.random.default_rng(1)
    outcome = generator.integers(0, 3, 240)
    plate = (outcome + (generator.random(240) < 0.6) * generator.integers(0, 4, 240)) % 4
    found = only(make_samples(outcome, annotations={"plate": texts(plate)}), batch="plate")
    table = np.asarray(pd.crosstab(plate, outcome))
    n, (r, k) = 240, table.shape
    phi2 = stats.chi2_contingency(table, correction=False).statistic / n
    phi2 -= (r - 1) * (k - 1) / (n - 1)
    smaller = min(r - (r - 1) ** 2 / (n - 1), k - (k - 1) ** 2 / (n - 1)) - 1
    assert found.measure == "Cramér's V"
    assert found.value == pytest.approx(np.sqrt(phi2 / smaller), abs=1e-12)
    assert found.value == pytest.approx(cramers_v(cross_table(plate, outcome)), abs=1e-12)
    assert found.low < found.value < found.high
    assert found.units == 240


def test_corrected_v_of_many_tables_leaves_empty_lines_out():
    full = np.array([[8.0, 2.0, 0.0], [1.0, 9.0, 0.0], [0.0, 0.0, 0.0]])
    small = full[:2, :2]
    assert squared_v(full[None])[0] == pytest.approx(squared_v(small[None])[0], abs=1e-12)
    assert np.isnan(squared_v(np.array([[[5.0], [5.0]]]))[0])


def test_eta_squared_against_the_f_test(make_samples):
    generator = np.random.default_rng(2)
    group = generator.integers(0, 3, 90)
    value = group + generator.normal(size=90)
    samples = make_samples(value, annotations={"site": texts(group)}, task="regression")
    found = only(samples, site="site")
    f = stats.f_oneway(*(value[group == g] for g in range(3))).statistic
    assert found.measure == "eta squared"
    assert found.value == pytest.approx(2 * f / (2 * f + 87), abs=1e-12)


def test_epsilon_squared_against_kruskal_and_wallis(make_samples):
    generator = np.random.default_rng(3)
    outcome = generator.integers(0, 3, 100)
    day = generator.integers(0, 60, 100) + 20 * outcome
    found = only(make_samples(outcome, annotations={"day": days(day)}), date="day")
    h = stats.kruskal(*(day[outcome == c] for c in range(3))).statistic
    assert found.measure == "epsilon squared"
    assert found.value == pytest.approx(h / 99, abs=1e-12)


def test_spearman_against_scipy(make_samples):
    generator = np.random.default_rng(4)
    value = generator.normal(size=80)
    day = np.argsort(np.argsort(-value + generator.normal(size=80)))
    samples = make_samples(value, annotations={"day": days(day)}, task="regression")
    found = only(samples, date="day")
    assert found.measure == "Spearman correlation"
    assert found.value == pytest.approx(stats.spearmanr(value, day).statistic, abs=1e-12)
    assert found.value < 0
    assert found.low < found.value < found.high < 0


def test_p_values_are_near_those_of_the_asymptotic_tests(make_samples):
    generator = np.random.default_rng(5)
    outcome = np.arange(300) % 2
    plate = np.where(generator.random(300) < 0.12, outcome, generator.integers(0, 2, 300))
    found = only(make_samples(outcome, annotations={"plate": texts(plate)}), batch="plate")
    exact = stats.chi2_contingency(pd.crosstab(plate, outcome), correction=False).pvalue
    assert found.p == pytest.approx(exact, abs=0.03)


def test_rows_of_a_unit_count_once(make_samples):
    """Ten rows of each unit are no more evidence than one, and give the same number."""
    generator = np.random.default_rng(6)
    outcome, plate = generator.integers(0, 2, 40), generator.integers(0, 3, 40)
    single = only(make_samples(outcome, annotations={"plate": texts(plate)}), batch="plate")
    unit = np.repeat(np.arange(40), 10)
    rows = make_samples(outcome[unit], annotations={"plate": texts(plate[unit])}, units=unit)
    repeated = only(rows, batch="plate")
    assert repeated == single


def test_rows_of_a_unit_count_once_also_where_the_batch_changes_inside_it(make_samples):
    outcome = np.repeat(np.arange(20) % 2, 6)
    plate = np.tile([0, 0, 1, 1, 2, 2], 20)
    samples = make_samples(
        outcome, annotations={"plate": texts(plate)}, units=np.repeat(np.arange(20), 6)
    )
    found = only(samples, batch="plate")
    assert (found.units, found.value) == (20, 0.0)
    assert found.p > 0.5


def test_a_treatment_given_to_each_patient_after_the_first_visit_is_the_visit(make_samples):
    """The outcome changes inside units only, and goes with the time point entirely."""
    outcome = np.tile([0, 1], 30)
    samples = make_samples(
        outcome, annotations={"visit": texts(outcome)}, units=np.repeat(np.arange(30), 2)
    )
    found = only(samples, timepoint="visit")
    assert found.value == pytest.approx(1.0, abs=1e-9)
    assert (found.low, found.high) == (pytest.approx(1.0), pytest.approx(1.0))
    assert found.p == 0.001


def test_noise_is_rarely_significant_whatever_the_units_are(make_samples):
    """Units of five rows: a test over rows would find far too much (checked beside it)."""
    over_units, over_rows = 0, 0
    unit = np.repeat(np.arange(24), 5)
    for seed in range(40):
        generator = np.random.default_rng(seed)
        outcome, plate = generator.integers(0, 2, 24), generator.integers(0, 2, 24)
        samples = make_samples(
            outcome[unit], annotations={"plate": texts(plate[unit])}, units=unit
        )
        over_units += only(samples, batch="plate").p <= 0.05
        table = pd.crosstab(plate[unit], outcome[unit])
        over_rows += stats.chi2_contingency(table, correction=False).pvalue <= 0.05
    assert over_units <= 5
    assert over_rows >= 10


def test_intervals_hold_the_truth_about_as_often_as_they_say(make_samples):
    """V of a table with shares 0.35 and 0.15 is 0.4 in the population."""
    held = 0
    for seed in range(60):
        generator = np.random.default_rng(seed)
        cell = generator.choice(4, size=150, p=[0.35, 0.15, 0.15, 0.35])
        samples = make_samples(cell // 2, annotations={"plate": texts(cell % 2)})
        found = only(samples, batch="plate")
        held += found.low <= 0.4 <= found.high
    assert held >= 52


def test_what_cannot_tell_anything_is_left_out(make_samples):
    outcome = np.arange(40) % 2
    notes = {
        "one": ["a"] * 40,
        "each": texts(range(40)),
        "gappy": ["a", "", "b", ""] * 10,
        "age": [str(20 + i) for i in range(40)],
    }
    samples = make_samples(outcome, annotations=notes)
    assert associations(samples, {"batch": ("one", "each", "gone")}, 1) == ()
    # Where something is written there is one class only.
    assert associations(samples, {"batch": ("gappy",)}, 1) == ()
    (age,) = associations(samples, {"sensitive": ("age",)}, 1)
    assert age.measure == "epsilon squared"


@pytest.mark.parametrize("inside", [False, True])
def test_exchange_keeps_what_units_share(inside):
    units = np.array([0, 0, 1, 1, 2, 2, 2, 3, 3, 3, 4])
    values = np.array([0, 1, 1, 0, 0, 1, 0, 1, 1, 1, 0]) if inside else units % 2
    exchange = Exchange(values, units)
    assert exchange.whole is not inside
    sizes = np.bincount(units)
    generator = np.random.default_rng(0)
    seen = set()
    for _ in range(200):
        rows = exchange.rows_drawn(generator)
        drawn = values[rows]
        seen.add(tuple(drawn))
        for unit in range(5):
            of_unit = units[rows[units == unit]]
            if inside:  # all rows of one other unit of the same size, each once
                assert len(set(rows[units == unit])) == sizes[unit]
                assert len(set(of_unit)) == 1
                assert sizes[of_unit[0]] == sizes[unit]
            else:
                assert len(set(drawn[units == unit])) == 1
    assert len(seen) > 5


def test_holm_against_the_definition():
    p = [0.01, 0.04, 0.03, 0.005]
    # Sorted 0.005, 0.01, 0.03, 0.04 times 4, 3, 2, 1, never falling.
    assert holm(p) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.6, 0.9]) == [1.0, 1.0]
    assert holm([]) == []
