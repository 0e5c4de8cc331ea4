"""The design under roles is counted as pandas counts it, and says why roles cannot hold."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from deepbench.data import open_tables
from deepbench.data.open_tables import forget_table
from deepbench.data.provenance import file_facts
from deepbench.data.roles import assign_roles
from deepbench.data.table_files import TableFiles
from deepbench.data.table_import import import_table
from deepbench.data.table_store import table_to_parquet_bytes
from deepbench.errors import PlanError
from deepbench.jobs.sample_events import note_samples
from deepbench.jobs.sketch_design import sketch_design
from deepbench.messages import SketchDesign
from deepbench.plan import StudyPlan, plan_from_answers
from deepbench.study.folder import Study
from deepbench.study.records import CrossTable, DesignRecord
from deepbench.worker.progress import Progress
from deepbench.workflow import fingerprints

Sketch = Callable[..., DesignRecord]
ROWS = 120


@pytest.fixture
def frame() -> pd.DataFrame:
    rng = np.random.default_rng(3)
    return pd.DataFrame(
        {
            "mouse": [f"m{i}" for i in rng.integers(0, 40, ROWS)],
            "plate": rng.integers(1, 13, ROWS),
            "site": rng.choice(["Bonn", "Ulm", ""], ROWS),
            "day": [f"2024-{1 + i % 9:02d}-{1 + i % 25:02d}" for i in range(ROWS)],
            "sex": rng.choice(["f", "m"], ROWS),
            "age": rng.integers(20, 80, ROWS),
            "tribe": [f"t{i}" for i in rng.integers(0, 70, ROWS)],
            "g1": rng.normal(size=ROWS).round(4),
            "g2": rng.normal(size=ROWS).round(4),
            "dose": rng.normal(size=ROWS).round(4),
            "outcome": rng.choice(["ill", "well", "unclear"], ROWS),
        }
    )


@pytest.fixture
def draw(tmp_path: Path, frame: pd.DataFrame) -> Sketch:
    """Sketches the design of the frame, or of a text, under the given answers."""

    def _draw(
        content: str | None = None, outcome: str = "outcome", **answers: Any
    ) -> DesignRecord:
        path = tmp_path / "table.csv"
        text = frame.to_csv(index=False) if content is None else content
        if not path.exists() or path.read_text() != text:
            path.write_text(text)
        return sketched(tmp_path, outcome, **answers)

    return _draw


def sketched(folder: Path, outcome: str = "outcome", **answers: Any) -> DesignRecord:
    answers["data"] = {"source": "table.csv", **answers.get("data", {})}
    answers["question"] = {"outcome": outcome, **answers.get("question", {})}
    result = sketch_design(SketchDesign(str(folder), answers), Progress())
    return DesignRecord.model_validate_json(json.dumps(result, allow_nan=False))


def counted(table: CrossTable) -> dict[tuple[str, str], int]:
    return {
        (row, column): count
        for row, line in zip(table.rows, table.counts, strict=True)
        for column, count in zip(table.columns, line, strict=True)
        if count
    }


def expected(rows: Any, columns: Any) -> dict[tuple[str, str], int]:
    crossed = pd.crosstab(np.asarray(rows, dtype=str), np.asarray(columns, dtype=str)).stack()
    return {pair: count for pair, count in crossed.to_dict().items() if count}


# --- counts ---------------------------------------------------------------------------------


def test_counts_are_those_of_the_sample_sheet(
    draw: Sketch, tmp_path: Path, frame: pd.DataFrame
) -> None:
    roles = {"unit": ["mouse"], "batch": ["plate"], "sensitive": ["sex"], "ignore": ["g2"]}
    shown = draw(roles=roles)
    plan = plan_from_answers(
        {"question": {"outcome": "outcome"}, "data": {"source": "t"}, "roles": roles}
    )
    _, sheet = assign_roles(import_table(TableFiles(tmp_path / "table.csv"), plan)[0], plan)
    for name in ("sentence", "task", "classes", "class_samples", "class_units"):
        assert getattr(shown, name) == getattr(sheet, name)
    assert (shown.samples, shown.units) == (ROWS, frame["mouse"].nunique())
    assert shown.features == sheet.features
    assert shown.class_units == frame.groupby("outcome")["mouse"].nunique().to_dict()
    assert (shown.problem, shown.hint) == ("", "")


def test_columns_are_counted_against_the_outcome(draw: Sketch, frame: pd.DataFrame) -> None:
    shown = draw(roles={"batch": "plate", "site": "site", "sensitive": "sex"})
    plate, site, sex = shown.tables
    assert [table.row_title for table in shown.tables] == ["plate", "site", "sex"]
    assert {table.column_title for table in shown.tables} == {"outcome"}
    assert plate.rows == tuple(str(i) for i in range(1, 13))  # 2 before 10
    assert counted(plate) == expected(frame["plate"], frame["outcome"])
    assert site.rows == ("Bonn", "Ulm", "(not given)")
    given = frame["site"].replace("", "(not given)")
    assert counted(site) == expected(given, frame["outcome"])
    assert counted(sex) == expected(frame["sex"], frame["outcome"])
    assert sex.columns == shown.classes


def test_samples_per_unit(draw: Sketch, frame: pd.DataFrame) -> None:
    shown = draw(roles={"unit": "mouse"})
    (table,) = shown.tables
    sizes = frame.groupby("mouse")["mouse"].transform("size")
    names = ["1", "2", "3", "4–5", "6 or more"]
    groups = pd.cut(sizes, [0, 1, 2, 3, 5, np.inf], labels=names)
    assert counted(table) == expected(groups, frame["outcome"])
    assert list(table.rows) == [name for name in names if (groups == name).any()]
    assert table.row_title == "samples per unit"
    assert draw().tables == ()


def test_a_measured_outcome_is_counted_by_thirds(draw: Sketch, frame: pd.DataFrame) -> None:
    shown = draw(outcome="dose", roles={"site": "site"})
    (table,) = shown.tables
    assert (shown.task, shown.classes, shown.class_samples) == ("regression", (), {})
    thirds = pd.qcut(frame["dose"], 3, labels=False)
    names = [
        f"{frame['dose'][thirds == i].min():.4g} to {frame['dose'][thirds == i].max():.4g}"
        for i in range(3)
    ]
    assert list(table.columns) == names
    given = frame["site"].replace("", "(not given)")
    assert counted(table) == expected(given, [names[i] for i in thirds])


def test_an_outcome_that_is_mostly_one_value_has_fewer_groups(draw: Sketch) -> None:
    lines = [f"{0 if i < 60 else i},s{i % 2},{i}.5" for i in range(80)]
    shown = draw("\n".join(["y,site,g", *lines]), "y", roles={"site": "site"})
    (table,) = shown.tables
    assert table.columns == ("0", "60 to 79")
    assert counted(table) == {
        ("s0", "0"): 30, ("s1", "0"): 30, ("s0", "60 to 79"): 10, ("s1", "60 to 79"): 10,
    }  # fmt: skip


def test_age_is_counted_by_thirds(draw: Sketch, frame: pd.DataFrame) -> None:
    (table,) = draw(roles={"sensitive": "age"}).tables
    assert table.row_title == "age, in thirds"
    thirds = pd.qcut(frame["age"], 3, labels=False)
    names = [
        f"{frame['age'][thirds == i].min()} to {frame['age'][thirds == i].max()}" for i in range(3)
    ]
    assert list(table.rows) == names
    assert counted(table) == expected([names[i] for i in thirds], frame["outcome"])
    some = frame.assign(age=[age if i % 5 else "" for i, age in enumerate(frame["age"])])
    (table,) = draw(some.to_csv(index=False), roles={"sensitive": "age"}).tables
    assert table.rows[-1] == "(not given)"
    assert sum(table.counts[-1]) == len(range(0, ROWS, 5))


def test_of_many_values_the_commonest_are_shown(draw: Sketch, frame: pd.DataFrame) -> None:
    (table,) = draw(roles={"sensitive": "tribe"}).tables
    sizes = frame["tribe"].value_counts()
    assert len(sizes) > 50
    assert len(table.rows) == 31
    assert table.rows[-1] == f"{len(sizes) - 30} other values"
    assert np.sum(table.counts) == ROWS
    assert np.sum(table.counts[:-1]) == sizes.iloc[:30].sum()


def test_dates_are_counted_by_month_or_not_at_all(draw: Sketch, frame: pd.DataFrame) -> None:
    (table,) = draw(roles={"date": "day"}).tables
    assert table.row_title == "day, by month"
    assert counted(table) == expected(frame["day"].str[:7], frame["outcome"])
    written = pd.to_datetime(frame["day"]).dt.strftime("%d.%m.%Y")
    (table,) = draw(frame.assign(day=written).to_csv(index=False), roles={"date": "day"}).tables
    assert table.row_title == "day, by month"
    assert counted(table) == expected(frame["day"].str[:7], frame["outcome"])
    named = [f"visit {i}" for i in range(ROWS)]
    (table,) = draw(frame.assign(day=named).to_csv(index=False), roles={"date": "day"}).tables
    assert table.row_title == f"day ({ROWS} different dates, too many to show)"
    assert (table.rows, table.counts) == ((), ())
    few = frame.assign(day=[f"{1 + i % 3}.1.2024" for i in range(ROWS)])
    (table,) = draw(few.to_csv(index=False), roles={"date": "day"}).tables
    assert table.rows == ("2024-01-01", "2024-01-02", "2024-01-03")


def test_many_months_are_counted_by_year(draw: Sketch, frame: pd.DataFrame) -> None:
    days = [f"{2000 + i % 6}-{1 + i % 11:02d}-01" for i in range(ROWS)]
    (table,) = draw(frame.assign(day=days).to_csv(index=False), roles={"date": "day"}).tables
    assert table.row_title == "day, by year"
    assert counted(table) == expected([day[:4] for day in days], frame["outcome"])


# --- what is wrong --------------------------------------------------------------------------


def test_without_an_outcome_nothing_is_counted(tmp_path: Path, draw: Sketch) -> None:
    shown = draw(outcome="")
    assert shown.problem == "The outcome has not been chosen yet."
    assert (shown.samples, shown.classes, shown.tables) == (0, (), ())
    with pytest.raises(PlanError, match="No table has been chosen"):
        sketch_design(SketchDesign(str(tmp_path), {}), Progress())


@pytest.mark.parametrize(
    ("outcome", "answers", "problem", "samples"),
    [
        ("outcome", {"roles": {"unit": "rat", "site": "site"}}, "roles.unit: there is no", ROWS),
        (
            "outcome",
            {"roles": {"site": ["site"], "batch": ["site"]}},
            "The column 'site' has",
            ROWS,
        ),
        ("outcome", {"roles": {"unit": "outcome"}}, "The column 'outcome' has two roles", ROWS),
        ("outcome", {"roles": {"lane": "site"}}, "The answers: 'lane' is not a key", ROWS),
        ("outcom", {}, "question.outcome: there is no column 'outcom'", 0),
        ("mouse", {}, "", ROWS),
        ("tribe", {}, "table.csv: the outcome 'tribe' has", 0),
        ("outcome", {"question": {"positive": "ill"}}, "question.positive is 'ill'", 0),
        ("outcome", {"question": {"task": "guess"}}, "The answers: [question] task", 0),
    ],
)
def test_what_cannot_hold_is_told_and_the_rest_counted(
    draw: Sketch, outcome: str, answers: dict[str, Any], problem: str, samples: int
) -> None:
    shown = draw(outcome=outcome, **answers)
    assert shown.problem.startswith(problem)
    assert bool(shown.problem) == bool(problem)
    assert shown.samples == samples


def test_ignoring_every_feature_is_told_with_the_other_roles_counted(
    draw: Sketch, frame: pd.DataFrame
) -> None:
    others = [name for name in frame.columns if name not in ("mouse", "site", "outcome")]
    shown = draw(roles={"unit": "mouse", "site": "site", "ignore": others})
    assert "no measurement column is left" in shown.problem
    assert shown.units == frame["mouse"].nunique()
    assert [table.row_title for table in shown.tables] == ["samples per unit", "site"]


def test_text_among_numbers_is_told_with_the_design_counted(
    draw: Sketch, frame: pd.DataFrame
) -> None:
    text = frame.astype({"g1": object})
    text.loc[7, "g1"] = "low"
    shown = draw(text.to_csv(index=False), roles={"site": "site"})
    assert shown.problem.startswith("table.csv, row 9, column 'g1': 'low' is not a number")
    assert shown.samples == ROWS
    assert len(shown.tables) == 1


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    assert sketched(tmp_path).problem.startswith("There is no file table.csv")


# --- where the table comes from -------------------------------------------------------------


def _import_into(study: Path, plan: StudyPlan, table: Path) -> None:
    """Do what the import stage does."""
    parsed, record = import_table(TableFiles(table), plan)
    with Study.open_for_writing(study) as opened:
        artifact = opened.store("data", "imported.parquet", table_to_parquet_bytes(parsed))
        note_samples(opened, "import", artifact)
        fingerprint = fingerprints(plan, file_facts(table).sha256)["import"]
        done = record.model_copy(update={"artifact": artifact})
        opened.finish_stage("import", fingerprint, done, 0.0)


def test_another_role_does_not_read_the_file_again(
    draw: Sketch, frame: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw()

    def refuse(*_: object) -> None:
        raise AssertionError("the table is in memory")

    monkeypatch.setattr(open_tables, "assemble", refuse)
    assert draw(roles={"unit": "mouse"}).units == frame["mouse"].nunique()
    assert draw(roles={"batch": ["plate", "sex"]}).tables[1].row_title == "sex"


def test_an_imported_table_is_used_while_its_answers_hold(
    tmp_path: Path, frame: pd.DataFrame
) -> None:
    study, table = tmp_path / "s.deepbench", tmp_path / "table.csv"
    table.write_text(frame.to_csv(index=False))
    answers = {"data": {"source": "../table.csv"}, "roles": {"unit": "mouse", "site": "site"}}
    plan = plan_from_answers({"question": {"outcome": "outcome"}, **answers})
    _import_into(study, plan, table)
    from_file = sketched(study, **answers)
    forget_table()
    table.unlink()
    assert sketched(study, **answers) == from_file
    # Other roles change the import: without the file nothing can be said.
    changed = {**answers, "roles": {"unit": "mouse"}}
    assert sketched(study, **changed).problem.startswith("There is no file table.csv")
    # A file of the same name with other content is another table.
    table.write_text(frame.head(50).to_csv(index=False))
    assert sketched(study, **answers).samples == 50


def test_a_retired_import_is_read_from_the_file(tmp_path: Path, frame: pd.DataFrame) -> None:
    study, table = tmp_path / "s.deepbench", tmp_path / "table.csv"
    table.write_text(frame.to_csv(index=False))
    plan = plan_from_answers(
        {"question": {"outcome": "outcome"}, "data": {"source": "../table.csv"}}
    )
    _import_into(study, plan, table)
    with Study.open_for_writing(study) as opened:
        opened.retire_others("data", set())
    assert sketched(study, data={"source": "../table.csv"}).samples == ROWS
