"""Short panels: score against the number of features, and which features are selected."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from deepbench.study.records import PanelFeature, PanelsRecord, Score
from deepbench_ui.models.families import TITLES
from deepbench_ui.models.importance_rows import direction_text
from deepbench_ui.models.numbers import interval_text, percent_text
from deepbench_ui.models.row_table import Column
from deepbench_ui.models.test_rows import METRICS
from deepbench_ui.plots.figures import Curve, CurvesFigure, ReferenceLine

TITLE = "How few features are enough"
SENTENCE = (
    "Score of a simple model on the best 1, 2, 3, … features, selected anew inside each fold, "
    "beside the chosen model with all features. Fewer features are easier to understand and to "
    "measure; here is what they cost."
)
PANEL, FULL = "short panel", "all features, {model}"
#: Room above the curves for the words beside the line, as a share of their range.
HEADROOM: Final = 0.14
SIZE = "Number of features"
BAND = "95 % interval"
SMALLEST, NO_SIZE = "smallest that is enough:", "shown below:"
SIZES, SIZE_HEAD, SCORE_HEAD = "Scores by size", "Features", "Score (95 % interval)"
FEATURES = "Features of a panel of {size}"
FEATURE, FREQUENCY, DIRECTION = "Feature", "Selected in", "Direction"
FREQUENCY_TIP = "Share of the {fits} fits in which the feature was among the {size} selected."


def panels_figure(record: PanelsRecord) -> CurvesFigure | None:
    """Return the score against the size; None without a size."""
    if not record.sizes:
        return None
    sizes = tuple(float(size.features) for size in record.sizes)
    scores = tuple(size.score for size in record.sizes)
    ends = (sizes[0], sizes[-1])
    curves = [
        Curve(
            PANEL,
            sizes,
            tuple(score.value for score in scores),
            tuple(score.low for score in scores),
            tuple(score.high for score in scores),
            use="training",
            markers=True,
        )
    ]
    if record.full.value is not None:
        full = record.full
        curves.append(
            Curve(
                FULL.format(model=_named(record.model)),
                ends,
                (full.value,) * 2,
                (full.low,) * 2,
                (full.high,) * 2,
                use="tuning",
                dashed=True,
            )
        )
    label = SMALLEST if record.smallest is not None else NO_SIZE
    metric = METRICS.get(record.metric)
    return CurvesFigure(
        title=TITLE,
        sentence=SENTENCE,
        curves=tuple(curves),
        x_title=SIZE,
        y_title=metric.title if metric is not None else record.metric,
        per_sample=False,
        verticals=(ReferenceLine(float(record.smallest or record.shown_size), label, "chosen"),),
        band_title=BAND,
        y_range=_range(curves),
    )


def _range(curves: Sequence[Curve]) -> tuple[float, float] | None:
    """Return the ends of the axis of scores; None for those of the data."""
    ends = [
        value
        for curve in curves
        for value in (*curve.y, *curve.low, *curve.high)
        if value is not None
    ]
    if not ends or min(ends) == max(ends):
        return None
    return min(ends), max(ends) + HEADROOM * (max(ends) - min(ends))


def _named(model: str) -> str:
    title = TITLES.get(model, model)
    return title[:1].lower() + title[1:]


def size_columns() -> tuple[Column[tuple[int, Score]], ...]:
    """Return the columns of the table of sizes."""
    return (
        Column(SIZE_HEAD, lambda row: f"{row[0]:,}", lambda row: row[0]),
        Column(SCORE_HEAD, lambda row: interval_text(row[1]), lambda row: row[1].value, True),
    )


def panel_columns(
    record: PanelsRecord | None, target: str, task: str
) -> tuple[Column[PanelFeature], ...]:
    """Return the columns of the table of features.

    Args:
        record: The panels; None before there are any.
        target: Class or outcome that a direction speaks of.
        task: Kind of outcome.
    """
    fits, size = (f"{record.fits:,}", record.shown_size) if record is not None else ("", "")
    return (
        Column(FEATURE, lambda row: row.feature),
        Column(
            FREQUENCY,
            lambda row: percent_text(row.frequency),
            lambda row: row.frequency,
            True,
            FREQUENCY_TIP.format(fits=fits, size=size),
        ),
        Column(
            DIRECTION,
            lambda row: (
                "" if row.direction is None else direction_text(row.direction, target, task)
            ),
        ),
    )
