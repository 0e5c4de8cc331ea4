"""The shuffled-label check: scores without signal, and the real score among them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from deepbench.data.wording import counted
from deepbench.reporting.figures.style import (
    SHUFFLED,
    Picture,
    colour_of,
    draw,
    horizontal_grid,
    label,
)
from deepbench.reporting.wording import is_number, metric_title, number, p_value
from deepbench.study.records import ShuffledModelRecord


def shuffled_figure(
    checks: Sequence[ShuffledModelRecord], titles: Mapping[str, str], families: Mapping[str, str]
) -> Picture | None:
    """Draw the scores with shuffled labels as histograms and the real score as a line.

    Args:
        checks: One check a model.
        titles: Title by name of model.
        families: ``baseline`` or ``network`` by name of model.
    """
    shown = [check for check in checks if any(is_number(value) for value in check.null)]
    if not shown:
        return None

    def paint(figure: Figure) -> None:
        panels = figure.subplots(1, len(shown), squeeze=False).ravel()
        for axes, check in zip(panels, shown, strict=True):
            title = titles.get(check.model, check.model)
            _histogram(axes, check, title, colour_of(families.get(check.model, "")))
        panels[0].set_ylabel("shuffles")
        handles = panels[0].get_legend_handles_labels()
        figure.legend(*handles, loc="outside lower left", ncols=2)

    return draw(
        "shuffled",
        (8.4 if len(shown) > 1 else 6.4, 3.0),
        paint,
        alt="Shuffled-label check. " + " ".join(_words(check, titles) for check in shown),
        caption="Grey: scores that the same procedure reaches when the labels are shuffled, so "
        "that there is nothing to find. Line: the score with the real labels. A line inside "
        "the grey range is no evidence of signal.",
    )


def _histogram(axes: Axes, check: ShuffledModelRecord, title: str, colour: str) -> None:
    null = [value for value in check.null if is_number(value)]
    values = [*null, check.real] if check.real is not None and is_number(check.real) else null
    low, high = min(values), max(values)
    margin = 0.06 * (high - low) or 0.05
    edges = np.linspace(low - margin, high + margin, 26)
    axes.hist(null, bins=edges.tolist(), color=SHUFFLED, label="shuffled labels")
    if check.real is not None and is_number(check.real):
        axes.axvline(check.real, color=colour, lw=2.4, label="real labels")
    axes.set_title(label(title, 30))
    axes.set_xlabel(metric_title(check.metric))
    axes.yaxis.set_major_locator(MaxNLocator(nbins=6, integer=True))
    horizontal_grid(axes)


def _words(check: ShuffledModelRecord, titles: Mapping[str, str]) -> str:
    null = [value for value in check.null if is_number(value)]
    return (
        f"{titles.get(check.model, check.model)}: real {metric_title(check.metric)} "
        f"{number(check.real)}, {counted(len(null), 'shuffled score')} from {number(min(null))} "
        f"to {number(max(null))}, {p_value(check.p_value)}."
    )
