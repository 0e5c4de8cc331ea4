"""The bootstrap script's commands and how failures are explained."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.packaging_tests.conftest import REPOSITORY, ready_at

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


def test_run_opens_the_wizard_where_a_screen_is(
    parts: SimpleNamespace,
    monkeypatch: pytest.MonkeyPatch,
    started: list[list[str]],
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(parts.main, "has_screen", lambda: True)
    monkeypatch.setattr(parts.main, "window_opens", lambda python: True)
    assert parts.main.main(["run", "--", "my study"]) == 0
    assert started == [["-m", "deepbench_ui", "my study"]]
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("lacks", ["screen", "library", "window", "wizard", "none, but --study"])
def test_run_does_the_example_where_no_window_opens(
    parts: SimpleNamespace,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    started: list[list[str]],
    lacks: str,
) -> None:
    monkeypatch.setattr(parts.main, "EXAMPLE_STUDY", tmp_path / "example")
    monkeypatch.setattr(parts.main, "has_screen", lambda: lacks != "screen")
    monkeypatch.setattr(parts.main, "ensure_libraries", lambda _libraries: lacks != "library")
    monkeypatch.setattr(parts.main, "window_opens", lambda python: lacks != "window")
    monkeypatch.setattr(parts.main, "has_wizard", lambda repository: lacks != "wizard")
    chosen = ["--study", str(tmp_path / "mine")] if "--study" in lacks else []
    folder = chosen[1] if chosen else str(tmp_path / "example")
    assert parts.main.main(["run", *chosen]) == 0
    example = ["-m", "deepbench", "run", "--example", "wisconsin", "--study", folder]
    assert started == [example]


def test_tests_need_no_screen(
    parts: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, started: list[list[str]]
) -> None:
    asked: list[dict[str, str]] = []
    monkeypatch.setattr(parts.main, "ensure_libraries", asked.append)
    assert parts.main.main(["test", "--", "-q"]) == 0
    assert started == [["-m", "pytest", "-q"]]
    assert asked == [parts.machine.QT_LIBRARIES]


def test_the_wizard_is_there(parts: SimpleNamespace, tmp_path: Path) -> None:
    assert parts.main.has_wizard(REPOSITORY)
    assert not parts.main.has_wizard(tmp_path)


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
