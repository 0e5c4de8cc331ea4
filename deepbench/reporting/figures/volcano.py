"""All features at once: importance in the model against the effect of each feature alone."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from deepbench.reporting.figures.importance import UNCLEAR
from deepbench.reporting.figures.style import INK, MUTED, Picture, colour_of, draw, label
from deepbench.reporting.wording import is_number, listing
from deepbench.study.records import ImportancesRecord

_NAMED = 8
_Point = tuple[str, float, float, bool | None]


def volcano_figure(
    record: ImportancesRecord, title: str, family: str, name: str = "volcano"
) -> Picture | None:
    """Draw every feature by its univariate effect and its importance.

    Args:
        record: Importances of all features, the most important first.
        title: Title of the model.
        family: ``baseline`` or ``network``.
        name: Name of the picture.
    """
    points = _points(record)
    if len(points) < 2:
        return None
    named = [point for point in points if point[3] is not False][:_NAMED]

    def paint(figure: Figure) -> None:
        axes = figure.subplots()
        for clears, colour in ((False, UNCLEAR), (True, colour_of(family))):
            part = [point for point in points if (point[3] is not False) is clears]
            axes.scatter(
                [point[1] for point in part],
                [point[2] for point in part],
                s=14,
                color=colour,
                alpha=0.75,
                linewidths=0,
            )
        if is_number(record.threshold):
            axes.axhline(record.threshold, color=MUTED, lw=1, ls=(0, (4, 3)))
        _name(axes, named)
        axes.margins(x=0.16)
        axes.set_ylim(bottom=0)
        axes.grid(True)
        axes.set_xlabel(record.effect_name or "effect of the feature alone")
        axes.set_ylabel(f"importance ({record.unit})")

    top = listing([point[0] for point in named[:3]]) or "none"
    line = "; dashed line, what an importance has to exceed for that"
    return draw(
        name,
        (7.6, 4.4),
        paint,
        alt=f"Importance of {len(points):,} features for {title} against the effect of each "
        f"feature alone. Most important of those that stand out from noise: {top}.",
        caption=f"All {len(points):,} features of {title}: importance against the effect of each "
        f"feature alone, as {record.effect_name or 'univariate effect'}. Grey, does not stand out "
        f"from noise{line if is_number(record.threshold) else ''}. A feature that is high and in "
        "the middle works only together with others.",
    )


def _points(record: ImportancesRecord) -> list[_Point]:
    columns = (record.features, record.effect, record.importance, record.clears_twin)
    return [
        (feature, effect, importance, clears)
        for feature, effect, importance, clears in zip(*columns, strict=True)
        if is_number(effect) and is_number(importance)
    ]


def _name(axes: Axes, points: list[_Point]) -> None:
    """Write names beside points, away from the middle; not over one another."""
    taken: list[tuple[bool, float]] = []
    height = max((point[2] for point in points), default=1.0) or 1.0
    for feature, effect, importance, _ in points:
        left = effect < 0
        if any(side == left and abs(importance - other) < 0.035 * height for side, other in taken):
            continue
        taken.append((left, importance))
        axes.annotate(
            label(feature, 24),
            (effect, importance),
            xytext=(-6 if left else 6, 0),
            textcoords="offset points",
            ha="right" if left else "left",
            va="center",
            fontsize=8,
            color=INK,
            annotation_clip=False,
        )
