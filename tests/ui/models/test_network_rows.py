"""Network sizes: curves, what they say, random starts, sanity checks, the order of sizes."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from deepbench.plan import NetworkSize
from deepbench.study.records import CurveRecord, ModelRecord, SanityRecord, TrialRecord
from deepbench_ui.models.network_rows import (
    curve_figure,
    curve_reading,
    done_sizes,
    live_sizes,
    missing_rungs,
    ticked,
)

Make = Callable[..., TrialRecord]
MakeModel = Callable[..., ModelRecord]


def _curve(training: list[float], tuning: list[float], best: int) -> CurveRecord:
    return CurveRecord(training=tuple(training), tuning=tuple(tuning), best_epoch=best)


BY_HEART = _curve([0.7, 0.4, 0.2, 0.1], [0.7, 0.5, 0.6, 0.8], 2)


def test_live_curve_is_that_of_the_best_settings_with_one(make_trial: Make) -> None:
    trials = [
        make_trial("network-small", 0, 0.8, curve=BY_HEART),
        make_trial("network-small", 1, 0.9, curve=_curve([0.6, 0.5], [0.6, 0.55], 2)),
        make_trial("network-small", 2, 0.95),
        make_trial("network-large", 0, 0.99, curve=BY_HEART),
    ]
    linear, small = live_sizes(trials, ["linear", "small"])
    assert (linear.trials, linear.curve, linear.reading) == (0, None, "")
    assert small.trials == 3
    assert small.curve is not None
    assert small.curve.curves[0].y == (0.6, 0.5)
    assert small.starts == ""


def test_curve_of_a_thinned_record_stands_at_its_epochs() -> None:
    curve = CurveRecord(
        training=(0.7, 0.3, 0.2), tuning=(0.7, 0.4, 0.5), best_epoch=40, epochs=(1, 40, 52)
    )
    figure = curve_figure("Small network", curve)
    training, tuning = figure.curves
    assert training.x == tuning.x == (1.0, 40.0, 52.0)
    assert (training.use, tuning.use) == ("training", "tuning")
    assert [(line.value, line.label) for line in figure.verticals] == [(40.0, "epoch kept")]
    assert curve_reading(curve).startswith("After epoch 40 the network began to learn")


@pytest.mark.parametrize(
    ("curve", "beginning"),
    [
        (BY_HEART, "After epoch 2 the network began to learn its training samples by heart"),
        (_curve([0.7, 0.5], [0.7, 0.6], 2), "The loss on the tuning set fell until"),
        (_curve([0.7, 0.5, 0.6], [0.7, 0.5, 0.6], 2), "Training went on to epoch 3"),
        (_curve([0.7], [0.7], 0), ""),
    ],
)
def test_a_curve_is_read_aloud(curve: CurveRecord, beginning: str) -> None:
    said = curve_reading(curve)
    assert said.startswith(beginning)
    assert bool(said) == bool(beginning)


def test_losses_are_named_where_learning_by_heart_began() -> None:
    said = curve_reading(BY_HEART)
    assert "falling (0.4 to 0.1)" in said
    assert "rose (0.5 to 0.8)" in said


def test_a_network_that_never_learned_has_no_line() -> None:
    assert curve_figure("Small network", _curve([0.7], [0.7], 0)).verticals == ()


def test_done_sizes_are_in_order_with_starts_and_checks(make_model: MakeModel) -> None:
    failed = SanityRecord(
        name="overfits_eight", passed=False, value=1.0, expected=0.05, sentence="It could not."
    )
    models = [
        make_model("network-small", seed_scores=(0.81, 0.79, 0.8), curve=BY_HEART),
        make_model("network-linear", seed_scores=(0.7,), sanity=(failed,)),
    ]
    linear, small = done_sizes(models)
    assert linear.starts == "One random start: AUROC 0.700."
    assert [(row.title, row.passed) for row in linear.sanity] == [
        ("Can learn eight samples by heart", False)
    ]
    assert small.starts == "3 random starts with the same settings: AUROC 0.790 to 0.810."
    assert small.curve is not None


@pytest.mark.parametrize(
    ("before", "size", "on", "after"),
    [
        ([], "medium", True, ["linear", "small", "medium"]),
        (["linear", "small", "medium", "large"], "small", False, ["linear"]),
        (["linear"], "linear", False, []),
        (["linear"], "small", True, ["linear", "small"]),
        (["large"], "small", True, ["linear", "small", "large"]),
    ],
)
def test_a_larger_size_is_never_ticked_without_the_smaller_ones(
    before: list[str], size: NetworkSize, on: bool, after: list[str]
) -> None:
    assert ticked(before, size, on) == after


def test_gaps_of_a_plan_are_found() -> None:
    assert missing_rungs(["medium"]) == ["linear", "small"]
    assert missing_rungs(["linear", "large"]) == ["small", "medium"]
    assert missing_rungs(["linear", "small"]) == []
    assert missing_rungs([]) == []
