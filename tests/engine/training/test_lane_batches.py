from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from sklearn.utils.class_weight import compute_class_weight

from deepbench.training.lane_batches import EpochGrid, PreparedLane, prepare_lane
from deepbench.training.lane_records import Architecture, Lane

CPU = torch.device("cpu")
CLASSES = Architecture((6, 4), 3, "classification")


@pytest.fixture
def prepared(make_lane: Callable[..., Lane]) -> list[PreparedLane]:
    """Three lanes of 5, 3 and 1 updates; the first and last drop units."""
    codes = np.arange(120) % 3
    lanes = [
        make_lane(fit=np.arange(10, 79), dropout=0.5, seed=1),
        make_lane(fit=np.arange(37), seed=2),
        make_lane(fit=np.arange(7), dropout=0.2, seed=3),
    ]
    return [prepare_lane(CLASSES, lane, codes, 10, 1000 * i) for i, lane in enumerate(lanes)]


def test_an_epoch_holds_every_fit_row_once(prepared: list[PreparedLane]) -> None:
    grid = EpochGrid(CLASSES, prepared, CPU)
    epoch = grid.draw()
    assert epoch.index.shape[0] == 5
    assert grid.active == [3, 2, 2, 1, 1]
    for i, lane in enumerate(prepared):
        real = epoch.weights[:, i, :, 0] > 0
        assert sorted(epoch.index[:, i][real].tolist()) == lane.fit.index.tolist()
        sizes = real.sum(dim=1)[: lane.lane.steps]
        assert int(sizes.max()) <= 16
        assert int(sizes.max() - sizes.min()) <= 1
        torch.testing.assert_close(grid.shares[: len(sizes), i], sizes / sizes.sum())
        assert not bool(real[lane.lane.steps :].any())


def test_targets_and_weights_belong_to_their_rows(prepared: list[PreparedLane]) -> None:
    epoch = EpochGrid(CLASSES, prepared, CPU).draw()
    for i in range(len(prepared)):
        weights = epoch.weights[:, i, :, 0]
        real = weights > 0
        codes = (epoch.index[:, i] - 1000 * i) % 3
        assert bool((epoch.targets[:, i].argmax(dim=2) == codes)[real].all())
        torch.testing.assert_close(epoch.targets[:, i].sum(dim=2), weights)
        # The rows of a batch count alike and add up to a mean.
        for step in range(prepared[i].lane.steps):
            here = weights[step][real[step]]
            torch.testing.assert_close(here, torch.full_like(here, 1 / len(here)))


def test_epochs_differ_and_lanes_draw_alike_alone(
    prepared: list[PreparedLane], make_lane: Callable[..., Lane]
) -> None:
    together = EpochGrid(CLASSES, prepared, CPU)
    first, second = together.draw(), together.draw()
    assert not torch.equal(first.index, second.index)
    lane = make_lane(fit=np.arange(10, 79), dropout=0.5, seed=1)
    alone = EpochGrid(CLASSES, [prepare_lane(CLASSES, lane, np.arange(120) % 3, 10, 0)], CPU)
    for epoch in (first, second):
        own = alone.draw()
        assert torch.equal(own.index[:, 0], epoch.index[:, 0])
        assert own.dropout is not None
        assert epoch.dropout is not None
        real = own.weights[2, 0, :, 0] > 0
        own_masks, masks = own.dropout.masks(2, 1)[0], epoch.dropout.masks(2, 1)[0]
        assert torch.equal(own_masks[real], masks[real])


def test_dropout_masks_have_mean_one_and_the_asked_rate(make_lane: Callable[..., Lane]) -> None:
    wide = Architecture((300, 200), 2, "classification")
    lanes = [make_lane(dropout=rate, batch_size=200, seed=5) for rate in (0.3, 0.0)]
    prepared = [prepare_lane(wide, lane, np.arange(120) % 2, 10, 0) for lane in lanes]
    dropout = EpochGrid(wide, prepared, CPU).draw().dropout
    assert dropout is not None
    dropping, keeping = dropout.masks(0, 2)
    # 40,000 draws: a standard error of 0.0023.
    assert float((dropping == 0).float().mean()) == pytest.approx(0.3, abs=0.01)
    assert float(dropping.max()) == pytest.approx(1 / 0.7, rel=1e-4)
    assert bool((keeping == 1).all())


def test_no_masks_are_drawn_without_dropout(make_lane: Callable[..., Lane]) -> None:
    prepared = [prepare_lane(CLASSES, make_lane(), np.arange(120) % 3, 10, 0)]
    assert EpochGrid(CLASSES, prepared, CPU).draw().dropout is None


def test_balanced_weights_equal_those_of_scikit_learn(make_lane: Callable[..., Lane]) -> None:
    rng = np.random.default_rng(0)
    codes = rng.choice(3, size=120, p=[0.7, 0.2, 0.1])
    lane = make_lane(balanced=True)
    prepared = prepare_lane(CLASSES, lane, codes, 10, 0)
    fitted = codes[lane.fit_rows]
    expected = compute_class_weight("balanced", classes=np.arange(3), y=fitted)
    np.testing.assert_allclose(prepared.fit.weights[:, 0], expected[fitted], rtol=1e-6)
    # The stop rows are weighed by the fit rows' frequencies, not their own.
    np.testing.assert_allclose(
        prepared.stop.weights[:, 0], expected[codes[lane.stop_rows]], rtol=1e-6
    )


def test_labels_are_smoothed_on_fit_rows_alone(make_lane: Callable[..., Lane]) -> None:
    codes = np.arange(120) % 3
    lane = make_lane(smoothing=0.3, balanced=True)
    prepared = prepare_lane(CLASSES, lane, codes, 10, 0)
    plain = prepare_lane(CLASSES, make_lane(balanced=True), codes, 10, 0)
    expected = plain.fit.weights.numpy() * (0.7 * np.eye(3)[codes[lane.fit_rows]] + 0.1)
    np.testing.assert_allclose(prepared.fit.targets, expected, rtol=1e-6)
    assert torch.equal(prepared.stop.targets, plain.stop.targets)


def test_smoothing_has_no_meaning_for_values(make_lane: Callable[..., Lane]) -> None:
    values = np.random.default_rng(0).normal(size=120)
    architecture = Architecture((6,), 1, "regression")
    smoothed, plain = (
        prepare_lane(architecture, make_lane(smoothing=part), values, 10, 0) for part in (0.3, 0.0)
    )
    assert torch.equal(smoothed.fit.targets, plain.fit.targets)


def test_values_are_standardised_over_the_fit_rows(make_lane: Callable[..., Lane]) -> None:
    values = np.random.default_rng(0).normal(size=120) * 12 + 100
    lane = make_lane()
    prepared = prepare_lane(Architecture((), 1, "regression"), lane, values, 10, 0)
    assert prepared.center == pytest.approx(values[:80].mean())
    assert prepared.scale == pytest.approx(values[:80].std())
    assert float(prepared.fit.targets.mean()) == pytest.approx(0, abs=1e-6)
    assert float(prepared.fit.targets.std(correction=0)) == pytest.approx(1, abs=1e-6)
