"""Scores of predictions for test samples: panel, curves, subgroups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from deepbench.data.samples import OutcomeInfo, TestSet
from deepbench.evaluation.bootstrap import Interval
from deepbench.evaluation.calibration import reliability_curve
from deepbench.evaluation.fewest import fewest_units
from deepbench.evaluation.metrics import decide, get_metric, tuning_metric
from deepbench.evaluation.panel import (
    binary_curves,
    confusion,
    metric_interval,
    metric_panel,
    paired_difference,
)
from deepbench.evaluation.shown_intervals import TestSamples
from deepbench.study.records import CurvesRecord, PredictionsRecord, Score, SubgroupRecord

_RESAMPLES = 2_000
_SMALLEST_GROUP = 10
# Limits of two intervals that lie further apart than this disagree.
_GROSS = 0.05
_OTHER_INTERVALS = {"auroc_delong": "DeLong’s formula", "auroc_bootstrap": "the bootstrap"}


class _Model(Protocol):
    def predict(self, features: pd.DataFrame) -> NDArray[np.float64]: ...

    def decide(self, predicted: NDArray[np.float64]) -> NDArray[np.int64]: ...


@dataclass(frozen=True, eq=False)
class FoldPredictions:
    """Test samples of one outer fold with the predictions of each role; as `TestPredictions`."""

    test: TestSet
    by_role: dict[str, NDArray[np.float64]]
    said_by_role: dict[str, NDArray[np.int64]]

    @classmethod
    def of(cls, test: TestSet, models: Mapping[str, _Model]) -> FoldPredictions:
        """Predict the test samples by each model, and say a class by its own rule."""
        predicted = {role: model.predict(test.features) for role, model in models.items()}
        said = {role: models[role].decide(p) for role, p in predicted.items() if test.info.classes}
        return cls(test, predicted, said)


@dataclass(frozen=True, eq=False)
class TestPredictions:
    """Test samples of all outer folds together, with the predictions of each role.

    Attributes:
        info: What is predicted.
        outcome: (n,) true outcome.
        units: (n,) codes of the biological unit.
        sample_ids: (n,) names of the samples.
        annotations: (n, a) site, batch and sensitive columns.
        by_role: (n, K) predictions of ``chosen``, ``baseline``, ``network`` and ``blend``.
        said_by_role: (n,) codes of the classes said; the most probable ones where absent.
        folds: (n,) outer fold, whose model predicted the sample; None if there is one fold.
    """

    __test__ = False

    info: OutcomeInfo
    outcome: NDArray[np.int64] | NDArray[np.float64]
    units: NDArray[np.int64]
    sample_ids: NDArray[np.str_]
    annotations: pd.DataFrame
    by_role: dict[str, NDArray[np.float64]]
    said_by_role: dict[str, NDArray[np.int64]] = field(default_factory=dict)
    folds: NDArray[np.int64] | None = None

    @classmethod
    def gather(cls, parts: list[FoldPredictions]) -> TestPredictions:
        """Join the test samples of all outer folds; of roles that every fold has."""
        tests = [part.test for part in parts]
        roles = [role for role in parts[0].by_role if all(role in p.by_role for p in parts)]
        said = roles if tests[0].info.classes else []
        return cls(
            info=tests[0].info,
            outcome=np.concatenate([test.outcome for test in tests]),
            units=np.concatenate([test.units for test in tests]),
            sample_ids=np.concatenate([test.sample_ids for test in tests]),
            annotations=pd.concat([test.annotations for test in tests], ignore_index=True),
            by_role={r: np.concatenate([part.by_role[r] for part in parts]) for r in roles},
            said_by_role={r: np.concatenate([p.said_by_role[r] for p in parts]) for r in said},
            folds=(
                np.repeat(np.arange(len(tests)), [len(test.outcome) for test in tests])
                if len(tests) > 1
                else None
            ),
        )

    @property
    def samples(self) -> TestSamples:
        """The test samples as far as intervals need them."""
        return TestSamples(self.info.task, self.outcome, self.units, self.folds)

    def said(self, role: str) -> NDArray[np.int64]:
        """Return (n,) codes of the classes that a role says."""
        found = self.said_by_role.get(role)
        return decide(self.by_role[role]) if found is None else found


def as_score(interval: Interval) -> Score:
    """Return an interval as a record; numbers that do not exist become None."""
    return Score(
        value=_number(interval.value), low=_number(interval.low), high=_number(interval.high)
    )


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def panel(found: TestPredictions, role: str, seed: int) -> dict[str, Score]:
    """Return all metrics of one role's predictions with intervals over units."""
    intervals = metric_panel(
        found.samples,
        found.by_role[role],
        resamples=_RESAMPLES,
        seed=seed,
        said=found.said(role) if found.info.classes else None,
    )
    return {name: as_score(interval) for name, interval in intervals.items()}


def unsteady_interval(metrics: dict[str, Score]) -> tuple[str, ...]:
    """Say so where other intervals of the AUROC end far from the one that is shown."""
    shown = metrics.get("auroc")
    if shown is None or shown.low is None or shown.high is None:
        return ()
    far = []
    for name, title in _OTHER_INTERVALS.items():
        other = metrics.get(name)
        if other is None or other.low is None or other.high is None:
            continue
        if max(abs(other.low - shown.low), abs(other.high - shown.high)) > _GROSS:
            far.append(f"{title} says {other.low:.2f} to {other.high:.2f}")
    if not far:
        return ()
    return (
        f"The 95 % interval of the AUROC depends on how it is computed: {shown.low:.2f} to "
        f"{shown.high:.2f} is shown, {' and '.join(far)}. That happens with few test units or an "
        "AUROC near 1; read the limits as rough.",
    )


