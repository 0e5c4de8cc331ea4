"""Tables on where the chosen model fails: groups, slices, abstaining, prediction sets."""

from __future__ import annotations

from collections.abc import Sequence

from deepbench.reporting.figures.failures import group_title
from deepbench.reporting.small_cells import SmallCells
from deepbench.reporting.tables import Table, table
from deepbench.reporting.wording import (
    MISSING,
    ends_of,
    is_number,
    number,
    percent,
    percent_interval,
)
from deepbench.study.records import (
    AbstainPoint,
    ConformalRecord,
    ErrorGroupRecord,
    FailuresRecord,
    Score,
)

GROUPS_SHOWN = 100


def amount(value: float | None, *, share: bool) -> str:
    """Write an error: a share of samples as a percentage, else in units of the outcome."""
    return percent(value) if share else number(value)


def amount_ends(score: Score, *, share: bool) -> str:
    """Write the 95 % interval of an error."""
    return percent_interval(score.low, score.high) if share else ends_of(score)


def in_order(groups: Sequence[ErrorGroupRecord]) -> list[ErrorGroupRecord]:
    """Return the groups, marked ones first, then by p-value; columns are not torn apart else."""
    return sorted(
        groups,
        key=lambda group: (
            not group.marked,
            group.p_value if is_number(group.p_value) else 2.0,
        ),
    )


def error_groups_table(
    groups: Sequence[ErrorGroupRecord],
    caption: str,
    error_name: str,
    cells: SmallCells,
    *,
    share: bool,
) -> Table | None:
    """Return errors by group of samples, those that stand out marked; None without groups.

    Args:
        groups: The groups, as they may be shown.
        caption: Title of the table.
        error_name: What the error is.
        cells: Rule for small counts.
        share: Whether errors are shares of samples.
    """
    if not groups:
        return None
    shown = in_order(groups)[:GROUPS_SHOWN]
    more = len(groups) - len(shown)
    return table(
        caption,
        [
            "Group",
            "#Samples",
            "#Units",
            f"#{error_name[:1].upper()}{error_name[1:]}",
            "#95 % interval",
            "#All others",
            "#p",
            "Errs more",
        ],
        [
            [
                group_title(group),
                f"{group.samples:,}",
                cells.units(f"{group.units:,}"),
                amount(group.rate.value, share=share),
                amount_ends(group.rate, share=share),
                amount(group.rest, share=share),
                f"{group.p_value:.2g}" if is_number(group.p_value) else MISSING,
                "yes" if group.marked else "no",
            ]
            for group in shown
        ],
        note=(f"… and {more:,} more. " if more > 0 else "")
        + "Intervals over biological units; p by exchanging errors between units, for a larger "
        "error than in all others, group by group. Errs more: after correction for all groups "
        "looked at (Benjamini and Hochberg, 5 %).",
        marked=[place for place, group in enumerate(shown) if group.marked],
        tone="care",
    )


def abstain_table(points: Sequence[AbstainPoint], error_name: str, *, share: bool) -> Table | None:
    """Return the numbers of the abstain curve."""
    if not points:
        return None
    return table(
        "Numbers of the curve",
        ["#Samples answered", f"#{error_name[:1].upper()}{error_name[1:]}", "#95 % interval"],
        [
            [
                percent(point.answered),
                amount(point.error.value, share=share),
                amount_ends(point.error, share=share),
            ]
            for point in points
        ],
    )


def conformal_table(records: Sequence[ConformalRecord], *, share: bool) -> Table | None:
    """Return how prediction sets (intervals for regression) do for each chosen error rate."""
    if not records:
        return None
    rows = []
    for record in records:
        row = [
            percent(record.error_rate),
            percent(record.coverage.value),
            percent_interval(record.coverage.low, record.coverage.high),
            number(record.size),
        ]
        rows.append([*row, percent(record.single) if share else number(record.half_width)])
    size = "#Classes in a set, mean" if share else "#Width of an interval, mean"
    last = "#With exactly one class" if share else "#Half the width for a new sample"
    return table(
        "Prediction sets" if share else "Prediction intervals",
        [
            "#May miss",
            "#Hold the truth",
            "#95 % interval",
            size,
            last,
        ],
        rows,
        note="Held-out samples; each fold is given its sets by the others. Intervals over "
        "biological units.",
    )


def coverage_table(records: Sequence[ConformalRecord]) -> Table | None:
    """Return the share of prediction sets that hold the truth, class by class."""
    rows = []
    for record in records:
        covered, least = dict(record.by_class), dict(record.least_probability)
        rows += [
            [name, percent(record.error_rate), percent(covered.get(name)), number(least.get(name))]
            for name in dict.fromkeys([*covered, *least])
        ]
    if not rows:
        return None
    return table(
        "Prediction sets by class",
        ["Class", "#May miss", "#Hold the truth", "#In the set of a new sample from"],
        rows,
        note="The last column is a calibrated probability.",
    )


def suspects(record: FailuresRecord, cells: SmallCells) -> list[tuple[str, str]]:
    """Return how many held-out samples are suspect, by reason."""
    return [
        (title, cells.part(count, record.samples))
        for title, count in (
            ("Wrong or far off", record.wrong),
            ("Unlike the samples the model was fitted on", record.out_of_distribution),
            ("Label may be wrong", record.label_suspects),
            ("Nearly the same as a sample with another outcome", record.near_duplicates),
        )
    ]
