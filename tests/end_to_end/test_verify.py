"""``deepbench verify``: a re-run reproduces, or says number by number what does not."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from deepbench.errors import DataError, StudyError
from deepbench.jobs.leave import level_in_force
from deepbench.jobs.released import last_run, plan_toml, released_plan, results_json
from deepbench.jobs.verify import verify
from deepbench.messages import VerifyStudy
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


def test_a_number_that_was_changed_is_named(study: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.deepbench"
    shutil.copytree(study, copy)
    shutil.copy(study.parent / "table.csv", tmp_path)
    results = json.loads((copy / "results.json").read_text(encoding="utf-8"))
    results["models"][0]["tuning"]["plain"] = 0.987
    (copy / "results.json").write_text(json.dumps(results), encoding="utf-8")
    result = ask(copy)
    assert result["reproduces"] is False
    lines = result["lines"]
    assert isinstance(lines, list)
    assert any(str(line).startswith("models[0].tuning.plain: 0.987 → ") for line in lines)
    assert lines[-1] == "The re-run does not reproduce the results."


def test_a_bundle_reproduces_from_the_folder_with_the_data(study: Path, tmp_path: Path) -> None:
    bundle = tmp_path / "bundle"
    bundle.mkdir()
    with Study.open_for_reading(study) as opened:
        level = level_in_force(opened)
        (bundle / "plan.toml").write_bytes(plan_toml(released_plan(opened, level)))
        (bundle / "results.json").write_bytes(results_json(last_run(opened), level))
    with pytest.raises(DataError, match="is not in bundle") as told:
        ask(bundle)
    assert "--data FOLDER" in told.value.hint
    assert ask(bundle, study.parent)["reproduces"] is True
    assert sorted(path.name for path in bundle.iterdir()) == ["plan.toml", "results.json"]


def test_what_is_no_study_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="neither a study nor a bundle"):
        ask(tmp_path)
    (tmp_path / "plan.toml").write_text('[question]\noutcome = "y"\n[data]\nsource = "t.csv"\n')
    with pytest.raises(StudyError, match=r"holds no results\.json"):
        ask(tmp_path)
    (tmp_path / "results.json").write_text("{", encoding="utf-8")
    with pytest.raises(StudyError, match="cannot be read"):
        ask(tmp_path)
