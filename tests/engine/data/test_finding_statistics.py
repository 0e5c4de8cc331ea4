from itertools import permutations

import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import roc_auc_score

from deepbench.data.findings.grouping import intraclass_correlations, repeated_keys
from deepbench.data.findings.label_tests import (
    cramers_v,
    cross_table,
    eta_squared,
    group_difference_p,
    independence_p,
    indicator_tests,
    log_chance_of_constant_groups,
    log_chance_of_rule,
)
from deepbench.data.findings.rank_tests import (
    auroc_chance,
    best_noise_auroc,
    feature_aurocs,
    feature_spearmans,
    rank_variance_explained,
    separation_of_classes,
    spearman_chance,
)

generator = np.random.default_rng(11)


def gappy(n=40, p=15):
    X = np.round(generator.normal(size=(n, p)), 1)  # rounding makes ties
    X[generator.random(X.shape) < 0.2] = np.nan
    X[:, 0] = np.nan_to_num(X[:, 0])
    return X


def test_aurocs_against_scikit_learn():
    X, y = gappy(), np.arange(40) % 3 == 0
    aurocs, n1, n0 = feature_aurocs(X, y)
    for column in range(X.shape[1]):
        present = ~np.isnan(X[:, column])
        expected = roc_auc_score(y[present], X[present, column])
        assert aurocs[column] == pytest.approx(expected, abs=1e-12)
        assert (n1[column], n0[column]) == (y[present].sum(), (~y[present]).sum())


def test_auroc_without_one_class_is_nan():
    X = np.array([[1.0], [np.nan]])
    assert np.isnan(feature_aurocs(X, np.array([True, False]))[0][0])


def test_spearmans_against_scipy():
    X, y = gappy(), np.round(generator.normal(size=40), 1)
    rhos, counts = feature_spearmans(X, y)
    for column in range(X.shape[1]):
        present = ~np.isnan(X[:, column])
        expected = stats.spearmanr(X[present, column], y[present]).statistic
        assert rhos[column] == pytest.approx(expected, abs=1e-12)
        assert counts[column] == present.sum()


@pytest.mark.parametrize(("n1", "n0"), [(3, 4), (6, 6), (5, 12), (20, 30)])
def test_auroc_chance_is_the_exact_mann_whitney_test(n1, n0):
    x = generator.permutation(n1 + n0).astype(float)
    y = np.arange(n1 + n0) < n1
    expected = stats.mannwhitneyu(x[y], x[~y], method="exact").pvalue
    found = auroc_chance(roc_auc_score(y, x), n1, n0)
    assert found == pytest.approx(expected, rel=1e-9)


def test_auroc_chance_of_many_units_is_near_the_asymptotic_test():
    x = generator.normal(size=300)
    x[:100] += 0.3
    y = np.arange(300) < 100
    found = auroc_chance(roc_auc_score(y, x), 100, 200)
    options = {"method": "asymptotic", "use_continuity": False}
    assert found == pytest.approx(stats.mannwhitneyu(x[y], x[~y], **options).pvalue, rel=1e-6)
    assert auroc_chance(0.9, 0, 10) == 1.0


def test_best_of_noise_against_simulation():
    best = []
    for _ in range(60):
        aurocs, _, _ = feature_aurocs(generator.normal(size=(60, 200)), np.arange(60) < 25)
        best.append(np.maximum(aurocs, 1 - aurocs).max())
    assert best_noise_auroc(200, 25, 35) == pytest.approx(np.median(best), abs=0.012)


def test_spearman_chance():
    x, y = generator.normal(size=(2, 25))
    test = stats.spearmanr(x, y)
    assert spearman_chance(test.statistic, 25) == pytest.approx(test.pvalue, rel=1e-9)
    orders = [stats.spearmanr(range(5), order).statistic for order in permutations(range(5))]
    assert spearman_chance(1.0, 5) == pytest.approx(np.mean(np.abs(orders) > 1 - 1e-9))
    assert spearman_chance(0.9, 3) == 1.0


def test_rank_variance_explained_is_one_for_separated_classes():
    outcome = np.repeat([0, 1, 2], [5, 20, 9])
    order = np.array([2, 0, 1])[outcome] + np.linspace(0, 0.5, 34)
    noise = generator.normal(size=34)
    found = rank_variance_explained(np.stack([order, noise], axis=1), outcome)
    assert found[0] == pytest.approx(1.0)
    kruskal = stats.kruskal(*(noise[outcome == c] for c in range(3))).statistic
    most = 1 - sum(c**3 - c for c in (5, 20, 9)) / (34**3 - 34)
    # Kruskal and Wallis' H is n − 1 times the share of the squares that lies between classes.
    assert found[1] == pytest.approx(kruskal / 33 / most, rel=1e-9)


def test_separation_of_classes():
    outcome = np.repeat([0, 1, 2], 10)
    values = np.array([1, 0, 2])[outcome] * 10 + generator.random(30)
    worst, chance = separation_of_classes(values, outcome)
    assert worst == 1.0
    assert chance == pytest.approx(2 / 184_756)  # 2 of C(20, 10) orders
    values[0] = 25
    assert separation_of_classes(values, outcome)[0] < 1.0


