"""Persons in what was typed, and in names of columns, leave in nothing that repeats them."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from deepbench.jobs.hidden_texts import hidden_texts
from deepbench.jobs.released import last_run, methods_txt, report_html, results_json
from deepbench.jobs.summary import printed_plan
from deepbench.privacy.identifying_text import searchable
from deepbench.study.folder import Study
from tests.engine.jobs import leaving
from tests.engine.reporting import summaries

COLUMN = "chol vs Weber Anna 1961-04-03"
NAMES = searchable(["1007", "1012"])
TITLE = "Hearts of patients 1007 and 1012"
APPROVAL = "Board of X, 12/2025, Anna Weber, 63 y, 145 mmHg"


def study(folder: Path, **tables: Any) -> Path:
    summary = summaries.summary(
        title=TITLE, baselines=None, networks=None, shuffles=None, choice=None, interpretation=None
    )
    assert summary.imported is not None
    first, *others = summary.imported.columns
    named = (dataclasses.replace(first, name=COLUMN), *others)
    renamed = summary.imported.model_copy(update={"columns": named})
    return leaving.finished(
        folder,
        summary=summary.model_copy(update={"imported": renamed}),
        question={"outcome": "diagnosis", "title": TITLE},
        data={
            "source": "Anna Weber/heart.csv",
            "more": ["Anna Weber/visit2.csv"],
            "licence": "own",
        },
        **tables,
    )


@pytest.mark.parametrize("level", ["sensitive", "restricted"])
def test_nothing_that_leaves_names_a_person(tmp_path: Path, level: Any) -> None:
    folder = study(tmp_path, ethics={"approval": APPROVAL, "consent": "Broad consent"})
    with Study.open_for_reading(folder) as opened:
        summary = last_run(opened)
        contents = [
            report_html(opened, summary, level).content,
            results_json(summary, level, NAMES),
            methods_txt(summary, level, NAMES),
        ]
    for content in contents:
        text = content.decode("utf-8")
        assert "Anna" not in text
        assert "Weber" not in text
    assert b"column 1, name not shown" in contents[0]


def test_numbers_that_mean_samples_are_not_in_a_title() -> None:
    summary = summaries.summary(
        title=TITLE,
        plan_toml=f'[question]\ntitle = "{TITLE}"\n[data]\nsource = "x.csv"\n',
    )
    shown = hidden_texts(summary, NAMES).taken_out(summary)
    assert shown.title == "Hearts of (not shown here)"
    assert hidden_texts(summary, ()).taken_out(summary).title == TITLE


def test_a_name_of_a_column_that_is_settled_is_shown() -> None:
    summary = summaries.summary()
    assert summary.imported is not None
    first, *others = summary.imported.columns
    columns = (dataclasses.replace(first, name=COLUMN), *others)
    imported = summary.imported.model_copy(update={"columns": columns})
    summary = summary.model_copy(update={"imported": imported, "plan_toml": ""})
    assert COLUMN in hidden_texts(summary, ()).shown
    settled = '[[ethics.entries]]\nissue = "Identifiers: names of columns"\n'
    summary = summary.model_copy(update={"plan_toml": settled})
    assert COLUMN not in hidden_texts(summary, ()).shown


def test_the_study_s_own_files_keep_what_was_typed(tmp_path: Path) -> None:
    with Study.open_for_reading(study(tmp_path)) as opened:
        summary = last_run(opened)
        assert TITLE in report_html(opened, summary, "public").content.decode("utf-8")


def test_the_printed_plan_has_no_folders() -> None:
    plan = leaving.plan(
        data={
            "source": "Anna Weber/a.csv",
            "more": ["Anna Weber/b.csv"],
            "sample_sheet": "x\\s.csv",
        },
        interpretation={"gene_sets": "Anna Weber/sets.gmt"},
    )
    printed = printed_plan(plan)
    assert "Anna" not in printed.to_toml()
    assert (printed.data.more, printed.data.sample_sheet) == (["b.csv"], "s.csv")
