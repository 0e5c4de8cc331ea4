"""Decisions on findings in the report, and what of them may leave."""

from __future__ import annotations

from types import ModuleType

from deepbench.plan import parse_plan
from deepbench.reporting.html_report import render_html
from deepbench.reporting.methods_text import methods_text
from deepbench.reporting.release import releasable
from deepbench.reporting.small_cells import SmallCells
from deepbench.study.records import FindingRecord, StudySummary

NAME = "P-0412"
PLAN = f"""
[question]
outcome = "diagnosis"
[data]
source = "table.csv"
[check]
leave_out_samples = ["{NAME}", "P-0413"]
[check.reasons]
"outlying samples: samples" = "The tube of {NAME} broke."
"""


def _summary(studies: ModuleType) -> StudySummary:
    summary: StudySummary = studies.summary(interpretation=None)
    findings = (
        FindingRecord(
            kind="left out by the plan",
            severity="info",
            where="samples",
            message="2 samples left out, as the plan asks.",
            samples=(NAME, "P-0413"),
            decision="left out",
            reason="Swapped tubes.",
        ),
        FindingRecord(
            kind="suspicious feature",
            severity="serious",
            where="single measurements",
            message="'marker 3' alone tells the outcome.",
            columns=("marker 3",),
            reason=f"Measured before; see the notes on {NAME}.",
        ),
        FindingRecord(kind="class imbalance", severity="serious", where="w", message="Few."),
    )
    assert summary.check is not None
    check = summary.check.model_copy(update={"findings": findings, "left_out_samples": 2})
    return summary.model_copy(update={"check": check, "plan_toml": PLAN})


def _cards(html: str) -> list[str]:
    return html.split('<article class="card finding')[1:]


def test_decisions_and_reasons_stand_with_their_findings(studies: ModuleType) -> None:
    html = render_html(_summary(studies))
    serious, few, left_out = _cards(html)
    assert "</span> accepted</p>" in serious
    assert f"</span> Measured before; see the notes on {NAME}.</p>" in serious
    assert "</span> none recorded</p>" in few
    assert "Reason" not in few
    assert "</span> left out of the analysis</p>" in left_out
    assert "Swapped tubes." in left_out
    assert NAME in left_out
    assert "Samples left out: 2." in html
    assert (
        "2 samples were left out after a look at the data."
        in methods_text(_summary(studies)).paragraphs[0]
    )


def test_names_of_samples_that_were_left_out_do_not_leave(studies: ModuleType) -> None:
    html = render_html(_summary(studies), small_cells=10, per_sample=False)
    assert NAME not in html
    assert "P-0413" not in html
    assert "Measured before; see the notes on (sample)." in html
    assert "Samples left out: &lt;10." in html
    assert "&lt;10 samples left out, as the plan asks." in html
    shown = releasable(_summary(studies), SmallCells(), per_sample=False)
    plan = parse_plan(shown.plan_toml)
    assert plan.check.leave_out_samples == ["names are not shown"]
    assert list(plan.check.reasons.values()) == ["The tube of (sample) broke."]


def test_a_plan_without_such_names_is_printed_as_it_is(studies: ModuleType) -> None:
    summary = studies.summary()
    assert releasable(summary, SmallCells(), per_sample=False).plan_toml == summary.plan_toml
