"""Private training in stage 13: what is scored, what is kept, what is said."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from deepbench.data.preparation import AS_THEY_ARE, Preparation
from deepbench.data.samples import Fold, OutcomeInfo, TrainingSet, fold_numbers
from deepbench.errors import PlanError
from deepbench.jobs import private_training
from deepbench.jobs.interpreting import Interpreting
from deepbench.jobs.private_training import _PrivateTraining, train_privately
from deepbench.models.networks import private_folds
from deepbench.models.storage import load_model
from deepbench.plan import StudyPlan, plan_from_answers
from deepbench.study.folder import Study
from deepbench.study.records import PrivateTrainingRecord
from deepbench.training.compute import Compute
from deepbench.worker.progress import Progress


def make_training(units: int, features: int = 4, *, texts: bool = False) -> TrainingSet:
    """Two samples a unit, a strong signal in the first two features."""
    rng = np.random.default_rng(1)
    unit = np.repeat(np.arange(units), 2)
    codes = (unit % 2).astype(np.int64)
    values = rng.normal(size=(2 * units, features))
    values[:, :2] += 2.0 * codes[:, None]
    table = pd.DataFrame(values, columns=[f"g{i}" for i in range(features)])
    if texts:
        table["stage"] = rng.choice(["I", "II"], 2 * units)
    return TrainingSet(
        features=table,
        outcome=codes,
        sample_ids=np.array([f"s{i}" for i in range(2 * units)]),
        units=unit,
        annotations=pd.DataFrame(index=range(2 * units)),
        info=OutcomeInfo("group", "binary", ("a", "b")),
    )


class Bench:
    def __init__(self, training: TrainingSet, preparation: Preparation = AS_THEY_ARE) -> None:
        rows = np.arange(len(training))
        place = training.units // 2 % 3
        self.source = None
        self.training = training
        self.folds = tuple(Fold(0, k, rows[place != k], rows[place == k]) for k in range(3))
        self.fold_of = fold_numbers(self.folds, len(training))
        self.preparation = preparation


class Context:
    """A study that reached stage 13."""

    def __init__(self, study: Study, plan: StudyPlan, signal: str = "yes") -> None:
        self.study, self.plan = study, plan
        self.said: list[str] = []
        self.progress = Progress(self._note)
        self.compute = Compute(1)
        self.fingerprints = {"test": "t"}
        self.signal = signal

    def _note(self, event: Any) -> None:
        if hasattr(event, "text"):
            self.said.append(event.text)

    def record(self, stage: str, _kind: object) -> Any:
        if stage == "test":
            return SimpleNamespace(signal=self.signal)
        return SimpleNamespace(roles={"unit": ("patient",)}, task="binary")


def plan_with(**privacy: object) -> StudyPlan:
    return plan_from_answers(
        {
            "question": {"outcome": "group"},
            "data": {"source": "x.csv"},
            "privacy": {"private_training": True, **privacy},
        }
    )


@pytest.fixture
def study(tmp_path: Path) -> Iterator[Study]:
    with Study.open_for_writing(tmp_path / "s.deepbench") as opened:
        yield opened


@pytest.fixture(autouse=True)
def _fewer_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(private_training, "DRAWS", 3)
    score = SimpleNamespace(value=0.97, low=0.93, high=float("nan"))
    monkeypatch.setattr(private_training, "family_score", lambda *_: score)


@pytest.fixture
def train(study: Study, monkeypatch: pytest.MonkeyPatch) -> Any:
    def run(bench: Bench, plan: StudyPlan, another: Study | None = None) -> PrivateTrainingRecord:
        monkeypatch.setattr(private_folds, "load_workbench", lambda _: bench)
        context: Any = Context(another or study, plan)
        work = Interpreting(context, bench, None, None, (), (0, 1, 2))  # type: ignore[arg-type]
        network: Any = SimpleNamespace(family=SimpleNamespace(name="network-medium"))
        run.said = context.said  # type: ignore[attr-defined]
        return _PrivateTraining(work, network).run()

    return run


def test_scores_certificate_and_model(study: Study, train: Any) -> None:
    bench = Bench(make_training(150))
    record = train(bench, plan_with(epsilon=2.0))
    assert [point.epsilon for point in record.points] == [1.0, 2.0, 3.0, 8.0]
    for point in record.points:
        assert len(point.draws) == 3
        assert point.score.value == pytest.approx(np.mean(point.draws))
        assert point.score.low < point.score.value < point.score.high
    noises = [point.noise for point in record.points]
    assert noises == sorted(noises, reverse=True)
    assert record.useful
    assert (record.network, record.reference) == ("network-linear", "network-medium")
    assert record.without.value == 0.97
    assert record.without.high is None
    assert record.chance == 0.5
    certificate = record.certificate
    assert certificate.epsilon == max(epsilon for _, epsilon in certificate.accountants) <= 2.0
    assert certificate.delta == 1e-5
    assert (certificate.unit, certificate.units) == ("patient", 150)
    assert certificate.adjacency == "adding or removing one patient with all of its samples"
    assert certificate.noise_multiplier >= 0.3
    assert "centre and spread of 4 columns" in certificate.counted[0]
    odds = next(sentence for sentence in record.sentences if "the odds of any guess" in sentence)
    assert "at most 7.4 times as large" in odds
    model = load_model(study.stored_folder(record.model))
    predicted = model.predict(bench.training.features)
    assert np.mean(predicted.argmax(axis=1) == bench.training.outcome) > 0.8
    assert model.name == "network-linear"


def test_a_second_run_spends_nothing_and_trains_nothing(
    study: Study, train: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = Bench(make_training(150))
    first = train(bench, plan_with())
    monkeypatch.setattr(private_training, "private_fold", None)
    monkeypatch.setattr(private_training, "fit_private", None)
    assert train(bench, plan_with()) == first
    assert len(study.ledger.of_kind("private_model")) == 1


def test_scores_repeat_and_the_model_does_not(tmp_path: Path, train: Any) -> None:
    bench = Bench(make_training(150))
    one = train(bench, plan_with())
    with Study.open_for_writing(tmp_path / "again.deepbench") as again:
        other = train(bench, plan_with(), again)
    assert other.points == one.points
    assert other.certificate == one.certificate
    assert other.sentences == one.sentences
    assert other.model != one.model


def test_another_budget_is_another_model_and_says_so(study: Study, train: Any) -> None:
    bench = Bench(make_training(150))
    train(bench, plan_with())
    record = train(bench, plan_with(epsilon=8.0))
    assert record.certificate.earlier == pytest.approx((3.0,), rel=1e-3)
    assert any("has fitted 1 private model before, with ε = 3.00" in s for s in record.sentences)
    assert len(study.ledger.of_kind("private_model")) == 2


def test_too_few_units_for_any_budget(study: Study, train: Any) -> None:
    record = train(Bench(make_training(12, features=60)), plan_with())
    assert record.points == ()
    assert record.certificate is None
    assert record.model == ""
    assert not record.useful
    assert "12 patients are too few for any useful ε." in record.sentences[-1]
    assert "choose a panel of at most 30 features" in record.sentences[0]
    assert train.said == [record.sentences[0]]
    assert not study.ledger.of_kind("private_model")


def test_too_few_units_for_the_budget_asked(study: Study, train: Any) -> None:
    record = train(Bench(make_training(40)), plan_with(epsilon=0.2))
    assert 0.2 not in [point.epsilon for point in record.points]
    assert record.points
    assert "too few for a useful private model at ε = 0.2" in record.sentences[1]
    assert not study.ledger.of_kind("private_model")


def test_a_score_that_may_be_chance_keeps_no_model(study: Study, train: Any) -> None:
    training = make_training(60)
    rng = np.random.default_rng(3)
    noise = pd.DataFrame(rng.normal(size=(120, 4)), columns=list(training.features.columns))
    bench = Bench(TrainingSet(**{**training.__dict__, "features": noise}))
    record = train(bench, plan_with())
    assert not record.useful
    assert record.model == ""
    assert "no private model was kept" in record.sentences[1]
    assert not study.ledger.of_kind("private_model")


def test_what_is_left_out_is_said(train: Any) -> None:
    bench = Bench(make_training(150, texts=True), Preparation("log2", ("g3",), None, 3))
    plan = plan_with(ranges={"g0": [-4, 6], "nothing": [0, 1]})
    said = " ".join(train(bench, plan).sentences)
    assert "1 text column was left out of private training" in said
    assert 'write transform = "log2" under [preparation]' in said
    assert "Features are not filtered" in said
    assert "1 declared range in the plan could not be used" in said


def test_declared_ranges_stand_in_the_certificate(train: Any) -> None:
    ranges = {f"G{i}": [-5, 7] for i in range(4)}
    record = train(Bench(make_training(150)), plan_with(ranges=ranges))
    certificate = record.certificate
    assert len(certificate.counted) == 1
    assert "ranges of 4 columns, as the plan declares them" in certificate.public


def test_the_smallest_network_of_the_plan(train: Any) -> None:
    plan = plan_with(epsilon=8.0)
    networks = plan.networks.model_copy(update={"sizes": ["medium", "small"]})
    record = train(Bench(make_training(150)), plan.model_copy(update={"networks": networks}))
    assert record.network == "network-small"
    assert any("with 1 hidden layer (16)" in sentence for sentence in record.sentences)


def test_not_asked_for(study: Study) -> None:
    context: Any = Context(study, plan_with(private_training=False))
    assert train_privately(context) is None


@pytest.mark.parametrize("signal", ["no", "unclear"])
def test_without_a_signal_nothing_is_trained(study: Study, signal: str) -> None:
    context: Any = Context(study, plan_with(), signal)
    record = train_privately(context)
    assert record is not None
    assert record.points == ()
    assert record.without.value is None
    assert record.sentences[0].startswith("Without evidence of a signal")


def test_without_a_network_there_is_nothing_to_compare_with(
    study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(private_training, "all_trials", lambda _: [])
    context: Any = Context(study, plan_with())
    record = train_privately(context)
    assert record is not None
    assert "the plan names none" in record.sentences[0]


def test_without_numbers_there_is_nothing_to_learn_from(train: Any) -> None:
    training = make_training(20, texts=True)
    only_texts = TrainingSet(**{**training.__dict__, "features": training.features[["stage"]]})
    record = train(Bench(only_texts), plan_with())
    assert "the training set has none" in record.sentences[0]


def test_a_range_the_wrong_way_round_is_refused() -> None:
    with pytest.raises(PlanError, match=r"age.*lowest value first"):
        plan_with(ranges={"age": [110, 0]})
