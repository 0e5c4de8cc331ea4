"""The study folder: one writer, artifacts by hash, damage noticed, migrations that back up."""

from __future__ import annotations

import json
import multiprocessing
from pathlib import Path

import pytest

from deepbench.errors import StudyError
from deepbench.plan import parse_plan
from deepbench.study.folder import Study
from deepbench.study.location import location_warnings
from deepbench.study.migrations import STUDY_FORMAT, migrate, read_format, write_format
from deepbench.study.records import QuestionRecord

RECORD = QuestionRecord(outcome="group", sentence="?", open_points=())
PLAN = parse_plan('[question]\noutcome = "group"\n[data]\nsource = "x.csv"\n')


def test_a_new_study_has_its_folders_and_its_format(tmp_path: Path) -> None:
    with Study.open_for_writing(tmp_path / "a.deepbench") as study:
        assert {p.name for p in study.folder.iterdir() if p.is_dir()} == {
            "data",
            "vault",
            "runs",
            "models",
            "report",
        }
    assert read_format(tmp_path / "a.deepbench") == STUDY_FORMAT


def test_what_a_stage_found_comes_back(tmp_path: Path) -> None:
    with Study.open_for_writing(tmp_path / "a.deepbench") as study:
        study.finish_stage("question", "abc", RECORD, 0.1)
    again = Study.open_for_reading(tmp_path / "a.deepbench")
    assert again.finished() == {"question": "abc"}
    assert again.stage_record("question", QuestionRecord) == RECORD
    assert again.stage_record("split", QuestionRecord) is None


def test_the_plan_is_noted_only_when_it_changes(tmp_path: Path) -> None:
    with Study.open_for_writing(tmp_path / "a.deepbench") as study:
        study.save_plan(PLAN)
        study.save_plan(PLAN)
        assert len(study.ledger.of_kind("plan")) == 1
        assert study.plan() == PLAN


def test_a_second_writer_is_refused_with_the_holder(tmp_path: Path) -> None:
    with Study.open_for_writing(tmp_path / "a.deepbench"):
        context = multiprocessing.get_context("spawn")
        with context.Pool(1) as pool:
            said = pool.apply(_try_to_open, (str(tmp_path / "a.deepbench"),))
    assert "DeepBench is calculating in this study (process" in said
    with Study.open_for_writing(tmp_path / "a.deepbench"):
        pass


def _try_to_open(folder: str) -> str:
    try:
        with Study.open_for_writing(Path(folder)):
            return "opened"
    except StudyError as error:
        return str(error)


def test_a_changed_or_missing_artifact_is_noticed(tmp_path: Path) -> None:
    with Study.open_for_writing(tmp_path / "a.deepbench") as study:
        study.finish_stage("question", "abc", RECORD, 0.1)
        assert study.problems() == []
        path = study.folder / study.record_artifact("question")
        path.write_bytes(path.read_bytes() + b" ")
        assert "was changed" in study.problems()[0]
        with pytest.raises(StudyError, match="was changed"):
            study.stage_record("question", QuestionRecord)
        path.unlink()
        assert "is missing" in study.problems()[0]


def test_a_changed_model_file_is_noticed(tmp_path: Path) -> None:
    with Study.open_for_writing(tmp_path / "a.deepbench") as study:
        stored = study.store_folder("models", "final", lambda f: _write(f / "weights.bin", b"1"))
        assert study.problems() == []
        _write(study.folder / stored / "weights.bin", b"2")
        assert "weights.bin was changed" in study.problems()[0]


def _write(path: Path, content: bytes) -> None:
    path.write_bytes(content)


def test_retired_artifacts_are_no_damage(tmp_path: Path) -> None:
    with Study.open_for_writing(tmp_path / "a.deepbench") as study:
        name = study.store("data", "imported.parquet", b"rows")
        study.record("samples", {"artifact": name})
        study.retire([name])
        assert not study.exists(name)
        assert study.problems() == []


def test_an_interrupted_write_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Study.open_for_writing(tmp_path / "a.deepbench") as study:
        study.save_plan(PLAN)
        before = (study.folder / "plan.toml").read_bytes()

        def fail(self: Path, target: Path) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(Path, "replace", fail)
        with pytest.raises(StudyError, match="No space left"):
            study.save_plan(PLAN.model_copy(update={"seed": 9}))
        assert (study.folder / "plan.toml").read_bytes() == before
        assert not list(study.folder.rglob("*.part"))


def test_other_folders_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.docx").write_text("x")
    with pytest.raises(StudyError, match="is not a study and is not empty"):
        Study.open_for_writing(tmp_path)
    with pytest.raises(StudyError, match="not a DeepBench study"):
        Study.open_for_reading(tmp_path)


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(StudyError, match="file is a file"):
        Study.open_for_writing(tmp_path / "file" / "a.deepbench")


