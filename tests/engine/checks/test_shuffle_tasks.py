"""Shuffles that are scored in the pool."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from deepbench.checks import shuffle_tasks
from deepbench.checks.shuffle_tasks import ShuffleTask, score_shuffles


@pytest.mark.parametrize(("task", "chance"), [("binary", 0.5), ("regression", 0.0)])
def test_a_shuffle_without_a_score_counts_as_guessing(
    monkeypatch: pytest.MonkeyPatch, task: str, chance: float
) -> None:
    """With very few units a shuffle may leave one class in each fold: nothing can be ordered."""
    training = SimpleNamespace(info=SimpleNamespace(task=task))
    outcomes = [np.array([0, 1, 0, 1]), np.array([1, 1, 0, 0])]
    scores = iter([float("nan"), 0.75])
    bench = SimpleNamespace(training=training, fold_of=None)
    monkeypatch.setattr(shuffle_tasks, "load_workbench", lambda source: bench)
    monkeypatch.setattr(shuffle_tasks, "shuffle_blocks", lambda *_: None)
    monkeypatch.setattr(shuffle_tasks, "unit_parts", lambda *_: None)
    drawn = iter(outcomes)
    monkeypatch.setattr(shuffle_tasks, "shuffled_outcome", lambda *_: next(drawn))
    monkeypatch.setattr(shuffle_tasks, "_predictions", lambda *_: [None, None])
    monkeypatch.setattr(shuffle_tasks, "score", lambda *_: next(scores))
    source = SimpleNamespace(seed=1)
    given = ShuffleTask(source, "linear", {}, (0, 1), ())  # type: ignore[arg-type]
    assert score_shuffles(given) == [chance, 0.75]
