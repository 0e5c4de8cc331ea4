"""Two checks that a network and its training are put together correctly.

An untrained network should know nothing, and a network should be able to learn eight samples by
heart. Both are quick, and a failure of either means that any later score is meaningless
(Karpathy 2019, "A recipe for training neural networks"; Lee et al. 2022, tips 3 and 6,
doi:10.1371/journal.pcbi.1009803).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from deepbench.training.lanes import (
    Architecture,
    Lane,
    LaneResult,
    LaneSettings,
    TrainingSchedule,
    train_lanes,
)

# The first loss may miss its expected value by this part of it.
INITIAL_TOLERANCE = 0.15

OVERFIT_SAMPLES = 8
OVERFIT_LOSS = 0.05
OVERFIT_EPOCHS = 500

Outcome = NDArray[np.int64] | NDArray[np.float64]


@dataclass(frozen=True)
class SanityCheck:
    """A check and its finding.

    Attributes:
        name: Identifier of the check.
        passed: Whether the value is as expected.
        value: Measured loss.
        expected: What the loss should be (initial loss), or stay below (overfitting).
        sentence: The finding for the user.
    """

    name: str
    passed: bool
    value: float
    expected: float
    sentence: str


def sanity_checks(
    architecture: Architecture, x: NDArray[np.float32], y: Outcome, seed: int
) -> tuple[SanityCheck, SanityCheck]:
    """Run both checks on the training samples ``x`` (n, d) with outcome ``y`` (n,)."""
    value, expected = initial_loss(architecture, x, y, seed)
    starts_right = abs(value - expected) <= INITIAL_TOLERANCE * expected
    start = SanityCheck(
        "initial_loss",
        starts_right,
        value,
        expected,
        f"Before training the loss is {value:.2f}; a network that knows nothing has "
        f"{expected:.2f}."
        + ("" if starts_right else " The inputs are probably not scaled, or hold extreme values."),
    )
    learned, final_loss = overfits_eight(architecture, x, y, seed)
    memory = SanityCheck(
        "overfits_eight",
        learned,
        final_loss,
        OVERFIT_LOSS,
        f"The network learned {OVERFIT_SAMPLES} samples by heart (loss {final_loss:.3f})."
        if learned
        else f"The network could not learn {OVERFIT_SAMPLES} samples by heart (loss "
        f"{final_loss:.3f}, should fall below {OVERFIT_LOSS}): it is too small for them, or "
        "samples with different outcomes have the same measurements.",
    )
    return start, memory


def initial_loss(
    architecture: Architecture, inputs: NDArray[np.float32], outcome: Outcome, seed: int
) -> tuple[float, float]:
    """Return the loss before the first update, and what it should be.

    That is log K nats for K classes, and 1 for a standardised outcome.

    Args:
        architecture: Widths and task of the network.
        inputs: (n, d) prepared inputs.
        outcome: (n,) class codes or values.
        seed: Seed of the initial weights.
    """
    everything = np.arange(len(inputs))
    result = _train(architecture, inputs, outcome, everything, seed, epochs=1)
    is_regression = architecture.task == "regression"
    return result.first_loss, 1.0 if is_regression else math.log(architecture.outputs)


def overfits_eight(
    architecture: Architecture, x: NDArray[np.float32], y: Outcome, seed: int
) -> tuple[bool, float]:
    """Return whether the network can learn eight samples by heart, and its final loss.

    The samples are drawn at random, from each class in turn, and fitted without dropout or weight
    decay.

    Args:
        architecture: Widths and task of the network.
        x: (n, d) prepared inputs.
        y: (n,) class codes or values.
        seed: Seed of the draw and of the training.
    """
    rows = _few_rows(architecture, y, seed)
    result = _train(architecture, x, y, rows, seed, epochs=OVERFIT_EPOCHS)
    if result.diverged:
        return False, math.inf
    final_loss = min(stop_loss for _, stop_loss in result.curve)
    return final_loss < OVERFIT_LOSS, final_loss


def _few_rows(architecture: Architecture, y: Outcome, seed: int) -> NDArray[np.int64]:
    shuffled = np.random.default_rng(seed).permutation(len(y))
    if architecture.task == "regression":
        return shuffled[:OVERFIT_SAMPLES]
    # Rank of each sample within its class: the first of every class come before the second.
    labels = y[shuffled]
    rank = np.empty(len(y), dtype=np.int64)
    for label in np.unique(labels):
        members = labels == label
        rank[members] = np.arange(members.sum())
    chosen = shuffled[np.argsort(rank, kind="stable")]
    return chosen[:OVERFIT_SAMPLES]


def _train(
    architecture: Architecture,
    x: NDArray[np.float32],
    y: Outcome,
    rows: NDArray[np.int64],
    seed: int,
    epochs: int,
) -> LaneResult:
    """Fit ``rows`` in one batch without regularisation, watching their own loss."""
    settings = LaneSettings(
        learning_rate=0.01,
        weight_decay=0.0,
        dropout=0.0,
        optimizer="adam",
        batch_size=len(rows),
        balanced=False,
    )
    lane = Lane(0, 0, rows, rows, rows, settings, seed)
    schedule = TrainingSchedule(max_epochs=epochs, patience=epochs)
    (result,) = train_lanes(architecture, [x], [y], [lane], schedule, torch.device("cpu"))
    return result
