"""Training sets to attack, and shadows of them without a study."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from deepbench.data.samples import Fold, OutcomeInfo, Task, TrainingSet
from deepbench.models.workbench import BenchSource, Workbench
from deepbench.privacy.audit import attribute_inference, shadow_models
from deepbench.privacy.audit.audit import Evidence, Subject, audit_record
from deepbench.privacy.audit.shadow_models import (
    ShadowTask,
    UnitAnswers,
    in_halves,
    train_shadows,
)
from deepbench.privacy.audit.structure import Structure
from deepbench.privacy.audit.unit_words import UnitWords
from deepbench.study.records import AuditRecord

SEED = 7
SOURCE = BenchSource("study", "split", None, 5, 1, SEED, "cpu")
PATIENTS = UnitWords("patient", "patients")
RIDGE = {"penalty": "l2", "strength": 0.03}
MEMORISING = {"trees": 25, "splits": "best", "tried": 1, "min_samples_leaf": 1}


def samples(
    rows: int,
    columns: int,
    task: Task = "binary",
    *,
    signal: float = 1.0,
    per_unit: int = 1,
    seed: int = 0,
) -> TrainingSet:
    """Draw samples; rows of a unit are alike and have one outcome."""
    draw = np.random.default_rng(seed)
    units = np.arange(rows) // per_unit
    own = draw.normal(size=(units[-1] + 1, columns))
    values = own[units] + (0.2 * draw.normal(size=(rows, columns)) if per_unit > 1 else 0.0)
    pull = signal * own[:, 0] + draw.normal(size=len(own))
    if task == "regression":
        outcome, classes = pull[units], ()
    else:
        classes = ("a", "b") if task == "binary" else ("a", "b", "c")
        place = np.argsort(np.argsort(pull))
        outcome = (place * len(classes) // len(own))[units].astype(np.int64)
    return TrainingSet(
        features=pd.DataFrame(values, columns=[f"g{i}" for i in range(columns)]),
        outcome=outcome,
        sample_ids=np.array([f"s{i}" for i in range(rows)]),
        units=units.astype(np.int64),
        annotations=pd.DataFrame(index=range(rows)),
        info=OutcomeInfo("group", task, classes),
    )


@contextmanager
def benched(training: TrainingSet) -> Iterator[BenchSource]:
    """Let tasks find these samples under `SOURCE`."""
    rows = np.arange(len(training))
    bench = Workbench(SOURCE, training, (Fold(0, 0, rows[::2], rows[1::2]),))
    with pytest.MonkeyPatch.context() as patch:
        for module in (shadow_models, attribute_inference):
            patch.setattr(module, "load_workbench", lambda _: bench)
        yield SOURCE


def shadows(
    training: TrainingSet, family: str, params: dict[str, Any], count: int = 16, starts: int = 1
) -> UnitAnswers:
    """Train so many shadows."""
    with benched(training) as source:
        task = ShadowTask(source, family, params, starts, tuple(range(count)))
        confidence, likelihood = train_shadows(task).values
    return UnitAnswers(confidence, likelihood)


def audited(
    training: TrainingSet,
    answers: UnitAnswers,
    *,
    inside: NDArray[np.bool_] | None = None,
    final: tuple[NDArray[np.float64], NDArray[np.float64]] | None = None,
) -> AuditRecord:
    """Put an audit of shadows together."""
    if inside is None:
        inside = in_halves(training, range(len(answers.confidence)), SEED)
    evidence = Evidence(answers, inside, training.info.task, final, ())
    subject = Subject("model", "Model", "0" * 64, PATIENTS, Structure(1, "", ()))
    return audit_record(subject, evidence, "quick", SEED, 1.0)
