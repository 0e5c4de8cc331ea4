"""The section on study design and metadata, and what it keeps to itself."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

from deepbench.reporting.html_report import render_html
from deepbench.study.records import (
    AssociationRecord,
    ReviewRecord,
    StudySummary,
    VarianceShareRecord,
)

PLAN = """format = 1
[question]
outcome = "diagnosis"
organism = "mouse"
[data]
source = "mice.xlsx"
origin = "a laboratory"
[design]
allocation = "matched"
repeated = "yes"
"""


def reviewed(studies: ModuleType, known: int) -> StudySummary:
    summary: StudySummary = studies.summary(interpretation=None)
    review = ReviewRecord(
        samples=400,
        units=100,
        effective_samples=131.7,
        intraclass_correlation=0.68,
        associations=(
            AssociationRecord(
                column="<b>plate</b>", role="batch", measure="Cramér's V", value=0.31,
                low=0.22, high=0.4, p=0.001, units=known,
            ),
            AssociationRecord(
                column="visit", role="timepoint", measure="Cramér's V", value=0.0,
                low=None, high=None, p=0.42, units=100,
            ),
        ),
        variance=(
            VarianceShareRecord(
                column="diagnosis", role="outcome", share=0.034, expected_by_chance=0.004,
                p=0.02, units=100,
            ),
        ),
        sentences=("400 rows of 100 units are worth about 132 independent samples.",),
    )  # fmt: skip
    assert summary.check is not None
    check = summary.check.model_copy(update={"review": review})
    return summary.model_copy(update={"check": check, "plan_toml": PLAN})


def test_the_review_is_printed(studies: ModuleType, parse: Callable[[str], Any]) -> None:
    page = parse(render_html(reviewed(studies, 97)))
    plate, visit = page.table("Outcome against")
    assert plate == {
        "Column": "<b>plate</b>",
        "Role": "batch",
        "Effect size": "Cramér's V",
        "Value": "0.310",
        "95 % interval": "0.220–0.400",
        "p": "0.0010",
        "Biological units": "97",
    }
    assert (visit["Role"], visit["95 % interval"], visit["p"]) == ("time point", "–", "0.42")
    (outcome,) = page.table("Share of the variance")
    assert (outcome["Share"], outcome["By chance"]) == ("3 %", "0.4 %")
    for text in (
        "are worth about 132 independent samples",
        "Worth as independent samples 132",
        "How the groups came about matched",
        "Units measured more than once yes",
        "Several time points not answered",
        "3 of 13 items about the data are written down. Missing: version or accession",
    ):
        assert text in page.words


def test_few_units_without_a_value_are_not_given_away(
    studies: ModuleType, parse: Callable[[str], Any]
) -> None:
    safe = {"small_cells": 10, "per_sample": False}
    page = parse(render_html(reviewed(studies, 97), **safe))
    plate, visit = page.table("Outcome against")
    assert plate["Biological units"] == "hidden"
    assert visit["Biological units"] == "100"
    few = parse(render_html(reviewed(studies, 4), **safe))
    assert few.table("Outcome against")[0]["Biological units"] == "<10"


def test_a_study_from_before_has_its_design_and_no_tables(page: Callable[..., Any]) -> None:
    found = page("stopped_early")
    assert "metadata" in found.sections
    assert not [name for name, _ in found.tables if name.startswith("Share of the variance")]
