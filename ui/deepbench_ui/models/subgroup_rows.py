"""Who is served how well: groups of test units by one measure, as a table and as a picture."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from deepbench.study.records import (
    AuditedGroup,
    GroupMeasure,
    MeasureName,
    Score,
    SubgroupAuditRecord,
)
from deepbench_ui.models.families import SCORES
from deepbench_ui.models.numbers import NO_VALUE, amount_text, p_text
from deepbench_ui.models.row_table import Column
from deepbench_ui.plots.figures import DotIntervalFigure, DotRow, ReferenceLine

TITLE = "{measure} by group"
SENTENCE = (
    "{explained} Each dot is a group of test samples with its 95 % interval over units; the line "
    "marks all test samples together. A triangle marks what stands out after correction."
)
ALL_SAMPLES, INTERVAL = "all test samples", "95 % interval"
MARKED, NOT_MARKED = "▲ stands out", "does not"
MARK = "▲ {name}"
GROUP, UNITS, REST, DIFFERENCE, CHANCE, STANDS = (
    "Group", "Units", "All others", "Difference", "p, corrected", "After correction",
)  # fmt: skip
STANDS_OUT = "stands out"
REST_TIP = "The same of all test samples that are not in the group."
DIFFERENCE_TIP = "Group minus all others, with its 95 % interval."
CHANCE_TIP = (
    "How often chance would make such a difference if units changed groups with each other, "
    "corrected for all groups and measures looked at."
)
STANDS_TIP = "What is at most 5 % after correction."
#: Measure → what it is called, and in a sentence what it says; {positive} is the class looked for.
WORDS: Mapping[MeasureName, tuple[str, str]] = MappingProxyType(
    {
        "score": ("{metric}", "The main score inside each group."),
        "error": ("Wrong answers (%)", "How many answers in 100 are wrong."),
        "missed": (
            "Missed “{positive}” (%)",
            "Of 100 samples that are “{positive}”, how many are not found (false negatives).",
        ),
        "false alarms": (
            "False alarms (%)",
            "Of 100 samples that are not “{positive}”, how many are called so (false positives).",
        ),
        "calibration": (
            "Seen minus said (% points)",
            "Share of “{positive}” that was seen minus the probability that was said: above 0 the "
            "model says too little, below too much.",
        ),
    }
)
MEAN_ERROR = ("Mean absolute error", "How far answers are off, in the unit of the outcome.")
SMALL = "Fewer than {smallest} test units, so no number is given: {groups}."
FEW = "Fewer than {smallest} training units, so the model has hardly seen them: {groups}."
ONLY = "All training units have the value {only}."
_SCALE: Final = 100.0


@dataclass(frozen=True)
class GroupRow:
    """A group by one measure; the measure is None where it could not be taken."""

    group: AuditedGroup
    measure: GroupMeasure | None

    @property
    def name(self) -> str:
        """Column and group."""
        return f"{self.group.column}: {self.group.group}"


def measures_of(record: SubgroupAuditRecord) -> tuple[tuple[MeasureName, str], ...]:
    """Return the measures that some group has, with what they are called."""
    there = {each.name for group in record.groups for each in group.measures}
    return tuple((name, title_of(record, name)) for name in WORDS if name in there)


def worst_measure(record: SubgroupAuditRecord) -> MeasureName:
    """Return the measure by which groups stand out, the main score if none does."""
    marked = [each.name for group in record.groups for each in group.measures if each.marked]
    return marked[0] if marked else "score"


def title_of(record: SubgroupAuditRecord, name: MeasureName) -> str:
    """Return what a measure is called."""
    return _words(record, name)[0]


def _words(record: SubgroupAuditRecord, name: MeasureName) -> tuple[str, str]:
    metric = SCORES[record.metric].title if record.metric in SCORES else record.metric
    if record.task == "regression" and name == "error":
        return MEAN_ERROR
    title, explained = (
        text.format(metric=metric, positive=record.positive) for text in WORDS[name]
    )
    return title, explained


def is_share(record: SubgroupAuditRecord, name: MeasureName) -> bool:
    """Whether a measure is written in per cent."""
    return name != "score" and record.task != "regression"


def group_rows(record: SubgroupAuditRecord, name: MeasureName) -> list[GroupRow]:
    """Return the groups by a measure, in the record's order."""
    return [GroupRow(group, group.measure(name)) for group in record.groups]


