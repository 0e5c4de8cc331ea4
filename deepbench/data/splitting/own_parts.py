"""The user's own division: training and test samples in usual words, or numbered folds."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from deepbench.data.samples import AllSamples
from deepbench.data.splitting.base import (
    MOST_PARTS,
    OuterFold,
    Parts,
    joined,
    require_complete,
    unit_names,
)
from deepbench.data.wording import counted, shorten, some_names
from deepbench.errors import DataError, PlanError

TRAINING_WORDS = frozenset(
    "train training learn learning dev development derivation discovery fit fitting".split()
)
TUNING_WORDS = frozenset("tune tuning val valid validate validation".split())
TEST_WORDS = frozenset(
    ["test", "testing", "hold out", "holdout", "held out", "external", "independent",
     "external test", "independent test", "external validation", "independent validation"]
)  # fmt: skip
_ADDED = re.compile(r" (set|sets|cohort|group|part|data|sample|samples|partition|split|fold)$")
_FOLD = re.compile(r"^(?:(?:fold|part|split|group|set)\s*)?(\d{1,3})(?:\.0+)?$")
_EXPECTED = (
    "Write “training” and “test” for each sample, or the number of its fold (1, 2, 3, …), each "
    "of which is tested once."
)


def by_own_parts(
    samples: AllSamples, columns: Sequence[str], unit_columns: Sequence[str]
) -> Parts:
    """Follow the user's own column exactly.

    Args:
        samples: Samples.
        columns: The column with the role part.
        unit_columns: Columns that name units, for sentences.

    Raises:
        PlanError: no column has the role, or several have.
        DataError: a sample has no part, the values cannot be understood, or a unit, a pair or
            duplicates are in several parts.
    """
    if len(columns) != 1:
        raise PlanError(
            "Your own division needs one column that says which samples train and which test"
            + (
                f", but {len(columns)} have that role ({some_names(columns)})." if columns else "."
            ),
            'Name it in the plan: [roles] part = "…".',
        )
    column = columns[0]
    require_complete(samples, column, "part")
    values = joined(samples.annotations, columns)
    said = {value: _in_words(value) for value in sorted(set(values.tolist()))}
    if all(_FOLD.match(word) for word in said.values()):
        folds, remarks = _numbered(column, values, said)
    else:
        folds, remarks = _two_sides(column, values, said)
    _require_whole_units(samples, folds, unit_columns, column)
    return Parts(folds, remarks)


def _in_words(value: str) -> str:
    """Return a value as the lists of words have it."""
    text = " ".join(re.split(r"[\s_\-–]+", value.strip().casefold()))
    return text if _FOLD.match(text) else _ADDED.sub("", text)


def _numbered(
    column: str, values: NDArray[np.str_], said: dict[str, str]
) -> tuple[tuple[OuterFold, ...], tuple[str, ...]]:
    number_of = {value: _fold_number(word) for value, word in said.items()}
    numbers = sorted(set(number_of.values()))
    what = f"Column '{shorten(column)}', which divides the samples,"
    if len(numbers) < 2:
        raise DataError(f"{what} has one value for all samples ({shorten(values[0])}).", _EXPECTED)
    if numbers == [0, 1]:
        raise DataError(
            f"{what} holds 0 and 1: that could mean training and test samples, the other way "
            "round, or two folds.",
            _EXPECTED,
        )
    if numbers[0] > 1 or numbers != list(range(numbers[0], numbers[-1] + 1)):
        raise DataError(
            f"{what} holds the numbers {', '.join(map(str, numbers[:8]))}"
            f"{'…' if len(numbers) > 8 else ''}, which are no folds: those are counted from 1 "
            "without a gap.",
            _EXPECTED,
        )
    if len(numbers) > MOST_PARTS:
        raise DataError(
            f"{what} has {len(numbers)} folds; the whole search is repeated for each, so at most "
            f"{MOST_PARTS} can be used.",
            "Join some of them, or let DeepBench divide the samples.",
        )
    of_row = np.array([number_of[value] for value in values.tolist()])
    rows = np.arange(len(values))
    folds = tuple(OuterFold(f"fold {n}", rows[of_row != n], rows[of_row == n]) for n in numbers)
    return folds, ()


def _fold_number(word: str) -> int:
    found = _FOLD.match(word)
    assert found is not None
    return int(found[1])


def _two_sides(
    column: str, values: NDArray[np.str_], said: dict[str, str]
) -> tuple[tuple[OuterFold, ...], tuple[str, ...]]:
    what = f"Column '{shorten(column)}', which divides the samples,"
    known = TRAINING_WORDS | TUNING_WORDS | TEST_WORDS
    unknown = [value for value, word in said.items() if word not in known]
    if unknown:
        raise DataError(
            f"{what} holds {some_names(unknown)}, and it is not clear whether that means "
            "training or test samples.",
            _EXPECTED,
        )
    training = [value for value, word in said.items() if word in TRAINING_WORDS]
    tuning = [value for value, word in said.items() if word in TUNING_WORDS]
    test = [value for value, word in said.items() if word in TEST_WORDS]
    if not test and training and tuning:
        raise DataError(
            f"{what} holds {some_names(training)} and {some_names(tuning)}, and it is not clear "
            f"whether {some_names(tuning)} is there to choose settings or to test.",
            "If those samples shall test, write “test” for them. Samples to choose settings on "
            "need not be marked: DeepBench takes them from the training samples, fold by fold.",
        )
    if not test or not training + tuning:
        side, others = ("test", training + tuning) if not test else ("training", test)
        raise DataError(f"{what} has no {side} samples: all are {some_names(others)}.", _EXPECTED)
    is_test = np.isin(values, test)
    rows = np.arange(len(values))
    fold = OuterFold("your test set", rows[~is_test], rows[is_test])
    return (fold,), _on_tuning(values, tuning)


def _on_tuning(values: NDArray[np.str_], tuning: list[str]) -> tuple[str, ...]:
    if not tuning:
        return ()
    many = int(np.isin(values, tuning).sum())
    return (
        f"The {counted(many, 'sample')} marked {some_names(tuning)} count as training samples: "
        "settings are chosen on tuning sets made of training samples, and no tuning set holds a "
        "sample that was fitted.",
    )


def _require_whole_units(
    samples: AllSamples, folds: tuple[OuterFold, ...], unit_columns: Sequence[str], column: str
) -> None:
    """Refuse parts that tear units, pairs or duplicates apart; say which."""
    part = np.zeros(len(samples), dtype=np.int64)
    for number, fold in enumerate(folds, start=1):
        part[fold.test] = number
    names = unit_names(samples, unit_columns)
    torn: dict[int, str] = {}
    kinds = pd.Series(part).groupby(samples.units).nunique()
    for unit in kinds.index[kinds > 1]:
        rows = np.flatnonzero(samples.units == unit)
        other = rows[part[rows] != part[rows[0]]][0]
        one, two = (shorten(str(samples.sample_ids[row])) for row in (rows[0], other))
        torn[int(unit)] = f"'{shorten(names[rows[0]])}' (samples '{one}' and '{two}')"
    if not torn:
        return
    shown = list(torn.values())
    more = f" and {len(shown) - 3:,} more" if len(shown) > 3 else ""
    # No StageBlocked: its words stay in the ledger and in reports, where no names belong.
    raise DataError(
        f"{counted(len(torn), 'unit')} {'has' if len(torn) == 1 else 'have'} samples in "
        f"different parts of your division (column '{shorten(column)}'): "
        f"{', '.join(shown[:3])}{more}. A model would be tested on what it has learned from.",
        "Give all samples of a unit the same part. Samples of a matched pair and samples with "
        "the same measurements count as one unit.",
    )
