"""Findings as cards: what was decided, what will be, which decisions are offered."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from deepbench.study.records import CheckRecord, FindingRecord, ImportRecord, SampleSheetRecord
from deepbench_ui.models.finding_phrases import on_screen
from deepbench_ui.models.finding_words import SEVERITIES, title_of
from deepbench_ui.models.numbers import counted
from deepbench_ui.models.role_answers import role_changes, role_of

Action = Literal[
    "leave out features", "leave out samples", "keep", "reason", "unit", "ignore", "batch", "site",
    "count as missing", "take back",
]  # fmt: skip
Changes = dict[str | tuple[str, ...], Any]

REASON_LETTERS = 10
OUT, KEEP, SAMPLES_OUT = "leave_out", "keep", "leave_out_samples"

LEFT_OUT_BY_YOU = "Left out, as you decided."
LEFT_OUT = "Left out of the models."
KEPT_BY_YOU = "Kept, as you decided."
KEPT_FEATURES, KEPT = "Kept in the models.", "Kept."
TOGETHER = "Kept together: what belongs together is never on both sides of a split."
ACCEPTED = "Accepted, for the reason you gave."
OPEN = "Waits for your decision."
STOPS = "The study cannot go on like this. No decision here can repair it."
WILL_OUT = "{things} will be left out when the data is checked again."
WILL_STAY = "{things} will stay in the models when the data is checked again."
WILL_ROLE = "“{column}” will be {role} when the data is checked again."
WILL_BE_MISSING = "{code} will be read as missing in {things} when the data is checked again."
WILL_RETURN = "Your decision is taken back; the check decides anew when you run it again."
ROLES = {
    "unit": "the biological unit",
    "batch": "a batch",
    "site": "a site",
    "ignore": "ignored, its rows counted as independent,",
}
_ON_NAMES = {"leave out features", "leave out samples", "keep", "count as missing"}
_BY_PLAN = "as the plan asks"
_BY_YOU = "left out by the plan"
_UNITS, _ROLE = "repeated units", "possible role"
_ZEROS, _CODE = "zeros for gaps", "code for missing?"
_USED = ("numeric", "categorical")


@dataclass(frozen=True)
class FindingCard:
    """A finding as its card shows it.

    Attributes:
        finding: The finding, with the reason given now.
        title: What it is called.
        thing: What its columns are called: feature or column.
        message: What was found.
        hint: What can be done.
        decided: What was decided when the data was checked; empty when nothing was to decide.
        pending: What was decided since; empty for nothing.
        actions: Decisions that are offered.
        waits: Whether it waits for a decision.
    """

    finding: FindingRecord
    title: str
    thing: str
    message: str
    hint: str
    decided: str
    pending: str
    actions: tuple[Action, ...]
    waits: bool

    @property
    def can_choose(self) -> bool:
        """Whether a decision can be taken for some of the names alone."""
        names = self.finding.columns or self.finding.samples
        on_names = _ON_NAMES & set(self.actions)
        return len(names) > 1 and bool(on_names)


@dataclass(frozen=True)
class Given:
    """What cards depend on besides the findings.

    Attributes:
        answers: The answers.
        current: Whether the findings belong to them.
        table: The table as imported; None if unknown.
        roles: Roles when the data was checked.
    """

    answers: Mapping[str, Any]
    current: bool
    table: ImportRecord | None = None
    roles: Mapping[str, tuple[str, ...]] | None = None

    @classmethod
    def of(
        cls,
        answers: Mapping[str, Any],
        *,
        current: bool,
        table: ImportRecord | None,
        sheet: SampleSheetRecord | None,
    ) -> Given:
        """Return it from the records of the steps before."""
        return cls(answers, current, table, sheet.roles if sheet is not None else None)

    def listed(self, key: str) -> list[str]:
        """Return the names that a decision was taken for."""
        return [str(name) for name in self.answers.get("check", {}).get(key, [])]

    @cached_property
    def _folded(self) -> dict[str, frozenset[str]]:
        # Tables have up to 60,000 features, and this is asked for each finding at each answer.
        return {key: _fold(self.listed(key)) for key in (OUT, KEEP, SAMPLES_OUT)}

    @cached_property
    def _usable(self) -> frozenset[str]:
        columns = self.table.columns if self.table is not None else ()
        return frozenset(column.name for column in columns if column.kind in _USED)

    def among(self, names: Sequence[str], key: str) -> list[str]:
        """Return those of the names that a decision was taken for."""
        folded = self._folded[key]
        return [name for name in names if name.casefold() in folded] if folded else []

    def covers(self, names: Sequence[str], key: str) -> bool:
        """Say whether a decision was taken for all of the names, and there are some."""
        return bool(names) and len(self.among(names, key)) == len(names)

    def role_at_check(self, column: str) -> str:
        """Return the role that a column had when the data was checked."""
        for role, columns in (self.roles or {}).items():
            if column in columns:
                return role
        return "feature"

    def new_role(self, finding: FindingRecord) -> str:
        """Return the role given to a finding's column since; empty if none."""
        if self.current or finding.kind not in (_UNITS, _ROLE) or not finding.columns:
            return ""
        role = role_of(self.answers, finding.columns[0])
        return role if role in ROLES and role != self.role_at_check(finding.columns[0]) else ""

    def missing_codes(self, column: str) -> list[str]:
        """Return what is read as missing in a column, as was answered."""
        given = self.answers.get("data", {}).get("missing_in", {})
        return [str(code) for code in given.get(column, [])]

    def counts_as_missing(self, finding: FindingRecord) -> list[str]:
        """Return those of a finding's columns in which its code was said to mean missing."""
        code = _code(finding)
        return [name for name in finding.columns if code and code in self.missing_codes(name)]

    def thing(self, finding: FindingRecord) -> str:
        """Return what a finding's columns are called: features, unless they are none."""
        no_feature = finding.kind in (_UNITS, "identifier") or any(
            self.role_at_check(column) != "feature" for column in finding.columns
        )
        return "column" if no_feature else "feature"

    def can_be_used(self, columns: Sequence[str]) -> bool:
        """Say whether models could use all of these columns: numbers and labels, no texts."""
        return bool(columns) and self._usable.issuperset(columns)

    def names_repeat(self, column: str) -> bool:
        """Say whether a column has a name more than once, so that it can name units."""
        if self.table is None:
            return False
        return any(
            known.name == column and known.distinct < self.table.rows - known.missing
            for known in self.table.columns
        )


