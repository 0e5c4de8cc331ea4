"""Two results number by number."""

from __future__ import annotations

import pytest

from deepbench.reporting.compare_results import (
    Compared,
    compare_results,
    comparison_lines,
    reproduces,
)

SAID = {
    "deepbench": "1.0",
    "task": "classification",
    "models": [{"name": "linear", "seconds": 3.2, "tuning": {"plain": 0.81, "low": None}}],
    "test": {"metrics": {"auroc": {"value": 0.9}}},
}


def changed(**auroc: float) -> dict[str, object]:
    return {**SAID, "test": {"metrics": {"auroc": auroc}}}


def test_equal_documents_reproduce_whatever_the_time_and_the_version() -> None:
    again = {**SAID, "deepbench": "2.0", "models": [{**SAID["models"][0], "seconds": 9.9}]}  # type: ignore[index]
    compared = compare_results(SAID, again)
    assert [each.place for each in compared] == [
        "task",
        "models[0].name",
        "models[0].tuning.plain",
        "models[0].tuning.low",
        "test.metrics.auroc.value",
    ]
    assert reproduces(compared)
    assert comparison_lines(compared) == [
        "5 values compared.",
        "5: the same to the last digit.",
    ]


@pytest.mark.parametrize(
    ("value", "verdict"),
    [(0.9, "same"), (0.9 + 1e-9, "close"), (0.900_01, "different"), (True, "different")],
)
def test_a_number_is_the_same_close_or_different(value: float, verdict: str) -> None:
    compared = compare_results(SAID, changed(value=value))
    assert compared[-1].verdict == verdict
    assert reproduces(compared) == (verdict in ("same", "close"))


def test_what_is_missing_or_new_does_not_reproduce() -> None:
    compared = compare_results(SAID, changed(low=0.8))
    assert compared[-2:] == (
        Compared("test.metrics.auroc.value", 0.9, None, "missing"),
        Compared("test.metrics.auroc.low", None, 0.8, "new"),
    )
    assert not reproduces(compared)
    assert comparison_lines(compared)[-2:] == [
        "test.metrics.auroc.value: 0.9 → nothing",
        "test.metrics.auroc.low: nothing → 0.8",
    ]


def test_a_list_that_grew_does_not_reproduce() -> None:
    again = {**SAID, "models": [*SAID["models"], {"name": "svm"}]}  # type: ignore[misc]
    assert not reproduces(compare_results(SAID, again))


def test_one_and_true_are_not_the_same() -> None:
    assert not reproduces(compare_results({"a": 1}, {"a": True}))


def test_only_so_many_differences_are_listed() -> None:
    compared = compare_results({"a": list(range(30))}, {"a": list(range(1, 31))})
    lines = comparison_lines(compared, most=20)
    assert lines[-1] == "… and 10 more."
    assert len(lines) == 23
