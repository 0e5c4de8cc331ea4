from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

from deepbench.plan import parse_plan
from deepbench.reporting.html_report import render_html
from deepbench.reporting.methods_text import methods_text
from deepbench.reporting.results_json import results_document
from deepbench.study.records import PreparationRecord, StudySummary

FILTERS = "[preparation]\nmost_missing = 0.25\nmost_variable = 500\n"


def prepared(studies: ModuleType, transform: str, kind: str, extra: str = "") -> StudySummary:
    summary: StudySummary = studies.summary(interpretation=None)
    assert summary.check is not None
    record = PreparationRecord(
        kind=kind,  # type: ignore[arg-type]
        why="All are whole numbers.",
        transform=transform,  # type: ignore[arg-type]
        proposed=transform,  # type: ignore[arg-type]
        columns=1_200,
        sentence="Inside each fold, log1p-CPM is applied to <1,200> features."
        if transform != "none"
        else "",
    )
    check = summary.check.model_copy(update={"preparation": record})
    text = f"{summary.plan_toml}\n{extra}"
    parse_plan(text)
    return summary.model_copy(update={"check": check, "plan_toml": text})


@pytest.mark.parametrize(
    ("transform", "kind", "words", "authors"),
    [
        ("log1p-cpm", "counts", "log2(1 + counts per million) (log1p-CPM", ["Law CW"]),
        ("log2", "intensities", "(intensities) of each sample were transformed to log2", []),
        ("clr", "compositional counts", "CLR", ["Aitchison J", "Gloor GB", "Martín-Fernández"]),
        ("m-values", "beta values", "M-values", ["Du P"]),
    ],
)
def test_methods_name_the_transformation_and_its_source(
    studies: ModuleType, transform: str, kind: str, words: str, authors: list[str]
) -> None:
    methods = methods_text(prepared(studies, transform, kind))
    assert f"1,200 measurements ({kind}) of each sample were transformed" in methods.paragraphs[0]
    assert words in methods.paragraphs[0]
    for author in authors:
        assert any(reference.startswith(author) for reference in methods.references)
    assert list(methods.references) == sorted(methods.references)


def test_methods_name_the_filters(studies: ModuleType) -> None:
    text = " ".join(methods_text(prepared(studies, "log2", "intensities", FILTERS)).paragraphs)
    assert "features with more than 25 % missing values were left out and the 500 measure" in text
    assert "In the fit rows of each fold" in text


def test_what_was_not_done_is_not_said(studies: ModuleType) -> None:
    text = " ".join(methods_text(prepared(studies, "none", "unknown")).paragraphs)
    assert "transformed" not in text
    assert "In the fit rows of each fold" not in text


def test_the_report_says_it(studies: ModuleType, parse: Callable[[str], Any]) -> None:
    page = parse(render_html(prepared(studies, "log1p-cpm", "counts")))
    assert "log1p-CPM is applied to <1,200> features." in page.words
    assert "log1p-CPM" not in parse(render_html(prepared(studies, "none", "unknown"))).words


def test_results_hold_it(studies: ModuleType) -> None:
    document = results_document(prepared(studies, "clr", "shares", FILTERS))
    assert document["preparation"] == {
        "kind": "shares",
        "transform": "clr",
        "columns": 1_200,
        "most_missing": 0.25,
        "most_variable": 500,
    }
