"""The data check keeps the review, and holds answers about the design against the table."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from deepbench.study.folder import Study
from deepbench.study.records import CheckRecord
from tests.end_to_end import tables
from tests.end_to_end.in_process import TINY, run_here

ROLES = '[roles]\nsample = "id"\nunit = "mouse"\nbatch = "plate"\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Thirty mice, two rows each, on three plates that differ in everything."""
    generator = np.random.default_rng(1)
    mouse = np.repeat(np.arange(30), 2)
    plate = (np.arange(30) % 3)[mouse]
    shift = generator.normal(size=(3, 12)) * 2
    values = shift[plate] + generator.normal(size=(60, 12))
    frame = pd.DataFrame(values.round(4), columns=[f"g{i}" for i in range(12)])
    frame.insert(0, "id", [f"s{i}" for i in range(60)])
    frame.insert(1, "mouse", [f"m{i}" for i in mouse])
    frame.insert(2, "plate", [f"p{i}" for i in plate])
    frame["group"] = np.where((np.arange(30) // 3 % 2 == 0)[mouse], "case", "control")
    frame.to_csv(tmp_path / "table.csv", index=False)
    return tmp_path


def checked(folder: Path, extra: str) -> CheckRecord:
    plan = tables.plan_for(folder, "group", ROLES + extra + TINY)
    run_here(plan, folder / "s.deepbench", "check")
    with Study.open_for_reading(folder / "s.deepbench") as study:
        record = study.stage_record("check", CheckRecord)
    assert record is not None
    return record


def test_review_and_its_finding_are_in_the_record(folder: Path) -> None:
    record = checked(folder, "")
    assert record.review is not None
    assert (record.review.samples, record.review.units) == (60, 30)
    assert 30 <= record.review.effective_samples < 45
    assert [(a.column, a.units) for a in record.review.associations] == [("plate", 30)]
    assert [v.role for v in record.review.variance] == ["outcome", "batch"]
    kinds = [finding.kind for finding in record.findings]
    assert kinds.count("more variance than the outcome") == 1


def test_an_answer_about_the_design_is_held_against_the_table(folder: Path) -> None:
    record = checked(folder, '[design]\nrepeated = "no"\n')
    (found,) = [f for f in record.findings if f.kind == "design and data"]
    assert "60 rows come from 30 units" in found.message


def test_an_answer_about_the_design_puts_nothing_out_of_date(folder: Path) -> None:
    """Given after the test set was opened, it must not ask for a second opening."""
    before = checked(folder, "")
    after = checked(folder, '[design]\nrepeated = "no"\n')
    assert after == before
    assert not [f for f in before.findings if f.kind == "design and data"]
