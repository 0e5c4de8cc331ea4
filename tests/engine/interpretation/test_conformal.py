"""Prediction sets: they hold the truth as often as chosen, in every class, for whole units."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from deepbench.interpretation.abstaining import abstain_curve, class_sureness, value_sureness
from deepbench.interpretation.conformal import conformal_records, smallest_rate
from tests.engine.interpretation.held_out_samples import held_out, samples_of


def classified(
    seed: int, n: int, shares: tuple[float, ...], per_unit: int = 1, skill: float = 1.5
):
    """Samples whose probabilities know something of the class; units share their noise."""
    rng = np.random.default_rng(seed)
    units = np.repeat(np.arange(n // per_unit), per_unit)
    y = rng.choice(len(shares), n // per_unit, p=shares)[units]
    odds = np.log(shares) + skill * np.eye(len(shares))[y]
    odds += rng.normal(size=(n // per_unit, len(shares)))[units] + 0.2 * rng.normal(
        size=odds.shape
    )
    p = np.exp(odds) / np.exp(odds).sum(axis=1, keepdims=True)
    classes = tuple("abcdef"[: len(shares)])
    samples = samples_of(y, pd.DataFrame({"g": np.zeros(n)}), units=units, classes=classes)
    return held_out(samples, p)


@pytest.mark.parametrize("shares", [(0.5, 0.5), (0.85, 0.15), (0.6, 0.25, 0.15)])
@pytest.mark.parametrize("rate", [0.05, 0.1, 0.2])
def test_sets_miss_the_chosen_share_in_every_class(shares: tuple[float, ...], rate: float) -> None:
    found = [conformal_records(classified(s, 600, shares), (rate,))[0] for s in range(8)]
    for code in range(len(shares)):
        coverage = np.mean([record.by_class[code][1] for record in found])
        assert 1 - rate - 0.02 <= coverage <= 1 - rate + 0.03
    assert np.mean([record.coverage.value for record in found]) >= 1 - rate - 0.015


def test_sets_of_units_with_several_samples() -> None:
    found = [
        conformal_records(classified(s, 400, (0.5, 0.5), per_unit=8), (0.2,))[0] for s in range(20)
    ]
    assert 0.78 <= np.mean([record.coverage.value for record in found]) <= 0.87
    assert found[0].coverage.high - found[0].coverage.low > 0.15


def test_a_better_model_makes_smaller_sets() -> None:
    good, poor = (
        conformal_records(classified(1, 500, (0.4, 0.3, 0.3), skill=skill), (0.1,))[0]
        for skill in (5.0, 0.5)
    )
    assert good.size < 1.3
    assert poor.size > 2
    assert good.single > 0.7 > poor.single


def test_the_smallest_probability_of_a_set_is_its_rule_for_new_samples() -> None:
    held = classified(3, 500, (0.6, 0.4))
    record = conformal_records(held, (0.1,))[0]
    for code, (name, least) in enumerate(record.least_probability):
        own = held.predicted[held.codes == code, code]
        assert name == "ab"[code]
        # Of n + 1 units, the new one among them, at most one tenth lies below.
        rank = int(np.floor(0.1 * (len(own) + 1)))
        assert least == pytest.approx(np.sort(own)[rank - 1])


def test_a_class_of_few_units_cannot_be_kept_out() -> None:
    held = classified(4, 60, (0.9, 0.1))
    few = int((held.codes == 1).sum())
    assert smallest_rate(few) > 0.05
    record = conformal_records(held, (0.05,))[0]
    assert dict(record.by_class)["b"] == 1.0
    assert dict(record.least_probability)["b"] == 0.0


@pytest.mark.parametrize("rate", [0.05, 0.2])
def test_intervals_of_numbers(rate: float) -> None:
    found = []
    for seed in range(10):
        rng = np.random.default_rng(seed)
        y = rng.normal(size=300)
        samples = samples_of(y, pd.DataFrame({"g": np.zeros(300)}), classes=())
        found.append(
            conformal_records(held_out(samples, y[:, None] + rng.laplace(size=(300, 1))), (rate,))[
                0
            ]
        )
    assert (
        1 - rate - 0.015 <= np.mean([record.coverage.value for record in found]) <= 1 - rate + 0.02
    )
    assert np.mean([record.half_width for record in found]) == pytest.approx(
        -np.log(rate), rel=0.12
    )
    assert found[0].size == pytest.approx(2 * found[0].half_width, rel=0.1)
    assert found[0].single is None


def test_intervals_without_an_end_are_left_out() -> None:
    y = np.arange(12.0)
    samples = samples_of(y, pd.DataFrame({"g": np.zeros(12)}), classes=())
    records = conformal_records(held_out(samples, y[:, None] + 1), (0.05, 0.2))
    assert [record.error_rate for record in records] == [0.2]


# --- abstaining -----------------------------------------------------------------------------


def test_holding_back_unsure_answers_lowers_the_error() -> None:
    held = classified(5, 500, (0.5, 0.5))
    curve = abstain_curve(held, class_sureness(held))
    assert [round(point.answered, 1) for point in curve] == [
        1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1,
    ]  # fmt: skip
    surest = np.argsort(-held.predicted.max(axis=1))[:250]
    assert curve[5].error.value == pytest.approx(held.error[surest].mean())
    assert curve[5].error.high < curve[0].error.value
    assert all(point.error.low <= point.error.value <= point.error.high for point in curve)


def test_equally_sure_answers_come_together_and_few_samples_end_the_curve() -> None:
    held = classified(6, 60, (0.5, 0.5))
    curve = abstain_curve(held, np.repeat([1.0, 0.0], 30))
    assert [point.answered for point in curve] == [1.0, 0.5]
    assert len(abstain_curve(held, np.arange(60.0))) == 7


def test_numbers_are_sure_where_similar_samples_had_small_errors() -> None:
    rng = np.random.default_rng(7)
    y = rng.normal(size=200)
    hard = np.arange(200) % 2 == 1
    samples = samples_of(y, pd.DataFrame({"g": np.zeros(200)}), classes=())
    held = held_out(samples, (y + np.where(hard, 3.0, 0.3) * rng.normal(size=200))[:, None])
    alike = np.stack([np.flatnonzero(hard == side)[:20] for side in hard])
    alike[:, 15:] = -1
    curve = abstain_curve(held, value_sureness(held, alike))
    assert curve[-1].error.value < 0.4
    np.testing.assert_allclose(value_sureness(held, alike)[0], -held.error[alike[0, :15]].mean())
    assert np.unique(value_sureness(held, np.full((200, 3), -1))).tolist() == [-held.error.mean()]
