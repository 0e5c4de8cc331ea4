"""What may be claimed, in words: the features that are asked about, and the sentences."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from deepbench.study.records import (
    AttributionRecord,
    ClaimRecord,
    ClaimsRecord,
    FeatureImportance,
    InterpretationRecord,
    SampleSheetRecord,
)

#: As many as the engine writes sentences about.
MOST_FEATURES: Final = 10
#: Below it no direction is claimed.
CLEAR_DIRECTION: Final = 0.3
KNOWN_BEFORE: Final = "known_before_outcome"
QUESTION_KEYS: Final = (KNOWN_BEFORE, "plausible", "artefact")
TOO_GOOD: Final = "Too good to be true"

HIGHER = "Higher values went with {target}."
LOWER = "Lower values went with {target}."
NO_DIRECTION = "The model used it, without a clear direction."
PROBABILITY, AMOUNT = "a higher predicted probability of {name}", "a higher predicted {name}"
ONLY_ANSWERED = "Not among the features the chosen model uses most; you answered about it earlier."

_CAUSAL = re.compile(
    r"(?<!\w)(?:"
    r"causes|caused|causing|drives|drove|driven by|driving|leads to|lead to|led to|leading to|"
    r"because of|due to|(?:is|are|was|were) responsible for|results in|resulted in|induces|"
    r"induced|triggers|triggered|prevents|protects|"
    r"verursach(?:t|en|te|ten)|bewirk(?:t|en|te|ten)|führ(?:t|en|te|ten) zu|"
    r"fuehr(?:t|en|te|ten) zu|löst aus|lösen aus|auslös(?:t|en|te|ten)|treib(?:t|en)|wegen|"
    r"aufgrund|auf ?grund von|verantwortlich für|verantwortlich fuer|verhinder(?:t|n|te|ten)|"
    r"schütz(?:t|en|te|ten)"
    r")(?!\w)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class AskedFeature:
    """A feature that the page asks about.

    Attributes:
        name: Its name in the table.
        text: How the chosen model uses it, in a sentence.
    """

    name: str
    text: str


def asked_features(
    found: InterpretationRecord | None,
    sheet: SampleSheetRecord | None,
    answers: Mapping[str, Any],
) -> tuple[AskedFeature, ...]:
    """Return the features to ask about: those that clear the twin, then those with answers.

    Args:
        found: What the models use; the first one is the chosen model.
        sheet: Outcome and classes.
        answers: ``claims.features`` of the draft.
    """
    top: tuple[AskedFeature, ...] = ()
    if found is not None and found.models:
        chosen = found.models[0]
        top = tuple(
            AskedFeature(feature.feature, _how_used(feature, sheet))
            for feature in clear_features(chosen)
        )
    names = {feature.name for feature in top}
    others = [AskedFeature(name, ONLY_ANSWERED) for name in answers if name not in names]
    return (*top, *others)


def clear_features(model: AttributionRecord) -> tuple[FeatureImportance, ...]:
    """Return the top features; with a shuffled-label twin, only those that clear it."""
    clear = MOST_FEATURES if model.above_twin is None else model.above_twin
    return model.features[: min(MOST_FEATURES, clear)]


def _how_used(feature: FeatureImportance, sheet: SampleSheetRecord | None) -> str:
    direction = feature.direction
    if sheet is None or direction is None or abs(direction) < CLEAR_DIRECTION:
        return NO_DIRECTION
    binary = sheet.task == "binary"
    target = PROBABILITY.format(name=sheet.classes[1]) if binary else AMOUNT.format(
        name=sheet.outcome
    )  # fmt: skip
    return (HIGHER if direction > 0 else LOWER).format(target=target)


def count_answered(features: tuple[AskedFeature, ...], answers: Mapping[str, Any]) -> int:
    """Count the features of which all three questions are answered."""
    return sum(
        all(key in answers.get(feature.name, {}) for key in QUESTION_KEYS) for feature in features
    )


def is_too_good(ceiling: str) -> bool:
    """Say whether the sentence about the ceiling is a warning."""
    return ceiling.startswith(TOO_GOOD)


def causal_words(text: str) -> tuple[str, ...]:
    """Return the words of a text that speak of a cause, as typed, each once."""
    found = (" ".join(match[0].split()) for match in _CAUSAL.finditer(" ".join(text.split())))
    once: dict[str, str] = {}
    for word in found:
        once.setdefault(word.casefold(), word)
    return tuple(once.values())


# --- texts --------------------------------------------------------------------------------


def claims_text(claims: tuple[ClaimRecord, ...]) -> str:
    """Return the sentences with their reservations, as plain text."""
    return "\n\n".join(
        "\n".join([claim.sentence, *(f"  – {reservation}" for reservation in claim.reservations)])
        for claim in claims
    )


def claims_html(claims: tuple[ClaimRecord, ...], muted: str) -> str:
    """Return the sentences with their reservations, as rich text.

    Args:
        claims: The sentences.
        muted: Colour of the reservations.
    """
    parts = []
    for place, claim in enumerate(claims):
        above = 12 if place else 0
        parts.append(f'<p style="margin:{above}px 0 0 0">{html.escape(claim.sentence)}</p>')
        parts += [
            f'<p style="margin:2px 0 0 18px; color:{muted}">– {html.escape(reservation)}</p>'
            for reservation in claim.reservations
        ]
    return "".join(parts)


def not_shown_text(record: ClaimsRecord) -> str:
    """Return what was not shown, as plain text."""
    return "\n".join(f"– {sentence}" for sentence in record.not_shown)


def not_shown_html(record: ClaimsRecord) -> str:
    """Return what was not shown, as rich text."""
    return "".join(
        f'<p style="margin:0 0 3px 0">–&nbsp; {html.escape(sentence)}</p>'
        for sentence in record.not_shown
    )
