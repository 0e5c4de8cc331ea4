"""The audit put together: what the attacks achieve, whether that is little enough, and in words.

The attacks measure the training procedure: models of the chosen family and settings, each on half
of the units. Fewer samples are remembered better, so the finished model gives away rather less.
Where test samples were drawn at random, the finished model is attacked itself as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from deepbench.evaluation.bootstrap import Interval
from deepbench.privacy.audit.attack_scores import (
    ATTACKS,
    AttackScores,
    attack_final,
    attack_shadows,
)
from deepbench.privacy.audit.limits import (
    HIGHEST_AUC,
    HIGHEST_TRUE_POSITIVES,
    LEAST_OTHERS,
    LEAST_UNITS,
)
from deepbench.privacy.audit.membership_intervals import (
    auc_interval,
    false_positives,
    joint_level,
    true_positives_interval,
)
from deepbench.privacy.audit.memorisation import memorised_units
from deepbench.privacy.audit.sentences import audit_sentences
from deepbench.privacy.audit.shadow_models import UnitAnswers
from deepbench.privacy.audit.structure import Structure
from deepbench.privacy.audit.unit_words import UnitWords
from deepbench.seeds import derive_seed
from deepbench.study.records import AttackRecord, AttributeAttackRecord, AuditRecord, Score


@dataclass(frozen=True)
class Subject:
    """The model that is about to leave.

    Attributes:
        name: Its family.
        title: What that is called.
        sha256: Hash of its files.
        words: What a unit is called.
        structure: What its file gives away.
    """

    name: str
    title: str
    sha256: str
    words: UnitWords
    structure: Structure


@dataclass(frozen=True, eq=False)
class Evidence:
    """What was found out about a model by other models and by test samples.

    Attributes:
        answers: Answers of the shadows, pairs next to each other; None if units are too few.
        inside: (S, U) which units train each shadow.
        task: Kind of outcome.
        final: Confidence of the finished model for units it was trained on and for units of
            test samples drawn at random; None where there are none.
        attributes: What was found on sensitive attributes.
    """

    answers: UnitAnswers | None
    inside: NDArray[np.bool_]
    task: str
    final: tuple[NDArray[np.float64], NDArray[np.float64]] | None
    attributes: tuple[AttributeAttackRecord, ...]


def audit_record(
    subject: Subject,
    evidence: Evidence,
    effort: Literal["quick", "thorough"],
    seed: int,
    seconds: float,
) -> AuditRecord:
    """Return what the model gives away.

    Args:
        subject: The model.
        evidence: What was found out.
        effort: How hard it was attacked.
        seed: Master seed.
        seconds: What it took.
    """
    tried = list(
        attack_shadows(evidence.answers, evidence.inside, evidence.task)
        if evidence.answers is not None
        else ()
    )
    if evidence.final is not None:
        tried.append(attack_final(*evidence.final))
    level = joint_level(max(len(tried), 1))
    attacks = [_attack(scores, seed, level) for scores in tried]
    shadows, units = evidence.inside.shape
    passes = _passes(attacks, tried)
    worst = _worst(attacks, tried)
    record = AuditRecord(
        model=subject.name,
        title=subject.title,
        model_sha256=subject.sha256,
        effort=effort,
        unit=subject.words.one,
        members=units,
        others=units,
        shadows=shadows if evidence.answers is not None else 0,
        attacks=tuple(attacks),
        worst=attacks[worst].name if attacks else "",
        passes=passes,
        memorised=_memorised(attacks, tried),
        stores_samples=subject.structure.stores_samples,
        parameters=subject.structure.parameters,
        attributes=evidence.attributes,
        seconds=round(seconds, 1),
        sentences=(),
    )
    return record.model_copy(
        update={"sentences": audit_sentences(record, subject.words, subject.structure)}
    )


def _attack(scores: AttackScores, seed: int, level: float) -> AttackRecord:
    own = derive_seed(seed, "audit", "intervals", scores.name)
    return AttackRecord(
        name=scores.name,
        title=ATTACKS[scores.name],
        auc=_score(auc_interval(scores, level)),
        true_positives=_score(true_positives_interval(scores, own, level)),
        false_positives=false_positives(scores),
    )


def _score(interval: Interval) -> Score:
    low, high = interval.low, interval.high
    if not np.isfinite(low):  # one unit of a kind: nothing is known
        low, high = 0.0, 1.0
    return Score(value=interval.value, low=low, high=high)


def _enough(scores: AttackScores) -> bool:
    """Whether an attack met enough units to show anything."""
    others = ~scores.member
    units = min(len(np.unique(scores.units[kind])) for kind in (others, scores.member))
    return int(others.sum()) >= LEAST_OTHERS and units >= LEAST_UNITS


def _passes(attacks: list[AttackRecord], tried: list[AttackScores]) -> bool | None:
    """Say whether what attacks achieve is within the limits; None if that is not known.

    It is within them if the intervals of all attacks with enough units are.
    """
    judged = list(zip(attacks, tried, strict=True))
    if any(_is_above(attack, scores) for attack, scores in judged):
        return False
    shown = [_height(attack, "high") <= 1.0 for attack, scores in judged if _enough(scores)]
    return True if shown and all(shown) else None


def _is_above(attack: AttackRecord, scores: AttackScores) -> bool:
    """Whether the attack's own figures are above a limit; with few units its whole interval."""
    return _height(attack, "value" if _enough(scores) else "low") > 1.0


def _worst(attacks: list[AttackRecord], tried: list[AttackScores]) -> int:
    """Return the number of the attack that does best.

    Those whose figures are above a limit come first, by these; then those that met enough units,
    by their upper bounds: with few units bounds are wide and say little.
    """

    def rank(place: int) -> tuple[bool, bool, float]:
        above = _is_above(attacks[place], tried[place])
        height = _height(attacks[place], "value" if above else "high")
        return above, _enough(tried[place]), height

    return max(range(len(attacks)), key=rank, default=0)


def _memorised(attacks: list[AttackRecord], tried: list[AttackScores]) -> int:
    """Count the units that the best attack on several models is sure of."""
    several = [place for place, scores in enumerate(tried) if scores.name != "final"]
    if not several:
        return 0
    best = max(several, key=lambda place: _height(attacks[place], "value"))
    return len(memorised_units(tried[best]))


def _height(attack: AttackRecord, figure: Literal["value", "low", "high"]) -> float:
    """Return where a figure of the attack lies between chance (0) and its limit (1)."""
    auc, found = getattr(attack.auc, figure), getattr(attack.true_positives, figure)
    chance = attack.false_positives
    return float(
        max(
            (auc - 0.5) / (HIGHEST_AUC - 0.5),
            (found - chance) / (HIGHEST_TRUE_POSITIVES - chance),
        )
    )
