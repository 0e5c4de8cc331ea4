"""The script that runs a bundle again, and the README that explains its files."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from deepbench.reporting.documents.bundle_readme import bundle_readme, explanation
from deepbench.reporting.documents.rerun import HIGHEST, LOWEST, rerun_script
from deepbench.study.records import StudySummary
from tests.engine.reporting.documents import written

REPOSITORY = Path(__file__).resolve().parents[4]


def script(summary: StudySummary | None = None) -> str:
    ((path, content, _),) = rerun_script(summary or written.full())
    assert path == "rerun/rerun.py"
    return content.decode("utf-8")


def names_in(text: str) -> dict[str, Any]:
    found: dict[str, Any] = {"__name__": "rerun", "__file__": "/nowhere/rerun/rerun.py"}
    exec(compile(text, "rerun.py", "exec"), found)
    return found


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """A bundle with all that the script needs."""
    files = {
        "plan.toml": "format = 1\n",
        "results.json": "{}\n",
        "rerun/constraints.txt": "torch==2.13.0\n",
        "rerun/rerun.py": script(),
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    sums = "".join(
        f"{hashlib.sha256((tmp_path / name).read_bytes()).hexdigest()}  {name}\n" for name in files
    )
    (tmp_path / "checksums.sha256").write_text(sums, encoding="utf-8")
    (tmp_path / "data").mkdir()
    return tmp_path


def run(bundle: Path, *arguments: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-I", str(bundle / "rerun" / "rerun.py"), *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == "" or "usage" in done.stderr
    return done.returncode, done.stdout


def test_pythons_are_those_of_the_program() -> None:
    text = (REPOSITORY / "pyproject.toml").read_text(encoding="utf-8")
    assert f'requires-python = ">={LOWEST[0]}.{LOWEST[1]},<{HIGHEST[0]}.{HIGHEST[1] + 1}"' in text


def test_files_are_compared_first(bundle: Path) -> None:
    status, said = run(bundle, "--files-only")
    assert status == 0
    assert said.startswith(
        "All 4 files are as checksums.sha256 lists them. The list is not signed:"
    )
    (bundle / "results.json").write_text("[]", encoding="utf-8")
    status, said = run(bundle, "--data", str(bundle / "data"))
    assert status == 2
    assert said.endswith("Changed or missing since they left the study: results.json.\n")


def test_without_the_list_nothing_is_claimed(bundle: Path) -> None:
    (bundle / "checksums.sha256").unlink()
    status, said = run(bundle, "--files-only")
    assert status == 2
    assert said.startswith("There is no checksums.sha256, so nobody can say")


def test_what_is_missing_is_named(bundle: Path) -> None:
    (bundle / "plan.toml").unlink()
    assert run(bundle, "--files-only")[1].startswith("These files of the bundle are missing: plan")


def test_it_asks_for_the_data(bundle: Path) -> None:
    status, said = run(bundle)
    assert status == 2
    assert said.endswith("Name the folder that the data lies in: "
                         "python rerun/rerun.py --data FOLDER\n")  # fmt: skip
    status, said = run(bundle, "--data", str(bundle / "nowhere"))
    assert status == 2
    assert "There is no folder" in said


def test_it_says_what_it_would_do(bundle: Path) -> None:
    status, said = run(bundle, "--data", str(bundle / "data"), "--show")
    assert status == 0
    *_, install, verify = said.splitlines()
    assert install.endswith(f"-c {bundle / 'rerun' / 'constraints.txt'} deepbench==0.1.0")
    assert verify.endswith(f"-m deepbench verify {bundle} --data {bundle / 'data'}")
    assert not (bundle / "rerun" / "environment").exists()


def test_it_makes_an_environment_installs_and_verifies(bundle: Path) -> None:
    found = names_in((bundle / "rerun" / "rerun.py").read_text(encoding="utf-8"))
    done: list[list[str]] = []
    statuses = [0, 3]

    class Environments:
        @staticmethod
        def create(place: str, with_pip: bool) -> None:
            assert with_pip
            done.append(["create", place])

    class Processes:
        @staticmethod
        def call(command: list[str]) -> int:
            done.append(command)
            return statuses[len(done) - 2]

    found |= {"venv": Environments, "subprocess": Processes}
    found |= {"HERE": bundle / "rerun", "BUNDLE": bundle, "ENVIRONMENT": bundle / "rerun" / "e"}
    assert found["main"](["--data", str(bundle / "data"), "--deepbench", "here.whl"]) == 3
    assert done[0] == ["create", str(bundle / "rerun" / "e")]
    assert done[1][-1] == "here.whl"
    assert done[2][2:4] == ["deepbench", "verify"]
    done.clear()
    statuses[0] = 1
    assert found["main"](["--data", str(bundle / "data")]) == 2
    assert len(done) == 2  # what could not be installed is not run


def test_another_python_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    found = names_in(script())
    monkeypatch.setattr(sys, "version_info", (3, 8, 1))
    assert found["wrong_python"]() == (
        "This is Python 3.8. Use one from 3.11 to 3.13; the study ran on 3.11.9."
    )
    monkeypatch.setattr(sys, "version_info", (3, 12, 1))
    assert found["wrong_python"]() == ""


def test_nothing_of_a_study_becomes_code() -> None:
    start = written.full().start
    assert start is not None
    versions = {"python": '3.11"; import os; "'}
    machine = start.machine.model_copy(update={"versions": versions})
    summary = written.full().model_copy(
        update={"start": start.model_copy(update={"machine": machine}), "version": '0"\n'}
    )
    found = names_in(script(summary))
    assert (found["VERSION"], found["PYTHON"]) == ("", "")
    assert "@" not in script()


def test_readme_explains_each_file_that_is_there_and_no_other() -> None:
    files = [
        ("plan.toml", "Plan"),
        ("card/model-card.md", "Model card"),
        ("figures/leaderboard.svg", "All models"),
        ("tables/scores.csv", "Scores"),
        ("more/notes.txt", "Notes of the laboratory"),
        ("rerun/rerun.py", "Script"),
    ]
    ((path, content, _),) = bundle_readme(
        files, written.full(), ["Not in it: Model. It stays in the study."]
    )
    text = content.decode("utf-8")
    assert path == "README.txt"
    for name, _ in files:
        assert f"\n{name}\n" in text
    assert "model.onnx" not in text
    assert "Notes of the laboratory." in text
    assert "\nNot in this bundle, and why\n" in text
    assert "- Not in it: Model. It stays in the study." in text
    assert "By whose approval" not in text
    assert "deepbench verify . --data FOLDER" in text
    assert max(map(len, text.splitlines())) <= 92


@pytest.mark.parametrize(
    "path",
    [
        "model/model.onnx",
        "model/model.safetensors",
        "model/model.skops",
        "model/schema.json",
        "model/predict.py",
        "card/model-card.html",
        "report/report.html",
        "report/report.pdf",
        "report/results.json",
        "figures/roc.pdf",
        "tables/tables.xlsx",
        "documents/dome.json",
        "documents/reforms.md",
        "documents/model-info-sheet.md",
        "documents/tripod-ai.md",
        "documents/mi-claim.md",
        "documents/methods.txt",
        "rerun/plan.toml",
        "rerun/constraints.txt",
        "rerun/rerun.py",
        "results.json",
        "ro-crate-metadata.json",
        "checksums.sha256",
    ],
)
def test_each_file_of_a_bundle_is_explained(path: str) -> None:
    assert explanation(path) not in ("", ".")


def test_notes_stand_only_where_there_are_some() -> None:
    ((_, content, _),) = bundle_readme([("plan.toml", "Plan")], written.empty())
    text = content.decode("utf-8")
    assert "Not in this bundle" not in text
    assert "verify" not in text, "without the script there is nothing to run again"
