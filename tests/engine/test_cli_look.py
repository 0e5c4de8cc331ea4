"""``deepbench look``: what it asks the worker for, what it prints, and how it ends."""

from __future__ import annotations

import re
from argparse import ArgumentParser
from pathlib import Path

import pytest

from deepbench.cli import main
from deepbench.cli_look import add_look, look_lines, look_request
from deepbench.errors import PlanError
from deepbench.jobs.preview_table import preview_table
from deepbench.messages import PreviewTable
from deepbench.plan import parse_plan
from deepbench.worker.progress import Progress

TABLE = "gene,GSM1.CEL,GSM2.CEL,GSM3.CEL\n" + "".join(
    f"ENSG{i:011d},{i},{i + 1},{i + 2}\n" for i in range(20)
)
SHEET = "sample,plate,group\ngsm-1,p1,ill\ngsm-2,p1,well\ngsm-3,p2,ill\n"


@pytest.fixture
def request_of(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "table.csv").write_text(TABLE, encoding="utf-8")
    (tmp_path / "sheet.csv").write_text(SHEET, encoding="utf-8")
    parser = ArgumentParser()
    add_look(parser)
    return lambda *words: look_request(parser.parse_args(words))


@pytest.fixture
def look(request_of):
    def _look(*words):
        return look_lines(preview_table(request_of(*words), Progress()))

    return _look


def test_words_become_answers(request_of):
    here = Path.cwd()
    words = ["t.csv", "--sample-sheet", "s.csv", "--more", "a.csv", "--more", "b.csv"]
    request = request_of(*words, "--outcome", "y")
    assert request.study == str(here)
    assert request.answers == {
        "data": {
            "source": str(here / "t.csv"),
            "sample_sheet": str(here / "s.csv"),
            "more": [str(here / "a.csv"), str(here / "b.csv")],
        },
        "question": {"outcome": "y"},
    }


def test_a_plan_is_taken_and_words_go_before_it(request_of, tmp_path):
    (tmp_path / "sub").mkdir()
    plan = '[question]\noutcome = "y"\n[data]\nsource = "t.csv"\ndelimiter = ";"\n'
    (tmp_path / "sub" / "plan.toml").write_text(plan, encoding="utf-8")
    request = request_of("--plan", "sub/plan.toml", "--outcome", "z")
    assert request.study == str(Path.cwd() / "sub")
    assert request.answers == {
        "question": {"outcome": "z"},
        "data": {"source": "t.csv", "delimiter": ";"},
    }
    assert isinstance(request, PreviewTable)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[data]\n", "No table is named"),
        ("data = 3\n", "data in the plan is not a table"),
        ("[data\n", "plan.toml is not a plan"),
        (None, "plan.toml cannot be read"),
    ],
)
def test_a_plan_that_cannot_be_taken(request_of, tmp_path, content, message):
    if content is not None:
        (tmp_path / "plan.toml").write_text(content, encoding="utf-8")
    with pytest.raises(PlanError, match=message):
        request_of("--plan", "plan.toml")


def test_questions_lead_to_lines_that_the_plan_takes(look, tmp_path):
    given = ""
    plan = '[question]\noutcome = "group"\n[data]\nsource = "table.csv"\n'
    keys = []
    for _ in range(3):
        (tmp_path / "plan.toml").write_text(plan + given, encoding="utf-8")
        _, problem = look("--plan", "plan.toml")
        if not problem:
            break
        lines = [line.strip() for line in problem if " = " in line and line.startswith("  ")]
        keys.append(lines[0].partition(" = ")[0] if lines else "(file)")
        given += f"{lines[0]}\n" if lines else 'sample_sheet = "sheet.csv"\n'
        parse_plan(plan + given)
    assert keys == ["orientation", "(file)", "matching"]
    (tmp_path / "plan.toml").write_text(plan + given, encoding="utf-8")
    lines, problem = look("--plan", "plan.toml")
    assert problem == []
    text = "\n".join(lines)
    assert "  3 samples × 24 columns" in text
    assert "3 samples matched by 'sample': what stands behind the name" in text
    assert "    GSM1.CEL ↔ gsm-1" in text
    assert re.search(r"\n  group +labels +2 different, none missing  \(outcome\)\n", text)
    assert "  … and 12 more" in text
    assert '  batch = "plate"' in text
    assert "  (table): rows and columns exchanged: each column of the file is a sample (3)" in text


def test_what_cannot_be_read_is_shown_as_it_stands(look):
    lines, problem = look("table.csv")
    assert lines[0] == "table.csv"
    assert "  1: gene | GSM1.CEL | GSM2.CEL | GSM3.CEL" in lines
    assert problem[1] == "Write one of these lines under [data] in the plan:"
    assert problem[2].startswith('  orientation = "samples in columns"  # ')
    lines, problem = look("nothing.csv")
    assert problem[0].startswith("There is no file nothing.csv")


def test_the_command_prints_and_ends(tmp_path, capsys):
    path = tmp_path / "t.csv"
    path.write_text("id,x,group\n" + "".join(f"s{i},{i}.5,{'ab'[i % 2]}\n" for i in range(9)))
    assert main(["look", str(path), "--outcome", "group"]) == 0
    said = capsys.readouterr()
    assert "  9 samples × 3 columns" in said.out
    assert '  sample = "id"' in said.out
    assert main(["look", str(path), "--outcome", "grup"]) == 2
    said = capsys.readouterr()
    assert "Did you mean 'group'?" in said.err
