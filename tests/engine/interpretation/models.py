"""Models and preprocessing for the tests of this folder."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from deepbench.data.samples import OutcomeInfo
from deepbench.models.fitted import FittedModel, Predictor
from deepbench.models.networks.predictor import NetworkPredictor
from deepbench.models.preprocessing import Preprocessor
from deepbench.training.lane_records import Architecture

BINARY = OutcomeInfo("tumour", "binary", ("benign", "malignant"))
THREE = OutcomeInfo("type", "multiclass", ("a", "b", "c"))
LENGTH = OutcomeInfo("length", "regression")


def table(rows: int, columns: int, seed: int = 0) -> pd.DataFrame:
    drawn = np.random.default_rng(seed).normal(size=(rows, columns))
    return pd.DataFrame(drawn, columns=[f"f{i}" for i in range(columns)])


def fitted(
    predictor: Predictor,
    info: OutcomeInfo,
    features: pd.DataFrame,
    columns: Sequence[int] | None = None,
) -> FittedModel:
    """A model whose preprocessing was fitted on ``features``."""
    preprocessor = Preprocessor.fit(features)
    every = range(len(preprocessor.output_names))
    chosen = np.array(every if columns is None else columns, dtype=np.int64)
    return FittedModel("some model", info, preprocessor, chosen, predictor)


def network(
    inputs: int, hidden: tuple[int, ...], info: OutcomeInfo, seed: int = 1, members: int = 2
) -> NetworkPredictor:
    """A network with drawn weights, large enough to bend and to disagree between starts."""
    rng = np.random.default_rng(seed)
    widths = (inputs, *hidden, info.outputs)

    def drawn(*shape: int) -> NDArray[np.float32]:
        return rng.normal(size=shape, scale=1.5 / np.sqrt(shape[-1])).astype(np.float32)

    parameters = []
    for _ in range(members):
        own = {}
        for layer, (fan_in, fan_out) in enumerate(zip(widths, widths[1:], strict=False)):
            own[f"{2 * layer}.weight"] = drawn(fan_out, fan_in)
            own[f"{2 * layer}.bias"] = drawn(fan_out)
        parameters.append(own)
    task = "regression" if info.task == "regression" else "classification"
    return NetworkPredictor(Architecture(hidden, info.outputs, task), tuple(parameters))
