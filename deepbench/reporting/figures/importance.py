"""What a model uses: importance of features, with spread over folds and shuffled twin."""

from __future__ import annotations

from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from deepbench.data.wording import counted
from deepbench.reporting.figures.style import INK, SHUFFLED, Picture, colour_of, draw, row_labels
from deepbench.reporting.wording import is_number, listing
from deepbench.study.records import AttributionRecord

_SHOWN = 20


def importance_figure(
    record: AttributionRecord, title: str, family: str, name: str = "importance"
) -> Picture | None:
    """Draw the most important features as bars, smallest and largest fold as a line.

    Args:
        record: Attributions of one model.
        title: Title of the model.
        family: ``baseline`` or ``network``.
        name: Name of the picture.
    """
    shown = [entry for entry in record.features if is_number(entry.importance)][:_SHOWN]
    if not shown:
        return None
    twins = any(is_number(entry.twin) for entry in shown)

    def paint(figure: Figure) -> None:
        axes = figure.subplots()
        for place, entry in enumerate(shown):
            axes.barh(place, entry.importance, height=0.62, color=colour_of(family), alpha=0.8)
            if is_number(entry.low) and is_number(entry.high):
                axes.plot([entry.low, entry.high], [place, place], color=INK, lw=1.4)
            if entry.twin is not None and is_number(entry.twin):
                axes.plot([entry.twin], [place], "|", color=INK, ms=15, mew=5.5)
                axes.plot([entry.twin], [place], "|", color=SHUFFLED, ms=14, mew=3.5)
        row_labels(axes, [entry.feature for entry in shown])
        axes.set_xlim(left=0)
        axes.set_xlabel(f"mean absolute attribution ({record.unit})")
        figure.legend(handles=_legend(family, twins), loc="outside lower left", ncols=3)

    top = [entry.feature for entry in shown[:3]]
    return draw(
        name,
        (7.6, 1.25 + 0.27 * len(shown)),
        paint,
        alt=f"Importance of {counted(len(shown), 'feature')} for {title}. Most used: "
        f"{listing(top)}.",
        caption=f"What {title} uses: bar, mean over {counted(record.folds, 'fold')}; line, "
        "smallest to largest fold; grey mark, the same in a model trained on shuffled labels. "
        "This is association, not cause.",
    )


def _legend(family: str, twins: bool) -> list[Line2D | Patch]:
    handles: list[Line2D | Patch] = [
        Patch(color=colour_of(family), alpha=0.8, label="importance"),
        Line2D([], [], color=INK, lw=1.4, label="smallest to largest fold"),
    ]
    if twins:
        handles.append(
            Line2D(
                [], [], marker="|", ls="", color=SHUFFLED, ms=12, mew=3.5, label="shuffled labels"
            )
        )
    return handles
