"""Settings of a trial in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from deepbench_ui.models.numbers import number_text

NO_SETTINGS: Final = "Has no settings"

#: Setting → what it is called.
LABELS: Final[Mapping[str, str]] = {
    "penalty": "Penalty on weights",
    "strength": "Freedom of weights (C)",
    "l1_ratio": "Share of the penalty that drops features",
    "fraction": "Strength of the penalty (0 to 1)",
    "balanced": "Classes weighted equally",
    "features": "Features kept by the filter",
    "learning_rate": "Learning rate",
    "iterations": "Trees, one after another",
    "leaves": "Leaves per tree",
    "min_samples_leaf": "Samples per leaf, at least",
    "l2": "Penalty on leaves",
    "max_features": "Share of features tried at each split",
    "tried": "Features tried at each split (times their root)",
    "trees": "Trees",
    "splits": "Thresholds of the splits",
    "neighbours": "Neighbours",
    "weights": "Say of a neighbour",
    "components": "Principal components",
    "smoothing": "Smoothing",
    "kernel": "Border",
    "C": "Firmness (C)",
    "width": "Width of the border's bends",
    "optimizer": "Training method",
    "weight_decay": "Pull of weights towards zero",
    "dropout": "Share of neurons that pause (dropout)",
}
#: The same, short, for a line of a table.
SHORT_LABELS: Final[Mapping[str, str]] = {
    "penalty": "penalty",
    "strength": "C",
    "l1_ratio": "share that drops features",
    "fraction": "strength",
    "balanced": "equal class weights",
    "features": "features kept",
    "learning_rate": "learning rate",
    "iterations": "trees",
    "leaves": "leaves",
    "min_samples_leaf": "samples per leaf",
    "l2": "leaf penalty",
    "max_features": "share of features",
    "tried": "features tried ×",
    "trees": "trees",
    "splits": "thresholds",
    "neighbours": "neighbours",
    "weights": "say",
    "components": "components",
    "smoothing": "smoothing",
    "kernel": "border",
    "C": "C",
    "width": "width",
    "optimizer": "training",
    "weight_decay": "weight decay",
    "dropout": "dropout",
}
_VALUES: Final[Mapping[tuple[str, Any], str]] = {
    ("penalty", "l2"): "ridge",
    ("penalty", "l2-left-out"): "ridge, as strong as suits samples left out",
    ("penalty", "elastic-net"): "elastic net",
    ("features", "all"): "all",
    ("weights", "distance"): "more for nearer ones",
    ("weights", "uniform"): "the same for all",
    ("components", 0): "none (features themselves)",
    ("splits", "best"): "the best ones",
    ("splits", "random"): "drawn at random",
    ("kernel", "rbf"): "curved",
    ("kernel", "linear"): "straight",
    ("optimizer", "adam"): "AdamW",
    ("optimizer", "sgd"): "SGD with momentum",
}


def setting_pairs(params: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return (what it is called, its value in words) of each setting."""
    return [(LABELS.get(name, name), _value(name, value)) for name, value in params.items()]


def settings_line(params: Mapping[str, Any]) -> str:
    """Return all settings in one line, for a table."""
    if not params:
        return NO_SETTINGS
    return ", ".join(
        f"{SHORT_LABELS.get(name, name)} {_value(name, value)}" for name, value in params.items()
    )


def _value(name: str, value: Any) -> str:
    known = _VALUES.get((name, value))
    if known is not None:
        return known
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return number_text(value)
    return str(value)
