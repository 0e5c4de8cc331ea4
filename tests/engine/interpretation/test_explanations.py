"""Single samples: the features of the importance record, a base per fold, sums that add up."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from deepbench.data.samples import OutcomeInfo, Task, TrainingSet
from deepbench.interpretation.attribution_records import KEPT_FEATURES, attribution_record
from deepbench.interpretation.attributions import attribute
from deepbench.interpretation.explanation import Scale
from deepbench.interpretation.explanations import MOST_SAMPLES, explanations
from deepbench.interpretation.fold_results import FoldResult
from deepbench.interpretation.importance import ModelFits, TableSize, importance_of
from deepbench.interpretation.univariate import Univariate
from deepbench.models.baselines.gradient_boosting import GradientBoostingFamily
from deepbench.models.baselines.linear import LinearPredictor
from deepbench.models.baselines.random_forest import RandomForestFamily
from deepbench.models.family import FitRows
from deepbench.models.fitted import FittedModel, Predictor
from deepbench.models.networks.predictor import NetworkPredictor
from deepbench.models.predictors import ConstantPredictor
from deepbench.models.preprocessing import Preprocessor
from deepbench.study.records import AttributionRecord, ExplanationRecord
from deepbench.training.lane_records import Architecture
from tests.engine.interpretation import fold_fits

Floats = NDArray[np.float64]
BINARY = OutcomeInfo("tumour", "binary", ("benign", "malignant"))
LENGTH = OutcomeInfo("length", "regression")
FIVE = OutcomeInfo("type", "multiclass", ("a", "b", "c", "d", "e"))


def training(
    info: OutcomeInfo, rows: int, columns: int, outcome: Floats | None = None
) -> TrainingSet:
    """Numbers with a gap, one category, samples called s0, s1, …."""
    rng = np.random.default_rng(3)
    features = pd.DataFrame(
        rng.normal(size=(rows, columns)), columns=[f"f{i}" for i in range(columns)]
    )
    features.loc[1, "f0"] = np.nan
    features["stage"] = np.array(["I", "II"], dtype=object)[np.arange(rows) % 2]
    features.loc[2, "stage"] = None
    if outcome is None:
        outcome = np.arange(rows) % max(info.outputs, 2)
        outcome = outcome + 0.25 if info is LENGTH else outcome
    return TrainingSet(
        features=features,
        outcome=np.asarray(outcome),
        sample_ids=np.array([f"s{i}" for i in range(rows)]),
        units=np.arange(rows),
        annotations=pd.DataFrame(index=range(rows)),
        info=info,
    )


def importances(folds: list[FoldResult]) -> AttributionRecord:
    """The record of all features."""
    found = importance_of(ModelFits(tuple(folds)), TableSize(20, 20))
    return attribution_record(found, (), Univariate("", {}), 20)


def given(
    samples: TrainingSet, rows: list[int], values: Floats, base: float, scale: Scale = "log-odds"
) -> FoldResult:
    """Attributions (n, p, O) of all features, with something left over, that add up."""
    return fold_fits.given(
        values,
        list(samples.features.columns),
        samples.features.iloc[rows],
        rows=np.array(rows),
        rest=np.full((len(rows), values.shape[2]), 0.125),
        base=np.full(values.shape[2], base),
        scale=scale,
        unit="units of length",
    )


def fitted_folds(samples: TrainingSet, fit: object) -> list[FoldResult]:
    """Two folds: each half of the samples explained by a model fitted on the other."""
    folds = []
    for number in (0, 1):
        held_out = np.arange(len(samples)) // 6 % 2 == number
        rows = np.flatnonzero(held_out)
        known = samples.features[~held_out]
        preprocessor = Preprocessor.fit(known)
        predictor = fit(preprocessor.transform(known), samples.outcome[~held_out])  # type: ignore[operator]
        columns = np.arange(len(preprocessor.output_names))
        model = FittedModel("some", samples.info, preprocessor, columns, predictor)
        shown = samples.features.iloc[rows].reset_index(drop=True)
        folds.append(explained(model, known, shown, rows))
    return folds


def explained(
    model: FittedModel, known: pd.DataFrame, shown: pd.DataFrame, rows: NDArray[np.int64]
) -> FoldResult:
    """What `attribute` finds, as a fold's result."""
    found = attribute(model, known, shown, 1)
    return fold_fits.given(
        found.values,
        list(found.features),
        shown,
        rows=rows,
        rest=found.rest,
        base=found.base,
        model=found.model,
        method=found.method,
        scale=found.scale,
        unit=found.unit,
        error=found.local_accuracy_error,
    )


