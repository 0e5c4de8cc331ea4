"""What may be claimed, in words: the features that are asked about, and the sentences."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

from deepbench.study.claimable import CLEAR_DIRECTION, features_to_ask, goal_of, used_by
from deepbench.study.records import (
    AskedFeatureRecord,
    CheckItemRecord,
    ClaimRecord,
    ClaimsRecord,
    FeatureImportance,
    InterpretationRecord,
    SampleSheetRecord,
)

KNOWN_BEFORE: Final = "known_before_outcome"
QUESTION_KEYS: Final = (KNOWN_BEFORE, "plausible", "artefact")

HIGHER = "Higher values went with {target}."
LOWER = "Lower values went with {target}."
NO_DIRECTION = "The model used it, without a clear direction."
PROBABILITY, AMOUNT = "a higher predicted probability of {name}", "a higher predicted {name}"
IN_PANEL = "It is part of the short panel."
OF_NETWORK = "The best network uses it."
ALONE = "Alone it reaches {metric} {score} on held-out samples."
ONLY_ANSWERED = "Not among the features the chosen model uses most; you answered about it earlier."
#: Kind of a claim → heading above those of its kind.
KINDS: Mapping[str, str] = {
    "model": "How well it predicts",
    "comparison": "Networks against traditional models",
    "panel": "A short panel",
    "group": "Features that go together",
    "feature": "Single features",
}
#: State of an item of the checklist → picture, colour, and what it is called.
STATES: Mapping[str, tuple[str, str, str]] = {
    "clear": ("done", "ok", "Nothing found"),
    "suspicious": ("warning", "warning", "Suspicious"),
    "open": ("question", "text_muted", "For you to check"),
}


@dataclass(frozen=True)
class AskedFeature:
    """A feature that the page asks about.

    Attributes:
        name: Its name in the table.
        text: How it is used, in sentences.
        hints: Question → what the program knows that bears on it.
        stops: Whether nothing may be claimed if it was known only afterwards.
    """

    name: str
    text: str
    hints: tuple[tuple[str, str], ...] = ()
    stops: bool = True


def asked_features(
    found: InterpretationRecord | None,
    sheet: SampleSheetRecord | None,
    answers: Mapping[str, Any],
) -> tuple[AskedFeature, ...]:
    """Return the features to ask about: those that models use, then others with answers.

    Args:
        found: What the models use; the first one is the chosen model.
        sheet: Outcome and classes.
        answers: ``claims.features`` of the draft.
    """
    asked = features_to_ask(found)
    top = [
        AskedFeature(
            item.feature,
            _in_words(item, found, sheet),
            tuple((hint.question, hint.text) for hint in item.hints),
        )
        for item in asked
    ]
    names = {feature.name for feature in top}
    others = [
        AskedFeature(name, ONLY_ANSWERED, stops=bool(found is not None and used_by(found, name)))
        for name in answers
        if name not in names
    ]
    return (*top, *others)


def _in_words(
    item: AskedFeatureRecord,
    found: InterpretationRecord | None,
    sheet: SampleSheetRecord | None,
) -> str:
    said = []
    if "chosen model" in item.used_by and found is not None:
        own = (f for f in found.models[0].features if f.feature == item.feature)
        said += [_how_used(feature, sheet) for feature in own]
    if "short panel" in item.used_by:
        said.append(IN_PANEL)
    if "chosen model" not in item.used_by and "best network" in item.used_by:
        said.append(OF_NETWORK)
    if item.alone is not None:
        metric = "R²" if sheet is not None and sheet.task == "regression" else "AUROC"
        score = f"{item.alone:.2f}".replace("-", "−")
        said.append(ALONE.format(metric=metric, score=score))
    return " ".join(said)


def _how_used(feature: FeatureImportance, sheet: SampleSheetRecord | None) -> str:
    direction = feature.direction
    unclear = direction is None or abs(direction) < CLEAR_DIRECTION
    if sheet is None or direction is None or unclear or sheet.task == "multiclass":
        return NO_DIRECTION
    target = (
        PROBABILITY.format(name=goal_of(sheet))
        if sheet.task == "binary"
        else AMOUNT.format(name=sheet.outcome)
    )
    return (HIGHER if direction > 0 else LOWER).format(target=target)


def count_answered(features: tuple[AskedFeature, ...], answers: Mapping[str, Any]) -> int:
    """Count the features of which all three questions are answered."""
    return sum(
        all(key in answers.get(feature.name, {}) for key in QUESTION_KEYS) for feature in features
    )


def by_kind(claims: Sequence[ClaimRecord]) -> list[tuple[str, tuple[ClaimRecord, ...]]]:
    """Return the claims under the headings of their kinds, in the order of the record."""
    return [
        (KINDS[kind], tuple(some)) for kind, some in groupby(claims, key=lambda claim: claim.kind)
    ]


def todo_of(items: Sequence[CheckItemRecord]) -> str:
    """Return in a few words how the checklist stands."""
    counts = {state: sum(item.state == state for item in items) for state in STATES}
    parts = [
        f"{counts['suspicious']} suspicious" if counts["suspicious"] else "",
        f"{counts['open']} for you to check" if counts["open"] else "",
        f"{counts['clear']} where nothing was found" if counts["clear"] else "",
    ]
    return ", ".join(part for part in parts if part)


# --- texts --------------------------------------------------------------------------------


def claim_text(claim: ClaimRecord) -> str:
    """Return a sentence with its reservations, as plain text."""
    return "\n".join([claim.sentence, *(f"  – {text}" for text in claim.reservations)])


def claims_text(claims: Sequence[ClaimRecord]) -> str:
    """Return the sentences with their reservations, as plain text."""
    return "\n\n".join(map(claim_text, claims))


def claim_html(claim: ClaimRecord, muted: str) -> str:
    """Return a sentence with its reservations, as rich text.

    Args:
        claim: The sentence.
        muted: Colour of the reservations.
    """
    return "".join(
        [
            f'<p style="margin:0">{html.escape(claim.sentence)}</p>',
            *(
                f'<p style="margin:2px 0 0 18px; color:{muted}">– {html.escape(text)}</p>'
                for text in claim.reservations
            ),
        ]
    )


def not_shown_text(record: ClaimsRecord) -> str:
    """Return what was not shown, as plain text."""
    return "\n".join(f"– {sentence}" for sentence in record.not_shown)


def not_shown_html(record: ClaimsRecord) -> str:
    """Return what was not shown, as rich text."""
    return "".join(
        f'<p style="margin:0 0 3px 0">–&nbsp; {html.escape(sentence)}</p>'
        for sentence in record.not_shown
    )
