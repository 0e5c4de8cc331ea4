"""The interval promised before the test is the one that tests have, by simulation."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pytest
from scipy.stats import norm

from deepbench.data.power import (
    auroc_limits,
    balanced_accuracy_limits,
    expected_power,
    r2_limits,
)
from deepbench.data.samples import AllSamples
from deepbench.data.splits import OuterFold, OuterPlan
from deepbench.evaluation.delong import delong_interval

Make = Callable[..., AllSamples]
STUDIES = 1500


def inside(values: np.ndarray, limits: tuple[float, float]) -> float:
    return float(np.mean((values >= limits[0]) & (values <= limits[1])))


@pytest.mark.parametrize(("auroc", "m", "n"), [(0.8, 7, 7), (0.8, 30, 60), (0.7, 50, 20)])
def test_auroc_against_simulated_tests(auroc: float, m: int, n: int) -> None:
    generator = np.random.default_rng(m)
    shift = np.sqrt(2) * norm.ppf(auroc)
    y = np.r_[np.ones(m), np.zeros(n)].astype(np.int64)
    found = []
    for _ in range(STUDIES):
        score = np.r_[generator.normal(shift, 1, m), generator.normal(0, 1, n)]
        found.append(delong_interval(y, score))
    limits = auroc_limits(auroc, m, n)
    # What is promised: the interval of a test that came out at this score.
    like_it = [interval for interval in found if abs(interval.value - auroc) < 0.02]
    assert len(like_it) > 50
    assert limits[0] == pytest.approx(np.median([i.low for i in like_it]), abs=0.03)
    assert limits[1] == pytest.approx(np.median([i.high for i in like_it]), abs=0.03)
    # And the truth lies in such intervals as often as they say, with few units rather more often.
    covered = np.mean([i.low <= auroc <= i.high for i in found])
    assert 0.93 < covered < 0.99


@pytest.mark.parametrize("sizes", [(10, 10, 10), (40, 20, 15, 60)])
def test_balanced_accuracy_against_simulated_tests(sizes: tuple[int, ...]) -> None:
    generator = np.random.default_rng(1)
    recalls = [generator.binomial(size, 0.8, STUDIES) / size for size in sizes]
    limits = balanced_accuracy_limits(0.8, sizes)
    assert inside(np.mean(recalls, axis=0), limits) == pytest.approx(0.95, abs=0.03)


@pytest.mark.parametrize(("r2", "n"), [(0.5, 25), (0.3, 100), (0.8, 60)])
def test_r2_against_simulated_tests(r2: float, n: int) -> None:
    generator = np.random.default_rng(n)
    known = generator.normal(0, np.sqrt(r2), (STUDIES, n))
    y = known + generator.normal(0, np.sqrt(1 - r2), (STUDIES, n))
    correlation = [np.corrcoef(a, b)[0, 1] for a, b in zip(known, y, strict=True)]
    limits = r2_limits(r2, n)
    assert inside(np.square(correlation), limits) == pytest.approx(0.95, abs=0.02)


def test_three_units_say_nothing() -> None:
    assert r2_limits(0.5, 3) == (0.0, 1.0)


# --- the sentence -------------------------------------------------------------------------


def divided(samples: AllSamples, rows: np.ndarray) -> OuterPlan:
    others = np.setdiff1d(np.arange(len(samples)), rows)
    return OuterPlan("holdout", "", (OuterFold("holdout", others, rows),))


def test_units_are_counted_and_the_sentence_holds_the_numbers(make_samples: Make) -> None:
    # 40 units of two rows; 14 of them are tested.
    samples = make_samples(np.repeat(np.arange(40) % 2, 2), units=np.repeat(np.arange(40), 2))
    record = expected_power(samples, divided(samples, np.arange(28)), None)
    assert (record.measure, record.test_units, record.assumed) == ("AUROC", 14, 0.8)
    assert (record.low, record.high) == auroc_limits(0.8, 7, 7)
    assert record.sentence.startswith(
        "With 14 test units (7 class 0, 7 class 1) an AUROC of 0.80 will have a 95 % interval of "
        "about 0.47 to 0.95."
    )
    needed = int(re.search(r"about (\d+) test units", record.sentence)[1])  # type: ignore[index]
    half = (record.high - record.low) / 2
    widths = [np.diff(auroc_limits(0.8, k / 2, k / 2))[0] for k in (needed - 1, needed)]
    assert widths[0] > half >= widths[1]


def test_the_score_asked_for_is_assumed_where_it_can_be(make_samples: Make) -> None:
    samples = make_samples(np.arange(60) % 2)
    outer = divided(samples, np.arange(20))
    assert expected_power(samples, outer, 0.9).assumed == 0.9
    for useless in (0.4, 0.5, 1.0, 70.0):
        assert expected_power(samples, outer, useless).assumed == 0.8
    values = make_samples(np.linspace(0, 1, 60), task="regression")
    record = expected_power(values, outer, 0.3)
    assert (record.measure, record.assumed) == ("R²", 0.3)
    assert expected_power(values, outer, None).assumed == 0.5
    assert "an R² of 0.30 will have" in record.sentence


def test_several_classes_are_told_by_the_rarest(make_samples: Make) -> None:
    samples = make_samples(np.arange(120) % 6)
    record = expected_power(samples, divided(samples, np.arange(60)), 0.95)
    assert (record.measure, record.assumed) == ("balanced accuracy", 0.8)
    assert "60 test units (10 of the rarest class, 'class 0')" in record.sentence
    assert record.low < 0.8 < record.high


def test_all_units_of_several_folds_count(make_samples: Make) -> None:
    samples = make_samples(np.arange(60) % 2)
    rows = np.arange(60)
    folds = tuple(
        OuterFold(f"fold {k}", rows[rows % 3 != k], rows[rows % 3 == k]) for k in (0, 1, 2)
    )
    assert expected_power(samples, OuterPlan("nested", "", folds), None).test_units == 60
