"""Looking for what points at persons in the names and values of a table, offline.

Each rule looks at one kind of identifier and says which level it asks for; no rule repeats a
value. A scan can raise the level and never lower it: what it finds wrongly is settled by a
person, with a reason, in the ethics register.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from deepbench.data.cells.dates import are_dates
from deepbench.data.findings.base import words
from deepbench.data.measurement_names import probe_share
from deepbench.data.sequence_letters import is_surely_dna
from deepbench.privacy.identifying_text import EMAIL
from deepbench.privacy.person_text import NO_NAME, OF_PLACES, SURE_FIRST_NAMES, names_person
from deepbench.study.records import IdentifierFinding

#: Kind of a finding in the names of columns.
COLUMN_NAMES = "names of columns"
#: Fewer people than this can be told apart by what an aggregate says.
FEW_PEOPLE = 50
#: Independent variants of which so many identify a person (privacy.md: 30-80).
MANY_VARIANTS = 20
#: Measurements of one sample that are as good as a fingerprint.
MANY_MEASUREMENTS = 1_000
_LOOKED_AT = 2_000
_MOST = 0.5
# A person among so few values stands in reports, as a class or a site does.
_FEW_VALUES = 50
# Columns that a finding tells of by their places.
_MOST_PLACES = 5
_SOME = 0.2

_NAME_WORDS = frozenset(
    "surname lastname firstname forename vorname nachname familienname prenom apellido nombre "
    "patientname fullname givenname".split()
)
_PERSON = frozenset("patient subject participant proband person donor volunteer".split())
_BIRTH = frozenset(
    "dob birth birthdate birthday geburtsdatum geburt geburtstag geboren naissance nacimiento "
    "nascita".split()
)
_RECORD = frozenset(
    "mrn ssn ahv nhs passport insurance versicherung versichertennummer krankenkasse fallnummer "
    "fallnr pid hospitalnumber sozialversicherungsnummer".split()
)
_RECORD_PAIRS = (
    {"record", "number"},
    {"medical", "record"},
    {"case", "number"},
    {"hospital", "number"},
    {"social", "security"},
)
_POSTCODE = frozenset("zip zipcode postcode postal plz postleitzahl cap".split())
_ADDRESS = frozenset("address adresse street strasse straße anschrift wohnort".split())
_CONTACT = frozenset("phone telephone telefon mobile handy fax".split())
_AGE = frozenset("age alter".split())
_NOT_YEARS = frozenset(
    "week weeks woche wochen day days tag tage month months monat monate gestational group".split()
)

_PHONE = re.compile(r"\+\d[\d\s()/.-]{7,}")
_IP = re.compile(r"(?:\d{1,3}\.){3}\d{1,3}")
_SSN = re.compile(r"\d{3}-\d{2}-\d{4}")
_AHV = re.compile(r"756\.?\d{4}\.?\d{4}\.?\d{2}")
_NHS = re.compile(r"\d{3}[ -]?\d{3}[ -]?\d{4}")
_POSTCODES = re.compile(
    r"[A-Z]{0,3}-?\d{4,5}(?:-\d{4})?|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}", re.IGNORECASE
)
_PICTURE = re.compile(r".+\.(?:jpe?g|png|tiff?|bmp|dcm|dicom|nii)", re.IGNORECASE)
_VARIANT = re.compile(r"rs\d{3,}|(?:chr)?(?:\d{1,2}|X|Y)[:_]\d{4,}", re.IGNORECASE)
_GENE = re.compile(r"ENSG\d{6,}|ENST\d{6,}|[A-Z][A-Z0-9-]{1,11}|.+_at", re.ASCII)


@dataclass(frozen=True)
class Scanned:
    """One column as the rules see it.

    Attributes:
        name: Its name.
        words: Words of the name, in lower case.
        texts: Different values as text, at most 2,000 of them.
        count: How many different values there are.
    """

    name: str
    words: frozenset[str]
    texts: tuple[str, ...]
    count: int

    def share(self, is_one: Callable[[str], object]) -> float:
        """Return the share of values that a test takes."""
        return sum(bool(is_one(text)) for text in self.texts) / max(len(self.texts), 1)


def scan_table(frame: pd.DataFrame, file_names: Sequence[str] = ()) -> list[IdentifierFinding]:
    """Return what points at persons in a table.

    Args:
        frame: (n, p) the table as it was read, with names of samples; numbers or text.
        file_names: Names of the files that it was read from.
    """
    found = [
        finding
        for name in frame.columns
        for finding in _of_column(_column(frame[name], str(name)))
    ]
    found += _of_column_names([str(name) for name in frame.columns])
    if any(map(_names_somebody, file_names)):
        found.append(
            IdentifierFinding(
                kind="name",
                where="file name",
                column="",
                count=len(file_names),
                raises_to="restricted",
                sentence="The name of the file may hold the name of a person.",
            )
        )
    return found


def _of_column_names(names: Sequence[str]) -> list[IdentifierFinding]:
    """Return what the names of columns tell; by their places, as the names may not be repeated."""
    places = [place for place, name in enumerate(names, start=1) if _names_somebody(name)]
    if not places:
        return []
    shown = ", ".join(map(str, places[:_MOST_PLACES]))
    more = f" and {len(places) - _MOST_PLACES} more" if len(places) > _MOST_PLACES else ""
    named = "The name of column" if len(places) == 1 else "The names of columns"
    return [
        IdentifierFinding(
            kind=COLUMN_NAMES,
            where="names of columns",
            column="",
            count=len(places),
            raises_to="restricted",
            sentence=f"{named} {shown}{more} of the table may hold the name, date of birth or "
            "record number of a person. Rename them and import the table again.",
        )
    ]


def _names_somebody(text: str) -> bool:
    return EMAIL.search(text) is not None or _holds_person(text) or names_person(text)


def scan_people(frame: pd.DataFrame, units: int) -> list[IdentifierFinding]:
    """Return what makes people recognisable without an identifier; only for data about people.

    Args:
        frame: (n, p) features.
        units: Number of biological units.
    """
    found: list[IdentifierFinding] = []
    names = [str(name) for name in frame.columns]
    variants = _variants(frame)
    if len(variants) >= MANY_VARIANTS:
        found.append(
            _about_all(
                "genotypes",
                len(variants),
                f"{len(variants):,} columns hold only 0, 1 and 2, as genotypes do. So many of a "
                "person identify the person.",
            )
        )
    elif len(names) >= MANY_MEASUREMENTS and _look_like_omics(names):
        found.append(
            _about_all(
                "omics of single persons",
                len(names),
                f"{len(names):,} measurements of each sample, named like genes or probes. If the "
                "samples are of people, such a profile can be told apart from any other and "
                "betrays genotypes.",
            )
        )
    if units < FEW_PEOPLE:
        found.append(
            _about_all(
                "few people",
                units,
                f"The study has {units} biological units. If they are people, fewer than "
                f"{FEW_PEOPLE} can be recognised from little.",
            )
        )
    return found


def _about_all(kind: str, count: int, sentence: str) -> IdentifierFinding:
    return IdentifierFinding(
        kind=kind,
        where="the whole table",
        column="",
        count=count,
        raises_to="restricted",
        sentence=sentence,
    )


def _column(values: pd.Series, name: str) -> Scanned:
    known = values.dropna().unique()
    shown = known[np.linspace(0, len(known) - 1, min(len(known), _LOOKED_AT)).astype(int)]
    texts = tuple(_text(value) for value in shown)
    return Scanned(name, frozenset(words(name)), texts, len(known))


def _text(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


# --- rules on one column ----------------------------------------------------------------------


def _of_column(column: Scanned) -> Iterator[IdentifierFinding]:
    """Yield at most one finding of a column: the first rule that takes it."""
    if not column.texts:
        return
    for kind, level, rule, sentence in _RULES:
        if rule(column):
            yield IdentifierFinding(
                kind=kind,
                where="values of a column",
                column=column.name,
                count=column.count,
                raises_to=level,
                sentence=sentence,
            )
            return


def _is_mail(column: Scanned) -> bool:
    return any(EMAIL.search(text) for text in column.texts)


def _is_contact(column: Scanned) -> bool:
    called = bool(column.words & _CONTACT)
    digits = column.share(lambda text: sum(letter.isdigit() for letter in text) >= 7)
    return column.share(_PHONE.fullmatch) >= _MOST or (called and digits >= _MOST)


def _is_address(column: Scanned) -> bool:
    called = bool(column.words & _ADDRESS) and not column.words & {"ip", "email", "mac"}
    return column.share(_IP.fullmatch) >= _MOST or (called and column.share(_has_letters) >= _MOST)


def _is_birth(column: Scanned) -> bool:
    return bool(column.words & _BIRTH) and are_dates(set(column.texts))


def _is_record_number(column: Scanned) -> bool:
    called = bool(column.words & _RECORD) or any(p <= column.words for p in _RECORD_PAIRS)
    long = column.share(lambda text: sum(letter.isdigit() for letter in text) >= 5)
    if called and long >= _MOST:
        return True
    return (
        column.count >= 5
        and max(column.share(_is_ahv), column.share(_SSN.fullmatch), column.share(_is_nhs)) > 0.9
    )


def _is_ahv(text: str) -> bool:
    """Say whether a text is a Swiss social security number (EAN-13 check digit)."""
    if not _AHV.fullmatch(text):
        return False
    digits = [int(letter) for letter in text if letter.isdigit()]
    total = sum(digit * (3 if place % 2 else 1) for place, digit in enumerate(digits[:12]))
    return (10 - total % 10) % 10 == digits[12]


def _is_nhs(text: str) -> bool:
    """Say whether a text is an NHS number of England (weights 10 to 2, modulo 11)."""
    if not _NHS.fullmatch(text):
        return False
    digits = [int(letter) for letter in text if letter.isdigit()]
    check = 11 - sum(d * w for d, w in zip(digits[:9], range(10, 1, -1), strict=True)) % 11
    return check % 11 == digits[9] and check != 10


def _is_name(column: Scanned) -> bool:
    called = bool(column.words & _NAME_WORDS) or ("name" in column.words and _about_person(column))
    if called:
        return column.share(_is_wordy) >= _MOST
    if column.count >= 3 and column.share(_holds_person) >= _SOME:
        return True
    surely = column.count > _FEW_VALUES
    return any(names_person(text, surely=surely) for text in column.texts if _has_letters(text))


def _about_person(column: Scanned) -> bool:
    return bool(column.words & _PERSON)


def _is_wordy(text: str) -> bool:
    return len(text) >= 2 and all(letter.isalpha() or letter in " '-.," for letter in text)


def _holds_person(text: str) -> bool:
    """Say whether a text is like "Anna Muster" or "Muster, Anna"."""
    stem = text.rsplit(".", 1)[0] if "." in text else text
    parts = [part for part in re.split(r"[\s,_]+", stem) if part]
    if not 2 <= len(parts) <= 4 or not all(part.replace("-", "").isalpha() for part in parts):
        return False
    folded = {part.casefold() for part in parts}
    if parts[0].casefold() in OF_PLACES or folded & NO_NAME:
        return False
    return all(part[0].isupper() for part in parts) and bool(folded & SURE_FIRST_NAMES)


def _is_postcode(column: Scanned) -> bool:
    called = bool(column.words & _POSTCODE) or {"post", "code"} <= column.words
    return called and column.share(_POSTCODES.fullmatch) >= _MOST


def _is_picture(column: Scanned) -> bool:
    return column.share(_PICTURE.fullmatch) >= _MOST


def _is_sequence(column: Scanned) -> bool:
    return column.share(is_surely_dna) >= _MOST and bool(
        column.words & {"patient", "human", "exome", "genome", "haplotype", "read", "reads"}
    )


def _is_child(column: Scanned) -> bool:
    if not column.words & _AGE or column.words & _NOT_YEARS:
        return False
    ages = [float(text) for text in column.texts if _is_number(text)]
    # Adults and children in one column are ages in years; all below 18 may be weeks or days.
    return bool(ages) and min(ages) < 18 < max(ages) <= 120


def _is_number(text: str) -> bool:
    return re.fullmatch(r"\d+(?:\.\d+)?", text) is not None


def _has_letters(text: str) -> bool:
    return any(letter.isalpha() for letter in text)


_Rule = Callable[[Scanned], bool]
_RULES: tuple[tuple[str, str, _Rule, str], ...] = (
    ("e-mail", "restricted", _is_mail, "Values hold e-mail addresses."),
    ("record number", "restricted", _is_record_number, "Values look like record numbers."),
    ("telephone", "restricted", _is_contact, "Values look like telephone numbers."),
    ("date of birth", "restricted", _is_birth, "Values are dates of birth."),
    ("name", "restricted", _is_name, "Values look like names of persons."),
    ("address", "restricted", _is_address, "Values look like addresses."),
    (
        "picture",
        "restricted",
        _is_picture,
        "Values name pictures: a face, or text burned into a scan, identifies a person.",
    ),
    ("sequence of a person", "restricted", _is_sequence, "Values are sequences of persons."),
    ("children", "restricted", _is_child, "Some ages are below 18."),
    ("postcode", "sensitive", _is_postcode, "Values look like postcodes."),
)  # fmt: skip


# --- the whole table --------------------------------------------------------------------------


def _variants(frame: pd.DataFrame) -> list[str]:
    """Return columns with genotypes: 0, 1 and 2 only."""
    numeric = frame.select_dtypes("number")
    if numeric.shape[1] == 0:
        return []
    values = numeric.to_numpy(dtype=np.float64)
    known = np.isnan(values) | np.isin(values, (0.0, 1.0, 2.0))
    all_three = (values == 1.0).any(axis=0) & (values == 2.0).any(axis=0)
    columns = numeric.columns[known.all(axis=0) & all_three]
    named = [str(name) for name in columns if _VARIANT.match(str(name))]
    return named if len(named) >= MANY_VARIANTS else [str(name) for name in columns]


def _look_like_omics(names: Sequence[str]) -> bool:
    genes = sum(_GENE.fullmatch(name) is not None for name in names) / len(names)
    return genes >= _MOST or probe_share(names) >= _MOST
