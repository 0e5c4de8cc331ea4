"""Which gene a date or a number was before a spreadsheet opened the file.

SEPT2 became 2-Sep, 44441 or 2021-09-02, and the clone 2310009E13 became 2.31E+19 (Ziemann et al.
2016, doi:10.1186/s13059-016-1044-7). Many of these genes were renamed since because of that
(Bruford et al. 2020, doi:10.1038/s41588-020-0669-3); both symbols are given.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

Gene = tuple[str, str]  # symbol that was damaged, symbol of today
Day = tuple[int, int]  # month, number

_MONTHS = {
    1: "jan januar january janv janvier ene enero jän jänner gen gennaio",
    2: "feb februar february févr fevr février fevrier febrero febbraio",
    3: "mar mär mrz maerz märz march mars marzo",
    4: "apr april avr avril abr abril aprile",
    5: "may mai mayo mag maggio",
    6: "jun juni june juin junio giu giugno",
    7: "jul juli july juil juillet julio lug luglio",
    8: "aug august août aout ago agosto",
    9: "sep sept september septembre septiembre set settembre",
    10: "oct okt oktober october octobre octubre ott ottobre",
    11: "nov november novembre noviembre",
    12: "dec dez déc dic dezember december décembre decembre diciembre dicembre",
}
_MONTH_OF = {word: month for month, names in _MONTHS.items() for word in names.split()}

_GENES: dict[Day, tuple[Gene, ...]] = {
    **{(9, k): ((f"SEPT{k}", f"SEPTIN{k}"),) for k in (*range(1, 13), 14)},
    (9, 13): (("SEPT13", "SEPTIN7P2"),),
    (9, 15): (("SEP15", "SELENOF"),),
    **{(3, k): ((f"MARCH{k}", f"MARCHF{k}"),) for k in range(3, 12)},
    (3, 1): (("MARCH1", "MARCHF1"), ("MARC1", "MTARC1")),
    (3, 2): (("MARCH2", "MARCHF2"), ("MARC2", "MTARC2")),
    (12, 1): (("DEC1", "DELEC1"), ("DEC1", "BHLHE40")),
    (12, 2): (("DEC2", "BHLHE41"),),
    (10, 1): (("OCT1", "POU2F1"), ("OCT1", "SLC22A1")),
    (10, 2): (("OCT2", "POU2F2"), ("OCT2", "SLC22A2")),
    (10, 3): (("OCT3", "POU5F1"), ("OCT3", "SLC22A3")),
    (10, 4): (("OCT4", "POU5F1"),),
    (10, 6): (("OCT6", "POU3F1"),),
    (10, 7): (("OCT7", "POU3F2"),),
    (10, 11): (("OCT11", "POU2F3"),),
    (4, 1): (("APR1", "MAGEH1"),),
    (4, 3): (("APR3", "ATRAID"),),
}

_WORD = "|".join(sorted(_MONTH_OF, key=len, reverse=True))
_DAY_FIRST = re.compile(
    rf"(?P<day>\d{{1,2}})[-. /]+(?P<month>{_WORD})\.?(?:[-. /]+\d{{2,4}})?", re.IGNORECASE
)
_MONTH_FIRST = re.compile(rf"(?P<month>{_WORD})\.?[-. /]+(?P<day>\d{{1,2}})", re.IGNORECASE)
_ISO = re.compile(r"(?P<year>\d{4})[-/](?P<month>\d{1,2})[-/](?P<day>\d{1,2})(?:[ T]00:00:00)?")
_NUMBERS = re.compile(
    r"(?P<a>\d{1,2})(?P<mark>[-./])(?P<b>\d{1,2})(?P=mark)(?P<year>\d{4}|\d{2})(?: 00:00:00)?"
)
_SERIAL = re.compile(r"\d{5}(?:\.0)?")
_FLOAT = re.compile(r"(?P<digits>\d(?:[.,]\d+)?)E\+(?P<power>\d{2})", re.IGNORECASE)
# Two columns of one name are told apart by what is put behind the second.
_AGAIN = re.compile(r"\.\d{1,2}$")
_WORM = re.compile(r"[a-z]{3,4}-\d+")  # sep-1 and apr-1 are genes of C. elegans as they stand

_FIRST_DAY, _LAST_DAY = date(1995, 1, 1), date(2035, 12, 31)
_EPOCHS = (date(1899, 12, 30), date(1904, 1, 1))
_CLONE_DIGITS = 7
_LARGEST_SEPTIN = 15


@dataclass(frozen=True)
class Damaged:
    """A name that is no gene any more.

    Attributes:
        name: The name as it stands.
        genes: What it may have been, likeliest first; empty if no gene is known.
        clone: Pattern of the clone that it may have been, ``·`` for lost digits; empty if none.
        serial: Whether it is a number of days.
    """

    name: str
    genes: tuple[Gene, ...]
    clone: str = ""
    serial: bool = False


def read_damaged(name: str) -> Damaged | None:
    """Return what a name may have been, or None if it is neither a date nor such a number."""
    for text in dict.fromkeys((name.strip(), _AGAIN.sub("", name.strip()))):
        if _WORM.fullmatch(text):
            return None
        found = _FLOAT.fullmatch(text)
        if found:
            clone = _clone(found["digits"], int(found["power"]))
            if clone:
                return Damaged(name, (), clone=clone)
        if _SERIAL.fullmatch(text):
            genes = _genes_of(_days_of_serial(int(text[:5])))
            return Damaged(name, genes, serial=True) if genes else None
        days = _days(text)
        if days is not None:
            return Damaged(name, _genes_of(days))
    return None


def without_present(damaged: Damaged, names: Collection[str]) -> tuple[Gene, ...]:
    """Return the genes that do not stand in the table besides, or all if that leaves none.

    Args:
        damaged: A damaged name.
        names: Names in the table, in capitals.
    """
    missing = tuple(
        gene for gene in damaged.genes if gene[0] not in names and gene[1] not in names
    )
    return missing or damaged.genes


def _days(text: str) -> list[Day] | None:
    """Return the readings of a date, likeliest first; None if the text is no date."""
    worded = _DAY_FIRST.fullmatch(text) or _MONTH_FIRST.fullmatch(text)
    if worded:
        return [(_MONTH_OF[worded["month"].casefold()], int(worded["day"]))]
    iso = _ISO.fullmatch(text)
    if iso:
        return _of_year(int(iso["month"]), int(iso["day"]), int(iso["year"]))
    numbers = _NUMBERS.fullmatch(text)
    if not numbers:
        return None
    a, b, year = int(numbers["a"]), int(numbers["b"]), int(numbers["year"])
    readings = _of_year(b, a, year)
    if numbers["mark"] != ".":  # 01.09.2024 is always the first of September
        readings += _of_year(a, b, year)
    return readings or None


def _of_year(month: int, day: int, year: int) -> list[Day]:
    """Return the readings of a date with a year: "Sep-02" may have become 1 September 2002."""
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return []
    short = year % 100
    from_year = day == 1 and year // 100 in (0, 20) and 2 <= short <= _LARGEST_SEPTIN
    return [(month, day), (month, short)] if from_year else [(month, day)]


def _days_of_serial(number: int) -> list[Day]:
    """Return the days that a number of days means, since 1900 and, on old Macs, since 1904."""
    days = [epoch + timedelta(days=number) for epoch in _EPOCHS]
    return [(day.month, day.day) for day in days if _FIRST_DAY <= day <= _LAST_DAY]


def _genes_of(days: list[Day]) -> tuple[Gene, ...]:
    return tuple(dict.fromkeys(gene for day in days for gene in _GENES.get(day, ())))


def _clone(digits: str, power: int) -> str:
    """Return the RIKEN clone that a number in floating point was: 2.31E+19 → 231····E13."""
    shown = digits.replace(",", "").replace(".", "")
    tail = power - (_CLONE_DIGITS - 1)
    if len(shown) > _CLONE_DIGITS or not 1 <= tail <= 99:
        return ""
    return f"{shown.ljust(_CLONE_DIGITS, '·')}E{tail:02d}"
