"""Values that lie exactly at, or one rounding beside, the threshold of a tree."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from deepbench.data.samples import OutcomeInfo, TrainingSet
from deepbench.models.out_of_fold import fit_final
from deepbench.models.registry import BASELINES

from .models import SETTINGS, files_of, run_onnx, values_of


@pytest.fixture(params=["random_forest", "gradient_boosting"])
def forest(request):
    """Grown on whole numbers and on a third, taken as they are: no scaling hides a threshold."""
    draw = np.random.default_rng(0)
    values = draw.integers(0, 12, (70, 4)).astype(float)
    values[:, 2:] = draw.normal(size=(70, 2)) / 3.0
    outcome = values[:, 0] + 6.0 * values[:, 2] + draw.normal(size=70)
    training = TrainingSet(
        features=pd.DataFrame(values, columns=list("abcd")),
        outcome=outcome,
        sample_ids=np.arange(70).astype(str),
        units=np.arange(70),
        annotations=pd.DataFrame(index=range(70)),
        info=OutcomeInfo("y", "regression"),
    )
    model = fit_final(BASELINES[request.param], training, SETTINGS[request.param][0], 1)
    plain = replace(model.preprocessor, means=np.zeros(4), scales=np.ones(4))
    return replace(model, preprocessor=plain)


def at_thresholds(model) -> pd.DataFrame:
    """Rows of which one column is at a threshold or next to it, in either precision."""
    trees = model.predictor
    inner = trees.children[:, 0] != np.arange(len(trees.count))
    column, threshold = trees.feature[inner], trees.threshold[inner]
    single = threshold.astype(np.float32)
    tries = [threshold, np.nextafter(threshold, np.inf), np.nextafter(threshold, -np.inf)]
    tries += [
        single,
        np.nextafter(single, np.float32(9e9)),
        np.nextafter(single, -np.float32(9e9)),
    ]
    rows = np.random.default_rng(1).integers(0, 12, (len(tries) * len(column), 4)).astype(float)
    rows[:, 2:] = np.random.default_rng(2).normal(size=(len(rows), 2)) / 3.0
    for number, values in enumerate(tries):
        own = slice(number * len(column), (number + 1) * len(column))
        rows[np.arange(len(rows))[own], column] = values.astype(np.float64)
    return pd.DataFrame(rows, columns=list("abcd"))


def test_no_split_is_flipped(forest):
    rows = at_thresholds(forest)
    predicted = forest.predict(rows)
    found = values_of(run_onnx(files_of(forest)["model.onnx"], forest, rows))
    np.testing.assert_allclose(found, predicted, rtol=1e-13)


def test_a_flipped_split_would_be_seen(forest):
    rows = at_thresholds(forest)
    trees = forest.predictor
    single = trees.threshold.astype(np.float32).astype(np.float64)
    # Thresholds drawn at random are hardly ever a number of single precision; midpoints are.
    below = np.nextafter(trees.threshold, -np.inf)
    other = single if forest.name == "gradient_boosting" else below
    wrong = replace(forest, predictor=replace(trees, threshold=other))
    assert (np.abs(wrong.predict(rows) - forest.predict(rows)) > 1e-6).sum() > 5
