"""The sketch of a split is the split that comes of it; what cannot be is told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from deepbench.data.open_tables import forget_table
from deepbench.jobs.sketch_split import NOT_CHECKED, sketch_split
from deepbench.messages import SketchSplit
from deepbench.plan import read_plan
from deepbench.study.folder import Study
from deepbench.study.records import SplitRecord, SplitSketchRecord
from deepbench.worker.process import JOB_FUNCTIONS
from deepbench.worker.progress import Progress
from tests.end_to_end import tables
from tests.end_to_end.in_process import TINY, run_here


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    """A plan for 60 samples of 30 mice from three clinics."""
    generator = np.random.default_rng(5)
    rows = [
        [f"S{i}", f"m{i // 2}", "xyz"[i // 2 % 3], str(1 + i // 2 % 4),
         *(f"{value:.5f}" for value in generator.normal(size=6)), "ab"[i // 4 % 2]]
        for i in range(60)
    ]  # fmt: skip
    header = ["id", "mouse", "clinic", "fold", *"ABCDEF", "group"]
    tables.write_table(tmp_path / "table.csv", header, rows)
    roles = '[roles]\nsample = "id"\nunit = "mouse"\nsite = "clinic"\npart = "fold"\n'
    path = tables.plan_for(tmp_path, "group", roles + TINY)
    # The answers of a window name the table from elsewhere: both have to say the same.
    source = json.dumps(str(tmp_path / "table.csv"))
    path.write_text(path.read_text("utf-8").replace('"table.csv"', source), "utf-8")
    return path


def answers(plan: Path, **split: Any) -> dict[str, Any]:
    found = read_plan(plan).model_dump(mode="json", exclude_none=True, exclude_defaults=True)
    return {**found, "split": split}


def sketched(study: Path, given: dict[str, Any]) -> SplitSketchRecord:
    forget_table()
    result = sketch_split(SketchSplit(str(study), given), Progress())
    return SplitSketchRecord.model_validate_json(json.dumps(result, allow_nan=False))


def test_the_worker_knows_it() -> None:
    assert JOB_FUNCTIONS["SketchSplit"] == f"{sketch_split.__module__}:sketch_split"


@pytest.mark.parametrize("design", ["auto", "holdout", "leave-one-site-out", "own"])
def test_it_is_the_split_that_comes_of_it(plan: Path, tmp_path: Path, design: str) -> None:
    study = tmp_path / "s.deepbench"
    plan.write_text(plan.read_text("utf-8") + f'[split]\ndesign = "{design}"\n', "utf-8")
    run_here(plan, study, "check")
    sketch = sketched(study, answers(plan, design=design))
    assert (sketch.problem, sketch.hint) == ("", "")
    run_here(plan, study, "split")
    with Study.open_for_reading(study) as opened:
        record = opened.stage_record("split", SplitRecord)
    assert record is not None
    for field in ("design", "why", "outer_folds", "proofs", "power"):
        assert getattr(sketch, field) == getattr(record, field)
    assert record.power is not None
    assert record.power.test_units == record.test_units


def test_before_the_check_it_is_made_from_the_table(plan: Path, tmp_path: Path) -> None:
    study = tmp_path / "s.deepbench"
    from_file = sketched(study, answers(plan))
    assert from_file.why.startswith(f"{NOT_CHECKED} 30 units are too few")
    assert from_file.power is None
    assert sum(fold.test_samples for fold in from_file.outer_folds) == 60
    run_here(plan, study, "sample-sheet")
    (tmp_path / "table.csv").rename(tmp_path / "gone.csv")
    assert sketched(study, answers(plan)) == from_file


def test_changed_roles_are_followed(plan: Path, tmp_path: Path) -> None:
    study = tmp_path / "s.deepbench"
    run_here(plan, study, "check")
    given = answers(plan, design="leave-one-site-out")
    assert len(sketched(study, given).outer_folds) == 3
    given["roles"] = {"sample": ["id"], "unit": ["mouse"]}
    told = sketched(study, given)
    assert told.problem == "Leave-one-site-out needs to know the site of each sample."
    assert "test every unit once, all 30 units" in told.hint
    assert (told.design, told.outer_folds, told.power) == ("leave-one-site-out", (), None)


def test_after_the_samples_were_sealed_it_says_so(plan: Path, tmp_path: Path) -> None:
    study = tmp_path / "s.deepbench"
    run_here(plan, study, "split")
    told = sketched(study, answers(plan, design="holdout"))
    assert "sealed already" in told.problem
    assert "reads the file again" in told.hint
    # Not even with other roles, which would mean reading the file.
    changed = answers(plan, design="holdout")
    changed["roles"] = {"unit": ["mouse"]}
    assert "sealed already" in sketched(study, changed).problem
    # Checked anew, there is something to sketch again.
    plan.write_text(plan.read_text("utf-8").replace('site = "clinic"\n', ""), "utf-8")
    run_here(plan, study, "check")
    assert sketched(study, answers(plan)).problem == ""


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"question": {}}, "The outcome has not been chosen yet."),
        ({"data": {}}, "No table has been chosen yet."),
        ({"data": {"source": "gone.csv"}}, "There is no file gone.csv"),
        ({"split": {"test_fraction": 3}}, "The answers: [split] test_fraction"),
        ({"roles": {"unit": ["rat"]}}, "roles.unit: there is no column 'rat'"),
        ({"question": {"outcome": "groop"}}, "question.outcome: there is no column 'groop'"),
    ],
)
def test_what_is_wrong_with_the_answers_is_told(
    plan: Path, tmp_path: Path, change: dict[str, Any], problem: str
) -> None:
    assert sketched(tmp_path, {**answers(plan), **change}).problem.startswith(problem)
