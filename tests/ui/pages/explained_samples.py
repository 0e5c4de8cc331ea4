"""What a made-up model uses: three features, four samples."""

from __future__ import annotations

from typing import Any

from deepbench.study.records import AttributionRecord, ExplanationRecord, FeatureImportance

FEATURES = ("alpha", "beta", "gamma")
SAMPLES = ("t1", "t2", "t3", "t4")
#: Sample by sample: alpha, beta, gamma.
PARTS = ((0.5, -0.2, 0.1), (-0.4, 0.3, 0.0), (0.2, 0.9, -0.1), (-1.0, 0.1, 0.05))
BASE, REST = 0.25, 0.05


def importance(name: str, size: float, twin: float, direction: float | None) -> FeatureImportance:
    return FeatureImportance(
        feature=name, importance=size, low=size - 0.1, high=size + 0.1, direction=direction,
        twin=twin,
    )  # fmt: skip


def attributed(model: str = "linear", **other: Any) -> AttributionRecord:
    values: dict[str, Any] = {
        "method": "linear SHAP (exact)",
        "unit": "log-odds of ill",
        "samples": 4,
        "folds": 5,
        "features": (
            importance("alpha", 0.525, 0.1, 0.95),
            importance("beta", 0.375, 0.2, -0.5),
            importance("gamma", 0.0625, 0.3, 0.1),
        ),
        "rank_stability": 0.9,
        "local_accuracy_error": 1e-12,
        "above_twin": 2,
        "sentences": ("Attributions by linear SHAP (exact).",),
    }
    return AttributionRecord(model=model, **(values | other))


def explained(model: str = "linear", **other: Any) -> ExplanationRecord:
    values: dict[str, Any] = {
        "method": "linear SHAP (exact)",
        "scale": "log-odds of ill",
        "target": "ill",
        "samples": SAMPLES,
        "observed": ("ill", "healthy", "ill", "healthy"),
        "base": (BASE,) * 4,
        "outputs": tuple(BASE + sum(parts) + REST for parts in PARTS),
        "features": FEATURES,
        "values": (("1", "low", "7"), ("2", "high", ""), ("3", "high", "9"), ("4", "low", "8")),
        "numbers": ((1.0, None, 7.0), (2.0, None, None), (3.0, None, 9.0), (4.0, None, 8.0)),
        "attributions": PARTS,
        "rest": (REST,) * 4,
    }
    return ExplanationRecord(model=model, **(values | other))