def test_a_newer_study_is_refused(tmp_path: Path) -> None:
    write_format(tmp_path, STUDY_FORMAT + 1)
    with pytest.raises(StudyError, match="newer DeepBench"):
        migrate(tmp_path)


def test_a_migration_backs_up_first(tmp_path: Path) -> None:
    write_format(tmp_path, 1)
    (tmp_path / "plan.toml").write_text("old")
    for lock in ("study.lock", "window.lock", "window.lock.json"):
        (tmp_path / lock).touch()
    seen: list[bool] = []

    def step(folder: Path) -> None:
        seen.append((folder / "backup" / "format-1" / "plan.toml").read_text() == "old")
        (folder / "plan.toml").write_text("new")

    migrate(tmp_path, migrations={1: step}, target=2)
    assert seen == [True]
    assert read_format(tmp_path) == 2
    assert (tmp_path / "backup" / "format-1" / "plan.toml").read_text() == "old"
    assert not list(tmp_path.rglob("backup/**/*.lock*"))


def test_a_damaged_format_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "study.json").write_text(json.dumps({"program": "x"}))
    with pytest.raises(StudyError, match="damaged"):
        read_format(tmp_path)


def test_synced_folders_are_named(tmp_path: Path) -> None:
    folder = tmp_path / "OneDrive - Lab" / "a.deepbench"
    folder.mkdir(parents=True)
    assert any("cloud service" in text for text in location_warnings(folder))


@pytest.mark.parametrize(
    "left",
    [
        "study.lock.json",
        "window.lock",
        "window.lock.json",
        "draft.json",
        ".draft.json.1a2b.part",
        ".study.json.1a2b.part",
        ".write-test-x1",
    ],
)
def test_a_study_killed_at_its_beginning_can_begin_again(tmp_path: Path, left: str) -> None:
    folder = tmp_path / "a.deepbench"
    folder.mkdir()
    (folder / left).write_text("")
    with Study.open_for_writing(folder):
        assert read_format(folder) == STUDY_FORMAT
    assert (folder / left).exists() == (not left.startswith("."))


def test_what_killed_writes_left_is_removed(tmp_path: Path) -> None:
    with Study.open_for_writing(tmp_path / "a.deepbench") as study:
        folder = study.folder
    (folder / "data" / ".samples-0.parquet.1a2b.part").write_bytes(b"rows")
    (folder / "models" / ".final.part").mkdir()
    (folder / "models" / ".final.part" / "weights").write_bytes(b"1")
    with Study.open_for_writing(folder):
        assert not list(folder.rglob("*.part"))


def test_an_answer_being_written_in_the_window_is_left_to_it(tmp_path: Path) -> None:
    with Study.open_for_writing(tmp_path / "a.deepbench") as study:
        folder = study.folder
    being_written, left = folder / ".draft.json.1a2b.part", folder / ".plan.toml.1a2b.part"
    being_written.touch()
    left.touch()
    with Study.open_for_writing(folder, in_window=True):
        assert being_written.exists()
        assert not left.exists()
    with Study.open_for_writing(folder):
        assert not being_written.exists()


def test_an_artifact_that_only_a_record_names_is_checked(tmp_path: Path) -> None:
    with Study.open_for_writing(tmp_path / "a.deepbench") as study:
        name = study.store("runs", "test-predictions.csv", b"sample\n")
        assert study.problems() == []
        (study.folder / name).write_bytes(b"other\n")
        assert study.problems() == [f"{name} was changed since it was written."]


def test_an_artifact_written_again_is_no_longer_retired(tmp_path: Path) -> None:
    with Study.open_for_writing(tmp_path / "a.deepbench") as study:
        for _ in range(2):
            name = study.store("data", "training.parquet", b"rows")
            study.record("sealed", {"training": name})
            assert name not in study.retired()
            study.retire_others("data", set())
            assert study.retired() == {name}
        assert len(study.ledger.of_kind("retired")) == 2
        study.store("data", "training.parquet", b"rows")
        study.record("sealed", {"training": name})
        (study.folder / name).unlink()
        assert study.problems() == [f"{name} is missing."]


def test_files_of_others_in_an_area_are_left_alone(tmp_path: Path) -> None:
    with Study.open_for_writing(tmp_path / "a.deepbench") as study:
        (study.folder / "data" / "notes.txt").write_text("mine")
        study.retire_others("data", set())
        assert (study.folder / "data" / "notes.txt").exists()


def test_a_plan_that_a_kill_kept_out_of_the_ledger_is_noted_later(tmp_path: Path) -> None:
    with Study.open_for_writing(tmp_path / "a.deepbench") as study:
        (study.folder / "plan.toml").write_text(PLAN.to_toml(), encoding="utf-8")
        study.save_plan(PLAN)
        assert len(study.ledger.of_kind("plan")) == 1
        study.save_plan(PLAN.model_copy(update={"seed": 2}))
        study.save_plan(PLAN)
        assert len(study.ledger.of_kind("plan")) == 3
