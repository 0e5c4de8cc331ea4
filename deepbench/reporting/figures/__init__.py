"""Pictures of the report: a record goes in, a PNG and its description come out."""

from __future__ import annotations

from deepbench.reporting.figures.importance import importance_figure
from deepbench.reporting.figures.networks import learning_curve_figure, network_curves_figure
from deepbench.reporting.figures.scores import (
    comparison_figure,
    leaderboard_figure,
    subgroup_figure,
)
from deepbench.reporting.figures.shuffled import shuffled_figure
from deepbench.reporting.figures.style import Picture
from deepbench.reporting.figures.test_set import (
    calibration_figure,
    confusion_figure,
    observed_figure,
    precision_recall_figure,
    roc_figure,
)

__all__ = [
    "Picture",
    "calibration_figure",
    "comparison_figure",
    "confusion_figure",
    "importance_figure",
    "leaderboard_figure",
    "learning_curve_figure",
    "network_curves_figure",
    "observed_figure",
    "precision_recall_figure",
    "roc_figure",
    "shuffled_figure",
    "subgroup_figure",
]
