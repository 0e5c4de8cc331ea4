"""What clumsy hands give the program: each mistake is told in a sentence, nothing is half done.

Mistakes in plan and data are tried in this process, up to the split; the command line itself is
started for one of each kind.
"""

from __future__ import annotations

import csv
import json
import os
import pickle
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import get_args

import numpy as np
import pandas as pd
import pytest
import torch

from deepbench import messages
from deepbench.cli import main
from deepbench.errors import DeepBenchError, StudyError
from deepbench.jobs.check_study import check_study
from deepbench.jobs.predict import predict
from deepbench.jobs.run_study import run_study
from deepbench.jobs.write_report import write_report
from deepbench.messages import CheckStudy, Event, Predict, RunStudy, StageFinished, WriteReport
from deepbench.study.folder import Study
from deepbench.study.records import CheckRecord, ImportRecord, SampleSheetRecord
from deepbench.worker.progress import Progress
from tests.end_to_end import tables
from tests.end_to_end.conftest import Run, deepbench, results_of
from tests.end_to_end.in_process import TINY

posix = pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals and permissions")
Write = Callable[[Path], object]

ROWS = 40
TWO_TABLES = '[question]\noutcome = "group"\n[data]\nsource = "table.csv"\n'


def good_frame() -> pd.DataFrame:
    generator = np.random.default_rng(1)
    columns = {
        "sample": [f"S{i:02d}" for i in range(ROWS)],
        "group": ["case" if i % 2 else "control" for i in range(ROWS)],
    }
    values = {f"m{i}": generator.normal(size=ROWS).round(3) for i in range(4)}
    return pd.DataFrame(columns | values)


FRAME = good_frame()
CSV = FRAME.to_csv(index=False)
LINES = CSV.splitlines(keepends=True)


def text(content: str, encoding: str = "utf-8", name: str = "table.csv") -> Write:
    return lambda folder: (folder / name).write_bytes(content.encode(encoding))


def raw(content: bytes, name: str = "table.csv") -> Write:
    return lambda folder: (folder / name).write_bytes(content)


def workbook(*sheets: str) -> Write:
    def write(folder: Path) -> None:
        with pd.ExcelWriter(folder / "table.xlsx", engine="openpyxl") as book:
            for sheet in sheets:
                FRAME.to_excel(book, sheet_name=sheet, index=False)

    return write


def plan_with(extra: str = "", *, outcome: str = "group", source: str = "table.csv") -> str:
    plan = TWO_TABLES.replace('"group"', f'"{outcome}"').replace("table.csv", source)
    return plan + extra


GOOD = text(CSV)
TYPO = text("".join([*LINES[:6], LINES[6].replace(f"{FRAME.m1[5]}", "high"), *LINES[7:]]))


def run_here(
    folder: Path,
    plan: str,
    *,
    device: str = "cpu",
    example: str | None = None,
    study: Path | None = None,
    until: str = "split",
) -> list[Event]:
    """Run a plan in this process and return the events."""
    events: list[Event] = []
    path = folder / "plan.toml"
    path.write_text(plan, encoding="utf-8")
    request = RunStudy(
        plan_path=None if example else str(path),
        example=example,
        study=str(study or folder / "s.deepbench"),
        until=until,
        workers=1,
        device=device,
    )
    run_study(request, Progress(events.append))
    return events


def require_clear(said: DeepBenchError, exit_code: int = 2) -> str:
    """Hold an error to what a bench biologist needs, and return it as one text."""
    assert said.exit_code == exit_code
    assert re.fullmatch(r"\S.*[.?)…]", said.message), said.message
    assert re.fullmatch(r"\S.*[.?]", said.hint), said.hint
    everything = str(said)
    for jargon in ("Traceback", "Error", "Exception", "None", "nan", "pydantic", "Input should"):
        assert jargon not in everything
    return everything


def require_nothing_half_done(folder: Path) -> None:
    """Hold a refused run to leaving no study at all, or one that is whole and has no result."""
    assert not list(folder.rglob("*.part"))
    study = folder / "s.deepbench"
    if study.exists():
        assert check_study(CheckStudy(str(study)), Progress())
        assert not (study / "results.json").exists()
        assert not list((study / "vault").iterdir())


