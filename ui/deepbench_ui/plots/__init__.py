"""Plots: records of what is shown (`figures`), and the panel that shows them (`PlotPanel`).

Importing this package, and making a panel, loads neither numpy nor pyqtgraph; the first figure
that is shown does.
"""

from __future__ import annotations

from deepbench_ui.plots.figures import (
    BeeswarmFigure,
    BeeswarmRow,
    Contribution,
    Curve,
    CurvesFigure,
    DotIntervalFigure,
    DotRow,
    Figure,
    FoldRow,
    HeatmapFigure,
    HistogramFigure,
    HistogramSeries,
    ReferenceLine,
    SampleMapFigure,
    ScatterFigure,
    WaterfallFigure,
)
from deepbench_ui.plots.outlet import Outlet
from deepbench_ui.plots.panel import PlotPanel

__all__ = [
    "BeeswarmFigure",
    "BeeswarmRow",
    "Contribution",
    "Curve",
    "CurvesFigure",
    "DotIntervalFigure",
    "DotRow",
    "Figure",
    "FoldRow",
    "HeatmapFigure",
    "HistogramFigure",
    "HistogramSeries",
    "Outlet",
    "PlotPanel",
    "ReferenceLine",
    "SampleMapFigure",
    "ScatterFigure",
    "WaterfallFigure",
]