def difference(found: TestPredictions, better: str, worse: str, seed: int) -> Score | None:
    """Return the paired difference of two roles' main metric, None if one did not take part."""
    if better not in found.by_role or worse not in found.by_role:
        return None
    metric = get_metric(found.info.task, tuning_metric(found.info.task))
    return as_score(
        paired_difference(
            metric,
            found.samples,
            found.by_role[better],
            found.by_role[worse],
            resamples=_RESAMPLES,
            seed=seed,
        )
    )


def curves(found: TestPredictions, role: str) -> CurvesRecord:
    """Return what the pictures of the test set show."""
    y, p = found.outcome, found.by_role[role]
    if found.info.task == "regression":
        return CurvesRecord(observed=_floats(y), predicted=_floats(p[:, 0]))
    said = found.said(role)
    table = confusion(y, p, found.info.outputs, said)
    counts = tuple(tuple(int(cell) for cell in row) for row in table)
    if found.info.task == "multiclass":
        return CurvesRecord(confusion=counts)
    shape = binary_curves(y, p, said)
    reliability = reliability_curve(y, p[:, 1])
    return CurvesRecord(
        false_positive_rate=_floats(shape.false_positive_rate),
        true_positive_rate=_floats(shape.true_positive_rate),
        recall=_floats(shape.recall),
        precision=_floats(shape.precision),
        calibration_predicted=_floats(reliability.predicted),
        calibration_observed=_floats(reliability.observed),
        calibration_samples=tuple(int(count) for count in reliability.counts),
        confusion=counts,
    )


def _floats(values: NDArray[np.float64] | NDArray[np.int64]) -> tuple[float, ...]:
    """Return plain numbers; nothing if one of them does not exist (a class is missing)."""
    return tuple(float(value) for value in values) if np.isfinite(values).all() else ()


def subgroups(
    found: TestPredictions, role: str, columns: list[str], seed: int
) -> tuple[SubgroupRecord, ...]:
    """Return the main metric inside each group of site, batch and sensitive columns.

    Groups of fewer than ten samples are listed without a score.
    """
    metric = get_metric(found.info.task, tuning_metric(found.info.task))
    classes = found.outcome.astype(np.int64) if found.info.classes else None
    records = []
    for column in columns:
        values = found.annotations[column].astype(str).to_numpy()
        for group in sorted(set(values)):
            rows = values == group
            interval = Interval(float("nan"), float("nan"), float("nan"))
            if rows.sum() >= _SMALLEST_GROUP:
                interval = metric_interval(
                    metric,
                    found.samples.where(rows),
                    found.by_role[role][rows],
                    resamples=_RESAMPLES,
                    seed=seed,
                )
            records.append(
                SubgroupRecord(
                    column=column,
                    group=group,
                    samples=int(rows.sum()),
                    units=len(np.unique(found.units[rows])),
                    metric=metric.name,
                    score=as_score(interval),
                    least_units=fewest_units(classes, found.units, rows),
                )
            )
    return tuple(records)


def predictions_csv(found: TestPredictions) -> bytes:
    """Return the chosen model's predictions for the test samples, as CSV (stays in the study)."""
    p = found.by_role["chosen"]
    frame = pd.DataFrame({"sample": found.sample_ids})
    if found.info.classes:
        names = np.array(found.info.classes)
        frame["observed"] = names[found.outcome.astype(np.int64)]
        frame["predicted"] = names[found.said("chosen")]
        for code, name in enumerate(names):
            frame[f"p_{name}"] = p[:, code]
    else:
        frame["observed"] = found.outcome
        frame["predicted"] = p[:, 0]
    text: str = frame.to_csv(index=False, lineterminator="\n")
    return text.encode("utf-8")


def predictions_record(
    found: TestPredictions, model: str, columns: Sequence[str] = ()
) -> PredictionsRecord:
    """Return the chosen model's predictions for the test samples, as the window shows them.

    Args:
        found: Predictions of all roles.
        model: Name of the chosen model.
        columns: Annotations kept beside them, by which stage 13 compares groups.
    """
    p = found.by_role["chosen"]
    if found.info.classes:
        names = np.array(found.info.classes)
        observed = names[found.outcome.astype(np.int64)].tolist()
        predicted = names[found.said("chosen")].tolist()
        probabilities, values = [tuple(row) for row in p.tolist()], []
    else:
        values = p[:, 0].tolist()
        # 15 digits: as many as a decimal number keeps on its way through a float.
        observed = [f"{value:.15g}" for value in found.outcome]
        predicted = [f"{value:.6g}" for value in values]
        probabilities = []
    return PredictionsRecord(
        model=model,
        classes=found.info.classes,
        samples=tuple(found.sample_ids.tolist()),
        units=tuple(map(str, found.units.tolist())),
        observed=tuple(observed),
        predicted=tuple(predicted),
        probabilities=tuple(probabilities),
        values=tuple(values),
        annotations={name: tuple(found.annotations[name].astype(str)) for name in columns},
        folds=() if found.folds is None else tuple(found.folds.tolist()),
    )
