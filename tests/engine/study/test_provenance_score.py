"""The score of what is written down about the data."""

import subprocess
import sys

from deepbench.plan import StudyPlan
from deepbench.study.provenance_score import completeness

BARE = {"question": {"outcome": "y"}, "data": {"source": "x.csv"}}
FULL = {
    "question": {"outcome": "y", "organism": "mouse"},
    "data": {
        "source": "x.csv",
        "origin": "GEO",
        "version": "GSE1",
        "downloaded": "2024-03-01",
        "licence": "CC0",
        "protocol": "RNA-seq on a NovaSeq 6000",
        "contact": "the laboratory",
    },
    "roles": {"sample": "id", "unit": "mouse", "batch": "lane"},
    "design": {"allocation": "randomised", "time_points": "no"},
    "suitability": {"data_kind": "omics", "label_reliability": "measured"},
}


def plan(tables, **changes):
    merged = {key: {**tables.get(key, {}), **changes.get(key, {})} for key in {*tables, *changes}}
    return StudyPlan.model_validate(merged)


def test_nothing_and_everything():
    bare = completeness(plan(BARE))
    assert (bare.score, bare.items) == (0, 13)
    assert bare.sentence.startswith("0 of 13 items about the data are written down. Missing: ")
    full = completeness(plan(FULL))
    assert (full.score, full.items, full.missing) == (14, 14, ())
    assert full.sentence.startswith("Everything")


def test_each_answer_counts_once():
    before = completeness(plan(BARE))
    for table, answers in FULL.items():
        for key, value in answers.items():
            if key in ("outcome", "source", "data_kind"):
                continue
            after = completeness(plan(BARE, **{table: {key: value}}))
            assert after.score == before.score + 1, (table, key)


def test_blanks_and_unknown_are_no_answers():
    found = completeness(
        plan(BARE, data={"origin": "  "}, suitability={"label_reliability": "unknown"})
    )
    assert found.score == 0


def test_a_unit_that_was_measured_once_needs_no_column():
    found = completeness(plan(BARE, design={"repeated": "no"}))
    assert found.present == ("biological unit that each sample comes from",)


def test_platform_is_asked_for_omics_only():
    assert not any("platform" in item for item in completeness(plan(BARE)).missing)
    vague = completeness(plan(FULL, data={"protocol": "as usual"}))
    assert [item.split()[0] for item in vague.missing] == ["platform"]


def test_it_loads_nothing_heavy():
    code = (
        "import sys, deepbench.study.provenance_score; "
        "print([m for m in ('numpy', 'pandas', 'scipy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
