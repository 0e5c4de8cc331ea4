"""Scores side by side: leaderboard, comparison of two models, subgroups of the test set."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from deepbench.data.wording import counted
from deepbench.reporting.figures.style import (
    BASELINE,
    GRID,
    INK,
    MUTED,
    NETWORK,
    TEST,
    Picture,
    colour_of,
    draw,
    row_labels,
)
from deepbench.reporting.wording import difference as difference_words
from deepbench.reporting.wording import is_number, metric_title, number, score
from deepbench.study.records import ComparisonRecord, ModelRecord, Score, SubgroupRecord


def leaderboard_figure(models: Sequence[ModelRecord]) -> Picture | None:
    """Draw corrected score with interval, spread over folds and best tuning score by model."""
    shown = [model for model in models if is_number(model.corrected.value)]
    if not shown:
        return None
    metric = metric_title(shown[0].metric)

    def paint(figure: Figure) -> None:
        axes = figure.subplots()
        for place, model in enumerate(shown):
            _fold_band(axes, place, model)
            _dot(axes, place, model.corrected, colour_of(model.family))
            if is_number(model.plain):
                axes.plot([model.plain], [place], "D", mfc="white", mec=MUTED, ms=5.5, mew=1.2)
        row_labels(axes, [model.title for model in shown])
        axes.set_xlabel(f"{metric} on the tuning sets")
        figure.legend(handles=_leaderboard_legend(shown), loc="outside lower left", ncols=2)

    best = max(shown, key=lambda model: model.corrected.value or 0.0)
    return draw(
        "leaderboard",
        (7.6, 1.35 + 0.36 * len(shown)),
        paint,
        alt=f"Corrected tuning scores ({metric}) of {counted(len(shown), 'model')} with 95 % "
        f"intervals. Highest: {best.title}, {score(best.corrected)}.",
        caption="Dot and line: corrected tuning score with its 95 % interval. Pale band: spread "
        "over the folds, from lowest to highest, which is not a confidence interval. Hollow "
        "diamond: best tuning score, too optimistic because it is the winner of many trials.",
    )


def _fold_band(axes: Axes, place: int, model: ModelRecord) -> None:
    folds = [value for value in model.fold_scores if value is not None and is_number(value)]
    if folds:
        axes.plot(
            [min(folds), max(folds)],
            [place, place],
            color=GRID,
            lw=9,
            solid_capstyle="round",
            zorder=0.5,
        )


def _dot(axes: Axes, place: float, value: Score, colour: str) -> None:
    if is_number(value.low) and is_number(value.high):
        axes.plot([value.low, value.high], [place, place], color=colour, lw=2.2)
    axes.plot([value.value or 0.0], [place], "o", color=colour, ms=7)


def _leaderboard_legend(models: Sequence[ModelRecord]) -> list[Line2D]:
    families = {model.family for model in models}
    handles = []
    if "baseline" in families:
        handles.append(Line2D([], [], marker="o", color=BASELINE, label="traditional model"))
    if "network" in families:
        handles.append(Line2D([], [], marker="o", color=NETWORK, label="network"))
    hollow = {"marker": "D", "ls": "", "mfc": "white", "mec": MUTED}
    return [
        *handles,
        Line2D([], [], label="best tuning score (too optimistic)", **hollow),  # type: ignore[arg-type]
        Line2D([], [], color=GRID, lw=8, label="spread over folds"),
    ]


def comparison_figure(record: ComparisonRecord, network: str, baseline: str) -> Picture | None:
    """Draw the paired difference of the best network and the best traditional model.

    Args:
        record: The comparison.
        network: Title of the network.
        baseline: Title of the traditional model.
    """
    if not is_number(record.difference):
        return None
    value = Score(value=record.difference, low=record.low, high=record.high)
    ends = [abs(x) for x in (record.difference, record.low, record.high) if x is not None]
    reach = 1.25 * max(*ends, 1e-3)

    def paint(figure: Figure) -> None:
        axes = figure.subplots()
        axes.axvline(0, color=INK, lw=1)
        _dot(axes, 0, value, NETWORK if (record.low or 0) > 0 else INK)
        axes.set(xlim=(-reach, reach), ylim=(-1, 1), yticks=[])
        axes.spines["left"].set_visible(False)
        axes.grid(axis="x")
        axes.set_title("traditional model better", fontsize=8.5, fontweight="normal", color=MUTED)
        axes.set_title(
            "network better", loc="right", fontsize=8.5, fontweight="normal", color=MUTED
        )
        axes.set_xlabel(f"Difference in {metric_title(record.metric)}")

    return draw(
        "comparison",
        (7.6, 1.5),
        paint,
        alt=f"Difference in {metric_title(record.metric)} between {network} and {baseline}: "
        f"{difference_words(record)}.",
        caption=f"{network} minus {baseline} on the same tuning folds, paired over units, with "
        "its 95 % interval. An interval that includes zero does not show that one is better.",
    )


def subgroup_figure(groups: Sequence[SubgroupRecord], overall: Score | None) -> Picture | None:
    """Draw the score of the chosen model in groups of test samples, beside the overall one."""
    shown = [group for group in groups if is_number(group.score.value)]
    if not shown:
        return None
    metric = metric_title(shown[0].metric)

    def paint(figure: Figure) -> None:
        axes = figure.subplots()
        if overall is not None and is_number(overall.value):
            axes.axvline(overall.value or 0.0, color=MUTED, lw=1, ls=(0, (4, 3)))
        for place, group in enumerate(shown):
            _dot(axes, place, group.score, TEST)
        row_labels(axes, [f"{group.column}: {group.group}" for group in shown])
        axes.set_xlabel(f"{metric} on the test set (dashed line: all test samples)")

    lowest = min(shown, key=lambda group: group.score.value or 0.0)
    return draw(
        "subgroups",
        (7.6, 0.9 + 0.34 * len(shown)),
        paint,
        alt=f"{metric} in {counted(len(shown), 'group')} of test samples. Lowest value: "
        f"{number(lowest.score.value)} in {lowest.column}: {lowest.group}.",
        caption="Score inside groups of the test samples with 95 % intervals. Wide intervals mean "
        "that a group is too small to tell whether the model works less well there.",
    )
