"""Where the chosen model fails: errors by group, and errors when unsure samples get no answer."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter

from deepbench.data.wording import counted
from deepbench.reporting.figures.style import (
    GRID,
    INK,
    MUTED,
    NETWORK,
    Picture,
    draw,
    horizontal_grid,
    row_labels,
)
from deepbench.reporting.wording import is_number, number, percent
from deepbench.study.records import AbstainPoint, ErrorGroupRecord, Score

_SHOWN = 24


def group_title(group: ErrorGroupRecord) -> str:
    """Return what a group of samples is called: its column and what it holds.

    The rule of a slice names its columns itself.
    """
    if group.kind == "slice" or not group.column:
        return group.group
    return f"{group.column}: {group.group}"


def error_groups_figure(
    groups: Sequence[ErrorGroupRecord], overall: Score, error_name: str, *, share: bool
) -> Picture | None:
    """Draw the error in each group of samples, those that stand out in colour.

    Args:
        groups: The groups, those to be seen first in front.
        overall: Error of all samples.
        error_name: What the error is.
        share: Whether errors are shares of samples.
    """
    shown = [group for group in groups if is_number(group.rate.value)][:_SHOWN]
    if not shown:
        return None
    marked = [group for group in shown if group.marked]

    def paint(figure: Figure) -> None:
        axes = figure.subplots()
        if is_number(overall.value):
            axes.axvline(overall.value, color=MUTED, lw=1, ls=(0, (4, 3)))
        for place, group in enumerate(shown):
            colour = NETWORK if group.marked else INK
            if is_number(group.rate.low) and is_number(group.rate.high):
                ends = [group.rate.low, group.rate.high]
                axes.plot(ends, [place, place], color=colour, lw=2)
            axes.plot([group.rate.value or 0.0], [place], "o", color=colour, ms=6.5)
        row_labels(axes, [group_title(group) for group in shown], 54)
        axes.set_xlim(left=0)
        if share:
            axes.xaxis.set_major_formatter(_percentages())
        axes.set_xlabel(f"{error_name} (dashed line: all samples)")
        figure.legend(handles=_legend(marked), loc="outside lower left", ncols=2)

    told = "none errs more after correction for the number of groups."
    if marked:
        worst = max(marked, key=lambda group: group.rate.value or 0.0)
        said = percent(worst.rate.value) if share else number(worst.rate.value)
        told = f"marked: {len(marked)}, the highest {group_title(worst)} with {said}."
    return draw(
        "error-groups",
        (7.6, 1.25 + 0.3 * len(shown)),
        paint,
        alt=f"{error_name} in {counted(len(shown), 'group')} of held-out samples; {told}",
        caption="Errors on held-out predictions of training samples: dot and line, error with its "
        "95 % interval over biological units. Colour: more errors than in all other samples, "
        "after correction for all groups looked at.",
    )


def _percentages() -> FuncFormatter:
    return FuncFormatter(lambda value, _: f"{100 * value:g} %")


def _legend(marked: Sequence[ErrorGroupRecord]) -> list[Line2D]:
    handles = [Line2D([], [], marker="o", color=INK, ms=6, label="group, 95 % interval")]
    if marked:
        handles.append(Line2D([], [], marker="o", color=NETWORK, ms=6, label="errs more"))
    return handles


def abstain_figure(
    points: Sequence[AbstainPoint], error_name: str, *, share: bool
) -> Picture | None:
    """Draw the error against the share of samples that get an answer.

    Args:
        points: Shares with their errors.
        error_name: What the error is.
        share: Whether errors are shares of samples.
    """
    shown = sorted(
        (point for point in points if is_number(point.error.value)),
        key=lambda point: point.answered,
    )
    if len(shown) < 2:
        return None

    def paint(figure: Figure) -> None:
        axes = figure.subplots()
        places = [point.answered for point in shown]
        known = [p for p in shown if is_number(p.error.low) and is_number(p.error.high)]
        axes.fill_between(
            [point.answered for point in known],
            [point.error.low or 0.0 for point in known],
            [point.error.high or 0.0 for point in known],
            color=GRID,
            linewidth=0,
        )
        axes.plot(places, [point.error.value or 0.0 for point in shown], "o-", color=INK, ms=4)
        axes.set_ylim(bottom=0)
        axes.xaxis.set_major_formatter(_percentages())
        if share:
            axes.yaxis.set_major_formatter(_percentages())
        axes.set_xlabel("share of samples that get an answer, the surest first")
        axes.set_ylabel(error_name)
        horizontal_grid(axes)

    first, last = shown[0], shown[-1]
    ends = [
        f"{percent(point.error.value) if share else number(point.error.value)} with "
        f"{percent(point.answered)} answered"
        for point in (first, last)
    ]
    return draw(
        "abstain",
        (7.6, 3.2),
        paint,
        alt=f"{error_name} against the share of samples that get an answer: {' and '.join(ends)}.",
        caption="Errors when only the samples get an answer of which the model is surest, with "
        "95 % intervals over biological units (band).",
    )
