"""Shuffles that are scored in the pool."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from deepbench.checks import shuffle_tasks
from deepbench.checks.shuffle_tasks import TRUE_LABELS, ShuffleTask, score_shuffles

OUTCOME = np.array([0, 1, 0, 1])


def _scores(
    monkeypatch: pytest.MonkeyPatch, task: str, scores: list[float], given: ShuffleTask
) -> list[float]:
    """Score shuffles whose predictions score as told, in the order they are asked for."""
    training = SimpleNamespace(info=SimpleNamespace(task=task), outcome=OUTCOME)
    bench = SimpleNamespace(training=training, fold_of=None)
    monkeypatch.setattr(shuffle_tasks, "load_workbench", lambda source: bench)
    monkeypatch.setattr(shuffle_tasks, "shuffle_blocks", lambda *_: None)
    monkeypatch.setattr(shuffle_tasks, "unit_parts", lambda *_: None)
    monkeypatch.setattr(shuffle_tasks, "shuffled_outcome", lambda *_: OUTCOME[::-1])
    monkeypatch.setattr(
        shuffle_tasks, "_predictions", lambda _, task, outcomes: [None] * len(scores)
    )
    said = iter(scores)
    monkeypatch.setattr(shuffle_tasks, "score", lambda *_: next(said))
    return score_shuffles(given)


def _task(settings: int, numbers: tuple[int, ...]) -> ShuffleTask:
    source = SimpleNamespace(seed=1)
    return ShuffleTask(source, "linear", ({},) * settings, numbers, ())  # type: ignore[arg-type]


@pytest.mark.parametrize(("task", "chance"), [("binary", 0.5), ("regression", 0.0)])
def test_a_shuffle_without_a_score_counts_as_guessing(
    monkeypatch: pytest.MonkeyPatch, task: str, chance: float
) -> None:
    """With very few units a shuffle may leave one class in each fold: nothing can be ordered."""
    found = _scores(monkeypatch, task, [float("nan"), 0.75], _task(1, (0, 1)))
    assert found == [chance, 0.75]


def test_the_best_setting_of_each_shuffle_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    scores = [0.4, float("nan"), 0.6, 0.7, 0.2, 0.3]
    assert _scores(monkeypatch, "binary", scores, _task(3, (0, 1))) == [0.6, 0.7]


def test_true_labels_are_not_shuffled(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[np.ndarray] = []
    monkeypatch.setattr(
        shuffle_tasks, "get_metric", lambda *_: SimpleNamespace(chance=seen.append)
    )
    _scores(monkeypatch, "binary", [float("nan")] * 2, _task(1, (TRUE_LABELS, 0)))
    np.testing.assert_array_equal(seen, [OUTCOME, OUTCOME[::-1]])
