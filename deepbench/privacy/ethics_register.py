"""The ethics register: issues that the program and people raise, what is said, what is decided.

An issue has a name that stays the same from run to run, so that an answer in the plan
(``[[ethics.entries]]``) finds it: a kind, and for most kinds what it is about, as in
``subgroup gap: sex = female``. People raise issues under names of their own
(``[[ethics.raised]]``), and comment on any (``[[ethics.comments]]``).
"""

from __future__ import annotations

import datetime
import difflib
from collections.abc import Iterable, Sequence

from deepbench.errors import PlanError
from deepbench.plan import RegisterComment, RegisterEntry, StudyPlan
from deepbench.privacy.leaving import may_leave
from deepbench.privacy.override import approval_entries
from deepbench.privacy.register_issues import program_issues
from deepbench.privacy.register_material import Issue, Material
from deepbench.privacy.sensitivity import sensitivity_sentence
from deepbench.study.records import (
    EthicsEntryRecord,
    EthicsRecord,
    RegisterCommentRecord,
)
from deepbench.study.register_kinds import ISSUE_KINDS
from deepbench.study.sensitivity_scan import folded, highest

PROGRAM = "program"


def build_register(plan: StudyPlan, material: Material) -> EthicsRecord:
    """Raise what the program noticed, add what people raised, and match both with the answers.

    Args:
        plan: Governance, level, what people raised, said and decided.
        material: What the stages found.

    Raises:
        PlanError: an answer or a comment names an issue that the register does not know.
    """
    check_answers(plan)
    answers = {folded(entry.issue): entry for entry in plan.ethics.entries}
    comments = _by_issue(plan.ethics.comments)
    raised = [(issue, PROGRAM, "") for issue in program_issues(plan, material)]
    raised += [
        (Issue(each.issue, each.text), each.by, _day(each.date)) for each in plan.ethics.raised
    ]
    entries = tuple(
        _entry(
            issue, by, day, answers.get(folded(issue.name)), comments.get(folded(issue.name), ())
        )
        for issue, by, day in raised
    )
    sensitivity = material.sensitivity
    asked = plan.privacy.level if sensitivity is None else sensitivity.in_force
    level = highest([asked, material.held or asked])
    return EthicsRecord(
        level=level,
        entries=(*entries, *approval_entries(plan.ethics.approvals)),
        may_leave=may_leave(level),
        sentences=_sentences(plan, entries),
        sensitivity=sensitivity,
        audit=material.audit,
        subgroups=material.subgroups,
    )


def check_answers(plan: StudyPlan) -> None:
    """Check the issues named in the plan; needs nothing but the plan.

    Raises:
        PlanError: an issue is of no known kind, is answered or raised twice, or a person raises
            one under the name of a kind of the program's own.
    """
    own = _raised_names(plan)
    seen: set[str] = set()
    for answer in plan.ethics.entries:
        _require_known(answer.issue, "[[ethics.entries]] answers", own)
        if folded(answer.issue) in seen:
            raise PlanError(
                f"[[ethics.entries]] answers '{answer.issue}' twice.", "Keep one of the answers."
            )
        seen.add(folded(answer.issue))
    for comment in plan.ethics.comments:
        _require_known(comment.issue, "[[ethics.comments]] comments on", own)


def _raised_names(plan: StudyPlan) -> list[str]:
    """Return the names under which people raised issues."""
    names: list[str] = []
    for each in plan.ethics.raised:
        name = folded(each.issue)
        if _kind(each.issue) in ISSUE_KINDS or name.startswith("approval:"):
            raise PlanError(
                f"[[ethics.raised]] raises '{each.issue}', which is the name of an issue that "
                "the program raises.",
                "Give it another name, or answer or comment on the program's.",
            )
        if name in names:
            raise PlanError(
                f"[[ethics.raised]] raises '{each.issue}' twice.", "Give each issue its own name."
            )
        names.append(name)
    return names


def _require_known(issue: str, does: str, own: Sequence[str]) -> None:
    if folded(issue) in own or _kind(issue) in ISSUE_KINDS:
        return
    near = difflib.get_close_matches(_kind(issue), [*ISSUE_KINDS, *own], n=1, cutoff=0.0)[0]
    raise PlanError(
        f"{does} '{issue}', which the ethics register does not know.",
        f"Did you mean '{near}'? Known kinds: {', '.join(ISSUE_KINDS)}.",
    )


def _kind(issue: str) -> str:
    return folded(issue).partition(":")[0].strip()


def _by_issue(comments: Iterable[RegisterComment]) -> dict[str, tuple[RegisterCommentRecord, ...]]:
    found: dict[str, tuple[RegisterCommentRecord, ...]] = {}
    for each in comments:
        said = RegisterCommentRecord(text=each.text, by=each.by, date=_day(each.date))
        found[folded(each.issue)] = (*found.get(folded(each.issue), ()), said)
    return found


def _day(date: datetime.date | None) -> str:
    return "" if date is None else date.isoformat()


def _entry(
    issue: Issue,
    raised_by: str,
    raised_on: str,
    answer: RegisterEntry | None,
    comments: tuple[RegisterCommentRecord, ...],
) -> EthicsEntryRecord:
    return EthicsEntryRecord(
        issue=issue.name,
        text=issue.text,
        raised_by=raised_by,
        state="open" if answer is None else answer.decision,
        decision="" if answer is None else answer.reason,
        by="" if answer is None else answer.by,
        date="" if answer is None else _day(answer.date),
        raised_on=raised_on,
        comments=comments,
    )


def _sentences(plan: StudyPlan, entries: tuple[EthicsEntryRecord, ...]) -> tuple[str, ...]:
    open_entries = [entry.issue for entry in entries if entry.state == "open"]
    if open_entries:
        count = len(open_entries)
        noun = "entry" if count == 1 else "entries"
        verb = "is" if count == 1 else "are"
        first = (
            f"{count} {noun} of the ethics register {verb} open: {'; '.join(open_entries)}. "
            "Answer each under [[ethics.entries]] in the plan."
        )
    else:
        first = "No entry of the ethics register is open."
    raised = [entry.issue for entry in entries]
    known = {folded(name) for name in raised}
    unmatched = tuple(
        f"The plan answers '{answer.issue}', which was not raised in this run."
        + _nearest_raised(answer.issue, raised)
        for answer in plan.ethics.entries
        if folded(answer.issue) not in known
    )
    return (sensitivity_sentence(plan.privacy), first, *unmatched)


def _nearest_raised(name: str, raised: list[str]) -> str:
    near = difflib.get_close_matches(name, raised, n=1)
    return f" Did you mean '{near[0]}'?" if near else ""
