"""The curve shown of a network: the middle fold's, without losses that are no numbers, thinned."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from deepbench.models.networks.curves import thinned, typical_curve
from deepbench.study.records import CurveRecord, TrialRecord
from deepbench.training.lane_records import LaneResult


def lane(best_epoch: int, losses: list[tuple[float, float]]) -> LaneResult:
    return LaneResult(
        predictions=np.zeros((1, 1)),
        best_epoch=best_epoch,
        epochs=len(losses),
        first_loss=1.0,
        curve=tuple(losses),
        parameters={},
        diverged=best_epoch == 0,
    )


def falling(epochs: int, best_epoch: int = 1) -> LaneResult:
    return lane(best_epoch, [(1.0 / (e + 1), 2.0 / (e + 3)) for e in range(epochs)])


def test_the_fold_with_the_middle_best_epoch_is_shown() -> None:
    folds = [falling(30, 28), falling(4, 2), falling(9, 7), falling(12, 11), falling(5, 3)]
    curve = typical_curve(folds)
    assert curve is not None
    assert (curve.best_epoch, len(curve.training), curve.epochs) == (7, 9, ())
    assert curve.tuning == tuple(2.0 / (e + 3) for e in range(9))


def test_a_curve_ends_where_training_diverged() -> None:
    losses = [(0.7, 0.6), (0.9, 0.8), (math.inf, 5.0), (math.nan, math.nan)]
    curve = typical_curve([lane(0, losses)])
    assert curve == CurveRecord(training=(0.7, 0.9), tuning=(0.6, 0.8), best_epoch=0)
    assert typical_curve([lane(0, losses[2:])]) is None
    # Otherwise the record could be written, but not read again.
    assert CurveRecord.model_validate_json(curve.model_dump_json()) == curve


@pytest.mark.parametrize("best", [1, 37, 120])
def test_a_long_curve_is_thinned_around_its_landmarks(best: int) -> None:
    whole = typical_curve([falling(120, best)])
    assert whole is not None
    curve = thinned(whole, 60)
    assert len(curve.epochs) <= 60
    assert {1, best, 120} <= set(curve.epochs)
    assert max(np.diff(curve.epochs)) <= 3
    assert curve.best_epoch == best
    for place, epoch in enumerate(curve.epochs):
        assert curve.training[place] == pytest.approx(whole.training[epoch - 1], rel=1e-5)
        assert curve.tuning[place] == pytest.approx(whole.tuning[epoch - 1], rel=1e-5)


@pytest.mark.parametrize("epochs", [1, 2, 59, 60, 61])
def test_a_short_curve_keeps_every_epoch_it_may(epochs: int) -> None:
    whole = typical_curve([falling(epochs, epochs)])
    assert whole is not None
    curve = thinned(whole, 60)
    assert len(curve.epochs) == min(epochs, 60) - (epochs == 61)
    assert curve.epochs[0] == 1
    assert curve.epochs[-1] == epochs


def test_a_diverged_curve_has_no_best_epoch_to_keep() -> None:
    whole = typical_curve([lane(0, [(float(e), float(e)) for e in range(100)])])
    assert whole is not None
    curve = thinned(whole, 10)
    assert (curve.best_epoch, curve.epochs[0], curve.epochs[-1]) == (0, 1, 100)
    assert len(curve.epochs) == 9


def test_a_trial_of_an_older_study_has_no_curve() -> None:
    old = {
        "search": "main-1",
        "family": "network-small",
        "number": 0,
        "params": {"learning_rate": 0.01},
        "score": 0.8,
        "fold_scores": [0.8],
        "seconds": 1.0,
        "predictions": "runs/oof-0123456789abcdef.npy",
        "note": "",
    }
    assert TrialRecord.model_validate(json.loads(json.dumps(old))).curve is None
