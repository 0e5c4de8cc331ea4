"""The section on what may be claimed, and the list to go through when a score is too good."""

from __future__ import annotations

from typing import Any

from deepbench.reporting.material import Material
from deepbench.reporting.tables import Table, table
from deepbench.reporting.wording import MISSING, listing, number
from deepbench.study.records import AskedFeatureRecord, ClaimRecord

_HEADINGS = (
    ("model", "How well it predicts"),
    ("comparison", "Network and traditional model"),
    ("panel", "Short panels"),
    ("group", "Groups of features"),
    ("feature", "Single features"),
)
_STATES = {"clear": "nothing found", "suspicious": "suspicious", "open": "open"}
_TONES = {"clear": "for", "suspicious": "serious", "open": "warning"}
_TOO_GOOD = {
    "softly": "The score is higher than can be expected; its interval reaches down to what can.",
    "strongly": "The score is too good to be true: its whole interval is higher than can be "
    "expected.",
}
_QUESTIONS = {
    "known_before_outcome": "Known before the outcome?",
    "plausible": "Plausible?",
    "artefact": "An artefact?",
}


def claims_view(material: Material) -> dict[str, Any] | None:
    """Return what the section shows, or None before stage 12."""
    record = material.summary.claims
    if record is None:
        return None
    interpretation = material.summary.interpretation
    return {
        "record": record,
        "parts": _parts(record.claims),
        "too_good": _TOO_GOOD.get(record.too_good, ""),
        "checklist": [
            {"item": item, "state": _STATES[item.state], "tone": _TONES[item.state]}
            for item in record.checklist
        ],
        "asked": asked_table(interpretation.asked if interpretation is not None else ()),
    }


def _parts(claims: tuple[ClaimRecord, ...]) -> list[tuple[str, list[ClaimRecord]]]:
    """Return the claims under their headings; without any where all are about features."""
    found = [
        (title, [claim for claim in claims if claim.kind == kind]) for kind, title in _HEADINGS
    ]
    parts = [(title, members) for title, members in found if members]
    return parts if len(parts) > 1 else [("", members) for _, members in parts]


def asked_table(asked: tuple[AskedFeatureRecord, ...]) -> Table | None:
    """Return what the program knows of the features it asks about."""
    if not asked:
        return None
    return table(
        "What the program knows of these features",
        ["Feature", "Used by", "#Score of it alone", "Stands out", "What bears on the questions"],
        [
            [
                entry.feature,
                listing(entry.used_by),
                number(entry.alone),
                "yes" if entry.stands_out else "no",
                " ".join(f"{_QUESTIONS[hint.question]} {hint.text}" for hint in entry.hints)
                or MISSING,
            ]
            for entry in asked
        ],
        note="Alone: score on the tuning folds of a simple model that sees nothing but this "
        "feature. Stands out: nearly as good as the chosen model, while hardly any other is.",
        marked=[place for place, entry in enumerate(asked) if entry.stands_out],
        tone="care",
    )