# --- the table ----------------------------------------------------------------------------

BAD_TABLES = {
    "missing file": (lambda folder: None, plan_with(), ("no file table.csv", "Check the name")),
    "missing folder": (GOOD, plan_with(source="lab/table.csv"), ("There is no folder",)),
    "misspelt file": (text(CSV, name="tables.csv"), plan_with(), ("Did you mean 'tables.csv'?",)),
    "empty": (raw(b""), plan_with(), ("table.csv is empty (0 bytes)",)),
    "blank": (text("\n \n\n"), plan_with(), ("table.csv is empty",)),
    "header only": (text(LINES[0]), plan_with(), ("column names but no rows",)),
    "folder": (lambda f: (f / "table.csv").mkdir(), plan_with(), ("is a folder, not a table",)),
    "pickle": (
        raw(pickle.dumps({"a": 1}), "table.pkl"),
        plan_with(source="table.pkl"),
        ("table.pkl is a Python pickle", "CSV or Parquet"),
    ),
    "pickle of the oldest kind": (
        raw(pickle.dumps({"a": 1}, protocol=0), "table.pkl"),
        plan_with(source="table.pkl"),
        ("table.pkl is a Python pickle",),
    ),
    "cp1252": (
        text(CSV.replace("case", "Fälle"), "cp1252"),
        plan_with(),
        ("table.csv, line 3", "not UTF-8", 'encoding = "cp1252" (cp1252: Fälle)'),
    ),
    "binary": (raw(b"\x02\x82" + bytes(range(256)) * 4), plan_with(), ("is not text",)),
    "no such encoding": (GOOD, plan_with('encoding = "windows"\n'), ("'windows'", "cp1252")),
    "two sheets": (
        workbook("May", "June"),
        plan_with(source="table.xlsx"),
        ("2 sheets", "'May' and 'June'", 'sheet = "May"'),
    ),
    "no such sheet": (
        workbook("May", "June"),
        plan_with('sheet = "Mai"\n', source="table.xlsx"),
        ("no sheet 'Mai'", "Did you mean 'May'?"),
    ),
    "headers alike": (
        text(CSV.replace("m1", "m0", 1)),
        plan_with(),
        ("table.csv", "both called 'm0'", "columns 3 and 4"),
    ),
    "text among numbers": (
        TYPO,
        plan_with(),
        ("table.csv, row 7, column 'm1'", "'high' is not a number", 'ignore = ["m1"]'),
    ),
    "an open quote": (text(CSV.replace("S03,", '"S03,')), plan_with(), ("line 5", "quote")),
    "a row too long": (text(CSV.replace("S03,", "S03,,")), plan_with(), ("row 5", "7 cells")),
    "on its side": (
        text(FRAME.T.to_csv(header=False)),
        plan_with('orientation = "samples in rows"\n'),
        ("'group' is a row, not a column", 'orientation = "samples in columns"'),
    ),
    "the wrong separator": (GOOD, plan_with('delimiter = ";"\n'), ("not cut into columns",)),
    "three samples": (text("".join(LINES[:4])), plan_with(), ("3 samples", "at least 10")),
    "no measurement": (text(FRAME[["group"]].to_csv(index=False)), plan_with(), ("measurement",)),
    "no such outcome": (GOOD, plan_with(outcome="grup"), ("'grup'", "Did you mean 'group'?")),
    "one class": (
        text(CSV.replace("control", "case")),
        plan_with(),
        ("table.csv", "'group' has a single class, 'case'", "another outcome"),
    ),
    "a measurement as classes": (
        GOOD,
        plan_with(outcome='m0"\ntask = "classification'),
        ("'m0' has 40 different values in 40 rows", 'task = "regression"'),
    ),
    "names as classes": (GOOD, plan_with(outcome="sample"), ("a measurement or a name",)),
    "words as numbers": (
        GOOD,
        plan_with(outcome='group"\ntask = "regression'),
        ("holds no numbers", "'case' and 'control'", 'task = "classification"'),
    ),
    "no such class": (
        GOOD,
        plan_with(outcome='group"\npositive = "cass'),
        ("'cass' is no class of 'group'", "Did you mean 'case'?"),
    ),
    "two roles": (
        GOOD,
        plan_with('[roles]\nsample = "sample"\nunit = "sample"\n'),
        ("'sample' has two roles: roles.sample and roles.unit",),
    ),
    "outcome with a role": (
        GOOD,
        plan_with('[roles]\nunit = "group"\n'),
        ("'group' has two roles: question.outcome and roles.unit",),
    ),
    "role of no column": (GOOD, plan_with('[roles]\nbatch = "plate"\n'), ("roles.batch", "plate")),
    "type of no column": (GOOD, plan_with('types = {m9 = "numeric"}\n'), ("data.types", "'m9'")),
    "dates both ways": (
        text(FRAME.assign(day="03/04/2024").to_csv(index=False)),
        plan_with('[roles]\ndate = "day"\n[split]\ndesign = "time"\n'),
        ("row 2", "'day'", "day first", "03/04/2024 is 2024-04-03"),
    ),
}


