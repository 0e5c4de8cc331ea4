"""Where a study stands: the state of each page, and why one cannot go on.

Replayed from the ledger and the answers; nothing is kept anywhere else. The wizard shows it, and
knows no state of its own.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import ValidationError

from deepbench.errors import StudyError
from deepbench.plan import PrivacyLevel
from deepbench.study.artifacts import artifact_name, read_artifact
from deepbench.study.draft import Draft
from deepbench.study.files import sha256_of
from deepbench.study.ledger import Event
from deepbench.study.records import (
    CheckRecord,
    EthicsRecord,
    ImportRecord,
    QuestionRecord,
    Record,
    SensitivityRecord,
    TrialRecord,
)
from deepbench.study.sensitivity_scan import EVENT as SCANNED
from deepbench.study.sensitivity_scan import judge_scan
from deepbench.workflow import STAGE_BY_KEY, STAGES, fingerprints, stage_states

PageState = Literal[
    "to do", "ready", "running", "done", "needs a decision", "blocked", "out of date"
]
#: Pages that are answers only: what they compute is computed on the way to the import.
ANSWER_PAGES = ("start", "question", "suitability")
CHECK_BLOCKED = "check_blocked"

R = TypeVar("R", bound=Record)


@dataclass(frozen=True)
class Blocked:
    """Why a stage refused to go on."""

    stage: str
    message: str
    hint: str


@dataclass(frozen=True)
class Standing:
    """States of all pages by key, and for those that cannot go on the reason as a sentence."""

    states: Mapping[str, PageState]
    reasons: Mapping[str, str]


@dataclass
class StudyHistory:
    """What the ledger told so far; grows event by event.

    Args:
        folder: Study folder, from which artifacts are read.
    """

    folder: Path
    finished: dict[str, Event] = field(default_factory=dict)
    blocked: dict[str, Blocked] = field(default_factory=dict)
    views: dict[str, str] = field(default_factory=dict)
    trials: dict[tuple[str, str, int], TrialRecord] = field(default_factory=dict)
    shuffles: list[dict[str, Any]] = field(default_factory=list)
    notes: dict[str, str] = field(default_factory=dict)
    openings: int = 0
    #: Fingerprints of the stage with which the test set was opened: going on with one of them
    #: after an interruption is no second look.
    opened_with: set[str] = field(default_factory=set)
    plan_artifact: str = ""
    scans: list[dict[str, Any]] = field(default_factory=list)
    _records: dict[tuple[str, type[Record]], Record] = field(default_factory=dict)

    def add(self, event: Event) -> None:
        """Take in the next event of the ledger."""
        data = event.data
        if event.kind == "stage_finished":
            self.finished[data["stage"]] = event
            self.blocked.pop(data["stage"], None)
        elif event.kind == "stage_blocked":
            self.blocked[data["stage"]] = Blocked(data["stage"], data["message"], data["hint"])
        elif event.kind == "view":
            self.views[data["name"]] = data["artifact"]
        elif event.kind == "trial":
            trial = TrialRecord.model_validate(data)
            self.trials[trial.search, trial.family, trial.number] = trial
        elif event.kind == "shuffles":
            self.shuffles.append(data)
        elif event.kind == CHECK_BLOCKED:
            self.notes[event.kind] = data["record"]
        elif event.kind == "test_opened":
            self.openings += 1
            self.opened_with.add(data["fingerprint"])
        elif event.kind == "plan":
            self.plan_artifact = data["artifact"]
        elif event.kind == SCANNED:
            self.scans.append(data)

    def record(self, stage: str, kind: type[R]) -> R | None:
        """Return what a stage found when it last finished, or None."""
        event = self.finished.get(stage)
        return self._read(str(event.data["record"]), kind) if event is not None else None

    def view(self, name: str, kind: type[R]) -> R | None:
        """Return a view that a stage stored (`deepbench.study.records.views`), or None.

        A view that was deleted on purpose (samples of a table that has been split) is None too.
        """
        artifact = self.views.get(name, "")
        if not artifact or not (self.folder / artifact).is_file():
            return None
        return self._read(artifact, kind)

    def note(self, name: str, kind: type[R]) -> R | None:
        """Return a record that a stage left beside its own, or None."""
        artifact = self.notes.get(name)
        return self._read(artifact, kind) if artifact else None

    def check(self, reasons: Mapping[str, str]) -> CheckRecord | None:
        """Return what the data check found, also when it blocked.

        Args:
            reasons: Why findings were accepted or overruled (``check.reasons``).
        """
        noted = self.note(CHECK_BLOCKED, CheckRecord)
        blocked = "check" in self.blocked and noted is not None
        found = noted if blocked else self.record("check", CheckRecord)
        return found.with_reasons(reasons) if found is not None else None

    def sensitivity(
        self, answered: PrivacyLevel, settled: Collection[str]
    ) -> SensitivityRecord | None:
        """Return what the scan for identifiers found so far, or None before it ran.

        Args:
            answered: The level as it is answered now.
            settled: Names of issues that people resolved or accepted.
        """
        return judge_scan(self.scans, answered, settled) if self.scans else None

    def question(self) -> QuestionRecord | None:
        """Return the question as a sentence, or None."""
        return self.record("question", QuestionRecord)

    def _read(self, artifact: str, kind: type[R]) -> R:
        known = self._records.get((artifact, kind))
        if known is None:
            try:
                known = kind.model_validate_json(read_artifact(self.folder, artifact))
            except ValidationError:
                raise StudyError(
                    f"{artifact} does not hold what this version expects.",
                    "Run the stage again.",
                ) from None
            self._records = {
                key: value for key, value in self._records.items() if key[1] is not kind
            } | {(artifact, kind): known}
        assert isinstance(known, kind)
        return known


def stand(draft: Draft, history: StudyHistory, running: str = "") -> Standing:
    """Return where a study stands.

    Args:
        draft: The answers.
        history: What the ledger told.
        running: Key of the stage that is being calculated; empty when none is.
    """
    states: dict[str, PageState] = {}
    reasons: dict[str, str] = {}
    calculated = _calculated_states(draft, history)
    for stage in STAGES:
        state, reason = (
            _answer_page(stage.key, draft)
            if stage.key in ANSWER_PAGES
            else _stage_page(stage.key, calculated, draft, history)
        )
        states[stage.key] = "running" if stage.key == running else state
        if reason and stage.key != running:
            reasons[stage.key] = reason
    return Standing(states, reasons)


def _calculated_states(draft: Draft, history: StudyHistory) -> dict[str, str]:
    """Return the states that the fingerprints give."""
    plan = draft.plan()
    if plan is None:
        # Without a plan nothing can be run; what was found under an earlier plan is kept.
        states: dict[str, str] = dict.fromkeys(STAGE_BY_KEY, "to do")
        states |= dict.fromkeys(history.finished, "out of date")
        states["import"] = "out of date" if "import" in history.finished else "ready"
        return states
    imported = history.record("import", ImportRecord)
    current = fingerprints(plan, imported.sha256 if imported else "")
    finished = {key: event.data["fingerprint"] for key, event in history.finished.items()}
    found: dict[str, str] = dict(stage_states(current, finished))
    # What an answer page computes is repeated on the way: it is no reason to wait.
    for key in ANSWER_PAGES:
        found[key] = "done"
    # A run repeats what is out of date before it, so that is no reason to wait either.
    for stage in STAGES:
        if found[stage.key] == "to do" and all(
            found[key] in ("done", "out of date") for key in stage.after
        ):
            found[stage.key] = "ready"
    return found


def _answer_page(key: str, draft: Draft) -> tuple[PageState, str]:
    if key == "start":
        if draft.value("privacy.level") is None:
            return "needs a decision", "Say how sensitive the data is."
        return "done", ""
    if key == "question":
        if draft.value("question.outcome") is None:
            return "ready", "Name the outcome: what shall be predicted?"
        return "done", ""
    answered = any(
        key != "reason" and value is not None
        for key, value in draft.value("suitability", {}).items()
    )
    return ("done", "") if answered else ("ready", "Answer at least one of the questions.")


def _stage_page(
    key: str, calculated: Mapping[str, str], draft: Draft, history: StudyHistory
) -> tuple[PageState, str]:
    blocked = history.blocked.get(key)
    state = calculated[key]
    if blocked is not None and state in ("ready", "out of date") and _unchanged(draft, history):
        return "blocked", f"{blocked.message} {blocked.hint}".strip()
    if state == "done":
        reason = _open_decision(key, draft, history)
        return ("needs a decision", reason) if reason else ("done", "")
    if state == "out of date":
        return "out of date", "An answer was changed since; what is shown is from before."
    if state == "ready":
        return "ready", _not_yet(key, draft)
    return "to do", _waits_for(key, calculated)


def _unchanged(draft: Draft, history: StudyHistory) -> bool:
    """Say whether the answers are those of the last run."""
    plan = draft.plan()
    if plan is None:
        return False
    content = plan.to_toml().encode("utf-8")
    return history.plan_artifact == artifact_name("runs", "plan.toml", sha256_of(content))


def _not_yet(key: str, draft: Draft) -> str:
    problem = draft.problem()
    if key == "import":
        if draft.value("data.source") is None:
            return "Choose the file with your table."
        if draft.value("question.outcome") is None:
            return "Name the outcome: which column shall be predicted?"
        return problem.message if problem else ""
    return ""


def _waits_for(key: str, calculated: Mapping[str, str]) -> str:
    for name in STAGE_BY_KEY[key].after:
        if calculated[name] != "done":
            before = STAGE_BY_KEY[name]
            if before.number + 1 < STAGE_BY_KEY[key].number and name not in ("import",):
                return f"First comes step {before.number}: {before.title}."
            return f"First finish step {before.number}: {before.title}."
    return ""


def _open_decision(key: str, draft: Draft, history: StudyHistory) -> str:
    if key == "check":
        check = history.check(draft.value("check.reasons", {}))
        count = sum(finding.needs_decision for finding in check.findings) if check else 0
        if count:
            return (
                f"{count} serious finding{'s' if count > 1 else ''} still "
                f"need{'' if count > 1 else 's'} your decision."
            )
    if key == "ethics":
        record = history.record("ethics", EthicsRecord)
        count = sum(entry.state == "open" for entry in record.entries) if record else 0
        if count:
            return (
                f"{count} entr{'ies' if count > 1 else 'y'} of the ethics register "
                f"{'are' if count > 1 else 'is'} open."
            )
    return ""