def finding_cards(check: CheckRecord, given: Given) -> tuple[FindingCard, ...]:
    """Return a card for each finding, gravest first."""
    ordered = sorted(check.findings, key=lambda finding: SEVERITIES.index(finding.severity))
    return tuple(_card(finding, given) for finding in ordered)


def _card(finding: FindingRecord, given: Given) -> FindingCard:
    pending = _pending(finding, given)
    return FindingCard(
        finding=finding,
        title=title_of(finding),
        thing=given.thing(finding),
        message=on_screen(finding.message),
        hint=on_screen(finding.hint),
        decided=_decided(finding),
        pending=pending,
        actions=_actions(finding, given),
        waits=finding.needs_decision and finding.severity == "serious" and not pending,
    )


# --- what was decided -----------------------------------------------------------------


def _by_plan(finding: FindingRecord) -> bool:
    return finding.kind == _BY_YOU or _BY_PLAN in f"{finding.message} {finding.hint}"


def _decided(finding: FindingRecord) -> str:
    by_you = _by_plan(finding)
    if finding.decision == "left out":
        return LEFT_OUT_BY_YOU if by_you else LEFT_OUT
    if finding.decision == "kept together":
        return TOGETHER
    if finding.severity == "blocking":
        return STOPS
    if finding.reason:
        return ACCEPTED
    if finding.decision == "kept":
        return KEPT_BY_YOU if by_you else KEPT_FEATURES if finding.columns else KEPT
    return OPEN if finding.needs_decision else ""


def _pending(finding: FindingRecord, given: Given) -> str:
    """Return what was decided since the data was checked."""
    if given.current:
        return ""
    role = given.new_role(finding)
    if role:
        return WILL_ROLE.format(column=finding.columns[0], role=ROLES[role])
    missing = given.counts_as_missing(finding)
    if missing:
        things = _things(missing, finding.columns, "feature").replace("These", "these")
        return WILL_BE_MISSING.format(code=_code(finding), things=things)
    left_out = finding.decision == "left out"
    for names, key, what, sentence, settled in (
        (finding.samples, SAMPLES_OUT, "sample", WILL_OUT, left_out),
        (finding.columns, OUT, "feature", WILL_OUT, left_out),
        (finding.columns, KEEP, "feature", WILL_STAY, not left_out),
    ):
        chosen = [] if settled else given.among(names, key)
        if chosen:
            return sentence.format(things=_things(chosen, names, what))
    if _by_plan(finding) and not _is_decided(finding, given):
        return WILL_RETURN
    return ""


def _code(finding: FindingRecord) -> str:
    """Return what stands in the cells that may mean “missing”; empty for other findings."""
    if finding.kind == _ZEROS:
        return "0"
    return finding.where if finding.kind == _CODE else ""


