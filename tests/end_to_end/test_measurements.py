"""Counts from a table to predictions: recognised, transformed in folds, said, applied again."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from deepbench.errors import DataError, DataQuestion
from deepbench.jobs.predict import predict
from deepbench.messages import Predict
from deepbench.study.folder import Study
from deepbench.study.records import CheckRecord
from deepbench.worker.progress import Progress
from tests.end_to_end import tables
from tests.end_to_end.conftest import results_of
from tests.end_to_end.in_process import TINY, ledger_of, run_here

ROLES = '[roles]\nsample = "sample"\n'


def write_counts(path: Path, rows: int = 60, genes: int = 80) -> None:
    """Write counts of samples of very different depth, a tenth of the genes up in cases."""
    generator = np.random.default_rng(11)
    labels = generator.permutation(np.arange(rows) % 2)
    levels = np.exp(generator.normal(4.0, 1.5, genes))
    means = np.outer(np.exp(generator.normal(0.0, 0.8, rows)), levels)
    means[:, : genes // 10] *= np.where(labels, 4.0, 1.0)[:, None]
    table = generator.negative_binomial(4, 4 / (4 + means))
    header = ["sample", "group", "age", *(f"GENE{number}" for number in range(genes))]
    body = [
        [f"S{i:03d}", "case" if label else "control", str(age), *map(str, row)]
        for i, (label, age, row) in enumerate(
            zip(labels, generator.integers(20, 90, rows), table, strict=True)
        )
    ]
    tables.write_table(path, header, body)


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("counts")
    write_counts(folder / "table.csv")
    plan = tables.plan_for(folder, "group", f"{ROLES}[preparation]\nmost_variable = 60\n{TINY}")
    run_here(plan, folder / "s.deepbench")
    return folder / "s.deepbench"


def test_counts_are_recognised_and_the_report_says_so(study: Path) -> None:
    results = results_of(study)
    assert results["preparation"] == {
        "kind": "counts",
        "transform": "log1p-cpm",
        "columns": 80,
        "most_missing": None,
        "most_variable": 60,
    }
    assert results["verdict"]["signal"] == "yes"
    html = (study / "report" / "report.html").read_text(encoding="utf-8")
    for words in ("log1p-CPM", "Law CW", "look like counts", "the 60 of 80 features"):
        assert words in html
    with Study.open_for_reading(study) as opened:
        record = opened.stage_record("check", CheckRecord)
        assert record is not None
        assert record.preparation is not None
        assert record.preparation.not_transformed == ("age",)
        assert opened.problems() == []


def predictions(study: Path, frame: pd.DataFrame, folder: Path) -> list[dict[str, str]]:
    frame.to_csv(folder / "new.csv", index=False)
    output = folder / "predictions.csv"
    predict(Predict(str(study), str(folder / "new.csv"), str(output)), Progress(lambda _: None))
    with output.open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def test_predictions_do_not_depend_on_the_depth(study: Path, tmp_path: Path) -> None:
    new = pd.read_csv(study.parent / "table.csv").drop(columns="group").iloc[:6]
    deeper = new.copy()
    genes = [name for name in new.columns if name.startswith("GENE")]
    deeper[genes] *= 7
    first, second = (predictions(study, frame, tmp_path) for frame in (new, deeper))
    for one, other in zip(first, second, strict=True):
        assert float(one["p_case"]) == pytest.approx(float(other["p_case"]), abs=1e-9)
    alone = predictions(study, new.iloc[3:4], tmp_path)
    assert float(alone[0]["p_case"]) == pytest.approx(float(first[3]["p_case"]), abs=1e-9)


def test_new_samples_that_are_no_counts_are_refused(study: Path, tmp_path: Path) -> None:
    new = pd.read_csv(study.parent / "table.csv").drop(columns="group").iloc[:4]
    with pytest.raises(DataError, match=r"lacks 1 of the .* columns .*: 'GENE9'"):
        predictions(study, new.drop(columns="GENE9"), tmp_path)
    new.loc[2, "GENE3"] = -1
    with pytest.raises(DataError, match="below 0, in 'GENE3': log1p-CPM takes counts"):
        predictions(study, new, tmp_path)
    assert not (tmp_path / "predictions.csv").exists()


def test_another_transformation_gives_other_numbers(tmp_path: Path) -> None:
    write_counts(tmp_path / "table.csv")
    study = tmp_path / "s.deepbench"
    found = {}
    for transform in ("auto", "none", "log1p-cpm"):
        asked = f'{ROLES}[preparation]\ntransform = "{transform}"\n{TINY}'
        again = run_here(tables.plan_for(tmp_path, "group", asked), study, until="baselines")
        assert "baselines" in again
        trials = [e for e in ledger_of(study, "trial") if e["family"] == "linear"]
        found[transform] = [trial["fold_scores"] for trial in trials[-2:]]
    assert found["auto"] == found["log1p-cpm"] != found["none"]
    with Study.open_for_reading(study) as opened:
        assert opened.problems() == []


def test_what_cannot_be_transformed_is_asked_before_anything_is_fitted(tmp_path: Path) -> None:
    write_counts(tmp_path / "table.csv")
    table = pd.read_csv(tmp_path / "table.csv")
    table.loc[5, "GENE4"] = -2
    table.to_csv(tmp_path / "table.csv", index=False)
    plan = tables.plan_for(tmp_path, "group", f'{ROLES}[preparation]\ntransform = "log2"\n{TINY}')
    with pytest.raises(DataQuestion, match="1 value is below 0, in 'GENE4'"):
        run_here(plan, tmp_path / "s.deepbench")
