"""What an audit found, in words."""

from __future__ import annotations

from deepbench.privacy.audit.limits import (
    HIGHEST_AUC,
    HIGHEST_TRUE_POSITIVES,
    LEAST_TO_ATTACK,
)
from deepbench.privacy.audit.structure import Structure
from deepbench.privacy.audit.unit_words import UnitWords
from deepbench.study.records import AuditRecord

PICKS = (
    "of one {unit} from the training set and one other they would pick the right one in "
    "{auc} % of cases (interval {low} to {high} %; guessing finds 50 %), and at one false alarm "
    "in {alarms} they would find {found} % of the training set ({found_low} to {found_high} %)."
)
COULD_TELL = (
    "Someone who has {a_unit}’s record could tell better than chance whether the {unit} was in "
    "this study: "
)
COULD_NOT_TELL = (
    "No attack could tell from {a_unit}’s record better than chance whether the {unit} was in "
    "this study: "
)
WITHIN = (
    "That is within the limits for a model that leaves: with their intervals at most {auc:.0f} % "
    "and {found:.0f} %."
)
ABOVE = "That is above the limits for a model that leaves: {auc:.0f} % and {found:.0f} %."
NOT_SHOWN = (
    "So few {units} cannot show whether that is within the limits for a model that leaves (with "
    "their intervals at most {auc:.0f} % and {found:.0f} %)."
)
TRY_THOROUGH = "A thorough audit is more exact."
TOO_FEW = (
    "{count} are too few to find out whether the model gives away who was in the training set; at "
    "least {least} are needed."
)
HOW = (
    "Measured on {shadows} models of the same kind and settings, each trained on one half of the "
    "{units} and attacked with the help of the others. What is learnt from half as many samples "
    "is learnt more by heart, so the finished model gives away about as much or less."
)
TRIED = (
    "{number} attacks were tried and the most successful one counts (“{title}”); the intervals "
    "hold for all of them together."
)
MEMORISED = (
    "{count} of {all} {verb} recognised one by one: in at least half of the models that they "
    "trained, at one false alarm in 100."
)
NO_PROOF = "That attacks fail does not prove a model safe: others may know more."
_NUMBERS = {1: "One", 2: "Two", 3: "Three", 4: "Four", 5: "Five"}


def audit_sentences(
    record: AuditRecord, words: UnitWords, structure: Structure
) -> tuple[str, ...]:
    """Return what an audit found, the most important first.

    Args:
        record: The audit.
        words: What a unit is called.
        structure: What the model's file gives away.
    """
    found = [structure.stores_samples] if structure.stores_samples else []
    if not record.shadows:
        count, least = words.counted(record.members), f"{LEAST_TO_ATTACK:,}"
        found.append(TOO_FEW.format(count=count, least=least))
    if record.attacks:
        found += _attack_sentences(record, words)
    if record.memorised:
        verb = "is" if record.memorised == 1 else "are"
        count, everyone = f"{record.memorised:,}", words.counted(record.members)
        found.append(MEMORISED.format(count=count, all=everyone, verb=verb))
    found += [attribute.sentence for attribute in record.attributes]
    return (*found, *structure.sentences, NO_PROOF)


def _attack_sentences(record: AuditRecord, words: UnitWords) -> list[str]:
    worst = next(attack for attack in record.attacks if attack.name == record.worst)
    auc, found = worst.auc, worst.true_positives
    assert auc.low is not None
    numbers = {
        "auc": _percent(auc.value),
        "low": _percent(auc.low),
        "high": _percent(auc.high),
        "alarms": f"{1 / worst.false_positives:.0f}",
        "found": _percent(found.value),
        "found_low": _percent(found.low),
        "found_high": _percent(found.high),
    }
    could = COULD_TELL if auc.low > 0.5 else COULD_NOT_TELL
    verdict = {True: WITHIN, False: ABOVE, None: NOT_SHOWN}[record.passes]
    limits = {"auc": 100 * HIGHEST_AUC, "found": 100 * HIGHEST_TRUE_POSITIVES}
    lines = [
        (could + PICKS).format(unit=words.one, a_unit=words.with_article, **numbers),
        verdict.format(units=words.several, **limits),
    ]
    if record.passes is None and record.shadows and record.effort == "quick":
        lines[-1] += f" {TRY_THOROUGH}"
    if record.shadows:
        lines.append(HOW.format(shadows=record.shadows, units=words.several))
    number = _NUMBERS[len(record.attacks)]
    if len(record.attacks) > 1:
        lines.append(TRIED.format(number=number, title=worst.title))
    return lines


def _percent(share: float | None) -> str:
    """Write a share of 1 in percent."""
    assert share is not None
    return f"{100 * share:.0f}"
