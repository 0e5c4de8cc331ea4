"""What can be done on a page now, and why not more: what the footer shows."""

from __future__ import annotations

from dataclasses import dataclass

from deepbench_ui.pages.base import Page
from deepbench_ui.session import StudySession
from deepbench_ui.widgets.column_names import ColumnNames
from deepbench_ui.widgets.fields import NumberAnswer

RUNNING = "A calculation is running. You can look at every page meanwhile."
RUN_FIRST = "“{verb}” comes first."
NO_FILE = "Choose the file with your table (step 3)."
NO_OUTCOME = "Name the outcome: what shall be predicted (step 1)?"
NO_LEVEL = "Say how sensitive the data is (step 0)."


@dataclass(frozen=True)
class NextStep:
    """What can be done on a page.

    Attributes:
        can_next: Whether the next page may follow.
        reason: Why not, or what to do first.
        verb: Text of the step's own button; empty if there is nothing to calculate.
        can_run: Whether that button can be pressed.
    """

    can_next: bool
    reason: str
    verb: str
    can_run: bool


def next_step(page: Page) -> NextStep:
    """Return what can be done on a page now."""
    session = page.session
    standing = session.standing()
    state = standing.states.get(page.key, "done")
    wrong = _wrong_number(page)
    problem = (page.next_problem() or wrong) if state == "done" else ""
    can_next = state == "done" and not problem
    runnable = bool(page.run_verb) and state in ("ready", "blocked", "out of date")
    known = standing.reasons.get(page.key, "")
    obstacle = ""
    if runnable:
        obstacle = wrong or (known if state == "ready" else "") or why_no_run(session)
    first = page.first_step() if runnable else ""
    if session.run is not None and not can_next:
        reason = RUNNING
    elif first:
        reason = first
    elif state == "done":
        reason = problem
    elif obstacle:
        reason = obstacle
    elif runnable:
        # Why it is out of date or blocked stands on the page.
        reason = RUN_FIRST.format(verb=page.run_verb) if state == "ready" else ""
    else:
        reason = known
    return NextStep(
        can_next=can_next,
        reason=reason,
        verb=page.run_verb if runnable else "",
        can_run=runnable and session.run is None and not obstacle,
    )


def why_no_run(session: StudySession) -> str:
    """Return what the answers lack for a calculation; empty when nothing."""
    if session.value("data.source") is None:
        return NO_FILE
    if session.value("question.outcome") is None:
        return NO_OUTCOME
    problem = session.draft.problem()
    if problem is not None:
        return str(problem)
    return NO_LEVEL if session.value("privacy.level") is None else ""


def _wrong_number(page: Page) -> str:
    """Return what is wrong with a number or a name that was typed, and so is not saved."""
    fields: list[NumberAnswer | ColumnNames] = [
        *page.findChildren(NumberAnswer),
        *page.findChildren(ColumnNames),
    ]
    for field in fields:
        if field.problem and field.isVisibleTo(page):
            return field.problem
    return ""
