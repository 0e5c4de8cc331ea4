"""The outcome column: what kind it is, which classes there are, which one is positive.

Kind, where the plan says ``auto``: texts are classes; two different values are classes; whole
numbers with at most ten different values, each occurring three times or more on average, are
classes; other numbers are a regression.

The positive class, where the plan names none: the one that is not a control word ("control",
"benign", "no", "0", …); else the one that is a case word ("malignant", "yes", "1", …); else the
rarer one; else the last in the alphabet. It comes last in `OutcomeInfo.classes`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from deepbench.data.cells.measurements import FEW_LEVELS, read_measurements
from deepbench.data.cells.missing_codes import MISSING_CODES
from deepbench.data.cells.odd_column import OddColumn, joint_problem
from deepbench.data.column_types import ParsedTable
from deepbench.data.number_text import parse_numbers
from deepbench.data.samples import OutcomeInfo, Task
from deepbench.data.text_cells import Texts
from deepbench.data.wording import counted, did_you_mean, shorten, some_names
from deepbench.errors import DataError, PlanError
from deepbench.plan import Data, Question

_MOST_CLASSES = 50
_CLASSES_OF_FEW_ROWS = 5
_SHARE_OF_CLASSES = 0.5  # of the rows: then most classes have one row, and nothing can be learned
_LEAST_PER_VALUE = 3
# Of the codes for "missing" these are labels as often, so they count as classes.
_LABELS_TOO = frozenset({"none", "nil"})

_CONTROL_WORDS = frozenset(
    "0 no n false f control controls ctrl ctl normal healthy benign negative neg absent - alive "
    "unaffected uninfected untreated vehicle placebo wt wildtype wild-type mock reference "
    "nonresponder susceptible survived survivor never none inactive low".split()
)  # fmt: skip
_CASE_WORDS = frozenset(
    "1 yes y true t case cases disease diseased patient sick ill malignant cancer tumor tumour "
    "positive pos present + dead died deceased affected infected treated ko mutant mut knockout "
    "responder resistant relapse progressed active high".split()
)  # fmt: skip
_HIDDEN = re.compile(r"⟦U\+[0-9A-F]{4,6}⟧")  # how a character that cannot be seen is shown
_NEGATION = re.compile(r"^(no|non|not|un|without)[\s_-]+(.+)$")


@dataclass(frozen=True)
class Outcome:
    """The outcome of the rows that have one.

    Attributes:
        rows: (m,) numbers of these rows in the table, from 0.
        values: (m,) int64 class codes, or float64 for regression.
        info: What is predicted.
        positive_by: How the positive class was chosen, in words; empty unless there are two.
    """

    rows: NDArray[np.int64]
    values: NDArray[np.int64] | NDArray[np.float64]
    info: OutcomeInfo
    positive_by: str = ""


def read_outcome(parsed: ParsedTable, column: str, question: Question, data: Data) -> Outcome:
    """Read the outcome column, which was left as text.

    Args:
        parsed: Typed table.
        column: Name of the column.
        question: [question] of the plan.
        data: [data] of the plan, whose codes for missing values are applied already.

    Raises:
        DataError: no outcome at all, a single class, too many classes, a constant, or text
            among numbers.
        DataQuestion: some numbers can be read in several ways.
        PlanError: ``positive`` is no class, or there are more than two.
    """
    texts = parsed.frame[column].to_numpy(dtype=object)
    rows = np.flatnonzero(_present(texts, data.missing is not None)).astype(np.int64)
    if not len(rows):
        raise DataError(
            f"{parsed.source_name}: the outcome column '{shorten(column)}' is empty.",
            "Name another column as outcome under [question] in the plan.",
        )
    present = texts[rows]
    numbers, _ = parse_numbers(present, parsed.decimal)
    task = question.task
    if task != "classification" and np.isnan(numbers).any():
        measured = _measured(parsed, column, rows, question, data)
        numbers = numbers if measured is None else measured
    if task == "auto":
        task = _proposed_task(present, numbers)
    if task == "regression":
        return _regression(parsed, column, rows, present, numbers, question)
    return _classification(parsed, column, rows, present, numbers, question)


def _present(texts: Texts, own_codes: bool) -> NDArray[np.bool_]:
    codes = {""} if own_codes else set(MISSING_CODES) - _LABELS_TOO
    if any(text and not text.strip("+") for text in texts):
        codes -= {"-", "--"}  # then they are the other classes
    return np.array([text is not None and text.casefold() not in codes for text in texts])


def _proposed_task(
    present: Texts, numbers: NDArray[np.float64]
) -> Literal["classification", "regression"]:
    if np.isnan(numbers).any():
        return "classification"
    values = np.unique(numbers)
    if len(values) <= 2:
        return "classification"
    whole = bool((values == np.round(values)).all())
    repeated = len(numbers) >= _LEAST_PER_VALUE * len(values)
    return "classification" if whole and repeated and len(values) <= FEW_LEVELS else "regression"


def _measured(
    parsed: ParsedTable, column: str, rows: NDArray[np.int64], question: Question, data: Data
) -> NDArray[np.float64] | None:
    """Return the numbers of an outcome in which not all is a plain number; None for classes.

    Raises:
        DataError: it is a measurement, but holds a text.
        DataQuestion: it holds something that can be read in several ways.
    """
    texts = parsed.frame[column].to_numpy(dtype=object)
    missing = np.ones(len(texts), dtype=np.bool_)
    missing[rows] = False
    place = list(parsed.frame.columns).index(column)
    whole = np.where(missing, "", texts)
    values, _ = parse_numbers(whole, parsed.decimal)
    odd = OddColumn(
        name=column,
        texts=whole,
        values=values,
        missing=missing,
        decimal=parsed.decimal,
        file=lambda row: parsed.locator.file_name(row, place) or parsed.source_name,
        reference=lambda row: parsed.locator.reference(row, place),
        forced=question.task == "regression" and not np.isnan(values).all(),
        is_outcome=True,
    )
    read = read_measurements(odd, data)
    if isinstance(read, DataError):
        raise joint_problem({column: read}, data)
    return None if read is None else read.values[rows]


def _regression(
    parsed: ParsedTable,
    column: str,
    rows: NDArray[np.int64],
    present: Texts,
    numbers: NDArray[np.float64],
    question: Question,
) -> Outcome:
    is_number = ~np.isnan(numbers)
    if not is_number.any():
        raise PlanError(
            f"question.task is regression, but the outcome '{shorten(column)}' holds no numbers; "
            f"it holds {some_names(sorted(set(present)))}.",
            'Write task = "classification" under [question], or name another outcome.',
        )
    if question.positive is not None:
        raise PlanError(
            f"question.positive is '{question.positive}', but the outcome '{shorten(column)}' "
            "is a number (regression).",
            'Leave positive out, or write task = "classification" under [question].',
        )
    if np.ptp(numbers) == 0:
        raise DataError(
            f"{parsed.source_name}: the outcome '{shorten(column)}' has the same value in all "
            f"{counted(len(rows), 'row')}.",
            "There is nothing to predict; name another column as outcome under [question].",
        )
    return Outcome(rows, numbers, OutcomeInfo(column, "regression"))


def _classification(
    parsed: ParsedTable,
    column: str,
    rows: NDArray[np.int64],
    present: Texts,
    numbers: NDArray[np.float64],
    question: Question,
) -> Outcome:
    if not np.isnan(numbers).any():
        labels = np.array([f"{value:.15g}" for value in numbers], dtype=object)
        order = [f"{value:.15g}" for value in np.unique(numbers)]
    else:
        labels = present
        order = sorted(set(present))
    _require_classes(parsed.source_name, column, order, len(rows))
    _require_repeats(parsed.source_name, column, order, len(rows))
    counts = {name: int((labels == name).sum()) for name in order}
    positive_by = ""
    if len(order) == 2:
        positive, positive_by = _positive(order, counts, question.positive, column)
        order = [name for name in order if name != positive] + [positive]
    elif question.positive is not None:
        raise PlanError(
            f"question.positive is '{question.positive}', but the outcome '{shorten(column)}' has "
            f"{len(order)} classes: {some_names(order, 10)}.",
            "Leave positive out; it is for two classes only.",
        )
    code = {name: number for number, name in enumerate(order)}
    values = np.array([code[label] for label in labels], dtype=np.int64)
    task: Task = "binary" if len(order) == 2 else "multiclass"
    return Outcome(rows, values, OutcomeInfo(column, task, tuple(order)), positive_by)


def _require_classes(source: str, column: str, classes: Sequence[str], rows: int) -> None:
    where = f"{source}: the outcome '{shorten(column)}'"
    if len(classes) == 1:
        raise DataError(
            f"{where} has a single class, '{shorten(classes[0])}', in "
            f"{f'all {rows:,} rows' if rows > 1 else 'its one row'}.",
            "There is nothing to predict: add samples of another class, or name another outcome.",
        )
    if len(classes) > _MOST_CLASSES:
        raise DataError(
            f"{where} has {len(classes):,} different values, too many for classes (at most "
            f"{_MOST_CLASSES}).",
            'If it is a number, write task = "regression" under [question]; else merge rare '
            "classes.",
        )
    folded: dict[str, str] = {}
    for name in classes:
        seen = _HIDDEN.sub("", name).casefold()
        twin = folded.setdefault(seen, name)
        if twin != name:
            hidden = _HIDDEN.search(twin) or _HIDDEN.search(name)
            how = "characters that cannot be seen" if hidden else "upper and lower case"
            raise DataError(
                f"{where} has the classes '{shorten(twin)}' and '{shorten(name)}', which differ "
                f"in {how} only.",
                "Write them alike in the file.",
            )


def _require_repeats(source: str, column: str, classes: Sequence[str], rows: int) -> None:
    """Refuse a measurement or a column of names taken for classes."""
    if len(classes) > max(_CLASSES_OF_FEW_ROWS, _SHARE_OF_CLASSES * rows):
        raise DataError(
            f"{source}: the outcome '{shorten(column)}' has {len(classes):,} different values in "
            f"{counted(rows, 'row')}, so it is a measurement or a name rather than a class.",
            'For a measurement write task = "regression" under [question] in the plan; for a name '
            "choose another outcome.",
        )


def _positive(
    classes: Sequence[str], counts: dict[str, int], wanted: str | None, column: str
) -> tuple[str, str]:
    """Return the positive one of two classes, and how it was chosen."""
    if wanted is not None:
        return _wanted_class(classes, wanted, column), "named in the plan"
    first, second = classes
    for name, other in ((first, second), (second, first)):
        negated = _NEGATION.match(name.casefold())
        if negated and negated.group(2) == other.casefold():
            return other, "the other is its negation"
    for words, opposite, how in (
        (_CONTROL_WORDS, True, "the other is a control"),
        (_CASE_WORDS, False, "by its name"),
    ):
        known = [name.casefold() in words for name in classes]
        if known[0] != known[1]:
            return classes[int(known[1] != opposite)], how
    if counts[first] != counts[second]:
        return min(classes, key=lambda name: counts[name]), "the rarer class"
    return max(classes), "the last in the alphabet"


def _wanted_class(classes: Sequence[str], wanted: str, column: str) -> str:
    exact = [name for name in classes if name == wanted]
    same = exact or [name for name in classes if name.casefold() == wanted.casefold()]
    if not same:
        # A class written 1.0 in the file is called 1 here.
        value = parse_numbers(np.array([wanted], dtype=object), ".")[0][0]
        same = [name for name in classes if name == f"{value:.15g}"]
    if not same:
        raise PlanError(
            f"question.positive: '{wanted}' is no class of '{shorten(column)}'.",
            f"{did_you_mean(wanted, list(classes))}The classes are {some_names(classes, 10)}.",
        )
    return same[0]
