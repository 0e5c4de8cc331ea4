"""Tip 9: sentences that may be written, their reservations, and what was not shown."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from deepbench.data.wording import noun
from deepbench.errors import PlanError, StageBlocked
from deepbench.interpretation.ceiling import compare_with_ceiling
from deepbench.interpretation.claim_material import ClaimMaterial, model_title
from deepbench.interpretation.feature_claims import feature_claims, group_claims
from deepbench.interpretation.model_claims import comparison_claim, model_claim, panel_claim
from deepbench.interpretation.not_shown import no_signal, not_shown
from deepbench.interpretation.too_good import checklist
from deepbench.plan import StudyPlan
from deepbench.study.claim_wording import causal_wording
from deepbench.study.claimable import features_to_ask, names_in_claims, used_by
from deepbench.study.records import CausalWordingRecord, ClaimsRecord

#: What uses a feature → in words, and what rests on it.
_USES = {
    "chosen model": (
        "the chosen model, {model}, uses most",
        "The score depends on it",
    ),
    "short panel": (
        "make up the short panel",
        "The panel and its score depend on it",
    ),
    "best network": (
        "the best network uses most",
        "The comparison of networks with traditional models depends on it",
    ),
}


def build_claims(material: ClaimMaterial) -> ClaimsRecord:
    """Write what may be claimed about the chosen model and its features.

    Raises:
        StageBlocked: a top feature was known only after the outcome.
    """
    own = tuple(text for text in map(str.strip, material.plan.claims.own) if text)
    causal = _causal(material, own)
    if material.choice.signal != "yes":
        return ClaimsRecord(
            claims=(),
            not_shown=no_signal(material.sheet.outcome),
            ceiling="",
            own=own,
            causal=causal,
        )
    block_known_afterwards(material)
    whole = (model_claim(material), comparison_claim(material), panel_claim(material))
    ceiling = compare_with_ceiling(material)
    return ClaimsRecord(
        claims=(
            *(claim for claim in whole if claim is not None),
            *group_claims(material),
            *feature_claims(material),
        ),
        not_shown=not_shown(material),
        ceiling=ceiling.sentence,
        too_good=ceiling.too_good,
        checklist=checklist(material) if ceiling.too_good else (),
        own=own,
        causal=causal,
    )


def check_answered_features(plan: StudyPlan, features: Iterable[str]) -> None:
    """Check that the features answered in ``[claims.features]`` exist.

    A misspelt name would otherwise switch off the block for features known after the outcome.

    Raises:
        PlanError: a name is not a column of the table.
    """
    known = set(features)
    for name in plan.claims.features:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            raise PlanError(
                f"[claims.features] answers for '{name}', which is not a column of the table.",
                f"Did you mean '{near[0]}'?" if near else "Correct the name or remove it.",
            )


def block_known_afterwards(material: ClaimMaterial) -> None:
    """Refuse to claim anything that rests on a feature known only after the outcome.

    The chosen model's score rests on its own top features, the comparison on those of the best
    network, and the panel on its members: each of them would be claimed.

    Raises:
        StageBlocked: there is such a feature.
    """
    late = {
        name: used_by(material.found, name)
        for name, answer in material.plan.claims.features.items()
        if answer.known_before_outcome == "no"
    }
    late = {name: users for name, users in late.items() if users}
    if not late:
        return
    first = next(user for user in _USES if any(user in users for users in late.values()))
    uses, rests = _USES[first]
    shown = [name for name, users in late.items() if first in users]
    raise StageBlocked(
        f"{_quoted(shown)} {noun(len(shown), 'is', 'are')} among the features that "
        f"{uses.format(model=model_title(material.choice.recommended))}, but by the plan not "
        f"known before the outcome. {rests}, so nothing can be claimed.",
        f"Add {_quoted(list(late))} to ignore under [roles] and run again, so that no model sees "
        f"{noun(len(late), 'it', 'them')}.",
    )


def _quoted(names: list[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)


def _causal(material: ClaimMaterial, own: tuple[str, ...]) -> tuple[CausalWordingRecord, ...]:
    """Return what is to be said about the wording of the user's sentences and notes."""
    asked = features_to_ask(material.found)
    notes = [
        (name, answer.note.strip())
        for name, answer in material.plan.claims.features.items()
        if answer.note.strip()
    ]
    texts = [*(("", text) for text in own), *notes]
    names = {*names_in_claims(material.sheet, asked), *material.plan.claims.features}
    return causal_wording(texts, names)
