"""Subgroup audit (stage 13): how well the chosen model serves groups of test units."""

from __future__ import annotations

from typing import Literal

from deepbench.study.records.base import Record, Score

MeasureName = Literal["score", "error", "missed", "false alarms", "calibration"]


class GroupMeasure(Record):
    """One measure in a group of test samples, and how it differs from all others.

    ``score`` is the main metric, ``error`` the share of wrong answers (for a number the mean
    absolute error), ``missed`` the share of positive samples not found, ``false alarms`` that of
    negative samples called positive, ``calibration`` the share of positives seen minus the mean
    probability said (0 is best). ``rest`` is the same of all test samples outside the group,
    ``difference`` group minus rest. ``p_value`` is by exchange of groups between units, one-sided
    (worse in the group), ``adjusted`` after correction for all comparisons of the audit
    (Benjamini-Hochberg), ``marked`` if that is at most 5 %.
    """

    name: MeasureName
    value: Score
    rest: Score
    difference: Score
    p_value: float | None = None
    adjusted: float | None = None
    marked: bool = False


class AuditedGroup(Record):
    """One group of test units, by a sensitive column or a site.

    ``of_two`` is the share of the summed absolute error that two units hold, in the group or in
    the rest, whichever is larger; None for shares of wrong classes. ``least_units`` is the fewest
    units of a class in the group or in the rest (for a number, of all samples there).
    """

    column: str
    role: Literal["sensitive", "site"]
    group: str
    samples: int
    units: int
    measures: tuple[GroupMeasure, ...]
    of_two: float | None = None
    least_units: int | None = None

    def measure(self, name: MeasureName) -> GroupMeasure | None:
        """Return a measure of the group, or None where it could not be taken."""
        return next((each for each in self.measures if each.name == name), None)


class SmallGroups(Record):
    """Groups of a column of which no score is given, and why.

    ``test`` have fewer test units than a score takes, ``training`` fewer training units than a
    model can learn from. ``only`` is the one value that all training units have, else empty.
    """

    column: str
    test: tuple[str, ...] = ()
    training: tuple[str, ...] = ()
    only: str = ""


class SubgroupAuditRecord(Record):
    """Stage 13: all groups of sensitive columns and sites, from the one look at the test set.

    ``overall`` holds each measure of all test samples together. ``comparisons`` is how many were
    corrected for. ``smallest`` is the number of units below which a group gets no score.
    """

    task: Literal["binary", "multiclass", "regression"]
    metric: str
    positive: str
    samples: int
    units: int
    overall: tuple[tuple[MeasureName, Score], ...]
    groups: tuple[AuditedGroup, ...]
    small: tuple[SmallGroups, ...]
    comparisons: int
    smallest: int
    sentences: tuple[str, ...]
