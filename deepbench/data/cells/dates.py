"""Dates written as text: which comes first, the day or the month, and what they are in ISO form.

``03/04/2021`` alone says nothing; ``13/04/2021`` in the same column says that days come first.
Dates with dots are read day first, as wherever dots are usual, unless one of them says otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Order = Literal["ask", "day first", "month first"]

#: Days that a spreadsheet may count (1954 to 2064), by which a column of numbers is recognised.
SERIAL_DAYS = (20_000, 60_000)
_SERIAL_START = datetime(1899, 12, 30)
_FIRST_SERIAL, _LAST_SERIAL = 367, 110_000  # 1901 to 2201; before, spreadsheets count wrongly
_YEARS = (1900, 2100)
_COMPACT = (19_000_101, 21_001_231)
_TURN_OF_CENTURY = 69  # as POSIX has it: 69 is 1969, 68 is 2068

_TIME = (
    r"(?:(?:[ T]|, ?)(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})"
    r"(?:\.(?P<fraction>\d{1,9}))?)? ?(?P<half>[ap]\.?m\.?)?(?P<zone>Z|[+-]\d{2}:?\d{2})?)?"
)
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january januar jän jänner", "feb february februar",
            "mar march mär märz mrz maerz", "apr april", "may mai", "jun june juni",
            "jul july juli", "aug august", "sep sept september", "oct october okt oktober",
            "nov november", "dec december dez dezember",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_NAME = rf"(?P<name>{'|'.join(sorted(_MONTHS, key=len, reverse=True))})\.?"
_PATTERNS = tuple(
    re.compile((pattern + _TIME).replace(r"\d", "[0-9]"), re.IGNORECASE)
    for pattern in (
        r"(?P<year>\d{4})(?P<mark>[-/.])(?P<month>\d{1,2})(?P=mark)(?P<day>\d{1,2})",
        r"(?P<one>\d{1,2})(?P<mark>[-/.])(?P<two>\d{1,2})(?P=mark)(?P<year>\d{4}|\d{2})",
        rf"(?P<day>\d{{1,2}})[-. ]{{0,2}}{_NAME}[-. ]{{0,2}}(?P<year>\d{{4}}|\d{{2}})",
        rf"{_NAME}[-. ]{{0,2}}(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<year>\d{{4}})",
    )
)


@dataclass(frozen=True)
class Dates:
    """Dates that can be read in one way only.

    Attributes:
        iso: Year-month-day of each text, with the time if it has one.
        how: How they are written, in words.
    """

    iso: dict[str, str]
    how: str


@dataclass(frozen=True)
class Doubt:
    """Why texts cannot be read as dates yet, with the texts that say so."""

    why: Literal["no date", "order", "both orders", "two digits"]
    texts: tuple[str, ...]


def are_dates(texts: Iterable[str]) -> bool:
    """Whether all of these texts are written as dates, in any of the usual ways."""
    return all(_match(text) is not None for text in texts)


def read_dates(texts: Sequence[str], order: Order, short_years: bool) -> Dates | Doubt:
    """Read different texts of a column as dates.

    Args:
        texts: The texts; at least one.
        order: The answer of the plan, which holds where no date tells.
        short_years: Whether years of two digits may be read (69 to 99 are 1969 to 1999).
    """
    found = [_match(text) for text in texts]
    for text, match in zip(texts, found, strict=True):
        if match is None:
            return Doubt("no date", (text,))
    matches = {text: match for text, match in zip(texts, found, strict=True) if match is not None}
    day_first = _order_of(matches, order)
    if isinstance(day_first, Doubt):
        return day_first
    short = next((t for t, m in matches.items() if len(m["year"]) == 2), "")
    if short and not short_years:
        return Doubt("two digits", (short,))
    iso = {text: _iso(match, day_first[0]) for text, match in matches.items()}
    impossible = next((text for text, written in iso.items() if not written), None)
    if impossible is not None:
        return Doubt("no date", (impossible,))
    return Dates(iso, day_first[1])


def iso_of(text: str, day_first: bool) -> str:
    """Return what a text is if days, or months, come first; empty if it is no date then."""
    match = _match(text)
    return "" if match is None else _iso(match, day_first)


def dates_of_numbers(values: NDArray[np.float64]) -> tuple[list[str], str] | None:
    """Return numbers as dates, empty where one is missing, and how they were meant, in words.

    Returns:
        None if they are neither days as a spreadsheet counts them, nor 20210413, nor years.
    """
    present = values[~np.isnan(values)]
    if not len(present):
        return None
    whole = bool((present == np.round(present)).all())
    if whole and _within(present, _COMPACT):
        texts = [f"{int(value):08d}" for value in present]
        read = [_day(int(t[:4]), int(t[4:6]), int(t[6:])) for t in texts]
        how = "dates like 20210413"
    elif _within(present, (_FIRST_SERIAL, _LAST_SERIAL)) and not _within(present, _YEARS):
        read = [_serial(float(value)) for value in present]
        how = "days as a spreadsheet counts them (from 1900)"
    elif whole and _within(present, _YEARS):
        read = [str(int(value)) for value in present]
        how = "years"
    else:
        return None
    if not all(read):
        return None
    texts = [""] * len(values)
    for row, text in zip(np.flatnonzero(~np.isnan(values)).tolist(), read, strict=True):
        texts[row] = text
    return texts, how


def may_be_serial_days(values: NDArray[np.float64]) -> bool:
    """Whether numbers may be days as a spreadsheet counts them."""
    present = values[~np.isnan(values)]
    return bool(len(present)) and _within(present, SERIAL_DAYS)


def _within(values: NDArray[np.float64], limits: tuple[int, int]) -> bool:
    return bool(values.min() >= limits[0] and values.max() <= limits[1])


def _serial(value: float) -> str:
    moment = _SERIAL_START + timedelta(seconds=round(value * 86_400))
    return moment.date().isoformat() if value.is_integer() else moment.isoformat(" ")


def _match(text: str) -> re.Match[str] | None:
    if not text or not any(sign.isdigit() for sign in text[-8:]):
        return None
    for pattern in _PATTERNS:
        found = pattern.fullmatch(text)
        if found is not None:
            return found
    return None


def _order_of(matches: dict[str, re.Match[str]], order: Order) -> tuple[bool, str] | Doubt:
    """Return whether days come first, and why in words."""
    open_ones = {t: m for t, m in matches.items() if m.re is _PATTERNS[1]}
    if not open_ones:
        return True, "dates"
    day_first = next((t for t, m in open_ones.items() if int(m["one"]) > 12), "")
    month_first = next((t for t, m in open_ones.items() if int(m["two"]) > 12), "")
    if day_first and month_first:
        return Doubt("both orders", (day_first, month_first))
    if day_first or month_first:
        words = "day" if day_first else "month"
        return bool(day_first), f"dates, {words} first as '{day_first or month_first}' shows"
    doubtful = [t for t, m in open_ones.items() if int(m["one"]) != int(m["two"])]
    if not doubtful:
        return True, "dates"
    if all(open_ones[text]["mark"] == "." for text in doubtful):
        return True, "dates, day first as usual with dots"
    if order == "ask":
        return Doubt("order", (doubtful[0],))
    return order == "day first", f"dates, {order} as answered"


def _iso(match: re.Match[str], day_first: bool) -> str:
    parts = match.groupdict()
    year = int(parts["year"])
    if len(parts["year"]) == 2:
        year += 1900 if year >= _TURN_OF_CENTURY else 2000
    if parts.get("one"):
        day, month = int(parts["one"]), int(parts["two"])
        if not day_first:
            day, month = month, day
    else:
        day = int(parts["day"])
        month = _MONTHS[parts["name"].casefold()] if parts.get("name") else int(parts["month"])
    written = _day(year, month, day)
    time = _time(parts)
    return f"{written} {time}".strip() if written and time is not None else ""


def _day(year: int, month: int, day: int) -> str:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return ""


def _time(parts: dict[str, str | None]) -> str | None:
    """Return the time of a day as ISO has it, empty if there is none; None if impossible."""
    if parts["hour"] is None:
        return ""
    hour, minute, second = (int(parts[key] or 0) for key in ("hour", "minute", "second"))
    if parts["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if parts["half"][0] in "pP" else 0)
    if hour > 23 or minute > 59 or second > 59:
        return None
    written = f"{hour:02d}:{minute:02d}"
    if parts["second"]:
        written += f":{second:02d}" + (f".{parts['fraction']}" if parts["fraction"] else "")
    zone = parts["zone"] or ""
    return written + (f"{zone[:3]}:{zone[-2:]}" if zone[:1] in ("+", "-") else zone.upper())
