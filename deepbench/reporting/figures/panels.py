"""Short panels: the score of a simple model on the k best features, for each k."""

from __future__ import annotations

from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from deepbench.data.wording import counted
from deepbench.reporting.figures.style import (
    BASELINE,
    GRID,
    INK,
    MUTED,
    Picture,
    draw,
    horizontal_grid,
)
from deepbench.reporting.wording import is_number, metric_title, number, score
from deepbench.study.records import PanelsRecord


def panels_figure(record: PanelsRecord, title: str) -> Picture | None:
    """Draw score against the number of features, the full model as a band.

    Args:
        record: The panels.
        title: Title of the full model.
    """
    shown = [size for size in record.sizes if is_number(size.score.value)]
    if not shown:
        return None
    metric = metric_title(record.metric)

    def paint(figure: Figure) -> None:
        axes = figure.subplots()
        if is_number(record.full.low) and is_number(record.full.high):
            axes.axhspan(record.full.low, record.full.high, color=GRID, zorder=0)
        if is_number(record.full.value):
            axes.axhline(record.full.value, color=MUTED, lw=1.2, ls=(0, (4, 3)))
        places = [size.features for size in shown]
        values = [size.score.value or 0.0 for size in shown]
        for size in shown:
            if is_number(size.score.low) and is_number(size.score.high):
                ends = [size.score.low, size.score.high]
                axes.plot([size.features] * 2, ends, color=BASELINE, lw=1.6, alpha=0.7)
        axes.plot(places, values, "o-", color=BASELINE, ms=5)
        chosen = [size for size in shown if size.features == record.smallest]
        for size in chosen:
            axes.plot(
                [size.features],
                [size.score.value or 0.0],
                "o",
                ms=12,
                mfc="none",
                mec=INK,
                mew=1.6,
            )
        axes.xaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10]))
        axes.set_xlabel("features in the panel")
        axes.set_ylabel(metric)
        horizontal_grid(axes)
        figure.legend(handles=_legend(marked=bool(chosen)), loc="outside lower left", ncols=2)

    found = (
        "The smallest inside the noise of the full model has "
        f"{counted(record.smallest, 'feature')}."
        if record.smallest is not None
        else "None lies inside the noise of the full model."
    )
    return draw(
        "panels",
        (7.6, 3.9),
        paint,
        alt=f"{metric} of panels of {shown[0].features} to {shown[-1].features} features; the "
        f"full model, {title}, scores {score(record.full)}. {found}",
        caption=f"Nested {metric} of a simple model on the k best features, selected anew inside "
        "each fold: dot and line, score with its 95 % interval over biological units. Dashed line "
        f"and band: the full model on the same samples ({number(record.full.value)}) with its "
        "95 % interval.",
    )


def _legend(*, marked: bool) -> list[Line2D]:
    handles = [
        Line2D([], [], marker="o", color=BASELINE, ms=5, label="panel, 95 % interval"),
        Line2D([], [], color=MUTED, lw=1.2, ls=(0, (4, 3)), label="full model"),
        Line2D([], [], color=GRID, lw=8, label="its 95 % interval"),
    ]
    if marked:
        ring = Line2D([], [], marker="o", ls="", mfc="none", mec=INK, ms=10, label="smallest")
        handles.append(ring)
    return handles
