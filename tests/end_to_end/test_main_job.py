"""The main job from a table to a defended answer, through the command line."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from deepbench.reporting.results_schema import ResultsDocument
from tests.end_to_end import tables
from tests.end_to_end.conftest import deepbench, results_of, without_times


def test_results_follow_the_documented_schema(finished_study: Path) -> None:
    results = results_of(finished_study)
    ResultsDocument.model_validate(results)
    assert results["verdict"]["signal"] == "yes"
    assert results["test"]["opened"] == 1
    assert {"auroc", "average_precision", "balanced_accuracy", "mcc"} <= set(
        results["test"]["metrics"]
    )
    assert {model["family"] for model in results["models"]} == {"baseline", "network"}
    assert results["verdict"]["recommended"] in {model["name"] for model in results["models"]}
    for check in results["shuffled"]:
        at_least = sum(value >= check["real"] for value in check["null"])
        assert check["p_value"] == pytest.approx((1 + at_least) / (1 + check["replicates"]))


def test_the_report_is_one_file_with_the_verdict_first(finished_study: Path) -> None:
    html = (finished_study / "report" / "report.html").read_text(encoding="utf-8")
    assert "<script" not in html
    sentence = results_of(finished_study)["verdict"]["sentences"][0]
    assert 0 < html.find(sentence[:20]) < len(html) // 3


def test_running_again_does_nothing_twice(finished_study: Path) -> None:
    before = (finished_study / "ledger.jsonl").read_bytes()
    done = deepbench(
        "run", finished_study.parent / "plan.toml", "--study", finished_study, "--workers", "1"
    )
    assert done.code == 0
    assert (finished_study / "ledger.jsonl").read_bytes() == before


def test_two_workers_give_the_same_numbers(finished_study: Path, tmp_path: Path) -> None:
    plan = finished_study.parent / "plan.toml"
    done = deepbench("run", plan, "--study", tmp_path / "s.deepbench", "--workers", "2")
    assert done.code == 0, done.err
    assert without_times(results_of(tmp_path / "s.deepbench")) == without_times(
        results_of(finished_study)
    )


def test_until_stops_and_a_later_run_goes_on(tmp_path: Path) -> None:
    tables.two_classes(tmp_path / "table.csv", rows=40)
    plan = tables.plan_for(tmp_path, "group")
    study = tmp_path / "s.deepbench"
    assert deepbench("run", plan, "--study", study, "--until", "split").code == 0
    assert not (study / "results.json").exists()
    lines = (study / "ledger.jsonl").read_text(encoding="utf-8").splitlines()
    kinds = [json.loads(line)["kind"] for line in lines]
    assert "trial" not in kinds
    assert deepbench("check", study).code == 0


def test_events_are_json_lines(tmp_path: Path) -> None:
    tables.two_classes(tmp_path / "table.csv", rows=40)
    plan = tables.plan_for(tmp_path, "group")
    done = deepbench("run", plan, "--study", tmp_path / "s.deepbench", "--until", "6", "--events")
    types = [json.loads(line)["type"] for line in done.out.splitlines()]
    assert types.count("StageFinished") == 7
    assert types[-1] == "JobFinished"


def test_several_classes_in_units(tmp_path: Path) -> None:
    tables.three_classes(tmp_path / "table.csv")
    plan = tables.plan_for(tmp_path, "strain", '[roles]\nunit = "animal"\n' + tables.QUICK)
    done = deepbench("run", plan, "--study", tmp_path / "s.deepbench", "--workers", "1")
    assert done.code == 0, done.err
    results = results_of(tmp_path / "s.deepbench")
    assert (results["task"], results["units"], results["samples"]) == ("classification", 36, 72)
    assert results["classes"] == ["x", "y", "z"]
    assert results["split"]["design"] == "nested"
    assert results["verdict"]["signal"] == "yes"


def test_regression_with_missing_cells(tmp_path: Path) -> None:
    tables.numbers(tmp_path / "table.csv")
    plan = tables.plan_for(tmp_path, "yield")
    study = tmp_path / "s.deepbench"
    done = deepbench("run", plan, "--study", study, "--workers", "1")
    assert done.code == 0, done.err
    results = results_of(study)
    assert results["task"] == "regression"
    assert results["test"]["metrics"]["r2"]["value"] > 0.8
    assert "naive_bayes" not in {model["name"] for model in results["models"]}


def test_noise_keeps_the_test_set_locked(tmp_path: Path) -> None:
    tables.two_classes(tmp_path / "table.csv", shift=0.0, seed=5)
    plan = tables.plan_for(tmp_path, "group")
    done = deepbench("run", plan, "--study", tmp_path / "s.deepbench", "--workers", "1")
    assert done.code == 0, done.err
    results = results_of(tmp_path / "s.deepbench")
    assert results["verdict"]["signal"] in {"no", "unclear"}
    assert results["test"]["opened"] == 0
    assert results["test"]["metrics"] == {}
    refused = deepbench(
        *("predict", tmp_path / "s.deepbench", "--input", tmp_path / "table.csv"),
        *("--output", tmp_path / "p.csv"),
    )
    assert refused.code == 3
    assert "no evidence of a signal" in refused.err


def test_predict_matches_columns_by_name(finished_study: Path, tmp_path: Path) -> None:
    with (finished_study.parent / "table.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))[:5]
    # Another order, an unknown column, no outcome, one value far out.
    rows[0]["m0"] = "99"
    names = ["extra", "tissue", "m5", "m4", "m3", "m2", "m1", "m0", "sample"]
    body = [[row.get(name, "1") for name in names] for row in rows]
    tables.write_table(tmp_path / "new.csv", names, body)
    output = tmp_path / "predictions.csv"
    done = deepbench(
        "predict", finished_study, "--input", tmp_path / "new.csv", "--output", output
    )
    assert done.code == 0, done.err
    assert done.out.startswith("5 samples predicted by the chosen model, linear model (")
    assert "outside the range" in done.out
    with output.open(encoding="utf-8") as stream:
        found = list(csv.DictReader(stream))
    assert list(found[0]) == ["sample", "predicted", "p_control", "p_case", "possible (10% error)"]
    assert [row["sample"] for row in found] == [row["sample"] for row in rows]
    sums = [float(row["p_control"]) + float(row["p_case"]) for row in found]
    assert sums == pytest.approx([1.0] * 5)
    assert all(
        row["predicted"] == ("case" if float(row["p_case"]) > 0.5 else "control") for row in found
    )


def test_predict_names_what_is_missing(finished_study: Path, tmp_path: Path) -> None:
    tables.write_table(tmp_path / "new.csv", ["sample", "m1"], [["a", "1"]])
    done = deepbench(
        *("predict", finished_study, "--input", tmp_path / "new.csv"),
        *("--output", tmp_path / "p.csv"),
    )
    assert done.code == 2
    assert "lacks" in done.err
    assert "'m0'" in done.err
    assert not (tmp_path / "p.csv").exists()


def test_report_leaves_through_the_gate_when_the_register_is_clear(
    finished_study: Path, tmp_path: Path
) -> None:
    study, out = tmp_path / "s.deepbench", tmp_path / "report.html"
    shutil.copytree(finished_study, study)
    done = deepbench("report", study, "--output", out)
    assert done.code == 3
    assert "The ethics register has 1 open entry: licence not stated." in done.err
    assert not out.exists()
    text = (finished_study.parent / "plan.toml").read_text(encoding="utf-8")
    text = text.replace('"table.csv"', '"table.csv"\nlicence = "Simulated"', 1)
    shutil.copy(finished_study.parent / "table.csv", tmp_path)
    (tmp_path / "plan.toml").write_text(text, encoding="utf-8")
    assert deepbench("run", tmp_path / "plan.toml", "--study", study, "--workers", "1").code == 0
    done = deepbench("report", study, "--output", out)
    assert done.code == 0, done.err
    assert out.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    gate = [json.loads(line) for line in (study / "ledger.jsonl").read_text().splitlines()]
    gate = [line["data"] for line in gate if line["kind"] == "gate"]
    said = [line["decision"] for line in gate if line["kind"] == "report"]
    assert said == ["refused", "issued"]
    inside = deepbench("report", study, "--output", study / "x.html")
    assert inside.code == 3


def test_doctor_says_what_the_machine_has() -> None:
    done = deepbench("doctor")
    assert done.code == 0
    assert "torch" in done.out


def test_a_batch_that_is_the_outcome_blocks_with_a_report(tmp_path: Path) -> None:
    generator = np.random.default_rng(4)
    rows = [
        ["plate 1" if i < 30 else "plate 2", "case" if i < 30 else "control"]
        + [f"{v:.3f}" for v in generator.normal(size=4)]
        for i in range(60)
    ]
    tables.write_table(tmp_path / "table.csv", ["plate", "group", "a", "b", "c", "d"], rows)
    plan = tables.plan_for(tmp_path, "group", '[roles]\nbatch = "plate"\n' + tables.QUICK)
    done = deepbench("run", plan, "--study", tmp_path / "s.deepbench", "--workers", "1")
    assert done.code == 3
    assert "plate" in done.err
    results = results_of(tmp_path / "s.deepbench")
    assert any(finding["severity"] == "blocking" for finding in results["findings"])
    assert "Stopped at stage 5" in (tmp_path / "s.deepbench/report/report.html").read_text("utf-8")
