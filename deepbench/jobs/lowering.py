"""Lowering the level of a study: it holds when the ethics register was filled with it.

Raising holds at once. A lower level holds once the ethics stage has finished with it and a reason
for it stands in the plan. Until then the strictest level holds that was answered since the reason
before it, so that nothing leaves by an answer that nobody has looked at.
"""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast, get_args

from deepbench.plan import PrivacyLevel
from deepbench.privacy.sensitivity import DEFAULT_LEVEL
from deepbench.study.folder import Study
from deepbench.study.records import EthicsRecord, ImportRecord
from deepbench.study.register_kinds import NO_REASON
from deepbench.study.sensitivity_scan import folded, highest, rank_of
from deepbench.workflow import STAGE_BY_KEY, fingerprints

_ETHICS = "ethics"
_NOT_SEEN = (
    "The study is treated as {held}: a lower level ({answered}) holds when the step “{title}” has "
    "finished with it."
)
_WITHOUT_REASON = (
    "The study is treated as {held}: no reason is given for lowering its level to {answered}. "
    "Give one (reason under [privacy]) and run the step “{title}” again."
)


@dataclass(frozen=True)
class _Answered:
    """What a plan says about the level."""

    level: PrivacyLevel
    has_reason: bool


@dataclass(frozen=True)
class Lowering:
    """The level that was answered, and what of earlier ones still holds.

    Attributes:
        answered: Level of the plan that was run last.
        held: The strictest that was answered and not lowered since in the right way.
        register: Level at which the ethics register was filled last, findings of the scan
            included, while it is out of date; else None.
        note: Why the answered level does not hold; empty if it does.
    """

    answered: PrivacyLevel
    held: PrivacyLevel
    register: PrivacyLevel | None = None
    note: str = ""

    @property
    def levels(self) -> tuple[PrivacyLevel, ...]:
        """What the study is held to, as far as answers decide it."""
        return (self.held,) if self.register is None else (self.held, self.register)


def current_fingerprints(study: Study) -> dict[str, str]:
    """Return the fingerprints that stages have under the plan that was run last."""
    imported = study.stage_record("import", ImportRecord)
    return fingerprints(study.plan(), imported.sha256 if imported else "")


def register_is_current(study: Study) -> bool:
    """Say whether the ethics register was filled with the plan and results as they are."""
    return study.finished().get(_ETHICS) == current_fingerprints(study)[_ETHICS]


def lowering(study: Study, *, as_finished: bool = False) -> Lowering:
    """Return which level the answers put a study under.

    Args:
        study: A study with a plan.
        as_finished: How it will be when the ethics stage, which is running, has finished.
    """
    last = _answered(study.read(study.plan_artifact()))
    held, since = _replayed(study)
    if _ETHICS not in study.finished() and not as_finished:
        return Lowering(last.level, last.level)
    if as_finished:
        held = _after(held, since, last)
    elif not register_is_current(study):
        record = study.stage_record(_ETHICS, EthicsRecord)
        register = cast(PrivacyLevel, record.level) if record is not None else None
        held = highest([*since, held or last.level, last.level])
        strictest = highest([held, register or held])
        return Lowering(last.level, held, register, _note(_NOT_SEEN, last.level, strictest))
    assert held is not None
    return Lowering(last.level, held, None, _note(_WITHOUT_REASON, last.level, held))


def _note(text: str, answered: PrivacyLevel, held: PrivacyLevel) -> str:
    if rank_of(held) <= rank_of(answered):
        return ""
    return text.format(answered=answered, held=held, title=STAGE_BY_KEY[_ETHICS].title)


def _replayed(study: Study) -> tuple[PrivacyLevel | None, list[PrivacyLevel]]:
    """Return the level that the last finished register left, and all answered since."""
    held: PrivacyLevel | None = None
    since: list[PrivacyLevel] = []
    last = _Answered(DEFAULT_LEVEL, has_reason=False)
    for event in study.ledger:
        if event.kind == "plan":
            last = _answered(study.read(event.data["artifact"]))
            since.append(last.level)
        elif event.kind == "stage_finished" and event.data["stage"] == _ETHICS:
            held, since = _after(held, since, last), []
    return held, since


def _after(
    held: PrivacyLevel | None, since: Iterable[PrivacyLevel], last: _Answered
) -> PrivacyLevel:
    """Return what holds when the register was filled with an answer."""
    before = highest([*since, held or last.level])
    lower = rank_of(last.level) < rank_of(before)
    return before if lower and not last.has_reason else last.level


@functools.lru_cache(maxsize=256)
def _answered(plan: bytes) -> _Answered:
    """Return what a stored plan says about the level; also one of an earlier version."""
    content = tomllib.loads(plan.decode("utf-8"))
    privacy, ethics = content.get("privacy", {}), content.get(_ETHICS, {})
    level = privacy.get("level", DEFAULT_LEVEL)
    known = level if level in get_args(PrivacyLevel) else DEFAULT_LEVEL
    settled = {folded(str(each.get("issue", ""))) for each in ethics.get("entries", ())}
    reason = bool(str(privacy.get("reason", "")).strip()) or NO_REASON in settled
    return _Answered(cast(PrivacyLevel, known), reason)
