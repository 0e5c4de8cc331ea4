"""Names and values by which roles are told: the words of a name, and what stands in the column.

Neither alone is enough: "pairs" may be base pairs, "set" may be a gel, and 1 to 5 may be anything.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

#: Words in the name of a column that say what role it has.
ROLE_WORDS = {
    "site": frozenset(
        "site sites hospital centre center clinic cohort institution institute country ward "
        "laboratory".split()
    ),
    "operator": frozenset(
        "operator operators operatorid technician technicians experimenter examiner analyst "
        "experimentator bediener messperson laborant laborantin untersucher untersucherin "
        "bearbeiter bearbeiterin pipettor".split()
    ),
    "batch": frozenset(
        "batch batches plate run lane chip scanner instrument machine lot sequencer slide".split()
    ),
}
#: With its article, for sentences.
ROLE_IN_WORDS = {
    "site": "a site",
    "operator": "an operator",
    "batch": "a batch",
    "pair": "a matched pair",
    "timepoint": "a time point",
    "part": "a division into training and test samples",
}

_PAIR = frozenset(
    "pair pairs paar paare pairid pairno pairnr paarid paarnr paarnummer matchid matchset "
    "matchedset matchedpair matchgroup stratumid".split()
)
_MATCHED = frozenset({"match", "matched", "matching"})
_MATCHED_WHAT = frozenset({"set", "pair", "group", "id", "no", "nr", "number", "stratum"})
# Lengths and read pairs are counted in the same word.
_NO_PAIR = frozenset("base basen bp read reads kb count length electron donor".split())
_LARGEST_PAIR = 10
_LEAST_PAIRS = 5
_SINGLE_SHARE = 0.25

_TIME = frozenset(
    "timepoint timepoints visit visits visitno visite visiten zeitpunkt zeitpunkte messzeitpunkt "
    "besuch dpi hpi dpc dpf hpf followup".split()
)
_TIME_UNITS = frozenset(
    "day days tag tage week weeks woche wochen month months monat monate hour hours stunde "
    "stunden h d wk".split()
)
_TIME_ANCHORS = frozenset(
    "post after nach since seit study studien infection infektion treatment behandlung op surgery "
    "baseline followup vaccination impfung transplant".split()
)
_TIME_ALONE = frozenset("week weeks woche wochen month monat hour stunde".split())
_NO_TIME = frozenset("gestational gestation ssw pregnancy schwangerschaft survival age".split())
_MOST_TIMES = 30

_PART = frozenset(
    "split set fold folds partition subset cohort dataset part teil aufteilung datensatz "
    "kohorte".split()
)
_PART_NUMBERED = frozenset("split fold folds partition".split())
_TRAIN = frozenset(
    "train training trn discovery development learn learning trainingset trainingsset "
    "trainingsdaten".split()
)
_TEST = frozenset(
    "test testing tst validation valid val holdout hold-out evaluation external replication "
    "testset testdaten".split()
)
_TUNE = frozenset("dev tune tuning internal".split())
_ENDINGS = (" set", " cohort", " samples", " data", " kohorte")
_MOST_FOLDS = 20


def sounds_like_pair(words: Iterable[str]) -> bool:
    """Whether the words of a name may mean a matched pair or set."""
    said = set(words)
    matched = bool(said & _MATCHED and said & _MATCHED_WHAT)
    return bool(said & _PAIR or matched) and not said & _NO_PAIR


def holds_pairs(codes: NDArray[np.int64]) -> bool:
    """Whether codes (-1 for none) tie rows into many small sets, few of them of one row."""
    sizes = np.bincount(codes[codes >= 0])
    if len(sizes) < _LEAST_PAIRS or sizes.max() < 2:
        return False
    return bool(
        np.median(sizes) >= 2
        and sizes.mean() <= _LARGEST_PAIR
        and (sizes == 1).mean() <= _SINGLE_SHARE
    )


def sounds_like_timepoint(words: Iterable[str]) -> bool:
    """Whether the words of a name may mean the time point of a repeated measurement."""
    said = {word for word in words if not word.isdecimal()}
    if said & _NO_TIME:
        return False
    together = {"time", "point"} <= said or {"follow", "up"} <= said
    anchored = bool(said & _TIME_UNITS and said & _TIME_ANCHORS)
    alone = bool(said) and said <= _TIME_ALONE
    return bool(said & _TIME) or together or anchored or alone


def holds_timepoints(codes: NDArray[np.int64]) -> bool:
    """Whether codes (-1 for none) are few, each of them in several rows."""
    sizes = np.bincount(codes[codes >= 0])
    most = min(_MOST_TIMES, int(sizes.sum()) // 3)
    return 2 <= len(sizes) <= most


def sounds_like_part(words: Iterable[str]) -> bool:
    """Whether the words of a name may mean a division into training and test samples."""
    return bool(set(words) & _PART)


def holds_parts(words: Iterable[str], values: Iterable[object]) -> bool:
    """Whether values divide samples: training and test in words, or folds numbered 1 to k.

    Args:
        words: Words of the column's name; only a fold, split or partition is numbered.
        values: The different values, none missing; numbers or texts.
    """
    texts = [_part_text(value) for value in values]
    known = _TRAIN | _TEST | _TUNE
    if texts and all(text in known for text in texts):
        return bool(_TRAIN & set(texts)) and len(set(texts)) > 1
    if not set(words) & _PART_NUMBERED or not all(text.isdecimal() for text in texts):
        return False
    numbers = sorted(int(text) for text in texts)
    first, last = (numbers[0], numbers[-1]) if numbers else (0, 0)
    whole = numbers == list(range(first, last + 1))
    return whole and first in (0, 1) and 2 <= len(numbers) <= _MOST_FOLDS


def _part_text(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    text = str(value).strip().casefold().replace("_", " ")
    for ending in _ENDINGS:
        text = text.removesuffix(ending)
    return text.removeprefix("fold ").strip()
