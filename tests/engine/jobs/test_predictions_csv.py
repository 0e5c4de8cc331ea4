"""Predictions as CSV: names that are no formulas, numbers as they are."""

from __future__ import annotations

import csv
import io

import numpy as np
import pandas as pd

from deepbench.data.new_samples import NewSamples
from deepbench.data.samples import OutcomeInfo
from deepbench.jobs.predict import predictions_csv
from deepbench.privacy.predictions_rounding import demand_rounded


def new(*names: str) -> NewSamples:
    return NewSamples(
        features=pd.DataFrame(index=range(len(names))),
        sample_column="=sample",
        sample_ids=np.array(names),
        notes=(),
    )


def test_names_get_an_apostrophe_and_numbers_do_not() -> None:
    info = OutcomeInfo("=o", "binary", ("@no", "+"))
    content = predictions_csv(
        info, new("=1+1", "-7", "s;=2"), np.array([[0.25, 0.75], [0.5, 0.5], [1.0, 0.0]]), "public"
    )
    assert list(csv.reader(io.StringIO(content.decode()))) == [
        ["'=sample", "predicted", "p_@no", "p_+"],
        ["'=1+1", "+", "0.25", "0.75"],
        ["-7", "'@no", "0.5", "0.5"],
        ["s;'=2", "'@no", "1.0", "0.0"],
    ]


def test_negative_predictions_stay_numbers_and_rounded() -> None:
    info = OutcomeInfo("age", "regression")
    content = predictions_csv(info, new("a"), np.array([[-1.23456]]), "sensitive")
    assert content == b"'=sample,predicted\na,-1.23\n"
    demand_rounded(content)
