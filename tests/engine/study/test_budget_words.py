"""Times and what a budget buys, as somebody would say them."""

from __future__ import annotations

import pytest

from deepbench.study.budget_words import (
    at_most_words,
    estimate_lines,
    precision_words,
    preset_buys,
    spell_about,
    what_it_buys,
)
from deepbench.study.records import BudgetTimeRecord, PowerRecord, TimeEstimateRecord


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.0, "a few seconds"),
        (7.9, "a few seconds"),
        (8.0, "about 10 s"),
        (12.6, "about 15 s"),
        (33.0, "about 30 s"),
        (53.9, "about 50 s"),
        (54.0, "about 1 min"),
        (89.0, "about 1 min"),
        (240.0, "about 4 min"),
        (600.0, "about 10 min"),
        (1_000.0, "about 15 min"),
        (3_440.0, "about 55 min"),
        (3_600.0, "about 1 h"),
        (4_800.0, "about 1 h 20 min"),
        (7_190.0, "about 2 h"),
        (36_000.0, "about 10 h"),
        (100_000.0, "about 28 h"),
        (200_000.0, "about 2 days"),
    ],
)
def test_times_are_said_as_roughly_as_they_are_known(seconds: float, said: str) -> None:
    assert spell_about(seconds) == said


def test_what_is_said_lies_near_the_seconds() -> None:
    units = {"s": 1.0, "min": 60.0, "h": 3600.0, "days": 86400.0}
    for step in range(20, 1_300):
        seconds = 1.01**step
        words = spell_about(seconds).split()[1:]
        if seconds < 8.0:
            continue
        values, names = words[::2], words[1::2]
        told = sum(float(v) * units[n] for v, n in zip(values, names, strict=True))
        assert 0.66 <= told / seconds <= 1.5


def test_what_a_budget_buys_follows_from_its_numbers() -> None:
    assert what_it_buys(16, 100) == (
        "16 settings per family",
        "Up to 100 shuffles",
        "Smallest possible p-value 0.0099",
    )
    assert preset_buys("thorough")[2] == "Smallest possible p-value 0.001"


def test_no_budget_buys_precision() -> None:
    power = PowerRecord(
        measure="AUROC", test_units=9, assumed=0.8, low=0.5, high=0.9, sentence="With 9 units …"
    )
    assert precision_words(power) == (
        "No budget makes the final score more precise: that depends on the number of units. "
        "With 9 units …"
    )
    assert precision_words(None).endswith("number of units.")


def test_processes_are_said() -> None:
    assert "with one process," in at_most_words(1)
    assert "with 4 processes," in at_most_words(4)


def test_the_table_of_the_command_line() -> None:
    quick = BudgetTimeRecord(
        preset="quick", trials=6, shuffles=20, baselines=20.0, networks=70.0, shuffle_check=100.0,
        test=2.0,
    )  # fmt: skip
    long = quick.model_copy(update={"preset": "thorough", "trials": 60, "networks": 70_000.0})
    lines = estimate_lines(TimeEstimateRecord(budgets=(quick, long), processes=2))
    assert [line.split("  ")[0] for line in lines[:9]] == [
        "",
        "Settings per family",
        "Shuffles at most",
        "Smallest p-value",
        "Traditional models",
        "Networks",
        "Shuffled-label check",
        "Test",
        "In all",
    ]
    starts = {line.index(cell) for line, cell in zip(lines, ("Thorough", "60"), strict=False)}
    assert len(starts) == 1  # columns stand below each other
    assert "about 3 min" in lines[8]
    assert "about 19 h" in lines[8]
    assert lines[9] == ""
