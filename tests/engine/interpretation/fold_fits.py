"""Fits on folds for tests: from given attributions, or fitted on a simulated table."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from deepbench.interpretation import fold_tasks
from deepbench.interpretation.attribution_directions import directions
from deepbench.interpretation.fold_models import FoldFit, Part
from deepbench.interpretation.fold_results import FoldResult, SampleAttributions
from deepbench.interpretation.fold_sums import unit_variance
from deepbench.interpretation.fold_tasks import AttributionTask, attribute_fold
from deepbench.interpretation.importance import ModelFits
from deepbench.models.family import Params
from deepbench.models.workbench import Workbench

Floats = NDArray[np.float64]


def given(
    values: Floats, names: list[str], samples: pd.DataFrame | None = None, **other: Any
) -> FoldResult:
    """A fit with attributions (n, p) or (n, p, O) that add up, all samples units of their own."""
    values = values if values.ndim == 3 else values[:, :, None]
    rows = other.pop("rows", np.arange(len(values)))
    rest = other.pop("rest", np.zeros((len(values), values.shape[2])))
    base = other.pop("base", np.zeros(values.shape[2]))
    outputs = values.sum(axis=1) + rest + base
    sizes = np.abs(values).mean(axis=2).astype(np.float32)
    signed = values[:, :, 0].astype(np.float32) if values.shape[2] == 1 else None
    if samples is None:
        samples = pd.DataFrame(np.zeros((len(values), len(names))), columns=names)
    direction, known = directions(samples, tuple(names), signed)
    every: dict[str, Any] = {
        "part": "model",
        "fold": 0,
        "repeat": 0,
        "number": 0,
        "model": "linear",
        "method": "linear SHAP (exact)",
        "scale": "log-odds",
        "unit": "log-odds of yes",
        "sentences": (),
        "features": tuple(names),
        "rows": rows,
        "size": sizes.mean(axis=0, dtype=np.float64),
        "size_few": sizes.mean(axis=0, dtype=np.float64),
        "variance": unit_variance(sizes, np.arange(len(sizes))),
        "size_by_start": np.empty((0, len(names))),
        "direction": direction,
        "known": known,
        "noise": np.empty(0),
        "noise_features": (),
        "single": SampleAttributions(
            np.arange(len(names)), values.astype(np.float32), rest, base, outputs
        ),
        "neighbours": None,
        "error": 0.0,
        "attributed": float(np.abs(outputs - base).max(initial=0.0)),
        "weights_check": float("nan"),
        "fit_seconds": 0.0,
        "explain_seconds": 0.0,
    }
    return FoldResult(**{**every, **other})


class Fits:
    """Fits on the folds of a bench, as the pool would do them."""

    def __init__(
        self,
        monkeypatch: pytest.MonkeyPatch,
        bench: Workbench,
        family: str,
        params: Params,
        starts: int = 1,
    ) -> None:
        self.bench, self.family, self.params, self.starts = bench, family, params, starts
        monkeypatch.setattr(fold_tasks, "load_workbench", lambda source: bench)

    def task(self, part: Part, fold: int, number: int = 0, **other: Any) -> AttributionTask:
        source = self.bench.source
        fit = FoldFit(source, self.family, self.params, fold, part, number, self.starts)
        return AttributionTask(fit, **other)

    def run(self, part: Part, number: int = 0, **other: Any) -> tuple[FoldResult, ...]:
        return tuple(
            attribute_fold(self.task(part, fold, number, **other))
            for fold in range(len(self.bench.folds))
        )

    def all(self, draws: int = 3, wanted: tuple[str, ...] = ()) -> ModelFits:
        return ModelFits(
            self.run("model"),
            (),
            (),
            tuple(self.run("twin", number, wanted=wanted) for number in range(draws)),
            tuple(self.run("noise", number, wanted=()) for number in range(draws)),
        )