def missed(record: ExplanationRecord) -> float:
    """Largest difference between an output and what leads to it."""
    sums = np.array([sum(row) for row in record.attributions])
    return float(np.abs(np.array(record.base) + sums + record.rest - record.outputs).max())


def test_features_and_samples_stand_as_the_importance_record_says() -> None:
    samples = training(LENGTH, 6, 2)
    first = np.array([[1.0, -8.0, 2.0], [1.0, 8.0, 2.0]])[:, :, None]
    second = np.array([[1.0, -4.0, 2.0]])[:, :, None]
    folds = [
        given(samples, [1, 4], first, base=10.0, scale="value"),
        given(samples, [2], second, base=20.0, scale="value"),
    ]
    (found,) = explanations(folds, importances(folds), samples)
    assert found.features == ("f1", "stage", "f0")
    assert found.attributions == ((-8.0, 2.0, 1.0), (8.0, 2.0, 1.0), (-4.0, 2.0, 1.0))
    assert found.samples == ("s1", "s4", "s2")
    assert found.base == (10.0, 10.0, 20.0)
    assert found.rest == (0.125, 0.125, 0.125)
    assert found.outputs == (5.125, 21.125, 19.125)
    assert found.observed == ("1.25", "0.25", "0.25")
    assert (found.target, found.scale) == ("length", "units of length")


def test_values_are_text_and_number_and_missing_ones_are_empty() -> None:
    samples = training(LENGTH, 6, 1)
    samples.features["f0"] = [0.1 + 0.2, np.nan, 3.0, 1e-9, -7.25, 12345.678]
    values = np.array([[2.0, 1.0]] * 6)[:, :, None]
    folds = [given(samples, [0, 1, 2, 3, 4, 5], values, base=0.0, scale="value")]
    (found,) = explanations(folds, importances(folds), samples)
    number, category = zip(*found.values, strict=True)
    assert number == ("0.3", "", "3", "1e-09", "-7.25", "12345.678")
    assert category == ("I", "II", "", "II", "I", "II")
    numbers, nothing = zip(*found.numbers, strict=True)
    assert numbers == (0.1 + 0.2, None, 3.0, 1e-9, -7.25, 12345.678)
    assert nothing == (None,) * 6


def test_what_is_not_listed_is_in_the_rest() -> None:
    samples = training(LENGTH, 4, 60)
    values = np.random.default_rng(0).normal(size=(4, 61, 1))
    folds = [given(samples, [0, 1, 2, 3], values, base=1.0, scale="value")]
    record = importances(folds)
    (found,) = explanations(folds, record, samples)
    assert found.features == tuple(feature.feature for feature in record.features)
    assert len(found.features) == KEPT_FEATURES
    others = [i for i, name in enumerate(samples.features.columns) if name not in found.features]
    assert found.rest == pytest.approx(values[:, others, 0].sum(axis=1) + 0.125, abs=1e-5)
    assert missed(found) < 1e-5


def test_a_feature_that_a_fold_does_not_see_adds_nothing_there() -> None:
    samples = training(BINARY, 8, 3)
    folds = []
    for columns in ([0], [0, 1]):
        preprocessor = Preprocessor.fit(samples.features)
        weights = np.ones((len(columns), 1))
        model = FittedModel(
            "some",
            BINARY,
            preprocessor,
            np.array(columns),
            LinearPredictor(weights, np.zeros(1), True),
        )
        shown = samples.features.iloc[[3, 5]]
        folds.append(explained(model, samples.features, shown, np.array([3, 5])))
    (found_record,) = explanations(folds, importances(folds), samples)
    place = found_record.features.index("f1")
    column = [row[place] for row in found_record.attributions]
    assert column[:2] == [0.0, 0.0]
    assert 0.0 not in column[2:]
    assert all(row[place] for row in found_record.values)
    assert found_record.target == "malignant"
    assert found_record.scale == "log-odds of malignant"
    assert found_record.observed == ("malignant",) * 4


def test_several_classes_have_a_record_each_and_the_smallest_is_left_out() -> None:
    outcome = np.array([0] * 4 + [1] * 1 + [2] * 6 + [3] * 5 + [4] * 4)
    samples = training(FIVE, 20, 2, outcome)
    values = np.random.default_rng(1).normal(size=(20, 3, 5))
    folds = [given(samples, list(range(20)), values, base=0.5)]
    found = explanations(folds, importances(folds), samples)
    assert [record.target for record in found] == ["a", "c", "d", "e"]
    assert found[1].scale == "log-odds of c against the mean class"
    assert found[3].outputs == tuple(folds[0].single.outputs[:, 4])
    assert {record.observed for record in found} == {tuple(np.array(FIVE.classes)[outcome])}
    assert max(missed(record) for record in found) < 1e-5
    by_probability = [given(samples, list(range(20)), values, base=0.5, scale="probability")]
    found = explanations(by_probability, importances(by_probability), samples)
    assert found[0].scale == "probability of a"