@pytest.mark.parametrize(("write", "plan", "says"), BAD_TABLES.values(), ids=BAD_TABLES.keys())
def test_bad_tables(write: Write, plan: str, says: tuple[str, ...], tmp_path: Path) -> None:
    write(tmp_path)
    with pytest.raises(DeepBenchError) as caught:
        run_here(tmp_path, plan)
    said = require_clear(caught.value)
    assert all(part in said for part in says), said
    require_nothing_half_done(tmp_path)


def test_a_pickle_is_never_opened(tmp_path: Path) -> None:
    class Bomb:
        def __reduce__(self) -> tuple[object, ...]:
            return (Path.touch, (tmp_path / "opened",))

    for protocol in (0, 5):
        for name in ("table.pkl", "table.csv", "table.xlsx", "table.parquet"):
            (tmp_path / name).write_bytes(pickle.dumps(Bomb(), protocol=protocol))
            with pytest.raises(DeepBenchError) as caught:
                run_here(tmp_path, plan_with(source=name))
            require_clear(caught.value)
    assert not (tmp_path / "opened").exists()


def test_a_file_that_is_not_there_leaves_no_study(tmp_path: Path) -> None:
    with pytest.raises(DeepBenchError):
        run_here(tmp_path, plan_with())
    assert not (tmp_path / "s.deepbench").exists()


# --- the plan -----------------------------------------------------------------------------

BAD_PLANS = {
    "unknown key": (plan_with('sheeet = "a"\n'), ("'sheeet'", "[data]", "Did you mean 'sheet'?")),
    "unknown table": (plan_with("[budgett]\ntrials = 2\n"), ("table 'budgett'", "'budget'?")),
    "key without its table": ('outcome = "a"\n', ("key 'outcome'", "under [question]")),
    "key in another table": (plan_with('level = "public"\n'), ("'level'", "under [privacy]")),
    "dotted key in a table": (
        plan_with('[budget]\ntrials = 2\ndata.sheet = "a"\n'),
        ("'data' is not a key of [budget]", "Begin a line [data]"),
    ),
    "text for a number": (
        plan_with('[budget]\ntrials = "many"\n'),
        ('[budget] trials must be a whole number, not "many"',),
    ),
    "too small": (plan_with("[budget]\ntrials = 0\n"), ("at least 1, not 0",)),
    "too large": (plan_with("[split]\ntest_fraction = 20\n"), ("less than 0.5, not 20",)),
    "not one of": (
        plan_with('[budget]\npreset = "fast"\n'),
        ("must be 'quick', 'standard' or 'thorough', not \"fast\"",),
    ),
    "nearly one of": (plan_with('[budget]\npreset = "quik"\n'), ("Did you mean 'quick'?",)),
    "no list": (plan_with('[networks]\nsizes = "small"\n'), ('Write sizes = ["small"].',)),
    "in a list": (plan_with('[networks]\nsizes = ["tiny"]\n'), ("[networks] sizes, entry 1",)),
    "no table": ('budget = "quick"\n' + plan_with(), ("budget must be a table", "[budget]")),
    "too short": (
        plan_with(
            '[[ethics.entries]]\nissue = "licence not stated"\ndecision = "resolved"\n'
            'reason = "x"\nby = "me"\n'
        ),
        ("reason, entry 1", "at least 10 characters"),
    ),
    "later format": ("format = 2\n" + plan_with(), ("format 2", "reads format 1")),
    "no outcome": ('[question]\n[data]\nsource = "a"\n', ("'outcome' is missing in [question]",)),
    "outcome left empty": (plan_with(outcome=""), ("[question] outcome is empty",)),
    "no data": ('[question]\noutcome = "a"\n', ("[data] is missing",)),
    "empty": ("", ("[question] is missing",)),
    "no quotes": ("[question]\noutcome = group\n", ("line 2", 'outcome = "group"')),
    "curly quotes": ("[question]\noutcome = “group”\n", ("line 2", "straight quotes")),
    "a path of Windows": (
        plan_with(source="C:\\Users\\eva\\table.csv"),
        ("line 4", 'source = "C:/Users/eva/table.csv"'),
    ),
    "twice": (plan_with('[question]\ntask = "auto"\n'), ("[question] twice", "Keep one")),
    "no path": (plan_with(source="a\\u0000b.csv"), ("under [data]", "no path")),
    "an unknown issue": (
        plan_with(
            '[[ethics.entries]]\nissue = "licence not said"\ndecision = "resolved"\n'
            'reason = "It is public."\nby = "me"\n'
        ),
        ("licence not said", "licence not stated"),
    ),
}


