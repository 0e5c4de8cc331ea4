"""What models use: pictures, as records."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from deepbench.study.records import ExplanationRecord
from deepbench_ui.plots.figures import (
    BeeswarmFigure,
    BeeswarmRow,
    Contribution,
    HeatmapFigure,
    WaterfallFigure,
)

BEESWARM_TITLE = "What moves the predictions"
BEESWARM_SENTENCE = (
    "A row for each feature, a dot for each sample: to the right it moves the output up, to the "
    "left down. Choose a dot to follow its sample and its feature."
)
BEESWARM_X = "Adds to the {scale}"
LOW, HIGH = "low value", "high value"
MISSING = "missing"
WATERFALL_TITLE = "How the model sees {sample}"
WATERFALL_SENTENCE = (
    "From the average output to that of this sample ({observed} was observed), feature by feature."
)
OUTPUT = "Output ({scale})"
OTHERS = "all other features"
HEATMAP_TITLE = "Samples and features"
HEATMAP_SENTENCE = (
    "A row for each sample, a column for each feature, the most important on the left: what the "
    "feature adds to the sample's output. Choose a cell to follow its sample and its feature."
)
BY_OUTPUT = "Samples with the highest output stand on top."
BY_SIMILARITY = "Samples that the model sees for the same reasons stand together."
SAMPLES, FEATURES = "Samples", "Features"

MOST_FEATURES: Final = 20
MOST_PARTS: Final = 10
#: More columns of a heat map than this have no room for their names.
MOST_COLUMNS: Final = 10
# Extreme values would leave one colour for all others.
_EDGE: Final = 0.05
_THOUSANDS: Final = 10_000


def beeswarm_figure(shown: ExplanationRecord) -> BeeswarmFigure:
    """Return the summary of the most important features."""
    return BeeswarmFigure(
        title=BEESWARM_TITLE,
        sentence=BEESWARM_SENTENCE,
        rows=tuple(
            BeeswarmRow(
                feature,
                tuple(row[place] for row in shown.attributions),
                shades([row[place] for row in shown.numbers]),
            )
            for place, feature in enumerate(shown.features[:MOST_FEATURES])
        ),
        names=shown.samples,
        x_title=BEESWARM_X.format(scale=shown.scale),
        low_title=LOW,
        high_title=HIGH,
    )


def shades(values: Sequence[float | None]) -> tuple[float | None, ...]:
    """Return values from 0 (lowest) to 1 (highest), the outermost twentieths cut off."""
    known = sorted(value for value in values if value is not None)
    if not known:
        return tuple(None for _ in values)
    cut = int(len(known) * _EDGE)
    low, high = known[cut], known[len(known) - 1 - cut]
    if low == high:
        low, high = known[0], known[-1]
    span = high - low
    return tuple(
        None if value is None else 0.5 if span == 0.0 else min(1.0, max(0.0, (value - low) / span))
        for value in values
    )


def waterfall_figure(shown: ExplanationRecord, sample: str) -> WaterfallFigure | None:
    """Return how the output of a sample comes about; None if it is not among those explained."""
    if sample not in shown.samples:
        return None
    place = shown.samples.index(sample)
    parts = shown.attributions[place]
    order = sorted(range(len(parts)), key=lambda i: -abs(parts[i]))
    kept, others = order[:MOST_PARTS], order[MOST_PARTS:]
    return WaterfallFigure(
        title=WATERFALL_TITLE.format(sample=sample),
        sentence=WATERFALL_SENTENCE.format(observed=shown.observed[place]),
        sample=sample,
        base=shown.base[place],
        contributions=tuple(
            Contribution(shown.features[i], _short(shown.values[place][i]), parts[i]) for i in kept
        ),
        rest=sum(parts[i] for i in others) + shown.rest[place],
        rest_title=OTHERS,
        output=shown.outputs[place],
        x_title=OUTPUT.format(scale=shown.scale),
        output_title=sample,
    )


def _short(text: str) -> str:
    """Return a value with as many digits as one reads."""
    if not text:
        return MISSING
    try:
        value = float(text)
    except ValueError:
        return text
    shown = f"{value:,.0f}" if abs(value) >= _THOUSANDS else f"{value:.4g}"
    return shown.replace("-", "−")


def heatmap_figure(
    shown: ExplanationRecord, order: Sequence[int], *, by_similarity: bool
) -> HeatmapFigure | None:
    """Return what each feature adds in each sample; None without features.

    Args:
        shown: The samples.
        order: Places of the samples, the first on top.
        by_similarity: What they are ordered by; else their output.
    """
    features = shown.features[:MOST_COLUMNS]
    if not features or not order:
        return None
    how = BY_SIMILARITY if by_similarity else BY_OUTPUT
    return HeatmapFigure(
        title=HEATMAP_TITLE,
        sentence=f"{HEATMAP_SENTENCE} {how}",
        per_sample=True,
        matrix=tuple(shown.attributions[place][: len(features)] for place in order),
        row_labels=tuple(shown.samples[place] for place in order),
        column_labels=features,
        x_title=FEATURES,
        y_title=SAMPLES,
        value_title=BEESWARM_X.format(scale=shown.scale),
        centred=True,
        row_kind="sample",
        column_kind="feature",
    )


def order_by_output(shown: ExplanationRecord) -> list[int]:
    """Return the samples, the highest output first."""
    return sorted(range(len(shown.samples)), key=lambda place: -shown.outputs[place])
