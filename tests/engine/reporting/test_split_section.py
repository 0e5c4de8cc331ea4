"""How the report and results.json tell of the split: every design, its precision, its likeness."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any, get_args

import pytest

from deepbench.reporting.html_report import render_html
from deepbench.reporting.methods_text import methods_text
from deepbench.reporting.results_json import results_document
from deepbench.study.records import PowerRecord, SimilarityRecord, SplitRecord

DESIGNS = get_args(SplitRecord.model_fields["design"].annotation)
POWER = PowerRecord(
    measure="AUROC", test_units=82, assumed=0.8, low=0.69, high=0.88,
    sentence="With 82 test units an AUROC of 0.80 will have a 95 % interval of 0.69 to 0.88.",
)  # fmt: skip
SIMILARITY = SimilarityRecord(
    auroc=0.52, low=0.46, high=0.58, expected=True, columns=(),
    sentence="No model told the test samples from the training samples.",
)  # fmt: skip


@pytest.mark.parametrize("design", DESIGNS)
def test_every_design_is_told(
    studies: ModuleType, parse: Callable[[str], Any], design: str
) -> None:
    split = studies.holdout().model_copy(update={"design": design})
    summary = studies.summary(split=split, interpretation=None)
    assert results_document(summary)["split"]["design"] == design
    methods = " ".join(methods_text(summary).paragraphs)
    assert "test samples were" in methods
    assert "Design: " in parse(render_html(summary)).words


def test_precision_and_likeness_are_printed(
    studies: ModuleType, parse: Callable[[str], Any]
) -> None:
    split = studies.holdout()
    without = parse(render_html(studies.summary(split=split, interpretation=None))).words
    split = split.model_copy(update={"power": POWER, "similarity": SIMILARITY})
    words = parse(render_html(studies.summary(split=split, interpretation=None))).words
    for sentence in (POWER.sentence, SIMILARITY.sentence):
        assert sentence in words
        assert sentence not in without
