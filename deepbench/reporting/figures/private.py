"""What privacy costs: the score of private training at each budget ε."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from deepbench.data.wording import counted
from deepbench.reporting.figures.style import (
    GRID,
    INK,
    MUTED,
    NETWORK,
    SHUFFLED,
    Picture,
    draw,
    horizontal_grid,
)
from deepbench.reporting.wording import is_number, listing, metric_title, number, score
from deepbench.study.records import PrivatePoint, PrivateTrainingRecord


def private_figure(record: PrivateTrainingRecord) -> Picture | None:
    """Draw score against ε, the best network without noise as a band; None without a score."""
    shown = [point for point in record.points if is_number(point.score.value)]
    if not shown:
        return None
    metric = metric_title(record.metric)

    def paint(figure: Figure) -> None:
        axes = figure.subplots()
        _reference(axes, record)
        for point in shown:
            _point(axes, point)
        asked = [point for point in shown if point.epsilon == record.epsilon]
        for point in asked:
            axes.plot(
                [point.epsilon],
                [point.score.value or 0.0],
                "o",
                ms=12,
                mfc="none",
                mec=INK,
                mew=1.6,
            )
        axes.set_xscale("log")
        axes.set_xticks(
            [point.epsilon for point in shown], [f"{point.epsilon:g}" for point in shown]
        )
        axes.minorticks_off()
        axes.margins(x=0.15)
        axes.set_xlabel("privacy budget ε (smaller protects more)")
        axes.set_ylabel(metric)
        horizontal_grid(axes)
        figure.legend(
            handles=_legend(record, marked=bool(asked)), loc="outside lower left", ncols=3
        )

    scores = [f"{score(point.score)} at ε = {point.epsilon:g}" for point in shown]
    draws = max(len(point.draws) for point in shown)
    return draw(
        "private-training",
        (7.6, 3.9),
        paint,
        alt=f"{metric} of private training: {listing(scores)}; the best network without noise "
        f"scores {score(record.without)}.",
        caption=f"{metric} of private training on the tuning folds by privacy budget ε. Dot and "
        "line: mean over "
        f"{counted(draws, 'draw')} of noise with its 95 % interval over biological units; small "
        "dots: single draws. Dashed line and band: the best network without noise with its 95 % "
        "interval.",
    )


def _reference(axes: Axes, record: PrivateTrainingRecord) -> None:
    if is_number(record.without.low) and is_number(record.without.high):
        axes.axhspan(record.without.low, record.without.high, color=GRID, zorder=0)
    if is_number(record.without.value):
        axes.axhline(record.without.value, color=MUTED, lw=1.2, ls=(0, (4, 3)))
    if is_number(record.chance):
        axes.axhline(record.chance, color=SHUFFLED, lw=1.2, ls=":")


def _point(axes: Axes, point: PrivatePoint) -> None:
    places = [point.epsilon * 1.06] * len(point.draws)
    axes.plot(places, point.draws, "o", color=NETWORK, ms=3, alpha=0.45, mew=0)
    if is_number(point.score.low) and is_number(point.score.high):
        ends = [point.score.low, point.score.high]
        axes.plot([point.epsilon] * 2, ends, color=NETWORK, lw=2.2)
    axes.plot([point.epsilon], [point.score.value or 0.0], "o", color=NETWORK, ms=7)


def _legend(record: PrivateTrainingRecord, *, marked: bool) -> list[Line2D]:
    handles = [
        Line2D([], [], marker="o", color=NETWORK, label="private training, 95 % interval"),
        Line2D([], [], color=MUTED, lw=1.2, ls=(0, (4, 3)), label="best network without noise"),
        Line2D([], [], color=GRID, lw=8, label="its 95 % interval"),
    ]
    if is_number(record.chance):
        chance = f"no better than chance ({number(record.chance, 1)})"
        handles.append(Line2D([], [], color=SHUFFLED, lw=1.2, ls=":", label=chance))
    if marked:
        ring = Line2D([], [], marker="o", ls="", mfc="none", mec=INK, ms=10, label="the ε asked")
        handles.append(ring)
    return handles
