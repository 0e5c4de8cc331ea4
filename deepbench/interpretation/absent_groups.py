"""Groups that are not, or hardly, in the data, of which a model cannot be said to know anything.

Looked at are the classes, sites and sensitive attributes, and columns that by their name say who
was sampled (sex, age, strain, tissue …). No number below ten is written, and no single value: a
range ends where ten units lie beyond.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from deepbench.data.findings.base import words
from deepbench.data.samples import TrainingSet
from deepbench.data.wording import shorten, with_minus

FEW_UNITS = 10
_MOST_NAMED = 5
_MOST_LEVELS = 30
#: A column of numbers with more different values than this has ranges, not groups.
_FEW_VALUES = 6
_MOST_COLUMNS = 12
_SEX = frozenset("sex gender geschlecht".split())
_AGE = frozenset("age alter years".split())
_ORIGIN = frozenset("ancestry ethnicity race population herkunft".split())
_WHO = (
    _SEX
    | _AGE
    | _ORIGIN
    | frozenset(
        "strain stamm species genotype tissue gewebe breed cultivar stage country region hospital "
        "cohort centre center site".split()
    )
)
_HUMAN = frozenset("human humans homo patient patients people person mensch menschen".split())
_KINDS_OF_PEOPLE = (("sex", _SEX), ("age", _AGE), ("ancestry", _ORIGIN))

Codes = NDArray[np.int64]


def absent_groups(
    training: TrainingSet, roles: Mapping[str, tuple[str, ...]], organism: str
) -> tuple[str, ...]:
    """Return the groups of which the model saw fewer than ten units, as parts of a list.

    Args:
        training: The samples models were trained on.
        roles: Columns by role, under the names of the annotations.
        organism: The organism, as the plan states it.
    """
    found = [*_classes(training)]
    for name, values in _columns(training, roles).items():
        found += _in_column(name, values, training.units)
    return (*found, *_not_recorded(training, organism))


def _classes(training: TrainingSet) -> Iterator[str]:
    info = training.info
    if info.classes:
        counts = {
            name: _units(training.units, training.outcome == code)
            for code, name in enumerate(info.classes)
        }
        few = [name for name, count in counts.items() if count < FEW_UNITS]
        if few:
            yield f"{info.column} = {_some(few)} (fewer than {FEW_UNITS} units)"
        return
    limits = _limits(training.outcome.astype(np.float64), training.units)
    if limits is not None:
        yield f"{info.column} {_beyond(*limits)}"


def _columns(training: TrainingSet, roles: Mapping[str, tuple[str, ...]]) -> dict[str, pd.Series]:
    """Return the columns that say who was sampled and where."""
    annotations, features = training.annotations, training.features
    named = [name for role in ("site", "sensitive") for name in roles.get(role, ())]
    named += [name for name in annotations.columns if words(str(name)) & _WHO]
    found = {name: _parsed(annotations[name]) for name in named if name in annotations.columns}
    for name in features.columns:
        said = words(str(name))
        # A name of one or two words: "age_at_diagnosis", and not a gene of ageing.
        if said & _WHO and len(said) <= 3:
            found.setdefault(str(name), features[name])
    return dict(list(found.items())[:_MOST_COLUMNS])


def _parsed(texts: pd.Series) -> pd.Series:
    """Return an annotation as numbers where all that is written are numbers."""
    filled = texts.astype("object").where(texts.astype(str).str.strip() != "", None)
    numbers = pd.to_numeric(filled, errors="coerce")
    if filled.notna().any() and numbers.notna().sum() == filled.notna().sum():
        return numbers.astype(np.float64)
    return filled


def _in_column(name: str, values: pd.Series, units: Codes) -> Iterator[str]:
    if values.dtype == np.float64 and values.nunique() > _FEW_VALUES:
        limits = _limits(values.to_numpy(dtype=np.float64), units)
        if limits is not None:
            yield f"{name} {_beyond(*limits)}"
        return
    texts = _as_texts(values)
    levels = [str(level) for level in pd.unique(texts) if level]
    if not levels or len(levels) > _MOST_LEVELS:
        return
    if len(levels) == 1:
        yield f"any other {name} than {shorten(levels[0])}"
        return
    few = [level for level in levels if _units(units, texts == level) < FEW_UNITS]
    if len(few) == len(levels):
        yield f"each single {name} (fewer than {FEW_UNITS} units of each)"
    elif few:
        yield f"{name} = {_some(sorted(few))} (fewer than {FEW_UNITS} units)"


def _as_texts(values: pd.Series) -> NDArray[np.object_]:
    if values.dtype == np.float64:
        return np.array([f"{v:g}" if np.isfinite(v) else "" for v in values], dtype=object)
    return values.where(values.notna(), "").astype(str).to_numpy(dtype=object)


def _limits(values: NDArray[np.float64], units: Codes) -> tuple[float, float] | None:
    """Return values below and above which fewer than ten units lie; None where too few are."""
    known = np.isfinite(values)
    mean = pd.Series(values[known]).groupby(units[known]).mean().to_numpy()
    if len(mean) < 3 * FEW_UNITS:
        return None
    ordered = np.sort(mean)
    low, high = float(ordered[FEW_UNITS - 1]), float(ordered[-FEW_UNITS])
    return (low, high) if low < high else None


def _beyond(low: float, high: float) -> str:
    ends = [with_minus(f"{end:.3g}") for end in (low, high)]
    return f"below {ends[0]} or above {ends[1]} (fewer than {FEW_UNITS} units on each side)"


def _not_recorded(training: TrainingSet, organism: str) -> Iterator[str]:
    """Name what is not known about people: a model may do well on average and fail in a group."""
    if not words(organism) & _HUMAN:
        return
    names = [*training.annotations.columns, *training.features.columns]
    said = set().union(*(words(str(name)) for name in names)) if names else set()
    missing = [kind for kind, known in _KINDS_OF_PEOPLE if not said & known]
    if missing:
        listed = " or ".join([", ".join(missing[:-1]), missing[-1]] if missing[1:] else missing)
        yield f"any group by {listed}, which no column states"


def _units(units: Codes, member: NDArray[np.bool_]) -> int:
    return len(np.unique(units[member]))


def _some(names: list[str]) -> str:
    shown = [shorten(name, 40) for name in names[:_MOST_NAMED]]
    rest = len(names) - len(shown)
    if rest:
        return f"{', '.join(shown)} or {rest:,} more"
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} or {shown[-1]}"
