"""A bundle that left a study runs again, and says when a file was changed."""

from __future__ import annotations

import csv
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from deepbench.errors import StageBlocked
from deepbench.jobs.bundle_closing import CHECKSUMS
from deepbench.jobs.export_study import export_study
from deepbench.jobs.verify import verify
from deepbench.messages import ExportStudy, VerifyStudy
from deepbench.study.files import file_sha256
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
    result = again(bundle, data)
    lines = result["lines"]
    assert isinstance(lines, list)
    assert result["reproduces"] is True, lines
    count = len(before) - 1
    assert lines[0].startswith(f"{count:,} files are as the list of checksums has them. ")
    assert "tables/leaderboard.csv" in lines[1]
    assert "test-metrics.csv" not in lines[2]
    assert {path: path.read_bytes() for path in bundle.rglob("*.*")} == before


def test_the_script_of_the_bundle_checks_its_files(bundle: Path, tmp_path: Path) -> None:
    count = sum(1 for path in bundle.rglob("*") if path.is_file()) - 1
    code, said = files_only(bundle)
    assert code == 0
    assert said.startswith(f"All {count} files are as checksums.sha256 lists them. ")
    copy = tmp_path / "copy"
    shutil.copytree(bundle, copy)
    (copy / "tables" / "leaderboard.csv").write_text("model\n", encoding="utf-8")
    code, said = files_only(copy)
    assert (code, said.strip()) == (
        2,
        "Changed or missing since they left the study: tables/leaderboard.csv.",
    )


def test_a_forged_bundle_does_not_pass(bundle: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(bundle, copy)
    forged = ["card/model-card.md", "model/model.safetensors", "report/report.html"]
    forged.append("tables/leaderboard.csv")
    for name in forged:
        (copy / name).write_bytes((copy / name).read_bytes() + b"9")
    with pytest.raises(StageBlocked) as told:
        again(copy, bundle.parent.parent)
    assert told.value.message.endswith(f"Changed: {', '.join(forged)}.")


def test_a_forged_table_with_its_checksum_is_found_by_the_re_run(
    bundle: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(bundle, copy)
    path, sums = copy / "tables" / "leaderboard.csv", copy / CHECKSUMS
    before = file_sha256(path)
    rows = list(csv.reader(path.read_text(encoding="utf-8").splitlines()))
    place = next(p for p, cell in enumerate(rows[1]) if cell.startswith("0."))
    rows[1][place] = "0.99123"
    path.write_text("\r\n".join(",".join(row) for row in rows), encoding="utf-8")
    listed = sums.read_text(encoding="utf-8").replace(before, file_sha256(path))
    sums.write_text(listed, encoding="utf-8")
    result = again(copy, bundle.parent.parent)
    assert result["reproduces"] is False
    assert f"tables/leaderboard.csv[0].{rows[0][place]}: 0.99123 → " in str(result["lines"])
