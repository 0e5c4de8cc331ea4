"""Whether two names are those of one person."""

from __future__ import annotations

import pytest

from deepbench.study.persons import same_person


@pytest.mark.parametrize(
    "other",
    [
        "R. Keller",
        "keller r",
        "Prof. Dr. R. Keller",
        "  R.  KELLER ",
        "R. Kéller",
        "Keller, R., MD",
    ],
)
def test_spelling_makes_no_other_person(other: str) -> None:
    assert same_person("R. Keller", other)


@pytest.mark.parametrize("other", ["S. Keller", "R. Kell", "", "A. Okafor"])
def test_other_people_are_other_people(other: str) -> None:
    assert not same_person("R. Keller", other)
