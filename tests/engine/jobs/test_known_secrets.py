"""What must not leave is known, or nothing leaves: a missing table is no empty one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from deepbench.errors import StudyError
from deepbench.jobs.export_study import export_study
from deepbench.jobs.known_secrets import secrets_of, training_set
from deepbench.jobs.sample_events import note_samples
from deepbench.jobs.sample_names import sample_names
from deepbench.messages import ExportStudy
from deepbench.study.folder import Study
from deepbench.worker.progress import Progress
from tests.engine.jobs import leaving


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return leaving.finished(tmp_path, summary=leaving.without_figures())


@pytest.fixture
def study(folder: Path) -> Iterator[Study]:
    with Study.open_for_writing(folder) as opened:
        yield opened


def test_names_and_rows_are_known(study: Study) -> None:
    assert {name.casefold() for name in leaving.SAMPLES} <= sample_names(study)
    assert secrets_of(study).rows() is not None


def test_before_the_split_nothing_is_known_and_nothing_missing(tmp_path: Path) -> None:
    early = Study.open_for_reading(
        leaving.finished(tmp_path, summary=leaving.without_figures(), until="question")
    )
    assert training_set(early) is None
    assert secrets_of(early).rows() is None


def test_a_missing_training_table_is_no_study_without_one(study: Study) -> None:
    next(study.folder.glob("data/t-*.parquet")).unlink()
    for look in (training_set, sample_names, lambda study: secrets_of(study).rows()):
        with pytest.raises(StudyError, match="is missing from the study") as caught:
            look(study)
        assert caught.value.hint


def test_missing_names_of_test_samples_are_noticed(study: Study) -> None:
    next(study.folder.glob("data/a-*.json")).unlink()
    with pytest.raises(StudyError, match="is missing from the study"):
        sample_names(study)


def test_a_table_that_was_deleted_on_purpose_is_not_missed(study: Study) -> None:
    artifact = study.store("data", "checked.parquet", b"no table")
    note_samples(study, "check", artifact)
    study.record("view", {"name": "exploration", "artifact": artifact, "stage": "check"})
    study.retire([artifact])
    assert sample_names(study)


def test_a_view_that_is_missing_is_noticed(study: Study) -> None:
    artifact = study.store("runs", "split-map.json", b'{"samples": ["P-0999"]}')
    study.record("view", {"name": "split-map", "artifact": artifact, "stage": "split"})
    assert "p-0999" in sample_names(study)
    (study.folder / artifact).unlink()
    with pytest.raises(StudyError, match="is missing from the study"):
        sample_names(study)


@pytest.mark.parametrize(("what", "suffix"), [("report", "html"), ("results", "json")])
def test_no_report_leaves_without_the_search_for_samples(
    folder: Path, tmp_path: Path, what: str, suffix: str
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    next(folder.glob("data/t-*.parquet")).unlink()
    request = ExportStudy(str(folder), what, str(out / f"r.{suffix}"))
    with pytest.raises(StudyError, match="is missing from the study"):
        export_study(request, Progress())
    assert list(out.iterdir()) == []