@pytest.mark.parametrize(("plan", "says"), BAD_PLANS.values(), ids=BAD_PLANS.keys())
def test_bad_plans(plan: str, says: tuple[str, ...], tmp_path: Path) -> None:
    GOOD(tmp_path)
    with pytest.raises(DeepBenchError) as caught:
        run_here(tmp_path, plan)
    said = require_clear(caught.value)
    assert all(part in said for part in says), said
    assert not (tmp_path / "s.deepbench").exists()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("table.csv",), ("is a table, not a plan",)),
        (("lab",), ("is a folder, not a plan",)),
        (("old.deepbench",), ("is a study, not a plan",)),
        (("plam.toml",), ("There is no plan at", "Did you mean plan.toml?")),
        (("latin.toml",), ("is not UTF-8 text", "text editor")),
    ],
    ids=lambda words: words[0],
)
def test_what_is_no_plan(words: tuple[str], says: tuple[str, ...], tmp_path: Path) -> None:
    GOOD(tmp_path)
    for name in ("lab", "old.deepbench"):
        (tmp_path / name).mkdir()
    (tmp_path / "plan.toml").write_text(plan_with(), encoding="utf-8")
    (tmp_path / "latin.toml").write_text(plan_with("# Größe\n"), encoding="cp1252")
    request = RunStudy(
        str(tmp_path / words[0]), None, str(tmp_path / "s.deepbench"), "split", 1, "cpu"
    )
    with pytest.raises(DeepBenchError) as caught:
        run_study(request, Progress())
    said = require_clear(caught.value)
    assert all(part in said for part in says), said


# --- words of the command line -------------------------------------------------------------


def test_a_card_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    GOOD(tmp_path)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(DeepBenchError) as caught:
        run_here(tmp_path, plan_with(), device="cuda")
    said = require_clear(caught.value)
    assert "not found on this machine" in said
    assert "--device cpu" in said
    assert not (tmp_path / "s.deepbench").exists()


def test_an_example_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DeepBenchError) as caught:
        run_here(tmp_path, "", example="wisconson")
    assert "Did you mean 'wisconsin'?" in require_clear(caught.value)


def test_a_stage_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "plan.toml", "--until", "splitt"]) == 2
    assert "no stage called 'splitt'" in capsys.readouterr().err
    assert main(["run", "plan.toml", "--until", "99"]) == 2
    said = capsys.readouterr().err
    assert "6 split" in said
    assert "Did you mean" not in said


@pytest.mark.parametrize("number", ["0", "-1", "two", "1.5"])
def test_a_number_of_workers_that_cannot_be(
    number: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["run", "plan.toml", f"--workers={number}"])
    assert caught.value.code == 2
    assert f"'{number}' is not a number of processes (1 or more)" in capsys.readouterr().err


