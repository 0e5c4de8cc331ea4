"""What a neighbourhood says of a prediction, in words."""

from __future__ import annotations

import pytest

from deepbench.study.records import NeighboursRecord
from deepbench_ui.models.trust import CAREFUL, neighbour_rows, trust_sentences, verdict_of


def near(trust: float | None, agreement: float | None) -> NeighboursRecord:
    return NeighboursRecord(
        sample="a", neighbours=("b", "c", "d"), outcomes=("ill", "ill", "healthy"),
        distances=(0.5, 0.75, 1.0), trust=trust, agreement=agreement,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("trust", "agreement", "words"),
    [
        (1.8, 1.0, "agrees"),
        (None, 2 / 3, "agrees"),
        (0.6, 1.0, "is divided"),
        (1.8, 0.0, "is divided"),
        (0.6, 1 / 3, "disagrees"),
        (None, 0.0, "disagrees"),
        (2.0, None, "agrees"),
        (0.4, None, "disagrees"),
        (1.0, 0.5, "is divided"),
    ],
)
def test_both_have_to_say_the_same(
    trust: float | None, agreement: float | None, words: str
) -> None:
    found = verdict_of(near(trust, agreement))
    assert found is not None
    assert found.words == words


def test_nothing_known_says_nothing() -> None:
    assert verdict_of(near(None, None)) is None
    assert trust_sentences(near(None, None)) == []
    assert neighbour_rows(None) == []


def test_sentences_count_and_warn() -> None:
    said = trust_sentences(near(0.6, 1 / 3))
    assert said[0].startswith(
        "The neighbourhood disagrees with the model: the outcome of 1 of the 3 nearest"
    )
    assert "0.600 times as far away" in said[0]
    assert said[1] == CAREFUL
    assert len(trust_sentences(near(None, 1.0))) == 1
    assert "is divided: " in trust_sentences(near(None, 0.5))[0]
    assert [row.distance for row in neighbour_rows(near(None, 1.0))] == [0.5, 0.75, 1.0]
