"""The ladder of networks: a linear rung, then multilayer perceptrons of three sizes.

Widths grow so that the number of weights rises about fivefold a rung on a 30-column table; on
tables of this kind (up to some thousand samples) larger networks do not pay (Grinsztajn et al.
2022, arXiv 2207.08815; Kadra et al. 2021, arXiv 2106.11189: regularisation matters more than
size).
"""

from __future__ import annotations

from typing import Any

import optuna

from deepbench.models.family import Family, Params
from deepbench.models.problem_shape import ProblemShape
from deepbench.plan import NETWORK_SIZES, NetworkSize
from deepbench.training.lane_records import Architecture, LaneSettings, TrainingSchedule

HIDDEN_WIDTHS: dict[NetworkSize, tuple[int, ...]] = {
    "linear": (),
    "small": (16,),
    "medium": (64, 32),
    "large": (128, 64, 32),
}
_TITLES: dict[NetworkSize, str] = {
    "linear": "Linear network",
    "small": "Small network",
    "medium": "Medium network",
    "large": "Large network",
}
_FIRST_NETWORK_COMPLEXITY = 3
_FEW_ROWS = 1_000
_MANY_ROWS = 10_000

SCHEDULE = TrainingSchedule(max_epochs=100, patience=12)


class NetworkFamily(Family):
    """One rung of the ladder.

    Search space: AdamW (Loshchilov & Hutter 2019, arXiv 1711.05101) or SGD with Nesterov
    momentum; learning rate, weight decay and dropout on the scales of Kadra et al. 2021 and of
    the default grids in Gorishniy et al. 2021 (arXiv 2106.11959); class weights on or off; label
    smoothing (as in RealMLP, Holzmüller et al. 2024, arXiv 2407.04491) on or off; on wide tables
    the number of columns kept by the filter inside the fold.

    Smoothing as a setting against none (``benchmarks/network_tricks.py --tricks engine family``;
    medium network, eight trials, four outer folds, seeds 5 to 7, 12 paired folds a table; mean
    change of the AUROC and of the log loss, with standard errors that take the folds for
    independent, which they are not): mice +0.055 ± 0.013 and -0.11 ± 0.03, heart +0.002 ± 0.001
    and -0.001 ± 0.002, breast cancer +0.001 ± 0.0004 and +0.031 ± 0.005 (worse), simulated 200 x
    20,000 -0.006 ± 0.013 and -0.04 ± 0.05. The gain is that of one table, on which smoothing was
    also found, among eleven tricks looked at. Always on, it gave -0.012 ± 0.011 on the last
    table, so it is a choice of the search.
    """

    kind = "network"

    def __init__(self, size: NetworkSize) -> None:
        self.size = size
        self.hidden = HIDDEN_WIDTHS[size]
        self.name = f"network-{size}"
        self.title = _TITLES[size]
        self.complexity = _FIRST_NETWORK_COMPLEXITY + NETWORK_SIZES.index(size)

    def architecture(self, shape: ProblemShape) -> Architecture:
        """Return the widths and outputs for this problem."""
        return Architecture(
            self.hidden,
            shape.outputs,
            "regression" if shape.task == "regression" else "classification",
        )

    def portfolio(self, shape: ProblemShape) -> list[Params]:
        """Return four settings that span weak to strong regularisation."""
        rows = [
            ("adam", 2e-3, 1e-2, 0.2, 0.1),
            ("adam", 5e-3, 1e-4, 0.0, 0.0),
            ("sgd", 2e-2, 1e-3, 0.2, 0.1),
            ("adam", 5e-4, 1e-1, 0.5, 0.0),
        ]
        settings = [
            {
                "optimizer": optimizer,
                "learning_rate": rate,
                "weight_decay": decay,
                "dropout": dropout if self.hidden else 0.0,
                "balanced": False,
                "smoothing": smoothing if shape.task != "regression" else 0.0,
            }
            for optimizer, rate, decay, dropout, smoothing in rows
        ]
        return self.combine(settings, shape)

    def suggest(self, trial: optuna.Trial, shape: ProblemShape) -> Params:
        """Draw settings from the search space."""
        optimizer = trial.suggest_categorical("optimizer", ["adam", "sgd"])
        params: dict[str, Any] = {
            "optimizer": optimizer,
            # SGD takes steps of the gradient's own length and wants about ten times the rate.
            "learning_rate": trial.suggest_float("learning_rate", 3e-4, 5e-2, log=True),
            "weight_decay": trial.suggest_float("weight_decay", 1e-5, 3e-1, log=True),
            "dropout": (
                trial.suggest_float("dropout", 0.0, 0.6, step=0.1) if self.hidden else 0.0
            ),
            "balanced": (
                trial.suggest_categorical("balanced", [False, True])
                if shape.task != "regression"
                else False
            ),
            "smoothing": (
                trial.suggest_categorical("smoothing", [0.0, 0.1])
                if shape.task != "regression"
                else 0.0
            ),
        }
        return {**params, **self.suggest_filter(trial, shape)}


def lane_settings(params: Params, rows: int, rate_factor: float = 1.0) -> LaneSettings:
    """Return the settings of a lane; the batch size follows from the number of fit rows."""
    batch_size = 32 if rows < _FEW_ROWS else 128 if rows < _MANY_ROWS else 512
    return LaneSettings(
        learning_rate=params["learning_rate"] * rate_factor,
        weight_decay=params["weight_decay"],
        dropout=params["dropout"],
        optimizer=params["optimizer"],
        batch_size=batch_size,
        balanced=params["balanced"],
        # Settings chosen by an earlier version have no such word.
        smoothing=params.get("smoothing", 0.0),
    )
