"""What models use: pictures, as records."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from deepbench.study.records import AttributionRecord, ExplanationRecord
from deepbench_ui.models.explanation_rows import is_above
from deepbench_ui.models.families import is_network
from deepbench_ui.plots.figures import (
    BeeswarmFigure,
    BeeswarmRow,
    Contribution,
    DotIntervalFigure,
    DotRow,
    Figure,
    ReferenceLine,
    ScatterFigure,
    WaterfallFigure,
)

BEESWARM_TITLE = "What moves the predictions"
BEESWARM_SENTENCE = (
    "A row for each feature, a dot for each sample: to the right it moves the output up, to the "
    "left down. Choose a dot to follow its sample and its feature."
)
BEESWARM_X = "Adds to the {scale}"
LOW, HIGH = "low value", "high value"
IMPORTANCE_TITLE = "Importance of features"
IMPORTANCE_SENTENCE = (
    "Mean size of what each feature adds. Only what lies clearly right of shuffled labels says "
    "something about your data."
)
IMPORTANCE_X = "Importance ({unit})"
FOLD_RANGE, TWIN = "smallest to largest fold", "with shuffled labels"
ABOVE, NOT_ABOVE = "more than with shuffled labels", "no more: may be noise"
DEPENDENCE_TITLE = "{feature}: value and effect"
DEPENDENCE_SENTENCE = "Each point is a sample: its value of {feature}, and what that adds."
CATEGORY_SENTENCE = (
    "Each small point is a sample, the large one the mean: what each value of {feature} adds."
)
NO_EFFECT = "no effect"
OUTCOME = "observed"
VALUE = "Value of {feature}"
MISSING = "missing"
WATERFALL_TITLE = "How the model sees {sample}"
WATERFALL_SENTENCE = (
    "From the average output to that of this sample ({observed} was observed), feature by feature."
)
OUTPUT = "Output ({scale})"
OTHERS = "all other features"

MOST_FEATURES: Final = 20
MOST_PARTS: Final = 10
# Extreme values would leave one colour for all others.
_EDGE: Final = 0.05


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


def importance_figure(record: AttributionRecord) -> DotIntervalFigure | None:
    """Return importances beside those of the shuffled-label twin; None without features."""
    if not record.features:
        return None
    use = "network" if is_network(record.model) else "baseline"
    found = record.features[:MOST_FEATURES]
    above = [is_above(record, place) for place in range(len(found))]
    uses = ((use, ABOVE), ("shuffled", NOT_ABOVE)) if not all(above) else ()
    return DotIntervalFigure(
        title=IMPORTANCE_TITLE,
        sentence=IMPORTANCE_SENTENCE,
        rows=tuple(
            DotRow(
                one.feature,
                one.importance,
                one.low,
                one.high,
                twin=one.twin,
                use=use if is_more else "shuffled",
                name=one.feature,
            )
            for one, is_more in zip(found, above, strict=True)
        ),
        value_title=IMPORTANCE_X.format(unit=record.unit),
        interval_title=FOLD_RANGE,
        twin_title=TWIN,
        use_titles=uses,
        selects="feature",
    )


def dependence_figure(shown: ExplanationRecord, feature: str, task: str) -> Figure | None:
    """Return value against attribution of a feature; None if it is not listed.

    Args:
        shown: The samples.
        feature: Name of the feature.
        task: Kind of outcome.
    """
    if feature not in shown.features:
        return None
    place = shown.features.index(feature)
    numbers = tuple(row[place] for row in shown.numbers)
    attributions = tuple(row[place] for row in shown.attributions)
    if all(number is None for number in numbers):
        texts = [row[place] for row in shown.values]
        return _by_category(shown, feature, texts, attributions)
    regression = task == "regression"
    return ScatterFigure(
        title=DEPENDENCE_TITLE.format(feature=feature),
        sentence=DEPENDENCE_SENTENCE.format(feature=feature),
        names=shown.samples,
        x=numbers,
        y=attributions,
        x_title=VALUE.format(feature=feature),
        y_title=BEESWARM_X.format(scale=shown.scale),
        categories=() if regression else shown.observed,
        category_title="" if regression else OUTCOME,
        uses=_uses(shown) if task == "binary" else (),
        values=tuple(map(float, shown.observed)) if regression else (),
        value_title=OUTCOME if regression else "",
        horizontal=ReferenceLine(0.0, NO_EFFECT),
    )


def _uses(shown: ExplanationRecord) -> tuple[tuple[str, str], ...]:
    """Return the colours of two classes: attributions speak for the target."""
    others = [name for name in dict.fromkeys(shown.observed) if name != shown.target]
    return ((shown.target, "positive"), *((name, "negative") for name in others))


def _by_category(
    shown: ExplanationRecord, feature: str, texts: Sequence[str], attributions: Sequence[float]
) -> DotIntervalFigure:
    members: dict[str, list[float]] = {}
    for text, amount in zip(texts, attributions, strict=True):
        members.setdefault(text or MISSING, []).append(amount)
    return DotIntervalFigure(
        title=DEPENDENCE_TITLE.format(feature=feature),
        sentence=CATEGORY_SENTENCE.format(feature=feature),
        per_sample=True,
        rows=tuple(
            DotRow(
                f"{name} (n = {len(amounts):,})",
                sum(amounts) / len(amounts),
                points=tuple(amounts),
                use="training",
            )
            for name, amounts in sorted(members.items())
        ),
        value_title=BEESWARM_X.format(scale=shown.scale),
        reference=ReferenceLine(0.0, NO_EFFECT),
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
        return f"{float(text):.4g}".replace("-", "−")
    except ValueError:
        return text
