"""Records of what plots show; they know neither a screen nor numpy."""

from __future__ import annotations

from deepbench_ui.plots.figures.base import Figure, ReferenceLine, csv_bytes
from deepbench_ui.plots.figures.beeswarm import BeeswarmFigure, BeeswarmRow
from deepbench_ui.plots.figures.curves import Curve, CurvesFigure
from deepbench_ui.plots.figures.dot_interval import DotIntervalFigure, DotRow
from deepbench_ui.plots.figures.heatmap import HeatmapFigure
from deepbench_ui.plots.figures.histogram import HistogramFigure, HistogramSeries
from deepbench_ui.plots.figures.sample_map import FoldRow, SampleMapFigure
from deepbench_ui.plots.figures.scatter import ScatterFigure
from deepbench_ui.plots.figures.waterfall import Contribution, WaterfallFigure

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
    "ReferenceLine",
    "SampleMapFigure",
    "ScatterFigure",
    "WaterfallFigure",
    "csv_bytes",
]
