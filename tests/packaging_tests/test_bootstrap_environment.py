"""What is installed, when it is reused, and how damage is repaired."""

from __future__ import annotations

import importlib.util
import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.packaging_tests.conftest import PACKAGING, REPOSITORY, read

# --- What is installed -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("requirement", "name", "module"),
    [
        ("tomli_w>=1.2,<2", "tomli-w", "tomli_w"),
        ("scikit-learn >=1.9", "scikit-learn", "sklearn"),
        ("Jinja2==3.1.6", "jinja2", "jinja2"),
        ("python-calamine", "python-calamine", "python_calamine"),
    ],
)
def test_names_in_requirements(
    parts: SimpleNamespace, requirement: str, name: str, module: str
) -> None:
    assert parts.environment.distribution(requirement) == name
    assert parts.environment.import_name(requirement) == module


def pins() -> dict[str, str]:
    """The pinned requirement lines by normalised name."""
    text = (PACKAGING / "constraints.txt").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return {line.split("==")[0].lower().replace("_", "-"): line for line in lines}


def test_every_requirement_is_pinned(parts: SimpleNamespace) -> None:
    from packaging.requirements import Requirement

    requirements = read(parts)
    listed = [
        requirements.torch,
        *requirements.runtime,
        *requirements.dev,
        *requirements.build,
    ]
    for line in listed:
        wanted = Requirement(line)
        pin = Requirement(pins()[parts.environment.distribution(line)])
        (exact,) = pin.specifier
        assert exact.operator == "=="
        assert wanted.specifier.contains(exact.version), line


def test_the_pins_are_what_is_tested() -> None:
    from importlib.metadata import distributions

    from packaging.requirements import Requirement

    installed = {
        found.metadata["Name"].lower().replace("_", "-"): found.version.split("+")[0]
        for found in distributions()
    }
    for name, line in pins().items():
        pin = Requirement(line)
        # An environment made by hand need not hold what only builds.
        if name in installed:
            assert pin.specifier.contains(installed[name]), line


def test_torch_stands_alone(parts: SimpleNamespace) -> None:
    requirements = read(parts)
    assert requirements.torch == "torch==2.13.0"
    assert not [line for line in requirements.runtime if line.startswith("torch")]


@pytest.mark.parametrize(
    ("old", "new", "changes"),
    [
        ('"rich>=15,<16"', '"rich>=15.1,<16"', True),
        ('"mypy>=2.4,<3"', '"mypy>=2.5,<3"', True),
        ("hatchling==", "hatchling>=", True),
        ("line-length = 99", "line-length = 98", False),
        ("strict = true", "strict = false", False),
    ],
)
def test_the_key_changes_with_what_is_installed(
    parts: SimpleNamespace, tmp_path: Path, old: str, new: str, changes: bool
) -> None:
    text = (REPOSITORY / "pyproject.toml").read_text(encoding="utf-8")
    assert old in text
    changed = tmp_path / "pyproject.toml"
    changed.write_text(text.replace(old, new), encoding="utf-8")
    assert (read(parts).key != read(parts, changed).key) is changes


def test_the_key_changes_with_place_and_pins(parts: SimpleNamespace, tmp_path: Path) -> None:
    pyproject = REPOSITORY / "pyproject.toml"
    other = tmp_path / "constraints.txt"
    other.write_text("torch==2.13.0\n", encoding="utf-8")
    keys = {
        read(parts).key,
        read(parts, place="elsewhere").key,
        parts.environment.read_requirements(pyproject, other, "here").key,
    }
    assert len(keys) == 3


def test_steps(parts: SimpleNamespace, environment: SimpleNamespace) -> None:
    requirements = read(parts)
    fresh = parts.steps.plan_steps(environment, requirements, dev=True, fresh=True)
    assert [step.what for step in fresh][:2] == ["A fresh environment", "torch (the largest part)"]
    torch, libraries = fresh[1].command, fresh[2].command
    assert torch[-1] == "torch==2.13.0"
    constraints = str(PACKAGING / "constraints.txt")
    for command in (torch, libraries, fresh[3].command):
        assert command[command.index("-c") + 1] == constraints
        assert "--only-binary=:all:" in command
    assert torch[torch.index(constraints) + 1 :] == ["torch==2.13.0"]
    assert set(requirements.runtime) < set(libraries)
    assert "--no-deps" in fresh[4].command
    trial = fresh[5].command[-1]
    assert trial.startswith("import torch, filelock,")
    assert trial.endswith(", deepbench, deepbench_resources, deepbench_ui")
    for name in trial.removeprefix("import ").split(", "):
        assert importlib.util.find_spec(name), name
    # Nothing of the trial needs what a computer without a screen may lack.
    assert "PySide6," in trial
    assert "pyqtgraph" not in trial
    repair = parts.steps.plan_steps(environment, requirements, dev=False, fresh=False)
    assert [step.what for step in repair] == [fresh[index].what for index in (1, 2, 4, 5)]


