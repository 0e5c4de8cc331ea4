"""Where a model fails, put together: single samples with their reasons, and plain sentences."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from deepbench.data.samples import TrainingSet
from deepbench.interpretation.failures import FailureQuestion, error_places, find_failures
from deepbench.interpretation.held_out import HeldOut
from deepbench.interpretation.out_of_distribution import distances_in_fold
from deepbench.interpretation.twins import conflicting_twins
from deepbench.models.calibration import cross_calibrated, pooled_calibration
from deepbench.models.fold_data import FoldCache
from deepbench.models.out_of_fold import out_of_fold
from deepbench.models.registry import BASELINES
from deepbench.models.thresholds import DecisionRule
from tests.engine.interpretation.held_out_samples import samples_of
from tests.engine.models.conftest import make_folds, make_training

QUESTION = FailureQuestion("linear", "Linear model (elastic net)", {}, (), 0.1, seed=5)


def failures(training: TrainingSet, question: FailureQuestion = QUESTION):
    """Held-out predictions of a linear model, and where it fails."""
    folds = make_folds(training, folds=4)
    cache = FoldCache(training, folds)
    params = {"penalty": "l2", "strength": 1.0}
    p = out_of_fold(BASELINES["linear"], cache, params, training.outcome, seed=1).predictions
    fold_of = np.zeros((1, len(training)), dtype=np.int64)
    for fold in folds:
        fold_of[0, fold.tune] = fold.number
    rule, together = None, p
    if training.info.task != "regression":
        codes = training.outcome.astype(np.int64)
        together = pooled_calibration(codes, p, training.units).apply(p[0])[None]
        p = cross_calibrated(codes, p, training.units, fold_of)
        rule = DecisionRule.of(codes, training.info.outputs)
    held = HeldOut.of(training, p[0], together[0], fold_of[0], rule)
    distances = [distances_in_fold(cache.data(i), training.units, 1) for i in range(4)]
    record, worst = find_failures(held, error_places(held, question), distances, question)
    return held, record, worst


def planted() -> TrainingSet:
    """A strong signal; 40 has a wrong label, 9 is far out, 30 is 33 again with another label."""
    training = make_training(rows=240, columns=30)
    features, outcome = training.features.copy(), training.outcome.copy()
    features.iloc[:, :20] += 2.0 * outcome[:, None]
    features.iloc[9, :25] += 12.0
    features.iloc[30] = features.iloc[33]
    outcome[40] = 1 - outcome[40]
    return replace(
        training,
        features=features,
        outcome=outcome,
        units=np.arange(240),
        annotations=pd.DataFrame({"tube": [f"t{i}" for i in range(240)]}, dtype=object),
    )


@pytest.fixture(scope="module")
def found():
    return failures(planted())


def test_what_is_planted_is_listed_with_its_reason(found) -> None:
    _, record, worst = found
    by_name = {sample.sample: sample for sample in worst.samples}
    assert by_name["s40"].label_suspect
    assert "Possibly a wrong label" in by_name["s40"].reasons[0]
    assert by_name["s9"].out_of_distribution
    assert any("Unlike the samples" in reason for reason in by_name["s9"].reasons)
    assert (by_name["s30"].near_duplicate, by_name["s33"].near_duplicate) == ("s33", "s30")
    assert "under two names" in by_name["s30"].reasons[0]
    assert (record.out_of_distribution, record.near_duplicates) == (1, 2)
    assert record.label_suspects <= 4


def test_errors_are_those_of_calibrated_predictions(found) -> None:
    held, record, worst = found
    assert record.wrong == int((held.said != held.codes).sum())
    assert record.error.value == pytest.approx(record.wrong / 240)
    sizes = [sample.error for sample in worst.samples]
    assert sizes == sorted(sizes, reverse=True)
    for sample in worst.samples:
        row = int(sample.sample[1:])
        assert sample.error == pytest.approx(1 - held.predicted[row, held.codes[row]])
        assert sample.observed == held.info.classes[held.codes[row]]
        assert sample.reasons
    wrong = {f"s{row}" for row in np.flatnonzero(held.error)}
    assert wrong <= {sample.sample for sample in worst.samples}


def test_sentences_are_plain_and_carry_their_numbers(found) -> None:
    _, record, _ = found
    text = " ".join(record.sentences)
    assert record.sentences[0].startswith("On held-out predictions of 240 samples, the chosen")
    assert "linear model (elastic net)" in record.sentences[0]
    assert "95 % interval" in record.sentences[0]
    assert "1 sample is unlike what the model learned from" in text
    assert "2 samples are nearly the same as another with a different outcome" in text
    assert "Sets of classes that may miss 10 % of samples" in text
    assert "not for another site" in text
    assert "nan" not in text
    assert "None of the" not in text


def test_records_go_to_json_and_back(found) -> None:
    _, record, worst = found
    assert type(record).model_validate_json(record.model_dump_json()) == record
    assert type(worst).model_validate_json(worst.model_dump_json()) == worst
    assert {item.error_rate for item in record.conformal} == {0.05, 0.1, 0.2}


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_every_kind_of_outcome_with_repeated_units_and_text(task: str) -> None:
    _, record, worst = failures(make_training(task, rows=120))
    assert record.units == 60
    assert record.error.low <= record.error.value <= record.error.high
    assert {group.kind for group in record.groups} >= {"class", "feature"}
    assert any(group.column == "stage" for group in record.groups)
    assert record.abstain[0].answered == 1.0
    assert (record.wrong > 0) == (task != "regression")
    assert record.error_name == (
        "Mean absolute error" if task == "regression" else "Share of wrong answers"
    )
    assert worst.samples


@pytest.mark.parametrize("task", ["binary", "regression"])
def test_twelve_units_get_careful_sentences(task: str) -> None:
    _, record, _ = failures(make_training(task, rows=24))
    text = " ".join(record.sentences)
    assert record.slices == ()
    assert "Slices are not searched for with 12 units" in text
    assert not any(group.marked for group in record.groups)
    assert all(group.units >= 5 for group in record.groups)
    least = "14 %" if task == "binary" else "8 %"
    assert f"no error rate below {least} can be kept" in text


def test_a_model_without_errors_is_no_trouble() -> None:
    training = make_training(rows=120)
    features = training.features.copy()
    features["g0"] = 40.0 * training.outcome + np.random.default_rng(0).normal(size=120)
    _, record, worst = failures(replace(training, features=features))
    assert record.wrong == 0
    assert record.error.high > 0.005
    assert all(group.p_value == 1.0 for group in record.groups)
    assert not any(sample.label_suspect for sample in worst.samples)


def test_samples_without_a_prediction_are_left_out() -> None:
    training = make_training(rows=30)
    p = np.full((30, 2), 0.5)
    p[3] = np.nan
    folds = np.arange(30) % 3
    folds[5] = -1
    held = HeldOut.of(training, p, p, folds, DecisionRule.of(training.outcome, 2))
    assert held.rows.tolist() == [row for row in range(30) if row not in (3, 5)]
    assert held.samples.sample_ids[3] == "s4"


# --- twins ----------------------------------------------------------------------------------


def twin_table(seed: int = 0) -> tuple[pd.DataFrame, np.ndarray]:
    rng = np.random.default_rng(seed)
    loadings = rng.normal(size=(6, 60))
    values = rng.normal(size=(80, 6)) @ loadings + 0.5 * rng.normal(size=(80, 60))
    values[7] = values[50] + 0.001 * rng.normal(size=60)
    values[11] = values[60]
    return pd.DataFrame(values).rename(columns=lambda i: f"g{i}"), np.arange(80) % 2


def test_near_and_exact_twins_with_another_class_are_found_though_they_share_a_unit() -> None:
    features, y = twin_table()
    units = np.arange(80)
    units[50], units[60] = units[7], units[11]  # as the data check leaves them
    found = conflicting_twins(samples_of(y, features, units=units), ())
    assert {i: int(found[i]) for i in np.flatnonzero(found >= 0)} == {7: 50, 50: 7, 11: 60, 60: 11}


def test_twins_of_one_class_or_of_one_patient_are_no_conflict() -> None:
    features, y = twin_table()
    same = y.copy()
    same[[7, 50]], same[[11, 60]] = 1, 0
    assert (conflicting_twins(samples_of(same, features), ()) == -1).all()
    patients = [f"p{i}" for i in range(80)]
    patients[50], patients[60] = patients[7], patients[11]
    samples = samples_of(y, features, annotations={"patient": patients})
    assert (conflicting_twins(samples, ("patient",)) == -1).all()


def test_numbers_of_twins_have_to_lie_apart() -> None:
    features, _ = twin_table()
    y = np.random.default_rng(1).normal(size=80)
    y[7], y[50] = 0.0, 3.0
    y[11], y[60] = 0.0, 0.1
    found = conflicting_twins(samples_of(y, features, classes=()), ())
    assert np.flatnonzero(found >= 0).tolist() == [7, 50]
