"""The bootstrap script's decisions; nothing is installed, no command of a step is run."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
import tomllib
import venv
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
PACKAGING = REPOSITORY / "packaging"
PARTS = sorted(PACKAGING.glob("bootstrap*.py"))
GIGABYTE = 10**9


@pytest.fixture
def parts(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """The script and its parts, imported as the script imports them."""
    monkeypatch.syspath_prepend(str(PACKAGING))
    import bootstrap
    import bootstrap_environment
    import bootstrap_machine
    import bootstrap_steps

    return SimpleNamespace(
        main=bootstrap,
        environment=bootstrap_environment,
        machine=bootstrap_machine,
        steps=bootstrap_steps,
    )


@pytest.fixture
def environment(parts: SimpleNamespace, tmp_path: Path) -> SimpleNamespace:
    """A claimed environment with two installed packages and an interpreter that starts."""
    made = parts.environment.Environment(tmp_path / "Größe 1" / "env")
    made.claim()
    venv.create(made.folder, with_pip=False, symlinks=os.name != "nt")
    for name in ("alpha", "beta"):
        info = made.site_packages / f"{name}-1.0.dist-info"
        info.mkdir()
        (made.site_packages / name).mkdir()
        (made.site_packages / name / "__init__.py").touch()
        record = f"{name}/__init__.py,,\n{name}/__pycache__/x.pyc,,\n{info.name}/RECORD,,\n"
        (info / "RECORD").write_text(record, encoding="utf-8")
    # What works() asks for; the real one is not needed here.
    (made.site_packages / "pip.py").touch()
    return made


# --- Old and unsuitable computers ------------------------------------------------------------


@pytest.mark.parametrize("part", PARTS, ids=lambda path: path.name)
def test_an_old_python_can_read_it(part: Path) -> None:
    ast.parse(part.read_text(encoding="utf-8"), feature_version=(3, 8))


@pytest.mark.parametrize("part", PARTS, ids=lambda path: path.name)
def test_standard_library_only(part: Path) -> None:
    tree = ast.parse(part.read_text(encoding="utf-8"))
    names = {
        alias.name.split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    }
    names |= {
        (node.module or "").split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
    }
    assert names - {path.stem for path in PARTS} <= sys.stdlib_module_names


@pytest.mark.parametrize("version", [(3, 11, 0), (3, 12, 4), (3, 13, 1)])
@pytest.mark.parametrize(
    "machine", [("Linux", "x86_64"), ("Darwin", "arm64"), ("Windows", "AMD64")]
)
def test_suitable_python(
    parts: SimpleNamespace, version: tuple[int, ...], machine: tuple[str, str]
) -> None:
    parts.machine.check_python(version, *machine, 64)


@pytest.mark.parametrize(
    ("version", "machine", "bits", "sentence"),
    [
        ((3, 8, 10), ("Linux", "x86_64"), 64, "this is Python 3.8.10"),
        ((3, 14, 0), ("Windows", "AMD64"), 64, "this is Python 3.14.0"),
        ((3, 12, 1), ("Windows", "x86"), 32, "64-bit"),
        ((3, 12, 1), ("Darwin", "x86_64"), 64, "Intel Macs"),
    ],
)
def test_unsuitable_python(
    parts: SimpleNamespace,
    version: tuple[int, ...],
    machine: tuple[str, str],
    bits: int,
    sentence: str,
) -> None:
    with pytest.raises(parts.machine.Problem, match=sentence) as caught:
        parts.machine.check_python(version, *machine, bits)
    assert caught.value.exit_code == 2
    assert "3.12" in caught.value.hint


def test_versions_agree_with_the_project(parts: SimpleNamespace) -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    oldest, untested = parts.machine.OLDEST, parts.machine.FIRST_UNTESTED
    stated = ">={}.{},<{}.{}".format(*oldest, *untested)
    assert project["requires-python"] == stated


def test_disk(parts: SimpleNamespace, tmp_path: Path) -> None:
    parts.machine.check_disk(tmp_path, 4 * GIGABYTE)
    with pytest.raises(parts.machine.Problem, match=r"about 4 GB, and only 1\.5 GB are free"):
        parts.machine.check_disk(tmp_path, 3 * GIGABYTE // 2)


def test_path_length_of_windows(parts: SimpleNamespace) -> None:
    room = 259 - parts.machine.LONGEST_INSIDE
    parts.machine.check_path_length("x" * room, long_paths=False)
    parts.machine.check_path_length("x" * 1000, long_paths=True)
    with pytest.raises(parts.machine.Problem, match="too long") as caught:
        parts.machine.check_path_length("x" * (room + 1), long_paths=False)
    assert "DEEPBENCH_VENV" in caught.value.hint


def test_missing_libraries_are_named(parts: SimpleNamespace) -> None:
    missing = parts.machine.missing_libraries({"libnowhere.so.7": "libnowhere7"})
    assert missing == {"libnowhere.so.7": "libnowhere7"}


def test_without_ensurepip_the_package_is_named(
    parts: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts.machine.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(parts.machine.shutil, "which", lambda name: None)
    with pytest.raises(parts.machine.Problem) as caught:
        parts.machine.ensure_venv_module()
    assert "apt-get install -y python3." in caught.value.hint


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


def read(parts: SimpleNamespace, pyproject: Path | None = None, place: str = "here") -> object:
    """Read the project's requirements."""
    chosen = pyproject or REPOSITORY / "pyproject.toml"
    return parts.environment.read_requirements(chosen, PACKAGING / "constraints.txt", place)


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
    assert fresh[5].command[-1].startswith("import torch, filelock,")
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


