"""The command line with toy jobs: what it asks, prints, answers, and how it stops."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import io
import os
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

import deepbench
from deepbench import cli, cli_progress, messages
from deepbench.cli import default_study_folder, default_workers, main, result_lines
from deepbench.cli_progress import LiveDisplay, PlainLines, RunState, duration
from deepbench.messages import (
    CheckStudy,
    Doctor,
    EstimateTime,
    JobCancelled,
    JobFinished,
    Notice,
    Predict,
    Progress,
    RunStudy,
    StageFinished,
    StageSkipped,
    StageStarted,
    TrialFinished,
    WriteReport,
)

TOYS = Path(__file__).parents[1] / "worker"
posix = pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")


@pytest.fixture
def jobs(monkeypatch) -> dict[str, str]:
    monkeypatch.syspath_prepend(str(TOYS))
    from toy_jobs import JOBS

    return JOBS


@pytest.fixture
def program(monkeypatch, tmp_path):
    """Start the command line as a program of its own."""
    folder = tmp_path / "Übung mit Leerzeichen"
    folder.mkdir()
    monkeypatch.setenv("PYTHONPATH", str(Path(deepbench.__file__).parents[1]))

    def start(*words: str, **options: object) -> subprocess.Popen[str]:
        settings = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True} | options
        return subprocess.Popen(
            [sys.executable, str(TOYS / "toy_cli.py"), *words], cwd=folder, **settings
        )

    return start


# --- words --------------------------------------------------------------------------------


@pytest.fixture
def asked(monkeypatch):
    """Return the request that words lead to."""

    def ask(*words: str) -> messages.JobRequest:
        requests = []
        monkeypatch.setattr(
            cli, "run_job", lambda request, jobs, **_: requests.append(request) or 0
        )
        assert main(words) == 0
        return requests[0]

    return ask


def test_words_become_requests(asked, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    here = Path.cwd()
    assert asked("run", "plan.toml", "--workers", "3", "--device", "cpu") == RunStudy(
        str(here / "plan.toml"), None, str(here / "plan.deepbench"), None, 3, "cpu"
    )
    assert asked("run", "--example", "wisconsin", "--workers", "1") == RunStudy(
        None, "wisconsin", str(here / "deepbench-example-wisconsin.deepbench"), None, 1, "auto"
    )
    assert asked("run", "p.toml", "--study", "x y").study == str(here / "x y")
    assert asked("predict", "s", "--input", "a.csv", "--output", "b.csv") == Predict(
        *(str(here / name) for name in ("s", "a.csv", "b.csv"))
    )
    assert asked("report", "s", "--output", "r.html") == WriteReport(
        str(here / "s"), str(here / "r.html")
    )
    assert asked("check", "s") == CheckStudy(str(here / "s"))
    assert asked("doctor") == Doctor("auto")
    assert asked("estimate", "plan.toml", "--workers", "3", "--device", "cpu") == EstimateTime(
        str(here / "plan.toml"), str(here / "plan.deepbench"), 3, "cpu", prepare=True
    )
    assert asked("estimate", "p.toml", "--study", "x y").study == str(here / "x y")


def test_an_estimate_is_printed_as_a_table(monkeypatch, capsys):
    budget = {"preset": "quick", "trials": 6, "shuffles": 20, "baselines": 60.0}
    budget |= {"networks": 61.0, "shuffle_check": 3_000.0, "test": 1.0}

    def run_job(request, jobs, *, events, show):
        return show({"budgets": [budget], "processes": 2})

    monkeypatch.setattr(cli, "run_job", run_job)
    assert main(["estimate", "plan.toml"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0].split() == ["Quick"]
    assert "Shuffled-label check  about 50 min" in said
    assert "In all                about 50 min" in said


@pytest.mark.parametrize("name", ["6", "split", " Split"])
def test_until_takes_number_or_key(asked, name):
    assert asked("run", "plan.toml", "--until", name).until == "split"


def test_an_unknown_stage_is_a_sentence(capsys):
    assert main(["run", "plan.toml", "--until", "splitt"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "no stage called 'splitt'" in said.err and "Did you mean 'split'?" in said.err


@pytest.mark.parametrize(
    "words",
    [
        ["fly"],
        ["run"],
        ["run", "plan.toml", "--example", "wisconsin"],
        ["run", "plan.toml", "--workers", "0"],
        ["run", "plan.toml", "--workers", "many"],
        ["run", "plan.toml", "--device", "tpu"],
        ["predict", "s"],
    ],
)
def test_words_that_mean_nothing_exit_2(words, capsys):
    with pytest.raises(SystemExit) as caught:
        main(words)
    assert caught.value.code == 2
    assert "usage: deepbench" in capsys.readouterr().err


def test_version(capsys):
    with pytest.raises(SystemExit) as caught:
        main(["--version"])
    assert caught.value.code == 0
    assert capsys.readouterr().out == f"DeepBench {deepbench.__version__}\n"


def test_the_default_study_lies_beside_the_plan(tmp_path):
    assert default_study_folder(tmp_path / "liver.toml") == tmp_path / "liver.deepbench"
    assert default_study_folder(tmp_path / "a.b.toml") == tmp_path / "a.b.deepbench"
    assert default_study_folder(Path("plan.toml")) == Path.cwd() / "plan.deepbench"


@pytest.mark.parametrize(("cores", "expected"), [(1, 1), (2, 2), (64, 8), (None, 1)])
def test_default_workers(monkeypatch, cores, expected):
    import psutil

    monkeypatch.setattr(psutil, "cpu_count", lambda logical: cores)
    monkeypatch.setattr(os, "cpu_count", lambda: cores)
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: range(100), raising=False)
    assert default_workers() == expected


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells")
def test_default_workers_are_no_more_than_this_process_may_use(monkeypatch):
    import psutil

    monkeypatch.setattr(psutil, "cpu_count", lambda logical: 8)
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: {3, 5, 7})
    assert default_workers() == 3


def test_without_words_there_is_help_where_no_wizard_is(monkeypatch, capsys):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert main([]) == 0
    said = capsys.readouterr().out
    assert said.startswith("usage: deepbench")
    assert "screen" not in said


def printed_by(*words):
    """Return what a Python process prints that ends well and without complaint."""
    done = subprocess.run([sys.executable, *words], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_without_qt_all_but_the_wizard_is_there(program):
    code = (
        "import sys\n"
        "for name in ('PySide6', 'shiboken6', 'pyqtgraph', 'deepbench_ui'):\n"
        "    sys.modules[name] = None\n"
        "from deepbench.cli import main\n"
        "assert main([]) == 0\n"
        "main(['--help'])"
    )
    assert printed_by("-c", code).count("usage: deepbench") == 2


@pytest.fixture
def wizard(monkeypatch):
    """A wizard in place of the real one; ``opened`` holds the words it was opened with."""
    opened = []
    made = SimpleNamespace(
        has_screen=lambda: True, main=lambda words: opened.append(words) or 5, opened=opened
    )
    found = importlib.machinery.ModuleSpec("deepbench_ui.__main__", None)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: found)
    monkeypatch.setattr(importlib, "import_module", lambda name: made)
    return made


def test_without_words_the_wizard_opens_where_there_is_one(wizard):
    assert main([]) == 5
    assert wizard.opened == [[]]


def test_without_words_and_without_a_screen_there_is_help_and_why(wizard, capsys):
    wizard.has_screen = lambda: False
    assert main([]) == 0
    said = capsys.readouterr()
    assert said.out.startswith("usage: deepbench")
    assert said.out.endswith(f"\n\n{cli.NO_SCREEN}\n")
    assert (said.err, wizard.opened) == ("", [])


def test_help_loads_nothing_heavy(program):
    code = (
        "import sys, deepbench.cli as c, deepbench.__main__\n"
        "try: c.main(['run', '--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'torch', 'pandas', 'sklearn', 'numpy', 'scipy', 'shap', 'matplotlib', 'rich',"
        " 'pydantic'}\n"
        "sys.exit(','.join(heavy & set(sys.modules)) or 0)"
    )
    assert "--until" in printed_by("-c", code)


def test_python_m_deepbench(program):
    assert printed_by("-m", "deepbench", "--version") == f"DeepBench {deepbench.__version__}\n"


# --- jobs ---------------------------------------------------------------------------------


def test_a_run_prints_the_verdict_and_the_files(jobs, capsys, tmp_path):
    study = tmp_path / "Größe 1"
    assert main(["run", "--example", "normal", "--study", str(study)], jobs) == 0
    said = capsys.readouterr()
    assert said.out.splitlines() == [
        "There is a signal (ρ ≥ 0.5).",
        f"Report: {study / 'report.html'}",
        f"Results: {study / 'results.json'}",
    ]
    assert said.err.splitlines() == [
        "Stage 0 start: done already",
        "Stage 7/14 Traditional models",
        "Stage 7/14 done in 0:00:01: The best baseline is random forest.",
    ]


def test_events_are_lines_of_json_and_nothing_else(jobs, capsys):
    assert main(["run", "--example", "normal", "--events"], jobs) == 0
    said = capsys.readouterr()
    events = [messages.decode(line.encode("ascii")) for line in said.out.splitlines()]
    assert [type(event).__name__ for event in events] == [
        "Ready",
        "StageSkipped",
        "StageStarted",
        "Progress",
        "TrialFinished",
        "StageFinished",
        "JobFinished",
    ]
    assert said.err == ""


@pytest.mark.parametrize(
    ("name", "code", "lines"),
    [
        ("plan_error", 2, ["The plan is odd.", "Change it."]),
        ("blocked", 3, ["Outcome and batch are one.", "Ask for other samples."]),
    ],
)
@pytest.mark.parametrize("events", [[], ["--events"]])
def test_problems_are_sentences_on_stderr(jobs, capsys, name, code, lines, events):
    assert main(["run", "--example", name, *events], jobs) == code
    said = capsys.readouterr()
    assert said.err.splitlines() == lines
    if not events:
        assert said.out == ""


def test_a_fault_is_no_traceback(jobs, capsys, tmp_path):
    (tmp_path / "ledger.jsonl").touch()
    assert main(["run", "--example", "fault", "--study", str(tmp_path)], jobs) == 1
    said = capsys.readouterr()
    assert "fault of its own (ValueError at deepbench/" in said.err
    assert "Traceback" not in said.err and "4711" not in said.err
    assert len(list((tmp_path / "runs" / "crashes").iterdir())) == 1


def test_result_lines():
    result = {"lines": ["System: x"], "sentences": ["Fine."], "report": "", "output": "out.csv"}
    assert result_lines(result) == ["System: x", "Fine.", "Written: out.csv"]
    assert result_lines({}) == []


# --- stopping -----------------------------------------------------------------------------


def read_until_working(process: subprocess.Popen[str]) -> None:
    for line in process.stdout:
        if isinstance(messages.decode(line.encode()), Notice):
            return
    raise AssertionError(process.stderr.read())


@posix
@pytest.mark.parametrize("kind", [signal.SIGINT, signal.SIGTERM])
def test_a_wish_to_stop_cancels_and_says_how_to_go_on(program, kind):
    with program("run", "--example", "until_cancelled", "--events") as process:
        read_until_working(process)
        process.send_signal(kind)
        rest, said = process.communicate()
    assert process.returncode == 130
    assert messages.decode(rest.splitlines()[-1].encode()) == JobCancelled()
    assert said.splitlines() == [
        "Stopping; what is finished is kept. Ctrl-C again stops at once.",
        "Stopped by the user.",
        "Run the same command again to continue.",
    ]


@posix
def test_ctrl_c_of_a_terminal_reaches_all_processes_and_is_clean(program, tmp_path):
    with program(
        "run", "--example", "pool", "--events", "--study", str(tmp_path), start_new_session=True
    ) as process:
        read_until_working(process)
        os.killpg(process.pid, signal.SIGINT)
        rest, said = process.communicate()
    assert process.returncode == 130
    assert messages.decode(rest.splitlines()[-1].encode()) == JobCancelled()
    assert said.splitlines()[-1] == "Run the same command again to continue."


@posix
def test_a_second_ctrl_c_stops_at_once(program):
    with program("run", "--example", "deaf", "--events") as process:
        read_until_working(process)
        process.send_signal(signal.SIGINT)
        assert "Stopping" in process.stderr.readline()
        process.send_signal(signal.SIGINT)
        _, said = process.communicate()
    assert process.returncode == 130
    assert said.splitlines()[0] == "Stopped by the user."


def test_a_job_that_does_not_listen_is_killed_after_a_while(jobs, monkeypatch):
    monkeypatch.setattr(cli, "STOP_SECONDS", 0.0)
    display = cli_progress.EventLines(None, None)
    end = cli._work(RunStudy(None, "deaf", "s"), jobs, display, lambda: 1)
    assert end == JobCancelled()


def test_a_worker_that_dies_while_stopping_counts_as_stopped(capsys):
    died = messages.JobFailed("worker died", "It died.", "", 1)
    assert cli._tell_end(died, stopped=True, show=cli.show_result) == 130
    assert cli._tell_end(died, stopped=False, show=cli.show_result) == 1
    finished = JobFinished({"sentences": ["Done."]})
    assert cli._tell_end(finished, stopped=True, show=cli.show_result) == 0
    assert capsys.readouterr().out == "Done.\n"


def test_signals_are_as_before_afterwards(jobs, capsys):
    before = [signal.getsignal(kind) for kind in (signal.SIGINT, signal.SIGTERM)]
    main(["run", "--example", "plan_error"], jobs)
    assert [signal.getsignal(kind) for kind in (signal.SIGINT, signal.SIGTERM)] == before


# --- consoles -----------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_a_console_without_greek_letters(program, encoding, monkeypatch):
    monkeypatch.setenv("PYTHONIOENCODING", encoding)
    with program("run", "--example", "normal", text=False) as process:
        out, err = process.communicate()
    assert process.returncode == 0, err
    assert b"There is a signal (\\u03c1 \\u2265 0.5)." in out
    assert b"report.html" in out


@posix
@pytest.mark.parametrize("events", [[], ["--events"]])
def test_nobody_reads_stdout(program, events):
    reader, writer = os.pipe()
    os.close(reader)
    with program("run", "--example", "normal", *events, stdout=writer) as process:
        os.close(writer)
        _, err = process.communicate()
    assert process.returncode == 0
    assert "Error" not in err


@posix
def test_stdout_and_stderr_are_closed(monkeypatch, program, tmp_path):
    command = f'exec "{sys.executable}" "{TOYS / "toy_cli.py"}" "$@" <&- >&- 2>&-'
    done = subprocess.run(
        ["sh", "-c", command, "sh", "run", "--example", "noise", "--study", str(tmp_path)],
        cwd=tmp_path,
        check=False,
    )
    assert done.returncode == 0


# --- displays -----------------------------------------------------------------------------

EVENTS = [
    StageSkipped(6, "split", "done already"),
    StageStarted(7, "baselines", "Traditional models", 14),
    TrialFinished("svm", 0, 0.9, 1.0),
    TrialFinished("svm", 1, 0.9, 1.0),
    Progress(7, 2, 40, "support vector machine", "AUROC 0.98", 83.0, 130.0),
]


def test_the_state_says_stage_step_best_and_times():
    state = RunState()
    assert state.heading == "Starting"
    for event in EVENTS:
        state = state.after(event)
    assert state.heading == "Stage 7/14 Traditional models"
    assert state.details(3.0) == (
        "support vector machine, 2 of 40, 2 trials, best AUROC 0.98, 0:01:26 elapsed, "
        "about 0:02:07 left in this stage"
    )
    state = state.after(StageStarted(8, "networks", "Networks, small to large", 14))
    assert state.details() == "0:01:23 elapsed"


def test_duration():
    assert [duration(s) for s in (0, 59.9, 61, 3600 * 30 + 1)] == [
        "0:00:00",
        "0:00:59",
        "0:01:01",
        "30:00:01",
    ]


def test_plain_lines_come_with_milestones_and_every_few_seconds():
    now = [0.0]
    stream = io.StringIO()
    display = PlainLines(stream, clock=lambda: now[0])
    for event in EVENTS:
        display.show(event)
    display.tick()
    assert stream.getvalue().splitlines() == [
        "Stage 6 split: done already",
        "Stage 7/14 Traditional models",
    ]
    now[0] = cli_progress.PLAIN_SECONDS
    display.tick()
    display.tick()
    lines = stream.getvalue().splitlines()
    assert len(lines) == 3
    assert lines[2].startswith("Stage 7/14 Traditional models: support vector machine, 2 of 40")
    assert "0:01:28 elapsed, about 0:02:05 left" in lines[2]
    display.show(Notice("A folder that OneDrive keeps."))
    display.show(StageFinished(7, "baselines", 90.0, ""))
    assert stream.getvalue().splitlines()[3:] == [
        "A folder that OneDrive keeps.",
        "Stage 7/14 done in 0:01:30",
    ]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_the_live_display_draws_state_and_milestones(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "200")
    stream = Terminal()
    display = cli_progress.choose_display(events=False, out=None, err=stream)
    assert isinstance(display, LiveDisplay)
    for event in EVENTS:
        display.show(event)
    display.say("[bold] is no markup here")
    display.close()
    drawn = stream.getvalue()
    # What scrolls above is followed by the state after it.
    assert "Starting" not in drawn.split("is no markup here")[1]
    for text in (
        "Stage 6 split: done already",
        "Stage 7/14 Traditional models",
        "support vector machine, 2 of 40, 2 trials, best AUROC 0.98",
        "[bold] is no markup here",
    ):
        assert text in drawn


def test_a_terminal_that_is_gone_does_not_stop_the_run(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    stream = Terminal()
    display = LiveDisplay(stream)
    stream.close()
    for event in EVENTS:
        display.show(event)
    display.tick()
    display.close()


def test_simple_terminals_get_plain_lines(monkeypatch):
    monkeypatch.setenv("TERM", "dumb")
    assert isinstance(cli_progress.choose_display(False, None, Terminal()), PlainLines)
    assert isinstance(cli_progress.choose_display(False, None, None), PlainLines)
