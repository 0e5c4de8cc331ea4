"""The shuffled-label check: live scores, histograms, the verdict in words, batch and site."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from deepbench.checks.p_value import SequentialPValue, p_value
from deepbench.jobs.shuffle_labels import _sentences
from deepbench.study.records import Score, ShuffledModelRecord, ShuffleRecord
from deepbench_ui.models.shuffle_rows import (
    BY_BATCH,
    NO_BATCH,
    VERDICTS,
    LiveShuffles,
    ShuffledModel,
    batch_figure,
    batch_sentence,
    done_models,
    histogram,
    reached_sentence,
    verdict_of,
)


def _event(model: str, first: int, scores: list[float], fingerprint: str = "f") -> dict[str, Any]:
    return {
        "fingerprint": fingerprint,
        "model": model,
        "first": first,
        "scores": scores,
        "metric": "auroc",
        "real": 0.8,
    }


def _record(signal: str, p: float, **other: Any) -> ShuffleRecord:
    batch = other.pop("batch_only", None)
    model = ShuffledModelRecord(
        model="svm",
        metric="auroc",
        real=0.9,
        null=(0.4, 0.5, 0.6),
        p_value=p,
        replicates=100,
        repeated="selected settings",
    )
    values = {
        "strategy": "Outcomes are exchanged between whole units.",
        "sentences": _sentences(signal, SequentialPValue(p, 100, False), 0.5, batch, "Repeated."),
        "batch_only": batch,
    }
    return ShuffleRecord(models=(model,), p_value=p, signal=signal, **(values | other))


def test_live_scores_come_in_the_order_of_the_shuffles() -> None:
    events = [_event("svm", 5, [0.6, 0.7]), _event("svm", 0, [0.4])]
    live = LiveShuffles()
    assert live.models(events, "f") == [ShuffledModel("svm", "auroc", 0.8, (0.4, 0.6, 0.7), False)]
    events.append(_event("network-small", 0, [0.5]))
    assert [model.name for model in live.models(events, "f")] == ["svm", "network-small"]


def test_scores_of_other_answers_are_left_out_and_come_back_with_their_answers() -> None:
    events = [_event("svm", 0, [0.4], "old"), _event("svm", 0, [0.5], "new")]
    live = LiveShuffles()
    assert [model.scores for model in live.models(events, "new")] == [(0.5,)]
    assert [model.scores for model in live.models(events, "old")] == [(0.4,)]
    assert live.models(events, "other") == []


def test_an_event_without_the_true_score_is_shown_without_a_line() -> None:
    event = {"fingerprint": "f", "model": "svm", "first": 0, "scores": [0.4, 0.5]}
    (model,) = LiveShuffles().models([event], "f")
    figure = histogram(model)
    assert figure.references == ()
    assert figure.sentence == "2 shuffles so far."


def test_histogram_has_the_true_score_as_a_line() -> None:
    (model,) = done_models(_record("yes", 0.0099))
    figure = histogram(model)
    assert figure.title == "Support vector machine"
    assert figure.series[0].values == (0.4, 0.5, 0.6)
    assert [(line.value, line.label) for line in figure.references] == [(0.9, "true labels")]


@pytest.mark.parametrize("real", [0.3, 0.5, 0.55, 0.9])
def test_what_counts_against_the_true_score_is_what_the_p_value_counts(real: float) -> None:
    null = (0.4, 0.5, 0.5, 0.6)
    model = ShuffledModel("svm", "auroc", real, null, True)
    count = round(p_value(real, np.array(null)) * (1 + len(null))) - 1
    words = "none" if count == 0 else str(count)
    assert reached_sentence(model).startswith(f"4 shuffles, {words} ")


def test_yes_leads_on() -> None:
    verdict = verdict_of(_record("yes", 0.02))
    assert verdict.headline == VERDICTS["yes"]
    assert "p = 0.02" in verdict.why
    assert "step 10" in verdict.consequence
    assert verdict.advice == ()


@pytest.mark.parametrize("signal", ["no", "unclear"])
def test_without_a_yes_the_test_set_stays_locked_and_there_is_advice(signal: str) -> None:
    verdict = verdict_of(_record(signal, 0.4))
    assert "stays locked" in verdict.consequence
    assert any("more biological units" in line for line in verdict.advice)
    assert any("among many tries" in line for line in verdict.advice)


def test_a_score_that_batches_explain_is_said_so() -> None:
    verdict = verdict_of(_record("no", 0.4, explained_by_batch=True))
    assert verdict.headline == BY_BATCH
    assert "p = 0.4" in verdict.why
    assert any("batches and sites alike" in line for line in verdict.advice)


def test_the_smallest_possible_p_value_is_said_to_be_it() -> None:
    assert "0.0099" in verdict_of(_record("yes", 1 / 101)).details[0]
    assert verdict_of(_record("yes", 2 / 101)).details[0].startswith("Outcomes are exchanged")


def test_details_repeat_neither_verdict_nor_batch() -> None:
    batch = Score(value=0.8, low=0.7, high=0.9)
    details = verdict_of(_record("yes", 0.02, batch_only=batch)).details
    assert len(details) == 2
    assert details[1] == "Repeated."


def test_batch_above_guessing_is_a_warning_and_at_guessing_is_not() -> None:
    clear = _record("yes", 0.02, batch_only=Score(value=0.8, low=0.7, high=0.9))
    fine = _record("yes", 0.02, batch_only=Score(value=0.55, low=0.4, high=0.7))
    assert batch_sentence(clear).startswith("Batch and site alone predict the outcome better")
    assert "AUROC 0.550 (0.400–0.700)" in batch_sentence(fine)
    figure = batch_figure(clear)
    assert figure is not None
    assert [(row.value, row.low, row.high) for row in figure.rows] == [
        (0.9, None, None),
        (0.8, 0.7, 0.9),
    ]
    assert figure.reference is not None
    assert figure.reference.value == 0.5


def test_without_batches_it_is_said_that_nothing_can_be_tested() -> None:
    record = _record("yes", 0.02)
    assert batch_figure(record) is None
    assert batch_sentence(record) == NO_BATCH
