"""The predictions a page shows are those of the CSV."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from deepbench.data.samples import OutcomeInfo
from deepbench.jobs.test_scores import TestPredictions, predictions_csv, predictions_record


def predictions(info: OutcomeInfo) -> TestPredictions:
    rng = np.random.default_rng(4)
    if info.classes:
        outcome = rng.integers(0, info.outputs, 25)
        drawn = rng.dirichlet(np.ones(info.outputs), 25)
    else:
        outcome, drawn = rng.normal(size=25).round(3), rng.normal(size=(25, 1))
    return TestPredictions(
        info=info,
        outcome=outcome,
        units=np.arange(25) // 2,
        sample_ids=np.array([f"µ{i}" for i in range(25)]),
        annotations=pd.DataFrame(index=range(25)),
        by_role={"chosen": drawn, "baseline": drawn[::-1]},
    )


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8"))))


@pytest.mark.parametrize("classes", [("no", "yes"), ("a, b", "c", "d")])
def test_classes_agree_with_the_csv(classes: tuple[str, ...]) -> None:
    task = "binary" if len(classes) == 2 else "multiclass"
    found = predictions(OutcomeInfo("group", task, classes))
    record = predictions_record(found, "svm")
    rows = rows_of(predictions_csv(found))
    assert (record.model, record.classes, record.values) == ("svm", classes, ())
    assert list(record.samples) == [row["sample"] for row in rows]
    assert list(record.observed) == [row["observed"] for row in rows]
    assert list(record.predicted) == [row["predicted"] for row in rows]
    for shown, row in zip(record.probabilities, rows, strict=True):
        assert shown == tuple(float(row[f"p_{name}"]) for name in classes)
        assert row["predicted"] == classes[int(np.argmax(shown))]
    assert record.units[:4] == ("0", "0", "1", "1")


def test_numbers_agree_with_the_csv() -> None:
    found = predictions(OutcomeInfo("yield", "regression"))
    record = predictions_record(found, "linear")
    rows = rows_of(predictions_csv(found))
    assert (record.classes, record.probabilities) == ((), ())
    assert record.values == tuple(float(row["predicted"]) for row in rows)
    assert list(record.observed) == [f"{float(row['observed']):.15g}" for row in rows]
    shown = [float(text) for text in record.predicted]
    assert shown == pytest.approx(list(record.values), rel=1e-5)


def test_groups_and_folds_are_kept_beside_the_predictions() -> None:
    found = predictions(OutcomeInfo("group", "binary", ("no", "yes")))
    assert predictions_record(found, "svm").annotations == {}
    sexes = pd.DataFrame({"sex": ["f", "m", ""] * 8 + ["f"], "note": "x"})
    several = replace(found, annotations=sexes, folds=np.arange(25) % 3)
    record = predictions_record(several, "svm", ["sex"])
    assert record.annotations == {"sex": tuple(sexes["sex"])}
    assert record.folds == tuple(i % 3 for i in range(25))
