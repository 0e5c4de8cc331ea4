"""Where the table of a study lies."""

from __future__ import annotations

from pathlib import Path

from deepbench.study.location import find_source


def test_a_table_lies_in_the_study_or_beside_it(tmp_path: Path) -> None:
    study = tmp_path / "a.deepbench"
    study.mkdir()
    assert find_source(study, "table.csv") == study / "table.csv"
    beside = tmp_path / "table.csv"
    beside.write_text("x")
    assert find_source(study, "table.csv") == beside
    assert find_source(study, str(beside)) == beside
