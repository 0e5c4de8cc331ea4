"""Persons in texts, and words that are none."""

from __future__ import annotations

import pytest

from deepbench.privacy.person_text import names_person, person_places


def found(text: str, *, surely: bool = False) -> list[str]:
    return [text[begin:end] for begin, end in person_places(text, surely=surely)]


@pytest.mark.parametrize(
    ("text", "person"),
    [
        ("chol vs Weber Anna 1961-04-03", "Weber Anna 1961-04-03"),
        ("Anna_Weber_heart", "Anna_Weber"),
        ("Frau Meier private ward", "Frau Meier"),
        ("Anna Weber, 63 y", "Anna Weber"),
        ("Anna-Lena Weber", "Anna-Lena Weber"),
        ("of Maria da Silva", "Maria da Silva"),
        ("Weber, Thomas", "Weber, Thomas"),
        ("by WEBER Anna", "WEBER Anna"),
        ("see Mr Ng.", "Mr Ng"),
    ],
)
def test_names_are_found(text: str, person: str) -> None:
    assert found(text) == [person]
    assert found(text, surely=True) == []


@pytest.mark.parametrize(
    ("text", "person"),
    [
        ("patient Max left", "patient Max"),
        ("patient Anna Weber left", "patient Anna Weber"),
        ("thalach MRN 84736251", "MRN 84736251"),
        ("medical record no. 84736251", "medical record no. 84736251"),
        ("hospital number: H-20931", "hospital number: H-20931"),
        ("SSN 123-45-6789", "SSN 123-45-6789"),
        ("AHV 756.9217.0769.85", "AHV 756.9217.0769.85"),
        ("born on 3 April 1961", "born on 3 April 1961"),
        ("geb. 03.04.1961", "geb. 03.04.1961"),
        ("DOB: 1961/04/03", "DOB: 1961/04/03"),
        ("date of birth 4/3/61", "date of birth 4/3/61"),
    ],
)
def test_people_of_the_data_are_found_surely(text: str, person: str) -> None:
    assert person in found(text)
    assert person in found(text, surely=True)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Anna",
        "Max Height and Mean Max Temperature",
        "MARK LEVEL, TIMO",
        "San Francisco Bay, Santa Barbara County",
        "Queen Elizabeth Hospital and Robert Koch Institute",
        "Ann Arbor Stage, Alexander Disease, Victoria Blue",
        "weight 2021-04-03, measured in 2021",
        "Mr 45 kDa, MS Intensity, Dr Beta 2",
        "patient Age, Patient Gender Male, Person Height",
        "native 1961, neonate 2001, mRNA 12345",
        "108-88-3 and NM_000546.6",
        "a broad consent; Ethics board 12/2025",
    ],
)
def test_other_words_are_nobody(text: str) -> None:
    assert not names_person(text)
