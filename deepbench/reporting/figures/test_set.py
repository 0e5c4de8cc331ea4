"""Pictures of the one look at the test set."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from deepbench.data.wording import counted
from deepbench.reporting.figures.style import (
    INK,
    SHUFFLED,
    TEST,
    Picture,
    draw,
    label,
)
from deepbench.reporting.wording import number
from deepbench.study.records import CurvesRecord

_SQUARE = (3.9, 3.9)
_GRID = tuple(place / 20 for place in range(21))
_CONFUSION_BLUE = (0.0, 0.447, 0.698)


def roc_figure(curves: CurvesRecord, auroc: float | None, *, on_grid: bool) -> Picture | None:
    """Draw the receiver operating characteristic.

    Args:
        curves: Points of the test set.
        auroc: Area under the curve, for the description.
        on_grid: Read the curve at 21 fixed places, so that steps of single samples vanish.
    """
    points = _points(curves.false_positive_rate, curves.true_positive_rate)
    if len(points) < 2:
        return None
    across, up = _at_grid(points) if on_grid else _columns(points)

    def paint(figure: Figure) -> None:
        axes = _unit_square(figure, "false-positive rate", "true-positive rate")
        axes.plot(
            [0, 1], [0, 1], color=SHUFFLED, lw=1.2, ls=(0, (4, 3)), label="no better than chance"
        )
        axes.plot(across, up, color=TEST, lw=2.2, label="chosen model")
        axes.legend(loc="lower right")

    return draw(
        "roc",
        _SQUARE,
        paint,
        alt=f"ROC curve of the chosen model on the test set, AUROC {number(auroc)}.",
        caption="ROC curve: how many positives are found for how many false alarms, at every "
        "possible threshold.",
    )


def precision_recall_figure(
    curves: CurvesRecord,
    average_precision: float | None,
    prevalence: float | None,
    *,
    on_grid: bool,
) -> Picture | None:
    """Draw precision against recall.

    Args:
        curves: Points of the test set.
        average_precision: Area under the curve, for the description.
        prevalence: Share of positives, the precision of guessing; None leaves the line out.
        on_grid: As in `roc_figure`.
    """
    points = _points(curves.recall, curves.precision)
    if len(points) < 2:
        return None
    across, up = _at_grid(points) if on_grid else _columns(points)

    def paint(figure: Figure) -> None:
        axes = _unit_square(figure, "recall (share of positives found)", "precision")
        if prevalence is not None:
            axes.axhline(
                prevalence, color=SHUFFLED, lw=1.2, ls=(0, (4, 3)), label="no better than chance"
            )
        axes.plot(across, up, color=TEST, lw=2.2, label="chosen model")
        axes.legend(loc="lower left")

    return draw(
        "precision-recall",
        _SQUARE,
        paint,
        alt="Precision-recall curve of the chosen model on the test set, average precision "
        f"{number(average_precision)}.",
        caption="Precision-recall curve: of the samples called positive, how many are.",
    )


def calibration_figure(curves: CurvesRecord, smallest_bin: int = 0) -> Picture | None:
    """Draw observed shares against predicted probabilities.

    Args:
        curves: Points of the test set.
        smallest_bin: Bins with fewer samples are left out.
    """
    points = [
        (predicted, observed, count)
        for predicted, observed, count in zip(
            curves.calibration_predicted,
            curves.calibration_observed,
            curves.calibration_samples,
            strict=True,
        )
        if math.isfinite(predicted) and math.isfinite(observed) and count >= max(smallest_bin, 1)
    ]
    if not points:
        return None
    same_size = bool(smallest_bin)  # the area of a dot would give the count away
    largest = max(count for _, _, count in points)

    def paint(figure: Figure) -> None:
        axes = _unit_square(figure, "predicted probability", "share observed")
        axes.plot([0, 1], [0, 1], color=SHUFFLED, lw=1.2, ls=(0, (4, 3)), label="perfect")
        predicted, observed, counts = zip(*points, strict=True)
        axes.plot(predicted, observed, color=TEST, lw=1.4)
        areas = [40.0 if same_size else 20 + 110 * count / largest for count in counts]
        axes.scatter(predicted, observed, s=areas, color=TEST, label="chosen model", zorder=3)
        axes.legend(loc="upper left")

    gap = max(abs(predicted - observed) for predicted, observed, _ in points)
    return draw(
        "calibration",
        _SQUARE,
        paint,
        alt="Calibration of the chosen model on the test set in "
        f"{counted(len(points), 'group')} of samples; largest gap {number(gap, 2)}.",
        caption="Calibration: dots on the diagonal mean that a predicted 30 % comes true in 30 of "
        "100 samples." + ("" if same_size else " Larger dots stand for more samples."),
    )


def confusion_figure(
    shares: Sequence[Sequence[float | None]],
    texts: Sequence[Sequence[str]],
    classes: Sequence[str],
) -> Picture | None:
    """Draw the confusion matrix: true class by row, predicted class by column.

    Args:
        shares: Share of the row's samples by cell; nothing is drawn when all are None (hidden).
        texts: What is written into the cells.
        classes: Names, in the order of rows and columns.
    """
    known = [share for row in shares for share in row if share is not None]
    if not known or len(shares) != len(classes):
        return None
    side = max(3.9, 1.7 + 0.62 * len(classes))

    def paint(figure: Figure) -> None:
        axes = figure.subplots()
        axes.imshow(
            [[_cell_colour(share or 0.0) for share in row] for row in shares], aspect="equal"
        )
        for row, (values, words) in enumerate(zip(shares, texts, strict=True)):
            for column, (share, text) in enumerate(zip(values, words, strict=True)):
                colour = "white" if (share or 0.0) > 0.55 else INK
                axes.text(column, row, text, ha="center", va="center", color=colour)
        names = [label(name, 14) for name in classes]
        places = range(len(names))
        turn = 40 if len(names) > 3 else 0
        axes.set_xticks(places, names, rotation=turn, ha="right" if turn else "center")
        axes.set_yticks(places, names)
        axes.set_xlabel("predicted class")
        axes.set_ylabel("true class")
        axes.tick_params(length=0)
        axes.spines[:].set_visible(False)

    named = ", ".join(
        f"{name} {number(100 * (shares[place][place] or 0.0), 0)} %"
        for place, name in enumerate(classes)
        if shares[place][place] is not None
    )
    return draw(
        "confusion",
        (side, side),
        paint,
        alt=f"Confusion matrix of the test set. Share of each class recognised: {named}.",
        caption="Confusion matrix: rows are the true classes, columns what the model said. The "
        "darker a cell, the larger its share of the row.",
    )


def observed_figure(curves: CurvesRecord, outcome: str) -> Picture | None:
    """Draw observed against predicted values, one dot a test sample (regression)."""
    points = _points(curves.observed, curves.predicted)
    if not points:
        return None
    observed, predicted = _columns(points)
    low, high = min(*observed, *predicted), max(*observed, *predicted)
    margin = 0.05 * (high - low) or 1.0

    def paint(figure: Figure) -> None:
        axes = figure.subplots()
        ends = (low - margin, high + margin)
        axes.plot(ends, ends, color=SHUFFLED, lw=1.2, ls=(0, (4, 3)))
        axes.scatter(predicted, observed, s=18, color=TEST, alpha=0.6, lw=0)
        axes.set(xlim=ends, ylim=ends, aspect="equal")
        axes.set_xlabel(f"predicted {label(outcome)}")
        axes.set_ylabel(f"observed {label(outcome)}")
        axes.grid()

    return draw(
        "observed",
        (4.6, 4.6),
        paint,
        alt=f"Observed against predicted {outcome} of {counted(len(points), 'test sample')}.",
        caption="Each dot is a test sample; on the dashed line the prediction is right.",
    )


def _unit_square(figure: Figure, across: str, up: str) -> Axes:
    axes = figure.subplots()
    axes.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02), aspect="equal")
    axes.set_xlabel(across)
    axes.set_ylabel(up)
    axes.grid()
    return axes


def _points(across: Sequence[float], up: Sequence[float]) -> list[tuple[float, float]]:
    return [
        (x, y) for x, y in zip(across, up, strict=True) if math.isfinite(x) and math.isfinite(y)
    ]


def _columns(points: Sequence[tuple[float, float]]) -> tuple[list[float], list[float]]:
    return [x for x, _ in points], [y for _, y in points]


def _at_grid(points: Sequence[tuple[float, float]]) -> tuple[list[float], list[float]]:
    across, up = _columns(sorted(points))
    return list(_GRID), [float(y) for y in np.interp(_GRID, across, up)]


def _cell_colour(share: float) -> tuple[float, float, float]:
    red, green, blue = (1 - share * (1 - part) for part in _CONFUSION_BLUE)
    return red, green, blue