def group_columns(record: SubgroupAuditRecord, name: MeasureName) -> tuple[Column[GroupRow], ...]:
    """Return the columns of the table of groups."""
    title, explained = _words(record, name)

    def measured(heading: str, part: str, tip: str) -> Column[GroupRow]:
        def score(row: GroupRow) -> Score | None:
            return getattr(row.measure, part) if row.measure is not None else None

        def key(row: GroupRow) -> float | None:
            found = score(row)
            return found.value if found is not None else None

        return Column(
            heading,
            lambda row: measure_text(record, name, score(row)),
            key,
            number=True,
            tip=tip,
        )

    return (
        Column(GROUP, lambda row: row.name),
        Column(
            UNITS, lambda row: f"{row.group.units:,}", lambda row: row.group.units, number=True
        ),
        measured(title, "value", explained),
        measured(REST, "rest", REST_TIP),
        measured(DIFFERENCE, "difference", DIFFERENCE_TIP),
        Column(
            CHANCE,
            lambda row: _chance(row.measure),
            lambda row: row.measure.adjusted if row.measure is not None else None,
            number=True,
            tip=CHANCE_TIP,
        ),
        Column(STANDS, lambda row: STANDS_OUT if _is_marked(row) else "", tip=STANDS_TIP),
    )


def _chance(measure: GroupMeasure | None) -> str:
    if measure is None or measure.adjusted is None:
        return NO_VALUE
    return p_text(measure.adjusted)


def _is_marked(row: GroupRow) -> bool:
    return row.measure is not None and row.measure.marked


def row_colour(row: GroupRow) -> str:
    """Return the colour of a row: what stands out is seen at once."""
    return "danger" if _is_marked(row) else ""


def measure_text(record: SubgroupAuditRecord, name: MeasureName, score: Score | None) -> str:
    """Return a measure with its interval, in its unit; a dash if there is none."""
    if score is None or score.value is None:
        return NO_VALUE
    write = _score if name == "score" else _percent if is_share(record, name) else amount_text
    if score.low is None or score.high is None:
        return write(score.value)
    return f"{write(score.value)} ({write(score.low)} to {write(score.high)})"


def _score(value: float) -> str:
    return f"{value:.2f}".replace("-", "−")


def _percent(share: float) -> str:
    text = f"{_SCALE * share:.0f}"
    return "0" if text == "-0" else text.replace("-", "−")


def groups_figure(record: SubgroupAuditRecord, name: MeasureName) -> DotIntervalFigure | None:
    """Return the groups by a measure as dots with intervals; None where it was not taken."""
    rows = [row for row in group_rows(record, name) if row.measure is not None]
    if not rows:
        return None
    scale = _SCALE if is_share(record, name) else 1.0
    title, explained = _words(record, name)
    overall = dict(record.overall).get(name)
    several = {_is_marked(row) for row in rows} == {True, False}
    return DotIntervalFigure(
        title=TITLE.format(measure=title),
        sentence=SENTENCE.format(explained=explained),
        rows=tuple(_dots(rows, scale)),
        value_title=title,
        interval_title=INTERVAL,
        use_titles=(("positive", MARKED), ("test", NOT_MARKED)) if several else (),
        reference=(
            ReferenceLine(scale * overall.value, ALL_SAMPLES)
            if overall is not None and overall.value is not None
            else None
        ),
    )


def _dots(rows: list[GroupRow], scale: float) -> Iterator[DotRow]:
    for row in rows:
        assert row.measure is not None
        score, marked = row.measure.value, row.measure.marked
        yield DotRow(
            MARK.format(name=row.name) if marked else row.name,
            None if score.value is None else scale * score.value,
            None if score.low is None else scale * score.low,
            None if score.high is None else scale * score.high,
            use="positive" if marked else "test",
            highlighted=marked,
            name=row.name,
        )


def small_sentences(record: SubgroupAuditRecord) -> tuple[str, ...]:
    """Return which groups have no numbers, and why."""
    said = []
    for each in record.small:
        parts = []
        if each.only:
            parts.append(ONLY.format(only=each.only))
        if each.training:
            parts.append(FEW.format(smallest=record.smallest, groups=", ".join(each.training)))
        if each.test:
            parts.append(SMALL.format(smallest=record.smallest, groups=", ".join(each.test)))
        said.append(f"{each.column}: {' '.join(parts)}")
    return tuple(said)
