"""The script that leaves, in a process without DeepBench: same predictions, plain errors."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from deepbench.data.preparation import Preparation
from deepbench.models.portable.schema import Reading

from .bare import read_predictions, run_bare, write_table, written
from .models import CASES, COUNTS, TASKS, files_of, model_of, new_samples


def test_every_family_predicts_the_same_in_a_bare_process(tmp_path: Path):
    jobs, models = [], []
    for task in TASKS:
        write_table(tmp_path / f"{task}.csv", new_samples(task))
    for name, number, task in CASES:
        model = model_of(name, number, task)
        folder = written(tmp_path / f"{name}-{number}-{task}", files_of(model))
        output = folder / "out.csv"
        table = str(tmp_path / f"{task}.csv")
        jobs.append((folder, [table, "-o", str(output), "--sample", "sample"]))
        models.append((model, task, output))
    run = run_bare(jobs)
    assert run.returncode == 0, run.stderr
    for model, task, output in models:
        samples = new_samples(task)
        predicted = model.predict(samples)
        header, rows, numbers = read_predictions(output)
        assert header[0] == "sample"
        assert [row[0] for row in rows] == [f"new {row}" for row in range(len(samples))]
        np.testing.assert_allclose(numbers, predicted, rtol=1e-5, atol=1e-5, err_msg=str(output))
        if task != "regression":
            said = [model.info.classes[code] for code in model.decide(predicted)]
            assert [row[1].lstrip("'") for row in rows] == said
            assert [name.lstrip("'") for name in header[2:]] == [
                f"p_{c}" for c in model.info.classes
            ]


@pytest.fixture
def counts(tmp_path: Path) -> Path:
    """A model of counts per million, and a table that it can predict."""
    model = model_of("random_forest", 0, "binary", Preparation("log1p-cpm", COUNTS))
    reading = Reading(missing=("-9", "unk"), missing_in={"AGE": ["999"], "sex": ["0"]})
    folder = written(tmp_path / "model", files_of(model, reading=reading))
    table = new_samples("binary").iloc[:4].copy()
    write_table(folder / "table.csv", table)
    text = (folder / "table.csv").read_text("utf-8-sig")
    for code in ("NA", " n/a ", "NaN", "?"):
        text = text.replace(f",{code},", ",,")
    (folder / "table.csv").write_text(text, "utf-8")
    return folder


def changed(folder: Path, line: int, column: str, cell: str) -> None:
    """Change a cell of the table; line 0 holds the names."""
    lines = [row.split(",") for row in (folder / "table.csv").read_text("utf-8").splitlines()]
    # The one column name with a comma stands in quotes.
    names = ",".join(lines[0]).replace('"stage, at entry"', "stage").split(",")
    shift = int(line == 0 and names.index(column) > names.index("stage"))
    lines[line][names.index(column) + shift] = cell
    (folder / "table.csv").write_text("\n".join(map(",".join, lines)), "utf-8")


def result(folder: Path, *arguments: str):
    output = folder / "out.csv"
    run = run_bare([(folder, [str(folder / "table.csv"), "-o", str(output), *arguments])])
    return run, output


@pytest.mark.parametrize(
    ("line", "column", "cell", "said"),
    [
        (0, "age", "years", "lacks 1 of the 9 columns that the model needs: age."),
        (0, "plate", "age", "Several columns of the table are called age."),
        (2, "age", "fifty", "Sample 2 of the table has no number in column age."),
        (2, "age", "inf", "Sample 2 of the table has no number in column age."),
        (2, "age", "1_0", "Sample 2 of the table has no number in column age."),
        (2, "age", "NA", "Sample 2 of the table has no number in column age."),
        (
            3,
            "count 2",
            "-1",
            "log1p-CPM takes counts from 0 up, and other values stand in count 2",
        ),
        (3, "operator", "Kim,Lee", "Line 4 of table.csv has 13 cells, the first line 12."),
    ],
)
def test_what_cannot_be_read_is_said_and_nothing_is_written(counts, line, column, cell, said):
    changed(counts, line, column, cell)
    run, output = result(counts)
    assert run.returncode == 2
    assert said in run.stderr
    assert "Traceback" not in run.stderr
    assert not output.exists()


def test_a_sample_without_any_count_is_said(counts):
    for name in COUNTS:
        changed(counts, 4, name, "0")
    run, _ = result(counts)
    assert run.returncode == 2
    assert "Sample 4 of the table has only zeros in the 4 columns that log1p-CPM" in run.stderr


def test_codes_of_the_plan_are_missing_and_unseen_labels_are_said(counts):
    model = model_of("random_forest", 0, "binary", Preparation("log1p-cpm", COUNTS))
    table = new_samples("binary").iloc[:4].copy()
    table.loc[0, "age"] = np.nan
    table.loc[1, "age"] = np.nan
    table.loc[2, "sex"] = None
    table.loc[3, "sex"] = "unseen"
    changed(counts, 1, "age", "-9.0")
    changed(counts, 2, "age", "999")
    changed(counts, 3, "sex", "0")
    changed(counts, 4, "sex", "unseen")
    run, output = result(counts)
    assert run.returncode == 0, run.stderr
    _, rows, numbers = read_predictions(output)
    np.testing.assert_allclose(numbers, model.predict(table), atol=1e-10)
    assert [row[0] for row in rows] == ["1", "2", "3", "4"]
    assert "Not used by the model: operator, plate, sample." in run.stderr
    assert "samples lack values, which are filled in as in training: age" in run.stderr
    assert "sex has 1 labels that the model does not tell apart; they are counted as none" in (
        run.stderr
    )


def test_tables_of_spreadsheet_programs_with_decimal_commas(tmp_path: Path):
    model, samples = model_of("linear", 0, "regression"), new_samples("regression").iloc[:5]
    folder = written(tmp_path / "model", files_of(model))
    write_table(folder / "table.csv", samples, separator=";")
    text = (folder / "table.csv").read_text("utf-8-sig")
    for digit in "0123456789":
        text = text.replace(f"{digit}.", f"{digit},")
    (folder / "table.csv").write_text(text, "utf-8-sig")
    run, output = result(folder, "--decimal", ",")
    assert run.returncode == 0, run.stderr
    np.testing.assert_allclose(read_predictions(output)[2], model.predict(samples), rtol=1e-10)
    assert result(folder)[0].returncode == 2


def test_files_that_do_not_belong_together_are_refused(counts):
    content = (counts / "model.onnx").read_bytes()
    (counts / "model.onnx").write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    run, output = result(counts)
    assert run.returncode == 2
    assert "model.onnx is not the file that schema.json was written for." in run.stderr
    assert not output.exists()


def test_the_table_is_never_replaced(counts):
    table = str(counts / "table.csv")
    before = (counts / "table.csv").read_bytes()
    run = run_bare([(counts, [table, "-o", table])])
    assert run.returncode == 2
    assert "would replace the table" in run.stderr
    assert (counts / "table.csv").read_bytes() == before


def test_values_outside_of_the_range_are_said(tmp_path: Path):
    model, samples = model_of("linear", 0, "binary"), new_samples("binary").iloc[:3].copy()
    folder = written(tmp_path / "model", files_of(model, guarded=False))
    ranges = json.loads((folder / "schema.json").read_text("utf-8"))["columns"]
    assert {c["name"] for c in ranges if "range" in c} >= {"age", "gaps"}
    samples.loc[1, "age"] = 1e6
    write_table(folder / "table.csv", samples)
    run, _ = result(folder)
    assert "1 samples have values outside of the range in schema.json" in run.stderr
    assert "guessing: age." in run.stderr
