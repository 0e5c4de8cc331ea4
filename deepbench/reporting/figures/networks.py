"""Curves over epochs and over the number of samples."""

from __future__ import annotations

import math
from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from deepbench.reporting.figures.style import (
    BASELINE,
    MUTED,
    TRAINING,
    TUNING,
    Picture,
    draw,
    horizontal_grid,
    label,
)
from deepbench.reporting.wording import is_number, listing, metric_title, number
from deepbench.study.records import CurveRecord, LearningCurveRecord, ModelRecord


def network_curves_figure(models: Sequence[ModelRecord]) -> Picture | None:
    """Draw training loss against tuning loss by epoch, one panel a network size."""
    shown = [
        (model.title, model.curve) for model in models if model.curve and model.curve.training
    ]
    if not shown:
        return None
    columns = min(len(shown), 4)
    rows = math.ceil(len(shown) / columns)

    def paint(figure: Figure) -> None:
        panels = figure.subplots(rows, columns, squeeze=False).ravel()
        for axes, (title, curve) in zip(panels, shown, strict=False):
            _curve(axes, title, curve)
        for axes in panels[len(shown) :]:
            axes.set_visible(False)
        for place in range(0, len(shown), columns):
            panels[place].set_ylabel("loss")
        handles = panels[0].get_legend_handles_labels()
        figure.legend(*handles, loc="outside lower left", ncols=3)

    stops = [f"{title}, epoch {curve.best_epoch}" for title, curve in shown]
    return draw(
        "network-curves",
        (8.4 if columns > 2 else 3.9 * columns, 0.6 + 2.2 * rows),
        paint,
        alt="Training and tuning loss by epoch. Training stopped at the lowest tuning loss: "
        f"{listing(stops)}.",
        caption="Training loss keeps falling when a network learns its samples by heart; tuning "
        "loss shows what it is worth on others. The dotted line is the epoch that was kept.",
    )


def _curve(axes: Axes, title: str, curve: CurveRecord) -> None:
    axes.plot(range(1, len(curve.training) + 1), curve.training, color=TRAINING, label="training")
    axes.plot(range(1, len(curve.tuning) + 1), curve.tuning, color=TUNING, label="tuning")
    axes.axvline(curve.best_epoch, color=MUTED, lw=1.2, ls=":", label="epoch kept")
    axes.set_title(label(title, 24))
    axes.set_xlabel("epoch")
    axes.set_ylim(bottom=0)
    horizontal_grid(axes)


def learning_curve_figure(record: LearningCurveRecord, title: str) -> Picture | None:
    """Draw the score on growing parts of the training samples, with its limits.

    Args:
        record: The learning curve.
        title: Title of the model.
    """
    nothing = (None,) * len(record.samples)
    points = [
        (count, value, value if low is None else low, value if high is None else high)
        for count, value, low, high in zip(
            record.samples,
            record.scores,
            record.low or nothing,
            record.high or nothing,
            strict=True,
        )
        if value is not None and is_number(value)
    ]
    if not points:
        return None
    metric = metric_title(record.metric)
    counts, values, lows, highs = (list(column) for column in zip(*points, strict=True))

    def paint(figure: Figure) -> None:
        axes = figure.subplots()
        axes.fill_between(counts, lows, highs, color=BASELINE, alpha=0.16, lw=0)
        axes.plot(counts, values, "o-", color=BASELINE, ms=5)
        axes.set_xlabel("training samples")
        axes.set_ylabel(metric)
        horizontal_grid(axes)

    return draw(
        "learning-curve",
        (7.6, 2.9),
        paint,
        alt=f"{metric} of {title} by number of training samples: {number(values[0])} at the "
        f"smallest and {number(values[-1])} at the largest.",
        caption=f"Score of {title} when it learns from parts of the training samples. Band: 95 % "
        f"interval of each score (bootstrap over units). {record.sentence}".strip(),
    )
