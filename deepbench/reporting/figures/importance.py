"""What a model uses: importance of features, with its interval and its shuffled-label twin."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from deepbench.data.wording import counted
from deepbench.reporting.figures.style import INK, SHUFFLED, Picture, colour_of, draw, row_labels
from deepbench.reporting.wording import is_number, listing
from deepbench.study.records import AttributionRecord, FeatureImportance

_SHOWN = 20
#: Of what noise would show as well.
UNCLEAR = "#C3C9D1"


def importance_figure(
    record: AttributionRecord, title: str, family: str, name: str = "importance"
) -> Picture | None:
    """Draw the most important features as bars, the 95 % interval as a line.

    Features that do not stand out from noise are grey.

    Args:
        record: Attributions of one model.
        title: Title of the model.
        family: ``baseline`` or ``network``.
        name: Name of the picture.
    """
    shown = [entry for entry in record.features if is_number(entry.importance)][:_SHOWN]
    if not shown:
        return None
    greyed = sum(entry.clears_twin is False for entry in shown)

    def paint(figure: Figure) -> None:
        axes = figure.subplots()
        for place, entry in enumerate(shown):
            _bar(axes, place, entry, family)
        row_labels(axes, [entry.feature for entry in shown])
        axes.set_xlim(left=0)
        axes.set_xlabel(f"mean absolute attribution ({record.unit})")
        figure.legend(handles=_legend(shown, family), loc="outside lower left", ncols=2)

    top = [entry.feature for entry in shown[:3]]
    known = any(entry.clears_twin is not None for entry in shown)
    told = f" {greyed} of them do not stand out from noise." if known else ""
    return draw(
        name,
        (7.6, 1.45 + 0.27 * len(shown)),
        paint,
        alt=f"Importance of {counted(len(shown), 'feature')} for {title}. Most used: "
        f"{listing(top)}.{told}",
        caption=_caption(title, known=known),
    )


def _bar(axes: Axes, place: int, entry: FeatureImportance, family: str) -> None:
    colour = UNCLEAR if entry.clears_twin is False else colour_of(family)
    axes.barh(place, entry.importance, height=0.62, color=colour, alpha=0.85)
    if is_number(entry.low) and is_number(entry.high):
        axes.plot([entry.low, entry.high], [place, place], color=INK, lw=1.4)
    if entry.twin is not None and is_number(entry.twin):
        axes.plot([entry.twin], [place], "|", color=INK, ms=15, mew=5.5)
        axes.plot([entry.twin], [place], "|", color=SHUFFLED, ms=14, mew=3.5)


def _caption(title: str, *, known: bool) -> str:
    text = (
        f"What {title} uses: bar, mean absolute attribution over held-out samples; line, its 95 % "
        "interval over biological units and fits"
    )
    if known:
        text += (
            "; grey mark, the same in models trained on shuffled labels. A grey bar does not "
            "stand out from noise: features of no use get as much"
        )
    return f"{text}. This is association, not cause."


def _legend(shown: Sequence[FeatureImportance], family: str) -> list[Line2D | Patch]:
    known = [entry.clears_twin for entry in shown]
    handles: list[Line2D | Patch] = []
    if not all(clears is False for clears in known):
        words = "importance, stands out from noise" if any(known) else "importance"
        handles.append(Patch(color=colour_of(family), alpha=0.85, label=words))
    if any(clears is False for clears in known):
        handles.append(Patch(color=UNCLEAR, label="does not stand out from noise"))
    handles.append(Line2D([], [], color=INK, lw=1.4, label="95 % interval"))
    if any(is_number(entry.twin) for entry in shown):
        handles.append(
            Line2D(
                [], [], marker="|", ls="", color=SHUFFLED, ms=12, mew=3.5, label="shuffled labels"
            )
        )
    return handles
