"""The study's own samples among new ones: those that trained, and those that tested."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from deepbench.data.new_samples import NewSamples
from deepbench.data.table_store import to_parquet_bytes
from deepbench.errors import GateRefused, StageBlocked, StudyError
from deepbench.jobs.own_samples import own_samples
from deepbench.study.folder import Study
from deepbench.study.records import SampleSheetRecord, SplitRecord
from tests.engine.jobs import leaving
from tests.engine.reporting import summaries

TRAINED, TESTED = leaving.training().features, leaving.sealed().features
FRESH = pd.DataFrame(
    np.random.default_rng(8).lognormal(size=(6, len(leaving.FEATURES))),
    columns=list(leaving.FEATURES),
)
OWN = [True] * (len(TRAINED) + len(TESTED)) + [False] * len(FRESH)


def new(features: pd.DataFrame, names: list[str] | None = None) -> NewSamples:
    called = names or [f"row {number}" for number in range(2, len(features) + 2)]
    return NewSamples(
        features=features.reset_index(drop=True),
        sample_column="id" if names else "sample",
        sample_ids=np.array(called),
        notes=(),
        named=names is not None,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    sheet = summaries.summary().sheet
    assert sheet is not None
    named = sheet.model_copy(update={"roles": {**sheet.roles, "sample": ("id",)}})
    made = leaving.finished(tmp_path, summary=summaries.summary(sheet=named))
    with Study.open_for_writing(made) as study:
        study.record("test_opened", {"fingerprint": "f", "reuse_reason": ""})
    return made


@pytest.fixture
def study(folder: Path) -> Iterator[Study]:
    with Study.open_for_writing(folder) as opened:
        yield opened


def own(study: Study, table: NewSamples) -> list[bool]:
    found: list[bool] = own_samples(study, leaving.FEATURES, table).tolist()
    return found


def replaced(study: Study, **parts: Any) -> None:
    """Store other samples as those of the study."""
    split = study.stage_record("split", SplitRecord)
    assert split is not None
    study.finish_stage("split", "f", split.model_copy(update=parts), 1.0)


@pytest.mark.parametrize("shift", [0.0, 1e-6])
def test_training_and_test_samples_are_found_by_their_values(study: Study, shift: float) -> None:
    table = pd.concat([TRAINED, TESTED, FRESH], ignore_index=True)
    table["age"] += shift
    assert own(study, new(table)) == OWN
    renamed = [f"N-{number:03d}" for number in range(len(table))]
    assert own(study, new(table, renamed)) == OWN


def test_names_of_the_study_are_own_whatever_the_values_are(study: Study) -> None:
    trained, tested = leaving.SAMPLES[0], leaving.SAMPLES[-1]
    names = [trained.lower(), f" {tested} ", "N-1", "N-2", "N-3", "N-4"]
    assert own(study, new(FRESH, names)) == [True, True, False, False, False, False]


def test_nothing_is_read_of_a_vault_that_is_still_sealed(tmp_path: Path) -> None:
    sealed = leaving.finished(tmp_path)
    with (
        Study.open_for_reading(sealed) as study,
        pytest.raises(StageBlocked, match="still sealed"),
    ):
        own_samples(study, leaving.FEATURES, new(FRESH))


@pytest.mark.parametrize("area", ["data/t-*.parquet", "vault/*", "data/a-*.json"])
def test_missing_samples_are_no_leave_to_predict(study: Study, area: str) -> None:
    next(study.folder.glob(area)).unlink()
    with pytest.raises(StudyError, match="is missing from the study"):
        own_samples(study, leaving.FEATURES, new(FRESH, list("abcdef")))


# --- columns that cannot tell samples apart ---------------------------------------------------


@pytest.fixture
def binary(study: Study) -> Study:
    """A study whose samples are yes and no to six questions."""

    def few(samples: Any) -> bytes:
        return to_parquet_bytes(
            dataclasses.replace(samples, features=(samples.features > 1.0).astype(np.float64))
        )

    replaced(
        study,
        training_artifact=study.store("data", "t.parquet", few(leaving.training())),
        test_artifacts=(study.store("vault", "v.parquet", few(leaving.sealed())),),
    )
    return study


YES_AND_NO = (pd.concat([TRAINED[:3], TESTED[:2]]) > 1.0).astype(np.float64)


def test_where_values_cannot_tell_names_do(binary: Study) -> None:
    names = [*leaving.SAMPLES[:2], "N-1", leaving.SAMPLES[-1], "N-2"]
    assert own(binary, new(YES_AND_NO, names)) == [True, True, False, True, False]


def test_without_names_nothing_is_predicted(binary: Study) -> None:
    with pytest.raises(GateRefused, match="the table has no names of samples") as caught:
        own_samples(binary, leaving.FEATURES, new(YES_AND_NO))
    assert caught.value.hint == (
        "Add the column that names the samples to the table, called “id”."
    )


def test_a_study_without_names_says_so(binary: Study) -> None:
    sheet = binary.stage_record("sample-sheet", SampleSheetRecord)
    assert sheet is not None
    binary.finish_stage("sample-sheet", "f", sheet.model_copy(update={"roles": {}}), 1.0)
    with pytest.raises(GateRefused, match="the study has no names of samples") as caught:
        own_samples(binary, leaving.FEATURES, new(YES_AND_NO, list("vwxyz")))
    assert "[roles] sample" in caught.value.hint


def test_answers_that_no_sample_of_the_study_gave_are_new(binary: Study) -> None:
    other = pd.DataFrame([[5.0] * len(leaving.FEATURES)], columns=list(leaving.FEATURES))
    assert own(binary, new(other)) == [False]
