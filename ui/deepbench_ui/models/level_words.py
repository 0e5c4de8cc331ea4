"""The level of sensitivity as it is answered, as the scan sees it, and in words."""

from __future__ import annotations

from typing import Final, cast, get_args

from deepbench.plan import PrivacyLevel
from deepbench.study.records import EthicsRecord, SensitivityRecord
from deepbench.study.sensitivity_scan import rank_of
from deepbench_ui.session import StudySession

DEFAULT: Final[PrivacyLevel] = "sensitive"
ANSWERED = "How sensitive the data is: {level}. It is changed on the page “Start”."
NOT_ANSWERED = (
    "How sensitive the data is was not said yet: it is treated as sensitive. Say it on the page "
    "“Start”."
)
RAISED = (
    "How sensitive the data is: treated as {level}, because of what the program found in the "
    "table, although the answer was {answered}. A wrong finding is settled in the register."
)


def current_level(session: StudySession) -> PrivacyLevel:
    """Return the level that is answered, or the one that holds until it is."""
    level = session.value("privacy.level")
    return cast(PrivacyLevel, level) if level in get_args(PrivacyLevel) else DEFAULT


def needs_reason(session: StudySession, level: str | None) -> bool:
    """Say whether a level is one below sensitive, or below the one that held so far."""
    if level not in get_args(PrivacyLevel):
        return False
    usual = max(rank_of(DEFAULT), _rank_before(session))
    return rank_of(cast(PrivacyLevel, level)) < usual


def _rank_before(session: StudySession) -> int:
    """Return the rank of the level that the register was filled at, without the scan's part."""
    record = session.record("ethics", EthicsRecord)
    if record is None:
        return 0
    register = rank_of(cast(PrivacyLevel, record.level))
    found = record.sensitivity
    if found is None or register > rank_of(found.in_force):
        return register
    return rank_of(found.answered)


def scan_so_far(session: StudySession) -> SensitivityRecord | None:
    """Return what the scan of the table found, or None before it ran.

    What is settled in the register counts from the run that recorded it.
    """
    return session.history.sensitivity(current_level(session), _settled(session))


def _settled(session: StudySession) -> list[str]:
    record = session.record("ethics", EthicsRecord)
    entries = record.entries if record is not None else ()
    return [entry.issue for entry in entries if entry.state != "open"]


def level_line(session: StudySession) -> str:
    """Say which level holds, and why."""
    if session.value("privacy.level") is None:
        return NOT_ANSWERED
    answered, found = current_level(session), scan_so_far(session)
    if found is not None and rank_of(found.in_force) > rank_of(answered):
        return RAISED.format(level=found.in_force, answered=answered)
    return ANSWERED.format(level=answered)


def is_about_people(session: StudySession) -> bool:
    """Say whether questions about people are asked: as answered, else from "sensitive" on."""
    answer = session.value("privacy.about.people")
    if answer in ("yes", "no"):
        return bool(answer == "yes")
    return rank_of(current_level(session)) >= rank_of("sensitive")
