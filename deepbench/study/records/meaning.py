"""What stages 12 to 14 found: claims, ethics, report."""

from __future__ import annotations

from typing import Literal

from deepbench.study.records.base import Record
from deepbench.study.records.privacy import (
    AuditRecord,
    PrivateTrainingRecord,
    SensitivityRecord,
)
from deepbench.study.records.subgroups import SubgroupAuditRecord


class ClaimRecord(Record):
    """Stage 12: one sentence that may be written, with its reservations.

    ``kind`` says what it is about: the model's performance, the network against the traditional
    model, a short panel, a group of correlated features, or one feature. ``feature`` is empty
    unless it is about one feature; ``features`` are those of a panel or a group.
    """

    feature: str
    sentence: str
    reservations: tuple[str, ...]
    kind: Literal["model", "comparison", "panel", "group", "feature"] = "feature"
    features: tuple[str, ...] = ()


class CausalWordingRecord(Record):
    """Words of the user that say more than the study shows.

    ``where`` is the feature whose note it is, or empty for a sentence of the user's own;
    ``suggestion`` is the text in words that say what was shown, empty where none fits.
    """

    text: str
    where: str
    words: str
    why: str
    suggestion: str


class CheckItemRecord(Record):
    """One item of the list to go through when a score is too good to be true.

    ``found`` is what the program has checked, ``to_do`` what only the user can check (empty if
    nothing is left); ``state`` says whether the program found all well, a reason for suspicion,
    or could not tell.
    """

    question: str
    found: str
    to_do: str
    state: Literal["clear", "suspicious", "open"]


class ClaimsRecord(Record):
    """Stage 12: what may be claimed and what was not shown.

    ``ceiling`` compares the test score with the best possible one; ``too_good`` says how sure it
    is that the score is too good to be true: "strongly" where the whole interval lies above,
    "softly" where only the score does. ``own`` are the user's own sentences, ``causal`` what was
    found in them and in the notes on features.
    """

    claims: tuple[ClaimRecord, ...]
    not_shown: tuple[str, ...]
    ceiling: str
    too_good: Literal["", "softly", "strongly"] = ""
    checklist: tuple[CheckItemRecord, ...] = ()
    own: tuple[str, ...] = ()
    causal: tuple[CausalWordingRecord, ...] = ()


class RegisterCommentRecord(Record):
    """What somebody said about an entry of the ethics register; ``date`` as given, or empty."""

    text: str
    by: str
    date: str = ""


class RegisterEventRecord(Record):
    """What happened to an entry of the register in some run; the ledger holds it for good.

    ``time`` is when the run wrote it, ``date`` the day that the person gave (empty without one).
    """

    time: str
    issue: str
    what: Literal[
        "raised", "discussed", "resolved", "accepted", "reopened", "changed", "no longer raised"
    ]
    by: str = ""
    text: str = ""
    date: str = ""


class EthicsEntryRecord(Record):
    """Stage 13: one entry of the ethics register.

    ``raised_by`` is ``program`` or the person who raised it; ``date`` is the day of the decision
    and ``raised_on`` that on which a person raised it, where they were given.
    """

    issue: str
    text: str
    raised_by: str
    state: Literal["open", "resolved", "accepted"]
    decision: str = ""
    by: str = ""
    date: str = ""
    raised_on: str = ""
    comments: tuple[RegisterCommentRecord, ...] = ()


class EthicsRecord(Record):
    """Stage 13: the register, the level, and what may leave.

    ``history`` holds what happened to all entries so far, oldest first, also to those that are
    not raised any more.
    """

    level: str
    entries: tuple[EthicsEntryRecord, ...]
    may_leave: tuple[tuple[str, str], ...]
    sentences: tuple[str, ...]
    sensitivity: SensitivityRecord | None = None
    audit: AuditRecord | None = None
    private_training: PrivateTrainingRecord | None = None
    subgroups: SubgroupAuditRecord | None = None
    history: tuple[RegisterEventRecord, ...] = ()


class ReportRecord(Record):
    """Stage 14: where the report and the results are."""

    report: str
    results: str
    reproduced: bool
    sentences: tuple[str, ...]
