"""What columns probably mean, guessed from names and values, for the user to accept or refuse.

Names are taken apart into words (``PatientID``, ``Batch_No``), in English and German. A name
alone is not enough: a unit repeats, a batch has few different values, a sample has its own name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from deepbench.data.cells.measurements import FEW_LEVELS
from deepbench.data.column_types import ParsedTable
from deepbench.data.findings.base import words
from deepbench.data.number_text import parse_numbers
from deepbench.data.role_words import (
    ROLE_WORDS,
    holds_pairs,
    holds_parts,
    holds_timepoints,
    sounds_like_pair,
    sounds_like_part,
    sounds_like_timepoint,
)
from deepbench.data.sequence_columns import sequences_in
from deepbench.data.sequences import is_measured
from deepbench.study.records import ColumnRecord

_FILLERS = frozenset(
    "a at by code column d de der des die due for from id identifier ids in index key label "
    "name names nr no num number nummer of on or the to type variable von".split()
)
_SAMPLE = frozenset(
    "accession aliquot barcode biosample id identifier ids key proband probe proben probennummer "
    "probenname probenid sample sampleid samplename samples specimen specimenid subjectid "
    "patientid mouseid animalid donorid index unnamed row zeile nr".split()
)
# In the order in which one of them is taken: relatives before single ones, strains last.
_UNITS = (
    "litter wurf familie family patient patients patientid patienten patientin subject "
    "subjects subjectid participant participants teilnehmer person persons donor donors donorid "
    "spender proband mouse mice mouseid maus rat ratte animal animals animalid tier individual "
    "individuals individuum organism plant pflanze twin case fall eye specimen culture cellline "
    "isolate isolat cage kaefig käfig tank clone klon strain stamm"
).split()
_UNIT_WORDS = frozenset(_UNITS)
_NAMING_WORDS = _SAMPLE | _UNIT_WORDS
_FRAMES = frozenset({"frame", "video", "clip"})
_BATCH = ROLE_WORDS["batch"] | frozenset(
    "chargen chargennummer chargennr platte plattennummer lauf flowcell processing extraction "
    "messlauf gerät geraet prep shipment".split()
)
_SITE = ROLE_WORDS["site"] | frozenset(
    "standort klinik zentrum krankenhaus kohorte ort land einrichtung labor station".split()
)
# Words that are as often part of the name of a measurement: only on their own.
_ALONE = {
    "batch": frozenset({"charge", "array", "day", "tag", "file"}),
    "site": frozenset({"lab"}),
}
_OPERATOR = ROLE_WORDS["operator"]
_SENSITIVE = frozenset(
    "sex gender age ethnicity ethnic race religion nationality geschlecht alter herkunft ethnie "
    "nationalität disability ancestry".split()
)
_REPLICATE = frozenset(
    "replicate replicates rep repl replikat wiederholung techrep technical".split()
)
_REMARKS = frozenset(
    "comment comments note notes remark remarks description bemerkung bemerkungen kommentar "
    "anmerkung anmerkungen beschreibung notiz".split()
)
_YEARS = frozenset({"year", "jahr", "date", "datum"})
_BIRTH = frozenset({"birth", "birthday", "dob", "geburt", "geburtsdatum", "born"})
_SURELY_OUTCOMES = frozenset("outcome target endpoint zielgröße".split())
# Strong words name what is predicted; weak ones are now and then a measurement.
_OUTCOMES = frozenset(
    "outcome diagnosis condition class label target response responder phenotype disease endpoint "
    "diagnose klasse ergebnis befund erkrankung krankheit ziel zielgröße phänotyp "
    "zustand".split()
)
_PERHAPS_OUTCOMES = frozenset(
    "group status treatment treated result category subtype type grade stage survival event "
    "cancer tumor tumour malignant severity arm relapse recurrence genotype activity active "
    "quality gruppe behandlung kategorie typ stadium überleben rezidiv".split()
)

_MOST_LEVELS = 50
_LONG_TEXT = 40
_MOST_REPLICATES = 20
_LEAST_UNITS = 5
_FIRST_YEAR, _LAST_YEAR = 1900, 2100
_MOST_CANDIDATES = 8
_LEAST_EVIDENCE = 2.0
_GUESSED_KINDS = frozenset({"numeric", "categorical", "text", "date"})


@dataclass(frozen=True)
class Guesses:
    """What columns probably mean.

    Attributes:
        roles: Columns by role; a column stands under one role at most.
        outcomes: Columns that may be the outcome, the likeliest first; 8 at most.
    """

    roles: dict[str, tuple[str, ...]]
    outcomes: tuple[str, ...]


@dataclass(frozen=True)
class _Column:
    """A column as the guesses see it; ``telling`` are the words of its name that say something."""

    record: ColumnRecord
    place: int
    present: int
    words: frozenset[str]
    parsed: ParsedTable = field(repr=False)
    telling: frozenset[str]

    @property
    def name(self) -> str:
        return self.record.name

    @property
    def unique(self) -> bool:
        return self.record.distinct == self.present > 1

    def values(self) -> pd.Series:
        """Return the values that are there."""
        values: pd.Series = self.parsed.frame[self.name].dropna()
        return values

    def numbers(self) -> np.ndarray | None:
        """Return the values as numbers, None if they are none."""
        if self.record.kind != "numeric":
            return None
        values = self.values().to_numpy()
        if values.dtype != object:
            return values
        numbers, _ = parse_numbers(values, self.parsed.decimal)
        return numbers[~np.isnan(numbers)]

    def codes(self) -> NDArray[np.int64]:
        """Return codes of the values that are there."""
        return pd.factorize(self.values())[0].astype(np.int64)

    def whole(self) -> bool:
        """Whether the values are labels or whole numbers."""
        numbers = self.numbers()
        return numbers is None or bool((numbers == np.round(numbers)).all())

    def says(self, role: str, known: frozenset[str]) -> bool:
        """Whether the name has one of these words, or is one that counts on its own."""
        alone = bool(self.telling) and self.telling <= _ALONE.get(role, frozenset())
        return alone or bool(self.words & known)


def _column(parsed: ParsedTable, place: int, record: ColumnRecord) -> _Column:
    named = frozenset(words(record.name))
    telling = frozenset(word for word in named - _FILLERS if not word.isdecimal())
    present = len(parsed.locator.rows) - record.missing
    return _Column(record, place, present, named, parsed, telling)


def guess(parsed: ParsedTable, outcome: str = "") -> Guesses:
    """Guess what the columns of a table mean.

    Args:
        parsed: The table, whatever columns were left as text.
        outcome: The outcome column, where it is known.
    """
    columns = [
        _column(parsed, place, record)
        for place, record in enumerate(parsed.columns)
        if record.kind in _GUESSED_KINDS and not is_measured(record.name)
    ]
    roles = _guess_roles([column for column in columns if column.name != outcome])
    taken = {name for names in roles.values() for name in names}
    free = [column for column in columns if column.name not in taken]
    return Guesses(roles, _guess_outcomes(free, len(parsed.columns)))


# --- roles ----------------------------------------------------------------------------------


def _guess_roles(columns: Sequence[_Column]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    taken: set[str] = set()

    def take(role: str, names: Iterator[str] | list[str]) -> None:
        chosen = tuple(name for name in names if name not in taken)
        if chosen:
            found[role] = (*found.get(role, ()), *chosen)
            taken.update(chosen)

    take("pair", [c.name for c in columns if _is_pair(c)][:1])
    take("unit", _unit([c for c in columns if c.name not in taken]))
    take("sample", _sample(columns))
    for role, belongs in _ROLES.items():
        take(role, [c.name for c in columns if c.name not in taken and belongs(c)])
    take("ignore", [c.name for c in columns if c.name not in taken and _is_remark(c)])
    return found


def _unit(columns: Sequence[_Column]) -> list[str]:
    """Return the column that best names what repeats; more than one would be joined."""
    ranked = [
        (min(map(_UNITS.index, column.words & _UNIT_WORDS), default=len(_UNITS)),
         column.place, column.name)
        for column in columns
        if (column.words & _UNIT_WORDS or _is_frame(column)) and _repeats(column)
    ]  # fmt: skip
    return [min(ranked)[2]] if ranked else []


def _is_frame(column: _Column) -> bool:
    """Whether a column numbers the frames of a video, on which several samples may be seen."""
    return bool(column.telling) and column.telling <= _FRAMES


def _repeats(column: _Column) -> bool:
    distinct, present = column.record.distinct, column.present
    return _LEAST_UNITS <= distinct < present and column.record.kind != "date" and column.whole()


def _sample(columns: Sequence[_Column]) -> list[str]:
    """Return the column that names every sample: known by its name, else by its texts."""
    unique = [c for c in columns if c.unique and c.record.kind != "date"]
    named = [c for c in unique if c.words & _NAMING_WORDS and _is_name(c)]
    texts = [
        c for c in unique
        if c.record.kind == "text" and _is_name(c) and sequences_in(list(c.values())) is None
    ]  # fmt: skip
    return [chosen[0].name for chosen in (named, texts) if chosen][:1]


def _is_name(column: _Column) -> bool:
    """Whether the values are whole numbers, or texts short enough for names."""
    if column.record.kind == "numeric":
        return column.whole()
    lengths = column.values().astype(str).str.len()
    return bool(lengths.max() <= _LONG_TEXT)


def _few_levels(column: _Column) -> bool:
    most = min(_MOST_LEVELS, max(2, column.present // 2))
    return 2 <= column.record.distinct <= most and column.record.kind != "date" and column.whole()


def _is_pair(column: _Column) -> bool:
    named = sounds_like_pair(column.words) and column.record.kind != "date" and column.whole()
    return named and holds_pairs(column.codes())


def _is_part(column: _Column) -> bool:
    """Whether a column divides the samples; one of dates or of measurements never does."""
    few = 2 <= column.record.distinct <= _MOST_LEVELS
    if not few or not sounds_like_part(column.words):
        return False
    numbers = column.numbers()
    values = column.values() if numbers is None else pd.Series(numbers)
    return holds_parts(column.words, values.unique())


def _is_operator(column: _Column) -> bool:
    return column.says("operator", _OPERATOR) and _few_levels(column)


def _is_timepoint(column: _Column) -> bool:
    named = sounds_like_timepoint(column.words) and column.record.kind != "date"
    return named and holds_timepoints(column.codes())


def _is_batch(column: _Column) -> bool:
    return column.says("batch", _BATCH) and _few_levels(column)


def _is_site(column: _Column) -> bool:
    return column.says("site", _SITE) and _few_levels(column)


def _is_date(column: _Column) -> bool:
    if column.words & _BIRTH:
        return False
    if column.record.kind == "date":
        return True
    numbers = column.numbers() if column.words & _YEARS else None
    return bool(
        numbers is not None
        and len(numbers)
        and column.whole()
        and numbers.min() >= _FIRST_YEAR
        and numbers.max() <= _LAST_YEAR
    )


def _is_sensitive(column: _Column) -> bool:
    return bool(column.words & _SENSITIVE) and column.record.kind in {"numeric", "categorical"}


def _is_replicate(column: _Column) -> bool:
    few = 2 <= column.record.distinct <= _MOST_REPLICATES
    return bool(column.words & _REPLICATE) and few and not column.unique and column.whole()


def _is_remark(column: _Column) -> bool:
    """Whether a column holds free text, or a date that says who somebody is."""
    if column.words & _BIRTH:
        return column.record.kind in {"date", "text"}
    if column.record.kind != "text":
        return False
    texts = column.values().astype(str)
    sentences = (texts.str.count(" ") >= 2).mean() > 0.5
    return bool(column.words & _REMARKS or sentences)


_ROLES: Mapping[str, Callable[[_Column], bool]] = {
    "part": _is_part,
    "replicate": _is_replicate,
    "timepoint": _is_timepoint,
    "operator": _is_operator,
    "batch": _is_batch,
    "site": _is_site,
    "date": _is_date,
    "sensitive": _is_sensitive,
}


# --- the outcome ----------------------------------------------------------------------------


def _guess_outcomes(columns: Sequence[_Column], total: int) -> tuple[str, ...]:
    ranked = [
        (-evidence, column.place, column.name)
        for column in columns
        if (evidence := _evidence(column, total)) >= _LEAST_EVIDENCE
    ]
    if not ranked:
        # The only column with two values, as in a file of labels without names of its columns.
        two = [c.name for c in columns if c.record.distinct == 2 and 6 <= c.present]
        return tuple(two) if len(two) == 1 else ()
    return tuple(name for _, _, name in sorted(ranked)[:_MOST_CANDIDATES])


def _evidence(column: _Column, total: int) -> float:
    """Return how much speaks for a column as the outcome."""
    record = column.record
    if record.kind in {"text", "date"} or record.distinct < 2:
        return 0.0
    evidence = _evidence_of_name(column)
    if column.place == total - 1:
        evidence += 1.0
    elif column.place == 0:
        evidence += 0.5
    classes = record.distinct <= FEW_LEVELS and 3 * record.distinct <= column.present
    if record.kind == "categorical":
        # Labels that hardly repeat are names, not classes.
        evidence += 1.5 if classes else -1.0
        evidence += 0.5 if classes and record.distinct == 2 else 0.0
    elif classes:
        evidence += 0.5
    return evidence


def _evidence_of_name(column: _Column) -> float:
    telling = column.telling or column.words
    if column.words == {"y"}:
        return 4.0
    if telling <= _SURELY_OUTCOMES:
        return 5.0
    if column.words & _OUTCOMES:
        return 4.0 if telling <= _OUTCOMES else 2.0
    if column.words & _PERHAPS_OUTCOMES:
        return 3.0 if telling <= _PERHAPS_OUTCOMES else 1.0
    return 0.0