# --- Reuse and repair ------------------------------------------------------------------------


def test_ready_only_with_a_stamp(environment: SimpleNamespace) -> None:
    assert not environment.is_ready("key", dev=False)
    environment.write_stamp("key", dev=False)
    assert environment.is_ready("key", dev=False)
    assert not environment.is_ready("other key", dev=False)
    assert not environment.is_ready("key", dev=True)


def test_the_tools_for_tests_include_the_rest(environment: SimpleNamespace) -> None:
    environment.write_stamp("key", dev=True)
    assert environment.is_ready("key", dev=False)
    assert environment.is_ready("key", dev=True)


def test_a_package_more_is_no_damage(environment: SimpleNamespace) -> None:
    environment.write_stamp("key", dev=False)
    (environment.site_packages / "extra").mkdir()
    assert environment.is_ready("key", dev=False)


def damage_package(environment: SimpleNamespace) -> None:
    (environment.site_packages / "alpha" / "__init__.py").unlink()
    (environment.site_packages / "alpha").rmdir()


def damage_interpreter(environment: SimpleNamespace) -> None:
    environment.python.unlink()


def damage_pip(environment: SimpleNamespace) -> None:
    (environment.site_packages / "pip.py").write_text("raise ImportError", encoding="utf-8")


def damage_stamp(environment: SimpleNamespace) -> None:
    environment.stamp.write_text(json.dumps({"key": "key"})[:-3], encoding="utf-8")


@pytest.mark.parametrize("damage", [damage_package, damage_interpreter, damage_pip, damage_stamp])
def test_damage_is_noticed(
    environment: SimpleNamespace, damage: Callable[[SimpleNamespace], None]
) -> None:
    environment.write_stamp("key", dev=False)
    damage(environment)
    assert not environment.is_ready("key", dev=False)


def test_an_incomplete_package_is_forgotten(environment: SimpleNamespace) -> None:
    site = environment.site_packages
    (site / "~lpha").mkdir()
    (site / "beta" / "__init__.py").unlink()
    environment.forget_incomplete()
    assert {path.name for path in site.glob("*")} >= {"alpha", "alpha-1.0.dist-info", "beta"}
    assert not (site / "~lpha").exists()
    assert not (site / "beta-1.0.dist-info").exists()


def test_a_package_without_record_is_forgotten(environment: SimpleNamespace) -> None:
    (environment.site_packages / "alpha-1.0.dist-info" / "RECORD").unlink()
    environment.forget_incomplete()
    assert not (environment.site_packages / "alpha-1.0.dist-info").exists()


def test_clear_keeps_the_log(environment: SimpleNamespace) -> None:
    environment.log.write_text("story", encoding="utf-8")
    environment.clear()
    assert [path.name for path in environment.folder.iterdir()] == ["deepbench-bootstrap"]
    assert environment.log.read_text(encoding="utf-8") == "story"
    environment.claim()


def test_a_folder_of_somebody_else_is_left_alone(parts: SimpleNamespace, tmp_path: Path) -> None:
    (tmp_path / "thesis.docx").touch()
    with pytest.raises(parts.machine.Problem, match="not made by this script"):
        parts.environment.Environment(tmp_path).claim()
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.docx"]


def test_a_folder_that_cannot_be_made(parts: SimpleNamespace, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(parts.machine.Problem, match="cannot be made"):
        parts.environment.Environment(tmp_path / "file" / "env").claim()


def test_accented_paths_reach_the_interpreter(environment: SimpleNamespace) -> None:
    folder = environment.folder.parent / "Müller 山"
    folder.mkdir()
    (folder / "found_there.py").write_text("ANSWER = 42", encoding="utf-8")
    environment.add_paths([folder])
    assert (environment.site_packages / "deepbench-paths.pth").read_bytes().isascii()
    program = "import found_there; print(found_there.ANSWER)"
    answer = subprocess.check_output([str(environment.python), "-I", "-c", program], text=True)
    assert answer.strip() == "42"


def test_two_do_not_install_at_once(parts: SimpleNamespace, tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with parts.environment.locked(path), path.open("a+b") as second:
        assert not parts.environment.try_lock(second.fileno())
    with path.open("a+b") as third:
        assert parts.environment.try_lock(third.fileno())
