"""Orders in which the samples may have been measured: rows, numbers in names, dates."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import rankdata

from deepbench.data.cells.dates import are_dates
from deepbench.data.findings.base import FindingContext, codes_of, numeric_names, words
from deepbench.data.findings.identifiers import ENTITIES, numbering_features
from deepbench.data.findings.order_tests import strata_of
from deepbench.data.samples import AllSamples
from deepbench.data.wording import shorten

_NUMBER = re.compile(r"\d{1,9}")
_ISO = re.compile(r"\d{4}-\d{1,2}(-\d{1,2})?([ T].*)?")
_DOTTED = re.compile(r"\d{1,2}\.\d{1,2}\.\d{4}")
_NAME_WORDS = ENTITIES | {"id", "ids", "name", "barcode", "probe", "sampleid"}
_DATE_WORDS = frozenset("date datum year jahr day tag acquired collected measured time".split())
_BIRTH_WORDS = frozenset("birth birthday dob geburt geburtsdatum born age alter".split())
_MOST_NAME_COLUMNS = 3
_LEAST_WITH_NUMBER = 0.9
_SAME_ORDER = 0.98
_LEAST_DISTINCT = 3

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]


@dataclass(frozen=True)
class Axis:
    """One order of the samples.

    Attributes:
        kind: Where it comes from.
        title: What it is called in a sentence, such as ``the dates in 'drawn'``.
        where: The same in short, for the name of a finding.
        column: The column it comes from, if any.
        is_feature: Whether that column is a feature.
        position: (n,) places, NaN = not known.
        strata: (n,) groups inside which the order counts (prefixes of names, sites, batches).
    """

    kind: Literal["rows", "numbers", "dates"]
    title: str
    where: str
    column: str
    is_feature: bool
    position: Floats
    strata: Codes

    def take(self, rows: Codes) -> Axis:
        """Return the axis of the given rows."""
        return replace(self, position=self.position[rows], strata=self.strata[rows])


def rows_for_order(samples: AllSamples) -> Codes:
    """Return the first row of each unit, and of each class where a unit has several."""
    keys = [samples.units]
    if samples.info.classes:
        keys.append(samples.outcome.astype(np.int64))
    _, first = np.unique(np.stack(keys, axis=1), axis=0, return_index=True)
    return np.sort(first).astype(np.int64)


def known_strata(samples: AllSamples, context: FindingContext) -> Codes:
    """Return (n,) combinations of batches and sites, which explain an order already."""
    columns = [c for role in ("batch", "site") for c in context.roles.get(role, ())]
    if not columns:
        return np.zeros(len(samples), dtype=np.int64)
    return strata_of(*(codes_of(samples.annotations[column]) for column in columns))


def axes(samples: AllSamples, context: FindingContext) -> list[Axis]:
    """Return the orders of the samples, the most telling first: dates, numbers, rows.

    An order that is nearly the same as a more telling one is left out.
    """
    known = known_strata(samples, context)
    places = np.arange(len(samples), dtype=np.float64)
    found = [*_dates(samples, context), *_numbers(samples, context)]
    found.append(Axis("rows", "the row order of the file", "row order", "", False, places, known))
    kept: list[Axis] = []
    for axis in found:
        if not any(_same_order(axis, other) for other in kept):
            kept.append(axis)
    return kept


def _same_order(one: Axis, other: Axis) -> bool:
    known = ~(np.isnan(one.position) | np.isnan(other.position))
    if known.sum() < 3 or len(np.unique(other.strata)) > len(np.unique(one.strata)):
        return False
    ranks = [rankdata(axis.position[known]) for axis in (one, other)]
    if any(np.ptp(r) == 0 for r in ranks):
        return False
    return bool(abs(np.corrcoef(ranks[0], ranks[1])[0, 1]) >= _SAME_ORDER)


def _dates(samples: AllSamples, context: FindingContext) -> list[Axis]:
    with_role = [c for c in context.roles.get("date", ()) if c in samples.annotations.columns]
    free = [c for c in samples.annotations.columns if not context.has_role(c)]
    free = [c for c in free if not words(c) & _BIRTH_WORDS]
    zero = np.zeros(len(samples), dtype=np.int64)
    found = []
    for column in (
        *with_role,
        *(c for c in free if are_dates(set(samples.annotations[c]) - {""})),
    ):
        position = dates_as_numbers(list(samples.annotations[column].astype(str)))
        if position is not None and _tells_apart(position):
            found.append(_axis("dates", column, False, position, zero))
    for column in _date_features(samples):
        position = samples.features[column].to_numpy(dtype=np.float64)
        found.append(_axis("dates", column, True, position, zero))
    return found


def _axis(
    kind: Literal["numbers", "dates"],
    column: str,
    is_feature: bool,
    position: Floats,
    strata: Codes,
) -> Axis:
    shown = f"'{shorten(column)}'"
    return Axis(
        kind, f"the {kind} in {shown}", f"{kind} in {shown}", column, is_feature, position, strata
    )


def _tells_apart(position: Floats) -> bool:
    return len(np.unique(position[~np.isnan(position)])) >= _LEAST_DISTINCT


def dates_as_numbers(texts: Sequence[str]) -> Floats | None:
    """Return (n,) days or years of dates whose order is certain, NaN where nothing stands.

    Returns:
        None where a text can be read in two ways (03/04/2021), or not at all.
    """
    present = [text.strip() for text in texts if text.strip()]
    if not present:
        return None
    stripped = pd.Series([text.strip() or None for text in texts], dtype=object)
    if all(re.fullmatch(r"\d{4}(\.0)?", text) for text in present):
        return np.asarray(pd.to_numeric(stripped), dtype=np.float64)
    if all(_ISO.fullmatch(text) for text in present):
        parsed = pd.to_datetime(stripped, format="ISO8601", errors="coerce", utc=True)
    elif all(_DOTTED.fullmatch(text) for text in present):
        parsed = pd.to_datetime(stripped, format="%d.%m.%Y", errors="coerce", utc=True)
    else:
        return None
    if int(parsed.notna().sum()) < len(present):
        return None
    days = (parsed - pd.Timestamp("1970-01-01", tz="UTC")) / pd.Timedelta(days=1)
    return np.asarray(days, dtype=np.float64)


def _date_features(samples: AllSamples) -> list[str]:
    """Return numeric features that are called a date and look like years, days or stamps."""
    found = []
    for name in numeric_names(samples.features):
        said = words(name)
        if not said & _DATE_WORDS or said & _BIRTH_WORDS:
            continue
        values = samples.features[name].dropna().to_numpy(dtype=np.float64)
        if len(values) and _tells_apart(values) and _look_like_dates(values):
            found.append(name)
    return found


def _look_like_dates(values: Floats) -> bool:
    """Whether numbers are years, days as a spreadsheet counts them, or 20240331."""
    low, high = float(values.min()), float(values.max())
    ranges = ((1900, 2100), (20_000, 60_000), (19_000_101, 21_001_231))
    return any(a <= low and high <= b for a, b in ranges) and bool((values % 1 == 0).all())


def _numbers(samples: AllSamples, context: FindingContext) -> list[Axis]:
    known = known_strata(samples, context)
    found = []
    if context.roles.get("sample"):
        column = context.roles["sample"][0]
        found += _numbers_in(column, [str(name) for name in samples.sample_ids], known)
    free = [c for c in samples.annotations.columns if not context.has_role(c)]
    named = [c for c in free if words(c) & _NAME_WORDS][:_MOST_NAME_COLUMNS]
    for column in named:
        found += _numbers_in(column, list(samples.annotations[column].astype(str)), known)
    for column in numbering_features(samples)[:_MOST_NAME_COLUMNS]:
        position = samples.features[column].to_numpy(dtype=np.float64)
        found.append(_axis("numbers", column, False, position, known))
    return found


def _numbers_in(column: str, names: Sequence[str], known: Codes) -> list[Axis]:
    """Return the order of the numbers in names, inside groups of names that share the rest."""
    parts = numbers_in_names(names)
    if parts is None:
        return []
    position, rest = parts
    return [_axis("numbers", column, False, position, strata_of(rest, known))]


def numbers_in_names(names: Sequence[str]) -> tuple[Floats, Codes] | None:
    """Return (n,) the number in each name that differs most, and codes of what is around it.

    Returns:
        None where fewer than nine in ten names hold a number, or names share nothing else.
    """
    found = [_NUMBER.findall(name) for name in names]
    holding = [numbers for numbers in found if numbers]
    if len(holding) < max(_LEAST_DISTINCT, _LEAST_WITH_NUMBER * len(names)):
        return None
    most = min(map(len, holding))
    distinct = [len({numbers[place] for numbers in holding}) for place in range(most)]
    place = int(np.argmax(distinct))
    position = np.array([float(n[place]) if n else np.nan for n in found])
    # Another number that takes few values (a plate) groups the names, as letters do.
    groups = [i for i in range(most) if i != place and distinct[i] * 5 <= len(names)]
    rests = [
        "\0".join([*_NUMBER.split(name), *(numbers[i] for i in groups)]) if numbers else name
        for name, numbers in zip(names, found, strict=True)
    ]
    rest = codes_of(np.array(rests, dtype=object))
    few = int(rest.max()) + 1 <= len(names) / 3
    return (position, rest) if few and _tells_apart(position) else None
