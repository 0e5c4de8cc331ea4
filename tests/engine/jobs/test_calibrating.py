"""Calibration as the jobs do it: from the ledger's own folds, without test samples; the blend."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from deepbench.data.samples import fold_numbers
from deepbench.evaluation.fold_scores import score
from deepbench.jobs import blending
from deepbench.jobs.blending import blend_members, blend_record
from deepbench.jobs.calibrating import (
    calibrated,
    calibration_of,
    calibration_record,
    decision_record,
)
from deepbench.jobs.leaderboard import FamilyTrials
from deepbench.models.out_of_fold import fit_final
from deepbench.models.registry import BASELINES, get_family
from deepbench.study.artifacts import array_bytes
from deepbench.study.folder import Study
from deepbench.study.records import TrialRecord
from tests.engine.models.conftest import make_folds, make_training


class Bench:
    """A workbench without a study on disk."""

    def __init__(self, task: str) -> None:
        self.training = make_training(task)
        self.folds = make_folds(self.training, repeats=2)
        self.fold_of = fold_numbers(self.folds, len(self.training))


@pytest.fixture
def study(tmp_path: Path):
    with Study.open_for_writing(tmp_path / "s.deepbench") as opened:
        yield opened


def trials(study: Study, bench: Bench, name: str, *noises: float) -> FamilyTrials:
    """Trials of a family whose predictions know the outcome but for some noise."""
    rng = np.random.default_rng(sum(map(ord, name)))
    y, info = bench.training.outcome, bench.training.info
    records = []
    for number, noise in enumerate(noises):
        shape = (2, len(y), info.outputs)
        if info.task == "regression":
            oof = y[:, None] + noise * rng.normal(size=shape)
        else:
            odds = 4.0 * (y[:, None] == np.arange(info.outputs)) + noise * rng.normal(size=shape)
            oof = np.exp(0.05 * odds) / np.exp(0.05 * odds).sum(axis=2, keepdims=True)
        value = score(info.task, y, oof, bench.fold_of)
        records.append(
            TrialRecord(
                search="s", family=name, number=number, params={}, score=float(value),
                fold_scores=(), seconds=1.0,
                predictions=study.store("runs", "oof.npy", array_bytes(oof)),
            )
        )  # fmt: skip
    return FamilyTrials(get_family(name), tuple(records))


def test_a_timid_model_is_stretched_and_the_record_says_so(study: Study) -> None:
    bench = Bench("binary")
    group = trials(study, bench, "linear", 4.0, 9.0)
    record = calibration_record(study, bench, group)
    assert record.model == "linear"
    assert record.slope > 1.25
    assert record.after.log_loss < record.before.log_loss
    assert abs(record.after.slope - 1) < abs(record.before.slope - 1)
    assert "too timid" in record.sentence
    assert f"{record.before.log_loss:.3f} before, {record.after.log_loss:.3f}" in record.sentence


def test_a_fitted_model_carries_what_its_own_folds_say(study: Study) -> None:
    bench = Bench("binary")
    group = trials(study, bench, "linear", 4.0)
    family = BASELINES["linear"]
    model = fit_final(family, bench.training, {"penalty": "l2", "strength": 1.0}, seed=1)
    finished = calibrated(study, bench, group, model)
    assert finished.calibration == calibration_of(study, bench, group)
    raw = model.predict(bench.training.features)
    shown = finished.predict(bench.training.features)
    np.testing.assert_array_equal(shown, finished.calibration.apply(raw))
    np.testing.assert_array_equal(np.argsort(shown[:, 1]), np.argsort(raw[:, 1]))
    decision = decision_record(bench)
    assert decision.shares == finished.rule.shares
    assert decision.sentence.startswith("“ill” is said when its probability lies above its share")
    assert "about even" in decision.sentence


def test_uneven_classes_are_told_what_finding_them_costs() -> None:
    bench = Bench("multiclass")
    rows = np.flatnonzero((bench.training.outcome > 0) | (np.arange(60) < 12))
    bench.training = bench.training.take(rows)
    decision = decision_record(bench)
    assert decision.threshold is None
    assert "costs some accuracy" in decision.sentence


def test_numbers_are_not_calibrated(study: Study) -> None:
    bench = Bench("regression")
    group = trials(study, bench, "linear", 4.0)
    model = fit_final(
        BASELINES["linear"], bench.training, {"penalty": "l2", "strength": 1.0}, seed=1
    )
    finished = calibrated(study, bench, group, model)
    assert (finished.calibration, finished.rule) == (None, None)
    assert calibration_record(study, bench, group) is None
    assert decision_record(bench) is None


def test_samples_outside_the_training_set_have_no_way_in(study: Study) -> None:
    """What is calibrated on is as long as the training set; anything longer is refused."""
    bench = Bench("binary")
    group = trials(study, bench, "linear", 4.0)
    fewer = Bench("binary")
    fewer.training = bench.training.take(np.arange(50))
    fewer.fold_of = bench.fold_of[:, :50]
    with pytest.raises(IndexError):
        calibration_of(study, fewer, group)


def context_of(study: Study) -> SimpleNamespace:
    return SimpleNamespace(study=study, plan=SimpleNamespace(seed=3))


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_a_blend_has_the_best_settings_of_the_best_families(study: Study, task: str) -> None:
    bench = Bench(task)
    groups = [
        trials(study, bench, "dummy", 0.1),
        trials(study, bench, "linear", 9.0, 4.0),
        trials(study, bench, "random_forest", 6.0),
        trials(study, bench, "svm", 5.0, 20.0),
    ]
    record = blend_record(context_of(study), bench, groups)
    assert {(m.model, m.trial) for m in record.members} == {
        ("linear", 1), ("random_forest", 0), ("svm", 0),
    }  # fmt: skip
    assert [m.score for m in record.members] == sorted(m.score for m in record.members)[::-1]
    assert record.plain > max(member.score for member in record.members)
    assert record.corrected.low < record.corrected.value < record.corrected.high
    assert record.sentence.startswith("Mean of the three best settings")
    assert "Not a candidate" in record.sentence
    assert blend_record(context_of(study), bench, groups) == record


def test_a_blend_has_five_members_at_most_and_two_at_least(study: Study) -> None:
    bench = Bench("binary")
    names = ["linear", "random_forest", "gradient_boosting", "svm", "knn", "naive_bayes"]
    groups = [trials(study, bench, name, 5.0) for name in names]
    members = blend_members(groups)
    assert len(members) == 5
    scores = [group.best.score for group in members]
    assert scores == sorted((group.best.score for group in groups), reverse=True)[:5]
    assert blend_members(groups[:1]) == []
    assert blend_record(context_of(study), bench, groups[:1]) is None


def test_settings_without_a_score_and_first_looks_are_no_members(study: Study) -> None:
    bench = Bench("binary")
    groups = [
        trials(study, bench, "linear", 5.0),
        trials(study, bench, "svm", 5.0),
        trials(study, bench, "knn", 5.0),
    ]
    failed = groups[2].trials[0].model_copy(update={"score": None})
    groups[2] = dataclasses.replace(groups[2], trials=(failed,))
    look = trials(study, bench, "svm", 1.0).trials[0]
    look = look.model_copy(update={"first_look": True, "number": 7})
    groups[1] = dataclasses.replace(groups[1], trials=(*groups[1].trials, look))
    record = blend_record(context_of(study), bench, groups)
    assert {(m.model, m.trial) for m in record.members} == {("linear", 0), ("svm", 0)}
    assert blending.MOST_MEMBERS == 5