def test_many_folds_are_thinned_evenly() -> None:
    samples = training(LENGTH, 800, 1)
    folds = []
    for number in range(20):
        rows = list(range(40 * number, 40 * number + 40))
        values = np.ones((40, 2, 1)) * np.array(rows)[:, None, None]
        folds.append(given(samples, rows, values, base=0.0, scale="value"))
    (found,) = explanations(folds, importances(folds), samples)
    assert len(found.samples) == len(set(found.samples)) == MOST_SAMPLES
    assert {"s0", "s39", "s760", "s799"} <= set(found.samples)
    # What is shown still belongs to its sample.
    assert [f"s{int(row[0])}" for row in found.attributions] == list(found.samples)
    assert missed(found) < 1e-3


def test_a_model_without_features_is_its_base() -> None:
    samples = training(BINARY, 12, 2)
    folds = fitted_folds(samples, lambda x, y: ConstantPredictor(np.array([0.25, 0.75])))
    (found,) = explanations(folds, importances(folds), samples)
    assert found.features == ()
    assert found.values == found.numbers == found.attributions == ((),) * 12
    assert found.base == found.outputs == (0.75,) * 12


def _rows(x: Floats, y: NDArray[np.int64]) -> FitRows:
    task: Task = "binary" if y.max() == 1 else "multiclass"
    return FitRows(x, np.arange(x.shape[1]), y, np.arange(len(x)), task)


def _forest(x: Floats, y: NDArray[np.int64]) -> Predictor:
    params = {"trees": 8, "splits": "best", "tried": 1, "min_samples_leaf": 3}
    return RandomForestFamily().fit(_rows(x, y), params, seed=0)


def _boosting(x: Floats, y: NDArray[np.int64]) -> Predictor:
    params = {"learning_rate": 0.1, "iterations": 5, "leaves": 7, "min_samples_leaf": 3}
    return GradientBoostingFamily().fit(_rows(x, y), {**params, "l2": 1.0, "tried": 3}, seed=0)


def _network(x: Floats, y: NDArray[np.int64]) -> Predictor:
    rng = np.random.default_rng(1)
    outputs = int(y.max()) + 1
    weights = {
        "0.weight": rng.normal(size=(6, x.shape[1])).astype(np.float32),
        "0.bias": rng.normal(size=6).astype(np.float32),
        "2.weight": rng.normal(size=(outputs, 6)).astype(np.float32),
        "2.bias": rng.normal(size=outputs).astype(np.float32),
    }
    return NetworkPredictor(Architecture((6,), outputs, "classification"), (weights,))


def _linear(x: Floats, y: NDArray[np.int64]) -> Predictor:
    outputs = int(y.max()) + 1
    rng = np.random.default_rng(2)
    decisions = 1 if outputs == 2 else outputs
    return LinearPredictor(rng.normal(size=(x.shape[1], decisions)), np.zeros(decisions), True)


@pytest.mark.parametrize("info", [BINARY, FIVE], ids=lambda info: info.task)
@pytest.mark.parametrize(
    ("fit", "tolerance"),
    [(_linear, 1e-5), (_forest, 1e-5), (_boosting, 1e-5), (_network, 0.01)],
    ids=["linear", "forest", "boosting", "network"],
)
def test_every_method_adds_up_as_well_as_it_claims(
    fit: object, tolerance: float, info: OutcomeInfo
) -> None:
    outcome = np.random.default_rng(8).permutation(np.arange(60) % info.outputs)
    samples = training(info, 60, 35, outcome)
    folds = fitted_folds(samples, fit)
    record = importances(folds)
    found = explanations(folds, record, samples)
    assert len(found) == (1 if info is BINARY else 4)
    assert record.local_accuracy_error is not None
    for single in found:
        spread = max(single.outputs) - min(single.outputs)
        # Attributions of single samples are kept in single precision.
        assert missed(single) <= record.local_accuracy_error + 1e-5 * max(spread, 1.0)
        assert missed(single) <= tolerance * max(spread, 1.0)
        assert 3 < len(single.features) == len(record.features)
    if info is BINARY:  # then importance is the mean size of what is shown
        shown = np.abs(np.array(found[0].attributions)).reshape(2, 30, -1).mean(axis=(0, 1))
        assert shown == pytest.approx([feature.importance for feature in record.features])
