"""Which painter draws which figure."""

from __future__ import annotations

from typing import Any, Final

from deepbench_ui.plots.figures import (
    BeeswarmFigure,
    CurvesFigure,
    DotIntervalFigure,
    Figure,
    HeatmapFigure,
    HistogramFigure,
    SampleMapFigure,
    ScatterFigure,
    WaterfallFigure,
)
from deepbench_ui.plots.painters.base import Painter
from deepbench_ui.plots.painters.beeswarm import BeeswarmPainter
from deepbench_ui.plots.painters.curves import CurvesPainter
from deepbench_ui.plots.painters.dot_interval import DotIntervalPainter
from deepbench_ui.plots.painters.heatmap import HeatmapPainter
from deepbench_ui.plots.painters.histogram import HistogramPainter
from deepbench_ui.plots.painters.sample_map import SampleMapPainter
from deepbench_ui.plots.painters.scatter import ScatterPainter
from deepbench_ui.plots.painters.waterfall import WaterfallPainter
from deepbench_ui.plots.plot import Plot

_PAINTERS: Final[dict[type[Figure], type[Painter[Any]]]] = {
    BeeswarmFigure: BeeswarmPainter,
    CurvesFigure: CurvesPainter,
    DotIntervalFigure: DotIntervalPainter,
    HeatmapFigure: HeatmapPainter,
    HistogramFigure: HistogramPainter,
    SampleMapFigure: SampleMapPainter,
    ScatterFigure: ScatterPainter,
    WaterfallFigure: WaterfallPainter,
}


def painter_for(figure: Figure, plot: Plot) -> Painter[Any]:
    """Return the painter of a figure on a plot.

    Raises:
        TypeError: no painter draws this kind of figure.
    """
    for kind, painter in _PAINTERS.items():
        if isinstance(figure, kind):
            return painter(figure, plot)
    raise TypeError(f"no painter draws {type(figure).__name__}")
