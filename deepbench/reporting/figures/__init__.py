"""Pictures of the report: a record goes in, a PNG and its description come out."""

from __future__ import annotations

from deepbench.reporting.figures.failures import abstain_figure, error_groups_figure
from deepbench.reporting.figures.importance import importance_figure
from deepbench.reporting.figures.networks import learning_curve_figure, network_curves_figure
from deepbench.reporting.figures.panels import panels_figure
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
from deepbench.reporting.figures.volcano import volcano_figure

__all__ = [
    "Picture",
    "abstain_figure",
    "calibration_figure",
    "comparison_figure",
    "confusion_figure",
    "error_groups_figure",
    "importance_figure",
    "leaderboard_figure",
    "learning_curve_figure",
    "network_curves_figure",
    "observed_figure",
    "panels_figure",
    "precision_recall_figure",
    "roc_figure",
    "shuffled_figure",
    "subgroup_figure",
    "volcano_figure",
]
