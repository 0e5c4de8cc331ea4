"""Importance of features: bars, alone or in groups, and against the effect on their own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from deepbench.study.records import AttributionRecord, FeatureGroup
from deepbench_ui.models.families import is_network
from deepbench_ui.models.importances import Importances
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
EFFECT = "Effect on its own"
COMPARED = "Compared with shuffled labels"
ABOVE_SHORT, NOT_ABOVE_SHORT = "more", "no more"
THRESHOLD = "least that counts"
RANK = "{feature} is number {rank} of {all} by importance."

MOST_BARS: Final = 20
MOST_DRAWN: Final = 20_000
MOST_WRITTEN: Final = 12
_WORDS: Final = {True: ABOVE_SHORT, False: NOT_ABOVE_SHORT, None: ""}


def importance_figure(found: Importances) -> DotIntervalFigure | None:
    """Return importances beside those of the shuffled-label twin; None without features."""
    if not found.features:
        return None
    use = _use(found.model)
    rows = tuple(
        DotRow(
            name,
            found.importance[place],
            found.low[place],
            found.high[place],
            twin=found.twin[place],
            use="shuffled" if found.clears[place] is False else use,
            name=name,
        )
        for place, name in enumerate(found.features[:MOST_BARS])
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
    if not found.has_effects:
        return None
    twin = found.above is not None
    clear = [place for place, clears in enumerate(found.clears) if clears]
    return ScatterFigure(
        title=VOLCANO_TITLE,
        sentence=VOLCANO_SENTENCE,
        names=found.features,
        x=found.effect,
        y=found.importance,
        x_title=f"{found.effect_name[:1].upper()}{found.effect_name[1:]}" or EFFECT,
        y_title=VALUE.format(unit=found.unit),
        categories=tuple(map(_WORDS.__getitem__, found.clears)) if twin else (),
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
        first=clear[-1] + 1 if clear else MOST_WRITTEN,
        written=tuple(clear[:MOST_WRITTEN]),
    )


def rank_sentence(found: Importances, feature: str) -> str:
    """Say where a feature stands among all; it has to be among them."""
    place = found.features.index(feature)
    return RANK.format(
        feature=feature, rank=f"{place + 1:,}", all=counted(len(found.features), "feature")
    )
