"""A trained network, or the mean of several random starts, outside training."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deepbench.training.lane_records import Architecture


@dataclass(frozen=True, eq=False)
class NetworkPredictor:
    """Networks of one architecture whose predictions are averaged.

    Attributes:
        architecture: Widths and task.
        members: For each random start, its parameters by name in torch's layout, as
            `deepbench.training.lane_records.LaneResult.parameters` has them; a regression's
            parameters give the outcome in its own unit.

    Raises:
        ValueError: If there is no member, or one whose layers do not fit the architecture.
    """

    architecture: Architecture
    members: tuple[dict[str, NDArray[np.float32]], ...]

    def __post_init__(self) -> None:
        if not self.members:
            raise ValueError("A network predictor needs at least one member.")
        widths = [*self.architecture.hidden, self.architecture.outputs]
        for member in self.members:
            biases = [name for name in member if name.endswith(".bias")]
            found = [len(member[name]) for name in sorted(biases, key=_layer_number)]
            if found != widths:
                raise ValueError(f"Layers of widths {widths} were expected, not {found}.")

    def predict(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return (n, K) class probabilities, or (n, 1) values: the mean over the members."""
        # Brings torch with it, which opening a traditional model must not wait for.
        from deepbench.training.saved_network import predict_parameters

        total = np.zeros((len(x), self.architecture.outputs))
        for member in self.members:
            total += predict_parameters(self.architecture, member, x)
        return total / len(self.members)


def _layer_number(name: str) -> int:
    return int(name.partition(".")[0])
