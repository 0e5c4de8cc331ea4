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
        "Keller, R., M.D.",
        "Rita Keller",
        "Rita M. Keller",
        "Frau Priv.-Doz. Dr. med. habil. Rita Keller",
        "Keller",
        "R.Keller",
        "R. Kel\u200bler",
    ],
)
def test_spelling_makes_no_other_person(other: str) -> None:
    assert same_person("R. Keller", other)
    assert same_person(other, "R. Keller")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Anna Muster", "Dr. med. Anna Muster"),
        ("Anna Muster", "Dr. rer. nat. MUSTER, A."),
        ("Anna Muster", "Anna-Maria Muster, Ph.D."),
        ("Jörg Müller", "Joerg Mueller"),
        ("Jörg Müller", "Jorg Muller"),
        ("Søren Łuk", "Soren Luk"),
        ("Rita Keller", "R. M. Keller"),
    ],
)
def test_titles_initials_and_letters_make_no_other_person(one: str, other: str) -> None:
    assert same_person(one, other)
    assert same_person(other, one)


@pytest.mark.parametrize("other", ["S. Keller", "R. Kell", "", "A. Okafor", "Dr. med."])
def test_other_people_are_other_people(other: str) -> None:
    assert not same_person("R. Keller", other)
    assert not same_person(other, "R. Keller")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Anna Muster", "Otto Muster"),
        ("Anna Muster", "Anna Berger"),
        ("Anna Schmidt", "Prof. Bo Li"),
        ("Yi Ma", "Yi Ba"),
        ("R. Keller", "R. Kohler"),
    ],
)
def test_one_name_in_common_is_no_person_in_common(one: str, other: str) -> None:
    assert not same_person(one, other)
