"""What goes into and comes out of a batch of networks trained at once.

A *lane* is one network among many of the same architecture. All lanes share the inputs and the
label vectors; each has its own rows, settings and seed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Task = Literal["classification", "regression"]


@dataclass(frozen=True)
class Architecture:
    """A multilayer perceptron with ReLU hidden layers.

    Attributes:
        hidden: Widths of the hidden layers, input side first; ``()`` is the linear rung.
        outputs: Number of classes, or 1 for regression.
        task: What the outputs are: logits of classes, or one number.

    Raises:
        ValueError: If the widths or the number of outputs do not fit the task.
    """

    hidden: tuple[int, ...]
    outputs: int
    task: Task

    def __post_init__(self) -> None:
        if any(width < 1 for width in self.hidden):
            raise ValueError(f"Hidden widths must be at least 1, got {self.hidden}.")
        if self.task == "classification" and self.outputs < 2:
            raise ValueError("A classification network needs an output for each class.")
        if self.task == "regression" and self.outputs != 1:
            raise ValueError("A regression network has exactly one output.")


@dataclass(frozen=True)
class LaneSettings:
    """The hyperparameters of one lane.

    Attributes:
        learning_rate: Step size of the optimizer.
        weight_decay: L2 penalty on the weights (never on the biases): decoupled from the
            gradient for ``"adam"`` (AdamW), added to the gradient for ``"sgd"``.
        dropout: Probability with which a hidden unit is dropped, in [0, 1).
        optimizer: ``"adam"`` is AdamW; ``"sgd"`` has Nesterov momentum 0.9.
        batch_size: Largest number of rows in an update. An epoch is cut into as few batches as
            this allows, as even as possible, so that no epoch ends on a batch of one row.
        balanced: Weigh classes inversely to their frequency in the fit rows. Without meaning
            (and without effect) for regression.
        smoothing: Part of each class target that is spread evenly over all classes (label
            smoothing, Szegedy et al. 2016, arXiv 1512.00567), in [0, 1). The fit rows' alone: the
            loss of the stop rows is that of the true classes. Without effect for regression.

    Raises:
        ValueError: If a value is outside its range.
    """

    learning_rate: float
    weight_decay: float
    dropout: float
    optimizer: Literal["adam", "sgd"]
    batch_size: int
    balanced: bool
    smoothing: float = 0.0

    def __post_init__(self) -> None:
        if not self.learning_rate > 0.0:
            raise ValueError(f"The learning rate must be positive, got {self.learning_rate}.")
        if not self.weight_decay >= 0.0:
            raise ValueError(f"The weight decay must not be negative, got {self.weight_decay}.")
        if not 0.0 <= self.dropout < 1.0:
            raise ValueError(f"Dropout must lie in [0, 1), got {self.dropout}.")
        if not 0.0 <= self.smoothing < 1.0:
            raise ValueError(f"Label smoothing must lie in [0, 1), got {self.smoothing}.")
        if self.batch_size < 1:
            raise ValueError(f"The batch size must be at least 1, got {self.batch_size}.")
        if self.optimizer not in ("adam", "sgd"):
            raise ValueError(f"The optimizer must be 'adam' or 'sgd', got {self.optimizer!r}.")


@dataclass(frozen=True, eq=False)
class Lane:
    """One network to train.

    Attributes:
        inputs: Which input matrix it sees (each fold has its own, because scaling is fitted
            inside the fold).
        outcome: Which label vector it learns (each label shuffle is one).
        fit_rows: (a,) rows that the weights are fitted on.
        stop_rows: (b,) rows whose loss decides early stopping; empty: train all epochs and keep
            the last weights.
        predict_rows: (m,) rows to predict.
        settings: Hyperparameters.
        seed: Seed of the initial weights, the order of rows and the dropout masks.
    """

    inputs: int
    outcome: int
    fit_rows: NDArray[np.int64]
    stop_rows: NDArray[np.int64]
    predict_rows: NDArray[np.int64]
    settings: LaneSettings
    seed: int

    @property
    def steps(self) -> int:
        """Number of updates in an epoch."""
        return math.ceil(len(self.fit_rows) / self.settings.batch_size)


@dataclass(frozen=True)
class TrainingSchedule:
    """How long a lane may train.

    Attributes:
        max_epochs: Number of passes over the fit rows at most.
        patience: Number of epochs without a new lowest loss on the stop rows, after which the
            lane stops.

    Raises:
        ValueError: If a value is below 1.
    """

    max_epochs: int = 120
    patience: int = 15

    def __post_init__(self) -> None:
        if self.max_epochs < 1 or self.patience < 1:
            raise ValueError("Training needs at least one epoch and a patience of at least one.")


@dataclass(frozen=True, eq=False)
class LaneResult:
    """What came of one lane.

    Losses are means over rows of the cross-entropy in nats (with the class weights of the lane,
    and on fit rows its smoothed labels) or of the squared error in units of the outcome's
    variance over the fit rows.

    Attributes:
        predictions: Class probabilities (m, K), or predicted values (m, 1) in the outcome's
            units, of the predict rows, with the weights of the best epoch. A diverged lane
            predicts the class frequencies or the mean of its fit rows.
        best_epoch: Epoch (from 1) whose weights are kept; 0 if the lane diverged.
        epochs: Number of epochs trained.
        first_loss: Loss of the fit rows before the first update.
        curve: (fit loss, stop loss) of each epoch. The fit loss is the mean over the epoch's
            updates, so it includes dropout and lags half an epoch; the stop loss is measured
            after the epoch without dropout, and is NaN for a lane without stop rows.
        parameters: Best weights and biases by name (``"0.weight"`` (h, d), ``"0.bias"`` (h,),
            ``"2.weight"``, …), the state of `deepbench.training.saved_network.as_module`; empty
            unless asked for, and empty for a diverged lane.
        diverged: The loss or a weight became infinite, undefined or absurdly large.
        fell_back: It was trained on the CPU, because it alone did not fit into the memory of the
            device that was asked for.
    """

    predictions: NDArray[np.float64]
    best_epoch: int
    epochs: int
    first_loss: float
    curve: tuple[tuple[float, float], ...]
    parameters: dict[str, NDArray[np.float32]]
    diverged: bool
    fell_back: bool = False
