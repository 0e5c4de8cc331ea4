"""The section on ethics: groups, attacks, private training, what was said and decided."""

from __future__ import annotations

import re

from deepbench.reporting.ethics_view import attacks_table, groups_table
from deepbench.reporting.html_report import render_html
from deepbench.reporting.release_scores import released_audit
from deepbench.reporting.small_cells import SmallCells
from deepbench.study.records import (
    AuditedGroup,
    RegisterCommentRecord,
    StudySummary,
    SubgroupAuditRecord,
)
from tests.engine.reporting import summaries
from tests.engine.reporting.audited import ATTACKED, AUDIT, PRIVATE

TEN = SmallCells(10)


def report(level_cells: int = 0, audit: SubgroupAuditRecord = AUDIT) -> str:
    record = summaries.ethics()
    entry = record.entries[0].model_copy(
        update={
            "date": "2026-03-02",
            "comments": (RegisterCommentRecord(text="Asked the board.", by="RK"),),
        }
    )
    record = record.model_copy(
        update={
            "entries": (entry,),
            "subgroups": audit,
            "audit": ATTACKED,
            "private_training": PRIVATE,
        }
    )
    summary: StudySummary = summaries.summary(ethics=record, baselines=None, networks=None)
    html = render_html(summary, small_cells=level_cells, per_sample=not level_cells)
    found = re.search(r'<section[^>]*id="ethics".*?</section>', html, re.DOTALL)
    assert found is not None
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", found[0]))


def test_the_report_prints_what_stage_13_found() -> None:
    text = report()
    assert "RK : Asked the board." in text.replace("RK:", "RK :")
    assert "by Dr. A. Okafor, 2026-03-02" in text
    assert "The model misses “ill” more often." in text
    assert "Most successful" not in text
    assert "LiRA" in text
    assert "Certificate of differential privacy" in text


def test_a_guarded_report_leaves_out_what_is_counted_in_a_class() -> None:
    text = report(10, with_groups(60, 60))
    assert "sex: g0" in text
    assert "Missed" not in text
    assert "misses “ill”" not in text, "the sentence holds the share"


def with_groups(*sizes: int) -> SubgroupAuditRecord:
    groups: list[AuditedGroup] = [
        AUDIT.groups[0].model_copy(update={"group": f"g{i}", "units": size, "samples": size})
        for i, size in enumerate(sizes)
    ]
    total = sum(sizes)
    return AUDIT.model_copy(update={"groups": tuple(groups), "units": total, "samples": total})


def test_groups_that_would_tell_of_a_few_people_are_left_out() -> None:
    every = groups_table(released_audit(with_groups(60, 60), TEN), TEN)
    assert every is not None
    assert {row[0] for row in every.rows} == {"sex: g0", "sex: g1"}
    few = with_groups(60, 60).model_copy(update={"units": 124, "samples": 124})
    shown = groups_table(released_audit(few, TEN), TEN)
    rows = () if shown is None else shown.rows
    assert len({row[0] for row in rows}) < 2, "with both, the four others could be worked out"
    assert groups_table(with_groups(60, 60), SmallCells(0)) is not None


def test_attacks_mark_the_most_successful() -> None:
    made = attacks_table(ATTACKED)
    assert [row[0] for row in made.rows] == ["Loss", "LiRA"]
    assert made.marked == {1}
