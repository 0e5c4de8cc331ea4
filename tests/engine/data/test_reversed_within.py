"""Simpson's paradox is found where it was planted, and nowhere else."""

import numpy as np
import pytest

from deepbench.data.findings.base import FindingContext
from deepbench.data.findings.reversed_within import ReversedWithin
from deepbench.data.review.columns import columns_to_review
from deepbench.data.review.simpson import reversals


def planted(make_samples, seed=0, turn=2.0, n=300, noise=30, apart=4.0):
    """Three sites; the class is common where the feature is high, but lowers it inside each."""
    generator = np.random.default_rng(seed)
    site = generator.integers(0, 3, n)
    outcome = (generator.random(n) < np.array([0.15, 0.5, 0.85])[site]).astype(int)
    marker = apart * site - turn * outcome + generator.normal(size=n)
    plain = outcome + generator.normal(size=n)
    return make_samples(
        outcome,
        noise=noise,
        features={"marker": marker, "plain": plain},
        annotations={"hospital": [f"h{s}" for s in site]},
        seed=seed,
    )


def look(samples, **roles):
    context = FindingContext({role: (name,) for role, name in roles.items()}, 1)
    return ReversedWithin().find(samples, context)


@pytest.mark.parametrize("role", ["site", "batch", "operator", "sensitive"])
def test_a_planted_reversal_is_named(make_samples, role):
    (found,) = look(planted(make_samples), **{role: "hospital"})
    assert found.kind == f"reversed within {role}"
    assert found.columns == ("marker",)
    assert (found.severity, found.decision) == ("warning", "kept")
    assert "Over all samples 'marker' is higher with class 'class 1'" in found.message
    assert "among samples of the same 'hospital' it is lower" in found.message


def test_correlations_are_those_of_ranks_with_the_means_taken_off(make_samples):
    from scipy import stats

    samples = planted(make_samples)
    (column,) = columns_to_review(samples, {"site": ("hospital",)}, ("site",))
    (found,) = reversals(samples, column)
    x = stats.rankdata(samples.features["marker"])
    y = samples.outcome.astype(float)
    dummies = np.equal.outer(column.codes, np.arange(3)).astype(float)

    def rest(values):
        return values - dummies @ np.linalg.lstsq(dummies, values, rcond=None)[0]

    assert found.pooled == pytest.approx(stats.pearsonr(x, y).statistic, abs=1e-12)
    assert found.within == pytest.approx(stats.pearsonr(rest(x), rest(y)).statistic, abs=1e-12)
    pooled_p = stats.pearsonr(x, y).pvalue
    assert found.p == pytest.approx(32 * pooled_p, rel=1e-9)  # 32 features, the weaker of both


def test_clean_and_merely_confounded_data_is_quiet(make_samples):
    for seed in range(15):
        assert look(planted(make_samples, seed=seed, turn=0.0), site="hospital") == []
        samples = make_samples(
            np.arange(90) % 3, noise=60, annotations={"site": ["a", "b"] * 45}, seed=seed
        )
        assert look(samples, site="site") == []


def test_a_single_site_that_differs_is_no_reversal(make_samples):
    """Only one value of the column holds both classes: the others cannot agree with it."""
    generator = np.random.default_rng(1)
    site = np.repeat([0, 1, 2], 60)
    outcome = np.where(site == 0, 0, np.where(site == 2, 1, generator.integers(0, 2, 180)))
    marker = 4.0 * site - 3 * (site == 1) * outcome + generator.normal(size=180)
    samples = make_samples(
        outcome, features={"marker": marker}, annotations={"site": [f"s{s}" for s in site]}
    )
    assert look(samples, site="site") == []


def test_gaps_and_units_do_not_hide_it(make_samples):
    samples = planted(make_samples)
    samples.features.loc[::7, "marker"] = np.nan
    assert look(samples, site="hospital")[0].columns == ("marker",)
    four = np.repeat(np.arange(300), 4)
    repeated = make_samples(
        samples.outcome[four],
        noise=3,
        features={"marker": samples.features["marker"].to_numpy()[four]},
        annotations={"hospital": samples.annotations["hospital"].to_numpy()[four]},
        units=four,
    )
    assert look(repeated, site="hospital")[0].columns == ("marker",)


def test_rows_of_few_units_are_no_proof(make_samples):
    """The same 300 rows as independent ones and as those of 30 units, which do not suffice."""
    samples = planted(make_samples, n=30, turn=3.0, apart=8.0)
    ten = np.repeat(np.arange(30), 10)
    rows = {
        "features": {"marker": samples.features["marker"].to_numpy()[ten]},
        "annotations": {"hospital": samples.annotations["hospital"].to_numpy()[ten]},
    }
    independent = make_samples(samples.outcome[ten], noise=3, **rows)
    repeated = make_samples(samples.outcome[ten], noise=3, units=ten, **rows)
    assert look(independent, site="hospital") != []
    assert look(repeated, site="hospital") == []


def test_several_classes_and_measured_outcomes(make_samples):
    generator = np.random.default_rng(3)
    site = np.repeat([0, 1, 2], 80)
    value = 3.0 * site + generator.normal(size=240)
    marker = 6.0 * site - (value - 3.0 * site) * 2 + generator.normal(size=240) * 0.3
    notes = {"site": [f"s{s}" for s in site]}
    samples = make_samples(
        value, features={"marker": marker}, annotations=notes, task="regression"
    )
    (found,) = look(samples, site="site")
    assert "is higher with a high 'outcome'" in found.message
    share = np.array([[0.7, 0.2, 0.1], [0.3, 0.4, 0.3], [0.1, 0.2, 0.7]])
    outcome = np.array([generator.choice(3, p=share[s]) for s in site])
    marker = 9.0 * site - 2 * outcome + generator.normal(size=240)
    samples = make_samples(outcome, features={"marker": marker}, annotations=notes)
    assert look(samples, site="site")[0].columns == ("marker",)


def test_the_check_offers_to_leave_the_features_out(make_samples):
    from deepbench.data.findings.registry import check

    context = FindingContext({"site": ("hospital",)}, 1, leave_out=frozenset({"marker"}))
    record = check(planted(make_samples), context)
    (found,) = [f for f in record.findings if f.kind == "reversed within site"]
    assert found.decision == "left out"
    assert "marker" in record.left_out_features
