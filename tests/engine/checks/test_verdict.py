"""The rules of the verdict, and the p-value they go by."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepbench.checks.p_value import p_value
from deepbench.checks.verdict import (
    SIGNIFICANCE,
    Contender,
    choose,
    deep_learning_verdict,
    signal_verdict,
)
from deepbench.study.records import Score


def above(low: float | None) -> Score:
    return Score(value=0.8, low=low, high=0.9)


@pytest.mark.parametrize(
    ("p", "low", "signal"),
    [
        (0.01, 0.6, "yes"),
        (SIGNIFICANCE, 0.6, "yes"),
        (0.01, 0.5, "unclear"),
        (0.01, 0.4, "unclear"),
        (0.01, None, "unclear"),
        (0.0501, 0.6, "no"),
        (1.0, 0.4, "no"),
        (1.0, None, "no"),
    ],
)
def test_with_selected_settings_a_signal_needs_both_the_shuffles_and_the_interval(
    p: float, low: float | None, signal: str
) -> None:
    assert signal_verdict(p, above(low), chance=0.5, whole_search=False) == signal


@pytest.mark.parametrize(
    ("p", "value", "signal"),
    [
        (0.01, 0.6, "yes"),
        (SIGNIFICANCE, 0.501, "yes"),
        (0.01, 0.5, "unclear"),
        (0.01, None, "unclear"),
        (0.0501, 0.9, "no"),
        (1.0, None, "no"),
    ],
)
def test_with_the_whole_search_the_shuffles_decide_where_the_corrected_score_agrees(
    p: float, value: float | None, signal: str
) -> None:
    corrected = Score(value=value, low=0.3, high=0.95)
    assert signal_verdict(p, corrected, chance=0.5) == signal


def test_chance_is_that_of_the_metric() -> None:
    assert signal_verdict(0.01, above(0.1), chance=0.0) == "yes"
    assert signal_verdict(0.01, Score(value=0.4, low=0.1, high=0.9), chance=0.5) == "unclear"


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (0.01, 0.1, "better"),
        (0.0, 0.1, "no better"),
        (-0.1, 0.1, "no better"),
        (-0.1, 0.0, "no better"),
        (-0.1, -0.01, "worse"),
        (None, 0.1, "no better"),
        (0.1, None, "no better"),
    ],
)
def test_deep_learning_is_better_only_when_the_difference_excludes_zero(
    low: float | None, high: float | None, verdict: str
) -> None:
    assert deep_learning_verdict(low, high) == verdict


# --- the choice ---------------------------------------------------------------------------

LINEAR = Contender("linear", 1, 0.80, 0.02)
FOREST = Contender("random_forest", 2, 0.81, 0.02)
NETWORK = Contender("network-large", 5, 0.82, 0.02)


def test_the_simplest_within_one_standard_error_of_the_best_is_chosen() -> None:
    assert choose([NETWORK, FOREST, LINEAR]).name == "linear"
    assert choose([NETWORK, FOREST, Contender("linear", 1, 0.799, 0.5)]).name == "random_forest"


def test_it_is_the_standard_error_of_the_best_that_counts() -> None:
    sure = Contender("network-large", 5, 0.82, 0.001)
    unsure = Contender("linear", 1, 0.80, 0.5)
    assert choose([unsure, sure]).name == "network-large"


def test_of_equally_complex_ones_the_better_is_chosen() -> None:
    other = Contender("svm", 2, 0.815, 0.02)
    assert choose([FOREST, other]).name == "svm"
    assert choose([other, FOREST]).name == "svm"


def test_of_equally_good_ones_the_simpler_counts_as_the_best() -> None:
    # Else the large network's standard error would decide.
    simple = Contender("linear", 1, 0.8, 0.01)
    large = Contender("network-large", 5, 0.8, 0.5)
    poor = Contender("dummy", 0, 0.5, 0.0)
    assert choose([large, simple, poor]).name == "linear"


@given(
    contenders=st.lists(
        st.builds(
            Contender,
            name=st.text(),
            complexity=st.integers(0, 5),
            score=st.floats(-1, 1),
            standard_error=st.floats(0, 0.5),
        ),
        min_size=1,
    )
)
def test_nothing_simpler_lies_within_reach_of_the_best(contenders: list[Contender]) -> None:
    chosen = choose(contenders)
    top = max(c.score for c in contenders)
    assert chosen.score >= top - max(c.standard_error for c in contenders if c.score == top)
    assert not [c for c in contenders if c.complexity < chosen.complexity and c.score == top]


# --- the p-value --------------------------------------------------------------------------


def test_the_p_value_counts_the_real_labels_as_one_of_the_shuffles() -> None:
    null = np.array([0.4, 0.5, 0.6, 0.7])
    assert p_value(0.9, null) == 1 / 5
    assert p_value(0.7, null) == 2 / 5
    assert p_value(0.1, null) == 5 / 5
    assert p_value(0.9, np.zeros(999)) == 1 / 1000


@pytest.mark.parametrize("real", [None, float("nan"), float("-inf")])
def test_a_score_that_could_not_be_computed_is_no_evidence(real: float | None) -> None:
    assert p_value(real, np.array([0.1, 0.2])) == 1.0


def test_a_shuffle_that_could_not_be_scored_counts_against_the_signal() -> None:
    assert p_value(0.9, np.array([0.1, np.nan, 0.2])) == 2 / 4


@given(scores=st.lists(st.floats(0, 1), min_size=20, max_size=60), at=st.integers(0, 19))
def test_a_real_score_that_is_one_of_many_is_significant_as_rarely_as_it_should(
    scores: list[float], at: int
) -> None:
    """Every one of the scores taken as the real one: at most a share p has a p-value up to p."""
    values = np.array(scores)
    p = np.array([p_value(v, np.delete(values, i)) for i, v in enumerate(values)])
    level = p[at]
    assert np.mean(p <= level) <= level + 1e-12
