"""``deepbench verify``: a re-run reproduces, or says number by number what does not."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from deepbench.errors import DataError, StageBlocked, StudyError
from deepbench.jobs.bundle_closing import CHECKSUMS, checksums
from deepbench.jobs.leave import level_in_force
from deepbench.jobs.released import last_run, plan_toml, released_plan, results_json
from deepbench.jobs.verify import verify
from deepbench.messages import VerifyStudy
from deepbench.plan import parse_plan
from deepbench.privacy.bundle_file import BundleFile
from deepbench.study.folder import Study
from deepbench.worker.progress import Progress
from tests.end_to_end import tables
from tests.end_to_end.in_process import TINY, run_here


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("verify")
    tables.two_classes(folder / "table.csv")
    plan = tables.plan_for(folder, "group", TINY)
    run_here(plan, folder / "s.deepbench")
    return folder / "s.deepbench"


def ask(path: Path, data: Path | None = None) -> dict[str, object]:
    request = VerifyStudy(str(path), str(data) if data else "", 1, "cpu")
    return verify(request, Progress())


def test_a_study_reproduces_leaves_nothing_and_is_written_down(study: Path) -> None:
    before = sorted(path.name for path in (study / "runs").iterdir())
    result = ask(study)
    assert result["reproduces"] is True
    lines = result["lines"]
    assert isinstance(lines, list)
    assert lines[-1] == "The re-run reproduces the results."
    assert sorted(path.name for path in (study / "runs").iterdir()) == before
    with Study.open_for_reading(study) as opened:
        (line,) = opened.ledger.of_kind("verified")
        assert line.data["reproduces"] is True
        # The re-run opened a test set of its own, not that of the study.
        assert len(opened.ledger.of_kind("test_opened")) <= 1
        assert opened.problems() == []


def bundle_of(folder: Path, files: dict[str, bytes]) -> Path:
    """Make a bundle of some files, with their checksums."""
    bundle = folder / "bundle"
    bundle.mkdir(exist_ok=True)
    for name, content in files.items():
        (bundle / name).write_bytes(content)
    listed = [BundleFile(name, content, "results", name) for name, content in files.items()]
    (bundle / CHECKSUMS).write_bytes(checksums(listed))
    return bundle


def plan_and_results(study: Path) -> dict[str, bytes]:
    with Study.open_for_reading(study) as opened:
        level = level_in_force(opened)
        return {
            "plan.toml": plan_toml(released_plan(opened, level)),
            "results.json": results_json(last_run(opened), level),
        }


@pytest.mark.parametrize("name", ["results.json", "report/report.html", "plan.toml"])
def test_a_study_changed_by_hand_is_not_run_again(name: str, study: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.deepbench"
    shutil.copytree(study, copy)
    path = copy / name
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises((StageBlocked, StudyError), match="changed") as told:
        ask(copy, study.parent)
    assert name in told.value.message


def test_what_a_killed_run_left_in_a_study_is_deleted(study: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.deepbench"
    shutil.copytree(study, copy)
    left = copy / "runs" / ".verify-abc.part" / "again.deepbench" / "vault"
    left.mkdir(parents=True)
    (left / "test.parquet").write_bytes(b"rows")
    with Study.open_for_writing(copy):
        assert not left.parents[1].exists()


def test_what_a_killed_run_left_of_a_bundle_is_deleted(
    study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = tmp_path / "temporary"
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    dead = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    left = temporary / f"deepbench-verify-{dead}-x" / "again.deepbench" / "vault"
    running = temporary / f"deepbench-verify-{os.getpid()}-y"
    for folder in (left, running, temporary / "deepbench-verify-notes-z"):
        folder.mkdir(parents=True)
    bundle = bundle_of(tmp_path, plan_and_results(study))
    assert ask(bundle, study.parent)["reproduces"] is True
    assert sorted(path.name for path in temporary.iterdir() if "verify" in path.name) == sorted(
        [running.name, "deepbench-verify-notes-z"]
    )


def test_a_number_that_was_changed_is_named(study: Path, tmp_path: Path) -> None:
    files = plan_and_results(study)
    results = json.loads(files["results.json"])
    results["models"][0]["tuning"]["plain"] = 0.987
    bundle = bundle_of(tmp_path, {**files, "results.json": json.dumps(results).encode()})
    result = ask(bundle, study.parent)
    assert result["reproduces"] is False
    lines = result["lines"]
    assert isinstance(lines, list)
    assert any(str(line).startswith("models[0].tuning.plain: 0.987 → ") for line in lines)
    assert lines[-1] == "The re-run does not reproduce the results."


def test_a_private_model_is_told_of_and_not_made_again(study: Path, tmp_path: Path) -> None:
    text = (study / "plan.toml").read_text(encoding="utf-8")
    plan = parse_plan(text)
    private = plan.privacy.model_copy(update={"private_training": True})
    changed = plan.model_copy(update={"privacy": private}).to_toml()
    files = {**plan_and_results(study), "plan.toml": changed.encode()}
    bundle = bundle_of(tmp_path, files)
    said: list[object] = []
    request = VerifyStudy(str(bundle), str(study.parent), 1, "cpu")
    result = verify(request, Progress(said.append))
    assert result["reproduces"] is True
    lines = result["lines"]
    assert isinstance(lines, list)
    assert any("the private model cannot be made again number by number" in line for line in lines)
    assert "rivate" not in "".join(map(str, said))


def test_a_bundle_reproduces_from_the_folder_with_the_data(study: Path, tmp_path: Path) -> None:
    bundle = bundle_of(tmp_path, plan_and_results(study))
    before = sorted(path.name for path in bundle.iterdir())
    with pytest.raises(DataError, match="is not in bundle") as told:
        ask(bundle)
    assert "--data FOLDER" in told.value.hint
    result = ask(bundle, study.parent)
    assert result["reproduces"] is True
    lines = result["lines"]
    assert isinstance(lines, list)
    assert "The list is not signed" in lines[0]
    assert sorted(path.name for path in bundle.iterdir()) == before
    # The data may lie in the bundle itself.
    shutil.copy(study.parent / "table.csv", bundle)
    (bundle / "results.json").write_bytes(b"{}")
    with pytest.raises(StageBlocked, match=r"again\. Changed: results\.json\. Get"):
        ask(bundle)


def test_what_is_no_study_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="neither a study nor a bundle"):
        ask(tmp_path)
    (tmp_path / "plan.toml").write_text('[question]\noutcome = "y"\n[data]\nsource = "t.csv"\n')
    with pytest.raises(StudyError, match=r"holds no results\.json"):
        ask(tmp_path)
    (tmp_path / "results.json").write_text("{", encoding="utf-8")
    with pytest.raises(StudyError, match="cannot be read"):
        ask(tmp_path)
