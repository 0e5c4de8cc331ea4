"""Importance of features: bars, alone or in groups, and against the effect on their own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from deepbench.study.records import AttributionRecord, FeatureGroup
from deepbench_ui.models.families import is_network
from deepbench_ui.models.importances import FeatureLine, Importances
from deepbench_ui.models.numbers import counted
from deepbench_ui.plots.figures import DotIntervalFigure, DotRow, ReferenceLine, ScatterFigure

TITLE, GROUPS_TITLE = "Importance of features", "Importance of groups of features"
SENTENCE = (
    "Mean size of what each feature adds. Only what lies clearly right of shuffled labels says "
    "something about your data."
)
GROUPS_SENTENCE = (
    "Features that go together are read as one: what they add is summed before it is averaged. "
    "Choose a row to look at the group's first feature."
)
VALUE = "Importance ({unit})"
INTERVAL, FOLD_RANGE = "95 % interval over samples and fits", "smallest to largest fold"
TWIN = "with shuffled labels"
ABOVE, NOT_ABOVE = "more than with shuffled labels", "no more: may be noise"
GROUP = "{first} and {more} more"
VOLCANO_TITLE = "Importance and effect on its own"
VOLCANO_SENTENCE = (
    "Each point is a feature: to the side its effect on its own, upwards what the model makes of "
    "it. High in the middle: matters only together with others. Low at the side: goes with the "
    "outcome, but the model does without it."
)
EFFECT = "Effect on its own ({effect})"
COMPARED = "Compared with shuffled labels"
ABOVE_SHORT, NOT_ABOVE_SHORT = "more", "no more"
THRESHOLD = "least that counts"
RANK = "{feature} is number {rank} of {all} by importance."

MOST_BARS: Final = 20
MOST_DRAWN: Final = 20_000
MOST_WRITTEN: Final = 12


def importance_figure(found: Importances) -> DotIntervalFigure | None:
    """Return importances beside those of the shuffled-label twin; None without features."""
    if not found.lines:
        return None
    use = _use(found.model)
    shown = found.lines[:MOST_BARS]
    rows = tuple(
        DotRow(
            line.feature,
            line.importance,
            line.low,
            line.high,
            twin=line.twin,
            use="shuffled" if line.clears is False else use,
            name=line.feature,
        )
        for line in shown
    )
    return DotIntervalFigure(
        title=TITLE,
        sentence=SENTENCE,
        rows=rows,
        value_title=VALUE.format(unit=found.unit),
        interval_title=INTERVAL if found.intervals else FOLD_RANGE,
        twin_title=TWIN,
        use_titles=_use_titles(rows, use),
        selects="feature",
    )


def group_figure(record: AttributionRecord) -> DotIntervalFigure | None:
    """Return importances of groups, and of features that go with no other; None if no groups."""
    if not record.groups:
        return None
    use = _use(record.model)
    grouped = {name for group in record.groups for name in group.features}
    parts: list[tuple[float, DotRow]] = [
        (group.importance, _group_row(group, use)) for group in record.groups
    ]
    parts += [
        (
            one.importance,
            DotRow(
                one.feature,
                one.importance,
                one.low,
                one.high,
                twin=one.twin,
                use="shuffled" if one.clears_twin is False else use,
                name=one.feature,
            ),
        )
        for one in record.features
        if one.feature not in grouped
    ]
    rows = tuple(row for _, row in sorted(parts, key=lambda part: -part[0])[:MOST_BARS])
    return DotIntervalFigure(
        title=GROUPS_TITLE,
        sentence=GROUPS_SENTENCE,
        rows=rows,
        value_title=VALUE.format(unit=record.unit),
        interval_title=INTERVAL,
        twin_title=TWIN,
        use_titles=_use_titles(rows, use),
        selects="feature",
    )


def group_title(group: FeatureGroup) -> str:
    """Return what a group is called: its first feature, and how many more."""
    first, more = group.features[0], len(group.features) - 1
    return GROUP.format(first=first, more=f"{more:,}") if more else first


def _group_row(group: FeatureGroup, use: str) -> DotRow:
    return DotRow(
        group_title(group),
        group.importance,
        group.low,
        group.high,
        twin=group.twin,
        use="shuffled" if group.clears_twin is False else use,
        name=group.features[0],
    )


def _use(model: str) -> str:
    return "network" if is_network(model) else "baseline"


def _use_titles(rows: Sequence[DotRow], use: str) -> tuple[tuple[str, str], ...]:
    """Return what the colours mean, where there are two."""
    if any(row.use == "shuffled" for row in rows):
        return ((use, ABOVE), ("shuffled", NOT_ABOVE))
    return ()


def volcano_figure(found: Importances) -> ScatterFigure | None:
    """Return importance against the effect of each feature on its own; None without effects."""
    if not any(line.effect is not None for line in found.lines):
        return None
    lines = found.lines
    twin = any(line.clears is not None for line in lines)
    return ScatterFigure(
        title=VOLCANO_TITLE,
        sentence=VOLCANO_SENTENCE,
        names=tuple(line.feature for line in lines),
        x=tuple(line.effect for line in lines),
        y=tuple(line.importance for line in lines),
        x_title=EFFECT.format(effect=found.effect_name) if found.effect_name else "Effect",
        y_title=VALUE.format(unit=found.unit),
        categories=tuple(map(_compared, lines)) if twin else (),
        category_title=COMPARED if twin else "",
        uses=((ABOVE_SHORT, _use(found.model)), (NOT_ABOVE_SHORT, "shuffled")),
        horizontal=(
            ReferenceLine(found.threshold, THRESHOLD, "shuffled")
            if found.threshold is not None
            else None
        ),
        selects="feature",
        per_sample=False,
        limit=MOST_DRAWN,
        first=sum(line.clears is True for line in lines) or MOST_WRITTEN,
        written=tuple([n for n, line in enumerate(lines) if line.clears][:MOST_WRITTEN]),
    )


def _compared(line: FeatureLine) -> str:
    if line.clears is None:
        return ""
    return ABOVE_SHORT if line.clears else NOT_ABOVE_SHORT


def rank_sentence(found: Importances, feature: str) -> str:
    """Say where a feature stands among all; empty if it is not among them."""
    place = found.place_of(feature)
    if place < 0:
        return ""
    return RANK.format(
        feature=feature, rank=f"{place + 1:,}", all=counted(len(found.lines), "feature")
    )
