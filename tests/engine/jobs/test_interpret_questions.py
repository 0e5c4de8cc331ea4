"""The last part of stage 11 gathers what is known of the features to be asked about."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import numpy as np

from deepbench.data.samples import Fold
from deepbench.jobs import interpret_questions
from deepbench.jobs.interpreting import Interpreting
from deepbench.jobs.steps import Steps
from deepbench.study.records import CheckRecord, InterpretationRecord, SampleSheetRecord
from tests.engine.interpretation.claim_studies import (
    SHEET,
    attribution,
    choice,
    feature,
    training,
)

ROWS = 120


class _Steps:
    def __init__(self) -> None:
        self.done = 0

    def say(self, text: str) -> None:
        assert text

    def add(self, count: int) -> None:
        self.done += count


def test_a_leak_and_an_artefact_are_told_and_noise_is_not() -> None:
    random = np.random.default_rng(11)
    outcome = random.integers(0, 2, ROWS)
    plate = np.repeat(["p1", "p2"], ROWS // 2)
    told = training(
        {
            "days_to_relapse": outcome * 5.0 + random.normal(size=ROWS),
            "protein": (plate == "p1") * 3.0 + random.normal(size=ROWS),
            "noise": random.normal(size=ROWS),
        },
        outcome,
        {"plate": plate},
    )
    place = np.arange(ROWS) % 4
    folds = tuple(
        Fold(0, k, np.flatnonzero(place != k), np.flatnonzero(place == k)) for k in range(4)
    )
    records: dict[type, Any] = {
        SampleSheetRecord: SHEET.model_copy(update={"roles": {"batch": ("plate",)}}),
        CheckRecord: CheckRecord(findings=(), left_out_features=(), features=3),
    }
    work = SimpleNamespace(
        context=SimpleNamespace(
            record=lambda _, kind: records[kind], plan=SimpleNamespace(seed=1)
        ),
        bench=SimpleNamespace(training=told, folds=folds),
        folds=(0, 1, 2, 3),
        choice=choice(),
    )
    names = ("days_to_relapse", "protein", "noise", "a sequence")
    found = InterpretationRecord(models=(attribution(*map(feature, names)),))
    steps = _Steps()
    asked = interpret_questions.what_is_known(cast(Interpreting, work), found, cast(Steps, steps))
    assert steps.done == interpret_questions.count_steps(cast(Interpreting, work))
    assert [item.feature for item in asked] == list(names)
    kinds = {item.feature: [hint.kind for hint in item.hints] for item in asked}
    assert kinds == {
        "days_to_relapse": ["name", "alone"],
        "protein": ["tie"],
        "noise": [],
        "a sequence": [],
    }
    assert asked[0].stands_out
    assert asked[3].alone is None, "what is no column of the table is not scored"
