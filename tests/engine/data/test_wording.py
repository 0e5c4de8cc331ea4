"""Pieces of sentences."""

from __future__ import annotations

import pytest

from deepbench.data.wording import counted, decimal, in_sentence, with_minus
from deepbench.models.registry import BASELINES, NETWORKS


def test_counts_come_with_their_noun() -> None:
    assert counted(1, "sample") == "1 sample"
    assert counted(1204, "sample") == "1,204 samples"
    assert counted(0, "entry", "entries") == "0 entries"


@pytest.mark.parametrize(
    ("title", "inside"),
    [
        ("Naive Bayes", "naive Bayes"),
        ("Linear model (elastic net)", "linear model (elastic net)"),
        ("SVM with a kernel", "SVM with a kernel"),
        ("small", "small"),
        ("", ""),
    ],
)
def test_titles_lose_their_capital_inside_a_sentence(title: str, inside: str) -> None:
    assert in_sentence(title) == inside


def test_no_title_of_a_family_is_its_key() -> None:
    for name, family in (*BASELINES.items(), *NETWORKS.items()):
        assert name not in (family.title, in_sentence(family.title))


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [(0.973, 2, "0.97"), (-0.125, 2, "−0.12"), (-0.0004, 2, "0.00"), (-12.0, 0, "−12")],
)
def test_a_decimal_has_a_real_minus_sign(value: float, digits: int, text: str) -> None:
    assert decimal(value, digits) == text


def test_only_the_sign_of_a_number_is_a_minus() -> None:
    assert with_minus("-1e-05") == "−1e-05"
    assert with_minus("0.5") == "0.5"
