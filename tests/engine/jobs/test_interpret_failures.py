"""Where the chosen model fails, as the job finds it: the study's own predictions, a view."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from deepbench.data.samples import fold_numbers
from deepbench.interpretation.out_of_distribution import UnlikeTask, distances_in_fold
from deepbench.jobs import interpret_failures
from deepbench.jobs.calibrating import calibrated_out_of_fold, rule_of
from deepbench.jobs.leaderboard import FamilyTrials
from deepbench.jobs.views import load_view
from deepbench.models.fold_data import FoldCache
from deepbench.models.registry import get_family
from deepbench.plan import parse_plan
from deepbench.study.artifacts import array_bytes
from deepbench.study.folder import Study
from deepbench.study.records import (
    AttributionRecord,
    FeatureImportance,
    TrialRecord,
    WorstSamplesRecord,
)
from deepbench.training.compute import Compute
from deepbench.worker.progress import Progress
from tests.engine.models.conftest import make_folds, make_training

PLAN = """
[question]
outcome = "diagnosis"
[data]
source = "x.csv"
[interpretation]
error_rate = 0.3
"""


class CountedSteps:
    """Counts steps."""

    def __init__(self) -> None:
        self.done = 0

    def say(self, what: str) -> None:
        assert what

    def add(self, count: int) -> None:
        self.done += count


@pytest.fixture
def study(tmp_path: Path):
    with Study.open_for_writing(tmp_path / "s.deepbench") as opened:
        yield opened


def working(study: Study, task: str, monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """What the job is given: two repeats of folds, and predictions that know the outcome."""
    training = make_training(task, rows=120, columns=60)
    site = np.where(np.arange(120) % 4 < 2, "A", "B")
    training.annotations["site"] = pd.Series(site, dtype=object)
    folds = make_folds(training, folds=4, repeats=2)
    bench = SimpleNamespace(
        training=training, folds=folds, fold_of=fold_numbers(folds, 120), source="source"
    )
    rng = np.random.default_rng(1)
    y = training.outcome
    if task == "regression":
        oof = y[:, None] + rng.normal(size=(2, 120, 1))
    else:
        odds = 2.0 * (y[:, None] == np.arange(len(training.info.classes)))
        odds = odds + rng.normal(size=(2, 120, len(training.info.classes)))
        oof = np.exp(odds) / np.exp(odds).sum(axis=2, keepdims=True)
    trial = TrialRecord(
        search="s", family="linear", number=0, params={}, score=0.9, fold_scores=(), seconds=1.0,
        predictions=study.store("runs", "oof.npy", array_bytes(oof)),
    )  # fmt: skip
    cache = FoldCache(training, folds)

    def distances(task: UnlikeTask):
        return distances_in_fold(cache.data(task.fold), training.units, task.fold)

    monkeypatch.setattr(interpret_failures, "fold_distances", distances)
    plan = parse_plan(PLAN)
    context = SimpleNamespace(
        study=study,
        plan=plan,
        compute=Compute(1),
        progress=Progress(),
        record=lambda *_: SimpleNamespace(roles={"site": ("site",)}),
    )
    return SimpleNamespace(
        context=context,
        bench=bench,
        chosen=FamilyTrials(get_family("linear"), (trial,)),
        folds=(0, 1, 2, 3),
    )


def attribution(model: str, *features: str) -> AttributionRecord:
    shown = tuple(
        FeatureImportance(feature=f, importance=1.0, low=0.5, high=1.5, direction=None, twin=None)
        for f in features
    )
    return AttributionRecord(
        model=model, method="exact", unit="log-odds", samples=9, folds=4, features=shown,
        rank_stability=None, local_accuracy_error=None, above_twin=None, sentences=(),
    )  # fmt: skip


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_the_record_rests_on_the_first_repeat_and_the_list_is_a_view(
    study: Study, task: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    work, steps = working(study, task, monkeypatch), CountedSteps()
    others = attribution("network-small", "g9"), attribution("linear", "g1", "stage", "g4")
    record = interpret_failures.where_it_fails(work, others, steps)
    assert steps.done == interpret_failures.count_steps(work)
    p = calibrated_out_of_fold(study, work.bench, work.chosen.best)[0]
    y = work.bench.training.outcome
    if task == "regression":
        error = np.abs(p[:, 0] - y).mean()
    else:
        error = (rule_of(work.bench).decide(p) != y).mean()
    assert record.error.value == pytest.approx(error)
    assert {c.error_rate for c in record.conformal} == {0.05, 0.2, 0.3}
    # Of a wide table, the features that the chosen model uses.
    features = {group.column for group in record.groups if group.kind == "feature"}
    assert features == {"g1", "g4", "stage"}
    assert {group.group for group in record.groups if group.column == "site"} == {"A", "B"}
    worst = load_view(study, interpret_failures.WORST_SAMPLES, WorstSamplesRecord)
    assert worst.model == record.model == "linear"
    assert worst.samples


def test_the_same_twice(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    work = working(study, "binary", monkeypatch)
    first = interpret_failures.where_it_fails(work, (), CountedSteps())
    assert interpret_failures.where_it_fails(work, (), CountedSteps()) == first
