"""Records of a search, made up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from deepbench.study.records import ModelRecord, Score, TrialRecord

MakeTrial = Callable[..., TrialRecord]
MakeModel = Callable[..., ModelRecord]


@pytest.fixture
def make_trial() -> MakeTrial:
    def make(family: str, number: int, score: float | None = 0.7, **other: Any) -> TrialRecord:
        values: dict[str, Any] = {
            "search": "main-a",
            "params": {"strength": number + 1.5},
            "fold_scores": (0.6, 0.8),
            "seconds": 2.0,
            "predictions": "runs/oof.npy",
        }
        return TrialRecord(family=family, number=number, score=score, **(values | other))

    return make


@pytest.fixture
def make_model() -> MakeModel:
    def make(name: str, plain: float | None = 0.9, **other: Any) -> ModelRecord:
        network = name.startswith("network-")
        values: dict[str, Any] = {
            "title": name,
            "family": "network" if network else "baseline",
            "size": name.removeprefix("network-") if network else "",
            "trials": 6,
            "seconds": 3.0,
            "metric": "auroc",
            "corrected": Score(value=0.85, low=0.8, high=0.9),
            "standard_error": 0.02,
            "fold_scores": (0.8, None, 0.9),
            "params": {"strength": 2.5},
            "best_trial": 1,
        }
        return ModelRecord(name=name, plain=plain, **(values | other))

    return make
