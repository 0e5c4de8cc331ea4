"""Where the chosen model fails: groups, prediction sets, single samples; tables and words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from deepbench.study.records import (
    ConformalRecord,
    ErrorGroupRecord,
    FailuresRecord,
    Score,
    WorstSampleRecord,
)
from deepbench_ui.models.numbers import NO_VALUE, amount_text, counted, p_text, percent_text
from deepbench_ui.models.row_table import Column

ALL_GROUPS = "All groups"
KINDS: Final = (
    ("annotation", "Columns of the sample sheet"),
    ("class", "Classes"),
    ("unit size", "Size of the unit"),
    ("feature", "Ranges of features"),
)
GROUP_NAME = "{column}: {group}"
NOT_COLUMNS = {"class": "class", "unit size": "size of unit", "slice": "slice"}
COLUMN, GROUP, SAMPLES, UNITS = "Column", "Group", "Samples", "Units"
RATE, ERROR, REST, P, MARK = "Wrong", "Error", "All others", "p", "After correction"
STANDS_OUT = "stands out"
RATE_TIP = "Share of wrong predictions in the group, with its 95 % interval over units."
ERROR_TIP = "Mean absolute error in the group, with its 95 % interval over units."
REST_TIP = "The same of all samples that are not in the group."
P_TIP = "How often a group of this size would be as bad if units were shuffled."
MARK_TIP = "What stands out after correction for the number of groups looked at."
SLICE = "{group}: {rate} {wrong}{interval}, elsewhere {rest} ({samples} of {units})."
SLICE_MARKED = " This stands out after correction for all groups looked at."
SLICE_PLAIN = " After correction for all groups looked at, this may be chance."
WRONG, OFF = "wrong", "off on average"
MISSES, COVERED = "Error rate", "Holds the truth"
CLASSES, WIDTH, SINGLE, BY_CLASS = "Classes per set", "Mean width", "One class only", "By class"
MISSES_TIP = "Share of samples whose set may miss the truth."
COVERED_TIP = "Share of held-out samples whose set holds the truth, with its 95 % interval."
CLASSES_TIP = "How many classes a set holds on average: 1 is an answer, more says “not sure”."
WIDTH_TIP = "How wide the interval around a prediction is on average, in the unit of the outcome."
SINGLE_TIP = "Share of samples whose set holds exactly one class."
BY_CLASS_TIP = "Share of the samples of each class whose set holds the truth."
SAMPLE, UNIT, OBSERVED, PREDICTED, SIZE, WHY = (
    "Sample", "Unit", "Observed", "Predicted", "Error", "Why it is here",
)  # fmt: skip
SIZE_TIP = "How far off the prediction is: one minus the probability of the observed class."
SIZE_NUMBER_TIP = "How far off the prediction is, in the unit of the outcome."


@dataclass(frozen=True)
class Reason:
    """A reason by which the worst samples can be filtered."""

    key: str
    words: str
    holds: Callable[[WorstSampleRecord], bool]


REASONS: Final = (
    Reason("all", "All", lambda row: True),
    Reason("label", "The outcome may be wrong", lambda row: row.label_suspect),
    Reason("unlike", "Unlike the training samples", lambda row: row.out_of_distribution),
    Reason("duplicate", "Nearly the same as another sample", lambda row: bool(row.near_duplicate)),
    Reason(
        "other",
        "None of these",
        lambda row: not (row.label_suspect or row.out_of_distribution or row.near_duplicate),
    ),
)


def error_text(value: float | None, *, share: bool) -> str:
    """Return an error: shares in per cent, else an amount."""
    return percent_text(value) if share else amount_text(value)


def score_range(score: Score, *, share: bool) -> str:
    """Return an error with its interval: ``12 % (8–17 %)``."""
    said = error_text(score.value, share=share)
    if score.value is None or score.low is None or score.high is None:
        return said
    low, high = error_text(score.low, share=share), error_text(score.high, share=share)
    return f"{said} ({low.removesuffix(' %') if share else low}–{high})"


def groups_of_kind(record: FailuresRecord, kind: str) -> list[ErrorGroupRecord]:
    """Return the groups of a kind (all if empty): those that stand out, then the worst first."""
    chosen = [group for group in record.groups if kind in ("", group.kind)]
    return sorted(chosen, key=lambda group: (not group.marked, -(group.rate.value or 0.0)))


def kinds_of(record: FailuresRecord) -> list[tuple[str, str]]:
    """Return the kinds of groups that were looked at, in words."""
    there = {group.kind for group in record.groups}
    return [("", ALL_GROUPS), *((key, words) for key, words in KINDS if key in there)]


def group_name(group: ErrorGroupRecord) -> str:
    """Return what a group is called."""
    return GROUP_NAME.format(column=column_name(group), group=group.group)


def column_name(group: ErrorGroupRecord) -> str:
    """Return the column that forms a group, or what else does."""
    return group.column or NOT_COLUMNS.get(group.kind, "")


def group_columns(*, share: bool) -> tuple[Column[ErrorGroupRecord], ...]:
    """Return the columns of the table of groups.

    Args:
        share: Whether errors are shares of wrong predictions.
    """
    return (
        Column(COLUMN, column_name),
        Column(GROUP, lambda row: row.group),
        Column(SAMPLES, lambda row: f"{row.samples:,}", lambda row: row.samples, True),
        Column(UNITS, lambda row: f"{row.units:,}", lambda row: row.units, True),
        Column(
            RATE if share else ERROR,
            lambda row: score_range(row.rate, share=share),
            lambda row: row.rate.value,
            True,
            RATE_TIP if share else ERROR_TIP,
        ),
        Column(
            REST,
            lambda row: error_text(row.rest, share=share),
            lambda row: row.rest,
            True,
            REST_TIP,
        ),
        Column(
            P,
            lambda row: NO_VALUE if row.p_value is None else p_text(row.p_value),
            lambda row: row.p_value,
            True,
            P_TIP,
        ),
        Column(
            MARK,
            lambda row: STANDS_OUT if row.marked else "",
            lambda row: int(not row.marked),
            False,
            MARK_TIP,
        ),
    )


def slice_sentences(slices: Sequence[ErrorGroupRecord], *, share: bool) -> list[str]:
    """Return the slices found, in sentences."""
    said = []
    for one in slices:
        low, high = one.rate.low, one.rate.high
        interval = ""
        if low is not None and high is not None:
            ends = f"{error_text(low, share=share)} to {error_text(high, share=share)}"
            interval = f" (95 % interval {ends})"
        sentence = SLICE.format(
            group=one.group,
            rate=error_text(one.rate.value, share=share),
            wrong=WRONG if share else OFF,
            interval=interval,
            rest=error_text(one.rest, share=share),
            samples=counted(one.samples, "sample"),
            units=counted(one.units, "unit"),
        )
        said.append(sentence + (SLICE_MARKED if one.marked else SLICE_PLAIN))
    return said


def conformal_columns(
    rows: Sequence[ConformalRecord], *, share: bool
) -> tuple[Column[ConformalRecord], ...]:
    """Return the columns of the table of prediction sets: those that have something to say.

    Args:
        rows: The sets.
        share: Whether the outcome is a class.
    """
    columns: list[Column[ConformalRecord]] = [
        Column(
            MISSES,
            lambda row: percent_text(row.error_rate),
            lambda row: row.error_rate,
            False,
            MISSES_TIP,
        ),
        Column(
            COVERED,
            lambda row: score_range(row.coverage, share=True),
            lambda row: row.coverage.value,
            True,
            COVERED_TIP,
        ),
        Column(
            CLASSES if share else WIDTH,
            lambda row: f"{row.size:.2f}" if share else amount_text(row.size),
            lambda row: row.size,
            True,
            CLASSES_TIP if share else WIDTH_TIP,
        ),
    ]
    if any(row.single is not None for row in rows):
        single: Column[ConformalRecord] = Column(
            SINGLE, lambda row: percent_text(row.single), lambda row: row.single, True, SINGLE_TIP
        )
        columns.append(single)
    if any(row.by_class for row in rows):
        columns.append(Column(BY_CLASS, _by_class, tip=BY_CLASS_TIP))
    return tuple(columns)


def _by_class(row: ConformalRecord) -> str:
    return ", ".join(f"{name} {percent_text(share)}" for name, share in row.by_class)


def worst_columns(*, share: bool) -> tuple[Column[WorstSampleRecord], ...]:
    """Return the columns of the table of the worst samples.

    Args:
        share: Whether the outcome is a class.
    """
    return (
        Column(SAMPLE, lambda row: row.sample),
        Column(UNIT, lambda row: row.unit),
        Column(OBSERVED, lambda row: row.observed),
        Column(PREDICTED, lambda row: row.predicted),
        Column(
            SIZE,
            lambda row: amount_text(row.error),
            lambda row: row.error,
            True,
            SIZE_TIP if share else SIZE_NUMBER_TIP,
        ),
        Column(WHY, lambda row: " ".join(row.reasons)),
    )


def with_reason(rows: Sequence[WorstSampleRecord], key: str) -> list[WorstSampleRecord]:
    """Return the samples that are here for a reason."""
    reason = next(reason for reason in REASONS if reason.key == key)
    return [row for row in rows if reason.holds(row)]


def reasons_of(rows: Sequence[WorstSampleRecord]) -> list[tuple[str, str]]:
    """Return the reasons that hold for any sample, with how many, in words."""
    found = []
    for reason in REASONS:
        many = sum(map(reason.holds, rows))
        if many or reason.key == "all":
            found.append((reason.key, f"{reason.words} ({many:,})"))
    return found
