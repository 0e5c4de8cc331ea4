"""The verdict as a headline, and what to look at before the report is sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

from deepbench.study.records import ChoiceRecord, EthicsRecord, ExportItem, ReportRecord
from deepbench.study.standing import Standing
from deepbench.workflow import STAGE_BY_KEY
from deepbench_ui.models.numbers import counted

CheckState = Literal["ok", "warning", "todo"]
REPORT_FILE: Final = "report/report.html"

NO_SIGNAL, UNCLEAR = "No evidence of a signal", "Unclear: the evidence is not strong enough"
SIGNAL: Mapping[str, str] = MappingProxyType(
    {
        "better": "There is a signal, and deep learning was worth it",
        "no better": "There is a signal; deep learning was not worth it",
        "worse": "There is a signal; deep learning was not worth it",
        "not tried": "There is a signal; deep learning was not tried",
    }
)
#: What each export is, by its name in the study.
EXPORT_TEXTS: Mapping[str, str] = MappingProxyType(
    {
        "report": "For people: question, data, models, test, limits and register, as one page.",
        "results": "The numbers of the report, for a script or another program.",
        "plan": "All your answers. With the same table and the same plan anybody can repeat this.",
        "methods": "For the paper: what was done, with this study’s numbers and the works cited.",
        "bundle": "For a journal or a repository: report, model card, checklists, tables, figures "
        "and the script that runs all of it again, as one folder. What may not leave is left out, "
        "and its README says so.",
        "model": "The model with its preparation, a description of its columns and a script that "
        "predicts, without this program.",
        "figures": "All pictures of the report, as files.",
        "tables": "All tables of the report, for a spreadsheet.",
    }
)

REGISTER_TODO = "The ethics register has not been filled yet (step 13)."
REGISTER_OPEN = "The ethics register has {count} (step 13). The report stays in the study."
REGISTER_OK = "No entry of the ethics register is open."
BLOCKED = "Cannot go on: {pages}."
OUTDATED = "Out of date: {pages}. Their results are from before the last change."
DECIDE = "A decision is needed: {pages}."
CURRENT = "Every step is up to date."
NOT_ALL = "Not finished yet: {pages}."
NEVER_OPENED = "The test set was not opened; it can still serve once."
OPENED_ONCE = "The test set was used once, at the end."
OPENED_OFTEN = (
    "The test set was used {count} times, so its score is no longer that of samples never looked "
    "at. The report says so."
)
REPRODUCED = "The stored model was fitted again and gave the same predictions."
NOT_RUN = "The stored model has not been fitted again yet; “Write the Report” does that."
_MOST_NAMED = 4
#: A reason that so many exports share is said once.
_SEVERAL = 3
#: The report is what the checklist is about; the register has a line of its own.
_OWN_LINES = ("ethics", "report")


@dataclass(frozen=True)
class CheckLine:
    """One line of the checklist.

    Attributes:
        state: ``ok``, ``warning`` or ``todo``.
        text: A sentence.
    """

    state: CheckState
    text: str


def headline(choice: ChoiceRecord) -> str:
    """Return the verdict in a line."""
    if choice.signal == "yes":
        return SIGNAL[choice.deep_learning]
    return NO_SIGNAL if choice.signal == "no" else UNCLEAR


def checklist(
    standing: Standing,
    ethics: EthicsRecord | None,
    choice: ChoiceRecord | None,
    report: ReportRecord | None,
    openings: int,
) -> tuple[CheckLine, ...]:
    """Return what to look at before the report is sent.

    Args:
        standing: States of all pages.
        ethics: The register as it was last filled.
        choice: The choice of a model.
        report: Where the report is.
        openings: How often the test set was opened, by the ledger.
    """
    lines = [*_page_lines(standing), _register_line(ethics), _test_line(openings)]
    if choice is not None and choice.final_model:
        again = report is not None and report.reproduced and standing.states["report"] == "done"
        lines.append(CheckLine("ok", REPRODUCED) if again else CheckLine("todo", NOT_RUN))
    return tuple(lines)


def _page_lines(standing: Standing) -> list[CheckLine]:
    found = [
        CheckLine(state, text.format(pages=_titles(keys)))
        for kind, state, text in _PAGE_STATES
        if (keys := [key for key in _others(standing) if standing.states[key] == kind])
    ]
    unfinished = [k for k in _others(standing) if standing.states[k] in ("ready", "to do")]
    if unfinished:
        found.append(CheckLine("todo", NOT_ALL.format(pages=_titles(unfinished))))
    return found or [CheckLine("ok", CURRENT)]


_PAGE_STATES: tuple[tuple[str, CheckState, str], ...] = (
    ("blocked", "warning", BLOCKED),
    ("out of date", "warning", OUTDATED),
    ("needs a decision", "warning", DECIDE),
)


def _others(standing: Standing) -> list[str]:
    return [
        key
        for key, state in standing.states.items()
        if key not in _OWN_LINES or (key == "ethics" and state in ("out of date", "blocked"))
    ]


def _titles(keys: list[str]) -> str:
    named = [f"{STAGE_BY_KEY[key].title} ({STAGE_BY_KEY[key].number})" for key in keys]
    more = len(named) - _MOST_NAMED
    listed = ", ".join(named[:_MOST_NAMED])
    return f"{listed} and {more} more" if more > 0 else listed


def _register_line(ethics: EthicsRecord | None) -> CheckLine:
    if ethics is None:
        return CheckLine("todo", REGISTER_TODO)
    many = sum(entry.state == "open" for entry in ethics.entries)
    if many:
        count = counted(many, "open entry", "open entries")
        return CheckLine("warning", REGISTER_OPEN.format(count=count))
    return CheckLine("ok", REGISTER_OK)


def _test_line(openings: int) -> CheckLine:
    if openings == 0:
        return CheckLine("ok", NEVER_OPENED)
    if openings == 1:
        return CheckLine("ok", OPENED_ONCE)
    return CheckLine("warning", OPENED_OFTEN.format(count=openings))


def shared_refusal(items: Sequence[ExportItem]) -> str:
    """Return why most exports stay, where it is the same for several; else an empty text."""
    counts = Counter(item.sentence for item in items if not item.allowed)
    sentence, count = counts.most_common(1)[0] if counts else ("", 0)
    return sentence if count >= _SEVERAL else ""