def test_cramers_v_by_hand():
    # Bergsma 2013: phi² less its expectation, dimensions less theirs.
    table = np.array([[10, 5, 2], [3, 12, 8]])
    n, chi2 = table.sum(), stats.chi2_contingency(table, correction=False).statistic
    phi2 = max(0, chi2 / n - 2 / (n - 1))
    expected = np.sqrt(phi2 / min(1 - 1 / (n - 1), 2 - 4 / (n - 1)))
    assert cramers_v(table) == pytest.approx(expected)
    assert cramers_v(np.array([[20, 0], [0, 20]])) == pytest.approx(1.0)
    assert cramers_v(np.array([[10, 10], [10, 10]])) == 0.0
    assert cramers_v(np.array([[10, 10]])) == 0.0


def test_independence_against_scipy():
    rows, columns = generator.integers(0, 3, 200), generator.integers(0, 2, 200)
    table = cross_table(rows, columns)
    expected = stats.chi2_contingency(table, correction=False).pvalue
    assert independence_p(rows, columns, 0) == pytest.approx(expected)


def test_independence_of_small_tables_by_permutation():
    rows = np.array([0] * 5 + [1] * 5)
    columns = np.array([0, 0, 0, 0, 1, 1, 1, 1, 1, 0])
    exact = stats.fisher_exact(cross_table(rows, columns)).pvalue
    assert independence_p(rows, columns, 3) == pytest.approx(exact, abs=0.04)
    assert independence_p(rows, columns, 3) == independence_p(rows, columns, 3)


def test_eta_squared_against_anova():
    groups, values = generator.integers(0, 4, 60), generator.normal(size=60)
    test = stats.f_oneway(*(values[groups == g] for g in range(4)))
    share = eta_squared(groups, values)
    assert share / (1 - share) * 56 / 3 == pytest.approx(test.statistic)
    assert group_difference_p(groups, values, 1) == pytest.approx(test.pvalue, abs=0.05)


def test_indicators_against_scipy():
    indicators = generator.random((80, 6)) < 0.3
    groups = np.arange(80) % 3
    strength, p = indicator_tests(indicators, groups)
    for column in range(6):
        table = cross_table(groups, indicators[:, column].astype(np.int64))
        test = stats.chi2_contingency(table, correction=False)
        assert p[column] == pytest.approx(test.pvalue)
        assert strength[column] == pytest.approx(np.sqrt(test.statistic / 80))


def test_chance_of_a_rule_bounds_enumeration():
    codes = np.array([0, 0, 0, 1, 1, 1, 2, 2])
    outcome = [0, 0, 0, 0, 1, 1, 1, 1]
    pure = 0
    orders = set(permutations(outcome))
    for order in orders:
        pure += all(len(set(np.array(order)[codes == c])) == 1 for c in range(3))
    bound = np.exp(log_chance_of_rule(3, np.array([4, 4]), 0))
    assert pure / len(orders) <= bound <= 8 / 70 + 1e-12
    assert log_chance_of_rule(10, np.array([5, 5]), 0) == 0.0
    assert log_chance_of_rule(2, np.array([100, 100]), 2) < -100


def test_chance_of_constant_groups_against_simulation():
    groups = np.repeat(np.arange(6), 2)
    outcome = np.array([0] * 6 + [1] * 6)
    hits = 0
    for _ in range(20_000):
        pairs = generator.permutation(outcome).reshape(6, 2)
        hits += bool((pairs[:, 0] == pairs[:, 1]).all())
    found = np.exp(log_chance_of_constant_groups(np.bincount(groups), np.array([6, 6])))
    # Drawn one after another, later groups are a little likelier than independent ones.
    assert found == pytest.approx((5 / 11) ** 6)
    assert 0.3 < found / (hits / 20_000) < 1.1
    assert log_chance_of_constant_groups(np.array([7]), np.array([6, 6])) == -np.inf
    assert log_chance_of_constant_groups(np.array([1, 1]), np.array([1, 1])) == 0.0


def test_intraclass_correlation_by_analysis_of_variance():
    groups = np.repeat(np.arange(8), [2, 3, 4, 2, 3, 4, 3, 3])
    X = generator.normal(size=(24, 3)) + np.outer(generator.normal(size=8)[groups], [0, 1, 5])
    found = intraclass_correlations(X, groups)
    for column in range(3):
        parts = [X[groups == g, column] for g in range(8)]
        within = sum(((part - part.mean()) ** 2).sum() for part in parts) / (24 - 8)
        between = stats.f_oneway(*parts).statistic * within
        counts = np.bincount(groups)
        size = (24 - (counts**2).sum() / 24) / 7
        assert found[column] == pytest.approx((between - within) / (between + (size - 1) * within))


@pytest.mark.parametrize(
    ("names", "how", "first"),
    [
        (["309_1", "309_2", "310_1"], "prefixes", "309"),
        (["mouse 4 - rep2", "mouse 4 - rep3", "mouse 5 - rep1"], "prefixes", "mouse 4"),
        (["P07.1", "P07.2", "P08.1"], "prefixes", "P07"),
        (["a", "b", "a"], "names", "a"),
        (["NP1-126r.jpg", "NP1-127r.jpg", "P2-1r.jpg"], "", "\0" + "0"),
        (["x1", "x2", "x3"], "", "\0" + "0"),
    ],
)
def test_repeated_keys(names, how, first):
    keys, found = repeated_keys(names)
    assert found == how
    assert keys[0] == first


def test_rows_without_a_name_are_tied_to_none():
    keys, _ = repeated_keys(["a", "", "", "a"])
    assert keys[0] == keys[3]
    assert len(set(keys)) == 3
