"""Studies up to stage 11, made up of records, for the tests of claims."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from deepbench.data.samples import OutcomeInfo, TrainingSet
from deepbench.interpretation.claim_material import ClaimMaterial
from deepbench.plan import StudyPlan
from deepbench.study.records import (
    AttributionRecord,
    CheckRecord,
    ChoiceRecord,
    ErrorGroupRecord,
    FailuresRecord,
    FeatureImportance,
    InterpretationRecord,
    OuterFoldRecord,
    PanelFeature,
    PanelSize,
    PanelsRecord,
    SampleSheetRecord,
    Score,
    ShuffleRecord,
    SplitRecord,
    TestRecord,
)

SHEET = SampleSheetRecord(
    task="binary",
    outcome="diagnosis",
    classes=("benign", "malignant"),
    class_samples={},
    class_units={},
    samples=500,
    units=500,
    features=30,
    numeric_features=30,
    categorical_features=0,
    roles={},
    left_out_rows=0,
    sentence="",
)
LINE = SHEET.model_copy(update={"task": "regression", "classes": (), "outcome": "height"})
THREE = SHEET.model_copy(update={"task": "multiclass", "classes": ("a", "b", "c")})


def feature(name: str, direction: float | None = 0.8, **changes: Any) -> FeatureImportance:
    made = {"importance": 0.5, "low": 0.4, "high": 0.6, "twin": 0.1, **changes}
    return FeatureImportance(feature=name, direction=direction, **made)


def attribution(*features: FeatureImportance, **changes: Any) -> AttributionRecord:
    made: dict[str, Any] = {
        "model": "linear",
        "method": "linear SHAP (exact)",
        "unit": "log-odds of malignant",
        "samples": 100,
        "folds": 5,
        "rank_stability": 0.9,
        "local_accuracy_error": 0.0,
        "above_twin": 30,
        "sentences": (),
        **changes,
    }
    return AttributionRecord(features=features, **made)


def plan(**parts: Any) -> StudyPlan:
    base: dict[str, Any] = {"question": {"outcome": "diagnosis"}, "data": {"source": "x.csv"}}
    return StudyPlan.model_validate({**base, **parts})


def answered(name: str, **answer: str) -> StudyPlan:
    return plan(claims={"features": {name: answer}})


def split(design: Any = "holdout", folds: int = 1, **changes: Any) -> SplitRecord:
    outer = OuterFoldRecord(
        name="test", train_units=1, test_units=1, train_samples=1, test_samples=1, test_classes={}
    )
    return SplitRecord(
        design=design,
        why="",
        train_units=400,
        test_units=100,
        outer_folds=(outer,) * folds,
        tuning_folds=5,
        tuning_repeats=1,
        proofs=(),
        training_artifact="",
        test_artifacts=(),
        assignment_artifact="",
        **changes,
    )


def opened(times: int = 1, difference: Score | None = None, **metrics: Score) -> TestRecord:
    return TestRecord(
        opened=times,
        model="linear",
        metrics=metrics,
        baseline="linear",
        baseline_metrics={},
        difference=difference,
        subgroups=(),
        curves=None,
        reuse_reasons=(),
        predictions="",
        sentences=(),
    )


def choice(test: TestRecord | None = None, **changes: Any) -> ChoiceRecord:
    made: dict[str, Any] = {
        "signal": "yes",
        "deep_learning": "not tried",
        "recommended": "linear",
        "comparison": None,
        "sentences": (),
        "expected": Score(value=0.9, low=0.85, high=0.95),
        "final_model": "m",
        **changes,
    }
    score = Score(value=0.9, low=0.8, high=0.95)
    return ChoiceRecord(test=test or opened(auroc=score, r2=score), **made)


def shuffles(**changes: Any) -> ShuffleRecord:
    made: dict[str, Any] = {"p_value": 0.0099, "strategy": "", "batch_only": None, **changes}
    return ShuffleRecord(models=(), signal="yes", sentences=(), **made)


def material(*features: FeatureImportance, **parts: Any) -> ClaimMaterial:
    """Return a study whose chosen model uses some features; parts replace its records."""
    found = parts.pop("found", None) or InterpretationRecord(
        models=(attribution(*features),) if features else ()
    )
    made: dict[str, Any] = {
        "plan": plan(),
        "sheet": SHEET,
        "check": CheckRecord(findings=(), left_out_features=(), features=30),
        "split": split(),
        "shuffles": shuffles(),
        "choice": choice(),
        **parts,
    }
    return ClaimMaterial(found=found, **made)


def panels(smallest: int | None = 2, **changes: Any) -> PanelsRecord:
    made: dict[str, Any] = {
        "model": "linear",
        "simple_model": "logistic regression",
        "metric": "auroc",
        "full": Score(value=0.9, low=0.85, high=0.94),
        "sizes": tuple(
            PanelSize(features=k, score=Score(value=0.8 + k / 100, low=0.7, high=0.9))
            for k in (1, 2, 3)
        ),
        "smallest": smallest,
        "shown_size": 2,
        "features": (
            PanelFeature(feature="size", frequency=1.0, in_panel=True),
            PanelFeature(feature="shape", frequency=0.4, in_panel=True),
            PanelFeature(feature="colour", frequency=0.6),
        ),
        "stability": 0.8,
        "difference": None,
        "fits": 25,
        "sentences": (),
        **changes,
    }
    return PanelsRecord(**made)


def group(kind: Any, column: str, name: str, **changes: Any) -> ErrorGroupRecord:
    made: dict[str, Any] = {
        "samples": 40,
        "units": 40,
        "rate": Score(value=0.4, low=0.3, high=0.5),
        "rest": 0.1,
        "p_value": 0.001,
        "marked": True,
        **changes,
    }
    return ErrorGroupRecord(kind=kind, column=column, group=name, **made)


def failures(
    *groups: ErrorGroupRecord, slices: tuple[ErrorGroupRecord, ...] = ()
) -> FailuresRecord:
    return FailuresRecord(
        model="linear",
        samples=400,
        units=400,
        error_name="Share of wrong answers",
        error=Score(value=0.15),
        groups=groups,
        slices=slices,
        abstain=(),
        conformal=(),
        wrong=60,
        out_of_distribution=0,
        label_suspects=0,
        near_duplicates=0,
        sentences=(),
    )


def training(
    features: dict[str, Any],
    outcome: Any,
    annotations: dict[str, Any] | None = None,
    units: Any = None,
    classes: tuple[str, ...] = ("benign", "malignant"),
) -> TrainingSet:
    """Return training samples: number columns as float64, the rest as text."""
    rows = len(outcome)
    columns = {
        name: np.asarray(values, dtype=np.float64)
        if np.asarray(values).dtype.kind in "fiu"
        else pd.Series(list(values), dtype=object)
        for name, values in features.items()
    }
    task = ("binary" if len(classes) == 2 else "multiclass") if classes else "regression"
    return TrainingSet(
        features=pd.DataFrame(columns),
        outcome=np.asarray(outcome),
        sample_ids=np.array([f"s{i}" for i in range(rows)]),
        units=np.arange(rows) if units is None else np.asarray(units),
        annotations=pd.DataFrame(annotations or {}, index=range(rows)),
        info=OutcomeInfo("diagnosis", task, classes),  # type: ignore[arg-type]
    )