def _things(chosen: Sequence[str], names: Sequence[str], what: str) -> str:
    if len(names) == 1:
        return f"“{names[0]}”"
    if len(chosen) == len(names):
        return f"These {counted(len(names), what)}"
    return f"{len(chosen)} of these {counted(len(names), what)}"


def _is_decided(finding: FindingRecord, given: Given) -> bool:
    """Say whether the answers decide about what the finding names."""
    return bool(
        given.among(finding.columns, OUT)
        or given.among(finding.columns, KEEP)
        or given.among(finding.samples, SAMPLES_OUT)
    )


# --- what can be decided --------------------------------------------------------------


def _actions(finding: FindingRecord, given: Given) -> tuple[Action, ...]:
    if finding.severity == "blocking":
        return ()
    actions: list[Action] = []
    if not given.new_role(finding):
        actions += _role_actions(finding, given)
        if finding.can_leave_out and not given.covers(finding.columns, OUT):
            actions.append("leave out features")
        if _code(finding) and len(given.counts_as_missing(finding)) < len(finding.columns):
            actions.append("count as missing")
        others = finding.samples and finding.kind != _BY_YOU
        if others and not given.covers(finding.samples, SAMPLES_OUT):
            actions.append("leave out samples")
        by_check = finding.decision == "left out" and not _by_plan(finding)
        kept = given.covers(finding.columns, KEEP)
        if by_check and not kept and given.can_be_used(finding.columns):
            actions.append("keep")
        accepted = finding.decision in ("none", "kept") and finding.severity != "info"
        if accepted and not given.covers(finding.columns, OUT):
            actions.append("reason")
    if _can_take_back(finding, given):
        actions.append("take back")
    return tuple(actions)


def _role_actions(finding: FindingRecord, given: Given) -> tuple[Action, ...]:
    if not finding.columns:
        return ()
    if finding.kind == _UNITS:
        return ("unit", "ignore") if given.names_repeat(finding.columns[0]) else ("ignore",)
    return ("batch", "site") if finding.kind == _ROLE else ()


def _can_take_back(finding: FindingRecord, given: Given) -> bool:
    return (
        bool(finding.reason)
        or _is_decided(finding, given)
        or bool(given.new_role(finding))
        or bool(given.counts_as_missing(finding))
    )


def decision_changes(
    finding: FindingRecord, action: Action, given: Given, names: Collection[str] = ()
) -> Changes:
    """Return the answers that take a decision.

    Args:
        finding: What it is about.
        action: The decision; a reason is written by its field.
        given: The answers.
        names: Those of the finding's features or samples that it is about; all if empty.
    """
    columns = [name for name in finding.columns if not names or name in names]
    samples = [name for name in finding.samples if not names or name in names]
    out, keep, samples_out = given.listed(OUT), given.listed(KEEP), given.listed(SAMPLES_OUT)
    if action == "leave out features":
        return _lists(out=_with(out, columns), keep=_without(keep, columns))
    if action == "keep":
        return _lists(out=_without(out, columns), keep=_with(keep, columns))
    if action == "leave out samples":
        return {f"check.{SAMPLES_OUT}": _with(samples_out, samples)}
    if action == "count as missing":
        return {
            _place(name): _with(given.missing_codes(name), [_code(finding)]) for name in columns
        }
    if action == "take back":
        changes = _lists(out=_without(out, finding.columns), keep=_without(keep, finding.columns))
        changes[f"check.{SAMPLES_OUT}"] = _without(samples_out, finding.samples)
        changes["check", "reasons", reason_name(given.answers, finding.name)] = None
        for name in given.counts_as_missing(finding):
            changes[_place(name)] = _without(given.missing_codes(name), [_code(finding)]) or None
        if given.new_role(finding):
            before = given.role_at_check(finding.columns[0])
            changes.update(role_changes(given.answers, finding.columns[0], before).items())
        return changes
    return dict(role_changes(given.answers, finding.columns[0], action).items())


def _place(column: str) -> tuple[str, ...]:
    return ("data", "missing_in", column)


def reason_name(answers: Mapping[str, Any], name: str) -> str:
    """Return the name under which a finding's reason stands; capitals do not count."""
    given = answers.get("check", {}).get("reasons", {})
    return next((known for known in given if known.strip().casefold() == name.casefold()), name)


def _lists(out: list[str], keep: list[str]) -> Changes:
    return {f"check.{OUT}": out, f"check.{KEEP}": keep}


def _fold(names: Collection[str]) -> frozenset[str]:
    return frozenset(name.casefold() for name in names)


def _without(names: Sequence[str], listed: Collection[str]) -> list[str]:
    known = _fold(listed)
    return [name for name in names if name.casefold() not in known]


def _with(listed: Sequence[str], names: Sequence[str]) -> list[str]:
    return [*listed, *_without(names, listed)]
