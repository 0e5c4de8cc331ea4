"""Calibration of the models that are fitted in the end, from their own tuning folds.

What it is fitted on are out-of-fold predictions of training samples, read from the ledger: no
test sample is at hand here, and in outer folds the predictions are those of that fold's search.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from deepbench.evaluation.metrics import metrics_for
from deepbench.jobs.leaderboard import FamilyTrials
from deepbench.models.calibration import Calibration, cross_calibrated, pooled_calibration
from deepbench.models.fitted import FittedModel
from deepbench.models.thresholds import DecisionRule
from deepbench.models.workbench import Workbench
from deepbench.study.artifacts import array_from_bytes
from deepbench.study.folder import Study
from deepbench.study.records import (
    CalibrationRecord,
    DecisionRecord,
    ProbabilityScores,
    TrialRecord,
)

# Slopes between these say that a model was right about its own sureness.
_ABOUT_RIGHT = (0.8, 1.25)

_RULE_OF_TWO = (
    "“{positive}” is said when its probability lies above its share among the training samples. "
)
_RULE_OF_MORE = (
    "The class is said whose probability rose most over its share among the training samples. "
)
_WHY = (
    "By the larger probability alone a rare class would hardly ever be said. Finding it costs "
    "some accuracy: look at balanced accuracy."
)
_EVEN = "The classes are about even here, so that is close to saying the most probable one."
# A class with less than this part of its even share makes the classes uneven.
_UNEVEN = 0.8


def calibrated(
    study: Study, bench: Workbench, group: FamilyTrials, model: FittedModel
) -> FittedModel:
    """Return a model of a family's best settings with its calibration and decision rule.

    Args:
        study: Holds the out-of-fold predictions.
        bench: The samples that the model was fitted on.
        group: The family's trials on the tuning folds of these samples.
        model: The fitted model.
    """
    return replace(model, calibration=calibration_of(study, bench, group), rule=rule_of(bench))


def calibration_of(study: Study, bench: Workbench, group: FamilyTrials) -> Calibration | None:
    """Return the calibration of a family's best settings; None where there is none.

    Args:
        study: Holds the out-of-fold predictions.
        bench: The samples.
        group: The family's trials on the tuning folds of these samples.
    """
    if bench.training.info.task == "regression":
        return None
    codes = bench.training.outcome.astype(np.int64)
    return pooled_calibration(codes, out_of_fold_of(study, group.best), bench.training.units)


def rule_of(bench: Workbench) -> DecisionRule | None:
    """Return the decision rule of these training samples; None where the outcome is a number."""
    info = bench.training.info
    if info.task == "regression":
        return None
    return DecisionRule.of(bench.training.outcome.astype(np.int64), info.outputs)


def out_of_fold_of(study: Study, trial: TrialRecord) -> NDArray[np.float64]:
    """Return the (R, n, K) out-of-fold predictions of a trial."""
    return array_from_bytes(study.read(trial.predictions))


def calibrated_out_of_fold(
    study: Study, bench: Workbench, trial: TrialRecord
) -> NDArray[np.float64]:
    """Return the (R, n, K) predictions of a trial, each fold calibrated by the others."""
    oof = out_of_fold_of(study, trial)
    if bench.training.info.task == "regression":
        return oof
    codes = bench.training.outcome.astype(np.int64)
    return cross_calibrated(codes, oof, bench.training.units, bench.fold_of)


def calibration_record(
    study: Study, bench: Workbench, group: FamilyTrials
) -> CalibrationRecord | None:
    """Return what calibration does to a family's best settings; None where there is none."""
    found = calibration_of(study, bench, group)
    if found is None:
        return None
    before = _scores(bench, out_of_fold_of(study, group.best))
    after = _scores(bench, calibrated_out_of_fold(study, bench, group.best))
    return CalibrationRecord(
        model=group.family.name,
        slope=found.slope,
        shifts=found.shifts,
        before=before,
        after=after,
        sentence=_sentence(found, before, after),
    )


def decision_record(bench: Workbench) -> DecisionRecord | None:
    """Return how models say a class; None where the outcome is a number."""
    rule = rule_of(bench)
    if rule is None:
        return None
    classes = bench.training.info.classes
    rule_words = _RULE_OF_TWO if len(classes) == 2 else _RULE_OF_MORE
    even = min(rule.shares) * len(classes) >= _UNEVEN
    sentence = rule_words.format(positive=classes[-1]) + (_EVEN if even else _WHY)
    return DecisionRecord(shares=rule.shares, sentence=sentence)


def _scores(bench: Workbench, oof: NDArray[np.float64]) -> ProbabilityScores:
    """Score the samples of each repeat together; the mean over repeats."""
    metrics = metrics_for(bench.training.info.task)

    def mean(name: str) -> float | None:
        if name not in metrics:
            return None
        values = []
        for predicted in oof:
            rows = np.isfinite(predicted).all(axis=1)
            values.append(metrics[name].function(bench.training.outcome[rows], predicted[rows]))
        return float(np.mean(values)) if np.isfinite(values).all() else None

    return ProbabilityScores(
        slope=mean("calibration_slope"),
        intercept=mean("calibration_intercept"),
        brier=mean("brier"),
        log_loss=mean("log_loss"),
    )


def _sentence(
    calibration: Calibration, before: ProbabilityScores, after: ProbabilityScores
) -> str:
    low, high = _ABOUT_RIGHT
    factor = f"{float(f'{calibration.slope:.2g}'):g}"
    if calibration.slope > high:
        said = (
            "Its probabilities were too timid, closer to the shares of the classes than they "
            f"had to be; what speaks for or against a class now counts {factor}-fold."
        )
    elif calibration.slope < low:
        said = (
            "Its probabilities were too sure; what speaks for or against a class now counts "
            f"{factor}-fold."
        )
    else:
        said = "It was about right on how sure to be; its probabilities changed little."
    if before.log_loss is None or after.log_loss is None:
        return said
    better = "better" if after.log_loss < before.log_loss else "no better"
    why = "" if better == "better" else ", as can be where little was wrong and samples are few"
    return (
        f"{said} On the tuning folds, each calibrated by the others, they are {better}{why}: log "
        f"loss {before.log_loss:.3f} before, {after.log_loss:.3f} after."
    )