def places() -> list[object]:
    return [
        pytest.param(lambda folder: folder / "table.csv" / "s.deepbench", id="below a file"),
        pytest.param(lambda folder: folder / "table.csv", id="a file"),
        pytest.param(lambda folder: folder, id="full of other things"),
        pytest.param(
            lambda folder: Path("/proc/s.deepbench"),
            id="a system folder",
            marks=pytest.mark.skipif(not Path("/proc/self").exists(), reason="no /proc"),
        ),
        pytest.param(
            read_only,
            id="read-only",
            marks=pytest.mark.skipif(
                not hasattr(os, "geteuid") or os.geteuid() == 0,
                reason="permissions do not bind this user",
            ),
        ),
    ]


def read_only(folder: Path) -> Path:
    (folder / "shut").mkdir(mode=0o500)
    return folder / "shut" / "s.deepbench"


@pytest.mark.parametrize("place", places())
def test_a_study_folder_that_cannot_be(place: Callable[[Path], Path], tmp_path: Path) -> None:
    GOOD(tmp_path)
    with pytest.raises(StudyError) as caught:
        run_here(tmp_path, plan_with(), study=place(tmp_path))
    assert "--study" in require_clear(caught.value)
    assert sorted(path.name for path in tmp_path.iterdir()) in (
        ["plan.toml", "table.csv"],
        ["plan.toml", "shut", "table.csv"],
    )


# --- unusual, but good ---------------------------------------------------------------------


def records(study: Path) -> tuple[ImportRecord, SampleSheetRecord, CheckRecord]:
    opened = Study.open_for_reading(study)
    imported = opened.stage_record("import", ImportRecord)
    sheet = opened.stage_record("sample-sheet", SampleSheetRecord)
    check = opened.stage_record("check", CheckRecord)
    assert imported is not None
    assert sheet is not None
    assert check is not None
    return imported, sheet, check


UNUSUAL = {
    "semicolon and decimal comma": (text(FRAME.to_csv(index=False, sep=";", decimal=",")), ""),
    "UTF-16": (text(CSV, "utf-16"), ""),
    "tabs": (text(CSV.replace(",", "\t")), ""),
    "byte-order mark": (text(CSV, "utf-8-sig"), ""),
    "lines of old Macs": (text(CSV.replace("\n", "\r")), ""),
    "one sheet": (workbook("May"), "table.xlsx"),
    "the sheet that is named": (workbook("May", "June"), 'table.xlsx"\nsheet = "June'),
    "Parquet": (lambda f: FRAME.to_parquet(f / "table.parquet"), "table.parquet"),
    "a path with spaces and accents": (
        lambda f: ((f / "données de l'été").mkdir(), GOOD(f / "données de l'été")),
        "données de l'été/table.csv",
    ),
}


@pytest.fixture(scope="module")
def plain_sheet(tmp_path_factory: pytest.TempPathFactory) -> SampleSheetRecord:
    """The sample sheet of the ordinary CSV file."""
    folder = tmp_path_factory.mktemp("plain")
    GOOD(folder)
    run_here(folder, plan_with())
    return records(folder / "s.deepbench")[1]


@pytest.mark.parametrize(("write", "source"), UNUSUAL.values(), ids=UNUSUAL.keys())
def test_unusual_files_say_the_same(
    write: Write, source: str, plain_sheet: SampleSheetRecord, tmp_path: Path
) -> None:
    write(tmp_path)
    run_here(tmp_path, plan_with(source=source or "table.csv"))
    assert records(tmp_path / "s.deepbench")[1] == plain_sheet
    assert (plain_sheet.samples, plain_sheet.numeric_features) == (ROWS, 4)


def test_a_feature_without_a_value_is_a_finding(tmp_path: Path) -> None:
    text(FRAME.assign(void="").to_csv(index=False))(tmp_path)
    run_here(tmp_path, plan_with())
    found = [f for f in records(tmp_path / "s.deepbench")[2].findings if "void" in f.columns]
    assert [finding.decision for finding in found] == ["left out"]
    assert "'void' has no value" in found[0].message


