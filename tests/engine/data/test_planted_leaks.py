"""The planted-leak suite: each leak is named, and clean data stays quiet.

The tables and leaks are those of `benchmarks/false_alarms.py`, which measures more of them.
"""

import importlib.util
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import spearmanr
from sklearn.linear_model import LinearRegression
from sklearn.metrics import roc_auc_score

from deepbench.data.findings.afterwards import may_be_late, sounds_late
from deepbench.data.findings.base import FindingContext
from deepbench.data.findings.formulas import find_formula, find_threshold
from deepbench.data.findings.order_axes import axes, dates_as_numbers, numbers_in_names
from deepbench.data.findings.order_tests import (
    begins_anew,
    correlation_chance,
    counts_along,
    free_order,
    neighbours_p,
    order_correlations,
    outcome_trend,
    rank_order_correlation,
)
from deepbench.data.findings.registry import check
from deepbench.data.findings.wells import find_wells
from deepbench.data.roles import assign_roles
from deepbench.data.similarity import compare_sets
from deepbench.data.splits import OuterFold, OuterPlan
from deepbench.data.table_files import TableFiles
from deepbench.data.table_import import import_table

BENCHMARKS = Path(__file__).parents[3] / "benchmarks"


def _load(name):
    spec = importlib.util.spec_from_file_location(name, BENCHMARKS / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


tables = _load("clean_tables")
leaks = _load("planted_leaks")
measured = _load("false_alarms")

# A leak of the greatest strength, in each table that it can stand in.
STRONGEST = [
    (name, shape, leak.strengths[-1])
    for name, leak in leaks.LEAKS.items()
    for shape in leak.shapes
]
# The larger tables take a third of a second each.
SEEDS = {
    "noise": 5,
    "noise, sorted by class": 5,
    "roles": 20,
    "messy": 20,
    "messy, sorted by class": 20,
}


@pytest.mark.parametrize(("leak", "shape", "strength"), STRONGEST)
def test_planted_leak_is_named(leak, shape, strength):
    found = leaks.planted(leak, shape, strength, seed=3)
    record = check(found.table.samples, found.table.context())
    said = [(f.kind, f.severity, f.columns, f.samples[:3]) for f in record.findings]
    assert measured.is_named(record, found), said


@pytest.fixture(scope="module")
def alarms():
    """Findings in clean tables: 40 seeds of each shape, fewer of the large ones."""
    found = {}
    for shape in tables.CLEAN:
        for seed in range(SEEDS.get(shape, 40)):
            table = tables.clean_table(shape, 1000 + seed)
            found[shape, seed] = check(table.samples, table.context(seed)).findings
    return found


# Alarms to expect in a clean table when every test is at its level. A serious finding needs one
# of: a single feature that tells the outcome, or labels that do (0.01 + 0.001), a formula
# (0.001), and in a table whose order goes with the outcome, features that follow an order (0.01)
# or the plate (0.01), of which there are two orders at most. With roles: batch, site and
# operator share 0.01 (Holm), a date has 0.001 twice, a layout 0.001.
_ALONE = 0.012
_LEVELS = {
    "noise": _ALONE,
    "signal": _ALONE,
    "units": _ALONE,
    "regression": _ALONE,
    "three classes": _ALONE,
    "roles": _ALONE + 0.013,
    "messy": _ALONE,
    "messy, sorted by class": _ALONE + 0.02,
    "signal, sorted by class": _ALONE + 0.02,
    "noise, sorted by class": _ALONE + 0.02,
}


def test_serious_alarms_in_clean_tables_are_no_more_than_their_levels_allow(alarms):
    expected = sum(_LEVELS[shape] for shape, _ in alarms)
    grave = [
        (shape, f.kind, f.where)
        for (shape, _), findings in alarms.items()
        for f in findings
        if f.severity in ("serious", "blocking")
    ]
    assert len(alarms) == 270
    assert len(grave) <= expected, grave


def test_clean_tables_get_hardly_a_warning(alarms):
    warned = [
        (shape, f.kind)
        for (shape, _), findings in alarms.items()
        for f in findings
        if f.severity == "warning"
    ]
    # Drift of all features together, and tests of findings not meant for leaks: 0.02 a table.
    assert len(warned) <= 0.02 * len(alarms), warned


def test_order_of_rows_is_no_finding_where_nothing_else_follows_it(alarms):
    for (shape, _), findings in alarms.items():
        kinds = [(f.kind, f.severity) for f in findings if f.kind != "identifier"]
        if "sorted" in shape:
            assert ("outcome and order", "info") in kinds  # the numbers in the names, not more
        elif shape != "roles":
            assert [kind for kind, severity in kinds if severity != "info"] == []


SHARED = BENCHMARKS.parents[1] / "shared" / "data"


@pytest.mark.skipif(not SHARED.is_dir(), reason=f"no data sets in {SHARED}")
@pytest.mark.parametrize(
    ("name", "outcome", "roles", "serious"),
    [
        ("breast_wisconsin_wdbc/wdbc.csv", "diagnosis", {}, []),
        (
            "heart_disease_4sites/heart_4sites_combined.csv",
            "disease",
            {"site": "site", "sample": "row_id"},
            ["num"],
        ),
        # Sorted by class and inside by age: no drift.
        ("heart_disease_4sites/processed.hungarian.data", "14", {}, []),
        ("abalone_age/abalone.csv", "9", {}, []),
        ("bee_pollen/labels.csv", "label", {}, []),
    ],
)
def test_real_tables(make_plan, name, outcome, roles, serious):
    plan = make_plan(outcome, roles=roles)
    parsed, _ = import_table(TableFiles(SHARED / name), plan)
    samples, sheet = assign_roles(parsed, plan)
    found = check(samples, FindingContext(sheet.roles, plan.seed)).findings
    grave = [f for f in found if f.severity in ("serious", "blocking")]
    assert [column for f in grave for column in f.columns] == serious
    assert "drift" not in [f.kind for f in found]


# --- what the findings say, and do not say --------------------------------------------------


def _check(samples, **roles):
    return check(samples, FindingContext({role: (name,) for role, name in roles.items()}, 1))


def _of(record, kind):
    return [f for f in record.findings if f.kind == kind]


def test_table_sorted_by_class_and_inside_by_a_feature_is_bookkeeping(make_samples):
    outcome = np.repeat([0, 1], 60)
    generator = np.random.default_rng(1)
    age = np.concatenate([np.sort(generator.normal(60, 10, 60)) for _ in range(2)])
    pulse = 220 - age + generator.normal(0, 5, 120)  # follows age, and so the rows
    record = _check(make_samples(outcome, features={"age": age, "pulse": pulse}))
    assert _of(record, "drift") == []


def test_table_sorted_by_a_feature_is_asked_about(make_samples):
    generator = np.random.default_rng(2)
    value = np.sort(generator.normal(size=120))
    outcome = (value + generator.normal(0, 0.8, 120) > 0).astype(int)
    (found,) = _of(_check(make_samples(outcome, features={"marker": value})), "drift")
    assert (found.severity, found.columns) == ("warning", ("marker",))
    assert "sorted by it" in found.message


def test_drift_that_the_outcome_does_not_share_is_only_mentioned(make_samples):
    generator = np.random.default_rng(3)
    outcome = generator.permutation(np.arange(100) % 2)
    drifting = np.arange(100) / 20 + generator.normal(0, 0.5, 100)
    (found,) = _of(_check(make_samples(outcome, features={"lamp": drifting})), "drift")
    assert (found.severity, found.columns) == ("info", ("lamp",))


def test_drift_in_blocks_of_one_class_is_a_warning(make_samples):
    outcome = np.repeat(np.arange(20) % 2, 6)
    generator = np.random.default_rng(4)
    drifting = np.arange(120) / 20 + generator.normal(0, 0.5, 120)
    (found,) = _of(_check(make_samples(outcome, features={"lamp": drifting})), "drift")
    assert (found.severity, found.columns) == ("warning", ("lamp",))


def test_batch_that_explains_the_order_is_not_said_twice(make_samples):
    outcome = np.tile([0, 0, 0, 1, 1, 1], 20)
    lot = np.repeat(["a", "b", "c", "d"], 30)
    level = np.repeat([0.0, 3.0, 6.0, 9.0], 30) + np.random.default_rng(5).normal(size=120)
    samples = make_samples(outcome, features={"level": level}, annotations={"lot": lot})
    assert _of(_check(samples), "drift")
    assert _of(_check(samples, batch="lot"), "drift") == []


def test_drifting_label_is_named(make_samples):
    outcome = np.repeat([0, 1], 50)
    kit = ["old"] * 25 + ["new"] * 75
    kit[3], kit[60] = "new", "old"
    (found,) = _of(_check(make_samples(outcome, features={"kit": kit})), "drift")
    assert found.columns == ("kit",)


def test_repeated_rows_add_no_evidence_of_drift(make_samples):
    """Twelve units in ten rows each are twelve places in the order, too few to tell."""
    unit = np.repeat(np.arange(12), 10)
    drifting = unit + np.random.default_rng(6).normal(0, 3, 12)[unit]
    samples = make_samples(unit // 6, features={"lamp": drifting}, units=unit)
    assert _of(_check(samples, unit="mouse"), "drift") == []


def test_dates_day_by_day(make_samples):
    """Classes that take turns from day to day: no trend, but a tie."""
    day = np.repeat(np.arange(10), 12)
    outcome = np.where(np.random.default_rng(7).random(120) < 0.9, day % 2, 1 - day % 2)
    texts = [f"2024-03-{d + 1:02d}" for d in day]
    samples = make_samples(outcome, annotations={"drawn": texts})
    (found,) = _of(_check(samples, date="drawn"), "outcome and order")
    assert (found.severity, found.columns) == ("serious", ("drawn",))
    assert "Cramér's V" in found.message
    measured_outcome = day % 2 + np.random.default_rng(8).normal(0, 0.3, 120)
    samples = make_samples(measured_outcome, annotations={"drawn": texts}, task="regression")
    (found,) = _of(_check(samples, date="drawn"), "outcome and order")
    assert "days explain" in found.message


def test_dates_that_can_be_read_in_two_ways_are_not_read():
    assert dates_as_numbers(["03/04/2021", "04/05/2021"]) is None
    assert dates_as_numbers(["2021-04-03", "", "2021-04-05"])[2] == 18722
    assert dates_as_numbers(["03.04.2021", "05.04.2021"]).tolist() == [18720, 18722]
    assert dates_as_numbers(["2021", "2019"]).tolist() == [2021, 2019]
    assert dates_as_numbers(["2021-04-31", "2021-04-05"]) is None
    assert dates_as_numbers(["", ""]) is None


def test_numbers_in_names():
    position, rest = numbers_in_names([f"{'ab'[i % 2]}{i:03d}_run2" for i in range(20)])
    assert position.tolist() == list(range(20))
    assert rest.tolist() == [0, 1] * 10
    assert numbers_in_names(["anna", "berta", "carla"]) is None
    assert numbers_in_names([f"{chr(97 + i)}{i}" for i in range(20)]) is None  # share nothing
    # A plate number groups the names; it is not the number of the sample.
    _, rest = numbers_in_names([f"p{i % 2}-{i}" for i in range(20)])
    assert rest.tolist() == [0, 1] * 10


def test_names_numbered_anew_in_each_class_have_no_order(make_samples):
    outcome = np.repeat([0, 1], 30)
    names = [f"{'case' if y else 'control'}_{i % 30}" for i, y in enumerate(outcome)]
    assert (
        _of(_check(make_samples(outcome, sample_ids=names), sample="n"), "outcome and order") == []
    )


def test_orders_that_are_the_same_are_looked_at_once(make_samples):
    texts = [f"2024-01-{i // 2 + 1:02d}" for i in range(60)]
    names = [f"S{i}" for i in range(60)]
    samples = make_samples(np.arange(60) % 2, annotations={"day": texts}, sample_ids=names)
    context = FindingContext({"date": ("day",), "sample": ("name",)}, 1)
    assert [axis.kind for axis in axes(samples, context)] == ["dates"]


def test_wells(make_samples):
    every = [f"{row}{column}" for row in "ABCDEFGH" for column in range(1, 13)]
    samples = make_samples(np.arange(96) % 2, annotations={"pos": every})
    wells = find_wells(samples, FindingContext({}, 1))
    assert int(wells.edge.sum()) == 96 - 6 * 10
    assert (wells.row[13], wells.line[13]) == (1, 2)
    assert _of(_check(samples), "plate position") == []  # the classes stand in mixed order
    names = [f"run7_{well}" for well in every]
    samples = make_samples(np.arange(96) % 2, sample_ids=names)
    assert find_wells(samples, FindingContext({"sample": ("n",)}, 1)) is not None


@pytest.mark.parametrize(
    "names",
    [
        [f"{'ABCD'[i % 4]}{i // 4 + 1}" for i in range(48)],  # four groups with running numbers
        [f"P{i}" for i in range(48)],  # patients
        [f"{'ABCDEF'[i % 6]}{i % 4 + 1}" for i in range(48)],  # several samples of a name
        [f"CD{i % 8}" for i in range(48)],
    ],
)
def test_names_that_look_like_wells_and_are_none(make_samples, names):
    samples = make_samples(np.arange(48) % 4, sample_ids=names)
    assert find_wells(samples, FindingContext({"sample": ("n",)}, 1)) is None


def test_wells_as_a_feature_are_left_out(make_samples):
    generator = np.random.default_rng(9)
    wells = [f"{'ABCD'[i % 4]}{i // 4 % 6 + 1}" for i in range(96)]
    outcome = generator.permutation(np.arange(96) % 2)
    record = _check(make_samples(outcome, features={"well": wells}))
    (found,) = _of(record, "plate position")
    assert (found.severity, found.decision) == ("info", "left out")
    assert record.left_out_features == ("well",)


@pytest.mark.parametrize(
    "name",
    "months_to_relapse OS_MONTHS vital_status Follow-up DaysToDeath icu_days Entlassungsdatum "
    "Rezidiv Verlauf Todestag überlebenszeit survivaltime length_of_stay".split(),
)
def test_names_of_what_comes_after(name):
    assert sounds_late(name)


@pytest.mark.parametrize(
    "name",
    "prior_relapse family_history_of_death baseline_survival_score TP53 OS9 DEAP time pulse "
    "Vorbehandlung todo total DAPK1 posterior".split(),
)
def test_names_of_what_comes_before(name):
    assert not sounds_late(name)
    assert not may_be_late(name)


def test_late_names_are_asked_about_as_gravely_as_their_values_say(make_samples):
    generator = np.random.default_rng(10)
    outcome = np.arange(80) % 2
    features = {
        "relapse_days": outcome * 2 + generator.normal(size=80),
        "therapy": outcome * 1.5 + generator.normal(size=80),
        "discharge_score": generator.normal(size=80),
        "dose": generator.normal(size=80),
    }
    found = _of(_check(make_samples(outcome, features=features)), "known afterwards")
    assert [(f.severity, f.columns) for f in found] == [
        ("serious", ("relapse_days",)),
        ("warning", ("therapy",)),
        ("info", ("discharge_score",)),
    ]
    assert all("known before the outcome" in f.hint for f in found)
    value = outcome + generator.normal(size=80)
    samples = make_samples(value, features={"death": ["yes", "no"] * 40}, task="regression")
    assert [f.severity for f in _of(_check(samples), "known afterwards")] == ["serious"]


# --- formulas -------------------------------------------------------------------------------


def test_formula_agrees_with_least_squares():
    generator = np.random.default_rng(11)
    X = generator.normal(size=(80, 500))
    y = 3 * X[:, 4] - X[:, 77] + 0.5 * X[:, 400] + generator.normal(0, 0.05, 80)
    found = find_formula(X, y)
    assert sorted(found.columns) == [4, 77, 400]
    columns = list(found.columns)
    reference = LinearRegression().fit(X[:, columns], y).score(X[:, columns], y)
    assert found.explained == pytest.approx(reference)


def test_formulas_of_many_columns_gaps_and_none():
    generator = np.random.default_rng(12)
    X = generator.normal(size=(100, 20))
    assert find_formula(X, X.sum(axis=1)).columns == tuple(range(20))  # a questionnaire's score
    assert find_formula(X, X.sum(axis=1) + generator.normal(0, 0.5, 100)) is None
    gappy = X.copy()
    gappy[3, 1] = np.nan
    assert set(find_formula(gappy, X[:, 1] - 2 * X[:, 2]).columns) == {1, 2}
    assert find_formula(X, X[:, 1] * 2 + 1) is None  # one column is told by its correlation
    assert find_formula(X[:8], X[:8, 1] + X[:8, 2]) is None


def test_noise_has_no_formula():
    for seed in range(20):
        generator = np.random.default_rng(seed)
        X = generator.lognormal(size=(20, 3000))
        assert find_formula(X, generator.lognormal(size=20)) is None
        assert find_threshold(X, generator.permutation(np.arange(20) % 2)) is None


def test_body_mass_in_three_classes():
    generator = np.random.default_rng(13)
    X = generator.normal(size=(200, 30))
    X[:, 3], X[:, 9] = generator.normal(75, 12, 200), generator.normal(1.72, 0.1, 200)
    classes = np.searchsorted([22.0, 27.0], X[:, 3] / X[:, 9] ** 2)
    found = find_threshold(X, classes)
    assert (found.columns, found.kind, found.explained) == ((3, 9), "a / b²", 1.0)


def test_two_far_groups_are_biology_and_no_formula():
    """Separable by many pairs, by none alone: markers, as in leukaemia."""
    for seed in range(10):
        generator = np.random.default_rng(seed)
        y = np.arange(80) % 2
        X = generator.normal(size=(80, 60))
        X[:, :20] += 3.2 * y[:, None]
        assert find_threshold(X, y) is None


def test_two_noisy_markers_are_no_formula():
    for seed in range(20):
        generator = np.random.default_rng(seed)
        y = np.arange(80) % 2
        X = generator.normal(size=(80, 30))
        X[:, :2] += 3.6 * y[:, None]
        assert find_threshold(X, y) is None


# --- statistics against other implementations -----------------------------------------------


def test_order_correlation_is_the_partial_correlation_of_scipy():
    generator = np.random.default_rng(14)
    n = 90
    groups = np.arange(n) % 3
    position = generator.permutation(n).astype(float)
    values = position / 30 + groups + generator.normal(size=n)
    order = free_order(position, groups)
    dummies = np.equal.outer(groups, np.arange(3)).astype(float)
    ranks = position + 1 - np.mean(position + 1)
    rest = [v - LinearRegression().fit(dummies, v).predict(dummies) for v in (ranks, values)]
    expected = np.corrcoef(*rest)[0, 1]
    assert order_correlations(values[:, None], order)[0, 0] == pytest.approx(expected, abs=0.005)
    plain = free_order(position, np.zeros(n, dtype=np.int64))
    by_rank = spearmanr(position, values)
    assert rank_order_correlation(values, plain) == pytest.approx(by_rank.statistic)
    assert correlation_chance(by_rank.statistic, plain.freedom) == pytest.approx(by_rank.pvalue)


def test_outcome_trend_of_a_measured_outcome_is_spearmans():
    generator = np.random.default_rng(15)
    position = np.arange(50.0)
    y = position / 40 + generator.normal(size=50)
    trend = outcome_trend(position, y, np.zeros(50, dtype=np.int64), classes=False)
    expected = spearmanr(position, y)
    assert trend.share == pytest.approx(expected.statistic**2)
    assert trend.p_value == pytest.approx(expected.pvalue)


def test_levels_hold_among_noise():
    generator = np.random.default_rng(16)
    zero = np.zeros(60, dtype=np.int64)
    ps = [
        outcome_trend(
            np.arange(60.0), generator.permutation(np.arange(60) % 3), zero, True
        ).p_value
        for _ in range(400)
    ]
    assert 0.02 < np.mean(np.array(ps) < 0.05) < 0.09
    beside = [
        neighbours_p(np.arange(40.0), generator.permutation(np.arange(40) % 2), zero[:40], True, s)
        for s in range(60)
    ]
    assert np.mean(np.array(beside) <= 0.05) < 0.15
    blocks = np.repeat(np.arange(10) % 2, 4)
    assert neighbours_p(np.arange(40.0), blocks, zero[:40], True, 1) == 0.001


def test_too_little_order_left_is_not_tested():
    groups = np.repeat(np.arange(30), 2)
    assert free_order(np.arange(60.0), groups) is None
    assert free_order(np.arange(8.0), np.zeros(8, dtype=np.int64)) is None


def test_counters_and_sorted_values():
    generator = np.random.default_rng(17)
    place = np.arange(200.0)
    assert counts_along(5 + 0.7 * place, place)
    assert counts_along(place + generator.normal(0, 0.3, 200), place)
    sorted_draws = [counts_along(np.sort(generator.random(200)), place) for _ in range(50)]
    assert np.mean(sorted_draws) < 0.1
    assert not counts_along(np.ones(200), place)
    classes, one = np.repeat([0, 1], 100), np.zeros(200, dtype=np.int64)
    assert begins_anew(place % 100, place, classes, one)
    assert not begins_anew(place, place, classes, one)


# --- training and test samples --------------------------------------------------------------


def _divided(samples, share=0.2, seed=1, design="holdout", folds=1):
    units = np.unique(samples.units)
    part = np.random.default_rng(seed).permutation(len(units)) % round(1 / share)
    of_row = part[np.searchsorted(units, samples.units)]
    rows = np.arange(len(samples))
    made = tuple(
        OuterFold(f"fold {k}", rows[of_row != k], rows[of_row == k]) for k in range(folds)
    )
    return OuterPlan(design, "", made)


def test_random_test_sets_are_not_told_apart():
    told = [
        measured.set_apart(shape, design, 0.0, seed)
        for shape in ("signal", "units", "regression")
        for design in ("holdout", "nested")
        for seed in range(10)
    ]
    assert len(told) == 60
    # One side of a 95 % interval: 2.5 %.
    assert sum(t for t in told if t is not None) <= 0.025 * len(told)


def test_shifted_feature_is_named(make_samples):
    samples = make_samples(np.arange(200) % 2, noise=300)
    plan = _divided(samples)
    samples.features.loc[plan.folds[0].test, "g17"] += 1.5
    found = compare_sets(samples, plan, 1)
    assert found.columns == ("g17",)
    assert found.low > 0.5
    assert not found.expected
    assert "'g17'" in found.sentence
    assert "at random" in found.sentence


def test_many_small_shifts_are_seen_together(make_samples):
    samples = make_samples(np.arange(120) % 2, noise=400)
    plan = _divided(samples)
    samples.features.loc[plan.folds[0].test] += 0.5
    assert compare_sets(samples, plan, 1).low > 0.7


def test_label_that_differs_is_named(make_samples):
    samples = make_samples(np.arange(200) % 2, features={"kit": ["a", "b"] * 100})
    plan = _divided(samples)
    samples.features.loc[plan.folds[0].test, "kit"] = "c"
    samples.features.loc[3, "kit"] = None
    found = compare_sets(samples, plan, 1)
    assert found.columns == ("kit",)
    assert found.auroc > 0.95


def test_by_site_difference_is_what_is_tested(make_samples):
    samples = make_samples(np.arange(200) % 2, noise=20)
    plan = _divided(samples, design="leave-one-site-out", folds=5)
    alike = compare_sets(samples, plan, 1)
    assert alike.expected
    assert alike.low <= 0.5
    samples.features.loc[plan.folds[3].test, "g2"] += 2
    found = compare_sets(samples, plan, 1)
    assert "'fold 3'" in found.sentence
    assert found.columns == ("g2",)
    assert found.low > alike.low


def test_outcome_is_not_looked_at_and_units_stay_together(make_samples):
    unit = np.repeat(np.arange(60), 4)
    samples = make_samples(np.arange(240) % 2, noise=30, units=unit)
    # Rows of a unit are nearly the same: told apart at once if they were on both sides.
    own = np.random.default_rng(2).normal(size=(60, 30)) * 5
    samples.features.iloc[:, :] = samples.features.to_numpy() + own[unit]
    plan = _divided(samples)
    found = compare_sets(samples, plan, 1)
    assert found.low <= 0.5
    other = replace(samples, outcome=1 - samples.outcome)
    assert compare_sets(other, plan, 1) == found
    assert compare_sets(samples, plan, 1) == found


def test_samples_in_neither_set_do_not_count(make_samples):
    samples = make_samples(np.arange(200) % 2, units=np.repeat(np.arange(100), 2))
    rows = np.arange(200)
    late = (rows % 2 == 1) & (rows < 120)
    plan = OuterPlan("time", "", (OuterFold("latest", rows[(rows < 120) & ~late], rows[120:]),))
    before = compare_sets(samples, plan, 1)
    samples.features.loc[late, "g1"] += 100
    assert compare_sets(samples, plan, 1) == before
    assert before.expected


def test_too_few_units_or_no_feature_cannot_be_compared(make_samples):
    samples = make_samples(np.arange(30) % 2)
    assert compare_sets(samples, _divided(samples), 1) is None
    empty = make_samples(np.arange(100) % 2, noise=0, features={"same": np.ones(100)})
    assert compare_sets(empty, _divided(empty), 1) is None


def test_strong_shift_agrees_with_a_single_feature(make_samples):
    """With one shifted feature and nothing else, no classifier does better than its AUROC."""
    samples = make_samples(np.arange(400) % 2, noise=1)
    plan = _divided(samples)
    test = plan.folds[0].test
    samples.features.loc[test, "g0"] += 1.0
    best = roc_auc_score(np.isin(np.arange(400), test), samples.features["g0"])
    assert compare_sets(samples, plan, 1).auroc == pytest.approx(best, abs=0.03)


def test_gaps_and_huge_values_do_no_harm(make_samples):
    samples = make_samples(np.arange(100) % 2)
    samples.features.loc[::3, "g0"] = np.nan
    samples.features["g1"] = np.nan
    samples.features["g2"] *= 1e300
    found = compare_sets(samples, _divided(samples), 1)
    assert 0 <= found.low <= found.auroc <= found.high <= 1
    assert not [f for f in _check(samples).findings if f.severity == "serious"]
