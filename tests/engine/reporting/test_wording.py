from __future__ import annotations

import math

import pytest

from deepbench.reporting import wording
from deepbench.study.records import ComparisonRecord, Score


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.9731, "0.973"),
        (-0.0031, "−0.003"),
        (0.0, "0.000"),
        (-0.0, "0.000"),
        (12.3456, "12.35"),
        (123.456, "123.5"),
        (12345.6, "12,346"),
        (0.00042, "0.00042"),
        (0.0000021, "2.1 × 10⁻⁶"),
        (None, "–"),
        (math.nan, "–"),
        (math.inf, "–"),
    ],
)
def test_numbers(value: float | None, text: str) -> None:
    assert wording.number(value) == text


def test_sign_is_written_for_positive_numbers_only() -> None:
    assert wording.number(0.5, 2, signed=True) == "+0.50"
    assert wording.number(-0.5, 2, signed=True) == "−0.50"
    assert wording.number(-0.001, 2, signed=True) == "0.00"


def test_score_with_interval() -> None:
    assert (
        wording.score(Score(value=0.973, low=0.951, high=0.989))
        == "0.973 (95 % interval 0.951–0.989)"
    )
    assert wording.score(Score(value=0.973)) == "0.973"
    assert wording.score(Score(value=None)) == "not available"
    assert wording.score(Score(value=math.nan, low=0.1, high=0.2)) == "not available"


def test_interval_has_the_decimals_of_its_value() -> None:
    assert (
        wording.score(Score(value=14.52, low=9.1, high=21.0)) == "14.52 (95 % interval 9.10–21.00)"
    )


def test_negative_ends_are_joined_by_to() -> None:
    record = ComparisonRecord(
        network="n", baseline="b", metric="auroc", difference=-0.0031, low=-0.0121, high=0.0064
    )
    assert wording.difference(record) == "−0.003 (95 % interval −0.012 to 0.006)"
    assert wording.difference(record, brackets=False) == "−0.003, 95 % interval −0.012 to 0.006"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.0, "p = 1.00"),
        (0.42, "p = 0.42"),
        (1 / 101, "p = 0.0099"),
        (0.05, "p = 0.050"),
        (0.000999, "p = 0.0010"),
        (0.00001, "p < 0.0001"),
        (math.nan, "p not available"),
    ],
)
def test_p_values(value: float, text: str) -> None:
    assert wording.p_value(value) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.04, "0.0 s"),
        (9.94, "9.9 s"),
        (9.96, "10 s"),
        (59.6, "1 min"),
        (245, "4 min 5 s"),
        (3600, "1 h"),
        (7385, "2 h 3 min"),
        (math.nan, "–"),
    ],
)
def test_durations(seconds: float, text: str) -> None:
    assert wording.duration(seconds) == text


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (1, "1 byte"),
        (999, "999 bytes"),
        (1234, "1.2 kB"),
        (118_204, "118 kB"),
        (999_600, "1.0 MB"),
        (3_400_000_000, "3.4 GB"),
    ],
)
def test_file_sizes(size: int, text: str) -> None:
    assert wording.file_size(size) == text


def test_times_and_lists() -> None:
    assert [wording.times(n) for n in (0, 1, 2, 3)] == ["not at all", "once", "twice", "3 times"]
    assert wording.listing(["a", "b", "c"]) == "a, b and c"
    assert wording.listing(["a"]) == "a"
    assert wording.listing([]) == ""
    assert wording.percent(0.374) == "37 %"
    assert wording.percent(0.004) == "0.4 %"


def test_metric_titles_come_from_the_task() -> None:
    assert wording.metric_title("auroc", "binary") == "AUROC"
    assert "macro" in wording.metric_title("auroc", "multiclass")
    assert wording.metric_title("r2") == "R²"
    assert wording.metric_title("no_such_metric") == "no such metric"
    assert wording.lower_is_better("rmse")
    assert not wording.lower_is_better("auroc")
    assert not wording.lower_is_better("calibration_slope")


def test_control_characters_are_shown_not_obeyed() -> None:
    assert wording.visible("a\u202eb\x00c\u200bd") == "a⟦U+202E⟧b⟦U+0000⟧c⟦U+200B⟧d"
    assert wording.visible("Größe µ\nβ") == "Größe µ\nβ"


def test_sentences_end_and_begin_like_sentences() -> None:
    assert wording.sentence("the data is small") == "The data is small."
    assert wording.sentence(" Is it? ") == "Is it?"
    assert wording.sentence("") == ""