def test_rows_without_outcome_are_left_out_and_said(tmp_path: Path) -> None:
    frame = FRAME.copy()
    frame.loc[3:6, "group"] = ""
    text(frame.to_csv(index=False))(tmp_path)
    events = run_here(tmp_path, plan_with())
    sheet = records(tmp_path / "s.deepbench")[1]
    assert (sheet.samples, sheet.left_out_rows) == (ROWS - 4, 4)
    said = [event.sentence for event in events if isinstance(event, StageFinished)]
    assert any("4 rows without an outcome left out" in sentence for sentence in said)


# --- a study with odd names, stopped and continued -------------------------------------------

CLASSES = ("wild type/±", "ΔF508 <b>KO</b>")
FEATURES = ("=1+1", "<img src=x>", "{{ 7*7 }}")


@dataclass(frozen=True)
class Story:
    """A run that was stopped by Ctrl-C, refused to a second one, and continued to the end."""

    study: Path
    table: Path
    refused: DeepBenchError
    stopped: Run
    continued: Run


def odd_table(path: Path) -> None:
    generator = np.random.default_rng(1)
    labels = generator.permutation(np.arange(60) % 2)
    values = generator.normal(size=(60, 3))
    values[:, 0] += 3 * labels
    rows = [
        [f"S{i:02d}", CLASSES[labels[i]], *(f"{value:.4f}" for value in values[i])]
        for i in range(60)
    ]
    tables.write_table(path, ["sample", "strain/type", *FEATURES], rows)


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """Live it: start, wait for a trial, try to open the study twice, Ctrl-C, continue."""
    folder = tmp_path_factory.mktemp("story")
    odd_table(folder / "table.csv")
    plan = plan_with('[roles]\nsample = "sample"\n' + TINY, outcome="strain/type")
    study = folder / "mes études" / "été n° 1.deepbench"
    (folder / "plan.toml").write_text(plan, encoding="utf-8")
    words = ["run", folder / "plan.toml", "--study", study, "--workers", "1", "--events"]
    process = subprocess.Popen(
        [sys.executable, "-m", "deepbench", *map(str, words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line)
        if json.loads(line)["type"] == "TrialFinished":
            break
    with pytest.raises(DeepBenchError) as caught:
        run_here(folder, plan, study=study)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    stopped = Run(process.returncode, "".join(lines) + out, err)
    return Story(study, folder / "table.csv", caught.value, stopped, deepbench(*words))


def types_of(run: Run) -> list[str]:
    return [json.loads(line)["type"] for line in run.out.splitlines()]


@posix
def test_a_study_in_use_is_refused(story: Story) -> None:
    said = require_clear(story.refused)
    assert "calculating in this study (process" in said


@posix
def test_ctrl_c_stops_and_says_how_to_go_on(story: Story) -> None:
    assert story.stopped.code == 130
    assert "Run the same command again to continue." in story.stopped.err
    assert "Traceback" not in story.stopped.err
    assert types_of(story.stopped)[-1] == "JobCancelled"


@posix
def test_a_stopped_run_continues_and_repeats_no_trial(story: Story) -> None:
    assert story.continued.code == 0, story.continued.err
    assert types_of(story.continued)[-1] == "JobFinished"
    assert results_of(story.study)["verdict"]["signal"] == "yes"
    events = Study.open_for_reading(story.study).ledger.of_kind("trial")
    keys = [(e.data["search"], e.data["family"], e.data["number"]) for e in events]
    assert keys
    assert len(keys) == len(set(keys))
    assert check_study(CheckStudy(str(story.study)), Progress())


@posix
def test_every_event_is_a_message(story: Story) -> None:
    for line in (story.stopped.out + story.continued.out).splitlines():
        assert isinstance(messages.decode(line.encode()), get_args(Event))


class Tags(HTMLParser):
    """The tags and the text of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[tuple[str, str | None]] = set()
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add((tag, dict(attrs).get("src")))

    def handle_data(self, data: str) -> None:
        self.text += data


@posix
def test_odd_names_are_inert_in_the_report(story: Story) -> None:
    page = Tags()
    page.feed((story.study / "report" / "report.html").read_text(encoding="utf-8"))
    # As text, so not as tags: the bold of a class name is none.
    for name in (*FEATURES, *CLASSES):
        assert name in page.text
    assert ("img", "x") not in page.tags
    assert not {tag for tag, _ in page.tags} & {"script", "iframe", "object"}


@posix
def test_odd_class_names_head_their_columns(story: Story, tmp_path: Path) -> None:
    output = tmp_path / "prédictions du 1er.csv"
    predict(Predict(str(story.study), str(story.table), str(output)), Progress())
    with output.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    probabilities = [f"p_{name}" for name in CLASSES]
    assert list(rows[0]) == ["sample", "predicted", *probabilities, "possible (10% error)"]
    assert {row["predicted"] for row in rows} == set(CLASSES)
    assert len(rows) == 60


# --- a finished study in clumsy hands ---------------------------------------------------------


def change(pattern: str, add: bytes = b" ") -> Callable[[Path], object]:
    def damage(study: Path) -> None:
        path = next(study.glob(pattern))
        path.write_bytes(path.read_bytes() + add)

    return damage


def delete(pattern: str) -> Callable[[Path], object]:
    return lambda study: next(study.glob(pattern)).unlink()


def edit_ledger(study: Path) -> None:
    ledger = study / "ledger.jsonl"
    lines = ledger.read_bytes().splitlines(keepends=True)
    ledger.write_bytes(b"".join(lines[:4] + lines[5:]))


DAMAGES = {
    "a line of the ledger is gone": (edit_ledger, "ledger of this study was changed: line 5"),
    "the ledger is gone": (delete("ledger.jsonl"), "ledger"),
    "the ledger is no ledger": (change("ledger.jsonl", b"\x00\xff\n"), "ledger"),
    "a record was edited": (change("runs/check-*.json"), "runs/check-"),
    "a record is gone": (delete("runs/check-*.json"), "is missing"),
    "test samples are gone": (delete("vault/*"), "vault/"),
    "the model was edited": (change("models/*/model.json"), "model.json was changed"),
    "the results were edited": (change("results.json"), "results.json was changed"),
    "the report was edited": (change("report/report.html"), "report/report.html was changed"),
    "the plan was edited": (change("plan.toml"), "plan.toml was changed"),
    "the format is no format": (
        lambda study: (study / "study.json").write_text('["format"]'),
        "study.json in s.deepbench is damaged",
    ),
    "it is from the future": (
        lambda study: (study / "study.json").write_text('{"format": 9}'),
        "written by a newer DeepBench",
    ),
}


@posix
@pytest.mark.parametrize(("damage", "says"), DAMAGES.values(), ids=DAMAGES.keys())
def test_damage_is_told(
    damage: Callable[[Path], object], says: str, story: Story, tmp_path: Path
) -> None:
    study = tmp_path / "s.deepbench"
    shutil.copytree(story.study, study)
    assert check_study(CheckStudy(str(study)), Progress())
    damage(study)
    with pytest.raises(StudyError) as caught:
        check_study(CheckStudy(str(study)), Progress())
    assert says in require_clear(caught.value)


@posix
def test_a_changed_model_predicts_nothing(story: Story, tmp_path: Path) -> None:
    study = tmp_path / "s.deepbench"
    shutil.copytree(story.study, study)
    change("models/*/parts.skops")(study)
    with pytest.raises(StudyError) as caught:
        predict(Predict(str(study), str(story.table), str(tmp_path / "p.csv")), Progress())
    assert "was changed since it was written" in require_clear(caught.value)
    assert not (tmp_path / "p.csv").exists()


BAD_SAMPLES = {
    "missing": (lambda f: None, ("no file new.csv",)),
    "empty": (raw(b"", "new.csv"), ("new.csv is empty",)),
    "header only": (text("sample,=1+1\n", name="new.csv"), ("no rows",)),
    "a folder": (lambda f: (f / "new.csv").mkdir(), ("is a folder",)),
    "another table": (text("a,b\n1,2\n", name="new.csv"), ("lacks", "'=1+1'")),
    "a text among numbers": (
        text("sample,=1+1,<img src=x>,{{ 7*7 }}\na,1,2,3\nb,high,2,3\n", name="new.csv"),
        ("new.csv, row 3, column '=1+1': 'high' is not a number", "filled in as in training"),
    ),
}


@posix
@pytest.mark.parametrize(("write", "says"), BAD_SAMPLES.values(), ids=BAD_SAMPLES.keys())
def test_bad_tables_of_new_samples(
    write: Write, says: tuple[str, ...], story: Story, tmp_path: Path
) -> None:
    write(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    request = Predict(str(story.study), str(tmp_path / "new.csv"), str(tmp_path / "p.csv"))
    with pytest.raises(DeepBenchError) as caught:
        predict(request, Progress())
    said = require_clear(caught.value)
    assert all(part in said for part in says), said
    assert "in the plan:" not in caught.value.hint
    assert sorted(tmp_path.rglob("*")) == before


@posix
def test_predictions_never_replace_their_table(story: Story, tmp_path: Path) -> None:
    table = tmp_path / "new.csv"
    shutil.copy(story.table, table)
    for name, says in (("new.csv", "would replace new.csv"), ("p.xlsx", "ends in .xlsx")):
        with pytest.raises(DeepBenchError) as caught:
            predict(Predict(str(story.study), str(table), str(tmp_path / name)), Progress())
        assert says in require_clear(caught.value)
    assert table.read_bytes() == story.table.read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["new.csv"]


@posix
@pytest.mark.parametrize(
    ("output", "says"),
    [
        ("nowhere/report.html", "There is no folder"),
        ("file/report.html", "There is no folder"),
        ("folder.html", "is a folder"),
        ("report.pdf", "does not end in .html"),
    ],
)
def test_places_for_the_report(output: str, says: str, story: Story, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "folder.html").mkdir()
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(DeepBenchError) as caught:
        write_report(WriteReport(str(story.study), str(tmp_path / output)), Progress())
    assert says in require_clear(caught.value)
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("name", ["nothing.deepbench", "plan.toml", "."])
def test_what_is_no_study(name: str, tmp_path: Path) -> None:
    (tmp_path / "plan.toml").write_text(plan_with(), encoding="utf-8")
    for job in (
        lambda: check_study(CheckStudy(str(tmp_path / name)), Progress()),
        lambda: predict(Predict(str(tmp_path / name), "new.csv", "p.csv"), Progress()),
        lambda: write_report(WriteReport(str(tmp_path / name), "r.html"), Progress()),
    ):
        with pytest.raises(StudyError) as caught:
            job()
        assert "is not a DeepBench study" in require_clear(caught.value)


# --- through the command line -----------------------------------------------------------------


def require_told(run: Run, *parts: str) -> None:
    """Hold a command to exit code 2, silence on stdout and sentences after the progress."""
    assert run.code == 2, run.err
    assert run.out == ""
    assert "Traceback" not in run.err
    assert "fault of its own" not in run.err
    last = " ".join(run.err.splitlines()[-2:])
    assert all(part in last for part in parts), run.err


def test_the_command_line_tells_a_bad_table(tmp_path: Path) -> None:
    TYPO(tmp_path)
    (tmp_path / "plan.toml").write_text(plan_with(), encoding="utf-8")
    run = deepbench("run", tmp_path / "plan.toml", "--workers", "1")
    require_told(run, "table.csv, row 7, column 'm1': 'high' is not a number", "Correct the cell")


def test_the_command_line_tells_a_bad_plan(tmp_path: Path) -> None:
    run = deepbench("run", tmp_path / "plan.toml")
    require_told(run, "There is no plan at", "Check the path")
    assert list(tmp_path.iterdir()) == []


def test_the_command_line_tells_a_bad_place(tmp_path: Path) -> None:
    GOOD(tmp_path)
    (tmp_path / "plan.toml").write_text(plan_with(), encoding="utf-8")
    study = tmp_path / "table.csv" / "s.deepbench"
    run = deepbench("run", tmp_path / "plan.toml", "--study", study, "--workers", "1")
    require_told(run, "table.csv is a file", "--study")


def test_the_command_line_tells_a_bad_study(tmp_path: Path) -> None:
    (tmp_path / "s.deepbench").mkdir()
    (tmp_path / "s.deepbench" / "study.json").write_text("{")
    require_told(deepbench("check", tmp_path / "s.deepbench"), "study.json", "backup")
