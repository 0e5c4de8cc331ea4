"""Small data sets and lanes for the tests of training."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from sklearn.utils import Bunch

from deepbench.training.lanes import Lane, LaneSettings


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def problem() -> Bunch:
    """120 samples × 10 features; class and value depend linearly on the features."""
    rng = np.random.default_rng(20)
    x = rng.normal(size=(120, 10)).astype(np.float32)
    signal = x @ rng.normal(size=10)
    codes = (signal > 0).astype(np.int64)
    targets = 50.0 + 7.0 * (signal + 0.3 * rng.normal(size=120))
    return Bunch(x=x, codes=codes, targets=targets)


@pytest.fixture
def make_lane() -> Callable[..., Lane]:
    """Return a lane on 120 samples: fit on 80, stop on 20, predict the last 20."""
    settings = LaneSettings(
        learning_rate=0.01,
        weight_decay=0.01,
        dropout=0.0,
        optimizer="adam",
        batch_size=16,
        balanced=False,
    )
    rows = np.arange(120)

    def make(
        inputs: int = 0,
        outcome: int = 0,
        fit: NDArray[np.int64] = rows[:80],
        stop: NDArray[np.int64] = rows[80:100],
        predict: NDArray[np.int64] = rows[100:],
        seed: int = 1,
        **changes: object,
    ) -> Lane:
        changed = replace(settings, **changes)  # type: ignore[arg-type]
        return Lane(inputs, outcome, fit, stop, predict, changed, seed)

    return make
