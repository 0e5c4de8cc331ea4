"""A bundle that left a study runs again, and says when a file was changed."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from deepbench.jobs.export_study import export_study
from deepbench.jobs.verify import verify
from deepbench.messages import ExportStudy, VerifyStudy
from deepbench.worker.progress import Progress
from tests.end_to_end import tables
from tests.end_to_end.in_process import TINY, run_here

ROLES = '[roles]\nsample = "sample"\n'


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bundle")
    tables.two_classes(folder / "table.csv")
    plan = tables.plan_for(folder, "group", ROLES + TINY)
    text = plan.read_text(encoding="utf-8").replace("[data]", '[data]\nlicence = "Simulated"', 1)
    plan.write_text(text, encoding="utf-8")
    run_here(plan, folder / "s.deepbench")
    (folder / "out").mkdir()
    request = ExportStudy(str(folder / "s.deepbench"), "bundle", into=str(folder / "out"))
    return Path(str(export_study(request, Progress())["output"]))


def again(place: Path, data: Path) -> dict[str, object]:
    return verify(VerifyStudy(str(place), str(data), 1, "cpu"), Progress())


def files_only(place: Path) -> tuple[int, str]:
    """Run the script of the bundle in a process of its own."""
    done = subprocess.run(
        [sys.executable, str(place / "rerun" / "rerun.py"), "--files-only"],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


def test_an_exported_bundle_reproduces(bundle: Path) -> None:
    data = bundle.parent.parent
    before = {path: path.read_bytes() for path in bundle.rglob("*.*")}
    assert again(bundle, data)["reproduces"] is True
    assert {path: path.read_bytes() for path in bundle.rglob("*.*")} == before


def test_the_script_of_the_bundle_checks_its_files(bundle: Path, tmp_path: Path) -> None:
    count = sum(1 for path in bundle.rglob("*") if path.is_file()) - 1
    assert files_only(bundle) == (0, f"All {count} files are as they left the study.\n")
    copy = tmp_path / "copy"
    shutil.copytree(bundle, copy)
    (copy / "tables" / "leaderboard.csv").write_text("model\n", encoding="utf-8")
    code, said = files_only(copy)
    assert (code, said.strip()) == (
        2,
        "Changed or missing since they left the study: tables/leaderboard.csv.",
    )