# --- Failures --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("output", "sentence"),
    [
        ("NewConnectionError: [Errno -3] Temporary failure in name resolution", "no connection"),
        ("[WinError 10054] ConnectionResetError", "no connection"),
        ("OSError: ('Cannot connect to proxy.', ... 407 Proxy Authentication", "proxy"),
        ("SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED]", "certificate"),
        ("ERROR: [Errno 28] No space left on device", "disk is full"),
        ("OSError: [WinError 112] There is not enough space on the disk", "disk is full"),
        ("ERROR: No matching distribution found for torch==2.13.0", "not to be had"),
        ("libgomp.so.1: cannot open shared object file: No such file", "library of the system"),
        ("OSError: [WinError 126] ... c10.dll or one of its dependencies", "library of Windows"),
        ("PermissionError: [WinError 5] Access is denied", "could not be written"),
        ("Segmentation fault", "lines above"),
    ],
)
def test_failures_are_explained(parts: SimpleNamespace, output: str, sentence: str) -> None:
    said, hint = parts.steps.explain(output)
    assert sentence in said
    assert hint.endswith(".")


def test_a_failed_step_shows_the_end_of_its_output(
    parts: SimpleNamespace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    program = "print('old line\\n' * 40 + 'No space left on device'); raise SystemExit(3)"
    step = parts.steps.Step("Trying", [sys.executable, "-c", program])
    log = tmp_path / "pip.log"
    log.write_text("earlier: Read timed out\n", encoding="utf-8")
    with pytest.raises(parts.steps.StepFailed, match="disk is full") as caught:
        parts.steps.run_step(step, "[2/5]", log)
    shown = capsys.readouterr()
    assert caught.value.exit_code == 1
    assert shown.out == ""
    assert shown.err.count("old line") == 14
    assert str(log) in caught.value.hint


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.4, "0 s"), (59.6, "1 min 00 s"), (185, "3 min 05 s")]
)
def test_durations(parts: SimpleNamespace, seconds: float, text: str) -> None:
    assert parts.steps.spell_seconds(seconds) == text


# --- Commands --------------------------------------------------------------------------------


def test_what_follows_the_dashes_goes_to_the_program(parts: SimpleNamespace) -> None:
    options, extra = parts.main.parse(["test", "--", "-k", "vault", "--", "x"])
    assert options.command == "test"
    assert extra == ["-k", "vault", "--", "x"]


@pytest.mark.parametrize("arguments", [[], ["fly"], ["install", "--fast"]])
def test_wrong_usage_ends_with_2(
    parts: SimpleNamespace, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        parts.main.main(arguments)
    assert caught.value.code == 2
    assert "usage" in capsys.readouterr().err


def test_the_exit_code_passes_through(parts: SimpleNamespace) -> None:
    assert parts.main.run_program([sys.executable, "-c", "raise SystemExit(3)"], {}) == 3


@pytest.mark.skipif(os.name == "nt", reason="Windows has no signals between processes")
def test_a_killed_program_gives_the_code_of_a_shell(parts: SimpleNamespace) -> None:
    program = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
    assert parts.main.run_program([sys.executable, "-c", program], {}) == 128 + 9


def test_programs_do_not_see_other_pythons(
    parts: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", "/somewhere")
    monkeypatch.setenv("PIP_TARGET", "/somewhere")
    monkeypatch.setenv("PIP_CERT", "/certificates.pem")
    variables = parts.steps.child_environment()
    assert not {"PYTHONPATH", "PIP_TARGET"} & set(variables)
    assert variables["PIP_CERT"] == "/certificates.pem"


def test_install_prints_the_interpreter_last(
    parts: SimpleNamespace,
    environment: SimpleNamespace,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    ready_at(parts, environment, monkeypatch)
    assert parts.main.main(["install"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == str(environment.python)


def ready_at(
    parts: SimpleNamespace, environment: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Let the script find its environment complete."""
    monkeypatch.setenv("DEEPBENCH_VENV", str(environment.folder))
    key = read(parts, place=f"{REPOSITORY} {environment.folder}").key
    environment.write_stamp(key, dev=True)
    monkeypatch.setattr(parts.main, "has_wizard", lambda _repository: False)
    monkeypatch.setattr(parts.main.signal, "signal", lambda *_arguments: None)


@pytest.mark.parametrize(("code", "reports"), [(0, 2), (0, 0), (3, 0)])
def test_run_says_where_the_report_is(
    parts: SimpleNamespace,
    environment: SimpleNamespace,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    code: int,
    reports: int,
) -> None:
    ready_at(parts, environment, monkeypatch)
    study = tmp_path / "my study"
    for number in range(reports):
        report = study / "report" / f"report-{number}.html"
        report.parent.mkdir(parents=True, exist_ok=True)
        report.touch()
        os.utime(report, (100.0 - number, 100.0 - number))
    started: list[list[str]] = []

    def pretend(command: list[str], *_arguments: object) -> int:
        started.append(command)
        return code

    monkeypatch.setattr(parts.main, "run_program", pretend)
    assert parts.main.main(["run", "--study", str(study), "--", "--workers", "2"]) == code
    (command,) = started
    assert command[1:6] == ["-m", "deepbench", "run", "--example", "wisconsin"]
    assert command[-4:] == ["--study", str(study), "--workers", "2"]
    found = study / "report" / "report-0.html" if reports else study
    assert capsys.readouterr().out == ("" if code else f"Report: {found}\n")


def test_a_problem_is_two_sentences(
    parts: SimpleNamespace,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "mine").touch()
    monkeypatch.setenv("DEEPBENCH_VENV", str(tmp_path))
    monkeypatch.setattr(parts.main.signal, "signal", lambda *_arguments: None)
    assert parts.main.main(["install"]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "Traceback" not in shown.err
    assert len(shown.err.splitlines()) == 2
