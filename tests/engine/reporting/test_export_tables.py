"""The tables that leave: numbers of the results, and none about a few people."""

from __future__ import annotations

import pytest

from deepbench.reporting.data_table import Cell, DataTable
from deepbench.reporting.export_tables import export_tables
from deepbench.reporting.material import Material
from deepbench.reporting.release import releasable
from deepbench.reporting.results_json import results_document
from deepbench.reporting.results_release import released_results
from deepbench.reporting.small_cells import SmallCells
from deepbench.study.records import (
    AuditedGroup,
    GroupMeasure,
    Score,
    StudySummary,
    SubgroupAuditRecord,
)
from tests.engine.reporting import interpreted, summaries

WHOLE, GUARDED = SmallCells(0), SmallCells(10)


def tables(summary: StudySummary, cells: SmallCells = WHOLE) -> dict[str, DataTable]:
    guarded = bool(cells.threshold)
    document = released_results(summary, cells) if guarded else results_document(summary)
    shown = releasable(summary, cells, per_sample=not guarded)
    material = Material(shown, summary, cells, not guarded, interpreted.all_importances())
    return {table.name: table for table in export_tables(document, material)}


def column(table: DataTable, name: str) -> list[Cell]:
    place = table.header.index(name)
    return [row[place] for row in table.rows]


@pytest.mark.parametrize("cells", [WHOLE, GUARDED])
def test_tables_are_made_of_the_results(cells: SmallCells) -> None:
    summary = summaries.summary()
    found = tables(summary, cells)
    document = released_results(summary, cells) if cells.threshold else results_document(summary)
    corrected = [model["tuning"]["corrected"] for model in document["models"]]
    assert column(found["leaderboard"], "corrected")[: len(corrected)] == corrected
    assert column(found["leaderboard"], "recommended").count(True) == 1
    metrics = document["test"]["metrics"]
    first = column(found["test-metrics"], "value")[: len(metrics)]
    assert first == [score["value"] for score in metrics.values()]
    null = [score for check in document["shuffled"] for score in check["null"]]
    assert column(found["shuffled-scores"], "score") == null
    sizes = document["interpretation"]["panels"]["sizes"]
    assert column(found["panels"], "score")[:-1] == [size["score"]["value"] for size in sizes]
    groups = document["interpretation"]["failures"]["groups"]
    slices = document["interpretation"]["failures"]["slices"]
    rates = [group["rate"]["value"] for group in (*groups, *slices)]
    assert column(found["error-groups"], "error") == rates
    claims = [claim["sentence"] for claim in document["claims"]["claims"]]
    assert column(found["claims"], "sentence") == claims


def test_every_row_is_as_long_as_its_header_and_names_are_different() -> None:
    for cells in (WHOLE, GUARDED):
        for name, table in tables(summaries.summary(), cells).items():
            assert {len(row) for row in table.rows} == {len(table.header)}, name
            assert len(set(table.header)) == len(table.header), name


def test_importance_has_all_features_or_those_of_the_report() -> None:
    summary = summaries.summary()
    (every,) = interpreted.all_importances().models
    of_all = [row[1] for row in tables(summary)["importance"].rows if row[0] == every.model]
    assert tuple(of_all) == every.features
    material = Material(summary, summary, WHOLE, True)
    made = export_tables(results_document(summary), material)
    table = next(each for each in made if each.name == "importance")
    assert summary.interpretation is not None
    assert len(every.features) > len(summary.interpretation.models[0].features)
    shown = [entry.feature for model in summary.interpretation.models for entry in model.features]
    assert column(table, "feature") == shown


def test_small_groups_of_a_guarded_study_are_hidden() -> None:
    summary = summaries.summary()
    whole, guarded = tables(summary)["subgroups"], tables(summary, GUARDED)["subgroups"]
    assert [row[:2] for row in guarded.rows] == [row[:2] for row in whole.rows]
    small = [row for row in whole.rows if min(int(str(row[2])), int(str(row[3]))) < 10]
    assert small
    for before, after in zip(whole.rows, guarded.rows, strict=True):
        if before in small:
            assert set(after[5:]) == {"hidden"}
            assert {str(after[2]), str(after[3])} & {"<10", "hidden"}


def test_confusion_matrix_of_a_guarded_study_hides_what_gives_a_small_cell_away() -> None:
    summary = summaries.summary()
    whole = tables(summary)["confusion-matrix"].rows
    guarded = tables(summary, GUARDED)["confusion-matrix"].rows
    counts = [cell for row in whole for cell in row[1:]]
    assert all(isinstance(cell, int) for cell in counts)
    assert min(int(str(cell)) for cell in counts) < 10
    assert all(cell in ("<10", "hidden") for row in guarded for cell in row[1:])


def _group(name: str, units: int) -> AuditedGroup:
    value = Score(value=0.2, low=0.1, high=0.3)
    return AuditedGroup(
        column="sex",
        role="sensitive",
        group=name,
        samples=units,
        units=units,
        measures=tuple(
            GroupMeasure(name=kind, value=value, rest=value, difference=value)
            for kind in ("score", "missed")
        ),
    )


def test_subgroup_audit_of_a_guarded_study_hides_small_groups_and_parts_of_groups() -> None:
    audit = SubgroupAuditRecord(
        task="binary",
        metric="auroc",
        positive="malignant",
        samples=124,
        units=124,
        overall=(),
        groups=(_group("f", 80), _group("m", 40), _group("x", 4)),
        small=(),
        comparisons=6,
        smallest=1,
        sentences=(),
    )
    summary = summaries.summary()
    assert summary.ethics is not None
    ethics = summary.ethics.model_copy(update={"subgroups": audit})
    with_audit = summary.model_copy(update={"ethics": ethics})
    assert len(tables(with_audit)["subgroup-audit"].rows) == 6
    guarded = tables(with_audit, GUARDED)["subgroup-audit"]
    assert set(column(guarded, "measure")) <= {"score", None}
    hidden = [row[1] for row in guarded.rows if row[2] == "hidden"]
    # All minus “f” would be the 4 persons if “m” were shown.
    assert set(hidden) >= {"x", "m"}


def test_a_study_that_stopped_early_has_few_tables() -> None:
    assert tables(StudySummary(title="Empty", version="0.1.0", plan_toml="")) == {}
