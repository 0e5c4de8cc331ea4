"""What is wrong with a table that can be read: it is said before any model is trained."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from deepbench.data.findings.base import FindingContext
from deepbench.data.findings.registry import check
from deepbench.data.roles import assign_roles
from deepbench.errors import DeepBenchError
from deepbench.study.records import FindingRecord, SampleSheetRecord

from .nasty_files import imported, plan_of, put

Edit = Callable[[list[str], list[list[str]]], object]
GENES = """TP53 BRCA1 EGFR MYC KRAS PTEN RB1 CDK4 IL6 TNF GAPDH ACTB CXCL8 CCND1 STAT3 JAK2 NOTCH1
VEGFA MMP9 FOXP3 CD4 CD8A GATA3 ESR1 ERBB2 AKT1 MTOR HIF1A 2-Sep 44441 1-Mar""".split()


def study_of(
    folder: Path, edit: Edit, outcome: str = "group", genes: list[str] | None = None
) -> tuple[SampleSheetRecord, dict[str, FindingRecord]]:
    """Import 40 patients of noise, edited, and check them as a run does."""
    chance = np.random.default_rng(1)
    names = genes or [f"g{number}" for number in range(6)]
    header = ["id", "group", *names]
    rows = [
        [f"s{number}", "case" if number % 2 else "control"]
        + [f"{value:.3f}" for value in chance.normal(size=len(names))]
        for number in chance.permutation(40)
    ]
    edit(header, rows)
    path = put("\n".join(map(",".join, [header, *rows])) + "\n", folder / "table.csv")
    options = {"roles": {"sample": "id"}} if outcome != "id" else {}
    read = imported(path, outcome, options)
    if isinstance(read, DeepBenchError):
        raise read
    plan = plan_of("table.csv", outcome, options)
    samples, sheet = assign_roles(read[0], plan)
    found = check(samples, FindingContext(sheet.roles, plan.seed)).findings
    return sheet, {finding.kind: finding for finding in reversed(found)}  # the first of a kind


def nothing(header, rows):
    pass


def test_a_plain_table_is_quiet(tmp_path):
    sheet, found = study_of(tmp_path, nothing)
    assert sheet.class_samples == {"control": 20, "case": 20}
    assert found == {}


def test_a_class_of_one_sample_blocks(tmp_path):
    _, found = study_of(tmp_path, lambda header, rows: rows[3].__setitem__(1, "other"))
    assert found.keys() == {"class imbalance"}
    finding = found["class imbalance"]
    assert finding.severity == "blocking"
    assert "'other' (1); fewer than 5 cannot be spread" in finding.message
    assert "merge them with others" in finding.hint


def test_missing_outcomes_are_left_out_and_counted(tmp_path):
    def edit(header, rows):
        rows[3][1], rows[4][1] = "NA", ""

    sheet, _ = study_of(tmp_path, edit)
    assert (sheet.samples, sheet.left_out_rows) == (38, 2)
    assert "2 rows without an outcome left out" in sheet.sentence


def test_names_as_outcome(tmp_path):
    with pytest.raises(DeepBenchError, match="40 different values in 40 rows") as caught:
        study_of(tmp_path, nothing, outcome="id")
    assert 'task = "regression"' in caught.value.hint


def test_columns_that_never_differ(tmp_path):
    def edit(header, rows):
        header += ["kit", "empty"]
        for row in rows:
            row += ["v2", ""]

    _, found = study_of(tmp_path, edit)
    assert found["constant"].columns == ("kit",)
    assert found["missing values"].columns == ("empty",)


def test_rows_under_two_names_stay_together(tmp_path):
    def edit(header, rows):
        rows += [[f"t{place}", *row[1:]] for place, row in enumerate(rows[:6])]

    _, found = study_of(tmp_path, edit)
    assert (
        "12 samples have exactly the same measurements as another" in found["duplicates"].message
    )
    assert "kept together as one unit" in found["duplicates"].hint


def test_rows_pasted_twice(tmp_path):
    sheet, found = study_of(tmp_path, lambda header, rows: rows.extend([rows[2], rows[3]]))
    assert (sheet.samples, sheet.units) == (42, 40)
    assert "2 rows repeat a row of the same sample name" in found["repeated names"].message


@pytest.mark.parametrize(
    ("other", "message"),
    [
        ("Case", "differ in upper and lower case only"),
        ("case\u200b", "characters that cannot be seen"),
    ],
)
def test_twin_classes(other, message, tmp_path):
    def edit(header, rows):
        for row in rows[:20]:
            row[1] = row[1].replace("case", other)

    with pytest.raises(DeepBenchError, match=message) as caught:
        study_of(tmp_path, edit)
    assert "Write them alike" in caught.value.hint


def test_one_class_and_one_row(tmp_path):
    with pytest.raises(DeepBenchError, match="a single class, 'case', in all 40 rows"):
        study_of(tmp_path, lambda header, rows: [row.__setitem__(1, "case") for row in rows])
    with pytest.raises(DeepBenchError, match="a single class, 'case', in its one row"):
        study_of(tmp_path, lambda header, rows: rows.__setitem__(slice(1, None), []))


def test_24_genes_that_became_dates(tmp_path):
    _, found = study_of(tmp_path, nothing, genes=GENES)
    finding = found["damaged names"]
    assert set(finding.columns) == {"2-Sep", "44441", "1-Mar"}
    assert "SEPTIN2" in finding.message + finding.hint
